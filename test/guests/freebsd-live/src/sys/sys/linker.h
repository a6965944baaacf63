/* What a loader hands over (sys/sys/linker.h, sys/x86/include/metadata.h). */
#ifndef _SYS_LINKER_H_
#define _SYS_LINKER_H_

#define MODINFO_END 0x0000
#define MODINFO_NAME 0x0001
#define MODINFO_TYPE 0x0002
#define MODINFO_ADDR 0x0003
#define MODINFO_SIZE 0x0004
#define MODINFO_ARGS 0x0006
#define MODINFO_METADATA 0x8000
#define MODINFOMD_ENVP 0x0006
#define MODINFOMD_HOWTO 0x0007
#define MODINFOMD_KERNEND 0x0008
#define MODINFOMD_MODULEP 0x1006

extern caddr_t preload_metadata, preload_kmdp;
void preload_bootstrap_relocate(vm_offset_t offset);
caddr_t preload_search_by_type(const char *);
caddr_t preload_search_next_name(caddr_t base);
caddr_t preload_search_info(caddr_t mod, int inf);
#define MD_FETCH(mdp, info, type) ({ type *__p = (type *)preload_search_info((mdp), MODINFO_METADATA | (info)); __p ? *__p : 0; })
void *preload_fetch_addr(caddr_t);
size_t preload_fetch_size(caddr_t);
void linker_load(const char *filename, const char *pathname, caddr_t address, size_t size);
int kern_kldload(struct thread *, const char *file, int *fileid);
void linker_add_file(linker_file_t, const char *filename, const char *pathname, caddr_t address, size_t size);

/* sys/sys/module.h */
typedef struct moduledata { const char *name; int (*evhand)(void *module, int what, void *arg); void *priv; } moduledata_t;
struct mod_metadata { int md_version; int md_type; const void *md_data; const char *md_cval; };
linker_file_t link_elf_obj_load(const char *filename, const char *pathname, caddr_t file, bool preloaded);
void link_elf_obj_modules(linker_file_t, void (*each)(const struct mod_metadata *, linker_file_t));
int module_register(const moduledata_t *, linker_file_t);
void linker_file_register_modules(linker_file_t);

#endif

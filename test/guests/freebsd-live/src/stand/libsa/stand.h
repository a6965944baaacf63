/* What the loaders stand on (stand/libsa/stand.h, stand/common/bootstrap.h): types, strings, output, variables, files in memory. */
#ifndef _STAND_H_
#define _STAND_H_

typedef unsigned char uint8_t, u_char;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t, u_int;
typedef unsigned long long uint64_t;
typedef long long int64_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ssize_t;
typedef _Bool bool;
typedef __builtin_va_list va_list;
#define true 1
#define false 0
#define NULL ((void *)0)
#define __packed __attribute__((__packed__))
#define __printflike(a, b) __attribute__((__format__(__printf__, a, b)))
#define nitems(x) (sizeof(x) / sizeof((x)[0]))
#define roundup2(x, y) (((x) + ((y) - 1)) & ~((y) - 1))
#define PAGE_SIZE 4096

void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
size_t strlen(const char *);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t);
int strcasecmp(const char *, const char *);
char *strchr(const char *, int);
char *strdup(const char *);
void *malloc(size_t);
int printf(const char *, ...) __printflike(1, 2);
int snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
void putchar(int);
int getchar(void);

/* stand/libsa/environment.c: a doubly linked list, sorted by name. */
struct env_var;
typedef int(ev_sethook_t)(struct env_var *ev, int flags, const void *value);
typedef int(ev_unsethook_t)(struct env_var *ev);

struct env_var {
	char *ev_name;
	int ev_flags;
	void *ev_value;
	ev_sethook_t *ev_sethook;
	ev_unsethook_t *ev_unsethook;
	struct env_var *ev_next, *ev_prev;
};
extern struct env_var *environ;

#define EV_DYNAMIC 1
#define EV_VOLATILE 2
#define EV_NOHOOK 4
#define EV_NOKENV 8

char *getenv(const char *name);
int env_setenv(const char *name, int flags, const void *value, ev_sethook_t *sethook, ev_unsethook_t *unsethook);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);

/* What is in memory for the kernel: the kernel first, then what else was loaded (stand/common/bootstrap.h). */
struct file_metadata {
	size_t md_size;
	uint16_t md_type;
	uint64_t md_addr;
	struct file_metadata *md_next;
	uint8_t md_data[];
};

struct preloaded_file {
	char *f_name;
	char *f_type;
	char *f_args;
	struct file_metadata *f_metadata;
	uint64_t f_addr;
	size_t f_size;
	struct preloaded_file *f_next;
	uint64_t f_entry;
};
extern struct preloaded_file *preloaded_files;

/* The machine beneath: where things go, and how to read the medium. Addresses are those the kernel will find them at. */
struct arch_switch {
	ssize_t (*arch_copyin)(const void *src, uint64_t dest, size_t len);
	/* The whole file in memory of the loader's own; NULL: not there. */
	char *(*arch_readfile)(const char *path, size_t *size);
	void *(*arch_alloc)(size_t size);
};
extern struct arch_switch archsw;

#define MODINFO_END 0x0000
#define MODINFO_NAME 0x0001
#define MODINFO_TYPE 0x0002
#define MODINFO_ADDR 0x0003
#define MODINFO_SIZE 0x0004
#define MODINFO_METADATA 0x8000
#define MODINFOMD_ENVP 0x0006
#define MODINFOMD_HOWTO 0x0007
#define MODINFOMD_KERNEND 0x0008
#define MODINFOMD_MODULEP 0x1006

/* The kernel is linked for this physical address and loaded there. */
#define KERNLOAD 0x200000

void file_addmetadata(struct preloaded_file *fp, int type, size_t size, const void *data);
struct file_metadata *file_findmetadata(struct preloaded_file *fp, int type);
uint64_t md_copymodules(uint64_t addr);
uint64_t md_copyenv(uint64_t addr);
int bi_load(struct preloaded_file *fp, uint64_t *modulep, uint64_t *kernendp);
void interact(void);
struct preloaded_file *load_kernel_and_modules(void);

#endif

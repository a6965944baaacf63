/* Devices: sys/sys/conf.h, sys/geom/geom.h, sys/dev/md. */
#ifndef _SYS_DISK_H_
#define _SYS_DISK_H_

struct volume;
struct cdevsw { const char *d_name; int (*d_read)(struct cdev *, char *, size_t, ssize_t *); int (*d_write)(struct cdev *, const char *, size_t, ssize_t *); };
LIST_HEAD(cdevlist, cdev);
extern struct cdevlist devfs_cdevs;
extern u_int devfs_generation;
struct cdev *make_dev(struct cdevsw *, void *drv1, const char *fmt, ...) __printflike(3, 4);
void destroy_dev(struct cdev *);

LIST_HEAD(g_classlist, g_class);
extern struct g_classlist g_classes;
void g_add_class(struct g_class *);
struct g_geom *g_new_geom(struct g_class *, const char *name);
struct g_provider *g_new_provider(struct g_geom *, const char *name, const struct volume *, off_t mediasize, u_int sectorsize);
void g_attach(struct g_geom *, struct g_provider *);
struct g_provider *g_provider_by_name(const char *);
void g_error_provider(struct g_provider *, int error);
void g_dev_print(void);
void g_waitidle(struct thread *);
int g_union_ctl_create(const char *upper, const char *lower);
void g_taste_later(struct g_provider *);
/* What a filesystem finds when it reads the provider: a volume, or an errno. */
int g_open_volume(const char *devname, const char *fstype, const struct volume **);
const struct volume *volume_named(const char *label);

extern LIST_HEAD(md_softc_head, md_s) md_softc_list;
/* Members of one type of memory disk, which later releases keep in a union. */
#if FREEBSD_SHAPE >= 1500
#define MD_VNODE_OF(sc) ((sc)->type == MD_VNODE ? (sc)->s_vnode.vnode : NULL)
#define MD_S_VNODE s_vnode.vnode
#define MD_S_FILE s_vnode.file
#define MD_S_IMAGE s_preload.pl_ptr
#define MD_S_LENGTH s_preload.pl_len
#define MD_S_NAME s_preload.name
#else
#define MD_VNODE_OF(sc) ((sc)->vnode)
#define MD_S_VNODE vnode
#define MD_S_FILE file
#define MD_S_IMAGE pl_ptr
#define MD_S_LENGTH pl_len
#define MD_S_NAME file
#endif
int kern_mdattach(struct thread *, enum md_types, const char *file, off_t mediasize, int *unit, bool readonly);
extern const char *rootdevnames[2];

#endif

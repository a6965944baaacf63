/* Vnodes, mounts and name lookup: sys/sys/{vnode,mount,namei}.h. */
#ifndef _SYS_VNODE_H_
#define _SYS_VNODE_H_

#define VIRF_DOOMED 0x0001
#define VIRF_MOUNTPOINT 0x0004
#define VI_MOUNT 0x0002
#define VI_DOOMED_12 0x0080
#define VV_ROOT 0x0001
#define VV_MD 0x0800
#define NULLVP ((struct vnode *)NULL)

#define NCF_WHITE 0x01
#define NCF_ISDOTDOT 0x02
#define NCF_TS 0x04
#define NCF_NEGATIVE 0x10
#define NCF_INVALID 0x40

#define MNT_RDONLY 0x1ULL
#define MNT_SYNCHRONOUS 0x2ULL
#define MNT_NOEXEC 0x4ULL
#define MNT_NOSUID 0x8ULL
#define MNT_UNION 0x20ULL
#define MNT_ASYNC 0x40ULL
#define MNT_LOCAL 0x1000ULL
#define MNT_ROOTFS 0x4000ULL
#define MNT_USER 0x8000ULL
#define MNT_UPDATE 0x10000ULL
#define MNT_RELOAD 0x40000ULL
#define MNT_FORCE 0x80000ULL
#define MNT_SOFTDEP 0x200000ULL
#define MNT_NOSYMFOLLOW 0x400000ULL
#define MNT_IGNORE 0x800000ULL
#define MNT_MULTILABEL 0x4000000ULL
#define MNT_NOATIME 0x10000000ULL
#define MNTK_UNMOUNT 0x01000000
#define MNTK_UNMOUNTF 0x1

#define VFCF_READONLY 0x00020000
#define VFCF_SYNTHETIC 0x00080000
#define VFCF_LOOPBACK 0x00100000
#define VFCF_JAIL 0x00400000

struct nameidata;
struct file;
struct vop_vector {
	const char *vop_name;
	int (*vop_lookup)(struct vnode *dvp, const char *name, int namelen, struct vnode **vpp);
	int (*vop_parent)(struct vnode *dvp, struct vnode **vpp);
	int (*vop_create)(struct vnode *dvp, const char *name, int namelen, enum vtype type, const char *target, struct vnode **vpp);
	int (*vop_remove)(struct vnode *dvp, const char *name, int namelen);
	int (*vop_readlink)(struct vnode *vp, char *buf, size_t size);
	int (*vop_read)(struct vnode *vp, off_t offset, char *buf, size_t len, ssize_t *done);
	int (*vop_write)(struct vnode *vp, off_t offset, const char *buf, size_t len, ssize_t *done);
	off_t (*vop_size)(struct vnode *vp);
	int (*vop_vptocnp)(struct vnode *vp, struct vnode **dvpp, const char **name);
};

/* A file of an executable program is mapped from its image; NULL for anything else. */
struct nameidata {
	const char *ni_dirp;
	int ni_flags;
	struct vnode *ni_startdir;
	struct vnode *ni_rootdir;
	struct vnode *ni_topdir;
	struct vnode *ni_vp;
	struct vnode *ni_dvp;
	char ni_last[256]; /* last component, for creation and p_comm */
	int ni_loopcnt;
};
#define LOOKUP 0
#define FOLLOW 0x40
#define NOFOLLOW 0
#define WANTPARENT 0x10
#define NDINIT(ndp, op, flags, segflg, namep) (bzero((ndp), sizeof(*(ndp))), (ndp)->ni_flags = (flags), (ndp)->ni_dirp = (namep))
int namei(struct nameidata *);

extern struct mntlist mountlist;
extern struct mtx mountlist_mtx;
extern struct vnode *rootvnode;
extern struct mount *rootdevmp;

int getnewvnode(const char *tag, struct mount *, struct vop_vector *, enum vtype, struct vnode **);
void vref(struct vnode *);
void vrele(struct vnode *);
void vgone(struct vnode *);
#define vrefcnt(vp) ((int)(vp)->v_usecount)
int vflush(struct mount *, int rootrefs, int flags);
#define FORCECLOSE 0x0002

int cache_lookup(struct vnode *dvp, struct vnode **vpp, const char *name, int namelen);
void cache_enter(struct vnode *dvp, struct vnode *vp, const char *name, int namelen);
void cache_purge(struct vnode *);
void cache_purgevfs(struct mount *);
int vn_fullpath(struct vnode *vp, char **retbuf, char **freebuf);
int vn_path_to_global_path(struct thread *, struct vnode *, char *path, u_int pathlen);

static inline int vn_ismountpoint(struct vnode *vp) { return (vp->v_type == VDIR && vp->v_mountedhere != NULL); }
#if FREEBSD_SHAPE >= 1302
#define vn_irflag_set(vp, f) ((vp)->v_irflag |= (f))
#define vn_irflag_unset(vp, f) ((vp)->v_irflag &= ~(f))
#define VN_IS_DOOMED(vp) (((vp)->v_irflag & VIRF_DOOMED) != 0)
#else
#define vn_irflag_set(vp, f) ((f) == VIRF_DOOMED ? (void)((vp)->v_iflag |= VI_DOOMED_12) : (void)0)
#define vn_irflag_unset(vp, f) ((void)0)
#define VN_IS_DOOMED(vp) (((vp)->v_iflag & VI_DOOMED_12) != 0)
#endif

#define VFS_MOUNT(mp) ((mp)->mnt_op->vfs_mount(mp))
#define VFS_ROOT(mp, flags, vpp) ((mp)->mnt_op->vfs_root((mp), (flags), (vpp)))
#define VFS_STATFS(mp, sbp) ((mp)->mnt_op->vfs_statfs((mp), (sbp)))
#define VFS_UNMOUNT(mp, flags) ((mp)->mnt_op->vfs_unmount((mp), (flags)))

struct vfsconf *vfs_byname(const char *);
void vfs_register(struct vfsconf *);
#define VFS_SET(vops, fsname, flags)                                                                                       \
	static struct vfsconf fsname##_vfsconf = { .vfc_version = 0x20121030, .vfc_name = #fsname, .vfc_vfsops = &(vops),  \
		.vfc_typenum = -1, .vfc_flags = (flags) };                                                                 \
	SYSINIT(fsname##_vfs, SI_SUB_VFS, __LINE__, vfs_register, &fsname##_vfsconf)

struct mount *vfs_mount_alloc(struct vnode *, struct vfsconf *, const char *fspath, struct ucred *);
void vfs_ref(struct mount *);
void vfs_rel(struct mount *);
int vfs_busy(struct mount *, int);
void vfs_unbusy(struct mount *);
int vfs_getopt(struct vfsoptlist *, const char *name, void **buf, int *len);
char *vfs_getopts(struct vfsoptlist *, const char *name, int *error);
int vfs_flagopt(struct vfsoptlist *, const char *name, uint64_t *w, uint64_t val);
void vfs_mount_error(struct mount *, const char *fmt, ...) __printflike(2, 3);
void vfs_mountedfrom(struct mount *, const char *from);
void vfs_register_upper(struct mount *lower, struct mount_upper_node *);
void vfs_unregister_upper(struct mount *lower, struct mount_upper_node *);
int dounmount(struct mount *, uint64_t flags, struct thread *);
void vfs_unmountall(void);
void vfs_mountroot(void);
int vfs_donmount(struct thread *, uint64_t fsflags, struct vfsoptlist *);
struct mntarg;
struct mntarg *mount_arg(struct mntarg *, const char *name, const void *val, int len);
int kernel_mount(struct mntarg *, uint64_t flags);
struct vfsoptlist *vfs_newopts(void);
void vfs_addopt(struct vfsoptlist *, const char *name, const void *value, int len);

int kern_symlinkat(struct thread *, const char *target, const char *path);
int kern_funlinkat(struct thread *, const char *path);
int kern_mkdirat(struct thread *, const char *path);
int vn_create(struct nameidata *, enum vtype, const char *target);

/* fs/memfs.c: the trees of the filesystems that live on a medium. */
struct volent { const char *path; const char *text; const char *program; enum vtype type; const char *target; off_t size; };
struct volume { const char *fstype; const char *label; const struct volent *entries; int count; bool compressed; };
struct tmpfs_node;
extern struct vop_vector memfs_vnodeops;
struct tmpfs_node *memfs_tree(const struct volume *);
struct tmpfs_node *memfs_newnode(struct tmpfs_node *parent, const char *name, enum vtype);
struct tmpfs_node *memfs_child(struct tmpfs_node *, const char *name, int namelen);
void memfs_unlink(struct tmpfs_node *);
void memfs_setdev(struct tmpfs_node *, struct cdev *);
void memfs_forget(struct tmpfs_node *);
int memfs_vget(struct mount *, struct tmpfs_node *, struct vop_vector *, struct vnode **);
const struct volume *memfs_volume(struct vnode *);
int memfs_program(struct vnode *, const u_char **start, size_t *size);

#endif

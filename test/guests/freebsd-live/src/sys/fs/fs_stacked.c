/* Filesystems over others: unionfs and nullfs (sys/fs/{unionfs,nullfs}). */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static MALLOC_DEFINE(M_UNIONFSMNT, "UNIONFS mount", "UNIONFS mount structure");
static MALLOC_DEFINE(M_UNIONFSNODE, "UNIONFS node", "UNIONFS vnode private part");
static MALLOC_DEFINE(M_NULLFSMNT, "nullfs_mount", "NULLFS mount structure");

struct vop_vector unionfs_vnodeops, null_vnodeops;
static LIST_HEAD(, unionfs_node) unionfs_nodes;

static struct vnode *
unionfs_other(struct unionfs_node *unp)
{
	return (unp->un_uppervp != NULL ? unp->un_uppervp : unp->un_lowervp);
}

/* One vnode for each pair of layers. */
static int
unionfs_nodeget(struct mount *mp, struct vnode *uppervp, struct vnode *lowervp, struct vnode *dvp, const char *name, int namelen, struct vnode **vpp)
{
	struct unionfs_node *unp;

	LIST_FOREACH(unp, &unionfs_nodes, un_hash)
		if (unp->un_vnode->v_mount == mp && unp->un_uppervp == uppervp && unp->un_lowervp == lowervp) {
			*vpp = unp->un_vnode;
			return (0);
		}
	unp = malloc(sizeof(*unp), M_UNIONFSNODE, M_WAITOK | M_ZERO);
	unp->un_uppervp = uppervp;
	unp->un_lowervp = lowervp;
	unp->un_dvp = dvp;
	if (name != NULL) {
		unp->un_path = malloc(namelen + 1, M_UNIONFSNODE, M_WAITOK | M_ZERO);
		memcpy(unp->un_path, name, namelen);
		unp->un_path[namelen] = '\0';
		unp->un_pathlen = namelen;
	}
	if (uppervp != NULL)
		vref(uppervp);
	if (lowervp != NULL)
		vref(lowervp);
	getnewvnode("unionfs", mp, &unionfs_vnodeops, unionfs_other(unp)->v_type, &unp->un_vnode);
	unp->un_vnode->v_usecount = unp->un_vnode->v_holdcnt = 0;
	unp->un_vnode->v_data = unp;
	if (unp->un_vnode->v_type == VCHR)
		unp->un_vnode->v_rdev = unionfs_other(unp)->v_rdev;
	LIST_INSERT_HEAD(&unionfs_nodes, unp, un_hash);
	*vpp = unp->un_vnode;
	return (0);
}

static int
unionfs_lookup(struct vnode *dvp, const char *name, int namelen, struct vnode **vpp)
{
	struct unionfs_node *dunp = dvp->v_data;
	struct vnode *upper = NULL, *lower = NULL;

	if (dunp->un_uppervp != NULL && dunp->un_uppervp->v_op->vop_lookup(dunp->un_uppervp, name, namelen, &upper) != 0)
		upper = NULL;
	if (dunp->un_lowervp != NULL && dunp->un_lowervp->v_op->vop_lookup(dunp->un_lowervp, name, namelen, &lower) != 0)
		lower = NULL;
	if (upper == NULL && lower == NULL)
		return (ENOENT);
	if (upper != NULL && upper->v_type != VDIR)
		lower = NULL;
	return (unionfs_nodeget(dvp->v_mount, upper, lower, dvp, name, namelen, vpp));
}

static int
unionfs_parent(struct vnode *vp, struct vnode **vpp)
{
	struct unionfs_node *unp = vp->v_data;

	*vpp = unp->un_dvp;
	return (unp->un_dvp == NULL ? ENOENT : 0);
}

static int
unionfs_vptocnp(struct vnode *vp, struct vnode **dvpp, const char **name)
{
	struct unionfs_node *unp = vp->v_data;

	*name = unp->un_path;
	*dvpp = unp->un_dvp;
	return (unp->un_dvp == NULL || unp->un_path == NULL ? ENOENT : 0);
}

/* A directory of the lower layer gets its shadow in the upper one before anything is made in it. */
static int
unionfs_mkshadowdir(struct vnode *vp)
{
	struct unionfs_node *unp = vp->v_data, *dunp;
	struct vnode *dvp = unp->un_dvp, *lowerdvp;
	const char *name;
	int error;

	if (unp->un_uppervp != NULL)
		return (0);
	error = unionfs_mkshadowdir(dvp);
	if (error != 0)
		return (error);
	dunp = dvp->v_data;
	error = unp->un_lowervp->v_op->vop_vptocnp(unp->un_lowervp, &lowerdvp, &name);
	if (error == 0)
		error = dunp->un_uppervp->v_op->vop_create(dunp->un_uppervp, name, strlen(name), VDIR, NULL, &unp->un_uppervp);
	if (error == 0)
		vref(unp->un_uppervp);
	return (error);
}

static int
unionfs_create(struct vnode *dvp, const char *name, int namelen, enum vtype type, const char *target, struct vnode **vpp)
{
	struct unionfs_node *dunp = dvp->v_data;
	struct vnode *upper;
	int error = unionfs_mkshadowdir(dvp);

	if (error == 0)
		error = dunp->un_uppervp->v_op->vop_create(dunp->un_uppervp, name, namelen, type, target, &upper);
	return (error != 0 ? error : unionfs_nodeget(dvp->v_mount, upper, NULL, dvp, name, namelen, vpp));
}

static int unionfs_readlink(struct vnode *vp, char *buf, size_t size) { struct vnode *other = unionfs_other(vp->v_data); return (other->v_op->vop_readlink(other, buf, size)); }
static int unionfs_read(struct vnode *vp, off_t offset, char *buf, size_t len, ssize_t *done) { struct vnode *other = unionfs_other(vp->v_data); return (other->v_op->vop_read(other, offset, buf, len, done)); }
static off_t unionfs_size(struct vnode *vp) { struct vnode *other = unionfs_other(vp->v_data); return (other->v_op->vop_size(other)); }

static int
unionfs_write(struct vnode *vp, off_t offset, const char *buf, size_t len, ssize_t *done)
{
	struct vnode *upper = ((struct unionfs_node *)vp->v_data)->un_uppervp;

	return (upper == NULL ? EROFS : upper->v_op->vop_write(upper, offset, buf, len, done));
}

struct vop_vector unionfs_vnodeops = { .vop_name = "unionfs", .vop_lookup = unionfs_lookup, .vop_parent = unionfs_parent, .vop_create = unionfs_create, .vop_readlink = unionfs_readlink,
	.vop_read = unionfs_read, .vop_write = unionfs_write, .vop_size = unionfs_size, .vop_vptocnp = unionfs_vptocnp };

/* What lies at fspath is the lower layer, "from" or "target" the upper; "below" changes them. */
static int
unionfs_domount(struct mount *mp)
{
	struct unionfs_mount *ump;
	struct nameidata nd;
	struct vnode *lowerrootvp, *upperrootvp;
	char *target;
	bool below;
	int error;

	if (mp->mnt_flag & MNT_ROOTFS) {
		vfs_mount_error(mp, "Cannot union mount root filesystem");
		return (EOPNOTSUPP);
	}
	if (mp->mnt_flag & MNT_UPDATE) {
		vfs_mount_error(mp, "unionfs does not support mount update");
		return (EOPNOTSUPP);
	}
	below = vfs_getopt(mp->mnt_optnew, "below", NULL, NULL) == 0;
	target = vfs_getopts(mp->mnt_optnew, "target", &error);
	if (error != 0)
		target = vfs_getopts(mp->mnt_optnew, "from", &error);
	if (error != 0) {
		vfs_mount_error(mp, "Target is not specified");
		return (EINVAL);
	}
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, target);
	error = namei(&nd);
	if (error != 0)
		return (error);
	upperrootvp = nd.ni_vp;
	lowerrootvp = mp->mnt_vnodecovered;
	if (upperrootvp == lowerrootvp)
		return (EDEADLK);
	if (below) {
		lowerrootvp = upperrootvp;
		upperrootvp = mp->mnt_vnodecovered;
	}
	vref(lowerrootvp);
	ump = malloc(sizeof(*ump), M_UNIONFSMNT, M_WAITOK | M_ZERO);
	ump->um_lowervp = lowerrootvp;
	ump->um_uppervp = upperrootvp;
	ump->um_udir = ump->um_ufile = 0755;
	mp->mnt_data = ump;
	error = unionfs_nodeget(mp, upperrootvp, lowerrootvp, NULL, NULL, 0, &ump->um_rootvp);
	if (error != 0)
		return (error);
	vref(ump->um_rootvp);
	ump->um_rootvp->v_vflag |= VV_ROOT;
#if FREEBSD_SHAPE >= 1302
	ump->um_lowermp = lowerrootvp->v_mount;
	ump->um_uppermp = upperrootvp->v_mount;
	ump->um_upper_link.mp = ump->um_lower_link.mp = mp;
	vfs_register_upper(ump->um_lowermp, &ump->um_lower_link);
	vfs_register_upper(ump->um_uppermp, &ump->um_upper_link);
#endif
	mp->mnt_flag |= (lowerrootvp->v_mount->mnt_flag & MNT_LOCAL) | (upperrootvp->v_mount->mnt_flag & MNT_RDONLY);
	memset(mp->mnt_stat.f_mntfromname, 0, sizeof(mp->mnt_stat.f_mntfromname));
	snprintf(mp->mnt_stat.f_mntfromname, sizeof(mp->mnt_stat.f_mntfromname), "<%s>:%s", below ? "below" : "above", target);
	return (0);
}

static int unionfs_root(struct mount *mp, int flags __unused, struct vnode **vpp) { *vpp = ((struct unionfs_mount *)mp->mnt_data)->um_rootvp; return (0); }

static int
unionfs_unmount(struct mount *mp, int mntflags)
{
	struct unionfs_mount *ump = mp->mnt_data;
	struct unionfs_node *unp, *next;
	int error = vflush(mp, 1, mntflags & MNT_FORCE ? FORCECLOSE : 0);

	if (error != 0)
		return (error);
	for (unp = LIST_FIRST(&unionfs_nodes); unp != NULL; unp = next) {
		next = LIST_NEXT(unp, un_hash);
		if (!VN_IS_DOOMED(unp->un_vnode))
			continue;
		LIST_REMOVE(unp, un_hash);
		if (unp->un_uppervp != NULL)
			vrele(unp->un_uppervp);
		if (unp->un_lowervp != NULL)
			vrele(unp->un_lowervp);
		free(unp, M_UNIONFSNODE);
	}
#if FREEBSD_SHAPE >= 1302
	vfs_unregister_upper(ump->um_lowermp, &ump->um_lower_link);
	vfs_unregister_upper(ump->um_uppermp, &ump->um_upper_link);
#endif
	vrele(ump->um_uppervp);
	return (0);
}

static int
unionfs_statfs(struct mount *mp, struct statfs *sbp)
{
	struct unionfs_mount *ump = mp->mnt_data;
	struct statfs *upper = &ump->um_uppervp->v_mount->mnt_stat, *lower = &ump->um_lowervp->v_mount->mnt_stat;

	sbp->f_bsize = sbp->f_iosize = upper->f_bsize;
	sbp->f_blocks = upper->f_blocks + lower->f_blocks * lower->f_bsize / upper->f_bsize;
	sbp->f_bfree = upper->f_bfree;
	sbp->f_bavail = upper->f_bavail;
	sbp->f_files = upper->f_files + lower->f_files;
	return (0);
}

static struct vfsops unionfs_vfsops = { .vfs_mount = unionfs_domount, .vfs_unmount = unionfs_unmount, .vfs_root = unionfs_root, .vfs_statfs = unionfs_statfs };
VFS_SET(unionfs_vfsops, unionfs, VFCF_LOOPBACK);

static LIST_HEAD(, null_node) null_nodes;

static int
null_nodeget(struct mount *mp, struct vnode *lowervp, struct vnode **vpp)
{
	struct null_node *xp;

	LIST_FOREACH(xp, &null_nodes, null_hash)
		if (xp->null_lowervp == lowervp && xp->null_vnode->v_mount == mp) {
			*vpp = xp->null_vnode;
			return (0);
		}
	xp = malloc(sizeof(*xp), M_NULLFSMNT, M_WAITOK | M_ZERO);
	vref(lowervp);
	xp->null_lowervp = lowervp;
	getnewvnode("null", mp, &null_vnodeops, lowervp->v_type, &xp->null_vnode);
	xp->null_vnode->v_usecount = xp->null_vnode->v_holdcnt = 0;
	xp->null_vnode->v_data = xp;
	if (lowervp->v_type == VCHR)
		xp->null_vnode->v_rdev = lowervp->v_rdev;
	LIST_INSERT_HEAD(&null_nodes, xp, null_hash);
	*vpp = xp->null_vnode;
	return (0);
}

#define LOWER(vp) (((struct null_node *)(vp)->v_data)->null_lowervp)
static int null_lookup(struct vnode *dvp, const char *name, int namelen, struct vnode **vpp) { struct vnode *l; int e = LOWER(dvp)->v_op->vop_lookup(LOWER(dvp), name, namelen, &l); return (e != 0 ? e : null_nodeget(dvp->v_mount, l, vpp)); }
static int null_parent(struct vnode *vp, struct vnode **vpp) { struct vnode *l; int e = LOWER(vp)->v_op->vop_parent(LOWER(vp), &l); return (e != 0 ? e : null_nodeget(vp->v_mount, l, vpp)); }
static int null_readlink(struct vnode *vp, char *buf, size_t size) { return (LOWER(vp)->v_op->vop_readlink(LOWER(vp), buf, size)); }
static int null_read(struct vnode *vp, off_t offset, char *buf, size_t len, ssize_t *done) { return (LOWER(vp)->v_op->vop_read(LOWER(vp), offset, buf, len, done)); }
static int null_write(struct vnode *vp, off_t offset, const char *buf, size_t len, ssize_t *done) { return (LOWER(vp)->v_op->vop_write == NULL ? EROFS : LOWER(vp)->v_op->vop_write(LOWER(vp), offset, buf, len, done)); }
static off_t null_size(struct vnode *vp) { return (LOWER(vp)->v_op->vop_size(LOWER(vp))); }

static int
null_vptocnp(struct vnode *vp, struct vnode **dvpp, const char **name)
{
	struct vnode *l;
	int error = LOWER(vp)->v_op->vop_vptocnp == NULL ? ENOENT : LOWER(vp)->v_op->vop_vptocnp(LOWER(vp), &l, name);

	return (error != 0 ? error : null_nodeget(vp->v_mount, l, dvpp));
}

struct vop_vector null_vnodeops = { .vop_name = "null", .vop_lookup = null_lookup, .vop_parent = null_parent, .vop_readlink = null_readlink, .vop_read = null_read, .vop_write = null_write,
	.vop_size = null_size, .vop_vptocnp = null_vptocnp };

#if FREEBSD_SHAPE >= 1302
#define nullm_root(xmp) ((xmp)->nullm_lowerrootvp)
#else
#define nullm_root(xmp) ((xmp)->nullm_rootvp)
#endif

static int
nullfs_mount(struct mount *mp)
{
	struct null_mount *xmp;
	struct nameidata nd;
	struct vnode *rootvp;
	char *target;
	int error;

	if (mp->mnt_flag & (MNT_ROOTFS | MNT_UPDATE))
		return (EOPNOTSUPP);
	target = vfs_getopts(mp->mnt_optnew, "target", &error);
	if (error != 0)
		target = vfs_getopts(mp->mnt_optnew, "from", &error);
	if (error != 0)
		return (EINVAL);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, target);
	error = namei(&nd);
	if (error != 0)
		return (error);
	xmp = malloc(sizeof(*xmp), M_NULLFSMNT, M_WAITOK | M_ZERO);
	xmp->nullm_vfs = nd.ni_vp->v_mount;
	nullm_root(xmp) = nd.ni_vp;
	mp->mnt_data = xmp;
	mp->mnt_flag |= nd.ni_vp->v_mount->mnt_flag & MNT_LOCAL;
#if FREEBSD_SHAPE >= 1302
	xmp->upper_node.mp = mp;
	vfs_register_upper(xmp->nullm_vfs, &xmp->upper_node);
#endif
	vfs_mountedfrom(mp, target);
	error = null_nodeget(mp, nd.ni_vp, &rootvp);
	if (error == 0)
		rootvp->v_vflag |= VV_ROOT;
	return (error);
}

static int nullfs_root(struct mount *mp, int flags __unused, struct vnode **vpp) { return (null_nodeget(mp, nullm_root((struct null_mount *)mp->mnt_data), vpp)); }
static int nullfs_statfs(struct mount *mp, struct statfs *sbp) { struct statfs *l = &((struct null_mount *)mp->mnt_data)->nullm_vfs->mnt_stat; sbp->f_bsize = l->f_bsize; sbp->f_iosize = l->f_iosize; sbp->f_blocks = l->f_blocks; sbp->f_bfree = l->f_bfree; return (0); }

static int
nullfs_unmount(struct mount *mp, int mntflags)
{
	struct null_mount *xmp = mp->mnt_data;
	struct null_node *xp, *next;
	int error = vflush(mp, 0, mntflags & MNT_FORCE ? FORCECLOSE : 0);

	if (error != 0)
		return (error);
	for (xp = LIST_FIRST(&null_nodes); xp != NULL; xp = next) {
		next = LIST_NEXT(xp, null_hash);
		if (VN_IS_DOOMED(xp->null_vnode)) {
			LIST_REMOVE(xp, null_hash);
			vrele(xp->null_lowervp);
			free(xp, M_NULLFSMNT);
		}
	}
#if FREEBSD_SHAPE >= 1302
	vfs_unregister_upper(xmp->nullm_vfs, &xmp->upper_node);
#endif
	vrele(nullm_root(xmp));
	return (0);
}

static struct vfsops nullfs_vfsops = { .vfs_mount = nullfs_mount, .vfs_unmount = nullfs_unmount, .vfs_root = nullfs_root, .vfs_statfs = nullfs_statfs };
VFS_SET(nullfs_vfsops, nullfs, VFCF_LOOPBACK | VFCF_JAIL);

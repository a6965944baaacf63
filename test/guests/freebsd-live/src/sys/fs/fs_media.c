/* The filesystems that lie on a medium or in memory: cd9660, ufs, msdosfs, tmpfs, devfs. Each has the mount structure's name upstream gives it. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>

static MALLOC_DEFINE(M_MEDIAMNT, "media_mount", "mount structures of media");

struct iso_mnt { struct mount *im_mountp; struct tmpfs_node *im_root; struct g_provider *im_pp; int logical_block_size; int volume_space_size; };
struct ufsmount { struct mount *um_mountp; struct tmpfs_node *um_root; struct g_provider *um_pp; uint64_t um_fstype; const struct volume *um_volume; };
struct msdosfsmount { struct mount *pm_mountp; struct tmpfs_node *pm_root; struct g_provider *pm_pp; u_int pm_bpcluster; };
struct tmpfs_mount { struct tmpfs_node *tm_root; size_t tm_size_max; u_long tm_nodes_max; };
struct devfs_mount { struct tmpfs_node *dm_rootdir; u_int dm_idx, dm_generation; };

static struct volent empty_entries[1];
static const struct volume empty_volume = { "none", "", empty_entries, 0, false };

static void
media_statfs(struct mount *mp, uint64_t bsize, uint64_t blocks, uint64_t bfree)
{
	struct statfs *sbp = &mp->mnt_stat;

	sbp->f_bsize = sbp->f_iosize = bsize;
	sbp->f_blocks = blocks;
	sbp->f_bfree = bfree;
	sbp->f_bavail = bfree;
	sbp->f_files = mp->mnt_nvnodelistsize;
}

/* The "from" option's device, opened as this filesystem. */
static int
media_open(struct mount *mp, const char *fstype, struct g_provider **ppp, const struct volume **volume)
{
	struct nameidata nd;
	char *fspec;
	int error;

	fspec = vfs_getopts(mp->mnt_optnew, "from", &error);
	if (error != 0) {
		vfs_mount_error(mp, "Invalid from: mount option");
		return (EINVAL);
	}
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, fspec);
	error = namei(&nd);
	if (error != 0)
		return (error);
	vrele(nd.ni_vp);
	if (nd.ni_vp->v_type != VCHR)
		return (15); /* ENOTBLK */
	*ppp = nd.ni_vp->v_rdev->si_drv1;
	if (*ppp == NULL)
		return (ENXIO);
	error = g_open_volume((*ppp)->name, fstype, volume);
	if (error != 0)
		return (error);
	(*ppp)->acr++;
	vfs_mountedfrom(mp, fspec);
	return (0);
}

static int
cd9660_mount(struct mount *mp)
{
	const struct volume *volume;
	struct g_provider *pp;
	struct iso_mnt *isomp;
	int error;

	if (mp->mnt_flag & MNT_UPDATE)
		return ((mp->mnt_flag & MNT_RDONLY) ? 0 : EROFS);
	mp->mnt_flag |= MNT_RDONLY | MNT_LOCAL;
	error = media_open(mp, "cd9660", &pp, &volume);
	if (error != 0)
		return (error);
	isomp = malloc(sizeof(*isomp), M_MEDIAMNT, M_WAITOK | M_ZERO);
	isomp->im_mountp = mp;
	isomp->im_pp = pp;
	isomp->im_root = memfs_tree(volume);
	isomp->logical_block_size = 2048;
	isomp->volume_space_size = pp->mediasize / 2048;
	mp->mnt_data = isomp;
	mp->mnt_time = 1767225600;
	return (0);
}

static int cd9660_root(struct mount *mp, int flags __unused, struct vnode **vpp) { return (memfs_vget(mp, ((struct iso_mnt *)mp->mnt_data)->im_root, &memfs_vnodeops, vpp)); }
static int cd9660_statfs(struct mount *mp, struct statfs *sbp __unused) { media_statfs(mp, 2048, ((struct iso_mnt *)mp->mnt_data)->volume_space_size, 0); return (0); }

static int
cd9660_unmount(struct mount *mp, int mntflags)
{
	struct iso_mnt *isomp = mp->mnt_data;
	int error = vflush(mp, 0, mntflags & MNT_FORCE ? FORCECLOSE : 0);

	if (error == 0)
		isomp->im_pp->acr--;
	return (error);
}

static struct vfsops cd9660_vfsops = { .vfs_mount = cd9660_mount, .vfs_unmount = cd9660_unmount, .vfs_root = cd9660_root, .vfs_statfs = cd9660_statfs };
VFS_SET(cd9660_vfsops, cd9660, VFCF_READONLY);

static int
ffs_mount(struct mount *mp)
{
	const struct volume *volume;
	struct g_provider *pp;
	struct ufsmount *ump;
	int error;

	if (mp->mnt_flag & MNT_UPDATE)
		return (((struct ufsmount *)mp->mnt_data)->um_volume->compressed && !(mp->mnt_flag & MNT_RDONLY) ? EROFS : 0);
	error = media_open(mp, "ufs", &pp, &volume);
	if (error != 0)
		return (error);
	if (volume->compressed && !(mp->mnt_flag & MNT_RDONLY)) {
		pp->acr--;
		return (EROFS);
	}
	mp->mnt_flag |= MNT_LOCAL;
	ump = malloc(sizeof(*ump), M_MEDIAMNT, M_WAITOK | M_ZERO);
	ump->um_mountp = mp;
	ump->um_pp = pp;
	ump->um_volume = volume;
	ump->um_fstype = 2;
	ump->um_root = memfs_tree(volume);
	mp->mnt_data = ump;
	mp->mnt_time = 1767225600;
	return (0);
}

static int ffs_root(struct mount *mp, int flags __unused, struct vnode **vpp) { return (memfs_vget(mp, ((struct ufsmount *)mp->mnt_data)->um_root, &memfs_vnodeops, vpp)); }

static int
ffs_statfs(struct mount *mp, struct statfs *sbp __unused)
{
	uint64_t blocks = ((struct ufsmount *)mp->mnt_data)->um_pp->mediasize / 4096;

	media_statfs(mp, 4096, blocks, mp->mnt_flag & MNT_RDONLY ? 0 : blocks / 7);
	return (0);
}

static int
ffs_unmount(struct mount *mp, int mntflags)
{
	struct ufsmount *ump = mp->mnt_data;
	int error = vflush(mp, 0, mntflags & MNT_FORCE ? FORCECLOSE : 0);

	if (error == 0)
		ump->um_pp->acr--;
	return (error);
}

static struct vfsops ufs_vfsops = { .vfs_mount = ffs_mount, .vfs_unmount = ffs_unmount, .vfs_root = ffs_root, .vfs_statfs = ffs_statfs };
VFS_SET(ufs_vfsops, ufs, 0);

static int
msdosfs_mount(struct mount *mp)
{
	const struct volume *volume;
	struct g_provider *pp;
	struct msdosfsmount *pmp;
	int error;

	if (mp->mnt_flag & MNT_UPDATE)
		return (0);
	error = media_open(mp, "msdosfs", &pp, &volume);
	if (error != 0)
		return (error);
	mp->mnt_flag |= MNT_LOCAL;
	pmp = malloc(sizeof(*pmp), M_MEDIAMNT, M_WAITOK | M_ZERO);
	pmp->pm_mountp = mp;
	pmp->pm_pp = pp;
	pmp->pm_bpcluster = 4096;
	pmp->pm_root = memfs_tree(volume);
	mp->mnt_data = pmp;
	return (0);
}

static int msdosfs_root(struct mount *mp, int flags __unused, struct vnode **vpp) { return (memfs_vget(mp, ((struct msdosfsmount *)mp->mnt_data)->pm_root, &memfs_vnodeops, vpp)); }
static int msdosfs_statfs(struct mount *mp, struct statfs *sbp __unused) { struct msdosfsmount *pmp = mp->mnt_data; media_statfs(mp, pmp->pm_bpcluster, pmp->pm_pp->mediasize / pmp->pm_bpcluster, 4000); return (0); }

static int
msdosfs_unmount(struct mount *mp, int mntflags)
{
	int error = vflush(mp, 0, mntflags & MNT_FORCE ? FORCECLOSE : 0);

	if (error == 0)
		((struct msdosfsmount *)mp->mnt_data)->pm_pp->acr--;
	return (error);
}

static struct vfsops msdosfs_vfsops = { .vfs_mount = msdosfs_mount, .vfs_unmount = msdosfs_unmount, .vfs_root = msdosfs_root, .vfs_statfs = msdosfs_statfs };
VFS_SET(msdosfs_vfsops, msdosfs, 0);

static int
tmpfs_mount(struct mount *mp)
{
	struct tmpfs_mount *tmp;

	if (mp->mnt_flag & MNT_UPDATE)
		return (0);
	mp->mnt_flag |= MNT_LOCAL;
	tmp = malloc(sizeof(*tmp), M_MEDIAMNT, M_WAITOK | M_ZERO);
	tmp->tm_root = memfs_tree(&empty_volume);
	tmp->tm_size_max = 64UL << 20;
	tmp->tm_nodes_max = 4096;
	mp->mnt_data = tmp;
	vfs_mountedfrom(mp, "tmpfs");
	return (0);
}

static int tmpfs_root(struct mount *mp, int flags __unused, struct vnode **vpp) { return (memfs_vget(mp, ((struct tmpfs_mount *)mp->mnt_data)->tm_root, &memfs_vnodeops, vpp)); }
static int tmpfs_statfs(struct mount *mp, struct statfs *sbp __unused) { uint64_t pages = ((struct tmpfs_mount *)mp->mnt_data)->tm_size_max / PAGE_SIZE; media_statfs(mp, PAGE_SIZE, pages, pages - 3); return (0); }
static int tmpfs_unmount(struct mount *mp, int mntflags) { return (vflush(mp, 0, mntflags & MNT_FORCE ? FORCECLOSE : 0)); }

static struct vfsops tmpfs_vfsops = { .vfs_mount = tmpfs_mount, .vfs_unmount = tmpfs_unmount, .vfs_root = tmpfs_root, .vfs_statfs = tmpfs_statfs };
VFS_SET(tmpfs_vfsops, tmpfs, VFCF_JAIL);

/* devfs shows the devices there are at each look. */
static u_int devfs_mounts;

static struct tmpfs_node *
devfs_dir(struct tmpfs_node *root, char *name)
{
	struct tmpfs_node *node;
	char *slash;

	while ((slash = strchr(name, '/')) != NULL) {
		*slash = '\0';
		node = memfs_child(root, name, strlen(name));
		root = node != NULL ? node : memfs_newnode(root, name, VDIR);
		memmove(name, slash + 1, strlen(slash + 1) + 1);
	}
	return (root);
}

static void
devfs_populate(struct devfs_mount *dmp)
{
	struct cdev *dev;
	struct tmpfs_node *dir, *node;
	char name[SPECNAMELEN + 1];

	if (dmp->dm_generation == devfs_generation)
		return;
	dmp->dm_generation = devfs_generation;
	LIST_FOREACH(dev, &devfs_cdevs, si_list) {
		strlcpy(name, dev->si_name, sizeof(name));
		dir = devfs_dir(dmp->dm_rootdir, name);
		if (memfs_child(dir, name, strlen(name)) == NULL) {
			node = memfs_newnode(dir, name, VCHR);
			memfs_setdev(node, dev);
		}
	}
}

static int
devfs_mount(struct mount *mp)
{
	struct devfs_mount *dmp;

	if (mp->mnt_flag & MNT_UPDATE)
		return (0);
	dmp = malloc(sizeof(*dmp), M_MEDIAMNT, M_WAITOK | M_ZERO);
	dmp->dm_idx = devfs_mounts++;
	dmp->dm_generation = ~0u;
	dmp->dm_rootdir = memfs_tree(&empty_volume);
	mp->mnt_flag |= MNT_MULTILABEL | MNT_LOCAL;
	mp->mnt_data = dmp;
	devfs_populate(dmp);
	vfs_mountedfrom(mp, "devfs");
	return (0);
}

static int
devfs_root(struct mount *mp, int flags __unused, struct vnode **vpp)
{
	struct devfs_mount *dmp = mp->mnt_data;

	devfs_populate(dmp);
	(void)memfs_vget(mp, dmp->dm_rootdir, &memfs_vnodeops, vpp);
	(*vpp)->v_vflag |= VV_ROOT;
	return (0);
}

static int devfs_statfs(struct mount *mp, struct statfs *sbp __unused) { media_statfs(mp, 512, 2, 0); return (0); }
static int devfs_unmount(struct mount *mp, int mntflags) { return (vflush(mp, 1, mntflags & MNT_FORCE ? FORCECLOSE : 0)); }

static struct vfsops devfs_vfsops = { .vfs_mount = devfs_mount, .vfs_unmount = devfs_unmount, .vfs_root = devfs_root, .vfs_statfs = devfs_statfs };
VFS_SET(devfs_vfsops, devfs, VFCF_SYNTHETIC | VFCF_JAIL);

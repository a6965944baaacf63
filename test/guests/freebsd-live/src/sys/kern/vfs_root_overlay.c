/*
 * NextBSD's vfs.root.overlay hook: when the root is up, a tmpfs on /.overlay and a unionfs over /, both layers hidden from df.
 * Asked for by the variable; vfs.root.overlay.curproc_only chooses the historical way of moving roots, which forgot everyone
 * but the current process (pwd_set_rootvnode in place of mountcheckdirs).
 */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

/* The union is put together by hand: mount(2) would itself move everybody's root. */
static int
overlay_union(struct thread *td, struct mount *lowermp, struct mount **unionmpp)
{
	struct vfsconf *vfsp = vfs_byname("unionfs");
	struct mount *mp;
	struct vnode *newdp;
	int error;

	if (vfsp == NULL)
		return (ENODEV);
	mp = vfs_mount_alloc(rootvnode, vfsp, "/", td->td_ucred);
	mp->mnt_optnew = vfs_newopts();
	vfs_addopt(mp->mnt_optnew, "fstype", "unionfs", 8);
	vfs_addopt(mp->mnt_optnew, "fspath", "/", 2);
	vfs_addopt(mp->mnt_optnew, "from", "/.overlay", 10);
	error = VFS_MOUNT(mp);
	if (error == 0)
		error = VFS_STATFS(mp, &mp->mnt_stat);
	if (error == 0)
		error = VFS_ROOT(mp, 0, &newdp);
	if (error != 0)
		return (error);
	newdp->v_vflag |= VV_ROOT;
	mp->mnt_opt = mp->mnt_optnew;
	mp->mnt_optnew = NULL;
	vn_irflag_set(rootvnode, VIRF_MOUNTPOINT);
	rootvnode->v_mountedhere = mp;
	lowermp->mnt_flag |= MNT_IGNORE;
	lowermp->mnt_stat.f_flags = lowermp->mnt_flag;
	mtx_lock(&mountlist_mtx);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	*unionmpp = mp;
	return (0);
}

static void
vfs_root_overlay(void *arg __unused)
{
	struct thread *td = curthread;
	struct mount *lowermp, *unionmp, *uppermp;
	struct vnode *lowervp, *unionvp;
	struct mntarg *ma;
	char *overlay;
	bool curproc_only;
	int error;

	overlay = kern_getenv("vfs.root.overlay");
	if (overlay == NULL)
		return;
	lowervp = rootvnode;
	lowermp = lowervp->v_mount;
	printf("vfs.root.overlay: %s upper over %s (%s)\n", overlay, lowermp->mnt_stat.f_fstypename, lowermp->mnt_stat.f_mntfromname);

	ma = NULL;
	ma = mount_arg(ma, "fstype", overlay, -1);
	ma = mount_arg(ma, "fspath", "/.overlay", -1);
	ma = mount_arg(ma, "from", "tmpfs", -1);
	error = kernel_mount(ma, MNT_IGNORE);
	if (error != 0) {
		printf("vfs.root.overlay: cannot mount %s on /.overlay: error %d\n", overlay, error);
		freeenv(overlay);
		return;
	}
	uppermp = TAILQ_LAST(&mountlist, mntlist);
	error = overlay_union(td, lowermp, &unionmp);
	if (error != 0) {
		printf("vfs.root.overlay: cannot mount unionfs on /: error %d\n", error);
		freeenv(overlay);
		return;
	}

	if (VFS_ROOT(unionmp, 0, &unionvp))
		panic("vfs_root_overlay: Cannot find root vnode");
	curproc_only = getenv_is_true("vfs.root.overlay.curproc_only");
	if (curproc_only) {
		vref(unionvp);
		rootvnode = unionvp;
		pwd_set_rootvnode();
	} else
		mountcheckdirs(lowervp, unionvp);
	/* The devfs of the start lies under the lower layer's /dev, out of reach from the union. */
	ma = NULL;
	ma = mount_arg(ma, "fstype", "devfs", -1);
	ma = mount_arg(ma, "fspath", "/dev", -1);
	ma = mount_arg(ma, "from", "devfs", -1);
	error = kernel_mount(ma, 0);
	if (error != 0)
		printf("vfs.root.overlay: cannot mount devfs on /dev: error %d\n", error);
	printf("vfs.root.overlay: / is now %s (%s over %s)\n", unionmp->mnt_stat.f_fstypename, uppermp->mnt_stat.f_fstypename, lowermp->mnt_stat.f_fstypename);
	freeenv(overlay);
}

static void
vfs_root_overlay_init(const void *arg __unused)
{
	eventhandler_register(&mountroot_list, vfs_root_overlay, NULL, 20000);
}
SYSINIT(vfs_root_overlay, SI_SUB_VFS, 10000, vfs_root_overlay_init, NULL);

/* NextBSD's vfs.pivot: a mounted filesystem becomes the root in place, by sysctl (nextbsd-kernel src-overlay/sys/kern/vfs_pivot.c). */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include "vfs_overlay.h"

static int
vfs_pivot_to(struct thread *td __unused, const char *path)
{
	struct nameidata nd;
	struct mount *newmp, *oldmp;
	struct vnode *newvp, *oldvp;
	char from[MNAMELEN / 4];
	int error;

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	newvp = nd.ni_vp;
	if ((newvp->v_vflag & VV_ROOT) == 0 || (newvp->v_mount->mnt_flag & MNT_ROOTFS) != 0) {
		vrele(newvp);
		return (EINVAL);
	}
	newmp = newvp->v_mount;
	oldvp = rootvnode;
	oldmp = oldvp->v_mount;
	strlcpy(from, newmp->mnt_stat.f_mntonname, sizeof(from));

	mtx_lock(&mountlist_mtx);
	TAILQ_REMOVE(&mountlist, newmp, mnt_list);
	TAILQ_INSERT_HEAD(&mountlist, newmp, mnt_list);
	mtx_unlock(&mountlist_mtx);

	/* The old root keeps its name: two mounts are called "/". */
	oldmp->mnt_flag &= ~MNT_ROOTFS;
	newmp->mnt_flag |= MNT_ROOTFS;
	memset(newmp->mnt_stat.f_mntonname, 0, sizeof(newmp->mnt_stat.f_mntonname));
	strlcpy(newmp->mnt_stat.f_mntonname, "/", sizeof(newmp->mnt_stat.f_mntonname));
	oldmp->mnt_stat.f_flags = oldmp->mnt_flag;
	newmp->mnt_stat.f_flags = newmp->mnt_flag;

	rootvnode = newvp;
	vref(rootvnode);
	mountcheckdirs(oldvp, newvp);
	cache_purgevfs(oldmp);
	printf("vfs.pivot: / is now %s (mounted from %s)\n", newmp->mnt_stat.f_fstypename, from);
	return (0);
}

int
sysctl_vfs_pivot(struct thread *td, const char *path)
{
	return (vfs_pivot_to(td, path));
}

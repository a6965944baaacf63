/* Vnodes' lives and the list of filesystems: sys/kern/{vfs_subr,vfs_init}.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

struct mntlist mountlist = TAILQ_HEAD_INITIALIZER(mountlist);
struct mtx mountlist_mtx;
TAILQ_HEAD(vfsconfhead, vfsconf);
struct vfsconfhead vfsconf = TAILQ_HEAD_INITIALIZER(vfsconf);
static int maxvfsconf = 1;
u_long numvnodes;

static int
dead_lookup(struct vnode *dvp __unused, const char *name __unused, int namelen __unused, struct vnode **vpp)
{
	*vpp = NULL;
	return (ENOTDIR);
}

static int
dead_read(struct vnode *vp __unused, off_t offset __unused, char *buf __unused, size_t len __unused, ssize_t *done __unused)
{
	return (EIO);
}

struct vop_vector dead_vnodeops = { .vop_name = "dead", .vop_lookup = dead_lookup, .vop_read = dead_read };

void
vfs_register(struct vfsconf *vfc)
{
	vfc->vfc_typenum = maxvfsconf++;
	TAILQ_INSERT_TAIL(&vfsconf, vfc, vfc_list);
	if (vfc->vfc_vfsops->vfs_init != NULL)
		vfc->vfc_vfsops->vfs_init(vfc);
}

/* "ffs" is an old name of "ufs". */
struct vfsconf *
vfs_byname(const char *name)
{
	struct vfsconf *vfsp;

	if (strcmp(name, "ffs") == 0)
		name = "ufs";
	TAILQ_FOREACH(vfsp, &vfsconf, vfc_list)
		if (strcmp(name, vfsp->vfc_name) == 0)
			return (vfsp);
	return (NULL);
}

int
getnewvnode(const char *tag, struct mount *mp, struct vop_vector *vops, enum vtype type, struct vnode **vpp)
{
	struct vnode *vp = malloc(sizeof(*vp), M_VNODE, M_WAITOK | M_ZERO);

	vp->v_type = type;
	vp->v_op = vops;
	vp->v_mount = mp;
	TAILQ_INIT(&vp->v_cache_dst);
	LIST_INIT(&vp->v_cache_src);
	mtx_init(&vp->v_interlock, "vnode interlock", NULL, MTX_DEF);
	vp->v_lock.lock_object.lo_name = tag;
	vp->v_vnlock = &vp->v_lock;
#if FREEBSD_SHAPE < 1302
	vp->v_tag = tag;
#elif FREEBSD_SHAPE >= 1501
	vp->v_state = VSTATE_CONSTRUCTED;
#endif
	vp->v_hash = ++numvnodes;
	vp->v_usecount = vp->v_holdcnt = 1;
	if (mp != NULL) {
		TAILQ_INSERT_TAIL(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
		mp->mnt_nvnodelistsize++;
		mp->mnt_ref++;
	}
	*vpp = vp;
	return (0);
}

void
vref(struct vnode *vp)
{
	vp->v_usecount++;
	vp->v_holdcnt++;
}

/* Vnodes stay cached when nobody uses them; only unmounting ends them. */
void
vrele(struct vnode *vp)
{
	if (vp->v_usecount == 0)
		panic("vrele: negative ref count");
	vp->v_usecount--;
	vp->v_holdcnt--;
}

void
vgone(struct vnode *vp)
{
	struct mount *mp = vp->v_mount;

	cache_purge(vp);
	vn_irflag_set(vp, VIRF_DOOMED);
#if FREEBSD_SHAPE >= 1501
	vp->v_state = VSTATE_DEAD;
#endif
	vp->v_op = &dead_vnodeops;
	vp->v_type = VBAD;
	vp->v_data = NULL;
	vp->v_mountedhere = NULL;
	vp->v_mount = NULL;
	if (mp != NULL) {
		TAILQ_REMOVE(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
		mp->mnt_nvnodelistsize--;
		mp->mnt_ref--;
	}
}

/*
 * Ends every vnode of a mount. A memory disk's backing file is told by VV_MD: upstream's forced flush dooms it like any other;
 * here vfs.reroot.md says whether it does ("orphan") or stays busy.
 */
int
vflush(struct mount *mp, int rootrefs __unused, int flags)
{
	struct vnode *vp, *mvp;
	char *policy = kern_getenv("vfs.reroot.md");
	bool orphan = policy != NULL && strcmp(policy, "orphan") == 0;
	int busy = 0;

	freeenv(policy);
	TAILQ_FOREACH(vp, &mp->mnt_nvnodelist, v_nmntvnodes)
		if (vp->v_usecount > 0 && ((flags & FORCECLOSE) == 0 ? (vp->v_vflag & VV_ROOT) == 0 : (vp->v_vflag & VV_MD) != 0 && !orphan))
			busy++;
	if (busy != 0)
		return (EBUSY);
	TAILQ_FOREACH_SAFE(vp, &mp->mnt_nvnodelist, v_nmntvnodes, mvp)
		vgone(vp);
	return (0);
}

/* In the order they went up, the last first; /dev after all others. */
static void
unmount_or_warn(struct mount *mp)
{
	int error;

	error = dounmount(mp, MNT_FORCE, curthread);
	if (error != 0) {
		printf("unmount of %s failed (", mp->mnt_stat.f_mntonname);
		if (error == EBUSY)
			printf("BUSY)\n");
		else
			printf("%d)\n", error);
	}
}

void
vfs_unmountall(void)
{
	struct mount *mp, *tmp;

	TAILQ_FOREACH_REVERSE_SAFE(mp, &mountlist, mntlist, mnt_list, tmp) {
		vfs_ref(mp);
		if (mp == rootdevmp)
			continue;
		unmount_or_warn(mp);
	}
	if (rootdevmp != NULL)
		unmount_or_warn(rootdevmp);
}

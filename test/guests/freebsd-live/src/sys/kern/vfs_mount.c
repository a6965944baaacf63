/* Mounting and unmounting: sys/kern/vfs_mount.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

struct mntarg { struct vfsoptlist *list; char *errmsg; int errmsg_len; };

struct vfsoptlist *
vfs_newopts(void)
{
	struct vfsoptlist *opts = malloc(sizeof(*opts), M_MOUNT, M_WAITOK | M_ZERO);

	TAILQ_INIT(opts);
	return (opts);
}

void
vfs_addopt(struct vfsoptlist *opts, const char *name, const void *value, int len)
{
	struct vfsopt *opt = malloc(sizeof(*opt), M_MOUNT, M_WAITOK | M_ZERO);

	opt->name = strdup(name, M_MOUNT);
	opt->pos = -1;
	opt->len = len;
	if (len > 0) {
		opt->value = malloc(len, M_MOUNT, M_WAITOK);
		memcpy(opt->value, value, len);
	}
	TAILQ_INSERT_TAIL(opts, opt, link);
}

static void
vfs_freeopt(struct vfsoptlist *opts, struct vfsopt *opt)
{
	TAILQ_REMOVE(opts, opt, link);
	free(opt->name, M_MOUNT);
	free(opt->value, M_MOUNT);
	free(opt, M_MOUNT);
}

static void
vfs_deleteopt(struct vfsoptlist *opts, const char *name)
{
	struct vfsopt *opt, *temp;

	TAILQ_FOREACH_SAFE(opt, opts, link, temp)
		if (strcmp(opt->name, name) == 0)
			vfs_freeopt(opts, opt);
}

static void
vfs_freeopts(struct vfsoptlist *opts)
{
	while (!TAILQ_EMPTY(opts))
		vfs_freeopt(opts, TAILQ_FIRST(opts));
	free(opts, M_MOUNT);
}

int
vfs_getopt(struct vfsoptlist *opts, const char *name, void **buf, int *len)
{
	struct vfsopt *opt;

	TAILQ_FOREACH(opt, opts, link)
		if (strcmp(name, opt->name) == 0) {
			opt->seen = 1;
			if (len != NULL)
				*len = opt->len;
			if (buf != NULL)
				*buf = opt->value;
			return (0);
		}
	return (ENOENT);
}

char *
vfs_getopts(struct vfsoptlist *opts, const char *name, int *error)
{
	void *value;
	int len;

	*error = vfs_getopt(opts, name, &value, &len);
	if (*error == 0 && (len == 0 || ((char *)value)[len - 1] != '\0'))
		*error = EINVAL;
	return (*error == 0 ? value : NULL);
}

int
vfs_flagopt(struct vfsoptlist *opts, const char *name, uint64_t *w, uint64_t val)
{
	if (vfs_getopt(opts, name, NULL, NULL) == 0) {
		*w |= val;
		return (1);
	}
	return (0);
}

/* The caller's "errmsg" buffer, if it gave one. */
void
vfs_mount_error(struct mount *mp, const char *fmt, ...)
{
	struct vfsopt *opt;
	va_list ap;

	TAILQ_FOREACH(opt, mp->mnt_optnew, link)
		if (strcmp(opt->name, "errmsg") == 0 && opt->len > 0) {
			va_start(ap, fmt);
			vsnprintf(opt->value, opt->len, fmt, ap);
			va_end(ap);
		}
}

void
vfs_mountedfrom(struct mount *mp, const char *from)
{
	memset(mp->mnt_stat.f_mntfromname, 0, sizeof(mp->mnt_stat.f_mntfromname));
	strlcpy(mp->mnt_stat.f_mntfromname, from, sizeof(mp->mnt_stat.f_mntfromname));
}

void vfs_ref(struct mount *mp) { mp->mnt_ref++; }
void vfs_rel(struct mount *mp) { mp->mnt_ref--; }

int
vfs_busy(struct mount *mp, int flags __unused)
{
	if (mp->mnt_kern_flag & MNTK_UNMOUNT)
		return (ENOENT);
	mp->mnt_ref++;
	mp->mnt_lockref++;
	return (0);
}

void
vfs_unbusy(struct mount *mp)
{
	mp->mnt_lockref--;
	mp->mnt_ref--;
}

void
vfs_register_upper(struct mount *lower, struct mount_upper_node *upper)
{
#if FREEBSD_SHAPE >= 1302
	TAILQ_INSERT_TAIL(&lower->mnt_uppers, upper, mnt_upper_link);
#else
	(void)lower, (void)upper;
#endif
}

void
vfs_unregister_upper(struct mount *lower, struct mount_upper_node *upper)
{
#if FREEBSD_SHAPE >= 1302
	TAILQ_REMOVE(&lower->mnt_uppers, upper, mnt_upper_link);
#else
	(void)lower, (void)upper;
#endif
}

struct mount *
vfs_mount_alloc(struct vnode *vp, struct vfsconf *vfsp, const char *fspath, struct ucred *cred)
{
	static int fsid;
	struct mount *mp = malloc(sizeof(*mp), M_MOUNT, M_WAITOK | M_ZERO);

	mtx_init(&mp->mnt_mtx, "struct mount mtx", NULL, MTX_DEF);
	mtx_init(&mp->mnt_listmtx, "struct mount vlist mtx", NULL, MTX_DEF);
	TAILQ_INIT(&mp->mnt_nvnodelist);
	TAILQ_INIT(&mp->mnt_uppers);
#if FREEBSD_SHAPE >= 1302
	TAILQ_INIT(&mp->mnt_lazyvnodelist);
	mp->mnt_vfs_ops = 1;
#endif
#if FREEBSD_SHAPE >= 1501
	TAILQ_INIT(&mp->mnt_notify);
	mp->mnt_pcpu = malloc(sizeof(*mp->mnt_pcpu), M_MOUNT, M_WAITOK | M_ZERO);
#endif
	mp->mnt_ref = 1;
	mp->mnt_op = vfsp->vfc_vfsops;
	mp->mnt_vfc = vfsp;
	vfsp->vfc_refcount++;
	mp->mnt_gen++;
	strlcpy(mp->mnt_stat.f_fstypename, vfsp->vfc_name, MFSNAMELEN);
	mp->mnt_vnodecovered = vp;
	mp->mnt_cred = crhold(cred);
	mp->mnt_stat.f_owner = cred->cr_uid;
	mp->mnt_stat.f_version = 0x20140518;
	mp->mnt_stat.f_type = vfsp->vfc_typenum;
	mp->mnt_stat.f_fsid.val[0] = ++fsid;
	mp->mnt_stat.f_fsid.val[1] = vfsp->vfc_typenum;
	mp->mnt_stat.f_namemax = 255;
	mp->mnt_hashseed = 0x9e3779b9u * fsid;
	strlcpy(mp->mnt_stat.f_mntonname, fspath, MNAMELEN);
	mp->mnt_iosize_max = 65536;
	return (mp);
}

static void
vfs_mount_destroy(struct mount *mp)
{
	mp->mnt_vfc->vfc_refcount--;
	crfree(mp->mnt_cred);
	free(mp, M_MOUNT);
}

static void
vfs_op_exit(struct mount *mp)
{
#if FREEBSD_SHAPE >= 1302
	mp->mnt_vfs_ops--;
#else
	(void)mp;
#endif
}

static int
vfs_domount_first(struct thread *td, struct vfsconf *vfsp, char *fspath, struct vnode *vp, uint64_t fsflags, struct vfsoptlist *opts)
{
	struct mount *mp;
	struct vnode *newdp;
	int error;

	if (vp->v_type != VDIR)
		return (ENOTDIR);
	/* vp is already the root of whatever is mounted there: namei went through. */
	if (vn_ismountpoint(vp))
		return (EBUSY);

	mp = vfs_mount_alloc(vp, vfsp, fspath, td->td_ucred);
	mp->mnt_optnew = opts;
	mp->mnt_flag = fsflags & (MNT_RDONLY | MNT_NOEXEC | MNT_NOSUID | MNT_UNION | MNT_SYNCHRONOUS | MNT_ASYNC | MNT_NOATIME | MNT_ROOTFS | MNT_IGNORE | MNT_NOSYMFOLLOW);
	vp->v_iflag |= VI_MOUNT;
	error = VFS_MOUNT(mp);
	vp->v_iflag &= ~VI_MOUNT;
	if (error == 0)
		error = VFS_STATFS(mp, &mp->mnt_stat);
	if (error == 0)
		error = VFS_ROOT(mp, 0, &newdp);
	if (error != 0) {
		mp->mnt_optnew = NULL;
		vfs_mount_destroy(mp);
		return (error);
	}
	newdp->v_vflag |= VV_ROOT;
	mp->mnt_opt = mp->mnt_optnew;
	mp->mnt_optnew = NULL;
	mp->mnt_stat.f_flags = mp->mnt_flag;

	vn_irflag_set(vp, VIRF_MOUNTPOINT);
	vp->v_mountedhere = mp;
	cache_purge(vp);
	mtx_lock(&mountlist_mtx);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	mountcheckdirs(vp, newdp);
#if FREEBSD_SHAPE >= 1302
	mp->mnt_rootvnode = newdp;
#endif
	vfs_op_exit(mp);
	return (0);
}

static int
vfs_domount_update(struct thread *td __unused, struct vnode *vp, uint64_t fsflags, struct vfsoptlist *optlist)
{
	struct mount *mp = vp->v_mount;
	uint64_t flag = mp->mnt_flag;
	int error;

	if ((vp->v_vflag & VV_ROOT) == 0)
		return (EINVAL);
	mp->mnt_optnew = optlist;
	mp->mnt_flag |= MNT_UPDATE;
	mp->mnt_flag = (mp->mnt_flag & ~MNT_RDONLY) | (fsflags & MNT_RDONLY);
	error = VFS_MOUNT(mp);
	mp->mnt_flag &= ~MNT_UPDATE;
	if (error != 0)
		mp->mnt_flag = flag;
	else {
		if (mp->mnt_opt != NULL)
			vfs_freeopts(mp->mnt_opt);
		mp->mnt_opt = optlist;
		mp->mnt_gen++;
	}
	mp->mnt_optnew = NULL;
	mp->mnt_stat.f_flags = mp->mnt_flag;
	return (error);
}

static int
vfs_domount(struct thread *td, const char *fstype, char *fspath, uint64_t fsflags, struct vfsoptlist *optlist)
{
	struct vfsconf *vfsp;
	struct nameidata nd;
	struct vnode *vp;
	char *pathbuf;
	int error;

	if (strlen(fstype) >= MFSNAMELEN || strlen(fspath) >= MNAMELEN)
		return (ENAMETOOLONG);
	vfsp = NULL;
	if ((fsflags & MNT_UPDATE) == 0) {
		vfsp = vfs_byname(fstype);
		if (vfsp == NULL)
			return (ENODEV);
	}
	if (td->td_ucred->cr_prison != &prison0)
		return (EPERM);

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, fspath);
	error = namei(&nd);
	if (error != 0)
		return (error);
	vp = nd.ni_vp;
	if (fsflags & MNT_UPDATE)
		return (vfs_domount_update(td, vp, fsflags, optlist));

	pathbuf = malloc(MNAMELEN, M_TEMP, M_WAITOK);
	strlcpy(pathbuf, fspath, MNAMELEN);
	/* Recorded under the global path, whatever root the caller has. */
	error = vn_path_to_global_path(td, vp, pathbuf, MNAMELEN);
	if (error == 0)
		error = vfs_domount_first(td, vfsp, pathbuf, vp, fsflags, optlist);
	free(pathbuf, M_TEMP);
	if (error != 0)
		vrele(vp);
	return (error);
}

int
vfs_donmount(struct thread *td, uint64_t fsflags, struct vfsoptlist *optlist)
{
	static const struct { const char *name; uint64_t set, clear; } global[] = {
		{ "async", MNT_ASYNC, 0 }, { "force", MNT_FORCE, 0 }, { "noatime", MNT_NOATIME, 0 }, { "noexec", MNT_NOEXEC, 0 }, { "nosuid", MNT_NOSUID, 0 }, { "ro", MNT_RDONLY, 0 },
		{ "rdonly", MNT_RDONLY, 0 }, { "rw", 0, MNT_RDONLY }, { "noro", 0, MNT_RDONLY }, { "sync", MNT_SYNCHRONOUS, 0 }, { "union", MNT_UNION, 0 }, { "update", MNT_UPDATE, 0 },
		{ "ignore", MNT_IGNORE, 0 }, { "nosymfollow", MNT_NOSYMFOLLOW, 0 },
	};
	struct vfsopt *opt, *noro_opt;
	char *fstype, *fspath;
	int error;
	u_int i;

	fstype = vfs_getopts(optlist, "fstype", &error);
	if (error)
		return (EINVAL);
	fspath = vfs_getopts(optlist, "fspath", &error);
	if (error)
		return (EINVAL);
	TAILQ_FOREACH_SAFE(opt, optlist, link, noro_opt)
		for (i = 0; i < nitems(global); i++)
			if (strcmp(opt->name, global[i].name) == 0)
				fsflags = (fsflags | global[i].set) & ~global[i].clear;
	error = vfs_domount(td, fstype, fspath, fsflags, optlist);
	return (error);
}

struct mntarg *
mount_arg(struct mntarg *ma, const char *name, const void *val, int len)
{
	if (ma == NULL) {
		ma = malloc(sizeof(*ma), M_MOUNT, M_WAITOK | M_ZERO);
		ma->list = vfs_newopts();
	}
	vfs_addopt(ma->list, name, val, val != NULL && len < 0 ? (int)strlen(val) + 1 : len);
	if (strcmp(name, "errmsg") == 0) {
		ma->errmsg = (char *)(uintptr_t)val;
		ma->errmsg_len = len;
	}
	return (ma);
}

/* What the filesystem wrote into "errmsg" goes back to whoever gave the buffer. */
int
kernel_mount(struct mntarg *ma, uint64_t flags)
{
	struct vfsoptlist *list = ma->list;
	int error = vfs_donmount(curthread, flags, list);
	void *message;

	if (ma->errmsg != NULL && vfs_getopt(list, "errmsg", &message, NULL) == 0)
		memcpy(ma->errmsg, message, ma->errmsg_len);
	if (error != 0)
		vfs_freeopts(list);
	else
		vfs_deleteopt(list, "errmsg");
	free(ma, M_MOUNT);
	return (error);
}

int
dounmount(struct mount *mp, uint64_t flags, struct thread *td __unused)
{
	struct vnode *coveredvp, *vp;
	int error;

	if ((mp->mnt_flag & MNT_ROOTFS) != 0 && (flags & MNT_FORCE) == 0)
		return (EINVAL);
	coveredvp = mp->mnt_vnodecovered;
	if ((mp->mnt_kern_flag & MNTK_UNMOUNT) != 0 || !TAILQ_EMPTY(&mp->mnt_uppers))
		return (EBUSY);
	/* Something mounted below keeps a filesystem busy unless all go. */
	TAILQ_FOREACH(vp, &mp->mnt_nvnodelist, v_nmntvnodes)
		if (vn_ismountpoint(vp) && (flags & MNT_FORCE) == 0)
			return (EBUSY);
	mp->mnt_kern_flag |= MNTK_UNMOUNT | (flags & MNT_FORCE ? MNTK_UNMOUNTF : 0);
	error = VFS_UNMOUNT(mp, flags);
	if (error != 0) {
		mp->mnt_kern_flag &= ~(MNTK_UNMOUNT | MNTK_UNMOUNTF);
		return (error);
	}
#if FREEBSD_SHAPE >= 1302
	mp->mnt_rootvnode = NULL;
#endif
	mtx_lock(&mountlist_mtx);
	TAILQ_REMOVE(&mountlist, mp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	if (coveredvp != NULL && !VN_IS_DOOMED(coveredvp)) {
		vn_irflag_unset(coveredvp, VIRF_MOUNTPOINT);
		coveredvp->v_mountedhere = NULL;
		vrele(coveredvp);
	}
	mp->mnt_vnodecovered = NULL;
	if (mp == rootdevmp)
		rootdevmp = NULL;
	if (mp->mnt_opt != NULL)
		vfs_freeopts(mp->mnt_opt);
	mp->mnt_opt = NULL;
	vfs_mount_destroy(mp);
	return (0);
}

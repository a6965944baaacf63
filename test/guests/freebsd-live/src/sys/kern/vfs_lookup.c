/* Names to vnodes: sys/kern/vfs_lookup.c, and the few calls that make and remove names. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

extern struct vop_vector null_vnodeops;

static int
vfs_cache_lookup(struct vnode *dvp, const char *name, int namelen, struct vnode **vpp)
{
	int error;

	if (cache_lookup(dvp, vpp, name, namelen) != 0)
		return (0);
	if (dvp->v_op->vop_lookup == NULL)
		return (ENOTDIR);
	error = dvp->v_op->vop_lookup(dvp, name, namelen, vpp);
	/* nullfs enters nothing: its names are those of the layer below. */
	if (error == 0 && dvp->v_op != &null_vnodeops)
		cache_enter(dvp, *vpp, name, namelen);
	return (error);
}

/* Down through whatever is mounted on vp, layer by layer. */
static int
cross_mounts(struct vnode **vpp)
{
	while (vn_ismountpoint(*vpp)) {
		int error = VFS_ROOT((*vpp)->v_mountedhere, 0, vpp);

		if (error != 0)
			return (error);
	}
	return (0);
}

static struct vnode *
lookup_dotdot(struct nameidata *ndp, struct vnode *dp)
{
	struct vnode *parent;

	for (;;) {
		if (dp == ndp->ni_rootdir || dp == ndp->ni_topdir || dp == rootvnode)
			return (dp);
		if ((dp->v_vflag & VV_ROOT) == 0)
			break;
		if (VN_IS_DOOMED(dp) || dp->v_mount->mnt_vnodecovered == NULL)
			return (dp);
		dp = dp->v_mount->mnt_vnodecovered;
	}
	if (dp->v_op->vop_parent == NULL || dp->v_op->vop_parent(dp, &parent) != 0)
		return (dp);
	cache_enter(dp, parent, "..", 2);
	return (parent);
}

int
namei(struct nameidata *ndp)
{
	struct pwdview pwd;
	struct vnode *dp, *next;
	const char *cp = ndp->ni_dirp, *end;
	char *link;
	int error, len;
	bool last;

	pwd_ensure_dirs();
	pwd = pwd_get(curproc);
	ndp->ni_rootdir = pwd.rdir;
	ndp->ni_topdir = pwd.jdir;
	dp = ndp->ni_startdir = *cp == '/' ? pwd.rdir : pwd.cdir;
	if (*cp == '\0')
		return (ENOENT);
	link = NULL;
	ndp->ni_dvp = NULL;
	/* A root that something was mounted over after it became a root is still where this process starts. */
	for (;;) {
		while (*cp == '/')
			cp++;
		if (*cp == '\0')
			break;
		for (end = cp; *end != '\0' && *end != '/'; end++)
			;
		len = end - cp;
		if (len > 255)
			return (ENAMETOOLONG);
		while (*end == '/')
			end++;
		last = *end == '\0';
		if (dp->v_type != VDIR)
			return (ENOTDIR);
		memcpy(ndp->ni_last, cp, len);
		ndp->ni_last[len] = '\0';
		ndp->ni_dvp = dp;
		if (len == 1 && *cp == '.') {
			cp = end;
			continue;
		}
		if (len == 2 && cp[0] == '.' && cp[1] == '.') {
			dp = lookup_dotdot(ndp, dp);
			cp = end;
			continue;
		}
		error = vfs_cache_lookup(dp, cp, len, &next);
		if (error != 0) {
			ndp->ni_vp = NULL;
			return (error == ENOENT && last && (ndp->ni_flags & WANTPARENT) ? 0 : error);
		}
		error = cross_mounts(&next);
		if (error != 0)
			return (error);
		if (next->v_type == VLNK && (!last || (ndp->ni_flags & FOLLOW))) {
			char *rest;

			if (++ndp->ni_loopcnt > 32)
				return (ELOOP);
			rest = malloc(MAXPATHLEN, M_TEMP, M_WAITOK);
			error = next->v_op->vop_readlink(next, rest, MAXPATHLEN);
			if (error != 0)
				return (error);
			if (!last) {
				strlcat(rest, "/", MAXPATHLEN);
				strlcat(rest, end, MAXPATHLEN);
			}
			free(link, M_TEMP);
			link = rest;
			cp = link;
			if (*cp == '/')
				dp = ndp->ni_rootdir;
			continue;
		}
		dp = next;
		cp = end;
	}
	free(link, M_TEMP);
	/* "/" itself: what lies over the root is reached only by those whose root was moved. */
	vref(dp);
	ndp->ni_vp = dp;
	return (0);
}

int
vn_create(struct nameidata *ndp, enum vtype type, const char *target)
{
	int error;

	ndp->ni_flags |= WANTPARENT;
	error = namei(ndp);
	if (error != 0)
		return (error);
	if (ndp->ni_vp != NULL) {
		vrele(ndp->ni_vp);
		return (EEXIST);
	}
	if (ndp->ni_dvp->v_op->vop_create == NULL)
		return (EOPNOTSUPP);
	error = ndp->ni_dvp->v_op->vop_create(ndp->ni_dvp, ndp->ni_last, strlen(ndp->ni_last), type, target, &ndp->ni_vp);
	if (error == 0)
		vref(ndp->ni_vp);
	return (error);
}

int
kern_symlinkat(struct thread *td __unused, const char *target, const char *path)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, CREATE, NOFOLLOW, UIO_SYSSPACE, path);
	error = vn_create(&nd, VLNK, target);
	if (error == 0)
		vrele(nd.ni_vp);
	return (error);
}

int
kern_mkdirat(struct thread *td __unused, const char *path)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, CREATE, NOFOLLOW, UIO_SYSSPACE, path);
	error = vn_create(&nd, VDIR, NULL);
	if (error == 0)
		vrele(nd.ni_vp);
	return (error);
}

int
kern_funlinkat(struct thread *td __unused, const char *path)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, DELETE, NOFOLLOW, UIO_SYSSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	vrele(nd.ni_vp);
	cache_purge(nd.ni_vp);
	return (nd.ni_dvp->v_op->vop_remove == NULL ? EROFS : nd.ni_dvp->v_op->vop_remove(nd.ni_dvp, nd.ni_last, strlen(nd.ni_last)));
}

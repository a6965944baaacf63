/* The name cache and paths of vnodes: sys/kern/vfs_cache.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static MALLOC_DEFINE(M_VFSCACHE, "vfscache", "VFS name cache entries");

#define NCHHASH 256
#if FREEBSD_SHAPE >= 1302
static CK_SLIST_HEAD(nchashhead, namecache) nchashtbl[NCHHASH];
#define NCH_FIRST(head) ((head)->cslh_first)
#define NCH_NEXT(ncp) ((ncp)->nc_hash.csle_next)
#else
static LIST_HEAD(nchashhead, namecache) nchashtbl[NCHHASH];
#define NCH_FIRST(head) ((head)->lh_first)
#define NCH_NEXT(ncp) ((ncp)->nc_hash.le_next)
#endif
u_long numcache;

static struct nchashhead *
NCHHASHOF(struct vnode *dvp, const char *name, int namelen)
{
	uint32_t hash = dvp->v_hash * 16777619u;

	while (namelen-- > 0)
		hash = (hash ^ (u_char)*name++) * 16777619u;
	return (&nchashtbl[hash % NCHHASH]);
}

static void
cache_zap(struct namecache *ncp)
{
	struct nchashhead *head = NCHHASHOF(ncp->nc_dvp, ncp->nc_name, ncp->nc_nlen);

#if FREEBSD_SHAPE >= 1302
	struct namecache **prev;

	for (prev = &head->cslh_first; *prev != ncp; prev = &(*prev)->nc_hash.csle_next)
		;
	*prev = ncp->nc_hash.csle_next;
#else
	(void)head;
	LIST_REMOVE(ncp, nc_hash);
#endif
	LIST_REMOVE(ncp, nc_src);
	if (ncp->nc_flag & NCF_ISDOTDOT) {
		if (ncp->nc_dvp->v_cache_dd == ncp)
			ncp->nc_dvp->v_cache_dd = NULL;
	} else {
		TAILQ_REMOVE(&ncp->nc_vp->v_cache_dst, ncp, nc_dst);
		if (ncp->nc_vp->v_cache_dd == ncp)
			ncp->nc_vp->v_cache_dd = NULL;
	}
	ncp->nc_flag |= NCF_INVALID;
	numcache--;
	if (ncp->nc_flag & NCF_TS)
		free((char *)ncp - offsetof(struct namecache_ts, nc_nc), M_VFSCACHE);
	else
		free(ncp, M_VFSCACHE);
}

int
cache_lookup(struct vnode *dvp, struct vnode **vpp, const char *name, int namelen)
{
	struct namecache *ncp;

	for (ncp = NCH_FIRST(NCHHASHOF(dvp, name, namelen)); ncp != NULL; ncp = NCH_NEXT(ncp))
		if (ncp->nc_dvp == dvp && ncp->nc_nlen == namelen && memcmp(ncp->nc_name, name, namelen) == 0) {
			*vpp = ncp->nc_vp;
			return (-1);
		}
	return (0);
}

/* Every third entry carries time stamps, as those of NFS and some others do: the same object inside a larger one. */
void
cache_enter(struct vnode *dvp, struct vnode *vp, const char *name, int namelen)
{
	struct namecache *ncp;
	struct nchashhead *head;
	u_char flag = 0;

	if (namelen > 255 || cache_lookup(dvp, &vp, name, namelen) != 0)
		return;
	if (numcache % 3 == 2) {
		struct namecache_ts *ncp_ts = malloc(sizeof(*ncp_ts) + sizeof(*ncp) + namelen + 1, M_VFSCACHE, M_WAITOK | M_ZERO);

		ncp_ts->nc_ticks = ticks;
		ncp = &ncp_ts->nc_nc;
		flag |= NCF_TS;
	} else
		ncp = malloc(sizeof(*ncp) + namelen + 1, M_VFSCACHE, M_WAITOK | M_ZERO);
	if (namelen == 2 && name[0] == '.' && name[1] == '.')
		flag |= NCF_ISDOTDOT;
	ncp->nc_flag = flag;
	ncp->nc_nlen = namelen;
	memcpy(ncp->nc_name, name, namelen);
	ncp->nc_dvp = dvp;
	ncp->nc_vp = vp;
	head = NCHHASHOF(dvp, name, namelen);
#if FREEBSD_SHAPE >= 1302
	ncp->nc_hash.csle_next = head->cslh_first;
	head->cslh_first = ncp;
#else
	LIST_INSERT_HEAD(head, ncp, nc_hash);
#endif
	LIST_INSERT_HEAD(&dvp->v_cache_src, ncp, nc_src);
	if (flag & NCF_ISDOTDOT) {
		if (dvp->v_cache_dd == NULL)
			dvp->v_cache_dd = ncp;
	} else {
		TAILQ_INSERT_HEAD(&vp->v_cache_dst, ncp, nc_dst);
		if (vp->v_type == VDIR)
			vp->v_cache_dd = ncp;
	}
	numcache++;
}

void
cache_purge(struct vnode *vp)
{
	while (LIST_FIRST(&vp->v_cache_src) != NULL)
		cache_zap(LIST_FIRST(&vp->v_cache_src));
	while (TAILQ_FIRST(&vp->v_cache_dst) != NULL)
		cache_zap(TAILQ_FIRST(&vp->v_cache_dst));
	if (vp->v_cache_dd != NULL)
		cache_zap(vp->v_cache_dd);
}

void
cache_purgevfs(struct mount *mp)
{
	struct vnode *vp;

	TAILQ_FOREACH(vp, &mp->mnt_nvnodelist, v_nmntvnodes)
		cache_purge(vp);
}

/* One step up: the name of vp in its directory, from the cache, else from the filesystem. */
static int
vn_vptocnp(struct vnode **vpp, const char **name, int *namelen)
{
	struct vnode *vp = *vpp, *dvp;
	struct namecache *ncp = vp->v_cache_dd;

	if (ncp == NULL || (ncp->nc_flag & NCF_ISDOTDOT) != 0)
		TAILQ_FOREACH(ncp, &vp->v_cache_dst, nc_dst)
			if ((ncp->nc_flag & NCF_ISDOTDOT) == 0)
				break;
	if (ncp != NULL) {
		*name = ncp->nc_name;
		*namelen = ncp->nc_nlen;
		*vpp = ncp->nc_dvp;
		return (0);
	}
	if (vp->v_op->vop_vptocnp == NULL || vp->v_op->vop_vptocnp(vp, &dvp, name) != 0)
		return (ENOENT);
	*namelen = strlen(*name);
	*vpp = dvp;
	return (0);
}

static int
vn_fullpath_dir(struct vnode *vp, struct vnode *rdir, char *buf, char **retbuf, size_t *len)
{
	size_t buflen = *len - 1;
	const char *name;
	int namelen;
	bool slash_prefixed = false;

	buf[buflen] = '\0';
	while (vp != rdir && vp != rootvnode) {
		if (vp->v_vflag & VV_ROOT) {
			if (vp->v_mount == NULL || vp->v_mount->mnt_vnodecovered == NULL)
				return (ENOENT);
			vp = vp->v_mount->mnt_vnodecovered;
			continue;
		}
		if (vn_vptocnp(&vp, &name, &namelen) != 0)
			return (ENOENT);
		if (buflen < (size_t)namelen + 1)
			return (ENOMEM);
		buflen -= namelen;
		memcpy(buf + buflen, name, namelen);
		buf[--buflen] = '/';
		slash_prefixed = true;
	}
	if (!slash_prefixed)
		buf[--buflen] = '/';
	*retbuf = buf + buflen;
	*len -= buflen;
	return (0);
}

static int
vn_fullpath_any(struct vnode *vp, struct vnode *rdir, char **retbuf, char **freebuf)
{
	char *buf = malloc(MAXPATHLEN, M_TEMP, M_WAITOK);
	size_t buflen = MAXPATHLEN;
	int error = vn_fullpath_dir(vp, rdir, buf, retbuf, &buflen);

	if (error != 0)
		free(buf, M_TEMP);
	else
		*freebuf = buf;
	return (error);
}

/* As the caller's root sees it. */
int
vn_fullpath(struct vnode *vp, char **retbuf, char **freebuf)
{
	return (vn_fullpath_any(vp, pwd_get(curproc).rdir, retbuf, freebuf));
}

/* As the machine sees it: what a mount is recorded under, whoever mounts. */
static int
vn_fullpath_global(struct vnode *vp, char **retbuf, char **freebuf)
{
	return (vn_fullpath_any(vp, rootvnode, retbuf, freebuf));
}

int
vn_path_to_global_path(struct thread *td __unused, struct vnode *vp, char *path, u_int pathlen)
{
	char *rpath, *fbuf;
	int error = vn_fullpath_global(vp, &rpath, &fbuf);

	if (error != 0)
		return (error);
	strlcpy(path, rpath, pathlen);
	free(fbuf, M_TEMP);
	return (0);
}

/* Prisons and credentials: sys/kern/{kern_jail,kern_prot}.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static MALLOC_DEFINE(M_PRISON, "prison", "Prison structures");
static MALLOC_DEFINE(M_CRED, "cred", "credentials");

struct prison prison0 = { .pr_id = 0, .pr_name = "0", .pr_ref = 1, .pr_uref = 1, .pr_path = "/", .pr_securelevel = -1, .pr_childmax = 999999, .pr_enforce_statfs = 0 };
TAILQ_HEAD(prisonlist, prison);
struct prisonlist allprison = TAILQ_HEAD_INITIALIZER(allprison);
struct sx allprison_lock;
static int lastprid;

struct ucred *
crget(void)
{
	struct ucred *cr = malloc(sizeof(*cr), M_CRED, M_WAITOK | M_ZERO);

	cr->cr_ref = 1;
	cr->cr_ngroups = 1;
	cr->cr_groups = malloc(16 * sizeof(gid_t), M_CRED, M_WAITOK | M_ZERO);
	cr->cr_prison = &prison0;
	return (cr);
}

struct ucred *
crhold(struct ucred *cr)
{
	cr->cr_ref++;
	return (cr);
}

struct ucred *
crcopy(struct ucred *cr)
{
	struct ucred *copy = crget();

	copy->cr_uid = cr->cr_uid;
	copy->cr_ruid = cr->cr_ruid;
	copy->cr_svuid = cr->cr_svuid;
	copy->cr_prison = cr->cr_prison;
	return (copy);
}

void
crfree(struct ucred *cr)
{
	if (--cr->cr_ref == 0) {
		free(cr->cr_groups, M_CRED);
		free(cr, M_CRED);
	}
}

/* A jail sees mounts under its own root by their path within it, others not at all, as its enforce_statfs says. */
void
prison_enforce_statfs(struct ucred *cred, struct mount *mp, struct statfs *sp)
{
	struct prison *pr = cred->cr_prison;
	size_t len;

	if (pr->pr_enforce_statfs == 0)
		return;
	if (pr->pr_root != NULL && pr->pr_root->v_mount != mp && pr->pr_enforce_statfs == 2) {
		memset(sp->f_mntonname, 0, sizeof(sp->f_mntonname));
		strlcpy(sp->f_mntonname, "[restricted]", sizeof(sp->f_mntonname));
		return;
	}
	len = strlen(pr->pr_path);
	if (strcmp(pr->pr_path, "/") == 0 || strncmp(sp->f_mntonname, pr->pr_path, len) != 0)
		return;
	memmove(sp->f_mntonname, sp->f_mntonname + len, strlen(sp->f_mntonname + len) + 1);
	if (sp->f_mntonname[0] == '\0')
		strlcpy(sp->f_mntonname, "/", sizeof(sp->f_mntonname));
}

void
prisons_repoint(struct vnode *olddp, struct vnode *newdp)
{
	struct prison *pr;

	if (prison0.pr_root == olddp) {
		vref(newdp);
		prison0.pr_root = newdp;
		vrele(olddp);
	}
	TAILQ_FOREACH(pr, &allprison, pr_list)
		if (pr->pr_root == olddp) {
			vref(newdp);
			pr->pr_root = newdp;
			vrele(olddp);
		}
}

/* Makes a prison and puts the caller into it, as jail_set(2) with JAIL_CREATE and JAIL_ATTACH. */
int
kern_jail(struct thread *td, const char *path, const char *name, int enforce_statfs, int *jid)
{
	struct nameidata nd;
	struct prison *pr;
	struct proc *p = td->td_proc;
	char *g_path, *freebuf;
	int error;

	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	if (nd.ni_vp->v_type != VDIR)
		return (ENOTDIR);
	pr = malloc(sizeof(*pr), M_PRISON, M_WAITOK | M_ZERO);
	mtx_init(&pr->pr_mtx, "jail mutex", NULL, MTX_DEF);
	pr->pr_id = ++lastprid;
	pr->pr_ref = pr->pr_uref = 1;
	strlcpy(pr->pr_name, name, sizeof(pr->pr_name));
	strlcpy(pr->pr_hostname, name, sizeof(pr->pr_hostname));
	/* The path is the creator's: in a chroot it lacks the chroot's own prefix. */
	if (vn_fullpath(nd.ni_vp, &g_path, &freebuf) == 0) {
		strlcpy(pr->pr_path, g_path, sizeof(pr->pr_path));
		free(freebuf, M_TEMP);
	} else
		strlcpy(pr->pr_path, path, sizeof(pr->pr_path));
	pr->pr_root = nd.ni_vp;
	pr->pr_enforce_statfs = enforce_statfs;
	pr->pr_parent = td->td_ucred->cr_prison;
#if FREEBSD_SHAPE >= 1501
	pr->pr_state = PRISON_STATE_ALIVE;
#endif
	LIST_INSERT_HEAD(&pr->pr_parent->pr_children, pr, pr_sibling);
	TAILQ_INSERT_TAIL(&allprison, pr, pr_list);

	p->p_ucred = td->td_ucred = crcopy(p->p_ucred);
	p->p_ucred->cr_prison = pr;
	pwd_jail(td, nd.ni_vp);
	*jid = pr->pr_id;
	return (0);
}

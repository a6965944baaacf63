/* Files and directories of processes: sys/kern/kern_descrip.c. Since 13 a process's directories are one replaceable struct pwd. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static MALLOC_DEFINE(M_FILEDESC, "filedesc", "Open file descriptor table");
static MALLOC_DEFINE(M_PWDDESC, "pwddesc", "Pwd descriptors");

#if FREEBSD_SHAPE >= 1302
#define PWD_LOAD(p) ((p)->p_pd->pd_pwd.__ptr)

static struct pwd *
pwd_alloc(void)
{
	struct pwd *pwd = malloc(sizeof(*pwd), M_PWDDESC, M_WAITOK | M_ZERO);

	pwd->pwd_refcount = 1;
	return (pwd);
}

static void
pwd_drop(struct pwd *pwd)
{
	if (--pwd->pwd_refcount > 0)
		return;
	if (pwd->pwd_cdir != NULL)
		vrele(pwd->pwd_cdir);
	if (pwd->pwd_rdir != NULL)
		vrele(pwd->pwd_rdir);
	if (pwd->pwd_jdir != NULL)
		vrele(pwd->pwd_jdir);
#if FREEBSD_SHAPE >= 1501
	if (pwd->pwd_adir != NULL)
		vrele(pwd->pwd_adir);
#endif
	free(pwd, M_PWDDESC);
}

/* What the new one lacks it takes from the old one. */
static void
pwd_fill(struct pwd *oldpwd, struct pwd *newpwd)
{
	if (newpwd->pwd_cdir == NULL && oldpwd->pwd_cdir != NULL)
		vref(newpwd->pwd_cdir = oldpwd->pwd_cdir);
	if (newpwd->pwd_rdir == NULL && oldpwd->pwd_rdir != NULL)
		vref(newpwd->pwd_rdir = oldpwd->pwd_rdir);
	if (newpwd->pwd_jdir == NULL && oldpwd->pwd_jdir != NULL)
		vref(newpwd->pwd_jdir = oldpwd->pwd_jdir);
#if FREEBSD_SHAPE >= 1501
	if (newpwd->pwd_adir == NULL && oldpwd->pwd_adir != NULL)
		vref(newpwd->pwd_adir = oldpwd->pwd_adir);
#endif
}

static void
pwd_set(struct proc *p, struct pwd *newpwd)
{
	struct pwd *oldpwd = PWD_LOAD(p);

	pwd_fill(oldpwd, newpwd);
	PWD_LOAD(p) = newpwd;
	pwd_drop(oldpwd);
}

static void
pwd_set_root(struct pwd *pwd, struct vnode *vp)
{
	vref(pwd->pwd_rdir = vp);
#if FREEBSD_SHAPE >= 1501
	vref(pwd->pwd_adir = vp);
#endif
}

struct pwddesc *
pdinit(void)
{
	struct pwddesc *pdp = malloc(sizeof(*pdp), M_PWDDESC, M_WAITOK | M_ZERO);

	mtx_init(&pdp->pd_lock, "pwddesc", NULL, MTX_DEF);
	pdp->pd_refcount = 1;
	pdp->pd_cmask = 022;
	pdp->pd_pwd.__ptr = pwd_alloc();
	return (pdp);
}

struct pwdview
pwd_get(struct proc *p)
{
	struct pwd *pwd = PWD_LOAD(p);

	return ((struct pwdview){ pwd->pwd_cdir, pwd->pwd_rdir, pwd->pwd_jdir });
}

static void
pwd_change(struct proc *p, struct vnode *cdir, struct vnode *rdir, struct vnode *jdir)
{
	struct pwd *newpwd = pwd_alloc();

	if (cdir != NULL)
		vref(newpwd->pwd_cdir = cdir);
	if (rdir != NULL)
		pwd_set_root(newpwd, rdir);
	if (jdir != NULL)
		vref(newpwd->pwd_jdir = jdir);
	pwd_set(p, newpwd);
}

static void
pwd_share(struct proc *from, struct proc *to)
{
	struct pwd *pwd = PWD_LOAD(from);

	pwd->pwd_refcount++;
	pwd_drop(PWD_LOAD(to));
	PWD_LOAD(to) = pwd;
}

void
pwd_release(struct proc *p)
{
	pwd_drop(PWD_LOAD(p));
	PWD_LOAD(p) = pwd_alloc();
}
#else
struct pwdview
pwd_get(struct proc *p)
{
	return ((struct pwdview){ p->p_fd->fd_cdir, p->p_fd->fd_rdir, p->p_fd->fd_jdir });
}

static void
replace(struct vnode **slot, struct vnode *vp)
{
	if (vp == NULL)
		return;
	vref(vp);
	if (*slot != NULL)
		vrele(*slot);
	*slot = vp;
}

static void
pwd_change(struct proc *p, struct vnode *cdir, struct vnode *rdir, struct vnode *jdir)
{
	replace(&p->p_fd->fd_cdir, cdir);
	replace(&p->p_fd->fd_rdir, rdir);
	replace(&p->p_fd->fd_jdir, jdir);
}

static void
pwd_share(struct proc *from, struct proc *to)
{
	struct pwdview pwd = pwd_get(from);

	pwd_change(to, pwd.cdir, pwd.rdir, pwd.jdir);
}

void
pwd_release(struct proc *p)
{
	struct filedesc *fdp = p->p_fd;
	struct vnode **slots[] = { &fdp->fd_cdir, &fdp->fd_rdir, &fdp->fd_jdir };
	u_int i;

	for (i = 0; i < nitems(slots); i++) {
		if (*slots[i] != NULL)
			vrele(*slots[i]);
		*slots[i] = NULL;
	}
}
#endif

/* A kernel process starts without directories; when it first looks up a name it gets the machine's root. */
void
pwd_ensure_dirs(void)
{
	struct pwdview pwd = pwd_get(curproc);

	if (pwd.rdir == NULL || pwd.cdir == NULL)
		pwd_change(curproc, rootvnode, rootvnode, NULL);
}

/* The current process only: nobody else's directories follow. */
void
pwd_set_rootvnode(void)
{
	pwd_change(curproc, rootvnode, rootvnode, NULL);
}

void
pwd_chdir(struct thread *td, struct vnode *vp)
{
	pwd_change(td->td_proc, vp, NULL, NULL);
}

int
pwd_chroot(struct thread *td, struct vnode *vp)
{
	struct pwdview pwd = pwd_get(td->td_proc);

	if (vp->v_type != VDIR)
		return (ENOTDIR);
	pwd_change(td->td_proc, NULL, vp, pwd.jdir == NULL ? vp : NULL);
	return (0);
}

void
pwd_jail(struct thread *td, struct vnode *vp)
{
	pwd_change(td->td_proc, vp, vp, vp);
}

/* Whoever stood on the covered directory stands on what covers it: processes, prisons and the machine's root. */
void
mountcheckdirs(struct vnode *olddp, struct vnode *newdp)
{
	struct pwdview pwd;
	struct proc *p;

	if (vrefcnt(olddp) == 1)
		return;
	sx_slock(&allproc_lock);
	FOREACH_PROC_IN_SYSTEM(p) {
		pwd = pwd_get(p);
		if (pwd.cdir != olddp && pwd.rdir != olddp && pwd.jdir != olddp)
			continue;
		pwd_change(p, pwd.cdir == olddp ? newdp : NULL, pwd.rdir == olddp ? newdp : NULL, pwd.jdir == olddp ? newdp : NULL);
	}
	sx_sunlock(&allproc_lock);
	if (rootvnode == olddp) {
		vref(newdp);
		rootvnode = newdp;
		vrele(olddp);
	}
	prisons_repoint(olddp, newdp);
}

void
fdinit_proc(struct proc *p)
{
	struct filedesc *fdp = malloc(sizeof(*fdp), M_FILEDESC, M_WAITOK | M_ZERO);

	sx_init(&fdp->fd_sx, "filedesc structure");
	fdp->fd_refcnt = fdp->fd_holdcnt = 1;
	fdp->fd_files = malloc(sizeof(*fdp->fd_files), M_FILEDESC, M_WAITOK | M_ZERO);
	fdp->fd_files->fdt_nfiles = nitems(fdp->fd_files->fdt_ofiles);
	p->p_fd = fdp;
#if FREEBSD_SHAPE >= 1302
	p->p_pd = pdinit();
#else
	fdp->fd_cmask = 022;
#endif
}

void
fdcopy_proc(struct proc *from, struct proc *to)
{
	int fd;

	for (fd = 0; fd < from->p_fd->fd_files->fdt_nfiles; fd++) {
		struct file *fp = from->p_fd->fd_files->fdt_ofiles[fd].fde_file;

		if (fp != NULL)
			fp->f_count++;
		to->p_fd->fd_files->fdt_ofiles[fd].fde_file = fp;
	}
	pwd_share(from, to);
}

int
falloc(struct thread *td, struct vnode *vp, int *resultfd)
{
	struct fdescenttbl *table = td->td_proc->p_fd->fd_files;
	struct file *fp;
	int fd;

	for (fd = 0; fd < table->fdt_nfiles && table->fdt_ofiles[fd].fde_file != NULL; fd++)
		;
	if (fd == table->fdt_nfiles)
		return (EMFILE);
	fp = malloc(sizeof(*fp), M_FILEDESC, M_WAITOK | M_ZERO);
	fp->f_count = 1;
	fp->f_type = 1; /* DTYPE_VNODE */
	fp->f_vnode = vp;
	fp->f_data = vp;
	fp->f_cred = td->td_ucred;
	table->fdt_ofiles[fd].fde_file = fp;
	*resultfd = fd;
	return (0);
}

struct file *
fget(struct thread *td, int fd)
{
	struct fdescenttbl *table = td->td_proc->p_fd->fd_files;

	return (fd < 0 || fd >= table->fdt_nfiles ? NULL : table->fdt_ofiles[fd].fde_file);
}

int
fdclose(struct thread *td, int fd)
{
	struct file *fp = fget(td, fd);

	if (fp == NULL)
		return (EBADF);
	td->td_proc->p_fd->fd_files->fdt_ofiles[fd].fde_file = NULL;
	if (--fp->f_count == 0) {
		vrele(fp->f_vnode);
		free(fp, M_FILEDESC);
	}
	return (0);
}

void
fdescfree(struct proc *p)
{
	int fd;

	for (fd = 0; fd < p->p_fd->fd_files->fdt_nfiles; fd++)
		(void)fdclose(FIRST_THREAD_IN_PROC(p), fd);
	pwd_release(p);
}

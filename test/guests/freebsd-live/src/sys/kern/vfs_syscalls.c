/* System calls on files, directories, mounts and processes: sys/kern/{vfs_syscalls,sys_generic,kern_prot,kern_sysctl}.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/disk.h>
#include <sys/linker.h>
#include "sysproto.h"
#include "vfs_overlay.h"

void psignal(struct proc *, int);
void firmware_get(const char *);

static int
copyin_path(const char *from, char *path)
{
	return (copyinstr(from, path, MAXPATHLEN / 4, NULL));
}

int sys_exit(struct thread *td, struct exit_args *uap) { exit1(td, uap->rval, 0); }

int
sys_fork(struct thread *td, struct fork_args *uap __unused)
{
	struct proc *p;
	int error = fork1_user(td, &p);

	if (error == 0) {
		td->td_retval[0] = p->p_pid;
		td->td_retval[1] = 0;
	}
	return (error);
}

int sys_getpid(struct thread *td, struct getpid_args *uap __unused) { td->td_retval[0] = td->td_proc->p_pid; return (0); }
int sys_setsid(struct thread *td, struct setsid_args *uap __unused) { td->td_retval[0] = td->td_proc->p_pid; return (0); }

static int
kern_rdwr(struct thread *td, int fd, void *ubuf, size_t nbyte, bool reading)
{
	struct file *fp = fget(td, fd);
	struct vnode *vp;
	char *buf;
	ssize_t done = 0;
	int error;

	if (fp == NULL)
		return (EBADF);
	vp = fp->f_vnode;
	nbyte = min(nbyte, PAGE_SIZE);
	buf = malloc(PAGE_SIZE, M_TEMP, M_WAITOK);
	if (reading) {
		error = vp->v_op->vop_read == NULL ? EINVAL : vp->v_op->vop_read(vp, fp->f_offset, buf, nbyte, &done);
		if (error == 0)
			error = copyout(buf, ubuf, done);
	} else {
		error = copyin(ubuf, buf, nbyte);
		if (error == 0)
			error = vp->v_op->vop_write == NULL ? EROFS : vp->v_op->vop_write(vp, fp->f_offset, buf, nbyte, &done);
	}
	free(buf, M_TEMP);
	if (error == 0) {
		fp->f_offset += done;
		td->td_retval[0] = done;
	}
	return (error);
}

int sys_read(struct thread *td, struct read_args *uap) { return (kern_rdwr(td, uap->fd, uap->buf, uap->nbyte, true)); }
int sys_write(struct thread *td, struct write_args *uap) { return (kern_rdwr(td, uap->fd, (void *)(uintptr_t)uap->buf, uap->nbyte, false)); }
int sys_close(struct thread *td, struct close_args *uap) { return (fdclose(td, uap->fd)); }

#define O_CREAT 0x0200

int
sys_open(struct thread *td, struct open_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4];
	int error, fd;

	error = copyin_path(uap->path, path);
	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error == ENOENT && (uap->flags & O_CREAT) != 0) {
		NDINIT(&nd, CREATE, FOLLOW, UIO_USERSPACE, path);
		error = vn_create(&nd, VREG, NULL);
	}
	if (error != 0)
		return (error);
	error = falloc(td, nd.ni_vp, &fd);
	if (error != 0)
		vrele(nd.ni_vp);
	td->td_retval[0] = fd;
	return (error);
}

int
sys_wait4(struct thread *td, struct wait4_args *uap)
{
	pid_t pid = 0;
	int status = 0, error = kern_wait(td, uap->pid, &status, &pid);

	if (error == 0 && uap->status != NULL)
		error = copyout(&status, uap->status, sizeof(status));
	td->td_retval[0] = pid;
	return (error);
}

int
sys_chdir(struct thread *td, struct chdir_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4];
	int error = copyin_path(uap->path, path);

	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	if (nd.ni_vp->v_type == VDIR)
		pwd_chdir(td, nd.ni_vp);
	else
		error = ENOTDIR;
	vrele(nd.ni_vp);
	return (error);
}

int
sys_chroot(struct thread *td, struct chroot_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4];
	int error = copyin_path(uap->path, path);

	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	error = pwd_chroot(td, nd.ni_vp);
	vrele(nd.ni_vp);
	return (error);
}

int
sys_kill(struct thread *td, struct kill_args *uap)
{
	struct proc *p;

	if (uap->pid == -1) {
		FOREACH_PROC_IN_SYSTEM(p)
			if (p != initproc && p != td->td_proc && p->p_pid > 1 && (p->p_flag & P_KPROC) == 0)
				psignal(p, uap->signum);
		return (0);
	}
	p = pfind(uap->pid);
	if (p == NULL)
		return (3); /* ESRCH */
	psignal(p, uap->signum);
	return (0);
}

/* Waits for one of the signals in the set and takes it. */
int
sys_sigwait(struct thread *td, struct sigwait_args *uap)
{
	struct proc *p = td->td_proc;
	u_int set;
	int error = copyin(uap->set, &set, sizeof(set)), sig;

	if (error != 0)
		return (error);
	while ((p->p_siglist & set) == 0)
		tsleep(&p->p_siglist, "sigwait", 0);
	sig = __builtin_ctz(p->p_siglist & set) + 1;
	p->p_siglist &= ~(1u << (sig - 1));
	return (copyout(&sig, uap->sig, sizeof(sig)));
}

int
sys_symlink(struct thread *td, struct symlink_args *uap)
{
	char path[MAXPATHLEN / 4], link[MAXPATHLEN / 4];

	if (copyin_path(uap->path, path) != 0 || copyin_path(uap->link, link) != 0)
		return (EFAULT);
	return (kern_symlinkat(td, path, link));
}

int
sys_mkdir(struct thread *td, struct mkdir_args *uap)
{
	char path[MAXPATHLEN / 4];
	int error = copyin_path(uap->path, path);

	return (error != 0 ? error : kern_mkdirat(td, path));
}

int
sys_execve(struct thread *td, struct execve_args *uap)
{
	char *argv[16], *envv[8], path[MAXPATHLEN / 4];
	int argc, envc, error, i;

	error = copyin_path(uap->fname, path);
	for (argc = 0; error == 0 && uap->argv != NULL && argc < 15; argc++) {
		char *arg;

		error = copyin(uap->argv + argc, &arg, sizeof(arg));
		if (error != 0 || arg == NULL)
			break;
		argv[argc] = malloc(256, M_TEMP, M_WAITOK);
		error = copyinstr(arg, argv[argc], 256, NULL);
	}
	for (envc = 0; error == 0 && uap->envv != NULL && envc < 7; envc++) {
		char *env;

		error = copyin(uap->envv + envc, &env, sizeof(env));
		if (error != 0 || env == NULL)
			break;
		envv[envc] = malloc(256, M_TEMP, M_WAITOK);
		error = copyinstr(env, envv[envc], 256, NULL);
	}
	if (error == 0)
		error = kern_execve(td, path, argv, argc, envv, envc);
	for (i = 0; i < argc; i++)
		free(argv[i], M_TEMP);
	for (i = 0; i < envc; i++)
		free(envv[i], M_TEMP);
	return (error);
}

/* Sleeps for ever, or as long as it is told; nothing becomes ready. */
int
sys_select(struct thread *td __unused, struct select_args *uap)
{
	struct timespec tv = { 0, 0 };

	if (uap->tv != NULL && copyin(uap->tv, &tv, sizeof(tv)) != 0)
		return (EFAULT);
	return (tsleep(&uap->tv, "select", uap->tv == NULL ? 0 : max(1, (int)tv.tv_sec * hz + (int)(tv.tv_nsec / 10000))));
}

int
sys_nanosleep(struct thread *td __unused, struct nanosleep_args *uap)
{
	struct timespec rqt;
	int error = copyin(uap->rqtp, &rqt, sizeof(rqt));

	return (error != 0 ? error : tsleep(&rqt, "nanslp", max(1, (int)rqt.tv_sec * hz + (int)(rqt.tv_nsec / 10000000))));
}

int
sys_kldload(struct thread *td, struct kldload_args *uap)
{
	char file[MAXPATHLEN / 4];
	int fileid, error = copyin_path(uap->file, file);

	if (error == 0)
		error = kern_kldload(td, file, &fileid);
	if (error == 0)
		td->td_retval[0] = fileid;
	return (error);
}

/* Pairs of name and value. */
static int
vfs_buildopts(struct iovec *uiov, u_int iovcnt, struct vfsoptlist **options)
{
	struct vfsoptlist *opts = vfs_newopts();
	struct iovec pair[2];
	char name[128], value[512];
	u_int i;
	int error = 0;

	for (i = 0; i + 1 < iovcnt && error == 0; i += 2) {
		error = copyin(uiov + i, pair, sizeof(pair));
		if (error == 0 && (pair[0].iov_len > sizeof(name) || pair[1].iov_len > sizeof(value)))
			error = EINVAL;
		if (error == 0)
			error = copyin(pair[0].iov_base, name, pair[0].iov_len);
		if (error == 0 && pair[1].iov_base != NULL)
			error = copyin(pair[1].iov_base, value, pair[1].iov_len);
		if (error == 0)
			vfs_addopt(opts, name, value, pair[1].iov_base == NULL ? 0 : pair[1].iov_len);
	}
	*options = opts;
	return (error);
}

int
sys_nmount(struct thread *td, struct nmount_args *uap)
{
	struct vfsoptlist *optlist;
	int error;

	if (uap->iovcnt < 4 || uap->iovcnt > 64)
		return (EINVAL);
	error = vfs_buildopts(uap->iovp, uap->iovcnt, &optlist);
	return (error != 0 ? error : vfs_donmount(td, (u_int)uap->flags, optlist));
}

int
sys_unmount(struct thread *td, struct unmount_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4];
	int error = copyin_path(uap->path, path);

	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	vrele(nd.ni_vp);
	return ((nd.ni_vp->v_vflag & VV_ROOT) == 0 ? EINVAL : dounmount(nd.ni_vp->v_mount, (u_int)uap->flags, td));
}

static int
kern_do_statfs(struct thread *td, struct mount *mp, struct statfs *ubuf)
{
	struct statfs *sp = malloc(sizeof(*sp), M_TEMP, M_WAITOK);
	int error;

	(void)VFS_STATFS(mp, &mp->mnt_stat);
	*sp = mp->mnt_stat;
	sp->f_flags = mp->mnt_flag;
	prison_enforce_statfs(td->td_ucred, mp, sp);
	error = copyout(sp, ubuf, sizeof(*sp));
	free(sp, M_TEMP);
	return (error);
}

int
sys_statfs(struct thread *td, struct statfs_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4];
	int error = copyin_path(uap->path, path);

	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	error = kern_do_statfs(td, nd.ni_vp->v_mount, uap->buf);
	vrele(nd.ni_vp);
	return (error);
}

static int
kern_getfsstat(struct thread *td, struct statfs *ubuf, size_t bufsize, int *count)
{
	struct mount *mp;
	int error = 0;

	*count = 0;
	TAILQ_FOREACH(mp, &mountlist, mnt_list) {
		if (ubuf != NULL && (*count + 1) * sizeof(struct statfs) <= bufsize)
			error = kern_do_statfs(td, mp, ubuf + *count);
		if (error != 0)
			return (error);
		(*count)++;
	}
	return (0);
}

int
sys_getfsstat(struct thread *td, struct getfsstat_args *uap)
{
	int count, error = kern_getfsstat(td, uap->buf, uap->bufsize, &count);

	td->td_retval[0] = count;
	return (error);
}

int
sys___realpathat(struct thread *td __unused, struct __realpathat_args *uap)
{
	struct nameidata nd;
	char path[MAXPATHLEN / 4], *retbuf, *freebuf;
	int error = copyin_path(uap->path, path);

	if (error != 0)
		return (error);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_USERSPACE, path);
	error = namei(&nd);
	if (error != 0)
		return (error);
	error = vn_fullpath(nd.ni_vp, &retbuf, &freebuf);
	if (error != 0) {
		/* Nothing knows this vnode's name: the directory's path and the last component, as upstream does. */
		error = vn_fullpath(nd.ni_dvp, &retbuf, &freebuf);
		if (error == 0) {
			size_t len = strlen(retbuf);

			strlcpy(path, retbuf, sizeof(path));
			snprintf(path + len, sizeof(path) - len, "%s%s", len == 1 ? "" : "/", nd.ni_last);
			free(freebuf, M_TEMP);
			error = copyout(path, uap->buf, min(uap->size, strlen(path) + 1));
		}
	} else {
		error = copyout(retbuf, uap->buf, min(uap->size, strlen(retbuf) + 1));
		free(freebuf, M_TEMP);
	}
	vrele(nd.ni_vp);
	return (error);
}

int
sys_jail_set(struct thread *td, struct jail_set_args *uap)
{
	struct vfsoptlist *opts;
	char *path, *name;
	int error, jid, enforce_statfs = 2, *enforce;

	error = vfs_buildopts(uap->iovp, uap->iovcnt, &opts);
	if (error != 0)
		return (error);
	path = vfs_getopts(opts, "path", &error);
	if (error != 0)
		return (error);
	name = vfs_getopts(opts, "name", &error);
	if (error != 0)
		return (error);
	if (vfs_getopt(opts, "enforce_statfs", (void **)&enforce, NULL) == 0)
		enforce_statfs = *enforce;
	error = kern_jail(td, path, name, enforce_statfs, &jid);
	td->td_retval[0] = jid;
	return (error);
}

int
sys_ioctl(struct thread *td, struct ioctl_args *uap)
{
	struct file *fp = fget(td, uap->fd);
	struct md_ioctl mdio;
	char path[MAXPATHLEN / 4];
	int error, unit;

	if (fp == NULL)
		return (EBADF);
	if (fp->f_vnode->v_type == VCHR && strcmp(fp->f_vnode->v_rdev->si_name, "geom.ctl") == 0 && uap->com == GEOM_CTL) {
		struct gctl_union request;
		char lower[64];

		error = copyin(uap->data, &request, sizeof(request));
		if (error == 0)
			error = copyin_path(request.upper, path);
		if (error == 0)
			error = copyinstr(request.lower, lower, sizeof(lower), NULL);
		return (error != 0 ? error : g_union_ctl_create(path, lower));
	}
	if (fp->f_vnode->v_type != VCHR || strcmp(fp->f_vnode->v_rdev->si_name, "mdctl") != 0 || uap->com != MDIOCATTACH)
		return (25); /* ENOTTY */
	error = copyin(uap->data, &mdio, sizeof(mdio));
	if (error == 0 && mdio.md_file != NULL)
		error = copyin_path(mdio.md_file, path);
	if (error != 0)
		return (error);
	unit = mdio.md_unit;
	error = kern_mdattach(td, mdio.md_type, path, mdio.md_mediasize, &unit, (mdio.md_options & 8) != 0);
	mdio.md_unit = unit;
	if (error == 0)
		error = copyout(&mdio, uap->data, sizeof(mdio));
	return (error);
}

/* sys/kern/subr_kdb.c: a panic on request. */
static void
kdb_panic(const char *msg)
{
	printf("KDB: panic\n");
	panic("%s", msg);
}

/* vfs.pivot moves the root; debug.firmware asks firmware(9) for an image, as a driver does; debug.kdb.panic panics. */
int
sys___sysctlbyname(struct thread *td, struct __sysctlbyname_args *uap)
{
	char name[64], value[MAXPATHLEN / 4];
	int error;

	if (uap->namelen >= sizeof(name))
		return (ENAMETOOLONG);
	error = copyin(uap->name, name, uap->namelen);
	if (error != 0)
		return (error);
	name[uap->namelen] = '\0';
	if (uap->new == NULL)
		return (ENOENT);
	error = copyin(uap->new, value, min(uap->newlen, sizeof(value) - 1));
	if (error != 0)
		return (error);
	value[min(uap->newlen, sizeof(value) - 1)] = '\0';
	if (strcmp(name, "vfs.pivot") == 0)
		return (sysctl_vfs_pivot(td, value));
	if (strcmp(name, "debug.firmware") == 0) {
		firmware_get(value);
		return (0);
	}
	if (strcmp(name, "debug.kdb.panic") == 0)
		kdb_panic("kdb_sysctl_panic");
	return (ENOENT);
}

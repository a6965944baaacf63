/* Arguments of system calls, each in a slot of its own (sys/sys/sysproto.h); numbers as in sys/kern/syscalls.master. */
#ifndef _SYSPROTO_H_
#define _SYSPROTO_H_

#define SLOT __attribute__((__aligned__(8)))
struct iovec { void *iov_base; size_t iov_len; };
struct exit_args { int rval SLOT; };
struct fork_args { register_t dummy; };
struct read_args { int fd SLOT; void *buf SLOT; size_t nbyte SLOT; };
struct write_args { int fd SLOT; const void *buf SLOT; size_t nbyte SLOT; };
struct open_args { const char *path SLOT; int flags SLOT; int mode SLOT; };
struct close_args { int fd SLOT; };
struct wait4_args { int pid SLOT; int *status SLOT; int options SLOT; void *rusage SLOT; };
struct chdir_args { const char *path SLOT; };
struct unmount_args { const char *path SLOT; int flags SLOT; };
struct kill_args { int pid SLOT; int signum SLOT; };
struct reboot_args { int opt SLOT; };
struct chroot_args { const char *path SLOT; };
struct symlink_args { const char *path SLOT; const char *link SLOT; };
struct execve_args { const char *fname SLOT; char **argv SLOT; char **envv SLOT; };
struct select_args { int nd SLOT; void *in SLOT; void *ou SLOT; void *ex SLOT; struct timespec *tv SLOT; };
struct mkdir_args { const char *path SLOT; int mode SLOT; };
struct __sysctlbyname_args { const char *name SLOT; size_t namelen SLOT; void *old SLOT; size_t *oldlenp SLOT; void *new SLOT; size_t newlen SLOT; };
struct nanosleep_args { const struct timespec *rqtp SLOT; struct timespec *rmtp SLOT; };
struct kldload_args { const char *file SLOT; };
struct nmount_args { struct iovec *iovp SLOT; unsigned iovcnt SLOT; int flags SLOT; };
struct kenv_args { int what SLOT; const char *name SLOT; char *value SLOT; int len SLOT; };
struct sigwait_args { const u_int *set SLOT; int *sig SLOT; };
struct jail_set_args { struct iovec *iovp SLOT; unsigned iovcnt SLOT; int flags SLOT; };
struct ioctl_args { int fd SLOT; u_long com SLOT; void *data SLOT; };
struct statfs_args { const char *path SLOT; struct statfs *buf SLOT; };
struct getfsstat_args { struct statfs *buf SLOT; long bufsize SLOT; int mode SLOT; };
struct __realpathat_args { int fd SLOT; const char *path SLOT; char *buf SLOT; size_t size SLOT; int flags SLOT; };
struct nosys_args { register_t dummy; };

#define SYSCALLS(X)                                                                                                             \
	X(1, exit) X(2, fork) X(3, read) X(4, write) X(5, open) X(6, close) X(7, wait4) X(12, chdir) X(20, getpid) X(22, unmount) \
	X(37, kill) X(54, ioctl) X(55, reboot) X(57, symlink) X(59, execve) X(61, chroot) X(93, select) X(136, mkdir) X(147, setsid) \
	X(240, nanosleep) X(304, kldload) X(378, nmount) X(390, kenv) X(429, sigwait) X(507, jail_set) X(555, statfs)             \
	X(557, getfsstat) X(570, __sysctlbyname) X(574, __realpathat)
struct getpid_args { register_t dummy; };
struct setsid_args { register_t dummy; };
#define X(number, name) int sys_##name(struct thread *, struct name##_args *);
SYSCALLS(X)
#undef X
struct sysent { int sy_narg; int (*sy_call)(struct thread *, void *); const char *sy_name; };

/* /dev/mdctl */
#define MDIOCATTACH 0xc1906d00UL
#define GEOM_CTL 0xc0406700UL
struct gctl_union { const char *upper, *lower; };
struct md_ioctl { u_int md_version; u_int md_unit; int md_type; off_t md_mediasize; u_int md_sectorsize; u_int md_options; const char *md_file; };

#endif

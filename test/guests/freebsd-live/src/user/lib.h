/* The little that the programs have of a C library: system calls with FreeBSD's numbers and convention, text, start-up. */
#ifndef _LIB_H_
#define _LIB_H_

#include <sys/types.h>

#define SYS_exit 1
#define SYS_fork 2
#define SYS_read 3
#define SYS_write 4
#define SYS_open 5
#define SYS_close 6
#define SYS_wait4 7
#define SYS_chdir 12
#define SYS_getpid 20
#define SYS_unmount 22
#define SYS_kill 37
#define SYS_ioctl 54
#define SYS_reboot 55
#define SYS_symlink 57
#define SYS_execve 59
#define SYS_chroot 61
#define SYS_select 93
#define SYS_mkdir 136
#define SYS_setsid 147
#define SYS_nanosleep 240
#define SYS_kldload 304
#define SYS_nmount 378
#define SYS_kenv 390
#define SYS_sigwait 429
#define SYS_jail_set 507
#define SYS_statfs 555
#define SYS_getfsstat 557
#define SYS___sysctlbyname 570
#define SYS___realpathat 574

extern int errno;
long syscall(int number, ...);
int main(int argc, char **argv, char **envp);

pid_t fork(void);
pid_t wait4(pid_t, int *status);
void exit(int) __attribute__((__noreturn__));
int open(const char *path, int flags);
long read(int, void *, size_t);
long write(int, const void *, size_t);
int execv(const char *path, char **argv);
int kenv(int what, const char *name, char *value, int len);
#define KENV_GET 0
#define KENV_SET 1
#define KENV_UNSET 2
#define KENV_DUMP 3
void sleep_seconds(int seconds, int milliseconds);
void sleep_for_ever(void);
/* To the background: a process of its own in "/" whose maker goes on. */
void daemon_start(void);

struct iovec { void *iov_base; size_t iov_len; };
/* Adds name=value (NULL: no value) to a list of at most 32; returns the new count. */
int build_iovec(struct iovec *iov, int count, const char *name, const void *value, size_t len);

size_t strlen(const char *);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t);
char *strchr(const char *, int);
char *strrchr(const char *, int);
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
size_t strlcpy(char *, const char *, size_t);
int printf(const char *, ...) __printflike(1, 2);
int snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
const char *strerror(int);

#define MNAMELEN_USER 1024
struct statfs_user {
	uint32_t f_version, f_type;
	uint64_t f_flags, f_bsize, f_iosize, f_blocks, f_bfree;
	int64_t f_bavail;
	uint64_t f_files;
	int64_t f_ffree;
	uint64_t f_io[4];
	uint32_t f_nvnodelistsize, f_spare0;
	uint64_t f_spare[9];
	uint32_t f_namemax, f_owner;
	int32_t f_fsid[2];
	char f_charspare[80];
	char f_fstypename[16];
	char f_mntfromname[MNAMELEN_USER];
	char f_mntonname[MNAMELEN_USER];
};

#endif

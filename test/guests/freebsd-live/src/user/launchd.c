/* NextBSD's PID 1: makes / writable unless it is (by MNT_RDONLY of statfs), starts the daemons, then a terminal. */
#include "lib.h"

#define MNT_RDONLY 1UL
#define MNT_UPDATE 0x10000L

static int root_was_writable;

static void
open_console(void)
{
	while (open("/dev/console", 2) < 2)
		;
}

static void
ensure_root_writable(void)
{
	static struct statfs_user sb;
	struct iovec iov[8];
	int n = 0;

	if (syscall(SYS_statfs, "/", &sb) != 0) {
		printf("launchd: statfs /: %s\n", strerror(errno));
		return;
	}
	if ((sb.f_flags & MNT_RDONLY) == 0) {
		root_was_writable = 1;
		printf("launchd: / is %s, writable already\n", sb.f_fstypename);
		return;
	}
	n = build_iovec(iov, n, "fstype", sb.f_fstypename, strlen(sb.f_fstypename) + 1);
	n = build_iovec(iov, n, "fspath", "/", 2);
	n = build_iovec(iov, n, "update", NULL, 0);
	if (syscall(SYS_nmount, iov, (long)n, MNT_UPDATE) != 0)
		printf("launchd: mount -uw / (%s): %s\n", sb.f_fstypename, strerror(errno));
}

static void
job(const char *path, const char *a1, const char *a2)
{
	char *argv[] = { (char *)(uintptr_t)path, (char *)(uintptr_t)a1, (char *)(uintptr_t)a2, NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv(path, argv);
		exit(127);
	}
	if (a1 == NULL)
		wait4(pid, &status);
}

int
main(int argc __unused, char **argv __unused, char **envp __unused)
{
	int status;

	open_console();
	ensure_root_writable();
	job("/sbin/devd", NULL, NULL);
	job("/usr/sbin/syslogd", NULL, NULL);
	job("/usr/sbin/sshd", NULL, NULL);
	job("/usr/libexec/getty", "3wire", "ttyu0");
	for (;;)
		if (wait4(-1, &status) == -1)
			sleep_seconds(1, 0);
}

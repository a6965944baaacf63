/* init(8), in the order of sbin/init/init.c: the script, then init_chroot (read after it), then rc, then a terminal; or a reroot. */
#include "lib.h"

#define SIGEMT 7
#define RB_REROOT 0x200000
#define _PATH_INIT "/sbin/init"
#define _PATH_REROOT "/dev/reroot"
#define _PATH_REROOT_INIT _PATH_REROOT "/init"
#define KENV_MVALLEN 128

typedef void *(*state_func_t)(void);
typedef enum { runcom_mode_unset, AUTOBOOT, FASTBOOT } runcom_mode_t;

static runcom_mode_t runcom_mode = AUTOBOOT;
static int Reboot, howto;
static const char *init_path_argv0 = _PATH_INIT;

static void *single_user(void);
static void *runcom(void);
static void *multi_user(void);
static void *reroot(void);

static void
open_console(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		syscall(SYS_close, (long)fd);
	for (fd = 0; fd < 3; fd++)
		if (open("/dev/console", 2) != fd)
			exit(1);
}

static void
warning(const char *message, const char *what)
{
	open_console();
	printf("init: %s %s: %s\n", message, what, strerror(errno));
}

/* A reroot was asked for: kill(1, SIGEMT) interrupts whatever waits. */
static int
reroot_requested(void)
{
	u_int set = 1u << (SIGEMT - 1);
	int sig;

	if (errno != EINTR)
		return (0);
	syscall(SYS_sigwait, &set, &sig);
	Reboot = 1;
	howto = RB_REROOT;
	return (1);
}

static state_func_t
run_script(const char *script)
{
	pid_t pid, wpid;
	int status = 0;
	char shell[KENV_MVALLEN + 1] = "/bin/sh";
	char *argv[4];

	kenv(KENV_GET, "init_shell", shell, sizeof(shell));
	pid = fork();
	if (pid == 0) {
		open_console();
		argv[0] = (char *)(uintptr_t)script;
		argv[1] = runcom_mode == AUTOBOOT ? (char *)(uintptr_t) "autoboot" : NULL;
		argv[2] = NULL;
		execv(script, argv);
		argv[0] = shell;
		argv[1] = (char *)(uintptr_t)script;
		argv[2] = (char *)(uintptr_t) "autoboot";
		argv[3] = NULL;
		execv(shell, argv);
		warning("can't exec", shell);
		exit(1);
	}
	do {
		wpid = wait4(-1, &status);
		if (wpid == -1 && reroot_requested())
			return ((state_func_t)reroot);
	} while (wpid != pid);
	if (status != 0) {
		open_console();
		printf("init: %s on %s terminated abnormally, going to single user mode\n", shell, script);
		return ((state_func_t)single_user);
	}
	return ((state_func_t)0);
}

static void *
single_user(void)
{
	char line[128], *argv[2];
	pid_t pid;
	long n;
	int status;

	open_console();
	for (;;) {
		printf("Enter full pathname of shell or RETURN for /bin/sh: ");
		n = read(0, line, sizeof(line) - 1);
		if (n <= 0) {
			sleep_seconds(1, 0);
			continue;
		}
		line[n - 1] = '\0';
		pid = fork();
		if (pid == 0) {
			argv[0] = line[0] != '\0' ? line : (char *)(uintptr_t) "/bin/sh";
			argv[1] = NULL;
			execv(argv[0], argv);
			warning("can't exec", argv[0]);
			exit(1);
		}
		while (wait4(-1, &status) != pid)
			if (reroot_requested())
				return ((void *)reroot);
	}
}

static void *
runcom(void)
{
	state_func_t next_transition = run_script("/etc/rc");

	runcom_mode = AUTOBOOT;
	return (next_transition != NULL ? (void *)next_transition : (void *)multi_user);
}

static pid_t
start_getty(void)
{
	char *argv[] = { (char *)(uintptr_t) "getty", (char *)(uintptr_t) "3wire", (char *)(uintptr_t) "ttyu0", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		open_console();
		execv("/usr/libexec/getty", argv);
		warning("can't exec getty", "/usr/libexec/getty");
		exit(1);
	}
	return (pid);
}

static void *
multi_user(void)
{
	pid_t pid = start_getty(), wpid;
	int status;

	for (;;) {
		wpid = wait4(-1, &status);
		if (wpid == -1 && reroot_requested())
			return ((void *)reroot);
		if (wpid == pid)
			pid = start_getty();
	}
}

/* Its own program goes where no unmounting reaches it, and is run from there. */
static void *
reroot(void)
{
	struct iovec iov[6];
	char buf[4096], *argv[] = { (char *)(uintptr_t)_PATH_REROOT_INIT, (char *)(uintptr_t) "-r", NULL };
	int from, to, n = 0;
	long done;

	open_console();
	syscall(SYS_kill, -1L, 9L);
	from = open(init_path_argv0, 0);
	if (from < 0)
		from = open("/rescue/init", 0);
	n = build_iovec(iov, n, "fstype", "tmpfs", 6);
	n = build_iovec(iov, n, "fspath", _PATH_REROOT, sizeof(_PATH_REROOT));
	n = build_iovec(iov, n, "from", "tmpfs", 6);
	syscall(SYS_mkdir, _PATH_REROOT, 0700L);
	if (from < 0 || syscall(SYS_nmount, iov, (long)n, 0L) != 0) {
		warning("cannot mount", _PATH_REROOT);
		goto out;
	}
	to = open(_PATH_REROOT_INIT, 0x0201);
	while ((done = read(from, buf, sizeof(buf))) > 0)
		write(to, buf, done);
	syscall(SYS_close, (long)from);
	syscall(SYS_close, (long)to);
	execv(_PATH_REROOT_INIT, argv);
	warning("cannot exec", _PATH_REROOT_INIT);
out:
	printf("init: reroot failed; going to single user mode\n");
	return ((void *)single_user);
}

static void *
reroot_phase_two(void)
{
	char init_path[KENV_MVALLEN + 1] = _PATH_INIT, *path, *next, *argv[2];

	if (syscall(SYS_reboot, (long)RB_REROOT) != 0) {
		warning("RB_REBOOT failed:", "reboot(2)");
		return ((void *)single_user);
	}
	kenv(KENV_GET, "init_path", init_path, sizeof(init_path));
	for (path = init_path; path != NULL; path = next) {
		next = strchr(path, ':');
		if (next != NULL)
			*next++ = '\0';
		argv[0] = path;
		argv[1] = NULL;
		execv(path, argv);
	}
	warning("cannot exec init from", init_path);
	return ((void *)single_user);
}

static void
transition(state_func_t s)
{
	for (;;)
		s = (state_func_t)(*s)();
}

int
main(int argc, char **argv, char **envp __unused)
{
	char kenv_value[KENV_MVALLEN + 1];
	state_func_t initial_transition = (state_func_t)runcom;
	int fd;

	if (argc > 0)
		init_path_argv0 = argv[0];
	for (fd = 0; fd < 3; fd++)
		syscall(SYS_close, (long)fd);
	if (argc > 1 && strcmp(argv[1], "-r") == 0)
		transition((state_func_t)reroot_phase_two);

	if (kenv(KENV_GET, "init_script", kenv_value, sizeof(kenv_value)) > 0) {
		state_func_t next_transition = run_script(kenv_value);

		if (next_transition != NULL)
			initial_transition = next_transition;
	}

	/* Read now: the script may have set it. */
	if (initial_transition == (state_func_t)runcom && kenv(KENV_GET, "init_chroot", kenv_value, sizeof(kenv_value)) > 0) {
		if (syscall(SYS_chdir, kenv_value) != 0 || syscall(SYS_chroot, ".") != 0)
			warning("Can't chroot to", kenv_value);
	}
	transition(initial_transition);
}

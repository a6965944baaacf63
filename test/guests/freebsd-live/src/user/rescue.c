/* The tools of a live medium in one program that looks at its name, as crunchgen(1) makes /rescue. */
#include "lib.h"

#define RB_REROOT 0x200000
#define MDIOCATTACH 0xc1906d00UL
#define MD_VNODE 2
#define MD_SWAP 3
struct md_ioctl { u_int md_version, md_unit; int md_type; off_t md_mediasize; u_int md_sectorsize, md_options; const char *md_file; };

/* What `geom union create` asks of /dev/geom.ctl. */
#define GEOM_CTL 0xc0406700UL
struct gctl_union { const char *upper, *lower; };

static int
fail(const char *tool, const char *what)
{
	printf("%s: %s: %s\n", tool, what, strerror(errno));
	return (1);
}

/* mount [-t type] [-u] [-o a,b=c] special node; without arguments: the table. */
static int
mount_table(void)
{
	static struct statfs_user list[32];
	long n = syscall(SYS_getfsstat, list, (long)sizeof(list), 1L), i;

	for (i = 0; i < n && i < 32; i++)
		printf("%s on %s (%s%s%s)\n", list[i].f_mntfromname, list[i].f_mntonname, list[i].f_fstypename, list[i].f_flags & 0x1000 ? ", local" : "", list[i].f_flags & 1 ? ", read-only" : "");
	return (0);
}

/* df: entries with MNT_IGNORE are left out. */
static int
df_main(void)
{
	static struct statfs_user list[32];
	long n = syscall(SYS_getfsstat, list, (long)sizeof(list), 1L), i;

	printf("Filesystem 1K-blocks Avail Mounted on\n");
	for (i = 0; i < n && i < 32; i++)
		if ((list[i].f_flags & 0x800000) == 0)
			printf("%s %lu %ld %s\n", list[i].f_mntfromname, list[i].f_blocks * list[i].f_bsize / 1024, list[i].f_bavail * (long)list[i].f_bsize / 1024, list[i].f_mntonname);
	return (0);
}

static int
mountfs(int argc, char **argv)
{
	struct iovec iov[32];
	const char *vfstype = "ufs", *from = NULL, *on = NULL;
	char *option, *next, *value;
	char errmsg[255];
	int i, iovlen = 0;

	if (argc == 1)
		return (mount_table());
	memset(errmsg, 0, sizeof(errmsg));
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-t") == 0 && i + 1 < argc)
			vfstype = argv[++i];
		else if (strcmp(argv[i], "-u") == 0)
			iovlen = build_iovec(iov, iovlen, "update", NULL, 0);
		else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
			for (option = argv[++i]; option != NULL; option = next) {
				next = strchr(option, ',');
				if (next != NULL)
					*next++ = '\0';
				value = strchr(option, '=');
				if (value != NULL)
					*value++ = '\0';
				iovlen = build_iovec(iov, iovlen, option, value, value == NULL ? 0 : strlen(value) + 1);
			}
		} else if (from == NULL)
			from = argv[i];
		else
			on = argv[i];
	}
	if (on == NULL) {
		on = from;
		from = NULL;
	}
	iovlen = build_iovec(iov, iovlen, "fstype", vfstype, strlen(vfstype) + 1);
	iovlen = build_iovec(iov, iovlen, "fspath", on, strlen(on) + 1);
	if (from != NULL)
		iovlen = build_iovec(iov, iovlen, "from", from, strlen(from) + 1);
	iovlen = build_iovec(iov, iovlen, "errmsg", errmsg, sizeof(errmsg));
	if (syscall(SYS_nmount, iov, (long)iovlen, 0L) != 0)
		return (fail("mount", from != NULL ? from : on));
	return (0);
}

static int
mdconfig(int argc, char **argv)
{
	struct md_ioctl mdio = { .md_type = MD_VNODE, .md_unit = (u_int)-1 };
	int fd, i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-t") == 0 && i + 1 < argc)
			mdio.md_type = strcmp(argv[++i], "vnode") == 0 ? MD_VNODE : MD_SWAP;
		else if (strcmp(argv[i], "-f") == 0 && i + 1 < argc)
			mdio.md_file = argv[++i];
		else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
			char *digit;

			mdio.md_mediasize = 0;
			for (digit = argv[++i]; *digit >= '0' && *digit <= '9'; digit++)
				mdio.md_mediasize = mdio.md_mediasize * 10 + *digit - '0';
			mdio.md_mediasize <<= *digit == 'g' ? 30 : 20;
		} else if (strcmp(argv[i], "-u") == 0 && i + 1 < argc)
			mdio.md_unit = argv[++i][0] - '0';
		else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			mdio.md_options |= strcmp(argv[++i], "readonly") == 0 ? 8 : 0;
	}
	fd = open("/dev/mdctl", 2);
	if (fd < 0 || syscall(SYS_ioctl, (long)fd, MDIOCATTACH, &mdio) != 0)
		return (fail("mdconfig", mdio.md_file != NULL ? mdio.md_file : "/dev/mdctl"));
	return (0);
}

static int
geom_main(int argc, char **argv)
{
	struct gctl_union request;
	int fd = open("/dev/geom.ctl", 2);

	if (argc != 5 || strcmp(argv[1], "union") != 0 || strcmp(argv[2], "create") != 0)
		return (1);
	request.upper = argv[3];
	request.lower = argv[4];
	return (fd < 0 || syscall(SYS_ioctl, (long)fd, GEOM_CTL, &request) != 0 ? fail("geom", argv[3]) : 0);
}

static int
kenv_main(int argc, char **argv)
{
	char *value;

	if (argc == 1) {
		static char list[16384];
		char *line;

		if (kenv(KENV_DUMP, NULL, list, sizeof(list)) != 0)
			return (fail("kenv", "dump"));
		for (line = list; *line != '\0'; line += strlen(line) + 1)
			printf("%s\n", line);
		return (0);
	}
	if (argc == 3 && strcmp(argv[1], "-u") == 0)
		return (kenv(KENV_UNSET, argv[2], NULL, 0) != 0 ? fail("kenv", argv[2]) : 0);
	value = argc == 2 ? strchr(argv[1], '=') : NULL;
	if (value == NULL) {
		static char text[129];

		if (argc != 2 || kenv(KENV_GET, argv[1], text, sizeof(text)) < 0)
			return (fail("kenv", "unable to get"));
		printf("%s\n", text);
		return (0);
	}
	*value++ = '\0';
	return (kenv(KENV_SET, argv[1], value, (int)strlen(value) + 1) != 0 ? fail("kenv", argv[1]) : 0);
}

static int
sysctl_main(int argc, char **argv)
{
	char *value = argc == 2 ? strchr(argv[1], '=') : NULL;

	if (value == NULL)
		return (1);
	*value++ = '\0';
	return (syscall(SYS___sysctlbyname, argv[1], strlen(argv[1]), 0L, 0L, value, strlen(value)) != 0 ? fail("sysctl", argv[1]) : 0);
}

static int
reboot_main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "-r") == 0) {
		syscall(SYS_kill, 1L, 7L);
		sleep_for_ever();
	}
	return ((int)syscall(SYS_reboot, 0L));
}

/* jail NAME PATH COMMAND: the command as the only process of a new prison. */
static int
jail_main(int argc, char **argv)
{
	struct iovec iov[8];
	char *command[2];
	int n = 0;

	if (argc != 4)
		return (1);
	n = build_iovec(iov, n, "path", argv[2], strlen(argv[2]) + 1);
	n = build_iovec(iov, n, "name", argv[1], strlen(argv[1]) + 1);
	if (syscall(SYS_jail_set, iov, (long)n, 5L) < 0)
		return (fail("jail", argv[2]));
	command[0] = argv[3];
	command[1] = NULL;
	execv(argv[3], command);
	return (fail("jail", argv[3]));
}

static int
tool_main(const char *name, int argc, char **argv)
{
	if (strcmp(name, "mount") == 0)
		return (mountfs(argc, argv));
	if (strcmp(name, "df") == 0)
		return (df_main());
	if (strcmp(name, "mdconfig") == 0)
		return (mdconfig(argc, argv));
	if (strcmp(name, "ln") == 0)
		return (argc == 4 && syscall(SYS_symlink, argv[2], argv[3]) != 0 ? fail("ln", argv[3]) : 0);
	if (strcmp(name, "geom") == 0)
		return (geom_main(argc, argv));
	if (strcmp(name, "kenv") == 0)
		return (kenv_main(argc, argv));
	if (strcmp(name, "kldload") == 0)
		return (argc == 2 && syscall(SYS_kldload, argv[1]) < 0 && errno != EEXIST ? fail("kldload", argv[1]) : 0);
	if (strcmp(name, "sysctl") == 0)
		return (sysctl_main(argc, argv));
	if (strcmp(name, "reboot") == 0)
		return (reboot_main(argc, argv));
	if (strcmp(name, "jail") == 0)
		return (jail_main(argc, argv));
	if (strcmp(name, "firmware") == 0)
		return (argc == 2 && syscall(SYS___sysctlbyname, "debug.firmware", 14L, 0L, 0L, argv[1], strlen(argv[1])) != 0);
	if (strcmp(name, "echo") == 0) {
		int i;

		for (i = 1; i < argc; i++)
			printf("%s%s", argv[i], i + 1 < argc ? " " : "\n");
		return (0);
	}
	return (127);
}

/* A device that the kernel still has to find. */
static int
wait_for(const char *path)
{
	int tries, fd;

	for (tries = 0; tries < 300; tries++) {
		fd = open(path, 0);
		if (fd >= 0) {
			syscall(SYS_close, (long)fd);
			return (0);
		}
		sleep_seconds(0, 100);
	}
	return (fail("wait", path));
}

/* The program behind a word: as it stands, or in the usual places. */
static void
exec_command(char **argv)
{
	static const char *const places[] = { "/sbin/", "/bin/", "/usr/sbin/", "/rescue/" };
	char path[128];
	u_int i;

	if (strchr(argv[0], '/') != NULL)
		execv(argv[0], argv);
	else
		for (i = 0; i < 4; i++) {
			snprintf(path, sizeof(path), "%s%s", places[i], argv[0]);
			execv(path, argv);
		}
	printf("%s: not found\n", argv[0]);
	exit(127);
}

/* One simple command: words, perhaps an & at the end. Fails as `set -e` does. */
static int
run_line(char *line)
{
	char *argv[16], *p = line;
	int argc = 0, status = 0, background = 0;
	pid_t pid;

	while (argc < 15) {
		while (*p == ' ' || *p == '\t')
			*p++ = '\0';
		if (*p == '\0' || *p == '#')
			break;
		argv[argc++] = p;
		while (*p != '\0' && *p != ' ' && *p != '\t')
			p++;
	}
	if (argc > 0 && strcmp(argv[argc - 1], "&") == 0) {
		background = 1;
		argc--;
	}
	argv[argc] = NULL;
	if (argc == 0)
		return (0);
	if (strcmp(argv[0], "exit") == 0)
		exit(argc > 1 ? argv[1][0] - '0' : 0);
	if (strcmp(argv[0], "exec") == 0)
		exec_command(argv + 1);
	if (strcmp(argv[0], "cd") == 0)
		return (argc > 1 && syscall(SYS_chdir, argv[1]) != 0 ? fail("cd", argv[1]) : 0);
	if (strcmp(argv[0], "wait") == 0)
		return (argc > 1 ? wait_for(argv[1]) : 0);
	pid = fork();
	if (pid == 0)
		exec_command(argv);
	/* A jail's command stays where it is; the script goes on. */
	if (background || strcmp(argv[0], "jail") == 0)
		return (0);
	while (wait4(pid, &status) != pid)
		if (errno != EINTR)
			return (1);
	return (status >> 8);
}

/* At the terminal: a line, its command, the next line. */
static int
interactive(void)
{
	char line[256];
	long n;

	for (;;) {
		printf("# ");
		n = read(0, line, sizeof(line) - 1);
		if (n <= 0)
			return (0);
		line[n - 1] = '\0';
		(void)run_line(line);
	}
}

static int
sh(const char *script)
{
	static char text[4096];
	char *line, *end;
	long n;
	int fd = open(script, 0), status;

	if (fd < 0)
		return (fail("sh", script));
	n = read(fd, text, sizeof(text) - 1);
	syscall(SYS_close, (long)fd);
	text[n > 0 ? n : 0] = '\0';
	if (open("/dev/console", 2) >= 3)
		syscall(SYS_close, 3L);
	while (open("/dev/console", 2) < 2)
		;
	for (line = text; *line != '\0'; line = end) {
		end = strchr(line, '\n');
		if (end == NULL)
			end = line + strlen(line);
		else
			*end++ = '\0';
		if (*line == '#')
			continue;
		status = run_line(line);
		if (status != 0)
			return (status);
	}
	return (0);
}

int
main(int argc, char **argv, char **envp __unused)
{
	const char *name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	int status = tool_main(name, argc, argv);

	if (status != 127)
		return (status);
	return (argc > 1 ? sh(argv[1]) : interactive());
}

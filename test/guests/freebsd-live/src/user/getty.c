/* getty(8) and login(1): root gets a shell as on live media, everyone else a password that is never right. */
#include "lib.h"

static char hostname[] = "live";
static char name[64];

static int
getname(void)
{
	long n;

	printf("login: ");
	n = read(0, name, sizeof(name) - 1);
	if (n <= 0)
		return (0);
	name[n - 1] = '\0';
	return (n > 1);
}

int
main(int argc, char **argv, char **envp __unused)
{
	char line[64];

	/* A line other than the console, which init has opened: login_tty(3). */
	if (argc > 2 && strcmp(argv[2], "ttyu0") != 0) {
		int fd;

		snprintf(line, sizeof(line), "/dev/%s", argv[2]);
		for (fd = 2; fd >= 0; fd--)
			syscall(SYS_close, (long)fd);
		for (fd = 0; fd < 3; fd++)
			if (open(line, 2) != fd)
				return (1);
	}
	for (;;) {
		printf("\nFreeBSD/amd64 (%s) (%s)\n\n", hostname, argv[2] != NULL ? argv[2] : "ttyu0");
		while (!getname())
			;
		if (strcmp(name, "root") == 0) {
			char *shell[] = { (char *)(uintptr_t) "-sh", NULL };

			execv("/bin/sh", shell);
		}
		printf("Password:");
		read(0, line, sizeof(line));
		printf("Login incorrect\n");
	}
}

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
main(int argc __unused, char **argv, char **envp __unused)
{
	char line[64];

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

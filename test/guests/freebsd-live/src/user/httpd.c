/* The jail's process. */
#include "lib.h"

static int requests;

static void
child_main(void)
{
	for (;;) {
		syscall(SYS_select, 1L, 0L, 0L, 0L, 0L);
		requests++;
	}
}

int
main(int argc __unused, char **argv __unused, char **envp __unused)
{
	child_main();
	return (0);
}

/* watchdogd(8): started by the medium's script, so it stays outside the chroot. */
#include "lib.h"

static u_int timeout_seconds = 128;
static u_int pats;

static void
watchdog_loop(void)
{
	for (;;) {
		sleep_seconds((int)timeout_seconds, 0);
		pats++;
	}
}

int
main(int argc __unused, char **argv __unused, char **envp __unused)
{
	daemon_start();
	watchdog_loop();
	return (0);
}

/* devd(8): opens devctl, then waits for events. */
#include "lib.h"

static int devctl_fd;
static int events_handled;

static void
event_loop(void)
{
	for (;;) {
		syscall(SYS_select, (long)devctl_fd + 1, 0L, 0L, 0L, 0L);
		events_handled++;
	}
}

int
main(int argc __unused, char **argv __unused, char **envp __unused)
{
	printf("Starting devd.\n");
	daemon_start();
	devctl_fd = open("/dev/devctl", 0);
	event_loop();
}

/* sshd(8): listens, that is, sleeps. */
#include "lib.h"

static int listen_socks[2] = { 3, 4 };
static int num_listen_socks = 2;

static void
server_accept_loop(int *socks, int count)
{
	volatile int accepted = 0;

	while (accepted < count) {
		syscall(SYS_select, (long)socks[count - 1] + 1, 0L, 0L, 0L, 0L);
		accepted = 0;
	}
}

int
main(int argc __unused, char **argv __unused, char **envp __unused)
{
	printf("Starting sshd.\n");
	daemon_start();
	server_accept_loop(listen_socks, num_listen_socks);
	return (0);
}

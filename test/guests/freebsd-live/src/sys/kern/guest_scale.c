/* Large tables on request: guest.mounts=N tmpfs mounts under /mnt and guest.processes=N sleeping kernel processes with directories. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static int
mount_tmpfs(const char *path)
{
	struct mntarg *ma = NULL;

	ma = mount_arg(ma, "fstype", "tmpfs", -1);
	ma = mount_arg(ma, "fspath", path, -1);
	ma = mount_arg(ma, "from", "tmpfs", -1);
	return (kernel_mount(ma, 0));
}

static void
filler_sleep(void *arg __unused)
{
	pwd_ensure_dirs();
	for (;;)
		tsleep(filler_sleep, "filler", 0);
}

static void
guest_scale(void *arg __unused)
{
	char path[64];
	int mounts = 0, processes = 0, error, i;

	getenv_int("guest.mounts", &mounts);
	getenv_int("guest.processes", &processes);
	error = mounts > 0 ? mount_tmpfs("/mnt") : 0;
	for (i = 1; i < mounts && error == 0; i++) {
		snprintf(path, sizeof(path), "/mnt/vol%d", i);
		error = kern_mkdirat(curthread, path);
		if (error == 0)
			error = mount_tmpfs(path);
	}
	if (error != 0)
		printf("guest_scale: %s: error %d\n", path, error);
	for (i = 0; i < processes; i++) {
		snprintf(path, sizeof(path), "filler%d", i);
		kproc_create(filler_sleep, NULL, NULL, path);
	}
	if (mounts > 0 || processes > 0)
		printf("guest_scale: %d mounts, %d processes\n", mounts, processes);
}

static void
guest_scale_init(const void *arg __unused)
{
	eventhandler_register(&mountroot_list, guest_scale, NULL, 30000);
}
SYSINIT(guest_scale, SI_SUB_VFS, 10001, guest_scale_init, NULL);

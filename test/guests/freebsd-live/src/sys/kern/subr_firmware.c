/* firmware(9): images are opened by a kernel thread, in the machine's root, whatever root the process has that waits for them. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static int firmware_requests;
static char firmware_wanted[64];

static void
try_binary_file(const char *imagename)
{
	struct nameidata nd;
	char fn[128];
	int error;

	snprintf(fn, sizeof(fn), "/boot/firmware/%s", imagename);
	NDINIT(&nd, LOOKUP, FOLLOW, UIO_SYSSPACE, fn);
	error = namei(&nd);
	if (error != 0)
		printf("%s: could not load binary firmware %s either\n", imagename, fn);
	else {
		printf("%s: loaded binary firmware %s, %ld bytes\n", imagename, fn, nd.ni_vp->v_op->vop_size(nd.ni_vp));
		vrele(nd.ni_vp);
	}
}

/* The same name as in vfs_mountroot.c, another function. */
static __noinline void
set_rootvnode(void *arg __unused, int npending __unused)
{
	pwd_ensure_dirs();
}

static void
firmware_tq(void *arg __unused)
{
	while (rootvnode == NULL)
		pause("fwroot", 1);
	set_rootvnode(NULL, 1);
	for (;;) {
		tsleep(&firmware_requests, "-", 0);
		if (firmware_wanted[0] != '\0')
			try_binary_file(firmware_wanted);
	}
}

void
firmware_get(const char *imagename)
{
	strlcpy(firmware_wanted, imagename, sizeof(firmware_wanted));
	firmware_requests++;
	wakeup(&firmware_requests);
}

static void
firmware_init(const void *arg __unused)
{
	kproc_create(firmware_tq, NULL, NULL, "firmware taskq");
}
SYSINIT(firmware, SI_SUB_KTHREAD_INIT, 0, firmware_init, NULL);

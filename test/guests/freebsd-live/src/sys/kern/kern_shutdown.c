/* The end, and the end of a root: sys/kern/kern_shutdown.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include "sysproto.h"

void cpu_reset(void) __dead2;
void cpu_poweroff(void) __dead2;

const char *panicstr;

static void
vpanic(const char *fmt, va_list ap)
{
	static char buf[256];

	vsnprintf(buf, sizeof(buf), fmt, ap);
	if (panicstr == NULL)
		panicstr = buf;
	printf("panic: %s\n", buf);
	printf("cpuid = %d\n", __pcpu[0].pc_cpuid);
	printf("time = %jd\n", (intmax_t)(1 + ticks / hz));
	printf("KDB: stack backtrace: not in this kernel\n");
	printf("Automatic reboot in 15 seconds - press a key on the console to abort\n");
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	disable_intr();
	va_start(ap, fmt);
	vpanic(fmt, ap);
	va_end(ap);
	for (;;)
		__asm volatile("hlt");
}

void
kern_reboot(int howto)
{
	printf("Uptime: %ds\n", ticks / hz);
	if (howto & RB_POWEROFF)
		cpu_poweroff();
	if (howto & RB_HALT) {
		printf("\nThe operating system has halted.\nPlease press any key to reboot.\n\n");
		for (;;)
			__asm volatile("hlt");
	}
	cpu_reset();
}

/*
 * The root is exchanged under a running init: everything but the filesystem of init's own temporary copy and /dev goes, a root is
 * mounted as at the start, and who stood on the old one is moved. A mount that would not go is by default dropped from the list,
 * still half there, so that the new root is really tried; with vfs.reroot.md=keep it stays in the list as upstream leaves it, and
 * is taken for the new root.
 */
static int
kern_reroot(void)
{
	struct vnode *oldrootvnode, *vp;
	struct mount *mp, *devmp, *stuck, *next;
	char *policy;
	int error;

	if (curproc != initproc)
		return (EPERM);

	vp = curproc->p_textvp;
	mp = vp->v_mount;
	error = vfs_busy(mp, 0);
	if (error != 0)
		return (error);

	vfs_ref(rootdevmp);
	devmp = rootdevmp;
	rootdevmp = NULL;
	mtx_lock(&mountlist_mtx);
	TAILQ_REMOVE(&mountlist, mp, mnt_list);
	TAILQ_REMOVE(&mountlist, devmp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	oldrootvnode = rootvnode;

	vfs_unmountall();

	policy = kern_getenv("vfs.reroot.md");
	TAILQ_FOREACH_SAFE(stuck, &mountlist, mnt_list, next)
		if (policy == NULL || strcmp(policy, "keep") != 0) {
			stuck->mnt_kern_flag |= MNTK_UNMOUNT | MNTK_UNMOUNTF;
			TAILQ_REMOVE(&mountlist, stuck, mnt_list);
		}
	freeenv(policy);

	mtx_lock(&mountlist_mtx);
	TAILQ_INSERT_HEAD(&mountlist, devmp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	rootdevmp = devmp;
	vfs_rel(rootdevmp);

	vfs_mountroot();

	mountcheckdirs(oldrootvnode, rootvnode);

	mtx_lock(&mountlist_mtx);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mtx_unlock(&mountlist_mtx);
	vfs_unbusy(mp);
	return (0);
}

int
sys_reboot(struct thread *td __unused, struct reboot_args *uap)
{
	if (uap->opt & RB_REROOT)
		return (kern_reroot());
	kern_reboot(uap->opt);
}

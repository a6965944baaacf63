/* Exceptions and the way into and out of system calls: sys/amd64/amd64/trap.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include "../kern/sysproto.h"

static int
nosys(struct thread *td __unused, void *args __unused)
{
	return (ENOSYS);
}

#define SYSENT_MAX 600
static struct sysent sysent[SYSENT_MAX];

static void
syscalls_init(const void *arg __unused)
{
#define X(number, name) sysent[number] = (struct sysent){ sizeof(struct name##_args) / 8, (int (*)(struct thread *, void *))(void *)sys_##name, #name };
	SYSCALLS(X)
#undef X
}
SYSINIT(syscalls, SI_SUB_EXEC, 0, syscalls_init, NULL);

void
trap(struct trapframe *frame)
{
	static const char *const trap_msg[32] = { [0] = "integer divide fault", [3] = "breakpoint instruction fault", [6] = "privileged instruction fault", [13] = "general protection fault", [14] = "page fault" };
	const char *what = frame->tf_trapno < 32 && trap_msg[frame->tf_trapno] != NULL ? trap_msg[frame->tf_trapno] : "unknown trap";
	struct proc *p = curproc;

	if (frame->tf_cs & 3) {
		printf("pid %d (%s), jid %d, uid %d: exited on signal 11: %s at %#lx, address %#lx\n", p->p_pid, p->p_comm, p->p_ucred->cr_prison->pr_id, p->p_ucred->cr_uid, what,
		    frame->tf_rip, frame->tf_addr);
		exit1(curthread, 0, 11);
	}
	printf("\n\nFatal trap %d: %s while in kernel mode\n", frame->tf_trapno, what);
	printf("fault virtual address\t= 0x%lx\ninstruction pointer\t= 0x%lx:0x%lx\nstack pointer\t        = 0x%lx:0x%lx\n", frame->tf_addr, frame->tf_cs, frame->tf_rip, frame->tf_ss, frame->tf_rsp);
	printf("current process\t\t= %d (%s)\n", p->p_pid, p->p_comm);
	panic("%s", what);
}

static int
syscallenter(struct thread *td)
{
	struct trapframe *frame = td->td_frame;
	struct syscall_args *sa = &td->td_sa;

	sa->code = sa->original_code = frame->tf_rax;
	sa->args[0] = frame->tf_rdi;
	sa->args[1] = frame->tf_rsi;
	sa->args[2] = frame->tf_rdx;
	sa->args[3] = frame->tf_rcx; /* r10, moved by the entry code */
	sa->args[4] = frame->tf_r8;
	sa->args[5] = frame->tf_r9;
	sa->callp = sa->code < SYSENT_MAX ? &sysent[sa->code] : NULL;
	td->td_retval[0] = 0;
	td->td_retval[1] = frame->tf_rdx;
	return (sa->callp == NULL || sa->callp->sy_call == NULL ? nosys(td, sa->args) : sa->callp->sy_call(td, sa->args));
}

/* Carry set: rax is an errno. */
static void
cpu_set_syscall_retval(struct thread *td, int error)
{
	struct trapframe *frame = td->td_frame;

	switch (error) {
	case 0:
		frame->tf_rax = td->td_retval[0];
		frame->tf_rdx = td->td_retval[1];
		frame->tf_rflags &= ~PSL_C;
		break;
	case EJUSTRETURN:
		break;
	default:
		frame->tf_rax = error;
		frame->tf_rflags |= PSL_C;
	}
}

void
amd64_syscall(struct thread *td, int traced __unused)
{
	int error = syscallenter(td);

	td->td_errno = error > 0 ? error : 0;
	cpu_set_syscall_retval(td, error);
}

/* On the way to user mode: a process told to end does so. */
void
ast(struct trapframe *frame __unused)
{
	struct proc *p = curproc;

	if (p != initproc && (p->p_siglist & (1u << (SIGKILL - 1) | 1u << (SIGTERM - 1))) != 0)
		exit1(curthread, 0, SIGKILL);
}

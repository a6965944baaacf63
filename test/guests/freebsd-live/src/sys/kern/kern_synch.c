/* Threads: one run queue, sleeping by channel, no preemption in the kernel (sys/kern/{kern_synch,sched_ule,kern_fork,kern_kthread}.c). */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

static TAILQ_HEAD(, thread) runq = TAILQ_HEAD_INITIALIZER(runq);
static TAILQ_HEAD(, thread) sleepq = TAILQ_HEAD_INITIALIZER(sleepq);
static lwpid_t next_tid = 100001;
static pid_t lastpid = 1;

void
sched_add(struct thread *td)
{
	td->td_state = TDS_RUNQ;
	TAILQ_INSERT_TAIL(&runq, td, td_runq);
}

/* Gives the processor to the next thread; thread0 runs when nobody else can. */
void
mi_switch(void)
{
	struct thread *td = curthread, *newtd = TAILQ_FIRST(&runq);

	if (newtd == NULL) {
		if (td == thread0 || td->td_state == TDS_RUNNING)
			return;
		newtd = thread0;
	} else
		TAILQ_REMOVE(&runq, newtd, td_runq);
	if (td->td_state == TDS_RUNNING) {
		if (td == thread0)
			td->td_state = TDS_CAN_RUN;
		else
			sched_add(td);
	}
	if (newtd == td) {
		td->td_state = TDS_RUNNING;
		return;
	}
	newtd->td_state = TDS_RUNNING;
	pmap_activate(newtd);
	cpu_switch(td->td_pcb, newtd->td_pcb);
}

void
maybe_preempt(void)
{
	if (!TAILQ_EMPTY(&runq))
		mi_switch();
}

/* Sleeps on a channel, at most `timo` ticks if that is not 0. Returns EINTR when the process is to end or has a signal. */
int
tsleep(const void *chan, const char *wmesg, int timo)
{
	struct thread *td = curthread;

	if (td == thread0)
		panic("tsleep: thread0 sleeps");
	td->td_wchan = chan;
	td->td_wmesg = wmesg;
	td->td_sleeptimo = timo == 0 ? 0 : ticks + timo;
	td->td_state = TDS_INHIBITED;
	TAILQ_INSERT_TAIL(&sleepq, td, td_slpq);
	mi_switch();
	td->td_wchan = NULL;
	td->td_wmesg = NULL;
	return (td->td_proc->p_siglist != 0 ? EINTR : 0);
}

static void
sleepq_resume(struct thread *td)
{
	TAILQ_REMOVE(&sleepq, td, td_slpq);
	sched_add(td);
}

void
wakeup(const void *chan)
{
	struct thread *td, *next;

	TAILQ_FOREACH_SAFE(td, &sleepq, td_slpq, next)
		if (td->td_wchan == chan)
			sleepq_resume(td);
}

void
clock_poll(void)
{
	struct thread *td, *next;

	TAILQ_FOREACH_SAFE(td, &sleepq, td_slpq, next)
		if (td->td_sleeptimo != 0 && (uint64_t)ticks >= td->td_sleeptimo)
			sleepq_resume(td);
}

/* A signal only ends its process, or is taken by sigwait(2). */
void
psignal(struct proc *p, int sig)
{
	struct thread *td = FIRST_THREAD_IN_PROC(p);

	p->p_siglist |= 1u << (sig - 1);
	if (td->td_state == TDS_INHIBITED && (p->p_flag & P_KPROC) == 0)
		sleepq_resume(td);
}

struct thread *
thread_alloc(struct proc *p, const char *name)
{
	struct thread *td = malloc(sizeof(*td), M_PROC, M_WAITOK | M_ZERO);
	char *stack = contigmalloc((KSTACK_PAGES + 1) * PAGE_SIZE) + PAGE_SIZE;

	td->td_tid = next_tid++;
	td->td_proc = p;
	td->td_ucred = crhold(p->p_ucred);
	strlcpy(td->td_name, name, sizeof(td->td_name));
	td->td_kstack = (vm_offset_t)stack;
	td->td_kstack_pages = KSTACK_PAGES;
	td->td_pcb = (struct pcb *)(stack + KSTACK_PAGES * PAGE_SIZE - sizeof(struct pcb));
	td->td_frame = (struct trapframe *)(((uintptr_t)td->td_pcb & ~15UL) - sizeof(struct trapframe));
	TAILQ_INSERT_TAIL(&p->p_threads, td, td_plist);
	p->p_numthreads++;
	return (td);
}

/* A process in the state its maker leaves it: no thread on the run queue, its own descriptors and an address space of the kernel only. */
struct proc *
fork_process(struct proc *parent, const char *comm, pid_t pid)
{
	struct proc *p = malloc(sizeof(*p), M_PROC, M_WAITOK | M_ZERO);

	if (pid == 0) {
		lastpid += GUEST_PID_STEP;
		pid = lastpid;
	}
	p->p_pid = pid;
	p->p_magic = 0xbeefface;
	p->p_state = PRS_NORMAL;
	p->p_osrel = 1501000;
	p->p_pptr = parent;
	p->p_reaper = initproc;
	p->p_ucred = crhold(parent->p_ucred);
	p->p_swtick = ticks;
	strlcpy(p->p_comm, comm, sizeof(p->p_comm));
	TAILQ_INIT(&p->p_threads);
	mtx_init(&p->p_mtx, "process lock", NULL, MTX_DEF);
	p->p_vmspace = malloc(sizeof(struct vmspace), M_PROC, M_WAITOK | M_ZERO);
	p->p_vmspace->vm_refcnt = 1;
	pmap_pinit(&p->p_vmspace->vm_pmap);
	fdinit_proc(p);
	thread_alloc(p, comm);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	LIST_INSERT_HEAD(&parent->p_children, p, p_sibling);
	return (p);
}

/* The thread starts in fork_trampoline, which calls fork_exit(func, arg). */
void
cpu_fork_kthread_handler(struct thread *td, void (*func)(void *), void *arg)
{
	td->td_pcb->pcb_r12 = (register_t)func;
	td->td_pcb->pcb_rbx = (register_t)arg;
	td->td_pcb->pcb_rsp = (register_t)td->td_frame - 8;
	td->td_pcb->pcb_rip = (register_t)fork_trampoline;
	*(register_t *)td->td_pcb->pcb_rsp = (register_t)fork_trampoline;
	/* cpu_switch returns through the slot it overwrites, so the trampoline starts with the frame at its stack pointer. */
}

void
fork_exit(void (*callout)(void *, struct trapframe *), void *arg, struct trapframe *frame)
{
	struct thread *td = curthread;

	callout(arg, frame);
	/* A kernel process that comes back has become a user process, or is done. */
	if (td->td_proc->p_flag & P_KPROC) {
		printf("Kernel thread \"%s\" (pid %d) exited prematurely.\n", td->td_name, td->td_proc->p_pid);
		exit1(td, 0, 0);
	}
}

void
fork_return(void *arg __unused, struct trapframe *frame __unused)
{
}

void
kproc_create(void (*func)(void *), void *arg, struct proc **newp, const char *name)
{
	struct proc *p = fork_process(&proc0, name, 0);

	/* Kernel processes share the kernel's address space. */
	pmap_release(&p->p_vmspace->vm_pmap);
	free(p->p_vmspace, M_PROC);
	p->p_vmspace = &vmspace0;
	vmspace0.vm_refcnt++;
	p->p_flag |= P_SYSTEM | P_KPROC;
	cpu_fork_kthread_handler(FIRST_THREAD_IN_PROC(p), func, arg);
	if (newp != NULL)
		*newp = p;
	sched_add(FIRST_THREAD_IN_PROC(p));
}

struct proc *
pfind(pid_t pid)
{
	struct proc *p;

	FOREACH_PROC_IN_SYSTEM(p)
		if (p->p_pid == pid && p->p_state == PRS_NORMAL)
			return (p);
	return (NULL);
}

void
eventhandler_register(struct eventhandler_list *list, void (*func)(void *), void *arg, int priority)
{
	struct eventhandler_entry *ep = malloc(sizeof(*ep), M_TEMP, M_WAITOK | M_ZERO), *tp;

	ep->ee_func = func;
	ep->ee_arg = arg;
	ep->ee_priority = priority;
	TAILQ_FOREACH(tp, &list->el_entries, ee_link)
		if (ep->ee_priority < tp->ee_priority)
			break;
	if (tp == NULL)
		TAILQ_INSERT_TAIL(&list->el_entries, ep, ee_link);
	else {
		ep->ee_link.tqe_prev = tp->ee_link.tqe_prev;
		ep->ee_link.tqe_next = tp;
		*tp->ee_link.tqe_prev = ep;
		tp->ee_link.tqe_prev = &ep->ee_link.tqe_next;
	}
}

void
eventhandler_invoke(struct eventhandler_list *list)
{
	struct eventhandler_entry *ep;

	list->el_runcount++;
	TAILQ_FOREACH(ep, &list->el_entries, ee_link)
		ep->ee_func(ep->ee_arg);
}

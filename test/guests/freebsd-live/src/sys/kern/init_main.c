/* The order of the start and the first process: sys/kern/init_main.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>

extern struct sysinit *__start_set_sysinit_set[], *__stop_set_sysinit_set[];

struct proc proc0;
struct thread thread0_st;
struct vmspace vmspace0;
struct proc *initproc;
struct proclist allproc = LIST_HEAD_INITIALIZER(allproc);
struct sx allproc_lock;

static const char version[] = "FreeBSD 15.1-RELEASE-p1 (freebsd-live test guest) GENERIC amd64";
static char init_path[MAXPATHLEN] = "/sbin/init:/sbin/oinit:/sbin/init.bak:/rescue/init";

void
proc0_init(void)
{
	struct proc *p = &proc0;
	char *stack = contigmalloc(KSTACK_PAGES * PAGE_SIZE);
	extern uint64_t KPML4[];

	kernel_pmap_store.pm_pmltop = KPML4;
	kernel_pmap_store.pm_cr3 = (vm_paddr_t)KPML4 - KERNBASE;
	vmspace0.vm_pmap = kernel_pmap_store;
	vmspace0.vm_refcnt = 1;
	p->p_vmspace = &vmspace0;
	p->p_flag = P_SYSTEM | P_KPROC;
	p->p_state = PRS_NORMAL;
	p->p_magic = 0xbeefface;
	strlcpy(p->p_comm, "kernel", sizeof(p->p_comm));
	TAILQ_INIT(&p->p_threads);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	mtx_init(&p->p_mtx, "process lock", NULL, MTX_DEF);
	sx_init(&allproc_lock, "allproc");
	thread0->td_kstack = (vm_offset_t)stack;
	thread0->td_kstack_pages = KSTACK_PAGES;
	thread0->td_pcb = (struct pcb *)(stack + KSTACK_PAGES * PAGE_SIZE - sizeof(struct pcb));
	thread0->td_tid = 100000;
	thread0->td_proc = p;
	thread0->td_state = TDS_RUNNING;
	strlcpy(thread0->td_name, "swapper", sizeof(thread0->td_name));
	TAILQ_INSERT_TAIL(&p->p_threads, thread0, td_plist);
	p->p_numthreads = 1;
	p->p_ucred = crget();
	thread0->td_ucred = p->p_ucred;
	prison0.pr_root = NULL;
	fdinit_proc(p);
	pmap_activate(thread0);
}

void
mi_startup(void)
{
	struct sysinit **sipp, **xipp, *save;

	/* Sorted by subsystem, then order. */
	for (sipp = __start_set_sysinit_set; sipp < __stop_set_sysinit_set; sipp++)
		for (xipp = sipp + 1; xipp < __stop_set_sysinit_set; xipp++)
			if ((*sipp)->subsystem > (*xipp)->subsystem || ((*sipp)->subsystem == (*xipp)->subsystem && (*sipp)->order > (*xipp)->order)) {
				save = *sipp;
				*sipp = *xipp;
				*xipp = save;
			}
	for (sipp = __start_set_sysinit_set; sipp < __stop_set_sysinit_set; sipp++)
		(*(*sipp)->func)((*sipp)->udata);

	/* What is left of this thread is the idle loop. */
	for (;;) {
		disable_intr();
		mi_switch();
		__asm volatile("sti; hlt");
	}
}

static void
print_version(const void *data __unused)
{
	printf("---<<BOOT>>---\n");
	printf("Copyright (c) the freebsd-live test guest; names and messages after The FreeBSD Project.\n");
	printf("%s\n", version);
	printf("real memory  = 134217728 (128 MB)\n");
}
SYSINIT(announce, SI_SUB_COPYRIGHT, 0, print_version, NULL);

static void
start_init(void *dummy __unused)
{
	char *var, *free_init_path, *tmp_init_path;
	char *path, *argv[3];
	int argc, error;

	vfs_mountroot();

	if ((var = kern_getenv("init_path")) != NULL) {
		strlcpy(init_path, var, sizeof(init_path));
		freeenv(var);
	}
	free_init_path = tmp_init_path = strdup(init_path, M_TEMP);

	while ((path = strsep(&tmp_init_path, ":")) != NULL) {
		if (bootverbose)
			printf("start_init: trying %s\n", path);
		argc = 0;
		argv[argc++] = path;
		if (boothowto & RB_SINGLE) {
			static char dashs[] = "-s";

			argv[argc++] = dashs;
		}
		error = kern_execve(curthread, path, argv, argc, NULL, 0);
		if (error == EJUSTRETURN) {
			free(free_init_path, M_TEMP);
			return;
		}
		if (error != ENOENT)
			printf("exec %s: error %d\n", path, error);
	}
	free(free_init_path, M_TEMP);
	printf("init: not found in path %s\n", init_path);
	panic("no init");
}

/* Made stopped, so that it is process 1 whatever is made before it runs. */
static void
create_init(const void *udata __unused)
{
	initproc = fork_process(&proc0, "init", 1);
	initproc->p_flag &= ~(P_SYSTEM | P_KPROC);
	cpu_fork_kthread_handler(FIRST_THREAD_IN_PROC(initproc), start_init, NULL);
}
SYSINIT(init, SI_SUB_CREATE_INIT, 0, create_init, NULL);

static void
kick_init(const void *udata __unused)
{
	sched_add(FIRST_THREAD_IN_PROC(initproc));
}
SYSINIT(kickinit, SI_SUB_KTHREAD_INIT, 1, kick_init, NULL);

/* Kernel processes that sleep for ever; those that look at files have directories, the machine's root of that moment. */
static void
kthread_idle(void *arg)
{
	for (;;) {
		if (arg != NULL) {
			while (rootvnode == NULL)
				pause("rootwt", 1);
			pwd_ensure_dirs();
			arg = NULL;
		}
		tsleep(kthread_idle, "psleep", 0);
	}
}

static void
start_kernel_processes(const void *udata __unused)
{
	static const struct { const char *name; int files; } kprocs[] = { { "crypto", 0 }, { "pagedaemon", 0 }, { "bufdaemon", 1 }, { "syncer", 1 }, { "vnlru", 0 } };
	u_int i;

	for (i = 0; i < nitems(kprocs); i++)
		kproc_create(kthread_idle, kprocs[i].files ? (void *)1 : NULL, NULL, kprocs[i].name);
}
SYSINIT(kprocs, SI_SUB_KTHREAD_PAGE, 0, start_kernel_processes, NULL);

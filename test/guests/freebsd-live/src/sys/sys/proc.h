/* Processes, credentials, jails and their directories: sys/sys/{proc,ucred,jail,filedesc}.h. */
#ifndef _SYS_PROC_H_
#define _SYS_PROC_H_

#include <machine/frame.h>

#define P_KPROC 0x00004
#define P_WEXIT 0x02000
#define P_SYSTEM 0x00200
#define P_JAILED 0x10000 /* in p_flag2: exists only to tell ps(1) */
#define SIGEMT 7
#define SIGKILL 9
#define SIGTERM 15

extern struct proclist allproc;
extern struct sx allproc_lock;
extern struct proc proc0;
extern struct proc *initproc;
extern struct thread thread0_st;
#define thread0 (&thread0_st)
extern struct prison prison0;
extern struct vmspace vmspace0;

#define FIRST_THREAD_IN_PROC(p) TAILQ_FIRST(&(p)->p_threads)
#define FOREACH_PROC_IN_SYSTEM(p) LIST_FOREACH((p), &allproc, p_list)

struct proc *fork_process(struct proc *parent, const char *comm, pid_t);
int fork1_user(struct thread *, struct proc **);
void kproc_create(void (*)(void *), void *arg, struct proc **, const char *name);
void exit1(struct thread *, int rval, int signo) __dead2;
int kern_execve(struct thread *, const char *path, char **argv, int argc, char **envv, int envc);
int kern_wait(struct thread *, pid_t, int *status, pid_t *found);
struct thread *thread_alloc(struct proc *, const char *name);
void cpu_fork_kthread_handler(struct thread *, void (*)(void *), void *);
struct proc *pfind(pid_t);

/* kern_descrip.c */
struct pwddesc *pdinit(void);
void fdinit_proc(struct proc *);
void fdcopy_proc(struct proc *from, struct proc *to);
void pwd_ensure_dirs(void);
void pwd_set_rootvnode(void);
void pwd_chdir(struct thread *, struct vnode *);
int pwd_chroot(struct thread *, struct vnode *);
void pwd_jail(struct thread *, struct vnode *);
void pwd_release(struct proc *);
struct pwdview { struct vnode *cdir, *rdir, *jdir; };
struct pwdview pwd_get(struct proc *);
void mountcheckdirs(struct vnode *olddp, struct vnode *newdp);
struct filedescent { struct file *fde_file; u_char fde_flags; };
struct fdescenttbl { int fdt_nfiles; struct filedescent fdt_ofiles[32]; };
int falloc(struct thread *, struct vnode *, int *fd);
struct file *fget(struct thread *, int fd);
int fdclose(struct thread *, int fd);
void fdescfree(struct proc *);

/* kern_jail.c */
struct ucred *crget(void);
struct ucred *crcopy(struct ucred *);
void crfree(struct ucred *);
struct ucred *crhold(struct ucred *);
void prison_enforce_statfs(struct ucred *, struct mount *, struct statfs *);
int kern_jail(struct thread *, const char *path, const char *name, int enforce_statfs, int *jid);
void prisons_repoint(struct vnode *olddp, struct vnode *newdp);

/* amd64: address spaces and switching */
#define UPAGES_BASE 0x200000UL
#define USRSTACK 0x7fffffffe000UL
#define VM_MAXUSER_ADDRESS 0x800000000000UL
#define DMAP_MIN_ADDRESS 0xfffff80000000000UL
#define KERNBASE 0xffffffff80000000UL
#define KERNLOAD 0x200000UL
#define PHYS_TO_DMAP(pa) ((void *)((pa) + DMAP_MIN_ADDRESS))
#define DMAP_TO_PHYS(va) ((vm_paddr_t)(va) - DMAP_MIN_ADDRESS)
extern vm_paddr_t kernphys;
extern struct pmap kernel_pmap_store;
void pmap_pinit(struct pmap *);
void pmap_release(struct pmap *);
void *pmap_enter(struct pmap *, vm_offset_t va, bool writable);
vm_paddr_t pmap_extract(struct pmap *, vm_offset_t va);
int pmap_copy(struct pmap *dst, struct pmap *src);
void pmap_activate(struct thread *);
void cpu_switch(struct pcb *old, struct pcb *new);
void fork_trampoline(void);
void fork_exit(void (*)(void *, struct trapframe *), void *, struct trapframe *);
void fork_return(void *, struct trapframe *);
void clock_poll(void);
void userret(struct thread *);

#endif

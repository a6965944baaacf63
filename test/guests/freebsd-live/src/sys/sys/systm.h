#ifndef _SYS_SYSTM_H_
#define _SYS_SYSTM_H_

/* libkern */
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
#define bcopy(s, d, n) memmove((d), (s), (n))
#define bzero(p, n) memset((p), 0, (n))
void explicit_bzero(void *, size_t);
size_t strlen(const char *);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t);
char *strcpy(char *, const char *);
size_t strlcpy(char *, const char *, size_t);
size_t strlcat(char *, const char *, size_t);
char *strchr(const char *, int);
char *strrchr(const char *, int);
char *strstr(const char *, const char *);
char *strsep(char **, const char *);
long strtol(const char *, char **, int);

/* subr_prf.c, kern_cons.c */
int printf(const char *, ...) __printflike(1, 2);
int sprintf(char *, const char *, ...) __printflike(2, 3);
int snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
int vsnprintf(char *, size_t, const char *, va_list);
void panic(const char *, ...) __dead2 __printflike(1, 2);
extern const char *panicstr;
void cninit(void);
void cnputc(int);
int cncheckc(void);
int cngetc(void);
#define GETS_ECHO 1
void cngets(char *, size_t, int);
#define KASSERT(exp, msg) do { if (!(exp)) panic msg; } while (0)

/* kern_malloc.c: every type of memory comes from one arena whose pages are handed out of order. */
struct malloc_type { struct malloc_type *ks_next; u_long ks_version; const char *ks_shortdesc; };
#define MALLOC_DEFINE(type, shortdesc, longdesc) struct malloc_type type[1] = { { NULL, 20020127, shortdesc } }
#define MALLOC_DECLARE(type) extern struct malloc_type type[1]
MALLOC_DECLARE(M_TEMP);
MALLOC_DECLARE(M_MOUNT);
MALLOC_DECLARE(M_VNODE);
MALLOC_DECLARE(M_PROC);
MALLOC_DECLARE(M_DEVBUF);
#define M_WAITOK 2
#define M_ZERO 0x100
void *malloc(size_t, struct malloc_type *, int);
void free(void *, struct malloc_type *);
void zfree(void *, struct malloc_type *);
char *strdup(const char *, struct malloc_type *);
void *contigmalloc(size_t);
vm_paddr_t vm_page_alloc(void);
void vm_page_free(vm_paddr_t);
void kmem_init(vm_paddr_t physfree);

/* Locks: one processor and a kernel that is never preempted, so they record their owner and nothing more. */
#define MTX_DEF 0
#define MTX_UNOWNED 0x1UL
#define mtx_init(m, n, t, o) ((m)->lock_object.lo_name = (n), (m)->mtx_lock = MTX_UNOWNED)
#define mtx_lock(m) ((m)->mtx_lock = (uintptr_t)curthread)
#define mtx_unlock(m) ((m)->mtx_lock = MTX_UNOWNED)
#define sx_init(s, n) ((s)->lock_object.lo_name = (n), (s)->sx_lock = 1)
#define sx_slock(s) ((s)->sx_lock = 0x11)
#define sx_xlock(s) ((s)->sx_lock = (uintptr_t)curthread)
#define sx_sunlock(s) ((s)->sx_lock = 1)
#define sx_xunlock(s) ((s)->sx_lock = 1)

/* sbuf */
#define SBUF_AUTOEXTEND 1
struct sbuf *sbuf_new_auto(void);
void sbuf_clear(struct sbuf *);
int sbuf_cat(struct sbuf *, const char *);
int sbuf_printf(struct sbuf *, const char *, ...) __printflike(2, 3);
int sbuf_finish(struct sbuf *);
char *sbuf_data(struct sbuf *);
void sbuf_delete(struct sbuf *);

/* amd64/include/pcpu.h: the running thread is found through %gs. */
struct pcpu {
	struct thread *pc_curthread; /* locore and exception code know this member's place */
	uint64_t pc_rsp0;
	uint64_t pc_scratch_rsp;
	struct thread *pc_idlethread;
	struct thread *pc_fpcurthread;
	struct pcb *pc_curpcb;
	u_int pc_cpuid;
	struct pmap *pc_curpmap;
};
extern struct pcpu __pcpu[1];
static inline struct thread *
__curthread(void)
{
	struct thread *td;

	__asm("movq %%gs:0,%0" : "=r"(td));
	return (td);
}
#define curthread (__curthread())
#define curproc (curthread->td_proc)

/* kern_synch.c */
extern volatile int ticks;
extern int hz;
extern int bootverbose;
extern int boothowto;
int tsleep(const void *, const char *, int timo);
void wakeup(const void *);
#define pause(wmesg, timo) tsleep(&ticks, (wmesg), (timo))
void sched_add(struct thread *);
void mi_switch(void);
void maybe_preempt(void);

/* copyin and copyout */
int copyin(const void *, void *, size_t);
int copyout(const void *, void *, size_t);
int copyinstr(const void *, void *, size_t, size_t *);

#define RB_ASKNAME 0x001
#define RB_SINGLE 0x002
#define RB_NOSYNC 0x004
#define RB_HALT 0x008
#define RB_DFLTROOT 0x020
#define RB_VERBOSE 0x800
#define RB_SERIAL 0x1000
#define RB_CDROM 0x2000
#define RB_POWEROFF 0x4000
#define RB_REROOT 0x200000
void kern_reboot(int) __dead2;

/* kernel environment (kern_environment.c) */
#define KENV_GET 0
#define KENV_SET 1
#define KENV_UNSET 2
#define KENV_DUMP 3
#define KENV_DUMP_LOADER 4
#define KENV_DUMP_STATIC 5
#define KENV_MNAMELEN 128
#define KENV_MVALLEN 128
extern bool dynamic_kenv;
extern char *kern_envp, *md_envp, **kenvp;
extern struct mtx kenv_lock;
void init_static_kenv(char *, size_t);
char *kern_getenv(const char *);
void freeenv(char *);
int kern_setenv(const char *, const char *);
int kern_unsetenv(const char *);
int getenv_int(const char *, int *);
bool getenv_is_true(const char *);

/* sys/sys/kernel.h: start-up functions run by mi_startup in this order. */
enum sysinit_sub_id {
	SI_SUB_COPYRIGHT = 0x0800001, SI_SUB_VM = 0x1000000, SI_SUB_KMEM = 0x1800000, SI_SUB_WITNESS = 0x1a80000, SI_SUB_LOCK = 0x1b00000, SI_SUB_KLD = 0x2000000,
	SI_SUB_INTRINSIC = 0x2800000, SI_SUB_DRIVERS = 0x3100000, SI_SUB_VFS = 0x4000000, SI_SUB_EXEC = 0x7400000, SI_SUB_CREATE_INIT = 0x8400000, SI_SUB_KTHREAD_INIT = 0xe000000,
	SI_SUB_KTHREAD_PAGE = 0xe400000, SI_SUB_RUN_SCHEDULER = 0xfffffff
};
struct sysinit { enum sysinit_sub_id subsystem; u_int order; void (*func)(const void *); const void *udata; };
#define SYSINIT(uniquifier, subsystem, order, func, ident)                                                              \
	static struct sysinit uniquifier##_sys_init = { subsystem, order, (void (*)(const void *))(func), (ident) };    \
	static struct sysinit *uniquifier##_sys_init_ptr __used __attribute__((__section__("set_sysinit_set"))) = &uniquifier##_sys_init
void mi_startup(void) __dead2;

/* sys/sys/eventhandler.h: one list of functions for each event. */
struct eventhandler_entry { TAILQ_ENTRY(eventhandler_entry) ee_link; int ee_priority; void *ee_arg; void (*ee_func)(void *); };
TAILQ_HEAD(eventhandler_queue, eventhandler_entry);
struct eventhandler_list { const char *el_name; u_int el_runcount; struct eventhandler_queue el_entries; };
extern struct eventhandler_list mountroot_list;
void eventhandler_register(struct eventhandler_list *, void (*)(void *), void *, int priority);
void eventhandler_invoke(struct eventhandler_list *);

static inline uint8_t
inb(u_short port)
{
	uint8_t data;

	__asm volatile("inb %w1,%0" : "=a"(data) : "Nd"(port));
	return (data);
}
static inline void
outb(u_short port, uint8_t data)
{
	__asm volatile("outb %0,%w1" : : "a"(data), "Nd"(port));
}
static inline void
outl(u_short port, uint32_t data)
{
	__asm volatile("outl %0,%w1" : : "a"(data), "Nd"(port));
}
static inline void disable_intr(void) { __asm volatile("cli" ::: "memory"); }
static inline void enable_intr(void) { __asm volatile("sti" ::: "memory"); }

#endif

/*
 * /init of the test's initramfs, without a C library: loads /module.ko where there is one, mounts, then children that unshare, change and pivot their
 * root, and one with a thread in a root and mounts of its own; all wait.
 */
static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}

enum { SYS_write = 1, SYS_open = 2, SYS_finit_module = 313, SYS_pause = 34, SYS_fork = 57, SYS_exit = 60, SYS_chdir = 80, SYS_prctl = 157, SYS_chroot = 161, SYS_mount = 165, SYS_mkdir = 83, SYS_pivot_root = 155, SYS_unshare = 272 };
enum { MS_BIND = 1 << 12, MS_PRIVATE = 1 << 18, MS_SLAVE = 1 << 19, MS_SHARED = 1 << 20, MS_UNBINDABLE = 1 << 17, CLONE_NEWNS = 0x20000 };
enum { PR_SET_NAME = 15 };
/* CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM */
enum { CLONE_AS_THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 };

static void say(const char *text) {
  long length = 0;
  while (text[length]) length++;
  call(SYS_write, 1, (long)text, length, 0, 0);
}

static char thread_stack[4096] __attribute__((aligned(16)));

/* A thread shares its root and its mounts with its process until it unshares them. */
static void worker(void) {
  call(SYS_prctl, PR_SET_NAME, (long)"worker", 0, 0, 0);
  call(SYS_unshare, CLONE_NEWNS, 0, 0, 0, 0);
  call(SYS_chdir, (long)"/newroot/data", 0, 0, 0, 0);
  call(SYS_chroot, (long)".", 0, 0, 0, 0);
  say("init: thread lives in /newroot/data\n");
  for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
}

static void start_thread(void (*entry)(void)) {
  long result;
  register void (*start)(void) __asm__("r12") = entry;
  __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\txor %%ebp, %%ebp\n\tcall *%%r12\n1:"
                   : "=a"(result) : "a"(56L), "D"((long)CLONE_AS_THREAD), "S"(thread_stack + sizeof thread_stack), "d"(0L), "r"(start) : "rcx", "r10", "r11", "memory");
}

void _start(void) {
  long module = call(SYS_open, (long)"/module.ko", 0, 0, 0, 0);
  if (module >= 0) say(call(SYS_finit_module, module, (long)"", 0, 0, 0) == 0 ? "init: module loaded\n" : "init: module refused\n");
  call(SYS_mount, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
  call(SYS_mount, (long)"tmpfs", (long)"/newroot", (long)"tmpfs", 0, 0);
  call(SYS_mkdir, (long)"/newroot/data", 0755, 0, 0, 0);
  call(SYS_mount, (long)"tmpfs", (long)"/newroot/data", (long)"tmpfs", 0, 0);
  call(SYS_mount, 0, (long)"/newroot", 0, MS_SHARED, 0);
  call(SYS_mount, 0, (long)"/proc", 0, MS_UNBINDABLE, 0);
  if (call(SYS_fork, 0, 0, 0, 0, 0) == 0) {
    call(SYS_prctl, PR_SET_NAME, (long)"unshared", 0, 0, 0);
    call(SYS_unshare, CLONE_NEWNS, 0, 0, 0, 0);
    call(SYS_mount, 0, (long)"/newroot", 0, MS_SLAVE, 0);
    call(SYS_chdir, (long)"/newroot", 0, 0, 0, 0);
    say("init: child has mounts of its own\n");
    for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
  }
  if (call(SYS_fork, 0, 0, 0, 0, 0) == 0) {
    call(SYS_prctl, PR_SET_NAME, (long)"chrooted", 0, 0, 0);
    call(SYS_chdir, (long)"/newroot", 0, 0, 0, 0);
    call(SYS_chroot, (long)".", 0, 0, 0, 0);
    say("init: child lives in /newroot\n");
    for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
  }
  if (call(SYS_fork, 0, 0, 0, 0, 0) == 0) {
    call(SYS_prctl, PR_SET_NAME, (long)"pivoted", 0, 0, 0);
    call(SYS_unshare, CLONE_NEWNS, 0, 0, 0, 0);
    call(SYS_mount, 0, (long)"/newroot", 0, MS_PRIVATE, 0);
    call(SYS_mkdir, (long)"/newroot/data/old", 0755, 0, 0, 0);
    call(SYS_mkdir, (long)"/newroot/data/bound", 0755, 0, 0, 0);
    call(SYS_mount, (long)"/dev", (long)"/newroot/data/bound", 0, MS_BIND, 0);
    call(SYS_chdir, (long)"/newroot", 0, 0, 0, 0);
    call(SYS_chroot, (long)".", 0, 0, 0, 0);
    say(call(SYS_pivot_root, (long)"/data", (long)"/data/old", 0, 0, 0) == 0 ? "init: child has pivoted\n" : "init: pivot refused\n");
    for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
  }
  if (call(SYS_fork, 0, 0, 0, 0, 0) == 0) {
    call(SYS_prctl, PR_SET_NAME, (long)"threaded", 0, 0, 0);
    start_thread(worker);
    for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
  }
  say("init: waiting\n");
  for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
}

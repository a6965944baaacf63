/* /init of the test's initramfs, without a C library: loads /module.ko where there is one, mounts, then a child in a root of its own, both waiting. */
static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}

enum { SYS_write = 1, SYS_open = 2, SYS_finit_module = 313, SYS_pause = 34, SYS_fork = 57, SYS_exit = 60, SYS_chdir = 80, SYS_prctl = 157, SYS_chroot = 161, SYS_mount = 165, SYS_mkdir = 83, SYS_unshare = 272 };
enum { MS_SLAVE = 1 << 19, MS_SHARED = 1 << 20, MS_UNBINDABLE = 1 << 17, CLONE_NEWNS = 0x20000 };
enum { PR_SET_NAME = 15 };

static void say(const char *text) {
  long length = 0;
  while (text[length]) length++;
  call(SYS_write, 1, (long)text, length, 0, 0);
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
  say("init: waiting\n");
  for (;;) call(SYS_pause, 0, 0, 0, 0, 0);
}

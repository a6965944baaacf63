/*
 * Three programs for an initramfs, without a C library. INIT starts /first and /second and then does what is typed: `c` crashes the kernel by
 * sysrq (Documentation/admin-guide/sysrq.rst), `x` ends init itself. The other two are the same program at the same
 * addresses, up to `rest`, with other constants; they run for ever.
 */
static inline long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

enum { SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_sched_yield = 24, SYS_fork = 57, SYS_execve = 59, SYS_exit = 60, SYS_getppid = 110, SYS_mount = 165 };

#ifdef INIT
static const char *none[] = { 0, 0 };

static void start(const char *path) {
  none[0] = path;
  if (call(SYS_fork, 0, 0, 0) == 0) {
    call(SYS_execve, (long)path, (long)none, (long)(none + 1));
    call(SYS_exit, 1, 0, 0);
  }
}

void _start(void) {
  char typed;
  call(SYS_mount, (long)"proc", (long)"/proc", (long)"proc");
  start("/first");
  start("/second");
  call(SYS_write, 1, (long)"init: started both\n", 19);
  for (;;) {
    if (call(SYS_read, 0, (long)&typed, 1) != 1)
      continue;
    if (typed == 'c')
      call(SYS_write, call(SYS_open, (long)"/proc/sysrq-trigger", 1, 0), (long)"c", 1);
    if (typed == 'x')
      call(SYS_exit, 3, 0, 0);
  }
}
#else
volatile long factor = FACTOR;
static volatile long total;

static long __attribute__((noinline)) scaled(long value) {
  long result = value * FACTOR;
  return result + 1;
}

static long __attribute__((noinline)) parent(void) {
  long id = call(SYS_getppid, 0, 0, 0);
  total = id;
  return id;
}

static void __attribute__((noinline)) turn(long number) {
  long first = scaled(number);
  long second = scaled(number + 1);
  total = first + second;
  long id = parent();
  total += id;
}

/* What makes the two different programs to who compares code. */
#define STEP number = (number ^ (number >> 7)) * FACTOR + (FACTOR ^ __COUNTER__);
static long __attribute__((noinline)) rest(long number) {
  STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP
  return number;
}

void _start(void) {
  for (long number = 0;; number++) {
    turn(number & 15);
    total = rest(number);
    call(SYS_sched_yield, 0, 0, 0);
  }
}
#endif

/*
 * /init of an initramfs, without a C library: forks two children that run the same code at the same addresses and share a page. What is typed goes to one of them:
 * a digit chooses it (0: init itself), a letter is done: `b` writes to the shared page, `e` runs the program anew in that process, `x` ends it, `f` forks one more.
 */
static inline long call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

enum { SYS_read = 0, SYS_write = 1, SYS_mmap = 9, SYS_sched_yield = 24, SYS_fork = 57, SYS_execve = 59, SYS_exit = 60, SYS_getppid = 110 };
enum { PROT_READ_WRITE = 3, MAP_SHARED_FIXED_ANONYMOUS = 0x31 };

struct shared {
  volatile long command[10];
  volatile long counter;
};
struct shared *const shared = (struct shared *)0x10000000;

/* Which of the processes this is; each has its own copy. */
volatile long own;
volatile long turns;
static volatile long total;

static long __attribute__((noinline)) scaled(long value) {
  return value * 3 + 1;
}

static long __attribute__((noinline)) parent(void) {
  long id = call(SYS_getppid, 0, 0, 0, 0, 0, 0);
  total = id;
  return id;
}

static void __attribute__((noinline)) bump(void) {
  shared->counter++;
}

static void __attribute__((noinline)) turn(long number) {
  long first = scaled(number);
  long second = scaled(number + 1);
  total = first + second;
  turns++;
  total += parent();
}

static void __attribute__((noinline)) work(long which) {
  static const char *arguments[] = { "/init", "again", 0 };
  own = which;
  for (long number = 0;; number++) {
    turn(number & 15);
    /* A program that was run anew has no shared page. */
    long wanted = which < 3 ? shared->command[which] : 0;
    if (wanted != 0)
      shared->command[which] = 0;
    if (wanted == 'b')
      bump();
    if (wanted == 'e')
      call(SYS_execve, (long)arguments[0], (long)arguments, (long)(arguments + 2), 0, 0, 0);
    if (wanted == 'x')
      call(SYS_exit, 0, 0, 0, 0, 0, 0);
    call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
  }
}

static void __attribute__((noinline)) start(long which) {
  if (call(SYS_fork, 0, 0, 0, 0, 0, 0) == 0)
    work(which);
}

void begin(long arguments) {
  long which = 0;
  char typed;
  if (arguments > 1)
    work(3);
  call(SYS_mmap, (long)shared, 4096, PROT_READ_WRITE, MAP_SHARED_FIXED_ANONYMOUS, -1, 0);
  start(1);
  start(2);
  call(SYS_write, 1, (long)"init: forked two\n", 17, 0, 0, 0);
  for (;;) {
    if (call(SYS_read, 0, (long)&typed, 1, 0, 0, 0) != 1)
      continue;
    if (typed >= '0' && typed <= '9')
      which = typed - '0';
    else if (typed == 'f')
      start(4);
    else if (typed >= 'a')
      shared->command[which] = typed;
  }
}

__asm__(".globl _start\n_start:\n\tmov (%rsp), %rdi\n\tand $-16, %rsp\n\txor %ebp, %ebp\n\tcall begin\n");

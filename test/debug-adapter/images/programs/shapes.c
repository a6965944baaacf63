/* Shapes of C that debug information must tell rightly. Compiled by the tests in many ways. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

enum colour { RED, GREEN = 5, BLUE = -7 };
enum big { BIG_ONE = 1, BIG_LAST = 0x7fffffffffffffffLL };
typedef unsigned long word_t;
typedef int (*callback_t)(const char *name, int value);

struct list { struct list *next, *prev; };
struct opaque;
union number { int i; float f; double d; unsigned char bytes[16]; };

struct flags {
  unsigned first : 3;
  unsigned second : 7;
  int third : 5;
  unsigned long long wide : 40;
  unsigned char plain;
};

struct everything {
  char name[16];
  struct list link;
  union number number;
  enum colour colour;
  struct flags flags;
  struct { int x, y; };
  struct { word_t inner; } named;
  callback_t callback;
  int matrix[3][4];
  struct opaque *hidden;
  const volatile char *text;
  struct everything *children[2];
  int tail[];
};

static int counter;
volatile int sink;
struct everything *root;
const int table[4] = {1, 2, 3, 4};
enum big biggest = BIG_LAST;

__attribute__((noinline)) static int leaf(int a, int b) {
  int sum = a + b;
  sink = sum;
  return sum * 2;
}

static inline __attribute__((always_inline)) int inlined(int depth, const char *why) {
  int local = depth * 3;
  if (why) {
    int nested = local + why[0];
    sink += nested;
    local += leaf(nested, depth);
  }
  return local;
}

int recurse(int depth) {
  static int calls;
  calls++;
  if (depth <= 0)
    return calls;
  return recurse(depth - 1) + inlined(depth, "recurse");
}

int sum_all(int count, ...) {
  va_list list;
  int total = 0;
  va_start(list, count);
  for (int i = 0; i < count; i++)
    total += va_arg(list, int);
  va_end(list);
  return total;
}

static int on_event(const char *name, int value) {
  counter += value + name[0];
  return counter;
}

void fill(struct everything *e, int n) {
  e->callback = on_event;
  e->number.i = n;
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 4; j++)
      e->matrix[i][j] = i * j + inlined(n, NULL);
  }
  e->colour = n & 1 ? GREEN : BLUE;
  e->flags.first = n;
  e->flags.wide = biggest;
}

__attribute__((noreturn)) void stop(int code) {
  for (;;)
    sink = code;
}

int one_line(int x) { return x + counter; }

int main(int argc, char **argv) {
  struct everything local = {.name = "local"};
  root = &local;
  fill(&local, argc);
  int result = recurse(argc + 2) + sum_all(2, 3, 4) + one_line(argc);
  result += local.callback(argv[0], table[argc & 3]);
  if (result == 12345)
    stop(result);
  return result & 1;
}

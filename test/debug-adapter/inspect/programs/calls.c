#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum color { RED, GREEN = 5, BLUE };
enum mode { MODE_READ = 1, MODE_WRITE = 2, MODE_EXEC = 4 };
struct bits { unsigned a : 3; int b : 5; unsigned long c : 40; unsigned char d; };
struct node { struct node *next; int value; char name[12]; };
union either { uint32_t number; float real; unsigned char bytes[4]; };
struct big { long a[4]; struct { int inner; short other; }; union either e; enum color color; };
struct pair { long first; double second; };
typedef struct big big_t;
typedef int (*operation)(int, int);

static struct node nodes[3] = { { &nodes[1], 10, "first" }, { &nodes[2], 20, "second" }, { 0, 30, "third" } };
static const char *const greeting = "hello";
int counter = 7;
volatile int sink;

__attribute__((noinline)) void checkpoint(int n)
{
	__asm__ volatile("" ::"r"(n) : "memory");
	sink = n;
}

static inline __attribute__((always_inline)) int inner_inline(int x, struct node *n)
{
	int doubled = x * 2;
	checkpoint(doubled + n->value);
	return doubled + sink;
}
static inline __attribute__((always_inline)) int outer_inline(int y)
{
	struct node *chosen = &nodes[y % 3];
	int result = inner_inline(y + 1, chosen);
	return result + chosen->value;
}
__attribute__((noinline)) int leaf(int a, long b, unsigned char c, const char *text)
{
	int local = a + (int)b;
	checkpoint(local);
	local += c + text[0];
	return local + sink;
}
__attribute__((noinline)) int recurse(int depth, struct pair p)
{
	char buffer[16];
	snprintf(buffer, sizeof buffer, "depth %d", depth);
	if (depth == 0)
		return leaf(1, p.first, 3, buffer) + outer_inline(depth);
	int below = recurse(depth - 1, (struct pair){ p.first + 1, p.second * 2 });
	sink += buffer[0];
	return below + depth;
}
__attribute__((noinline)) int takes_struct(struct big value, struct bits b, __int128 wide, double d, float f)
{
	big_t copy = value;
	copy.inner++;
	checkpoint(copy.inner + b.b);
	return copy.inner + (int)b.c + (int)wide + (int)d + (int)f + sink;
}
__attribute__((noinline)) int variable_frame(int n)
{
	int array[n];
	for (int i = 0; i < n; i++)
		array[i] = i * i;
	checkpoint(array[n - 1]);
	return array[n / 2] + sink;
}
static int add(int a, int b) { checkpoint(a + b); return a + b + sink; }
static int sub(int a, int b) { checkpoint(a - b); return a - b + sink; }
__attribute__((noinline)) int indirect(operation op, int a, int b)
{
	enum mode mode = MODE_READ | MODE_EXEC;
	int r = op(a, b);
	return r + (int)mode + sink;
}
__attribute__((noinline)) int tail_target(int a, int b)
{
	checkpoint(a * b);
	return sink + a;
}
__attribute__((noinline)) int tail_caller(int a) { return tail_target(a + 1, a + 2); }
static void handler(int number)
{
	int in_handler = number + 1;
	checkpoint(in_handler);
}
__attribute__((noinline)) int interrupted(int x)
{
	int before = x + sink;
	raise(SIGUSR1);
	return before + sink;
}
__attribute__((noinline)) long many(long a, long b, long c, long d, long e, long f, long g, long h)
{
	long sum = a + b + c + d + e + f + g + h;
	checkpoint((int)sum);
	return sum * sink;
}

int main(int argc, char **argv)
{
	static int calls;
	signal(SIGUSR1, handler);
	int total = recurse(3, (struct pair){ 100, 1.5 });
	struct big big = { { 1, 2, 3, 4 }, { 5, 6 }, { .real = 1.5f }, BLUE };
	total += takes_struct(big, (struct bits){ 5, -3, 0x123456789aUL, 200 }, ((__int128)7 << 70) + 9, 2.25, -0.5f);
	total += variable_frame(argc + 6);
	total += indirect(argc > 5 ? sub : add, 40, 2);
	total += tail_caller(argc);
	total += interrupted(argc);
	total += (int)many(1, 2, 3, 4, 5, 6, 7, 8);
	calls++;
	printf("%d %s %d %s\n", total, greeting, counter + calls, argv[0] ? "ok" : "");
	return 0;
}

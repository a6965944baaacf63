#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef unsigned int uint_alias;
enum color { RED, GREEN = 5, BLUE };
enum level { LOW = -3, HIGH = 4 };
enum flags { F_READ = 1, F_WRITE = 2, F_EXEC = 8 };
struct inner { short s; unsigned char c; };
struct flexible { int count; int data[]; };
struct entry { struct { struct entry *tqe_next; struct entry **tqe_prev; } link; int n; char name[8]; };
struct list_head { struct list_head *next, *prev; };
struct item { int value; struct list_head node; struct inner deep[3]; };
struct all {
	signed char i8; unsigned char u8; short i16; unsigned short u16; int i32; unsigned int u32; long i64; unsigned long u64;
	bool yes, no; float f; double d; enum color color; enum level level; enum flags flags;
	unsigned b3 : 3; int s5 : 5; unsigned long wide : 40;
	int array[6]; int grid[2][3]; char text[8]; const char *pointer; struct inner in; struct inner *to;
	int (*function)(int); void *nothing; uint_alias alias;
};

static int twice(int x) { return x * 2; }
static struct inner target = { -7, 200 };
struct all a = {
	-100, 200, -30000, 60000, -2000000000, 4000000000u, -9000000000000000000l, 18000000000000000000ul,
	true, false, 1.5f, -0.1, BLUE, LOW, F_READ | F_EXEC, 5, -3, 0x123456789aul,
	{ 1, -2, 3, -4, 5, -6 }, { { 1, 2, 3 }, { 4, 5, 6 } }, "text", "pointed", { 12, 34 }, &target, twice, &a, 77,
};
static int file_only = 41;
__thread int per_thread = 11;
__thread long per_thread_big[3] = { 1, 2, 3 };
static struct entry entries[3];
struct { struct entry *tqh_first; struct entry **tqh_last; } queue;
struct list_head ring;
struct item items[3];
struct flexible *flexible;

__attribute__((noinline)) void checkpoint(int n) { __asm__ volatile("" ::"r"(n) : "memory"); }

__attribute__((noinline)) int work(struct all *p, int i, unsigned u, long l, char c)
{
	static int calls = 3;
	int local[4] = { 10, 20, 30, 40 };
	struct inner copy = *p->to;
	double x = 2.25;
	float y = -3.5f;
	checkpoint(local[i & 3] + copy.s + calls);
	return (int)(x + y) + local[0] + calls++ + (int)u + (int)l + c + file_only + per_thread + (int)per_thread_big[1];
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		entries[i].n = i;
		entries[i].link.tqe_next = i < 2 ? &entries[i + 1] : NULL;
		entries[i].link.tqe_prev = i ? &entries[i - 1].link.tqe_next : &queue.tqh_first;
		items[i].value = i * 10;
		items[i].node.next = i < 2 ? &items[i + 1].node : &ring;
		items[i].node.prev = i ? &items[i - 1].node : &ring;
	}
	queue.tqh_first = entries;
	queue.tqh_last = &entries[2].link.tqe_next;
	ring.next = &items[0].node;
	ring.prev = &items[2].node;
	flexible = malloc(sizeof *flexible + 4 * sizeof(int));
	flexible->count = 4;
	for (int i = 0; i < 4; i++) flexible->data[i] = i * i;
	return work(&a, 2, 3000000000u, -5, 'q') == 0;
}

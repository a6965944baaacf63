#include <stdio.h>

struct item { const char *name; int n; struct item *next; };
/* Each frame's texts lie on pages of their own. */
static char labels[32][4096];
static char names[32][4096];
static struct item items[32];
volatile int sink;

__attribute__((noinline)) void checkpoint(int n) { __asm__ volatile("" ::"r"(n) : "memory"); sink = n; }

static inline __attribute__((always_inline)) int weigh(struct item *heavy, int by) { int product = heavy->n * by; sink = product; return product; }

__attribute__((noinline)) int level(int depth, struct item *item, const char *label, double weight)
{
	char buffer[40];
	long squares[4] = { depth, depth * depth, 1, 2 };
	const char *name = item->name;
	snprintf(buffer, sizeof buffer, "level %d", depth);
	int weighed = weigh(item, depth);
	if (depth == 0) {
		checkpoint(weighed);
		return 0;
	}
	int below = level(depth - 1, item->next, labels[depth - 1], weight / 2);
	return below + (int)squares[1] + buffer[0] + name[0] + label[0];
}

int main(void)
{
	for (int i = 0; i < 32; i++) {
		snprintf(labels[i], sizeof labels[i], "label of level %d", i);
		snprintf(names[i], sizeof names[i], "name of item %d", i);
		items[i] = (struct item){ names[i], i, i ? &items[i - 1] : 0 };
	}
	return level(25, &items[25], labels[25], 100.0) == 1;
}

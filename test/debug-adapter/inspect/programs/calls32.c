/* Without a C library: 32-bit ones are not installed everywhere. */
struct pair { int first; long long second; };
struct pair global = { 3, -4 };
volatile int sink;
__attribute__((noinline)) void checkpoint(int n) { sink = n; }
__attribute__((noinline)) int middle(int x, struct pair p, const char *text)
{
	int local = x + p.first;
	checkpoint(local);
	return sink + text[0] + (int)p.second;
}
static inline __attribute__((always_inline)) int inlined(int y)
{
	int twice = y * 2;
	checkpoint(twice);
	return twice + sink;
}
__attribute__((noinline)) int outer(int x)
{
	int kept = x * 3;
	int result = middle(kept, global, "text") + inlined(kept);
	return result + kept;
}
void _start(void)
{
	sink = outer(4);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
}

/* C functions that return in every way of the System V x86-64 ABI, called by what is typed: a letter and a digit. */
#include <stdarg.h>
#define KEEP __attribute__((noinline))
#define ENODEV 19
#define EINVAL 22
#define EIO 5
#define ENOMEM 12

struct pair { long value; int error; };
struct big { long words[4]; int error; };
struct mixed { double ratio; long count; };

static inline void out(unsigned short port, unsigned char v) { __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
static inline unsigned char in(unsigned short port) { unsigned char v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }

void put_char(char c)
{
	while (!(in(0x3fd) & 0x20))
		;
	out(0x3f8, (unsigned char)c);
}

static void put(const char *s)
{
	while (*s)
		put_char(*s++);
}

static char get_char(void)
{
	while (!(in(0x3fd) & 1))
		;
	return (char)in(0x3f8);
}

static void put_number(unsigned long n, unsigned base)
{
	char text[24];
	int at = sizeof text;
	text[--at] = 0;
	do
		text[--at] = "0123456789abcdef"[n % base];
	while (n /= base);
	put(text + at);
}

static void put_signed(long n)
{
	if (n < 0)
		put_char('-');
	put_number(n < 0 ? -(unsigned long)n : (unsigned long)n, 10);
}

extern _Noreturn void again(void);

/* As sys/kern/kern_shutdown.c and kernel/panic.c: a format and what it speaks of. Goes back to reading commands. */
_Noreturn KEEP void panic(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	put("panic: ");
	for (; *fmt; fmt++) {
		int wide = 0;
		if (*fmt != '%') {
			put_char(*fmt);
			continue;
		}
		for (fmt++; *fmt == 'l'; fmt++)
			wide = 1;
		switch (*fmt) {
		case 's': put(va_arg(ap, const char *)); break;
		case 'c': put_char((char)va_arg(ap, int)); break;
		case 'd': put_signed(wide ? va_arg(ap, long) : va_arg(ap, int)); break;
		case 'u': put_number(wide ? va_arg(ap, unsigned long) : va_arg(ap, unsigned), 10); break;
		case 'x': put_number(wide ? va_arg(ap, unsigned long) : va_arg(ap, unsigned), 16); break;
		default: put_char('%'); put_char(*fmt);
		}
	}
	va_end(ap);
	put_char('\n');
	again();
}

volatile int looked;
const struct pair given_pair = { 40, 2 };
const struct mixed given_mixed = { 2.5, 9 };
const struct big given_big = { { 10, 20, 30, 40 }, 7 };

KEEP int probe(int way) { looked++; return way & 1 ? -ENODEV : way; }
KEEP int refuse(int way) { looked += way; return -ENOMEM; }
static int (*volatile handlers[])(int) = { probe, refuse };

/* A return after work, early returns, a tail call, a tail call in a condition, and one through a pointer. */
KEEP int c_paths(int way)
{
	if (way < 2)
		return probe(way);
	looked++;
	switch (way) {
	case 2: return -EINVAL;
	case 3: looked += probe(4); return -EIO;
	case 4: return refuse(way);
	case 5: return handlers[1](way);
	default: looked += probe(6); return way * 2;
	}
}

KEEP struct pair c_pair(int way)
{
	looked += probe(4);
	return (struct pair){ way + 100, way & 1 ? -EINVAL : 0 };
}

KEEP struct big c_memory(int way)
{
	struct big result = { { way, way + 1, way + 2, way + 3 }, way & 1 ? -EIO : 0 };
	result.words[0] += probe(4);
	return result;
}

KEEP struct mixed c_mixed(int way)
{
	looked += probe(4);
	return (struct mixed){ way + 0.5, way + 7L };
}

KEEP double c_double(int way) { looked += probe(4); return way + 0.5; }
KEEP void *c_pointer(int way) { looked++; return way & 1 ? (void *)(long)-ENOMEM : (void *)&looked; }
KEEP void c_void(int way) { looked += probe(way & ~1); put("worked "); }

static void show(const char *name) { put(name); put(" = "); }

static void c_call(char which, int way)
{
	switch (which) {
	case 'a': { int r = c_paths(way); show("c_paths"); put_signed(r); break; }
	case 'b': { struct pair r = c_pair(way); show("c_pair"); put_signed(r.value); put(" "); put_signed(r.error); break; }
	case 'c': { struct big r = c_memory(way); show("c_memory"); for (int i = 0; i < 4; i++) { put_signed(r.words[i]); put(" "); } put_signed(r.error); break; }
	case 'd': { struct mixed r = c_mixed(way); show("c_mixed"); put_signed((long)(r.ratio * 100)); put(" "); put_signed(r.count); break; }
	case 'e': { double r = c_double(way); show("c_double"); put_signed((long)(r * 100)); break; }
	case 'f': { void *r = c_pointer(way); show("c_pointer"); put_signed((unsigned long)r > -4096UL ? (long)r : 1); break; }
	case 'g': c_void(way); show("c_void"); put("done"); break;
	case 'p': panic("cannot mount %s: error %d at %lx, %u tries%c", "ufs:/dev/md0", -way, 0xffffffff80001234UL, 3, '!');
	case 'q': panic("nothing more to say");
	}
	put_char('\n');
}

extern void rust_call(char which, int way);

void commands(void)
{
	put("ready\n");
	for (;;) {
		char which = get_char();
		int way = get_char() - '0';
		if (which >= 'a' && which <= 'z')
			c_call(which, way);
		else
			rust_call(which, way);
	}
}

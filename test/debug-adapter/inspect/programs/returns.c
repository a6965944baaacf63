#include <stdint.h>
struct two_words { long a; long b; };
struct three_words { long a, b, c; };
struct int_double { int a; double b; };
struct two_floats { float a, b; };
struct three_floats { float a, b, c; };
struct chars { char text[6]; };
struct __attribute__((packed)) packed { char a; int b; long c; };
struct bits { unsigned a : 3, b : 29; unsigned c; };
enum answer { NO, YES };
#define KEEP __attribute__((noinline))
KEEP int c_negative(long x) { return (int)-x - 12; }
KEEP int c_positive(long x) { return (int)x + 12; }
KEEP long c_long(long x) { return x << 40; }
KEEP char c_char(long x) { return (char)(x + 'A'); }
KEEP double c_double(long x) { return x + 0.5; }
KEEP float c_float(long x) { return x + 0.25f; }
KEEP __int128 c_wide(long x) { return (__int128)x << 70; }
KEEP void *c_error_pointer(long x) { return (void *)(-15 - x); }
KEEP const char *c_text(long x) { return x == 7 ? "seven" : "other"; }
KEEP struct two_words c_two(long x) { return (struct two_words){ x, -x }; }
KEEP struct three_words c_three(long x) { return (struct three_words){ x, x + 1, x + 2 }; }
KEEP struct int_double c_int_double(long x) { return (struct int_double){ (int)x, 1.5 }; }
KEEP struct two_floats c_two_floats(long x) { return (struct two_floats){ x, 1.5f }; }
KEEP struct three_floats c_three_floats(long x) { return (struct three_floats){ x, 1.5f, 2.5f }; }
KEEP struct chars c_chars(long x) { return (struct chars){ { 'a', 'b', (char)('a' + x), 0 } }; }
KEEP struct packed c_packed(long x) { return (struct packed){ 1, 2, x }; }
KEEP struct bits c_bits(long x) { return (struct bits){ 5, 1000, (unsigned)x }; }
KEEP enum answer c_enum(long x) { return x == 7 ? YES : NO; }
KEEP _Bool c_bool(long x) { return x == 7; }
#define RUN(call) do { __typeof__(call) v = call; __asm__ volatile("" ::"r"(&v) : "memory"); } while (0)
int main(int argc, char **argv)
{
	volatile long seven = 6 + argc;
	(void)argv;
	RUN(c_negative(seven)); RUN(c_positive(seven)); RUN(c_long(seven)); RUN(c_char(seven)); RUN(c_double(seven)); RUN(c_float(seven));
	RUN(c_wide(seven)); RUN(c_error_pointer(seven)); RUN(c_text(seven)); RUN(c_two(seven)); RUN(c_three(seven)); RUN(c_int_double(seven));
	RUN(c_two_floats(seven)); RUN(c_three_floats(seven)); RUN(c_chars(seven)); RUN(c_packed(seven)); RUN(c_bits(seven)); RUN(c_enum(seven)); RUN(c_bool(seven));
	return 0;
}

/* Blocks of which the optimiser leaves no code, beside one of the same variables that has some, and constants at the edges of their forms. */
extern int printf(const char *, ...);
extern int atoi(const char *);
static int total;

__attribute__((noinline)) static int use(const int *buffer, long value) { return total += buffer[value & 3] + (int)value; }

__attribute__((noinline)) int scopes(int count)
{
	const int byte_high = 144, byte_low = -112, word_high = 40000, word_low = -25536;
	const unsigned char small = 200;
	int buffer[4] = { count, 2, 3, 4 };
	int result = 0;
	if (sizeof(long) == 4) {
		long value = use(buffer, count);
		result += (int)value;
	}
	for (int i = 0; i < count; i++) {
		long value = i * 3L + byte_high;
		result += use(buffer, value);
	}
	if (sizeof(int) == 8) {
		long value = use(buffer, 2L * count);
		result -= (int)value;
	}
	return use(buffer, result + byte_low + word_high + word_low + small);
}

int main(int argc, char **argv)
{
	printf("%d\n", scopes(argc > 1 ? atoi(argv[1]) : 2));
	return 0;
}

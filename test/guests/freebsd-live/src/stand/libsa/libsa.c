/* Strings, memory and the serial console of the loaders. */
#include "stand.h"

void *
memcpy(void *dst, const void *src, size_t len)
{
	char *d = dst;
	const char *s = src;

	while (len-- > 0)
		*d++ = *s++;
	return (dst);
}

void *
memset(void *dst, int c, size_t len)
{
	char *d = dst;

	while (len-- > 0)
		*d++ = c;
	return (dst);
}

size_t
strlen(const char *s)
{
	size_t len = 0;

	while (s[len] != '\0')
		len++;
	return (len);
}

int
strcmp(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		;
	return ((u_char)*a - (u_char)*b);
}

int
strncmp(const char *a, const char *b, size_t len)
{
	for (; len > 0 && *a != '\0' && *a == *b; a++, b++, len--)
		;
	return (len == 0 ? 0 : (u_char)*a - (u_char)*b);
}

static int
lower(int c)
{
	return (c >= 'A' && c <= 'Z' ? c + 32 : c);
}

int
strcasecmp(const char *a, const char *b)
{
	for (; *a != '\0' && lower(*a) == lower(*b); a++, b++)
		;
	return (lower(*a) - lower(*b));
}

char *
strchr(const char *s, int c)
{
	for (; *s != c; s++)
		if (*s == '\0')
			return (NULL);
	return ((char *)(uintptr_t)s);
}

char *
strdup(const char *s)
{
	size_t len = strlen(s) + 1;

	return (memcpy(malloc(len), s, len));
}

void *
malloc(size_t size)
{
	return (archsw.arch_alloc(size));
}

static void
outb(int port, uint8_t value)
{
	__asm volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}

static uint8_t
inb(int port)
{
	uint8_t value;

	__asm volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return (value);
}

/* comconsole: the first serial port, as the firmware left it. */
void
putchar(int c)
{
	if (c == '\n')
		putchar('\r');
	while ((inb(0x3f8 + 5) & 0x20) == 0)
		;
	outb(0x3f8, c);
}

/* A typed character. */
int
getchar(void)
{
	while ((inb(0x3f8 + 5) & 1) == 0)
		;
	return (inb(0x3f8));
}

static void
put(char **at, char *end, int c)
{
	if (at == NULL)
		putchar(c);
	else if (*at < end)
		*(*at)++ = c;
}

/* %s, %c, %d, %u, %x, with l or ll. */
static void
format(char **at, char *end, const char *fmt, va_list ap)
{
	for (; *fmt != '\0'; fmt++) {
		char digits[24];
		const char *text;
		uint64_t number;
		int longs = 0, i = 0, base;

		if (*fmt != '%') {
			put(at, end, *fmt);
			continue;
		}
		while (*++fmt == 'l')
			longs++;
		switch (*fmt) {
		case 's':
			for (text = __builtin_va_arg(ap, const char *); *text != '\0'; text++)
				put(at, end, *text);
			continue;
		case 'c':
			put(at, end, __builtin_va_arg(ap, int));
			continue;
		case 'd':
		case 'u':
		case 'x':
			base = *fmt == 'x' ? 16 : 10;
			number = longs == 2 ? __builtin_va_arg(ap, uint64_t) : longs == 1 ? __builtin_va_arg(ap, unsigned long) : __builtin_va_arg(ap, u_int);
			if (*fmt == 'd' && longs == 0 && (int)number < 0) {
				put(at, end, '-');
				number = -(int)number;
			}
			/* 32 bits at a time: a 64-bit division would need a library. */
			do {
				u_int high = number >> 32, low = number, rest;

				if (high == 0) {
					rest = low % base;
					number = low / base;
				} else {
					u_int top = high % base, middle = top << 16 | low >> 16, bottom = (middle % base) << 16 | (low & 0xffff);

					rest = bottom % base;
					number = (uint64_t)(high / base) << 32 | (uint64_t)(middle / base) << 16 | bottom / base;
				}
				digits[i++] = "0123456789abcdef"[rest];
			} while (number != 0);
			while (i > 0)
				put(at, end, digits[--i]);
			continue;
		default:
			put(at, end, *fmt);
		}
	}
}

int
printf(const char *fmt, ...)
{
	va_list ap;

	__builtin_va_start(ap, fmt);
	format(NULL, NULL, fmt, ap);
	__builtin_va_end(ap);
	return (0);
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	char *at = buf;
	va_list ap;

	__builtin_va_start(ap, fmt);
	format(&at, buf + size - 1, fmt, ap);
	__builtin_va_end(ap);
	*at = '\0';
	return (at - buf);
}

/* One formatter, shared with the programs: %c %s %d %i %u %x %p %%, with - 0 width .precision * and h l z j. */
#include <sys/types.h>
#include "printf.h"

static void
number(struct out *o, uintmax_t value, u_int base, bool minus, int width, bool left, char pad)
{
	char digits[24];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[value % base];
	while ((value /= base) != 0);
	if (minus && pad == '0')
		o->put(o, '-');
	else if (minus)
		digits[n++] = '-';
	for (; !left && width > n; width--)
		o->put(o, pad);
	width -= n;
	while (n > 0)
		o->put(o, digits[--n]);
	for (; left && width > 0; width--)
		o->put(o, ' ');
}

void
format(struct out *o, const char *fmt, va_list ap)
{
	for (; *fmt != '\0'; fmt++) {
		bool left = false, wide = false;
		char pad = ' ';
		int width = 0, precision = -1;

		if (*fmt != '%') {
			o->put(o, *fmt);
			continue;
		}
		for (fmt++; *fmt == '-' || *fmt == '0' || *fmt == '#'; fmt++) {
			if (*fmt == '-')
				left = true;
			else if (*fmt == '0')
				pad = '0';
		}
		if (*fmt == '*') {
			width = va_arg(ap, int);
			fmt++;
		} else
			for (; *fmt >= '0' && *fmt <= '9'; fmt++)
				width = width * 10 + *fmt - '0';
		if (*fmt == '.') {
			precision = 0;
			if (*++fmt == '*') {
				precision = va_arg(ap, int);
				fmt++;
			} else
				for (; *fmt >= '0' && *fmt <= '9'; fmt++)
					precision = precision * 10 + *fmt - '0';
		}
		for (; *fmt == 'l' || *fmt == 'z' || *fmt == 'j' || *fmt == 'h'; fmt++)
			wide = wide || *fmt != 'h';
		switch (*fmt) {
		case 'c':
			o->put(o, (char)va_arg(ap, int));
			break;
		case 's': {
			const char *s = va_arg(ap, const char *);
			int n = 0, i;

			if (s == NULL)
				s = "(null)";
			while ((precision < 0 || n < precision) && s[n] != '\0')
				n++;
			for (i = n; !left && i < width; i++)
				o->put(o, ' ');
			for (i = 0; i < n; i++)
				o->put(o, s[i]);
			for (i = n; left && i < width; i++)
				o->put(o, ' ');
			break;
		}
		case 'd':
		case 'i': {
			intmax_t value = wide ? va_arg(ap, intmax_t) : va_arg(ap, int);

			number(o, value < 0 ? -(uintmax_t)value : (uintmax_t)value, 10, value < 0, width, left, pad);
			break;
		}
		case 'u':
		case 'x':
			number(o, wide ? va_arg(ap, uintmax_t) : va_arg(ap, u_int), *fmt == 'u' ? 10 : 16, false, width, left, pad);
			break;
		case 'p':
			o->put(o, '0');
			o->put(o, 'x');
			number(o, (uintptr_t)va_arg(ap, void *), 16, false, width, left, pad);
			break;
		case '\0':
			return;
		default:
			o->put(o, *fmt);
		}
	}
}

static void
put_string(struct out *o, char c)
{
	if (o->count + 1 < o->size)
		o->buffer[o->count] = c;
	o->count++;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .put = put_string, .buffer = buf, .size = size };

	format(&o, fmt, ap);
	if (size > 0)
		buf[o.count < size ? o.count : size - 1] = '\0';
	return (o.count);
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return (n);
}

int
sprintf(char *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, 1UL << 30, fmt, ap);
	va_end(ap);
	return (n);
}

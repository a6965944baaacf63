/* Console on the first serial port, and the kernel's printing: sys/kern/{kern_cons,subr_prf}.c. */
#include <sys/param.h>
#include "../libkern/printf.h"

#define COM1 0x3f8

void
cninit(void)
{
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 0x80);
	outb(COM1, 1);
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 3);
	outb(COM1 + 2, 7);
	outb(COM1 + 4, 3);
}

static void
uart_putc(int c)
{
	while ((inb(COM1 + 5) & 0x20) == 0)
		;
	outb(COM1, c);
}

void
cnputc(int c)
{
	if (c == '\n')
		uart_putc('\r');
	uart_putc(c);
}

/* A typed character, or -1. */
int
cncheckc(void)
{
	return (inb(COM1 + 5) & 1 ? inb(COM1) : -1);
}

int
cngetc(void)
{
	int c;

	while ((c = cncheckc()) == -1)
		pause("cngetc", 1);
	return (c);
}

/* Reads a line: backspace and ^U edit, return ends. */
void
cngets(char *cp, size_t size, int visible)
{
	char *lp = cp, *end = cp + size - 1;

	for (;;) {
		int c = cngetc() & 0177;

		switch (c) {
		case '\n':
		case '\r':
			cnputc('\n');
			*lp = '\0';
			return;
		case '\b':
		case 0177:
			if (lp > cp) {
				if (visible & GETS_ECHO)
					printf("\b \b");
				lp--;
			}
			continue;
		case 'u' & 037:
			for (; lp > cp; lp--)
				printf("\b \b");
			continue;
		default:
			if (c < ' ' || lp == end)
				continue;
			if (visible & GETS_ECHO)
				cnputc(c);
			*lp++ = c;
		}
	}
}

static void
put_console(struct out *o, char c)
{
	cnputc(c);
	o->count++;
}

int
printf(const char *fmt, ...)
{
	struct out o = { .put = put_console };
	va_list ap;

	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	return (o.count);
}

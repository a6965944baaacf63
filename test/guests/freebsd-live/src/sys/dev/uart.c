/* The second serial port as a terminal of its own, where the machine has one: sys/dev/uart/uart_tty.c. Polled, as the console is. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/disk.h>

#define COM2 0x2f8

static void
uart_putc(int c)
{
	while ((inb(COM2 + 5) & 0x20) == 0)
		;
	outb(COM2, c);
}

static int
uart_getc(void)
{
	while ((inb(COM2 + 5) & 1) == 0)
		pause("ttyin", 1);
	return (inb(COM2) & 0177);
}

/* A line, echoed; backspace edits, return ends. */
static int
uart_tty_read(struct cdev *dev __unused, char *buf, size_t len, ssize_t *done)
{
	size_t n = 0;
	int c;

	for (;;) {
		c = uart_getc();
		if (c == '\r' || c == '\n')
			break;
		if (c == '\b' || c == 0177) {
			if (n > 0) {
				n--;
				uart_putc('\b');
				uart_putc(' ');
				uart_putc('\b');
			}
		} else if (c >= ' ' && n < len - 1) {
			uart_putc(c);
			buf[n++] = c;
		}
	}
	uart_putc('\r');
	uart_putc('\n');
	buf[n++] = '\n';
	*done = n;
	return (0);
}

static int
uart_tty_write(struct cdev *dev __unused, const char *buf, size_t len, ssize_t *done)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (buf[i] == '\n')
			uart_putc('\r');
		uart_putc(buf[i]);
	}
	*done = len;
	return (0);
}

static struct cdevsw uart_cdevsw = { .d_name = "uart", .d_read = uart_tty_read, .d_write = uart_tty_write };

/* A port that is there keeps what is written to its scratch register. */
static void
uart_probe(const void *arg __unused)
{
	outb(COM2 + 7, 0x5a);
	if (inb(COM2 + 7) != 0x5a)
		return;
	outb(COM2 + 1, 0);
	outb(COM2 + 3, 3);
	outb(COM2 + 2, 7);
	make_dev(&uart_cdevsw, NULL, "ttyu1");
}
SYSINIT(uart, SI_SUB_KTHREAD_INIT, 3, uart_probe, NULL);

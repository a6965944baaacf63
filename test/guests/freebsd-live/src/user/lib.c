#include "lib.h"
#include "../sys/libkern/printf.h"

int errno;

__asm(".globl _start\n.type _start,@function\n_start:\n"
      "	.cfi_startproc\n	.cfi_undefined %rip\n"
      "	xorl %ebp, %ebp\n	andq $-16, %rsp\n	call start\n	hlt\n	.cfi_endproc\n	.size _start, . - _start\n");

__attribute__((__used__)) static void
start(long *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);

	exit(main(argc, argv, argv + argc + 1));
}

/* Carry set means that rax is an errno. */
__asm(".globl syscall_raw\n.type syscall_raw,@function\nsyscall_raw:\n"
      "	.cfi_startproc\n"
      "	movq %rdi, %rax\n	movq %rsi, %rdi\n	movq %rdx, %rsi\n	movq %rcx, %rdx\n	movq %r8, %r10\n	movq %r9, %r8\n"
      "	movq 8(%rsp), %r9\n	syscall\n	jnc 1f\n	movl %eax, errno(%rip)\n	movq $-1, %rax\n1:	ret\n"
      "	.cfi_endproc\n	.size syscall_raw, . - syscall_raw\n");
long syscall_raw(long, long, long, long, long, long, long);

long
syscall(int number, ...)
{
	va_list ap;
	long a[6];
	int i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return (syscall_raw(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

pid_t fork(void) { return ((pid_t)syscall(SYS_fork)); }
pid_t wait4(pid_t pid, int *status) { return ((pid_t)syscall(SYS_wait4, (long)pid, (long)status, 0L, 0L)); }
int open(const char *path, int flags) { return ((int)syscall(SYS_open, path, (long)flags, 0644L)); }
long read(int fd, void *buf, size_t n) { return (syscall(SYS_read, (long)fd, buf, n)); }
long write(int fd, const void *buf, size_t n) { return (syscall(SYS_write, (long)fd, buf, n)); }
int execv(const char *path, char **argv) { return ((int)syscall(SYS_execve, path, argv, 0L)); }
int kenv(int what, const char *name, char *value, int len) { return ((int)syscall(SYS_kenv, (long)what, name, value, (long)len)); }

void
exit(int status)
{
	syscall(SYS_exit, (long)status);
	__builtin_unreachable();
}

void
sleep_seconds(int seconds, int milliseconds)
{
	long ts[2] = { seconds, milliseconds * 1000000L };

	syscall(SYS_nanosleep, ts, 0L);
}

void
sleep_for_ever(void)
{
	for (;;)
		syscall(SYS_select, 0L, 0L, 0L, 0L, 0L);
}

void
daemon_start(void)
{
	if (fork() != 0)
		exit(0);
	syscall(SYS_setsid);
	syscall(SYS_chdir, "/");
}

int
build_iovec(struct iovec *iov, int count, const char *name, const void *value, size_t len)
{
	iov[count].iov_base = (void *)(uintptr_t)name;
	iov[count].iov_len = strlen(name) + 1;
	iov[count + 1].iov_base = (void *)(uintptr_t)value;
	iov[count + 1].iov_len = value == NULL ? 0 : len;
	return (count + 2);
}

static void
put_line(struct out *o, char c)
{
	o->buffer[o->count++] = c;
	if (o->count == o->size) {
		write(1, o->buffer, o->count);
		o->count = 0;
	}
}

int
printf(const char *fmt, ...)
{
	char line[256];
	struct out o = { .put = put_line, .buffer = line, .size = sizeof(line) };
	va_list ap;

	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	write(1, line, o.count);
	return (0);
}

const char *
strerror(int error)
{
	switch (error) {
	case EPERM: return ("Operation not permitted");
	case ENOENT: return ("No such file or directory");
	case EIO: return ("Input/output error");
	case EBUSY: return ("Device busy");
	case EEXIST: return ("File exists");
	case ENODEV: return ("Operation not supported by device");
	case ENOTDIR: return ("Not a directory");
	case EINVAL: return ("Invalid argument");
	case EROFS: return ("Read-only file system");
	case EOPNOTSUPP: return ("Operation not supported");
	default: return ("Unknown error");
	}
}

void *
memcpy(void *to, const void *from, size_t n)
{
	void *start = to;

	__asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return (start);
}

void *
memset(void *at, int c, size_t n)
{
	void *start = at;

	__asm volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(c) : "memory");
	return (start);
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0')
		p++;
	return (p - s);
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++)
		if (*a != *b || *a == '\0')
			return ((u_char)*a - (u_char)*b);
	return (0);
}

int strcmp(const char *a, const char *b) { return (strncmp(a, b, ~0UL)); }

char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return ((char *)(uintptr_t)s);
		if (*s == '\0')
			return (NULL);
	}
}

char *
strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (*s == '\0')
			return ((char *)(uintptr_t)found);
	}
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from), n = len < size ? len : size - 1;

	memcpy(to, from, n);
	to[n] = '\0';
	return (len);
}

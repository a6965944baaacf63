#include <sys/param.h>

void *
memcpy(void *to, const void *from, size_t n)
{
	void *start = to;

	__asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return (start);
}

void *
memmove(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + n)
		return (memcpy(to, from, n));
	while (n-- > 0) {
		t[n] = f[n];
		__asm volatile("" ::: "memory");
	}
	return (to);
}

void *
memset(void *at, int c, size_t n)
{
	void *start = at;

	__asm volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(c) : "memory");
	return (start);
}

void
explicit_bzero(void *at, size_t n)
{
	memset(at, 0, n);
	__asm volatile("" : : "r"(at) : "memory");
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const u_char *x = a, *y = b;

	for (; n > 0; n--, x++, y++)
		if (*x != *y)
			return (*x - *y);
	return (0);
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
strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return ((u_char)*a - (u_char)*b);
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++)
		if (*a != *b || *a == '\0')
			return ((u_char)*a - (u_char)*b);
	return (0);
}

char *
strcpy(char *to, const char *from)
{
	memcpy(to, from, strlen(from) + 1);
	return (to);
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from), copy = len < size ? len : size - 1;

	if (size > 0) {
		memmove(to, from, copy);
		to[copy] = '\0';
	}
	return (len);
}

size_t
strlcat(char *to, const char *from, size_t size)
{
	size_t len = strlen(to);

	return (len + strlcpy(to + len, from, size - len));
}

char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return ((char *)s);
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
			return ((char *)found);
	}
}

char *
strstr(const char *s, const char *what)
{
	size_t len = strlen(what);

	for (; *s != '\0'; s++)
		if (strncmp(s, what, len) == 0)
			return ((char *)s);
	return (len == 0 ? (char *)s : NULL);
}

char *
strsep(char **stringp, const char *delim)
{
	char *start = *stringp, *p;

	if (start == NULL)
		return (NULL);
	for (p = start; *p != '\0' && strchr(delim, *p) == NULL; p++)
		;
	*stringp = *p == '\0' ? NULL : p + 1;
	*p = '\0';
	return (start);
}

long
strtol(const char *s, char **end, int base)
{
	long value = 0;
	bool minus = *s == '-';

	if (minus || *s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2, base = 16;
	else if (base == 0)
		base = 10;
	for (;; s++) {
		int digit = *s >= '0' && *s <= '9' ? *s - '0' : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10 : 99;

		if (digit >= base)
			break;
		value = value * base + digit;
	}
	if (end != NULL)
		*end = (char *)s;
	return (minus ? -value : value);
}

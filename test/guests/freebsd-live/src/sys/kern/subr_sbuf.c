/* Strings that grow: sys/kern/subr_sbuf.c. */
#include <sys/param.h>

static MALLOC_DEFINE(M_SBUF, "sbuf", "string buffers");

struct sbuf *
sbuf_new_auto(void)
{
	struct sbuf *s = malloc(sizeof(*s), M_SBUF, M_WAITOK | M_ZERO);

	s->s_size = 128;
	s->s_buf = malloc(s->s_size, M_SBUF, M_WAITOK | M_ZERO);
	s->s_flags = SBUF_AUTOEXTEND;
	return (s);
}

void
sbuf_clear(struct sbuf *s)
{
	s->s_len = 0;
	s->s_buf[0] = '\0';
}

int
sbuf_cat(struct sbuf *s, const char *str)
{
	ssize_t len = strlen(str);

	while (s->s_len + len + 1 > s->s_size) {
		char *grown = malloc(s->s_size * 2, M_SBUF, M_WAITOK | M_ZERO);

		memcpy(grown, s->s_buf, s->s_len);
		free(s->s_buf, M_SBUF);
		s->s_buf = grown;
		s->s_size *= 2;
	}
	memcpy(s->s_buf + s->s_len, str, len);
	s->s_len += len;
	return (0);
}

int
sbuf_printf(struct sbuf *s, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return (sbuf_cat(s, line));
}

int
sbuf_finish(struct sbuf *s)
{
	s->s_buf[s->s_len] = '\0';
	return (0);
}

char *
sbuf_data(struct sbuf *s)
{
	return (s->s_buf);
}

void
sbuf_delete(struct sbuf *s)
{
	free(s->s_buf, M_SBUF);
	free(s, M_SBUF);
}

/* The loader's variables: stand/libsa/environment.c. A list sorted by name; what carries EV_NOKENV stays in the loader. */
#include "stand.h"

struct env_var *environ = NULL;

static struct env_var *
env_getenv(const char *name)
{
	struct env_var *ev;

	for (ev = environ; ev != NULL; ev = ev->ev_next)
		if (strcmp(ev->ev_name, name) == 0)
			break;
	return (ev);
}

/* A list of its own order: the first entry whose name is greater comes behind the new one. */
static void
env_insert(struct env_var *ev)
{
	struct env_var *last = NULL, *at;

	for (at = environ; at != NULL && strcmp(at->ev_name, ev->ev_name) < 0; at = at->ev_next)
		last = at;
	ev->ev_prev = last;
	ev->ev_next = at;
	if (at != NULL)
		at->ev_prev = ev;
	if (last != NULL)
		last->ev_next = ev;
	else
		environ = ev;
}

int
env_setenv(const char *name, int flags, const void *value, ev_sethook_t *sethook, ev_unsethook_t *unsethook)
{
	struct env_var *ev = env_getenv(name);

	if (ev != NULL) {
		if (ev->ev_sethook != NULL && (flags & EV_NOHOOK) == 0)
			return (ev->ev_sethook(ev, flags, value));
	} else {
		ev = malloc(sizeof(*ev));
		ev->ev_name = strdup(name);
		ev->ev_flags = 0;
		ev->ev_sethook = sethook;
		ev->ev_unsethook = unsethook;
		env_insert(ev);
	}
	ev->ev_value = value == NULL ? NULL : (flags & EV_VOLATILE) ? strdup(value) : (void *)(uintptr_t)value;
	ev->ev_flags |= flags & (EV_NOKENV | EV_DYNAMIC);
	return (0);
}

int
setenv(const char *name, const char *value, int overwrite)
{
	if (!overwrite && env_getenv(name) != NULL)
		return (0);
	return (env_setenv(name, EV_VOLATILE, value, NULL, NULL));
}

char *
getenv(const char *name)
{
	struct env_var *ev = env_getenv(name);

	return (ev == NULL ? NULL : ev->ev_value != NULL ? ev->ev_value : "");
}

int
unsetenv(const char *name)
{
	struct env_var *ev = env_getenv(name);

	if (ev == NULL)
		return (-1);
	if (ev->ev_unsethook != NULL && ev->ev_unsethook(ev) != 0)
		return (-1);
	if (ev->ev_prev != NULL)
		ev->ev_prev->ev_next = ev->ev_next;
	else
		environ = ev->ev_next;
	if (ev->ev_next != NULL)
		ev->ev_next->ev_prev = ev->ev_prev;
	return (0);
}

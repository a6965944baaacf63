/* The kernel environment: sys/kern/kern_environment.c. First the loader's block, then an array of strings of our own. */
#include <sys/param.h>
#include <sys/proc.h>
#include "sysproto.h"

static MALLOC_DEFINE(M_KENV, "kenv", "kernel environment");

static int kenv_mvallen = KENV_MVALLEN;

/* config(8)'s environment: this kernel was configured with none. */
static char static_env[] = { 0, 0 };

char *kern_envp;
char *md_envp;
static int md_env_len;
static int md_env_pos;

char **kenvp;
struct mtx kenv_lock;
bool dynamic_kenv;

#define KENV_CHECK if (!dynamic_kenv) panic("%s: called before SI_SUB_KMEM", __func__)

static char *
kernenv_next(char *cp)
{
	if (cp == NULL)
		return (NULL);
	while (*cp != '\0')
		cp++;
	cp++;
	return (*cp == '\0' ? NULL : cp);
}

static int
kenv_dump(struct thread *td, char **envp, char *value, int len)
{
	size_t done = 0, needed = 0;
	int error = 0;

	mtx_lock(&kenv_lock);
	for (; *envp != NULL && error == 0; envp++) {
		size_t size = strlen(*envp) + 1;

		needed += size;
		if (value != NULL && done + size <= (size_t)len) {
			error = copyout(*envp, value + done, size);
			done += size;
		}
	}
	mtx_unlock(&kenv_lock);
	td->td_retval[0] = done == needed ? 0 : needed;
	return (error);
}

int
sys_kenv(struct thread *td, struct kenv_args *uap)
{
	char *name, *value;
	size_t len;
	int error;

	if (uap->what == KENV_DUMP)
		return (kenv_dump(td, kenvp, uap->value, uap->len));
	if (uap->what == KENV_DUMP_LOADER || uap->what == KENV_DUMP_STATIC)
		return (ENOENT); /* no options PRESERVE_EARLY_KENV */
	if (uap->what != KENV_GET && td->td_ucred->cr_prison != &prison0)
		return (EPERM);

	name = malloc(KENV_MNAMELEN + 1, M_TEMP, M_WAITOK);
	error = copyinstr(uap->name, name, KENV_MNAMELEN + 1, NULL);
	if (error)
		goto done;

	switch (uap->what) {
	case KENV_GET:
		value = kern_getenv(name);
		if (value == NULL) {
			error = ENOENT;
			goto done;
		}
		len = strlen(value) + 1;
		if (len > (size_t)uap->len)
			len = uap->len;
		error = copyout(value, uap->value, len);
		freeenv(value);
		td->td_retval[0] = len;
		break;
	case KENV_SET:
		len = uap->len;
		if (uap->len < 1) {
			error = EINVAL;
			goto done;
		}
		if (len > (size_t)kenv_mvallen + 1)
			len = kenv_mvallen + 1;
		value = malloc(len, M_TEMP, M_WAITOK);
		error = copyinstr(uap->value, value, len, NULL);
		if (error == 0)
			kern_setenv(name, value);
		free(value, M_TEMP);
		break;
	case KENV_UNSET:
		error = kern_unsetenv(name);
		if (error)
			error = ENOENT;
		break;
	default:
		error = EINVAL;
	}
done:
	free(name, M_TEMP);
	return (error);
}

void
init_static_kenv(char *buf, size_t len)
{
	md_envp = NULL;
	md_env_len = 0;
	md_env_pos = 0;
	kern_envp = static_env;
	if (!getenv_is_true("loader_env.disabled")) {
		md_envp = buf;
		md_env_len = len;
		if (getenv_is_true("static_env.disabled")) {
			kern_envp[0] = '\0';
			kern_envp[1] = '\0';
		}
	}
}

static char *
_getenv_dynamic_locked(const char *name, int *idx)
{
	char *cp;
	int i, len = strlen(name);

	for (i = 0; (cp = kenvp[i]) != NULL; i++) {
		if (strncmp(cp, name, len) == 0 && cp[len] == '=') {
			if (idx != NULL)
				*idx = i;
			return (cp + len + 1);
		}
	}
	return (NULL);
}

static char *
_getenv_dynamic(const char *name, int *idx)
{
	return (_getenv_dynamic_locked(name, idx));
}

static char *
_getenv_static_from(char *chkenv, const char *name)
{
	char *cp, *ep;
	int len;

	for (cp = chkenv; cp != NULL; cp = kernenv_next(cp)) {
		for (ep = cp; *ep != '=' && *ep != '\0'; ep++)
			;
		if (*ep != '=')
			continue;
		len = ep - cp;
		if (strncmp(name, cp, len) == 0 && name[len] == '\0')
			return (ep + 1);
	}
	return (NULL);
}

static char *
_getenv_static(const char *name)
{
	char *val = _getenv_static_from(md_envp, name);

	return (val != NULL ? val : _getenv_static_from(kern_envp, name));
}

#if FREEBSD_SHAPE >= 1501
/* A second assignment of a name is kept under name_N. */
static void
getfreesuffix(char *cp, size_t *n)
{
	char *ncp = malloc(strlen(cp) + 8, M_KENV, M_WAITOK);

	for (*n = 1;; (*n)++) {
		sprintf(ncp, "%s_%zu", cp, *n);
		if (_getenv_dynamic_locked(ncp, NULL) == NULL)
			break;
	}
	free(ncp, M_KENV);
}
#endif

static void
init_dynamic_kenv_from(char *init_env, int *curpos)
{
	char *cp, *cpnext, *eqpos;
	size_t len;
	int i = *curpos;

	if (init_env == NULL || *init_env == '\0')
		return;
	for (cp = init_env; cp != NULL; cp = cpnext) {
		cpnext = kernenv_next(cp);
		len = strlen(cp) + 1;
		eqpos = strchr(cp, '=');
		if (i >= KENV_SIZE)
			printf("WARNING: too many kenv strings, ignoring %s\n", cp);
		else if (len > (size_t)(KENV_MNAMELEN + 1 + kenv_mvallen + 1))
			printf("WARNING: too long kenv string, ignoring %s\n", cp);
		else if (eqpos == NULL)
			printf("WARNING: malformed static env value, ignoring %s\n", cp);
		else {
			*eqpos = '\0';
			if (_getenv_dynamic_locked(cp, NULL) != NULL) {
#if FREEBSD_SHAPE >= 1501
				size_t n;

				getfreesuffix(cp, &n);
				kenvp[i] = malloc(len + 8, M_KENV, M_WAITOK);
				sprintf(kenvp[i++], "%s_%zu=%s", cp, n, &eqpos[1]);
#else
				printf("WARNING: duplicate kenv string, ignoring %s\n", cp);
#endif
			} else {
				kenvp[i] = malloc(len, M_KENV, M_WAITOK);
				*eqpos = '=';
				strcpy(kenvp[i++], cp);
			}
		}
		explicit_bzero(cp, len - 1);
	}
	*curpos = i;
}

static void
init_dynamic_kenv(const void *data __unused)
{
	int dynamic_envpos = 0;

	getenv_int("kenv_mvallen", &kenv_mvallen);
	kenvp = malloc((KENV_SIZE + 1) * sizeof(char *), M_KENV, M_WAITOK | M_ZERO);
	init_dynamic_kenv_from(md_envp, &dynamic_envpos);
	init_dynamic_kenv_from(kern_envp, &dynamic_envpos);
	kenvp[dynamic_envpos] = NULL;
	mtx_init(&kenv_lock, "kernel environment", NULL, MTX_DEF);
	dynamic_kenv = true;
}
SYSINIT(kenv, SI_SUB_KMEM + 1, 0, init_dynamic_kenv, NULL);

char *
kern_getenv(const char *name)
{
	char *cp, *ret;

	if (!dynamic_kenv)
		return (_getenv_static(name));
	ret = NULL;
	mtx_lock(&kenv_lock);
	cp = _getenv_dynamic(name, NULL);
	if (cp != NULL)
		ret = strdup(cp, M_KENV);
	mtx_unlock(&kenv_lock);
	return (ret);
}

void
freeenv(char *env)
{
	if (dynamic_kenv && env != NULL)
		zfree(env, M_KENV);
}

int
kern_setenv(const char *name, const char *value)
{
	char *buf, *oldenv;
	int namelen, vallen, i;

	KENV_CHECK;
	namelen = strlen(name) + 1;
	if (namelen > KENV_MNAMELEN + 1)
		return (-1);
	vallen = strlen(value) + 1;
	if (vallen > kenv_mvallen + 1)
		return (-1);
	buf = malloc(namelen + vallen, M_KENV, M_WAITOK);
	sprintf(buf, "%s=%s", name, value);

	mtx_lock(&kenv_lock);
	if (_getenv_dynamic(name, &i) != NULL) {
		oldenv = kenvp[i];
		kenvp[i] = buf;
		mtx_unlock(&kenv_lock);
		free(oldenv, M_KENV);
		return (0);
	}
	for (i = 0; kenvp[i] != NULL; i++)
		;
	if (i >= KENV_SIZE) {
		mtx_unlock(&kenv_lock);
		free(buf, M_KENV);
		return (-1);
	}
	kenvp[i] = buf;
	kenvp[i + 1] = NULL;
	mtx_unlock(&kenv_lock);
	return (0);
}

int
kern_unsetenv(const char *name)
{
	char *oldenv;
	int i, j;

	KENV_CHECK;
	mtx_lock(&kenv_lock);
	if (_getenv_dynamic(name, &i) == NULL) {
		mtx_unlock(&kenv_lock);
		return (-1);
	}
	oldenv = kenvp[i];
	for (j = i + 1; kenvp[j] != NULL; j++)
		kenvp[i++] = kenvp[j];
	kenvp[i] = NULL;
	mtx_unlock(&kenv_lock);
	zfree(oldenv, M_KENV);
	return (0);
}

int
getenv_int(const char *name, int *data)
{
	char *value = kern_getenv(name), *end;
	long number;

	if (value == NULL)
		return (0);
	number = strtol(value, &end, 0);
	if (*end == '\0' && *value != '\0')
		*data = number;
	freeenv(value);
	return (1);
}

bool
getenv_is_true(const char *name)
{
	char *value = kern_getenv(name);
	bool set = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "YES") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "true") == 0);

	freeenv(value);
	return (set);
}

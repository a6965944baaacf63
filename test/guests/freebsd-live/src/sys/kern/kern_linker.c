/* What the loader preloaded, and the table of linked files: sys/kern/{subr_module,kern_linker}.c. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/proc.h>
#include <sys/linker.h>

static MALLOC_DEFINE(M_LINKER, "linker", "kernel linker");
static TAILQ_HEAD(, linker_file) linker_files = TAILQ_HEAD_INITIALIZER(linker_files);
static int next_file_id = 1;
linker_file_t linker_kernel_file;
struct sx kld_sx;

caddr_t
preload_search_next_name(caddr_t base)
{
	caddr_t curp = base != NULL ? base : preload_metadata;
	uint32_t *hdr;

	if (preload_metadata == NULL)
		return (NULL);
	for (hdr = (uint32_t *)curp; hdr[0] != MODINFO_END || hdr[1] != 0; hdr = (uint32_t *)curp) {
		if (hdr[0] == MODINFO_NAME && curp != base)
			return (curp);
		curp += 8 + roundup2(hdr[1], 8);
	}
	return (NULL);
}

caddr_t
preload_search_info(caddr_t mod, int inf)
{
	caddr_t curp = mod;
	uint32_t *hdr;

	for (hdr = (uint32_t *)curp; mod != NULL && (hdr[0] != MODINFO_END || hdr[1] != 0); hdr = (uint32_t *)curp) {
		if (hdr[0] == MODINFO_NAME && curp != mod)
			break;
		if (hdr[0] == (uint32_t)inf)
			return (curp + 8);
		curp += 8 + roundup2(hdr[1], 8);
	}
	return (NULL);
}

caddr_t
preload_search_by_type(const char *type)
{
	caddr_t mod = NULL;

	while ((mod = preload_search_next_name(mod)) != NULL) {
		caddr_t found = preload_search_info(mod, MODINFO_TYPE);

		if (found != NULL && strcmp(found, type) == 0)
			return (mod);
	}
	return (NULL);
}

/* The loader knows addresses of the machine; from here on they are the kernel's. */
void
preload_bootstrap_relocate(vm_offset_t offset)
{
	caddr_t curp = preload_metadata;
	uint32_t *hdr;

	for (hdr = (uint32_t *)curp; hdr[0] != MODINFO_END || hdr[1] != 0; hdr = (uint32_t *)curp) {
		if (hdr[0] == MODINFO_ADDR)
			*(vm_offset_t *)(curp + 8) += offset;
		curp += 8 + roundup2(hdr[1], 8);
	}
}

void *
preload_fetch_addr(caddr_t mod)
{
	caddr_t info = preload_search_info(mod, MODINFO_ADDR);

	return (info == NULL ? NULL : *(void **)info);
}

size_t
preload_fetch_size(caddr_t mod)
{
	caddr_t info = preload_search_info(mod, MODINFO_SIZE);

	return (info == NULL ? 0 : *(size_t *)info);
}

void
linker_add_file(linker_file_t lf, const char *filename, const char *pathname, caddr_t address, size_t size)
{
	lf->refs = lf->userrefs = 1;
	lf->filename = strdup(filename, M_LINKER);
	lf->pathname = strdup(pathname, M_LINKER);
	lf->id = next_file_id++;
	lf->address = address;
	lf->size = size;
	lf->loadcnt = 1;
	TAILQ_INSERT_TAIL(&linker_files, lf, link);
}

static linker_file_t
linker_make_file(const char *filename, const char *pathname, caddr_t address, size_t size)
{
	linker_file_t lf = malloc(sizeof(*lf), M_LINKER, M_WAITOK | M_ZERO);

	linker_add_file(lf, filename, pathname, address, size);
	return (lf);
}

/* Modules that have code of their own; what the others are for is in the kernel, and they are listed only. */
extern const struct { const char *name; caddr_t start, end; } kld_files[];

static linker_file_t
linker_load_module(const char *name)
{
	char filename[64], pathname[96];
	linker_file_t lf;
	int i;

	snprintf(filename, sizeof(filename), "%s.ko", name);
	snprintf(pathname, sizeof(pathname), "/boot/kernel/%s.ko", name);
	for (i = 0; kld_files[i].name != NULL; i++)
		if (strcmp(kld_files[i].name, name) == 0 && (lf = link_elf_obj_load(filename, pathname, kld_files[i].start, false)) != NULL) {
			linker_file_register_modules(lf);
			return (lf);
		}
	return (linker_make_file(filename, pathname, contigmalloc(0x8000), 0x8000));
}

int
kern_kldload(struct thread *td __unused, const char *file, int *fileid)
{
	static const char *const known[] = { "geom_uzip", "unionfs", "nullfs", "tmpfs", "xz", "geom_union", "fdescfs" };
	linker_file_t lf;
	char filename[64];
	u_int i;

	snprintf(filename, sizeof(filename), "%s.ko", file);
	TAILQ_FOREACH(lf, &linker_files, link)
		if (strcmp(lf->filename, filename) == 0)
			return (EEXIST);
	for (i = 0; i < nitems(known); i++)
		if (strcmp(known[i], file) == 0) {
			lf = linker_load_module(file);
			*fileid = lf->id;
			return (0);
		}
	return (ENOENT);
}

static void
linker_preload(const void *arg __unused)
{
	static const char *const order[] = { "unionfs", "geom_uzip", "xz" };
	char name[64], *value;
	caddr_t mod = NULL, type;
	linker_file_t lf;
	bool loaded = false;
	u_int i;

	sx_init(&kld_sx, "kernel linker");
	linker_kernel_file = linker_make_file("kernel", "/boot/kernel/kernel", preload_fetch_addr(preload_kmdp), preload_fetch_size(preload_kmdp));
	/* What a loader brought; without one, what it would have brought. */
	while ((mod = preload_search_next_name(mod)) != NULL) {
		type = preload_search_info(mod, MODINFO_TYPE);
		if (type == NULL || strcmp(type, "elf obj module") != 0)
			continue;
		value = preload_search_info(mod, MODINFO_NAME);
		lf = link_elf_obj_load(strrchr(value, '/') != NULL ? strrchr(value, '/') + 1 : value, value, preload_fetch_addr(mod), true);
		if (lf != NULL)
			linker_file_register_modules(lf);
		loaded = true;
	}
	for (i = 0; i < nitems(order) && !loaded; i++) {
		snprintf(name, sizeof(name), "%s_load", order[i]);
		value = kern_getenv(name);
		if (value != NULL && strcmp(value, "YES") == 0)
			linker_load_module(order[i]);
		freeenv(value);
	}
}
SYSINIT(preload, SI_SUB_KLD, 0, linker_preload, NULL);

/* Modules that linked files bring: sys/kern/kern_module.c. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/linker.h>

enum { MDT_MODULE = 2, MOD_LOAD = 0 };

struct module { const char *name; linker_file_t file; const moduledata_t *data; };
static struct module modules[32];
static int nextid = 1;

/* Each module is known before its own code runs. */
__attribute__((noinline)) int
module_register(const moduledata_t *data, linker_file_t container)
{
	if (nextid >= (int)nitems(modules))
		return (ENOMEM);
	modules[nextid] = (struct module){ data->name, container, data };
	nextid++;
	return (0);
}

static void
module_load(const struct mod_metadata *metadata, linker_file_t container)
{
	const moduledata_t *data = metadata->md_data;

	if (metadata->md_type == MDT_MODULE && module_register(data, container) == 0)
		(void)data->evhand(&modules[nextid - 1], MOD_LOAD, data->priv);
}

void
linker_file_register_modules(linker_file_t lf)
{
	link_elf_obj_modules(lf, module_load);
}

/* A kernel module: what DECLARE_MODULE makes (sys/sys/module.h). What it is for is in the kernel already. */
typedef struct moduledata { const char *name; int (*evhand)(void *module, int what, void *arg); void *priv; } moduledata_t;
struct mod_metadata { int md_version; int md_type; const void *md_data; const char *md_cval; };
int printf(const char *, ...);

enum { MOD_LOAD, MOD_UNLOAD };
static int module_loads;

static int
module_event(void *module, int what, void *arg)
{
	if (what != MOD_LOAD)
		return (what == MOD_UNLOAD && module == arg ? 0 : 45);
	module_loads++;
	printf("%s: loaded\n", MODULE_NAME);
	return (0);
}

moduledata_t module_mod = { MODULE_NAME, module_event, 0 };
static const struct mod_metadata module_metadata = { 1, 2, &module_mod, MODULE_NAME };
static const void *const module_set __attribute__((section("set_modmetadata_set"), used)) = &module_metadata;

/* A kernel module as a loader brings it: its name where DECLARE_MODULE puts it (sys/sys/module.h). What it does is in the kernel already. */
typedef struct moduledata { const char *name; int (*evhand)(void *module, int what, void *arg); void *priv; } moduledata_t;

static int
module_event(void *module, int what, void *arg)
{
	return (module == arg && what > 3 ? 45 : 0);
}

moduledata_t module_mod = { MODULE_NAME, module_event, 0 };

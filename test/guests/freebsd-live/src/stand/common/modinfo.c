/* The hand-over to the kernel: stand/common/modinfo.c and stand/efi/loader/bootinfo.c. */
#include "stand.h"

void
file_addmetadata(struct preloaded_file *fp, int type, size_t size, const void *data)
{
	struct file_metadata *md = malloc(sizeof(*md) + size);

	md->md_size = size;
	md->md_type = type;
	md->md_addr = 0;
	memcpy(md->md_data, data, size);
	md->md_next = fp->f_metadata;
	fp->f_metadata = md;
}

struct file_metadata *
file_findmetadata(struct preloaded_file *fp, int type)
{
	struct file_metadata *md;

	for (md = fp->f_metadata; md != NULL; md = md->md_next)
		if (md->md_type == type)
			break;
	return (md);
}

static uint64_t
mod_put(uint64_t addr, uint32_t type, const void *data, uint32_t size)
{
	archsw.arch_copyin(&type, addr, 4);
	archsw.arch_copyin(&size, addr + 4, 4);
	archsw.arch_copyin(data, addr + 8, size);
	return (addr + 8 + roundup2(size, 8));
}

/* Each file: its name, which must come first, type, address and size, then what is known of it. */
uint64_t
md_copymodules(uint64_t addr)
{
	struct preloaded_file *fp;
	struct file_metadata *md;
	uint64_t value;

	for (fp = preloaded_files; fp != NULL; fp = fp->f_next) {
		addr = mod_put(addr, MODINFO_NAME, fp->f_name, strlen(fp->f_name) + 1);
		addr = mod_put(addr, MODINFO_TYPE, fp->f_type, strlen(fp->f_type) + 1);
		value = fp->f_addr;
		addr = mod_put(addr, MODINFO_ADDR, &value, sizeof(value));
		value = fp->f_size;
		addr = mod_put(addr, MODINFO_SIZE, &value, sizeof(value));
		for (md = fp->f_metadata; md != NULL; md = md->md_next) {
			md->md_addr = addr + 8;
			addr = mod_put(addr, MODINFO_METADATA | md->md_type, md->md_data, md->md_size);
		}
	}
	return (mod_put(addr, MODINFO_END, "", 0));
}

/* name=value, each ended by a NUL, and one more at the end. What is marked EV_NOKENV the kernel does not see. */
uint64_t
md_copyenv(uint64_t addr)
{
	struct env_var *ep;
	size_t len;

	for (ep = environ; ep != NULL; ep = ep->ev_next) {
		if ((ep->ev_flags & EV_NOKENV) != 0)
			continue;
		len = strlen(ep->ev_name);
		archsw.arch_copyin(ep->ev_name, addr, len);
		archsw.arch_copyin("=", addr + len, 1);
		addr += len + 1;
		if (ep->ev_value != NULL) {
			len = strlen(ep->ev_value);
			archsw.arch_copyin(ep->ev_value, addr, len);
			addr += len;
		}
		archsw.arch_copyin("", addr++, 1);
	}
	archsw.arch_copyin("", addr, 1);
	return (addr + 1);
}

static const struct { const char *ev; int mask; } howto_names[] = {
	{ "boot_askname", 0x1 }, { "boot_single", 0x2 }, { "boot_dfltroot", 0x20 }, { "boot_verbose", 0x800 }, { "boot_serial", 0x1000 }, { "boot_cdrom", 0x2000 },
	{ "boot_mute", 0x10000 }, { "boot_multicons", 0x20000000 },
};

static int
bi_getboothowto(void)
{
	int howto = 0;
	u_int i;

	for (i = 0; i < nitems(howto_names); i++) {
		char *value = getenv(howto_names[i].ev);

		if (value != NULL && strcasecmp(value, "no") != 0)
			howto |= howto_names[i].mask;
	}
	return (howto);
}

/* Behind everything loaded: the variables, then the list of modules, which says where they are. */
int
bi_load(struct preloaded_file *kfp, uint64_t *modulep, uint64_t *kernendp)
{
	struct preloaded_file *xp;
	struct file_metadata *md;
	uint64_t addr = 0, envp, kernend = 0;
	int howto = bi_getboothowto();

	for (xp = preloaded_files; xp != NULL; xp = xp->f_next)
		if (addr < xp->f_addr + xp->f_size)
			addr = xp->f_addr + xp->f_size;
	addr = roundup2(addr, PAGE_SIZE);
	envp = addr;
	addr = roundup2(md_copyenv(addr), PAGE_SIZE);
	*modulep = addr;
	file_addmetadata(kfp, MODINFOMD_HOWTO, sizeof(howto), &howto);
	file_addmetadata(kfp, MODINFOMD_ENVP, sizeof(envp), &envp);
	file_addmetadata(kfp, MODINFOMD_KERNEND, sizeof(kernend), &kernend);
	file_addmetadata(kfp, MODINFOMD_MODULEP, sizeof(*modulep), modulep);
	kernend = roundup2(md_copymodules(addr), PAGE_SIZE);
	*kernendp = kernend;
	/* Only now is it known; it goes where the list was written. */
	md = file_findmetadata(kfp, MODINFOMD_KERNEND);
	archsw.arch_copyin(&kernend, md->md_addr, sizeof(kernend));
	return (0);
}

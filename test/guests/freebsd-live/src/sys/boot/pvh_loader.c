/*
 * What loader(8) would have left in memory, made from the command line QEMU hands over by PVH: the metadata list and the block of
 * variables, sorted. `variant=x` stands for a loader.conf; every other word is an assignment of its own and wins.
 * Runs before the kernel proper, on the boot stack; a real loader can jump to btext instead.
 */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/linker.h>
#include "variants.h"

struct hvm_start_info { uint32_t magic, version, flags, nr_modules; uint64_t modlist_paddr, cmdline_paddr, rsdp_paddr; };
struct env_entry { const char *name; int name_len; const char *value; int value_len; };

extern char _end[];
static struct env_entry entries[256];
static int nentries;
static char command_line[2048];

static void
env_set(const char *name, int name_len, const char *value, int value_len)
{
	int i, order = 1;

	for (i = 0; i < nentries; i++) {
		order = strncmp(name, entries[i].name, min(name_len, entries[i].name_len));
		if (order == 0)
			order = name_len - entries[i].name_len;
		if (order <= 0)
			break;
	}
	if (order != 0 || i == nentries) {
		memmove(&entries[i + 1], &entries[i], (nentries - i) * sizeof(entries[0]));
		nentries++;
	}
	entries[i] = (struct env_entry){ name, name_len, value, value_len };
}

static void
env_assign(const char *line)
{
	const char *eq = strchr(line, '=');

	if (eq != NULL)
		env_set(line, eq - line, eq + 1, strlen(eq + 1));
}

/* name=value words; a value in double quotes may hold blanks. */
static void
env_command_line(char *p, bool variants_only)
{
	while (*p != '\0') {
		char *name, *value, *value_end;
		int name_len, i;

		while (*p == ' ')
			p++;
		for (name = p; *p != '\0' && *p != ' ' && *p != '='; p++)
			;
		name_len = p - name;
		if (*p != '=') {
			if (*p != '\0')
				continue;
			break;
		}
		value = ++p;
		if (*p == '"') {
			value = ++p;
			while (*p != '\0' && *p != '"')
				p++;
			value_end = p;
			if (*p != '\0')
				p++;
		} else {
			while (*p != '\0' && *p != ' ')
				p++;
			value_end = p;
		}
		if (name_len == 7 && strncmp(name, "variant", 7) == 0) {
			for (i = 0; variants_only && i < (int)nitems(variants); i++)
				if ((int)strlen(variants[i].name) == value_end - value && strncmp(variants[i].name, value, value_end - value) == 0) {
					const char *const *line;

					for (line = variants[i].conf; *line != NULL; line++)
						env_assign(*line);
				}
		} else if (!variants_only)
			env_set(name, name_len, value, value_end - value);
	}
}

static char *
mod_add(char *at, uint32_t type, const void *data, uint32_t size)
{
	memcpy(at, &type, 4);
	memcpy(at + 4, &size, 4);
	memcpy(at + 8, data, size);
	return (at + 8 + roundup2(size, 8));
}

static char *
mod_string(char *at, uint32_t type, const char *text)
{
	return (mod_add(at, type, text, strlen(text) + 1));
}

/* Returns modulep, with the end of what is used in the upper half; both physical. */
uint64_t
pvh_loader(uint32_t start_info_pa)
{
	struct hvm_start_info *info = (struct hvm_start_info *)(uintptr_t)start_info_pa;
	char *base = (char *)roundup2((uintptr_t)_end, PAGE_SIZE), *p = base, *modulep;
	const char *const *line;
	uint64_t value;
	int i, images = 0, howto = RB_SERIAL;

	if (info->cmdline_paddr != 0)
		strlcpy(command_line, (const char *)info->cmdline_paddr, sizeof(command_line));
	for (line = loader_own; *line != NULL; line++)
		env_assign(*line);
	for (line = loader_defaults; *line != NULL; line++)
		env_assign(*line);
	env_command_line(command_line, true);
	env_command_line(command_line, false);

	for (i = 0; i < nentries; i++) {
		memcpy(p, entries[i].name, entries[i].name_len);
		p += entries[i].name_len;
		*p++ = '=';
		memcpy(p, entries[i].value, entries[i].value_len);
		p += entries[i].value_len;
		*p++ = '\0';
		if (entries[i].name_len == 8 && strncmp(entries[i].name, "boot_ask", 8) == 0)
			howto |= RB_ASKNAME;
		if (entries[i].name_len == 12 && strncmp(entries[i].name, "boot_askname", 12) == 0)
			howto |= RB_ASKNAME;
		if (entries[i].name_len == 10 && strncmp(entries[i].name, "boot_cdrom", 10) == 0)
			howto |= RB_CDROM;
	}
	*p++ = '\0';

	modulep = (char *)roundup2((uintptr_t)p, PAGE_SIZE);
	p = mod_string(modulep, MODINFO_NAME, "/boot/kernel/kernel");
	p = mod_string(p, MODINFO_TYPE, "elf kernel");
	value = KERNLOAD;
	p = mod_add(p, MODINFO_ADDR, &value, 8);
	value = (uintptr_t)_end - (KERNBASE + KERNLOAD);
	p = mod_add(p, MODINFO_SIZE, &value, 8);
	p = mod_add(p, MODINFO_METADATA | MODINFOMD_HOWTO, &howto, 4);
	value = (uintptr_t)base - KERNBASE;
	p = mod_add(p, MODINFO_METADATA | MODINFOMD_ENVP, &value, 8);
	value = (uintptr_t)modulep - KERNBASE;
	p = mod_add(p, MODINFO_METADATA | MODINFOMD_MODULEP, &value, 8);
	/* Each NAME_type="md_image" or "mfs_root" whose NAME_load is YES is a preloaded image. */
	for (i = 0; i < nentries; i++) {
		struct env_entry *type = &entries[i];
		char file[128];
		int j, prefix = type->name_len - 5;

		if (prefix <= 0 || strncmp(type->name + prefix, "_type", 5) != 0 ||
		    !(strncmp(type->value, "md_image", 8) == 0 || strncmp(type->value, "mfs_root", 8) == 0))
			continue;
		file[0] = '\0';
		for (j = 0; j < nentries; j++)
			if (entries[j].name_len == type->name_len && strncmp(entries[j].name, type->name, prefix) == 0 && strncmp(entries[j].name + prefix, "_name", 5) == 0)
				strlcpy(file, entries[j].value, min(sizeof(file), (size_t)entries[j].value_len + 1));
		p = mod_string(p, MODINFO_NAME, file);
		p = mod_string(p, MODINFO_TYPE, "md_image");
		value = preload_image_address + images * preload_image_size - KERNBASE;
		p = mod_add(p, MODINFO_ADDR, &value, 8);
		value = preload_image_size;
		p = mod_add(p, MODINFO_SIZE, &value, 8);
		/* fs_magic of a UFS2 superblock, where one would look for it (sys/ufs/ffs/fs.h). */
		*(uint32_t *)(preload_image_address + images++ * preload_image_size + 65536 + 1372) = 0x19540119;
	}
	p = mod_add(p, MODINFO_END, "", 0);
	p = (char *)roundup2((uintptr_t)p, PAGE_SIZE);
	return (((uintptr_t)modulep - KERNBASE) | ((uintptr_t)p - KERNBASE) << 32);
}

/* loader.conf, the kernel and the modules: what stand/lua/config.lua, stand/common/load_elf.c and module.c do. */
#include "stand.h"

struct preloaded_file *preloaded_files;
struct arch_switch archsw;
static uint64_t next_addr = KERNLOAD;

static bool
is_name(int c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-');
}

static char *
skip_blanks(char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return (p);
}

/* name="value" or name=word, and nothing behind it but a comment. */
static bool
conf_line(char *line)
{
	char *name = skip_blanks(line), *end, *value, *stop;

	if (*name == '\0' || *name == '#')
		return (true);
	for (end = name; is_name(*end); end++)
		;
	value = skip_blanks(end);
	if (end == name || *value != '=')
		return (false);
	value = skip_blanks(value + 1);
	if (*value == '"') {
		value++;
		stop = strchr(value, '"');
		if (stop == NULL)
			return (false);
		line = skip_blanks(stop + 1);
	} else {
		for (stop = value; is_name(*stop); stop++)
			;
		if (stop == value)
			return (false);
		line = skip_blanks(stop);
	}
	if (*line != '\0' && *line != '#')
		return (false);
	*end = '\0';
	*stop = '\0';
	setenv(name, value, 1);
	return (true);
}

static void
read_conf(const char *path)
{
	size_t size;
	char *text = archsw.arch_readfile(path, &size), *line, *end;
	int n = 0;

	if (text == NULL)
		return;
	printf("Loading %s\n", path);
	for (line = text; line < text + size; line = end + 1) {
		for (end = line; end < text + size && *end != '\n'; end++)
			;
		*end = '\0';
		/* Lines without a character are not counted. */
		if (end != line && (n++, !conf_line(line)))
			printf("Malformed line (%d):\n\t'%s'\n", n, line);
	}
}

/* Each word of a list of files. */
static void
read_confs(char *list)
{
	char *end;

	for (; *list != '\0'; list = end) {
		list = skip_blanks(list);
		for (end = list; *end != '\0' && *end != ' '; end++)
			;
		if (end != list) {
			char *path = strdup(list);

			path[end - list] = '\0';
			read_conf(path);
		}
	}
}

static struct preloaded_file *
file_add(const char *name, const char *type, uint64_t addr, size_t size)
{
	struct preloaded_file *fp = malloc(sizeof(*fp)), **link;

	memset(fp, 0, sizeof(*fp));
	fp->f_name = strdup(name);
	fp->f_type = strdup(type);
	fp->f_addr = addr;
	fp->f_size = size;
	for (link = &preloaded_files; *link != NULL; link = &(*link)->f_next)
		;
	*link = fp;
	if (next_addr < roundup2(addr + size, PAGE_SIZE))
		next_addr = roundup2(addr + size, PAGE_SIZE);
	return (fp);
}

struct elf_header { uint8_t ident[16]; uint16_t type, machine; uint32_t version; uint64_t entry, phoff, shoff; uint32_t flags; uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx; };
struct elf_segment { uint32_t type, flags; uint64_t offset, vaddr, paddr, filesz, memsz, align; };

static struct preloaded_file *
elf64_loadfile(const char *path)
{
	static const char zeros[PAGE_SIZE];
	size_t size;
	char *image = archsw.arch_readfile(path, &size);
	struct elf_header *eh = (struct elf_header *)image;
	struct preloaded_file *fp;
	uint64_t last = KERNLOAD, at;
	int i;

	if (image == NULL || size < sizeof(*eh) || strncmp(image, "\177ELF", 4) != 0)
		return (NULL);
	printf("%s ", path);
	for (i = 0; i < eh->phnum; i++) {
		struct elf_segment *ph = (struct elf_segment *)(image + eh->phoff + i * eh->phentsize);

		if (ph->type != 1)
			continue;
		printf("%sdata=0x%llx", i == 0 ? "text=0x0 " : "", ph->filesz);
		archsw.arch_copyin(image + ph->offset, ph->paddr, ph->filesz);
		for (at = ph->filesz; at < ph->memsz; at += PAGE_SIZE)
			archsw.arch_copyin(zeros, ph->paddr + at, ph->memsz - at < PAGE_SIZE ? ph->memsz - at : PAGE_SIZE);
		if (last < ph->paddr + ph->memsz)
			last = ph->paddr + ph->memsz;
		printf(" ");
	}
	printf("\n");
	fp = file_add(path, "elf kernel", KERNLOAD, last - KERNLOAD);
	fp->f_entry = eh->entry;
	return (fp);
}

static bool
load_raw(const char *path, const char *type)
{
	size_t size;
	char *data = archsw.arch_readfile(path, &size);
	uint64_t addr = next_addr;

	if (data == NULL) {
		printf("can't find '%s'\n", path);
		return (false);
	}
	archsw.arch_copyin(data, addr, size);
	file_add(path, type, addr, size);
	printf("%s size=0x%llx\n", path, (uint64_t)size);
	return (true);
}

/* ngets: a line, echoed; backspace edits, return ends. */
static void
ngets(char *buf, int size)
{
	int n = 0, c;

	for (;;) {
		c = getchar() & 0177;
		if (c == '\r' || c == '\n')
			break;
		if (c == '\b' || c == 0177) {
			if (n > 0) {
				printf("\b \b");
				n--;
			}
		} else if (c >= ' ' && n < size - 1) {
			putchar(c);
			buf[n++] = c;
		}
	}
	putchar('\n');
	buf[n] = '\0';
}

/* The prompt: set NAME=VALUE, unset NAME, show [NAME], and boot, which leaves it (stand/common/commands.c and boot.c). */
static void
interp_prompt(void)
{
	char line[256], *argument;
	struct env_var *ev;

	for (;;) {
		printf("%s ", getenv("interpret"));
		ngets(line, sizeof(line));
		argument = strchr(line, ' ');
		if (argument != NULL)
			*argument++ = '\0';
		if (strcmp(line, "boot") == 0)
			return;
		if (strcmp(line, "set") == 0 && argument != NULL && conf_line(argument))
			continue;
		if (strcmp(line, "unset") == 0 && argument != NULL && unsetenv(argument) == 0)
			continue;
		if (strcmp(line, "show") == 0) {
			for (ev = environ; ev != NULL; ev = ev->ev_next)
				if (argument == NULL || strcmp(ev->ev_name, argument) == 0)
					printf("%s=%s\n", ev->ev_name, getenv(ev->ev_name));
			continue;
		}
		if (*line != '\0')
			printf("%s: unknown command or bad argument\n", line);
	}
}

/* The loader's own defaults, then loader.conf and its kin. autoboot_delay="NO" asks for the prompt. */
void
interact(void)
{
	setenv("interpret", "OK", 1);
	setenv("prompt", "${interpret}", 1);
	setenv("script.lang", "lua", 1);
	setenv("LINES", "24", 1);
	read_conf("/boot/defaults/loader.conf");
	if (getenv("loader_conf_files") != NULL)
		read_confs(strdup(getenv("loader_conf_files")));
	read_conf("/boot/loader.conf.local");
	if (getenv("autoboot_delay") != NULL && strcasecmp(getenv("autoboot_delay"), "NO") == 0)
		interp_prompt();
}

struct preloaded_file *
load_kernel_and_modules(void)
{
	struct preloaded_file *kernel;
	struct env_var *ev;
	char path[128], name[64], *type, *file;
	size_t len;

	printf("Loading kernel...\n");
	snprintf(path, sizeof(path), "/boot/%s/kernel", getenv("kernel") != NULL ? getenv("kernel") : "kernel");
	kernel = elf64_loadfile(path);
	if (kernel == NULL) {
		printf("Failed to load kernel '%s'\n", path);
		return (NULL);
	}
	setenv("kernelname", path, 1);
	setenv("kernel_path", "/boot/kernel", 1);
	printf("Loading configured modules...\n");
	for (ev = environ; ev != NULL; ev = ev->ev_next) {
		len = strlen(ev->ev_name);
		if (len <= 5 || len > sizeof(name) || strcmp(ev->ev_name + len - 5, "_load") != 0 || ev->ev_value == NULL || strcasecmp(ev->ev_value, "yes") != 0)
			continue;
		memcpy(name, ev->ev_name, len - 5);
		name[len - 5] = '\0';
		snprintf(path, sizeof(path), "%s_type", name);
		type = getenv(path);
		snprintf(path, sizeof(path), "%s_name", name);
		file = getenv(path);
		if (type != NULL && *type != '\0')
			load_raw(file != NULL ? file : name, type);
		else {
			snprintf(path, sizeof(path), "/boot/kernel/%s.ko", file != NULL ? file : name);
			load_raw(path, "elf obj module");
		}
	}
	return (kernel);
}

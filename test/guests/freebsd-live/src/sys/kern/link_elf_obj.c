/* Relocatable modules: sys/kern/link_elf_obj.c. Each section that is loaded gets a place of its own, and an entry in progtab. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/linker.h>

static MALLOC_DEFINE(M_LINKER, "linker", "kernel linker");

typedef struct { unsigned char e_ident[16]; uint16_t e_type, e_machine; uint32_t e_version; uint64_t e_entry, e_phoff, e_shoff; uint32_t e_flags; uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx; } Elf_Ehdr;
typedef struct { uint32_t sh_name, sh_type; uint64_t sh_flags, sh_addr, sh_offset, sh_size; uint32_t sh_link, sh_info; uint64_t sh_addralign, sh_entsize; } Elf_Shdr;
typedef struct { uint32_t st_name; unsigned char st_info, st_other; uint16_t st_shndx; uint64_t st_value, st_size; } Elf_Sym;
typedef struct { uint64_t r_offset, r_info; int64_t r_addend; } Elf_Rela;
typedef struct { void *addr; void *origaddr; uint64_t size; int flags; int sec; char *name; } Elf_progent;

enum { SHT_SYMTAB = 2, SHT_RELA = 4, SHT_NOBITS = 8, SHF_ALLOC = 2 };
enum { R_X86_64_64 = 1, R_X86_64_PC32 = 2, R_X86_64_PLT32 = 4, R_X86_64_32 = 10, R_X86_64_32S = 11 };

typedef struct elf_file {
	struct linker_file lf;
	int preloaded;
	caddr_t address;
	void *object;
	Elf_Shdr *e_shdr;
	Elf_progent *progtab;
	u_int nprogtab;
	const Elf_Sym *ddbsymtab;
	long ddbsymcnt;
	const char *ddbstrtab;
} *elf_file_t;

/* Modules lie in the two GiB that code of the kernel's model reaches. */
static char kernel_map[512 << 10] __attribute__((aligned(PAGE_SIZE)));
static size_t kernel_map_used;

static caddr_t
kmap_alloc(size_t size)
{
	caddr_t place = kernel_map + kernel_map_used;

	if (roundup2(size, PAGE_SIZE) > sizeof(kernel_map) - kernel_map_used)
		return (NULL);
	kernel_map_used += roundup2(size, PAGE_SIZE);
	return (place);
}

/* What modules may call. */
static const struct { const char *name; void *value; } exported[] = { { "printf", printf }, { "strlen", strlen } };

static uint64_t
symbol_value(elf_file_t ef, const Elf_Sym *sym)
{
	u_int i;

	for (i = 0; i < ef->nprogtab && sym->st_shndx != 0; i++)
		if (ef->progtab[i].sec == sym->st_shndx)
			return ((uint64_t)ef->progtab[i].addr + sym->st_value);
	for (i = 0; i < nitems(exported) && sym->st_shndx == 0; i++)
		if (strcmp(exported[i].name, ef->ddbstrtab + sym->st_name) == 0)
			return ((uint64_t)exported[i].value);
	return (0);
}

static int
relocate_section(elf_file_t ef, const Elf_Shdr *rela, const Elf_progent *target, caddr_t file)
{
	const Elf_Rela *r = (const Elf_Rela *)(file + rela->sh_offset), *end = r + rela->sh_size / sizeof(*r);

	for (; r < end; r++) {
		const Elf_Sym *sym = &ef->ddbsymtab[r->r_info >> 32];
		uint64_t value = symbol_value(ef, sym);
		caddr_t where = (caddr_t)target->addr + r->r_offset;

		if (value == 0) {
			printf("link_elf_obj: symbol %s undefined\n", ef->ddbstrtab + sym->st_name);
			return (ENOENT);
		}
		value += r->r_addend;
		switch ((uint32_t)r->r_info) {
		case R_X86_64_64:
			memcpy(where, &value, 8);
			break;
		case R_X86_64_PC32:
		case R_X86_64_PLT32:
			value -= (uint64_t)where;
			/* FALLTHROUGH */
		case R_X86_64_32:
		case R_X86_64_32S:
			memcpy(where, &value, 4);
			break;
		default:
			return (ENOEXEC);
		}
	}
	return (0);
}

/* The file as it is on the medium or as the loader brought it; NULL: it is none, or does not fit. */
linker_file_t
link_elf_obj_load(const char *filename, const char *pathname, caddr_t file, bool preloaded)
{
	const Elf_Ehdr *hdr = (const Elf_Ehdr *)file;
	const char *names;
	Elf_Shdr *shdr;
	elf_file_t ef;
	u_int i, at = 0;

	if (memcmp(hdr->e_ident, "\177ELF", 4) != 0 || hdr->e_type != 1)
		return (NULL);
	shdr = (Elf_Shdr *)(file + hdr->e_shoff);
	names = file + shdr[hdr->e_shstrndx].sh_offset;
	ef = malloc(sizeof(*ef), M_LINKER, M_WAITOK | M_ZERO);
	ef->preloaded = preloaded;
	ef->e_shdr = shdr;
	for (i = 0; i < hdr->e_shnum; i++)
		ef->nprogtab += (shdr[i].sh_flags & SHF_ALLOC) != 0 && shdr[i].sh_size > 0;
	ef->progtab = malloc(ef->nprogtab * sizeof(*ef->progtab), M_LINKER, M_WAITOK | M_ZERO);
	for (i = 0; i < hdr->e_shnum; i++) {
		if (shdr[i].sh_type == SHT_SYMTAB) {
			ef->ddbsymtab = (const Elf_Sym *)(file + shdr[i].sh_offset);
			ef->ddbsymcnt = shdr[i].sh_size / sizeof(Elf_Sym);
			ef->ddbstrtab = file + shdr[shdr[i].sh_link].sh_offset;
		}
		if ((shdr[i].sh_flags & SHF_ALLOC) == 0 || shdr[i].sh_size == 0)
			continue;
		Elf_progent *entry = &ef->progtab[at++];
		entry->addr = kmap_alloc(shdr[i].sh_size);
		if (entry->addr == NULL)
			return (NULL);
		entry->size = shdr[i].sh_size;
		entry->flags = shdr[i].sh_flags;
		entry->sec = i;
		entry->name = shdr[i].sh_type == SHT_NOBITS ? "<<NOBITS>>" : strdup(names + shdr[i].sh_name, M_LINKER);
		if (shdr[i].sh_type == SHT_NOBITS)
			memset(entry->addr, 0, entry->size);
		else
			memcpy(entry->addr, file + shdr[i].sh_offset, entry->size);
		if (ef->address == NULL)
			ef->address = entry->addr;
	}
	for (i = 0; i < hdr->e_shnum; i++)
		if (shdr[i].sh_type == SHT_RELA)
			for (at = 0; at < ef->nprogtab; at++)
				if (ef->progtab[at].sec == (int)shdr[i].sh_info && relocate_section(ef, &shdr[i], &ef->progtab[at], file) != 0)
					return (NULL);
	linker_add_file(&ef->lf, filename, pathname, ef->address, kernel_map + kernel_map_used - ef->address);
	return (&ef->lf);
}

/* Modules of a file: pointers in its section set_modmetadata_set (DECLARE_MODULE, sys/sys/module.h). */
void
link_elf_obj_modules(linker_file_t lf, void (*each)(const struct mod_metadata *, linker_file_t))
{
	elf_file_t ef = (elf_file_t)lf;
	u_int i, j;

	for (i = 0; i < ef->nprogtab; i++)
		if (strcmp(ef->progtab[i].name, "set_modmetadata_set") == 0)
			for (j = 0; j < ef->progtab[i].size / sizeof(void *); j++)
				each(((const struct mod_metadata **)ef->progtab[i].addr)[j], lf);
}

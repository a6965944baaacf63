/* The UEFI loader: stand/efi/loader/main.c, copy.c and arch/amd64/elf64_freebsd.c. */
#include "efi.h"

EFI_HANDLE IH;
EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_LOADED_IMAGE *boot_img;
static EFI_FILE *volume;

/* What will be at KERNLOAD and above is put together here, and copied there when the firmware is gone. */
#define STAGE_PAGES (24UL << 20 >> 12)
EFI_PHYSICAL_ADDRESS staging;
static ssize_t stage_offset;
static uint64_t staged_end = KERNLOAD;

extern char amd64_tramp[], amd64_tramp_end[];

static ssize_t
efi_copyin(const void *src, uint64_t dest, size_t len)
{
	if (dest < KERNLOAD || dest + len > KERNLOAD + (STAGE_PAGES << 12)) {
		printf("efi_check_space: Unable to expand staging area\n");
		return (-1);
	}
	memcpy((void *)(uintptr_t)(dest + stage_offset), src, len);
	if (staged_end < dest + len)
		staged_end = dest + len;
	return (len);
}

static void *
efi_alloc(size_t size)
{
	void *at = NULL;

	return (BS->AllocatePool(EfiLoaderData, size, &at) == 0 ? at : NULL);
}

static char *
efi_readfile(const char *path, size_t *size)
{
	CHAR16 name[128];
	EFI_FILE *file;
	UINTN length;
	uint64_t end;
	char *data;
	u_int i;

	for (i = 0; path[i] != '\0' && i < nitems(name) - 1; i++)
		name[i] = path[i] == '/' ? '\\' : path[i];
	name[i] = '\0';
	if (volume == NULL || volume->Open(volume, &file, name, 1, 0) != 0)
		return (NULL);
	file->SetPosition(file, ~0ULL);
	file->GetPosition(file, &end);
	file->SetPosition(file, 0);
	data = efi_alloc(end + 1);
	length = end;
	if (data == NULL || file->Read(file, &length, data) != 0) {
		file->Close(file);
		return (NULL);
	}
	file->Close(file);
	data[length] = '\0';
	*size = length;
	return (data);
}

static EFI_PHYSICAL_ADDRESS
pages_below_4g(UINTN pages)
{
	EFI_PHYSICAL_ADDRESS at = 0xffffffff;

	return (BS->AllocatePages(AllocateMaxAddress, EfiLoaderCode, pages, &at) == 0 ? at : 0);
}

/* The first four gigabytes one to one, and the last two of the address space onto the first two. */
static uint64_t *
page_tables(void)
{
	uint64_t *pt4 = (uint64_t *)(uintptr_t)pages_below_4g(7), *pt3l, *pt3u, *pt2;
	int i;

	if (pt4 == NULL)
		return (NULL);
	memset(pt4, 0, 7 * PAGE_SIZE);
	pt3l = pt4 + 512;
	pt3u = pt3l + 512;
	pt2 = pt3u + 512;
	pt4[0] = (uintptr_t)pt3l | 3;
	pt4[511] = (uintptr_t)pt3u | 3;
	for (i = 0; i < 4; i++)
		pt3l[i] = ((uintptr_t)pt2 + i * PAGE_SIZE) | 3;
	pt3u[510] = (uintptr_t)pt2 | 3;
	pt3u[511] = ((uintptr_t)pt2 + PAGE_SIZE) | 3;
	for (i = 0; i < 4 * 512; i++)
		pt2[i] = (uint64_t)i << 21 | 0x83;
	return (pt4);
}

static bool
efi_exit_boot_services(void)
{
	static char map[32768] __attribute__((aligned(8)));
	UINTN size, key, descriptor;
	uint32_t version;
	int tries;

	for (tries = 0; tries < 3; tries++) {
		size = sizeof(map);
		if (BS->GetMemoryMap(&size, map, &key, &descriptor, &version) == 0 && BS->ExitBootServices(IH, key) == 0)
			return (true);
	}
	return (false);
}

static int
elf64_exec(struct preloaded_file *fp)
{
	uint64_t modulep, kernend, *pt4 = page_tables();
	char *tramp = (char *)(uintptr_t)pages_below_4g(2);
	void (*trampoline)(uint64_t stack, uint64_t staging, uint64_t to, uint64_t length, uint64_t pt4, uint64_t entry, uint32_t modulep, uint32_t kernend) = (void *)tramp;

	if (pt4 == NULL || tramp == NULL)
		return (1);
	memcpy(tramp, amd64_tramp, amd64_tramp_end - amd64_tramp);
	if (bi_load(fp, &modulep, &kernend) != 0)
		return (1);
	printf("copying staging tramp 0x%lx PT4 0x%lx\nStart @ 0x%llx ...\n", (unsigned long)tramp, (unsigned long)pt4, fp->f_entry);
	if (!efi_exit_boot_services()) {
		printf("ExitBootServices failed\n");
		return (1);
	}
	__asm volatile("cli");
	trampoline((uintptr_t)tramp + 2 * PAGE_SIZE, staging, KERNLOAD, staged_end - KERNLOAD, (uintptr_t)pt4, fp->f_entry, modulep, kernend);
	return (1);
}

/* Variables of the machine and of the loader itself; those for its own use are kept from the kernel. */
static void
efi_variables(void)
{
	char text[64];

	setenv("loaddev", "disk0p1:", 1);
	setenv("currdev", "disk0p1:", 1);
	setenv("console", "comconsole", 1);
	setenv("comconsole_speed", "115200", 1);
	snprintf(text, sizeof(text), "%d.%d", ST->Hdr.Revision >> 16, (ST->Hdr.Revision & 0xffff) / 10);
	setenv("efi-version", text, 1);
	snprintf(text, sizeof(text), "0x%lx", (unsigned long)boot_img->ImageBase);
	env_setenv("loader.image_base", EV_VOLATILE | EV_NOKENV, text, NULL, NULL);
	env_setenv("teken.fg_color", EV_VOLATILE | EV_NOKENV, "white", NULL, NULL);
}

EFI_STATUS
efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL, file_system = SIMPLE_FILE_SYSTEM_PROTOCOL;
	EFI_FILE_SYSTEM *fs;
	struct preloaded_file *fp;

	IH = image;
	ST = systab;
	BS = ST->BootServices;
	archsw.arch_copyin = efi_copyin;
	archsw.arch_readfile = efi_readfile;
	archsw.arch_alloc = efi_alloc;
	BS->SetWatchdogTimer(0, 0, 0, NULL);
	BS->HandleProtocol(IH, &loaded_image, (void **)&boot_img);
	printf("\nFreeBSD/amd64 EFI loader, Revision 3.0\n   Image base: 0x%lx\n", (unsigned long)boot_img->ImageBase);
	if (BS->HandleProtocol(boot_img->DeviceHandle, &file_system, (void **)&fs) != 0 || fs->OpenVolume(fs, &volume) != 0) {
		printf("No file system to load from.\n");
		return (1);
	}
	staging = pages_below_4g(STAGE_PAGES);
	if (staging == 0) {
		printf("failed to allocate staging area\n");
		return (1);
	}
	stage_offset = staging - KERNLOAD;
	efi_variables();
	interact();
	fp = load_kernel_and_modules();
	if (fp != NULL)
		elf64_exec(fp);
	printf("OK can't boot\n");
	BS->Stall(60000000);
	return (1);
}

/* stand/efi/loader/self_reloc: everything is reached relative to the code, but pointers in data have to be moved. */
struct dyn { uint64_t tag, value; };
struct rela { uint64_t offset, info, addend; };

void
self_reloc(char *base, struct dyn *dynamic)
{
	struct rela *rela = NULL;
	uint64_t size = 0;

	for (; dynamic->tag != 0; dynamic++) {
		if (dynamic->tag == 7)
			rela = (struct rela *)(base + dynamic->value);
		if (dynamic->tag == 8)
			size = dynamic->value;
	}
	for (; rela != NULL && size >= sizeof(*rela); rela++, size -= sizeof(*rela))
		if ((uint32_t)rela->info == 8) /* R_X86_64_RELATIVE */
			*(uint64_t *)(base + rela->offset) = (uint64_t)(base + rela->addend);
}

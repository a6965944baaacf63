/* The BIOS loader, a client of BTX: stand/i386/loader/main.c, libi386/biosdisk.c, libi386/elf64_freebsd.c; files from an archive as stand/libsa/pkgfs.c reads them. */
#include "stand.h"

/* Where the segments of the client begin; what it points at lies that much higher in memory. */
#define MEM_USR 0xa000U
#define VTOP(p) ((uint32_t)(uintptr_t)(p) + MEM_USR)
#define PTOV(x) ((char *)(uintptr_t)((uint32_t)(x) - MEM_USR))

/* Below the BIOS, for what it reads; and memory of the loader's own, above what the kernel is put to. */
#define BOUNCE 0x80000
#define HEAP_BASE 0x6000000
#define HEAP_END 0x7800000
#define SECTOR 512
#define BOUNCE_SECTORS 64
#define ARCHIVE_LBA 512

struct v86 { uint32_t addr, eax, ebx, ecx, edx, esi, edi, ds, es; } v86;
void v86int(void);
void __exec(uint32_t addr, uint32_t modulep, uint32_t kernend, uint32_t pt4, uint64_t entry) __attribute__((__noreturn__));
extern char amd64_tramp[];

struct edd_packet { uint16_t len, count, off, seg; uint64_t lba; } __packed;

static u_int bios_drive;
static uint32_t heap_top = HEAP_BASE;
static uint64_t PT4[512] __attribute__((__aligned__(PAGE_SIZE))), PT3[512] __attribute__((__aligned__(PAGE_SIZE))), PT2[512] __attribute__((__aligned__(PAGE_SIZE)));

static void *
bios_alloc(size_t size)
{
	uint32_t at = heap_top;

	heap_top = roundup2(at + size, 16);
	if (heap_top > HEAP_END) {
		printf("heap exhausted\n");
		return (NULL);
	}
	return (PTOV(at));
}

static ssize_t
i386_copyin(const void *src, uint64_t dest, size_t len)
{
	if (dest < KERNLOAD || dest + len > HEAP_BASE) {
		printf("i386_copyin: no room at 0x%llx\n", dest);
		return (-1);
	}
	memcpy(PTOV(dest), src, len);
	return (len);
}

/* bd_edd_io: a read by the BIOS into low memory. */
static bool
bd_read(uint64_t lba, u_int count, char *to)
{
	static struct edd_packet packet;

	while (count > 0) {
		u_int now = count < BOUNCE_SECTORS ? count : BOUNCE_SECTORS;

		packet = (struct edd_packet){ sizeof(packet), now, 0, BOUNCE >> 4, lba };
		v86.addr = 0x13;
		v86.eax = 0x4200;
		v86.edx = bios_drive;
		v86.ds = VTOP(&packet) >> 4;
		v86.esi = VTOP(&packet) & 0xf;
		v86.es = 0;
		v86int();
		/* The flags come back in place of the interrupt. */
		if ((v86.addr & 1) != 0)
			return (false);
		memcpy(to, PTOV(BOUNCE), now * SECTOR);
		to += now * SECTOR;
		lba += now;
		count -= now;
	}
	return (true);
}

static uint32_t
octal(const char *text, int length)
{
	uint32_t value = 0;

	for (; length > 0 && *text >= '0' && *text <= '7'; text++, length--)
		value = value * 8 + (*text - '0');
	return (value);
}

/* ustar: a header of one sector, then the file (IEEE Std 1003.1, pax). */
static char *
archive_readfile(const char *path, size_t *size)
{
	static char header[SECTOR];
	uint64_t lba = ARCHIVE_LBA;

	while (bd_read(lba, 1, header) && header[0] != '\0') {
		u_int sectors;
		char *data;

		*size = octal(header + 124, 11);
		sectors = (*size + SECTOR - 1) / SECTOR;
		if (strcmp(header, path + 1) == 0) {
			data = bios_alloc(sectors * SECTOR + 1);
			if (data == NULL || !bd_read(lba + 1, sectors, data))
				return (NULL);
			data[*size] = '\0';
			return (data);
		}
		lba += 1 + sectors;
	}
	return (NULL);
}

/* One gigabyte of memory, seen again and again wherever one looks. */
static void
page_tables(void)
{
	int i;

	for (i = 0; i < 512; i++) {
		PT4[i] = VTOP(PT3) | 3;
		PT3[i] = VTOP(PT2) | 3;
		PT2[i] = ((uint64_t)i << 21) | 0x83;
	}
}

static int
elf64_exec(struct preloaded_file *fp)
{
	uint64_t modulep, kernend;

	if (bi_load(fp, &modulep, &kernend) != 0)
		return (1);
	page_tables();
	printf("Start @ 0x%llx ...\n", fp->f_entry);
	__exec(VTOP(amd64_tramp), modulep, kernend, VTOP(PT4), fp->f_entry);
}

static void
bios_variables(void)
{
	setenv("loaddev", "disk0:", 1);
	setenv("currdev", "disk0:", 1);
	setenv("console", "comconsole", 1);
	setenv("comconsole_speed", "115200", 1);
	setenv("smbios.bios.vendor", "SeaBIOS", 1);
	env_setenv("teken.fg_color", EV_VOLATILE | EV_NOKENV, "white", NULL, NULL);
}

int
main(u_int drive)
{
	struct preloaded_file *fp;

	bios_drive = drive;
	archsw.arch_copyin = i386_copyin;
	archsw.arch_readfile = archive_readfile;
	archsw.arch_alloc = bios_alloc;
	printf("BTX loader 1.00  BTX version is 1.02\nConsoles: serial port\nBIOS drive %c: is disk0\n\nFreeBSD/x86 bootstrap loader, Revision 1.1\n", drive >= 0x80 ? 'C' + (int)(drive - 0x80) : 'A' + (int)drive);
	bios_variables();
	interact();
	fp = load_kernel_and_modules();
	if (fp != NULL)
		elf64_exec(fp);
	printf("OK can't boot\n");
	return (1);
}

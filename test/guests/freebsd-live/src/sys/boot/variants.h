/* What a loader adds by itself; its files are in media/ and reach this header's neighbour, conf.h, by the build. */

/* Where preloaded images lie: the last megabytes below the pool of pages. */
static const uint64_t preload_image_address = KERNBASE + 0x1c00000;
static const uint64_t preload_image_size = 0x200000;

static const char *const loader_own[] = {
	"LINES=24",
	"acpi.oem=BOCHS ",
	"acpi.revision=0",
	"acpi.rsdp=0x000f59e0",
	"acpi.rsdt=0x07fe2352",
	"bootfile=kernel",
	"comconsole_port=1016",
	"currdev=cd0:",
	"hint.acpi.0.rsdp=0x000f59e0",
	"hw.uart.console=io:1016,br:115200",
	"interpret=OK",
	"kernel_path=/boot/kernel",
	"kernelname=/boot/kernel/kernel",
	"loaddev=cd0:",
	"prompt=${interpret}",
	"script.lang=lua",
	"smbios.bios.vendor=SeaBIOS",
	"smbios.memory.enabled=131072",
	"smbios.system.maker=QEMU",
	"smbios.system.product=Standard PC (i440FX + PIIX, 1996)",
	NULL,
};

#include "conf.h"

/* The loader.conf of each medium, and what a loader adds by itself. */

/* Where a preloaded image lies: the last megabytes below the pool of pages. */
static const uint64_t preload_image_address = KERNBASE + 0x1e00000;
static const uint64_t preload_image_size = 0x200000;

static const char *const loader_defaults[] = {
	"LINES=24", "acpi.oem=BOCHS ", "acpi.revision=0", "acpi.rsdp=0x000f59e0", "acpi.rsdt=0x07fe2352", "autoboot_delay=2", "beastie_disable=YES", "boot_serial=YES",
	"bootenv_autolist=YES", "bootfile=kernel", "comconsole_port=1016", "comconsole_speed=115200", "console=comconsole", "currdev=cd0:", "entropy_cache_load=NO",
	"hint.acpi.0.rsdp=0x000f59e0", "hint.atkbdc.0.at=isa", "hint.uart.0.at=isa", "hint.uart.0.flags=0x10", "hint.uart.0.irq=4", "hint.uart.0.port=0x3F8",
	"hostuuid_load=NO", "hw.uart.console=io:1016,br:115200", "init_path=/sbin/init:/sbin/oinit:/sbin/init.bak:/rescue/init", "interpret=OK", "kernel=kernel", "kernel_options=",
	"kernel_path=/boot/kernel", "kernelname=/boot/kernel/kernel", "loaddev=cd0:", "loader_conf_dirs=/boot/loader.conf.d", "loader_conf_files=/boot/device.hints /boot/loader.conf",
	"local_loader_conf_files=/boot/loader.conf.local", "module_path=/boot/kernel;/boot/modules;/boot/firmware;/boot/dtb;/boot/dtb/overlays", "prompt=${interpret}",
	"script.lang=lua", "smbios.bios.vendor=SeaBIOS", "smbios.memory.enabled=131072", "smbios.system.maker=QEMU", "smbios.system.product=Standard PC (i440FX + PIIX, 1996)",
	"twiddle_divisor=16", "verbose_loading=NO", NULL,
};

/* pkgdemon/freebsd-livecd-unionfs */
static const char *const conf_a[] = {
	"geom_uzip_load=YES", "geom_uzip_name=geom_uzip", "unionfs_load=YES", "unionfs_name=unionfs", "init_shell=/rescue/sh", "init_script=/init.sh",
	"vfs.root.mountfrom=cd9660:/dev/iso9660/LIVECD", NULL,
};
/* nextbsd-kernel's earlier vfs.root.overlay */
static const char *const conf_b[] = {
	"vfs.root.mountfrom=cd9660:/dev/iso9660/NEXTBSD", "vfs.root.overlay=tmpfs", "init_path=/sbin/launchd", NULL,
};
static const char *const conf_b_bug[] = {
	"vfs.root.mountfrom=cd9660:/dev/iso9660/NEXTBSD", "vfs.root.overlay=tmpfs", "vfs.root.overlay.curproc_only=1", "init_path=/sbin/launchd", NULL,
};
/* freebsd-livecd-gunion-reroot, done naively: the memory disk is a file of the root to be left */
static const char *const conf_c[] = {
	"geom_uzip_load=YES", "geom_uzip_name=geom_uzip", "init_shell=/rescue/sh", "init_script=/reroot.sh", "vfs.root.mountfrom=cd9660:/dev/iso9660/LIVECD", NULL,
};
static const char *const conf_c_orphan[] = {
	"geom_uzip_load=YES", "geom_uzip_name=geom_uzip", "init_shell=/rescue/sh", "init_script=/reroot.sh", "vfs.root.mountfrom=cd9660:/dev/iso9660/LIVECD", "vfs.reroot.md=orphan", NULL,
};
static const char *const conf_c_half[] = {
	"geom_uzip_load=YES", "geom_uzip_name=geom_uzip", "init_shell=/rescue/sh", "init_script=/reroot.sh", "vfs.root.mountfrom=cd9660:/dev/iso9660/LIVECD", "vfs.reroot.md=keep", NULL,
};
static const char *const conf_d2[] = { "vfs.root.mountfrom=zfs:zroot/ROOT/default", NULL };
static const char *const conf_d19[] = { "vfs.root.mountfrom=ufs:/dev/nonexistent", NULL };
static const char *const conf_d22[] = { "vfs.root.mountfrom=cd9660:/dev/ada0p2", NULL };
/* nextbsd's live medium */
static const char *const conf_e[] = {
	"mfsroot_load=YES", "mfsroot_type=md_image", "mfsroot_name=/boot/mfsroot.img", "init_path=/init", "vfs.root.mountfrom=ufs:/dev/md0", NULL,
};
static const char *const conf_f[] = { "vfs.root.mountfrom=ufs:/dev/ufs/ROOTFS", "vfs.root.mountfrom.options=rw", "currdev=disk0p2:", "loaddev=disk0p2:", NULL };

static const struct { const char *name; const char *const *conf; } variants[] = {
	{ "a", conf_a }, { "b", conf_b }, { "b-bug", conf_b_bug }, { "c", conf_c }, { "c-orphan", conf_c_orphan }, { "c-half", conf_c_half },
	{ "d2", conf_d2 }, { "d19", conf_d19 }, { "d22", conf_d22 }, { "e", conf_e }, { "f", conf_f },
};

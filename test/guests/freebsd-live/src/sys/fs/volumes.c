/* What is on the media: paths, the programs, and the scripts that make a live system of them. */
#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/disk.h>

#define DIR(p) { .path = p, .type = VDIR }
#define TEXT(p, t) { .path = p, .text = t }
#define PROG(p, n) { .path = p, .program = n }
#define LINK(p, t) { .path = p, .type = VLNK, .target = t }
#define SIZED(p, s) { .path = p, .size = s }

#define RESCUE                                                                                                             \
	PROG("rescue/sh", "rescue"), PROG("rescue/mount", "rescue"), PROG("rescue/mdconfig", "rescue"), PROG("rescue/kenv", "rescue"),      \
	PROG("rescue/kldload", "rescue"), PROG("rescue/sysctl", "rescue"), PROG("rescue/reboot", "rescue"), PROG("rescue/init", "init"),   \
	PROG("rescue/df", "rescue"), PROG("rescue/sleep", "rescue"), PROG("rescue/echo", "rescue"), PROG("sbin/geom", "rescue")

/* The init scripts say what the projects' scripts say; `wait` is their loop until a device is there. */
static const char init_sh[] =
    "#!/rescue/sh\n"
    "/rescue/kldload tmpfs\n"
    "/rescue/mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0\n"
    "wait /dev/md0.uzip\n"
    "/rescue/mount -t ufs -o ro /dev/md0.uzip /sysroot\n"
    "/rescue/mount -t tmpfs tmpfs /upper\n"
    "/rescue/mount -t unionfs /upper /sysroot\n"
    "/rescue/mount -t devfs devfs /sysroot/dev\n"
    "/sbin/watchdogd &\n"
    "/rescue/kenv init_chroot=/sysroot\n"
    "/rescue/kenv -u init_script\n"
    "/rescue/kenv -u init_shell\n"
    "exit 0\n";

/* pkgdemon/freebsd-livecd: the union is made of providers, below the file system. */
static const char gunion_sh[] =
    "#!/rescue/sh\n"
    "/rescue/mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0\n"
    "wait /dev/md0.uzip\n"
    "/rescue/mdconfig -a -t swap -s 4g -u 1\n"
    "/sbin/geom union create md1 md0.uzip\n"
    "/rescue/mount -t ufs /dev/md1-md0.uzip.union /sysroot\n"
    "/rescue/mount -t devfs devfs /sysroot/dev\n"
    "/rescue/kenv init_chroot=/sysroot\n"
    "/rescue/kenv -u init_script\n"
    "/rescue/kenv -u init_shell\n"
    "exit 0\n";

/* The same from memory disks that the loader made, and a reroot instead of a chroot. */
static const char mfs_init_sh[] =
    "#!/rescue/sh\n"
    "wait /dev/md1.uzip\n"
    "/rescue/mdconfig -a -t swap -s 4g -u 2\n"
    "/sbin/geom union create md2 md1.uzip\n"
    "/rescue/kenv vfs.root.mountfrom=ufs:/dev/md2-md1.uzip.union\n"
    "/rescue/kenv -u init_script\n"
    "/rescue/reboot -r\n";

static const char reroot_sh[] =
    "#!/rescue/sh\n"
    "/rescue/mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0\n"
    "wait /dev/md0.uzip\n"
    "/rescue/mount -t ufs -o ro /dev/md0.uzip /sysroot\n"
    "/rescue/kenv vfs.root.mountfrom=ufs:/dev/md0.uzip\n"
    "/rescue/kenv -u init_script\n"
    "/rescue/reboot -r\n";

static const char nextbsd_init[] =
    "#!/rescue/sh\n"
    "/rescue/mount -t cd9660 -o ro /dev/iso9660/NEXTBSD /media\n"
    "/rescue/mdconfig -a -t vnode -o readonly -f /media/rootfs.uzip -u 1\n"
    "wait /dev/md1.uzip\n"
    "/rescue/mount -t ufs -o ro /dev/md1.uzip /rofs\n"
    "/rescue/mount -t tmpfs tmpfs /cow\n"
    "/rescue/mount -t unionfs /cow /rofs\n"
    "/rescue/mount -t devfs devfs /rofs/dev\n"
    "/rescue/sysctl vfs.pivot=/rofs\n"
    "exec /sbin/launchd\n";

/* rc(8) of the system proper. The jail stands for any: its processes have a root of their own. */
static const char etc_rc[] =
    "#!/bin/sh\n"
    "echo Setting hostuuid: 6f1c1c8e-0000-0000-0000-525400123456.\n"
    "mount -t msdosfs /dev/ada0p1 /boot/efi\n"
    "echo Mounting local filesystems:.\n"
    "devd\n"
    "syslogd\n"
    "mount -t tmpfs tmpfs /tmp\n"
    "ln -s /boot/firmware /tmp/microcode\n"
    "cd /tmp/microcode\n"
    "cd /\n"
    "mount -t nullfs -o ro /usr/share /jails/web/usr/share\n"
    "jail web /jails/web /usr/sbin/httpd\n"
    "sshd\n"
    "firmware iwlwifi-8000C-36.ucode\n"
    "echo Starting local daemons:.\n"
    "exit 0\n";

static const char etc_rc_installed[] =
    "#!/bin/sh\n"
    "mount -u -o rw /\n"
    "mount -t msdosfs /dev/ada0p1 /boot/efi\n"
    "echo Mounting local filesystems:.\n"
    "devd\n"
    "syslogd\n"
    "mount -t tmpfs tmpfs /tmp\n"
    "mount -t nullfs -o ro /usr/share /jails/web/usr/share\n"
    "jail web /jails/web /usr/sbin/httpd\n"
    "sshd\n"
    "echo Starting local daemons:.\n"
    "exit 0\n";

#define SYSTEM(rc)                                                                                                         \
	PROG("sbin/init", "init"), PROG("sbin/launchd", "launchd"), PROG("sbin/devd", "devd"), PROG("usr/sbin/syslogd", "syslogd"),         \
	PROG("usr/sbin/sshd", "sshd"), PROG("usr/libexec/getty", "getty"), PROG("usr/sbin/efibootmgr", "efibootmgr"), PROG("bin/sh", "rescue"), \
	PROG("sbin/mount", "rescue"), PROG("sbin/mdconfig", "rescue"), PROG("bin/kenv", "rescue"), PROG("sbin/reboot", "rescue"),           \
	PROG("bin/df", "rescue"), PROG("bin/echo", "rescue"), PROG("bin/ln", "rescue"), PROG("usr/sbin/jail", "rescue"), PROG("usr/sbin/firmware", "rescue"), PROG("sbin/sysctl", "rescue"), \
	PROG("jails/web/usr/sbin/httpd", "httpd"), DIR("jails/web/usr/share"), DIR("jails/web/dev"), TEXT("jails/web/etc/hosts", "127.0.0.1 web\n"), \
	TEXT("usr/share/misc/ascii", "00 nul\n"), TEXT("etc/rc", rc), TEXT("etc/passwd", "root:*:0:0:Charlie &:/root:/bin/sh\n"), DIR("dev"), DIR("tmp"), \
	DIR("var/run"), DIR("root"), DIR("mnt"), DIR("boot/efi"), SIZED("boot/firmware/iwlwifi-8000C-36.ucode", 2428004)

static const struct volent livecd[] = {
	RESCUE, LINK("sbin/init", "/rescue/init"), PROG("sbin/watchdogd", "watchdogd"), TEXT("init.sh", init_sh), TEXT("reroot.sh", reroot_sh), TEXT("gunion.sh", gunion_sh),
	SIZED("rootfs.uzip", (off_t)GUEST_UZIP_MIB << 20), SIZED("boot/kernel/kernel", 31457280), DIR("boot/modules"), DIR("sysroot"), DIR("upper"), DIR("dev"), DIR("mnt"), DIR("tmp"),
	TEXT("boot/firmware/README", "boot-stage firmware only\n"), SIZED("boot/loader.efi", 655360),
};

static const struct volent nextbsd[] = {
	SYSTEM(etc_rc), RESCUE, SIZED("rootfs.uzip", (off_t)GUEST_UZIP_MIB << 20), DIR(".overlay"), SIZED("boot/kernel/kernel", 31457280),
};

static const struct volent mfsroot[] = { RESCUE, TEXT("init", nextbsd_init), DIR("media"), DIR("rofs"), DIR("cow"), DIR("dev"), DIR("mnt") };

static const struct volent mfs[] = { RESCUE, LINK("sbin/init", "/rescue/init"), TEXT("init.sh", mfs_init_sh), DIR("dev"), DIR("mnt") };

static const struct volent mfsbsd[] = { SYSTEM(etc_rc_installed), RESCUE };

static const struct volent rootfs[] = { SYSTEM(etc_rc) };

static const struct volent installed[] = { SYSTEM(etc_rc_installed), RESCUE, TEXT("etc/fstab", "/dev/ufs/ROOTFS\t/\tufs\trw\t1\t1\n") };

static const struct volent efi[] = { SIZED("EFI/BOOT/BOOTX64.EFI", 655360), SIZED("EFI/freebsd/loader.efi", 655360) };

static const struct volume volumes[] = {
	{ "cd9660", "LIVECD", livecd, nitems(livecd), false },
	{ "cd9660", "NEXTBSD", nextbsd, nitems(nextbsd), false },
	{ "ufs", "mfsroot.img", mfsroot, nitems(mfsroot), false },
	{ "ufs", "mfs.img", mfs, nitems(mfs), false },
	{ "ufs", "mfsbsd.img", mfsbsd, nitems(mfsbsd), false },
	{ "ufs", "rootfs", rootfs, nitems(rootfs), true },
	{ "ufs", "rootfs, writable", rootfs, nitems(rootfs), false },
	{ "ufs", "ROOTFS", installed, nitems(installed), false },
	{ "msdosfs", "efi", efi, nitems(efi), false },
	{ "uzip", "rootfs.uzip", NULL, 0, true },
};

const struct volume *
volume_named(const char *label)
{
	u_int i;

	for (i = 0; i < nitems(volumes); i++)
		if (strcmp(volumes[i].label, label) == 0)
			return (&volumes[i]);
	return (NULL);
}

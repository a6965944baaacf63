/* efibootmgr(8) as far as a boot entry's path: lib/libefivar/efivar-dp-xlate.c path_to_dp, with its unchecked prefix strip. */
#include "lib.h"

static int
path_to_dp(const char *path, char *entry, size_t size)
{
	static struct statfs_user buf;
	static char rp[1024];
	char *dev, *ep, *p;

	memset(rp, 0, sizeof(rp));
	if (syscall(SYS___realpathat, -100L, path, rp, sizeof(rp), 0L) != 0 || syscall(SYS_statfs, rp, &buf) != 0)
		return (errno);
	dev = buf.f_mntfromname;
	if (strncmp(dev, "/dev/", 5) == 0)
		dev += 5;
	ep = rp + strlen(buf.f_mntonname);
	snprintf(entry, size, "%s File(%s)", dev, ep);
	for (p = entry; *p != '\0'; p++)
		if (*p == '/')
			*p = '\\';
	return (0);
}

int
main(int argc, char **argv, char **envp __unused)
{
	char entry[256];
	int error;

	if (argc < 2)
		return (1);
	error = path_to_dp(argv[argc - 1], entry, sizeof(entry));
	if (error != 0) {
		printf("efibootmgr: Cannot translate unix loader path '%s' to UEFI: %s\n", argv[argc - 1], strerror(error));
		return (1);
	}
	printf("Boot0000* %s\n", entry);
	return (0);
}

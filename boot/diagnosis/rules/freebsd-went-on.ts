/** What a FreeBSD console says once a root filesystem is mounted and a process 1 runs (libexec/rc, sbin/init, libexec/getty). */
export const freebsdWentOn: readonly string[] = ['login:', 'Setting hostuuid:', 'Setting hostid:', 'start_init: trying ', 'Enter full pathname of shell', 'vfs.pivot: / is now ', 'Starting file system checks:', 'Mounting local filesystems:'];

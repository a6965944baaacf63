#ifndef _VFS_OVERLAY_H_
#define _VFS_OVERLAY_H_
int sysctl_vfs_pivot(struct thread *, const char *path);
#endif

import type { FailureRule } from '../rule';

export const nextbsdOverlayFailed: FailureRule = {
  code: 'nextbsd.overlay-failed',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel could not build the overlay over its root: {what}',
  cause: 'the hook behind vfs.root.overlay mounts the upper filesystem and the union itself; the filesystem is not in this kernel, or the mount point is missing on the read-only root.',
  fix: 'build TMPFS, UNIONFS and NULLFS into the kernel (NextBSD loads no modules) and keep /.overlay and /dev on the root image.',
  confidence: 'certain',
  serial: [
    { any: ['vfs.root.overlay: cannot mount {what}'] },
  ],
  unlessLater: [],
  where: [{ file: 'loader.conf', find: 'vfs.root.overlay' }],
  source: 'nextbsd-kernel src-overlay/sys/kern/vfs_root_overlay.c',
};

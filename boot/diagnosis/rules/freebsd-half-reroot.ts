import type { FailureRule } from '../rule';

export const freebsdHalfReroot: FailureRule = {
  code: 'freebsd.half-rerooted',
  chains: ['freebsd', 'nextbsd'],
  title: 'the reroot stopped half way: {path} stayed, and init came up in single-user mode',
  cause: 'the old root could not be unmounted (a memory disk or a process holds a file of it), and the root that was mounted afterwards is the old one or lies on it; neither root is whole.',
  fix: 'power off rather than go on. Have the loader preload the image (md_image) so that nothing of the new root lies on the old one, or use init_chroot in place of reboot -r.',
  confidence: 'likely',
  serial: [
    { any: ['unmount of {path} failed ('] },
    { any: ['Enter full pathname', 'going to single user mode'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.busy-reroot', 'freebsd.single-user', 'freebsd.init-script-failed'],
  where: [{ file: 'init.sh', find: 'mdconfig' }, { file: '*.sh', find: 'reboot -r' }],
  source: 'sys/kern/kern_shutdown.c',
};

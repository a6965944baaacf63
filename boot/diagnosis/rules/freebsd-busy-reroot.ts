import type { FailureRule } from '../rule';

export const freebsdBusyReroot: FailureRule = {
  code: 'freebsd.busy-reroot',
  chains: ['freebsd', 'nextbsd'],
  title: 'reroot could not take the old root {path} down',
  cause: 'a memory disk made with mdconfig -t vnode keeps a file of the old root open, so the unmount in reboot -r fails or tears the file away, and the new root that lies on that disk cannot be mounted.',
  fix: 'let the loader preload the image (type md_image) so that it does not lie on the old root, or copy it to a malloc or swap disk first; or do not reroot and use init_chroot.',
  confidence: 'likely',
  serial: [
    { any: ['unmount of {path} failed ('] },
    { any: ['Mounting from {spec} failed with error {errno:number}', 'panic: mountroot: unable to (re-)mount root.', 'mountroot>'], optional: true },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'init.sh', find: 'mdconfig' }, { file: '*.sh', find: 'reboot -r' }],
  source: 'sys/kern/kern_shutdown.c',
};

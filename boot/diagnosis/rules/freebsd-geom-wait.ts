import type { FailureRule } from '../rule';

export const freebsdGeomWait: FailureRule = {
  code: 'freebsd.root-hold',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel still waits for {who} before it mounts its root',
  cause: 'a driver holds the root mount back until its devices are probed (root_mount_hold); it never let go, or the log was cut here.',
  fix: 'take the device away or its driver out of the kernel to see which one it is; a CAM bus that never settles is often an empty card reader or a failing disk.',
  confidence: 'possible',
  serial: [
    { any: ['Root mount waiting for: {who}'] },
  ],
  unlessLater: ['Trying to mount root from', 'mountroot>', 'panic: ', 'login:'],
  source: 'sys/kern/vfs_mountroot.c',
};

import type { FailureRule } from '../rule';

export const freebsdGeomStatic: FailureRule = {
  code: 'freebsd.geom-static',
  chains: ['freebsd', 'nextbsd'],
  title: 'the static geom(8) does not know the command {command}',
  cause: '/rescue/geom is linked statically and cannot load the class libraries (/lib/geom/geom_union.so), so that it knows only the built-in commands.',
  fix: 'put the dynamic /sbin/geom on the boot medium with the libraries ldd names and /lib/geom/geom_union.so.',
  confidence: 'certain',
  serial: [
    { any: ['geom: Unknown command: {command:word}'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.single-user'],
  where: [{ file: 'init.sh', find: 'geom' }, { file: '*.sh', find: '/rescue/geom' }],
  source: 'sbin/geom/core/geom.c',
};

import type { FailureRule } from '../rule';

export const freebsdGunionSize: FailureRule = {
  code: 'freebsd.gunion-upper-too-small',
  chains: ['freebsd', 'nextbsd'],
  title: 'gunion refused its upper disk {provider}: it is too small',
  cause: 'the upper provider holds the whole lower one and a map of what was written: about 6 % more than the lower disk.',
  fix: 'make the upper md at least 1.1 times the lower disk plus 64 MiB (mdconfig -t swap takes memory only when written).',
  confidence: 'certain',
  serial: [
    { any: ['Upper provider {provider} size too small'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.single-user'],
  where: [{ file: 'init.sh', find: 'mdconfig' }, { file: '*.sh', find: 'union create' }],
  source: 'sys/geom/union/g_union.c',
};

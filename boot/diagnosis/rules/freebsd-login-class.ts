import type { FailureRule } from '../rule';

export const freebsdLoginClass: FailureRule = {
  code: 'freebsd.login-class',
  chains: ['freebsd', 'nextbsd'],
  title: 'the login database was not built: class \'{class}\' is unknown',
  cause: 'base.txz brings /etc/login.conf without login.conf.db, which an installer would build; init then starts daemons without their limits. By itself it does not stop a boot.',
  fix: 'run cap_mkdb /etc/login.conf and pwd_mkdb -p on the root while building the image.',
  confidence: 'possible',
  serial: [
    { any: ['login_getclass: unknown class \'{class}\''] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'build.sh', find: 'cap_mkdb' }, { file: '*.sh', find: 'base.txz' }],
  source: 'lib/libutil/login_cap.c',
};

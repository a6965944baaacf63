import type { FailureRule } from '../rule';

export const freebsdLoaderScript: FailureRule = {
  code: 'freebsd.loader-script-missing',
  chains: ['freebsd', 'nextbsd'],
  title: 'the loader cannot find its own script {file}',
  cause: 'the loader interprets Lua (or Forth) files under /boot; single files were copied to the medium and the interpreter\'s were left out.',
  fix: 'put the whole /boot tree on the medium: /boot/lua, /boot/defaults and, for the old loader, /boot/*.4th.',
  confidence: 'certain',
  serial: [
    { any: ['cannot open {file=/boot/lua/loader}', 'cannot open /boot/lua/{file}: no such file'] },
  ],
  unlessLater: ['Loading kernel...', 'Trying to mount root'],
  where: [{ file: 'build.sh', find: 'boot/lua' }, { file: 'build.sh', find: '/boot' }],
  source: 'stand/lua/loader.lua',
};

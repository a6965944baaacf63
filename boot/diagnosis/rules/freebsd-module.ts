import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdModule: FailureRule = {
  code: 'freebsd.module-not-found',
  chains: ['freebsd', 'nextbsd'],
  title: 'the loader did not find {module}, and the root could not be mounted without it',
  cause: 'a line in loader.conf asks for a module that is on none of the directories of module_path; the loader says so and boots on.',
  fix: 'put the module (and those it needs) into /boot/kernel on the boot medium, or take the line out when the kernel has it built in.',
  confidence: 'possible',
  serial: [
    { any: ['can\'t find \'{module:word}\''] },
    { any: ['Mounting from {spec} failed with error {errno:number}'] },
  ],
  unlessLater: freebsdWentOn,
  where: [{ file: 'loader.conf', find: '{module}_load' }, { file: 'loader.conf.d/*.conf', find: '{module}_load' }],
  source: 'stand/lua/config.lua',
};

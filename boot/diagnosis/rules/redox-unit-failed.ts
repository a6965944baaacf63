import type { FailureRule } from '../rule';

export const redoxUnitFailed: FailureRule = {
  code: 'redox.service-failed',
  chains: ['redox'],
  title: 'init could not run {service}: {why}',
  cause: 'the program of a unit is missing or ended with an error.',
  fix: 'check that the program is in the initfs (stage 1) or on the root (stage 2) and look at what it printed just before.',
  confidence: 'possible',
  serial: [
    { any: ['init: failed to execute {service}: {why}', 'init: {service} failed with {why}'] },
  ],
  unlessLater: ['login:'],
  unlessEver: ['not able to mount uuid', 'exited without notifying readiness'],
  where: [{ file: '*.service', find: 'cmd = {service}' }, { file: '*.toml', find: 'cmd = {service}' }],
  source: 'base/init/src/scheduler.rs',
};

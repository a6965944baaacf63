import type { FailureRule } from '../rule';

export const redoxNotReady: FailureRule = {
  code: 'redox.service-not-ready',
  chains: ['redox'],
  title: '{service} ended before it said that it was ready',
  cause: 'the unit is of type notify or scheme, so init waited for it; the daemon ended first, so what depends on it finds nothing.',
  fix: 'start the daemon by hand or with INIT_LOG_LEVEL=DEBUG in the boot environment (press e in the bootloader), and stop on the filter "errno: … in process:NAME" for what it was refused.',
  confidence: 'likely',
  serial: [
    { any: ['init: {service} exited without notifying readiness'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: '*.service', find: 'cmd = {service}' }, { file: '*.toml', find: 'cmd = {service}' }],
  source: 'base/init/src/service.rs',
};

import type { FailureRule } from '../rule';

export const redoxUnitNotFound: FailureRule = {
  code: 'redox.unit-not-found',
  chains: ['redox'],
  title: 'init was asked for unit {unit}, which does not exist',
  cause: 'a unit names it in requires_weak, and no init.d directory holds a file of that name; the units that wait for it go on without it.',
  fix: 'add the unit file to the image, or remove the name from requires_weak.',
  confidence: 'likely',
  serial: [{ any: ['init: unit {unit} not found'] }],
  unlessLater: ['login:'],
  where: [{ file: '*.target', find: '"{unit}"' }, { file: '*.service', find: '"{unit}"' }, { file: 'init.d/*', find: '{unit}' }, { file: '*.toml', find: '{unit}' }],
  source: 'init/src/unit.rs',
};

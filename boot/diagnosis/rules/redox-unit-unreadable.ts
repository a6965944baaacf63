import type { FailureRule } from '../rule';

export const redoxUnitUnreadable: FailureRule = {
  code: 'redox.unit-unreadable',
  chains: ['redox'],
  title: 'init could not read a unit file: {why}',
  cause: 'unit files are TOML whose tables know no other keys than those of this version of init, and their names end in .service or .target or have no extension.',
  fix: 'correct the file the message names; `bootscope lint` checks unit files without booting.',
  confidence: 'likely',
  serial: [
    { any: ['init.d/{unitFile:word}: TOML parse error at {why}', 'TOML parse error at {why}', 'init: {file} invalid file extension{why}'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: '{unitFile}', find: '[unit]' }, { file: '*.toml', find: '{unitFile}' }],
  source: 'base/init/src/unit.rs',
};

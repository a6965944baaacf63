import type { FailureRule } from '../rule';

export const freebsdSharedObject: FailureRule = {
  code: 'freebsd.shared-object-missing',
  chains: ['freebsd', 'nextbsd'],
  title: '{program} needs {library}, which is not in this root',
  cause: 'the program is dynamic and was copied into the boot medium or mfsroot without all libraries its dynamic section names (readelf -d, NEEDED).',
  fix: 'copy the closure of NEEDED libraries too (ldd PROGRAM), or take the static program of /rescue.',
  confidence: 'likely',
  serial: [{ any: ['Shared object "{library}" not found, required by "{program}"'] }],
  unlessLater: ['login:'],
  where: [{ file: 'build.sh', find: 'ldd' }, { file: 'build.sh', find: 'NEEDED' }, { file: '*.sh', find: '{program}' }],
  source: 'libexec/rtld-elf/rtld.c',
};

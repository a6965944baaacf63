import type { FailureRule } from '../rule';

export const testQemuNotEnded: FailureRule = {
  code: 'test.qemu-not-ended',
  chains: [],
  title: 'the test was through, but QEMU did not end',
  cause: 'after its last marker the test sends the escape of QEMU\'s monitor (control-a c) to a serial line without a monitor: -serial stdio hands it to the guest, -serial mon:stdio would take it.',
  fix: 'close the spawned process (close; wait; exit 0: QEMU gets SIGHUP), or use -serial mon:stdio.',
  confidence: 'likely',
  serial: [{ any: ['SMOKE_TEST_DONE'] }, { any: ['^TIMEOUT', 'timed out', 'Timed out', 'timeout', 'has exceeded the maximum execution time', 'The operation was canceled.'] }],
  unlessLater: [],
  where: [{ file: '*.exp', find: '\\x01' }, { file: '*.sh', find: '\\x01' }, { file: '*.exp', find: 'SMOKE_TEST_DONE' }, { file: '*.sh', find: '-serial stdio' }],
  source: 'qemu docs/system/mux-chardev.rst.inc',
};

import type { FailureRule } from '../rule';

export const testMarkerMissing: FailureRule = {
  code: 'test.marker-not-printed',
  chains: [],
  title: 'the system came up, but the test waits for a text that this boot does not print',
  cause: 'the log reaches its login prompt and the test then ran into its time limit: the marker it looks for belongs to a service that this image does not start ("Starting local daemons:" is printed only where /etc/rc.local exists).',
  fix: 'wait for "login:": every successful boot prints it.',
  confidence: 'likely',
  serial: [{ any: ['login:'] }, { any: ['^TIMEOUT', 'timed out waiting', 'Timed out waiting', 'timeout waiting for', 'has exceeded the maximum execution time', 'The operation was canceled.'] }],
  unlessEver: ['SMOKE_TEST_DONE'],
  unlessLater: [],
  where: [{ file: '*.exp', find: 'Starting local daemons' }, { file: '*.sh', find: 'Starting local daemons' }, { file: '*.exp', find: 'expect' }],
  source: 'libexec/rc/rc.d/local',
};

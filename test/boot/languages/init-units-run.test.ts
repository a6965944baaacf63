import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitRuns, type UnitFile } from '../../../boot/languages/init-units/run';

const unit = (id: string, requires: string[] = [], more: Partial<UnitFile> = {}): UnitFile => ({ id, stage: 1, requires, defaultDependencies: false, ...more });
const service = (id: string, command: string, requires: string[] = [], type = 'notify'): UnitFile => unit(id, requires, { command, type, description: `The ${command}` });
const files: UnitFile[] = [
  unit('00_runtime.target'),
  service('10_lived.service', 'lived'),
  service('40_ahcid.service', 'ahcid', ['10_lived.service']),
  unit('40_drivers.target', ['10_lived.service', '40_ahcid.service', '40_nvmed.service']),
  service('50_rootfs.service', 'redoxfs', ['40_drivers.target'], 'oneshot'),
  unit('90_initfs.target', ['50_rootfs.service']),
  service('30_console.service', 'getty', [], 'oneshot_async'),
].map((file) => (file.id === '30_console.service' ? { ...file, stage: 2 as const } : file));
const states = (serial: string, processes?: Record<string, string>): Record<string, string | undefined> =>
  Object.fromEntries(unitRuns({ files, serial, ...(processes === undefined ? {} : { processes: new Map(Object.entries(processes)) }) }).map(({ id, state }) => [id, state]));
const first = 'init: switchroot to /scheme/initfs /scheme/initfs/etc\n';

describe('units as init ran them', () => {
  it('a driver that hangs is the one that runs, and names what waits for it', () => {
    const runs = unitRuns({ files, serial: first, processes: new Map([['init', 'init:1'], ['lived', 'lived:2'], ['ahcid', 'ahcid:3']]) });
    const by = new Map(runs.map((run) => [run.id, run]));
    expect(by.get('40_ahcid.service')).toMatchObject({ state: 'running', order: 3 });
    expect(by.get('50_rootfs.service')).toMatchObject({ state: 'waiting', waitsFor: ['40_drivers.target'] });
    expect(by.get('50_rootfs.service')?.order).toBeUndefined();
    expect(by.get('40_nvmed.service')).toMatchObject({ state: 'failed', isMissing: true });
  });
  it("follows INIT_LOG_LEVEL=DEBUG, Red Bear's words and what programs say", () => {
    expect(states(`${first}Starting The lived (lived)\nReached target 00_runtime.target\nStarting The ahcid (ahcid)\ninit: "ahcid" exited without notifying readiness\n`)).toMatchObject({ '10_lived.service': 'done', '40_ahcid.service': 'failed', '50_rootfs.service': 'waiting' });
    expect(states(`${first}[  OK  ] Starting The redoxfs (redoxfs)\n`)).toMatchObject({ '40_drivers.target': 'done', '50_rootfs.service': 'running' });
    expect(states(`${first}init: DEBUG processing 50_rootfs.service (redoxfs) — deps: []\n`)).toMatchObject({ '50_rootfs.service': 'running', '90_initfs.target': 'waiting' });
    expect(states(`${first}[2026-01-01T00:00:00Z ERROR redoxfs] failed to open filesystem /scheme/disk.live/0: Input/output error\n`)['50_rootfs.service']).toBe('running');
  });
  it('what the initfs had is over once init has another root', () => {
    const now = states(`${first}init: "redoxfs" failed with exit status: 1\ninit: switchroot to /usr /etc\n`);
    expect(now).toMatchObject({ '10_lived.service': 'done', '50_rootfs.service': 'failed', '90_initfs.target': 'done', '30_console.service': 'waiting' });
    expect(states(`${first}init: switchroot to /usr /etc\n`, { lived: 'lived:2' })['30_console.service']).toBe('not-reached');
  });
  it('a unit that is only named by a message is listed, and nothing is claimed without any sign', () => {
    expect(unitRuns({ files: [], serial: 'init: unit 12_x.service not found\n' })).toMatchObject([{ id: '12_x.service', state: 'failed', isMissing: true }]);
    expect(new Set(Object.values(states('')))).toEqual(new Set(['failed', undefined]));
  });
  it('has times where init says what it starts: until it fails, or the next is started', () => {
    const lines = [first.trim(), 'Starting The lived (lived)', 'Starting The ahcid (ahcid)', 'init: "ahcid" exited without notifying readiness', 'Reached target 40_drivers.target', 'Starting The redoxfs (redoxfs)', 'redoxfs: opening /scheme/disk.live/0', 'init: switchroot to /usr /etc', 'Starting The getty (getty)'];
    const asked: string[] = [];
    const runs = unitRuns({ files, serial: lines.join('\n'), whenSaid: (line) => { asked.push(line); return lines.indexOf(line) * 10; } });
    expect(runs.flatMap(({ id, startedMs, endedMs }) => (startedMs === undefined ? [] : [[id, startedMs, endedMs]]))).toEqual([
      ['10_lived.service', 10, 20],
      ['40_ahcid.service', 20, 30],
      ['40_drivers.target', 40, undefined],
      ['50_rootfs.service', 50, 70],
      ['30_console.service', 80, undefined],
    ]);
    expect(asked).toEqual(lines.filter((line) => !line.startsWith('redoxfs:')));
    expect(unitRuns({ files, serial: lines.join('\n'), whenSaid: () => undefined }).filter(({ startedMs, endedMs }) => startedMs !== undefined || endedMs !== undefined)).toEqual([]);
  });
  it('never throws', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(first, 'init: unit a not found', 'Starting The lived (lived)', 'init: switchroot to /usr', 'redoxfs: x', '\x1b[1mReached target t', 'init: DEBUG ')), (lines) => void unitRuns({ files, serial: lines.join('\n') })));
  });
});

import { describe, expect, it } from 'vitest';
import type { Stop } from '../../../../debug-adapter/machine/machine';
import type { FilterHost } from '../../../../debug-adapter/session/filters/filter';
import { parseCondition } from '../../../../debug-adapter/session/filters/grammar';
import { SerialFilter } from '../../../../debug-adapter/session/filters/serial-filter';
import type { StopReport } from '../../../../debug-adapter/session/run/stop-report';
import { FakeMachine } from '../fake-machine';

const at: Stop = { reason: 'interrupt', vcpu: { id: 1, name: 'CPU#0' }, pc: 0n, cr3: 0n, hits: [] };

/** What a filter of this condition stops for, given these pieces of console output. */
const told = async (condition: string, pieces: readonly (string | Buffer)[], port = 1): Promise<string[]> => (await reported(condition, pieces, port)).map(({ description }) => description ?? '');

const reported = async (condition: string, pieces: readonly (string | Buffer)[], port = 1): Promise<StopReport[]> => {
  const machine = new FakeMachine([]);
  const found: StopReport[] = [];
  const run = { stopFor: (make: (stop: Stop) => StopReport) => found.push(make(at)) };
  const parsed = parseCondition('serial', condition);
  if (parsed.filter !== 'serial') throw new Error('no serial condition');
  const filter = new SerialFilter({ machine, run } as unknown as FilterHost, parsed.pattern);
  for (const piece of pieces) machine.emit('serial', { port, bytes: Buffer.from(piece), atMs: 0 });
  await filter.dispose();
  machine.emit('serial', { port, bytes: Buffer.from('panic: too late\n'), atMs: 0 });
  return found;
};

describe('the serial filter', () => {
  it('stops in the middle of a line, before it is complete', async () => {
    expect(await told('/mountroot> /', ['Loader says\nmountroot', '> '])).toEqual(['Serial port 1 said: mountroot>']);
  });

  it('does not see colours and cursor movements, also where they cut the word', async () => {
    expect(await told('/kernel panic/i', ['\x1b[1;31mKernel\x1b[0m \x1b[4mpa', '\x1b[0mnic\x1b[K: attempted'])).toEqual(['Serial port 1 said: Kernel panic: attempted']);
  });

  it('stops once for a line, and again for the next', async () => {
    expect(await told('/error/', ['error 5', ' and error 6\r\n', 'no more\nerror 7\n'])).toEqual(['Serial port 1 said: error 5', 'Serial port 1 said: error 7']);
    // A loaded host hands several lines over at once.
    expect(await told('/x/', ['x\ny\nx\n'])).toHaveLength(2);
  });

  it('finds words in the front of a line that comes in one piece and is longer than what is kept', async () => {
    expect(await told('/panic/', [`panic${'.'.repeat(9000)}`])).toEqual([expect.stringMatching(/said: panic\.+$/)]);
    expect(await told('/panic/', [`${'.'.repeat(9000)}panic`])).toEqual([expect.stringMatching(/said: \.+panic$/)]);
    expect(await told('/panic/', ['.'.repeat(4095), 'p', 'anic'])).toHaveLength(1);
  });

  it('matches characters of several bytes, cut anywhere', async () => {
    const text = Buffer.from('Gerät bereit\n');
    expect(await told('/ger.t bereit/i', [text.subarray(0, 4), text.subarray(4)], 2)).toEqual(['Serial port 2 said: Gerät bereit']);
  });

  it('tells the port and the line, for a console that marks it', async () => {
    expect((await reported('/failed/', ['Mounting \x1b[1mfailed\x1b[0m'], 2)).map(({ said }) => said)).toEqual([{ port: 2, line: 'Mounting failed' }]);
  });

  it('says nothing for what does not match', async () => {
    expect(await told('/panic/', ['all is well\n', 'pan', '\nic\n'])).toEqual([]);
  });
});

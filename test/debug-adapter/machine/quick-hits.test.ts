import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { joinQemu } from '../../../debug-adapter/machine/attach';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { FakeQemu } from '../../fake/qemu';
import type { FakeQemuOptions } from '../../fake/qemu';
import type { Fault } from '../../fake/stub';

const code = 0xffff_8000_0000_1000n;
const data = 0xffff_8000_0000_2000n;
const hits = 40;

let fake: FakeQemu | undefined;
let machine: Machine | undefined;
afterEach(async () => {
  await machine?.close('detach');
  fake?.stop();
  machine = fake = undefined;
});

/** A fake in 64-bit code of no-operations, joined as a machine that was launched is. */
async function join(options: FakeQemuOptions = {}): Promise<{ fake: FakeQemu; machine: Machine }> {
  fake = await FakeQemu.start({ registers: { rip: code, rsp: data + 0x800n }, qmp: { 'human-monitor-command': 'DR7=0000000000000400' }, ...options });
  fake.stub.program = [0n, 1n, 2n, 3n].map((offset) => code + offset);
  fake.stub.virtual.set(code >> 12n, Buffer.alloc(4096, 0x90));
  fake.stub.virtual.set(data >> 12n, Buffer.alloc(4096));
  const address = (name: string) => ({ kind: 'unix' as const, path: path.join(fake?.directory ?? '', `${name}.sock`) });
  machine = await joinQemu({ gdb: address('gdb'), qmp: address('qmp'), serials: [], silenceMs: 300, emulates: true });
  return { fake, machine };
}

/** Passes over `hits` hits that read one word, then stops; gives what each was passed over with. */
async function pass({ fake, machine }: { fake: FakeQemu; machine: Machine }, at = (hit: number): bigint => (hit < 0 ? 0n : data)): Promise<number[]> {
  const passed: number[] = [];
  machine.filterHits?.(
    () => Promise.resolve(undefined),
    (hit) => {
      const word = hit.read(at(passed.length), 4);
      if (word === undefined || passed.length === hits) return undefined;
      return () => {
        passed.push(Number(hit.stop.pc - code));
        fake.stub.virtual.get(data >> 12n)?.writeUInt32LE(passed.length);
      };
    },
  );
  await machine.breakpoints.add({ kind: 'execute', address: code + 2n, owner: 'test' });
  await machine.resume();
  expect(await machine.nextStop()).toMatchObject({ reason: 'breakpoint', pc: code + 2n });
  return passed;
}

describe('hits passed over at once', () => {
  test('each is one batch of reads and one run, and the stop behind them one batch', async () => {
    const joined = await join();
    expect(await pass(joined)).toEqual(Array.from({ length: hits }, () => 2));
    const { requests } = joined.fake.stub;
    const runs = requests.filter((request) => /^c[0-9a-f]+$/.test(request));
    expect(runs).toEqual(Array.from({ length: hits }, () => `c${(code + 3n).toString(16)}`));
    const last = requests.slice(requests.lastIndexOf(runs[0] ?? '') + 1);
    expect(last).toEqual(['g', `m${data.toString(16)},4`, `m${(code + 2n).toString(16)},f`]);
    expect(joined.fake.stub.bytesWhileRunning).toBe(0);
    expect(Buffer.from(await (await joined.machine.currentSpace()).read(data, 4)).readUInt32LE()).toBe(hits);
  });

  test('a read elsewhere each time is asked for behind the registers', async () => {
    const joined = await join();
    expect(await pass(joined, (hit) => data + BigInt(hit * 8))).toHaveLength(hits);
    const { requests } = joined.fake.stub;
    expect(requests.filter((request) => request === `m${(data + 8n).toString(16)},4`).length).toBeLessThanOrEqual(2);
    expect(requests.filter((request) => request === 'g').length).toBeLessThanOrEqual(hits + 6);
  });

  const faults: readonly Fault[] = [{ kind: 'drop' }, { kind: 'damage' }, { kind: 'torn' }, { kind: 'duplicate' }, { kind: 'late', ms: 5 }, { kind: 'late', ms: 450 }, { kind: 'lie', reply: '00' }, { kind: 'lie', reply: 'E14' }, { kind: 'before', packet: 'T05thread:p01.01;' }];
  test.each(faults.flatMap((fault) => ['g', 'm'].map((letter) => ({ fault, letter }))))('an answer to $letter comes otherwise: $fault', async ({ fault, letter }) => {
    let asked = 0;
    const joined = await join({ fault: (request) => (request.startsWith(letter) && ++asked === 31 ? fault : undefined) });
    if (fault.kind === 'lie' && fault.reply === 'E14') {
      // A stub that refuses the registers of a stop is given up; what memory it refuses is for those who hear of the stop.
      if (letter === 'g') await expect(pass(joined)).rejects.toThrow(/BS1/);
      else expect((await pass(joined)).length).toBeLessThan(hits);
      return;
    }
    expect(await pass(joined)).toEqual(Array.from({ length: hits }, () => 2));
    expect(joined.fake.stub.bytesWhileRunning).toBe(0);
  });

  test('somebody who wants a stop gets one in the middle', async () => {
    const joined = await join();
    let passed = 0;
    joined.machine.filterHits?.(() => Promise.resolve(undefined), (hit) => (hit.read(data, 4) === undefined ? undefined : () => passed++));
    await joined.machine.breakpoints.add({ kind: 'execute', address: code + 2n, owner: 'test' });
    await joined.machine.resume();
    await expect.poll(() => passed).toBeGreaterThan(20);
    await joined.machine.interrupt();
    const then = passed;
    expect(joined.machine.state).toBe('stopped');
    expect(await joined.machine.registers()).toMatchObject({ mode: 'long' });
    expect(passed).toBe(then);
  });

  test('what QMP tells meanwhile is heard', async () => {
    const joined = await join();
    let passed = 0;
    const resets: string[] = [];
    joined.machine.on('reset', ({ reason }) => resets.push(reason));
    joined.machine.filterHits?.(() => Promise.resolve(undefined), (hit) => (hit.read(data, 4) === undefined ? undefined : () => passed++));
    await joined.machine.breakpoints.add({ kind: 'execute', address: code + 2n, owner: 'test' });
    await joined.machine.resume();
    await expect.poll(() => passed).toBeGreaterThan(20);
    for (const reason of ['one', 'two']) {
      joined.fake.event('RESET', { guest: true, reason });
      await expect.poll(() => resets.at(-1)).toBe(reason);
    }
    await joined.machine.interrupt();
  });
});

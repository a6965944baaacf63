import { describe, expect, onTestFinished, test } from 'vitest';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import { FakeQemu } from '../../fake/qemu';
import { join } from './joined';

/**
 * Every fault of a stub that is known to happen, and the test here that drives it:
 *
 * | fault | test |
 * |---|---|
 * | answer lost, damaged, torn, late, twice, of another shape, too short | 'the answer to a read comes …', 'the answer to a breakpoint is lost' |
 * | the packet of a stop lost, damaged, in one piece with an answer | runs.test.ts, 'the packet of a stop …', 'a stop in one piece with an answer' |
 * | several answers in one piece | sequences.test.ts, fault `merge` |
 * | `E` replies everywhere | 'E replies to every …', 'a refusal to set a breakpoint' |
 * | the stub dies in a step, a run, a read | 'dying in the middle of …' |
 * | it answers nothing more | 'a stub that answers nothing more' |
 * | QEMU stops by itself | runs.test.ts, 'QEMU stops by itself …', 'another client lets it run and stops it' |
 * | busy with another client | 'a stub that never answers: busy' |
 * | KVM: 4 slots, Z0 that fails where nothing is mapped and patches memory | runs.test.ts, 'KVM' |
 * | attach while running, an unsolicited stop | 'a running machine that says so unasked' |
 * | it says that the guest has exited, and stays | odd-stubs.test.ts, 'a stub that says …' |
 * | stops of unknown threads, of none, of other signals; packets that answer nothing | odd-stubs.test.ts, 'a run ends by …', '… comes while the machine runs' |
 * | an answer or a stop twice, or before its time | 'the answer to a write …', odd-stubs.test.ts, 'the end of a step comes twice' |
 * | a size of packets that cannot be | odd-stubs.test.ts, 'a stub that lies about its packets' |
 * | a description without end | odd-stubs.test.ts, 'a description of registers without end' |
 * | the stub dies in a write, a breakpoint, a saved state | 'dying in the middle of …' |
 * | it never tells the stop it is in; `E01` to everything | odd-stubs.test.ts, 'a stub that never says where it stands', 'E01 to everything' |
 * | packets longer than the stub takes | 'a stub with … another packet size', 'a write … however long it is' |
 * | a step that executes nothing | runs.test.ts, 'QEMU ends a step before its instruction' |
 */
const onlyFirst = (letter: string, fault: { kind: 'drop' | 'torn' | 'duplicate' | 'damage' | 'die' } | { kind: 'late'; ms: number } | { kind: 'lie'; reply: string }) => (request: string, count: number) =>
  request.startsWith(letter) && count === 0 ? fault : undefined;

describe('joining', () => {
  test('a stub that never answers: busy', async () => {
    const fake = await FakeQemu.start({ busy: true });
    onTestFinished(() => fake.stop());
    await expect(attachQemu({ gdb: fake.address('gdb'), silenceMs: 100 })).rejects.toThrow(/BS102: .*stub busy or not a gdbstub\. .*another debugger is attached/);
  });

  test('something that is no gdbstub', async () => {
    const fake = await FakeQemu.start();
    onTestFinished(() => fake.stop());
    await expect(attachQemu({ gdb: fake.address('qmp'), silenceMs: 100 })).rejects.toThrow(/BS102/);
    await expect(attachQemu({ gdb: fake.address('gdb'), qmp: fake.address('serial') })).rejects.toThrow(/BS117/);
  });

  test('a running machine that says so unasked', async () => {
    const { machine } = await join({ running: true });
    expect(machine.state).toBe('stopped');
    expect((await machine.registers()).pc).toBe(0x1000n);
  });

  test('a stub with no-ack mode, without vCont, of another packet size', async () => {
    const { fake, machine } = await join({ features: { noAck: true, vCont: false, packetSize: 0x400 } });
    expect(fake.stub.requests).toContain('QStartNoAckMode');
    expect((await machine.physical.read(0x1000n, 4096)).every((byte) => byte === 0x5a)).toBe(true);
    expect((await machine.step()).pc).toBe(0x1001n);
    expect(fake.stub.requests).toContain('s');
  });
});

describe('memory', () => {
  test('a page is fetched once for a stop, in pieces the stub takes', async () => {
    const { fake, machine } = await join();
    const space = await machine.currentSpace();
    const [a, b] = await Promise.all([space.read(0x1010n, 4), space.read(0x1800n, 4)]);
    expect([...a, ...b]).toEqual([0x10, 0x11, 0x12, 0x13, 0, 1, 2, 3]);
    await space.read(0x1ffcn, 4);
    expect(fake.stub.requests.filter((r) => r.startsWith('m'))).toEqual(['m1000,800', 'm1800,800']);
    await machine.step();
    await space.read(0x1000n, 1);
    expect(fake.stub.requests.filter((r) => r.startsWith('m'))).toHaveLength(4);
  });

  test('what is not mapped: named, undefined, or short', async () => {
    const { machine } = await join();
    const space = await machine.currentSpace();
    await expect(space.read(0x1ff0n, 32)).rejects.toThrow(/BS109: the memory at 0x2000 cannot be read/);
    expect((await space.readSome(0x1ff0n, 32)).length).toBe(16);
    expect((await space.readMany([{ address: 0x1000n, length: 2 }, { address: 0x3000n, length: 1 }])).map((bytes) => bytes?.length)).toEqual([2, undefined]);
    await expect(space.write(0x3000n, Buffer.of(1))).rejects.toThrow(/BS110/);
  });

  test('virtual and physical reads at once: one switch, and the mode is back even after errors', async () => {
    const { fake, machine } = await join();
    const space = await machine.currentSpace();
    const [virtual, physical, missing] = await Promise.all([space.read(0x1001n, 1), machine.physical.read(0x1001n, 1), machine.physical.readSome(0x9000n, 4)]);
    expect([virtual[0], physical[0], missing.length]).toEqual([1, 0x5a, 0]);
    expect(fake.stub.requests.filter((r) => r.startsWith('Qqemu.Phy'))).toEqual(['Qqemu.PhyMemMode:1', 'Qqemu.PhyMemMode:0']);
    expect(fake.stub.phyMemMode).toBe(false);
  });

  test('a write is seen by the next read, however long it is', async () => {
    const { machine } = await join();
    const space = await machine.currentSpace();
    await space.read(0x1000n, 1);
    await space.write(0x1000n, Buffer.alloc(4096, 7));
    expect((await space.read(0x1000n, 4096)).every((byte) => byte === 7)).toBe(true);
  });

  test('a stub without physical memory', async () => {
    const { machine } = await join({ features: { phyMemMode: false } });
    await expect(machine.physical.read(0x1000n, 1)).rejects.toThrow(/BS111/);
  });
});

describe('answers that go wrong', () => {
  test.each([
    ['lost', { kind: 'drop' } as const],
    ['damaged', { kind: 'damage' } as const],
    ['torn into bytes', { kind: 'torn' } as const],
    ['too late', { kind: 'late', ms: 450 } as const],
    ['twice', { kind: 'duplicate' } as const],
    ['of another shape', { kind: 'lie', reply: 'OK' } as const],
    ['too short', { kind: 'lie', reply: '00' } as const],
  ])('the answer to a read comes %s: the right bytes come all the same', async (_, fault) => {
    const { fake, machine } = await join({ fault: onlyFirst('m', fault) });
    const bytes = await (await machine.currentSpace()).read(0x1000n, 4096);
    expect([bytes[0], bytes[1], bytes[0x801], bytes.length]).toEqual([0, 1, 1, 4096]);
    expect((await machine.physical.read(0x1000n, 1))[0]).toBe(0x5a);
    expect(fake.stub.phyMemMode).toBe(false);
  });

  test('a physical read interrupted by a fault does not leave physical mode on, nor read virtually', async () => {
    const { fake, machine } = await join({ fault: onlyFirst('m', { kind: 'drop' }) });
    expect((await machine.physical.read(0x1000n, 4096)).every((byte) => byte === 0x5a)).toBe(true);
    expect(fake.stub.phyMemMode).toBe(false);
  });

  test('the answer to a breakpoint is lost: told, and the machine stays usable', async () => {
    const { machine } = await join({ fault: onlyFirst('Z', { kind: 'drop' }) });
    await expect(machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' })).rejects.toThrow(/BS105/);
    expect(machine.breakpoints.all).toEqual([]);
    await machine.breakpoints.add({ kind: 'execute', address: 0x1003n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).reason).toBe('breakpoint');
  });

  test('a refusal to set a breakpoint is told, and the others of the call are taken out', async () => {
    const { fake, machine } = await join({ fault: (request) => (request.startsWith('Z0,1002') ? { kind: 'lie', reply: 'E22' } : undefined) });
    await expect(machine.breakpoints.addMany([{ kind: 'execute', address: 0x1001n, owner: 'a' }, { kind: 'execute', address: 0x1002n, owner: 'a' }])).rejects.toThrow(/BS113.*0x1002.*E22/);
    expect(machine.breakpoints.all).toEqual([]);
    expect(fake.stub.slots.filter((slot) => slot.address === 0x1001n)).toEqual([]);
  });

  test.each(['g', 'm', 'M', 'Z', 'P', 'Qqemu.PhyMemMode'])('E replies to every "%s": each request is answered or refused with a code, and none hangs', async (letter) => {
    let refusing = false;
    const { machine } = await join({ fault: (request) => (refusing && request.startsWith(letter) ? { kind: 'lie', reply: 'E22' } : undefined) });
    const space = await machine.currentSpace();
    refusing = true;
    const outcomes = await Promise.allSettled([
      space.read(0x1000n, 8),
      machine.physical.read(0x1000n, 8),
      space.write(0x1000n, Buffer.of(1)),
      machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' }),
      machine.setRegister('rax', 1n),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect((outcome.reason as Error).message).toMatch(/^BS1\d\d: /);
    refusing = false;
    expect((await machine.registers().catch(() => undefined))?.pc ?? 0x1000n).toBe(0x1000n);
    expect((await machine.physical.read(0x1800n, 1))[0]).toBe(0x5a);
  });

  test('a stub that answers nothing more: the machine ends, nobody waits', async () => {
    let mute = false;
    const { machine } = await join({ fault: () => (mute ? { kind: 'drop' } : undefined) });
    const ended = new Promise((resolve) => machine.on('ended', resolve));
    mute = true;
    await expect((await machine.currentSpace()).read(0x1000n, 1)).rejects.toThrow(/BS1(05|25)/);
    await ended;
    await expect(machine.registers()).rejects.toThrow(/BS108/);
  });

  test.each(['M', 'P', 'Z'])('the answer to a write ("%s") comes twice, or late: it is taken once, and what follows has its own', async (letter) => {
    for (const fault of [{ kind: 'duplicate' }, { kind: 'late', ms: 450 }] as const) {
      const { fake, machine } = await join({ fault: onlyFirst(letter, fault) });
      const space = await machine.currentSpace();
      const written = await Promise.allSettled([letter === 'M' ? space.write(0x1000n, Buffer.of(9)) : letter === 'P' ? machine.setRegister('rax', 9n) : machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' })]);
      for (const one of written) if (one.status === 'rejected') expect((one.reason as Error).message).toMatch(/^BS105: .*Next: /s);
      expect((await machine.physical.read(0x1800n, 1))[0]).toBe(0x5a);
      expect((await machine.registers()).pc).toBe(0x1000n);
      expect((await space.read(0x1001n, 1))[0]).toBe(1);
      fake.stop();
    }
  });

  test('dying in the middle of a write, of a breakpoint, of a saved state: each says so, and the machine is at its end', async () => {
    for (const letter of ['M', 'Z', 'savevm']) {
      const { fake, machine } = await join({ fault: (request) => (request.startsWith(letter) ? { kind: 'die' } : undefined), qmp: { 'human-monitor-command': () => { if (letter === 'savevm') fake.die(); return ''; } } });
      const ended = new Promise<{ expected: boolean }>((resolve) => machine.on('ended', resolve));
      const space = await machine.currentSpace();
      if (letter === 'M') await expect(space.write(0x1000n, Buffer.of(1))).rejects.toThrow(/^BS1(25|08): .*Next: /s);
      else if (letter === 'Z') await expect(machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' })).rejects.toThrow(/^BS1(25|08|13): .*Next: /s);
      else await expect(machine.snapshots?.save('one')).rejects.toThrow(/^BS1(25|08): .*Next: /s);
      expect((await ended).expected).toBe(false);
      await expect(machine.resume()).rejects.toThrow(/BS108/);
      fake.stop();
    }
  });

  test('dying in the middle of a step, of a run, of a read', async () => {
    for (const letter of ['vCont;s', 'vCont;c', 'm']) {
      const { fake, machine } = await join({ fault: (request) => (request.startsWith(letter) ? { kind: 'die' } : undefined) });
      const ended = new Promise<{ expected: boolean }>((resolve) => machine.on('ended', resolve));
      if (letter === 'vCont;s') await expect(machine.step()).rejects.toThrow(/BS108/);
      else if (letter === 'vCont;c') {
        await machine.resume();
        await expect(machine.nextStop()).rejects.toThrow(/BS108/);
      } else await expect((await machine.currentSpace()).read(0x1000n, 1)).rejects.toThrow(/BS1(25|08)/);
      expect((await ended).expected).toBe(false);
      fake.stop();
    }
  });
});

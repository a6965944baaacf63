import { afterEach, describe, expect, test } from 'vitest';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import { FakeQemu } from '../../fake/qemu';
import type { FakeQemuOptions } from '../../fake/qemu';

/**
 * Every fault of a stub that is known to happen, and the test here that drives it:
 *
 * | fault | test |
 * |---|---|
 * | answer lost, damaged, torn, late, twice, of another shape, too short | 'the answer to a read comes …', 'the answer to a breakpoint is lost' |
 * | several answers in one piece | sequences.test.ts, fault `merge` |
 * | `E` replies everywhere | 'E replies to every …', 'a refusal to set a breakpoint' |
 * | the stub dies in a step, a run, a read | 'dying in the middle of …' |
 * | it answers nothing more | 'a stub that answers nothing more' |
 * | QEMU stops by itself | 'QEMU stops by itself …', 'another client lets it run and stops it' |
 * | busy with another client | 'a stub that never answers: busy' |
 * | KVM: 4 slots, Z0 that fails where nothing is mapped and patches memory | 'KVM' |
 * | attach while running, an unsolicited stop | 'a running machine that says so unasked' |
 * | it says that the guest has exited, and stays | odd-stubs.test.ts, 'a stub that says …' |
 * | stops of unknown threads, of none, of other signals; packets that answer nothing | odd-stubs.test.ts, 'a run ends by …', '… comes while the machine runs' |
 * | an answer or a stop twice, or before its time | 'the answer to a write …', odd-stubs.test.ts, 'the end of a step comes twice' |
 * | a size of packets that cannot be | odd-stubs.test.ts, 'a stub that lies about its packets' |
 * | a description without end | odd-stubs.test.ts, 'a description of registers without end' |
 * | the stub dies in a write, a breakpoint, a saved state | 'dying in the middle of …' |
 * | it never tells the stop it is in; `E01` to everything | odd-stubs.test.ts, 'a stub that never says where it stands', 'E01 to everything' |
 * | packets longer than the stub takes | 'a stub with … another packet size', 'a write … however long it is' |
 * | a step that executes nothing | 'QEMU ends a step before its instruction' |
 */
let fake: FakeQemu | undefined;
let machine: Machine | undefined;
afterEach(async () => {
  await machine?.close('detach');
  fake?.stop();
  machine = fake = undefined;
});

/** A fake whose kernel-half page is mapped, and a machine joined to it. */
async function join(options: FakeQemuOptions = {}, qmp = true): Promise<{ fake: FakeQemu; machine: Machine }> {
  fake = await FakeQemu.start(options);
  fake.stub.virtual.set(1n, Buffer.from(Array.from({ length: 4096 }, (_, i) => i & 0xff)));
  fake.stub.physical.set(1n, Buffer.alloc(4096, 0x5a));
  machine = await attachQemu({ gdb: fake.address('gdb'), serial: fake.address('serial'), silenceMs: 300, ...(qmp ? { qmp: fake.address('qmp') } : {}) });
  return { fake, machine };
}

const onlyFirst = (letter: string, fault: { kind: 'drop' | 'torn' | 'duplicate' | 'damage' | 'die' } | { kind: 'late'; ms: number } | { kind: 'lie'; reply: string }) => (request: string, count: number) =>
  request.startsWith(letter) && count === 0 ? fault : undefined;

describe('joining', () => {
  test('a stub that never answers: busy', async () => {
    fake = await FakeQemu.start({ busy: true });
    await expect(attachQemu({ gdb: fake.address('gdb'), silenceMs: 100 })).rejects.toThrow(/BS102: .*stub busy or not a gdbstub\. .*another debugger is attached/);
  });

  test('something that is no gdbstub', async () => {
    fake = await FakeQemu.start();
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
      const { machine } = await join({ fault: (request) => (request.startsWith(letter) ? { kind: 'die' } : undefined) });
      const ended = new Promise<{ expected: boolean }>((resolve) => machine.on('ended', resolve));
      if (letter === 'vCont;s') await expect(machine.step()).rejects.toThrow(/BS108/);
      else if (letter === 'vCont;c') {
        await machine.resume();
        await expect(machine.nextStop()).rejects.toThrow(/BS108/);
      } else await expect((await machine.currentSpace()).read(0x1000n, 1)).rejects.toThrow(/BS1(25|08)/);
      expect((await ended).expected).toBe(false);
      fake?.stop();
    }
  });
});

describe('running', () => {
  test('nothing but 0x03 goes to a running machine', async () => {
    const { fake, machine } = await join();
    await machine.resume();
    await expect(machine.registers()).rejects.toThrow(/BS107/);
    await expect(machine.physical.read(0n, 1)).rejects.toThrow(/BS107/);
    await expect(machine.breakpoints.add({ kind: 'execute', address: 1n, owner: 'a' })).rejects.toThrow(/BS107/);
    await expect(machine.resume()).rejects.toThrow(/BS107/);
    const stop = await machine.interrupt();
    expect(stop.reason).toBe('interrupt');
    expect(fake.stub.bytesWhileRunning).toBe(0);
  });

  test('a stop under way is handed out once; a signal gives a wait up', async () => {
    const { machine } = await join();
    await machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' });
    const stopped = new Promise((resolve) => machine.on('stopped', resolve));
    await machine.resume();
    await stopped;
    expect((await machine.nextStop()).pc).toBe(0x1002n);
    await expect(machine.nextStop(AbortSignal.timeout(20))).rejects.toThrow(/abort|timeout/i);
  });

  test('two owners at one address share a slot, and the breakpoint at pc is stepped over on resuming', async () => {
    const { fake, machine } = await join();
    const [a] = await machine.breakpoints.addMany(['a', 'b'].map((owner) => ({ kind: 'execute' as const, address: 0x1002n, owner })));
    expect(fake.stub.slots).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      await machine.resume();
      expect((await machine.nextStop()).hits.map((hit) => hit.owner)).toEqual(['a', 'b']);
    }
    expect(fake.stub.requests.filter((r) => r.startsWith('vCont;s'))).toHaveLength(2);
    if (a !== undefined) await machine.breakpoints.remove([a]);
    expect(fake.stub.slots).toHaveLength(1);
    await machine.breakpoints.remove(machine.breakpoints.all);
    expect(fake.stub.slots).toEqual([]);
  });

  test('QEMU ends a step before its instruction: it is asked for again', async () => {
    const { fake, machine } = await join({ idleStep: (count) => count % 3 !== 2 });
    for (const pc of [0x1001n, 0x1002n, 0x1003n]) expect(await machine.step()).toMatchObject({ reason: 'step', pc });
    expect(fake.stub.requests.filter((r) => r.startsWith('vCont;s'))).toHaveLength(9);
  });

  test('QEMU ends the step over a breakpoint before its instruction: the breakpoint is not hit twice', async () => {
    const { fake, machine } = await join({ idleStep: (count) => count === 0 });
    await machine.breakpoints.add({ kind: 'execute', address: 0x1000n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).pc).toBe(0x1000n);
    const resumed: string[] = [];
    machine.on('stopped', () => resumed.push('stopped'));
    await machine.resume();
    await machine.nextStop();
    expect(fake.stub.requests.filter((r) => /^vCont;[sc]/.test(r))).toEqual(['vCont;c', 'vCont;s:p01.01', 'vCont;c', 'vCont;s:p01.01', 'vCont;c']);
    expect(resumed).toEqual(['stopped']);
  });

  test('an instruction that changes nothing ends its step all the same', async () => {
    const { fake, machine } = await join();
    fake.stub.program = [0x1000n];
    expect(await machine.step()).toMatchObject({ reason: 'step', pc: 0x1000n });
    await machine.breakpoints.add({ kind: 'execute', address: 0x1000n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).reason).toBe('breakpoint');
  });

  test.each([
    ['is on its way', undefined],
    ['is late', { kind: 'late', ms: 30 } as const],
  ])('an interrupt while the end of a step %s: one stop, and the next step is a step', async (_, fault) => {
    const { fake, machine } = await join({ fault: (request, count) => (request.startsWith('vCont;s') && count === 0 ? fault : undefined) });
    const stepped = machine.step();
    await expect.poll(() => fake.stub.requests.some((r) => r.startsWith('vCont;s'))).toBe(true);
    const [a, b] = await Promise.all([stepped, machine.interrupt()]);
    expect(a).toBe(b);
    const { pc } = await machine.step();
    expect(pc).toBe(a.pc + 1n);
  });

  test('vCPUs: the one that stopped is current, and each has its registers', async () => {
    const { fake, machine } = await join({ vcpus: 2 });
    fake.stub.registers[1]?.set('rip', 0x1003n);
    const [, second] = machine.vcpus;
    expect(machine.vcpus.map(({ id, name }) => [id, name])).toEqual([[1, 'CPU#0'], [2, 'CPU#1']]);
    expect((await machine.registers(second)).pc).toBe(0x1003n);
    const stop = await machine.step(second);
    expect([stop.vcpu.id, stop.pc]).toEqual([2, 0x1000n]);
    expect(machine.current.id).toBe(2);
    await machine.setRegister('rax', 0x1234_5678_9abcn, second);
    expect((await machine.registers(second)).get('rax')).toBe(0x1234_5678_9abcn);
    expect(fake.stub.registers[0]?.get('rax')).toBe(0n);
    await expect(machine.setRegister('bogus', 1n)).rejects.toThrow(/BS119/);
  });

  test.each([['a run', 'vCont;c'], ['a step', 'vCont;s']] as const)('QEMU stops by itself in %s, by a monitor somewhere: told as another\'s stop', async (what, request) => {
    const { fake, machine } = await join({ fault: (r) => (r.startsWith('vCont;s') && what === 'a step' ? { kind: 'lie', reply: 'T02thread:p01.01;' } : undefined) });
    if (request === 'vCont;c') {
      await machine.resume();
      fake.stub.halt('T02');
      expect((await machine.nextStop()).reason).toBe('interrupt');
    } else expect((await machine.step()).reason).toBe('interrupt');
    expect(machine.state).toBe('stopped');
  });

  test('serial and QMP events reach the listeners', async () => {
    const { fake, machine } = await join();
    const seen: string[] = [];
    const reset = new Promise((resolve) => machine.on('reset', resolve));
    const serial = new Promise<void>((resolve) => {
      machine.on('serial', ({ port, bytes }) => {
        seen.push(`${String(port)}:${Buffer.from(bytes).toString()}`);
        resolve();
      });
    });
    fake.print('login: ');
    fake.event('RESET', { guest: true, reason: 'guest-reset' });
    expect(await reset).toEqual({ guest: true, reason: 'guest-reset' });
    await serial;
    expect(seen).toEqual(['1:login: ']);
    await machine.serial[0]?.send(Buffer.from('root\n'));
    await expect.poll(() => fake.typed).toBe('root\n');
  });

  test('100 MB of guest output while debugging: every byte is heard, in order', { timeout: 120_000 }, async () => {
    const { fake, machine } = await join();
    const piece = Array.from({ length: 1 << 16 }, (_, i) => String.fromCharCode(32 + (i % 95))).join('');
    const rounds = 1600;
    let heard = 0;
    let wrong = 0;
    const all = new Promise<void>((resolve) => {
      machine.on('serial', ({ bytes }) => {
        for (const byte of bytes) if (byte !== 32 + ((heard++ % (1 << 16)) % 95)) wrong++;
        if (heard === rounds * piece.length) resolve();
      });
    });
    for (let i = 0; i < rounds; i++) {
      fake.print(piece);
      if (i % 100 === 0) await machine.step();
    }
    await all;
    expect(wrong).toBe(0);
    const { bytes, next } = machine.serial[0]?.read(0) ?? { bytes: [], next: 0 };
    expect([next, bytes.length]).toEqual([rounds * piece.length, 4 << 20]);
  });

  test('another client lets the machine run: seen by QMP, and no byte stops it', async () => {
    const { fake, machine } = await join({ qmp: { 'query-status': { running: true } } });
    const resumed = new Promise((resolve) => machine.on('resumed', resolve));
    fake.stub.running = true;
    fake.event('RESUME');
    await resumed;
    expect(machine.state).toBe('running');
    fake.stub.halt('T05');
    expect((await machine.nextStop()).pc).toBe(0x1000n);
    expect(fake.stub.bytesWhileRunning).toBe(0);
  });
});

test('another client lets it run and stops it, and no stop packet comes: QMP tells', async () => {
  let running = true;
  const { fake, machine } = await join({ qmp: { 'query-status': () => ({ running }) } });
  const resumed = new Promise((resolve) => machine.on('resumed', resolve));
  fake.event('RESUME');
  await resumed;
  running = false;
  fake.stub.registers[0]?.set('rip', 0x1003n);
  fake.event('STOP');
  expect((await machine.nextStop()).pc).toBe(0x1003n);
  expect((await machine.step()).pc).toBe(0x1000n);
});

describe('KVM', () => {
  test('user addresses and watchpoints take the four slots; one more names what holds them', async () => {
    const { machine } = await join({ kvm: true });
    expect(machine.accelerator).toBe('kvm');
    for (let i = 0; i < 3; i++) await machine.breakpoints.add({ kind: 'execute', address: 0x1000n + BigInt(i), owner: `user ${String(i)}` });
    await machine.breakpoints.add({ kind: 'write', address: 0x2000n, length: 8, owner: 'watch' });
    await expect(machine.breakpoints.add({ kind: 'execute', address: 0x1003n, owner: 'late' })).rejects.toThrow(/BS114: .*user 0 at 0x1000, user 1.*watch at 0x2000.*0x1003/);
    expect(machine.breakpoints.all).toHaveLength(4);
    await expect(machine.breakpoints.add({ kind: 'execute', address: 0xffff_ffff_8000_0000n, owner: 'kernel' })).rejects.toThrow(/BS113.*E14/);
  });
});

test('KVM patches memory for a breakpoint: the guest\'s byte is shown all the same', async () => {
  const { fake, machine } = await join({ kvm: true });
  const address = 0xffff_ffff_8000_0123n;
  const page = Buffer.alloc(4096, 0x90);
  fake.stub.virtual.set(address >> 12n, page);
  const space = await machine.currentSpace();
  const breakpoint = await machine.breakpoints.add({ kind: 'execute', address, owner: 'kernel' });
  expect([page[0x123], (await space.read(address, 1))[0]]).toEqual([0xcc, 0x90]);
  await machine.breakpoints.remove([breakpoint]);
  expect([page[0x123], (await space.read(address, 1))[0]]).toEqual([0x90, 0x90]);
});

describe('letting go', () => {
  test('detach takes the breakpoints out and lets the machine run; twice does no harm', async () => {
    const { fake, machine } = await join();
    await machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' });
    await Promise.all([machine.close('detach'), machine.close('kill')]);
    await machine.close('detach');
    expect([fake.stub.slots.length, fake.stub.detached, fake.stub.killed]).toEqual([0, true, false]);
    expect(machine.state).toBe('ended');
  });

  test('detach from a running machine, and kill by QMP or by the stub', async () => {
    const first = await join();
    await first.machine.resume();
    await first.machine.close('detach');
    expect(first.fake.stub.detached).toBe(true);
    first.fake.stop();
    const second = await join();
    await second.machine.close('kill');
    expect(second.fake.commands).toContain('quit');
    second.fake.stop();
    const third = await join({}, false);
    await third.machine.close('kill');
    expect(third.fake.stub.killed).toBe(true);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine, Stop } from '../../../debug-adapter/machine/machine';
import { assemble, bootSector, imageFile, modesSource, qemuFor } from './guest';
import type { Assembled } from './guest';

let guest: Assembled;
let disk: ReturnType<typeof imageFile>;
let machine: Machine | undefined;
beforeAll(() => {
  guest = assemble(modesSource);
  disk = imageFile(guest.image);
});
afterAll(() => disk.remove());
afterEach(async () => {
  await machine?.close('kill');
  machine = undefined;
});

const launch = async (...more: string[]): Promise<Machine> => (machine = await launchQemu({ argv: qemuFor(disk.file, ...more) }));
const at = (name: string): bigint => guest.symbols[name] ?? 0n;

async function runTo(target: Machine, address: bigint): Promise<Stop> {
  const breakpoint = await target.breakpoints.add({ kind: 'execute', address, owner: 'test' });
  await target.resume();
  const stop = await target.nextStop();
  await target.breakpoints.remove([breakpoint]);
  return stop;
}

describe('a machine from reset to long mode', () => {
  test('mode, bits and linear pc are right in every mode', async () => {
    const target = await launch();
    expect(target.accelerator).toBe('tcg');
    const reset = await target.registers();
    expect([reset.mode, reset.pc, reset.paging]).toEqual(['real', 0xffff_fff0n, false]);
    for (const [label, mode, bits] of [
      ['in_real', 'real', 16],
      ['in_protected16', 'protected16', 16],
      ['in_protected32', 'protected32', 32],
      ['in_compat32', 'compat32', 32],
      ['in_long', 'long', 64],
    ] as const) {
      const stop = await runTo(target, at(label));
      expect([label, stop.reason, stop.pc]).toEqual([label, 'breakpoint', at(label)]);
      const registers = await target.registers();
      expect([label, registers.mode, registers.bits, registers.pc]).toEqual([label, mode, bits, at(label)]);
      expect(Buffer.from(await (await target.currentSpace()).read(registers.pc, 1)).toString('hex')).toBe('90');
    }
    const registers = await target.registers();
    expect([registers.cpl, registers.paging, registers.cr3]).toEqual([0, true, 0x1000n]);
    expect(registers.all.length).toBeGreaterThan(50);
  });

  test('hits that are passed over lose no round, whether their instruction is stepped or its effect written', async () => {
    const target = await launch();
    const upper = 0xffff_8000_0000_0000n;
    await runTo(target, upper + at('after_watched'));
    const count = async (): Promise<number> => Buffer.from(await target.physical.read(0x6008n, 4)).readUInt32LE();
    const before = await count();
    // `incl` writes memory and is stepped; what the jump behind it does is written.
    const [incl, jump] = [upper + at('after_watched'), upper + at('after_watched') + 7n];
    await target.breakpoints.addMany([incl, jump].map((address) => ({ kind: 'execute' as const, address, owner: 'test' })));
    const sent = { steps: 0, written: 0 };
    target.traceWires?.((wire, to, text) => {
      if (wire !== 'rsp' || to !== 'qemu') return;
      if (text.startsWith('vCont;s')) sent.steps++;
      else if (/^c[0-9a-f]+$/.test(text)) sent.written++;
    });
    const passed = { incl: 0, jump: 0 };
    const seen: number[] = [];
    target.filterHits?.(
      () => Promise.resolve(undefined),
      (hit) => {
        const { stop } = hit;
        const bytes = hit.read(0x6008n, 4);
        if (bytes === undefined) return undefined;
        if (stop.pc === jump && passed.jump === 300) return undefined;
        return () => {
          seen.push(Buffer.from(bytes).readUInt32LE());
          passed[stop.pc === incl ? 'incl' : 'jump']++;
        };
      },
    );
    await target.resume();
    expect(await target.nextStop()).toMatchObject({ reason: 'breakpoint', pc: jump });
    target.filterHits?.(undefined);
    // The run began on the first `incl`, off which it was stepped.
    expect(passed).toEqual({ incl: 300, jump: 300 });
    expect(await count()).toBe(before + 301);
    expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => before + 1 + Math.floor(i / 2)));
    expect(sent.written).toBe(300);
    expect(sent.steps).toBeGreaterThanOrEqual(301);
  });

  test('much memory in one piece is what the stub would give, up to the first page that is not there', async () => {
    const target = await launch();
    await runTo(target, at('in_long'));
    const space = await target.currentSpace();
    const whole = await space.read(0x1000n, 0x40000);
    expect(Buffer.from(whole).equals(Buffer.from(await target.physical.read(0x1000n, 0x40000)))).toBe(true);
    expect(Buffer.from(whole.subarray(0x6c00, 0x6c00 + 64)).equals(guest.image.subarray(0, 64))).toBe(true);
    // 2 MiB are mapped, and a page behind them.
    expect((await space.readSome(0x1c0000n, 0x80000)).length).toBe(0x41000);
    expect((await space.readSome(0xffff_8000_001c_0000n, 0x40000)).length).toBe(0x40000);
  });

  test('memory: virtual, by walking, physical; ranges; writes show everywhere', async () => {
    const target = await launch();
    await runTo(target, 0xffff_8000_0000_0000n + at('in_upper'));
    const current = await target.currentSpace();
    const walked = target.spaceOf(0x1000n);
    expect(walked).toBe(current);
    expect(Buffer.from(await current.read(0x20_0000n, 4)).readUInt32LE()).toBe(0x5a5a1234);
    expect(await current.translate(0x20_0000n)).toBe(0x20_0000n);
    expect(await current.translate(0xffff_8000_0000_1234n)).toBe(0x1234n);
    expect(await current.translate(0x30_0000n)).toBeUndefined();
    await expect(current.read(0x20_0ffen, 4)).rejects.toThrow(/BS109.*0x201000/);
    const ranges = [];
    for await (const range of current.ranges()) ranges.push([range.start, range.end, range.pageSize, range.writable, range.user]);
    expect(ranges).toEqual([
      [0n, 0x20_0000n, 0x20_0000, true, false],
      [0x20_0000n, 0x20_1000n, 4096, true, false],
      [0xffff_8000_0000_0000n, 0xffff_8000_0020_0000n, 0x20_0000, true, false],
      [0xffff_8000_0020_0000n, 0xffff_8000_0020_1000n, 4096, true, false],
    ]);
    await current.write(0xffff_8000_0020_0010n, Buffer.from('written through the upper half'));
    expect(Buffer.from(await target.physical.read(0x20_0010n, 7)).toString()).toBe('written');
    // A second root with the same tables below: not the one in CR3, so it is walked.
    await target.physical.write(0x5000n, await target.physical.read(0x1000n, 4096));
    const other = target.spaceOf(0x5000n);
    expect(Buffer.from(await other.read(0x20_0010n, 7)).toString()).toBe('written');
    await other.write(0x20_0ff0n, Buffer.alloc(16, 9));
    expect([...(await current.read(0x20_0ff0n, 16))]).toEqual(Array.from({ length: 16 }, () => 9));
  });

  test('watchpoints name the access; the breakpoint after one is still hit', async () => {
    const target = await launch();
    await runTo(target, 0xffff_8000_0000_0000n + at('in_upper'));
    const write = await target.breakpoints.add({ kind: 'write', address: 0x6000n, length: 4, owner: 'w' });
    await target.breakpoints.add({ kind: 'execute', address: 0xffff_8000_0000_0000n + at('after_watched'), owner: 'x' });
    await target.resume();
    const stop = await target.nextStop();
    expect([stop.reason, stop.hits, stop.watch]).toEqual(['watchpoint', [write], { address: 0x6000n, access: 'write' }]);
    expect((await target.registers()).pc).toBe(0xffff_8000_0000_0000n + at('after_watched'));
    await target.resume();
    expect((await target.nextStop()).hits.map((hit) => hit.owner)).toEqual(['x']);
    const access = await target.breakpoints.add({ kind: 'access', address: 0x6008n, length: 4, owner: 'a' });
    await target.resume();
    expect((await target.nextStop()).hits).toEqual([access]);
  });

  test('a breakpoint in a loop is hit once a round, steps advance by one instruction', async () => {
    const target = await launch();
    const upper = 0xffff_8000_0000_0000n;
    await runTo(target, upper + at('after_watched'));
    await target.breakpoints.add({ kind: 'execute', address: upper + at('after_watched'), owner: 'loop' });
    const counter = async () => Buffer.from(await target.physical.read(0x6008n, 4)).readUInt32LE();
    const before = await counter();
    for (let i = 0; i < 20; i++) {
      await target.resume();
      expect((await target.nextStop()).reason).toBe('breakpoint');
    }
    expect((await counter()) - before).toBe(20);
    expect((await target.step()).reason).toBe('step');
    const back = await target.step({ id: 1, name: 'CPU#0' }, { interrupts: true });
    expect([back.pc, back.hits.length]).toEqual([upper + at('after_watched'), 1]);
  });

  test('registers are written, in real mode too', async () => {
    const target = await launch();
    await runTo(target, at('in_real'));
    await target.setRegister('rax', 0x1234n);
    await target.setRegister('rip', at('in_real') - at('start') + 1n);
    const registers = await target.registers();
    expect([registers.get('rax'), registers.pc]).toEqual([0x1234n, at('in_real') + 1n]);
  });

  test('a breakpoint on hlt does not hang: running on goes past it', async () => {
    const halting = imageFile(bootSector([0xfb, 0xf4, 0xeb, 0xfd]));
    try {
      const target = (machine = await launchQemu({ argv: qemuFor(halting.file) }));
      await target.breakpoints.add({ kind: 'execute', address: 0x7c01n, owner: 'hlt' });
      for (let i = 0; i < 3; i++) {
        await target.resume();
        expect((await target.nextStop()).pc).toBe(0x7c01n);
      }
    } finally {
      halting.remove();
    }
  });

  test('two vCPUs: the second waits where the firmware left it while the first runs', async () => {
    const target = await launch('-smp', '2');
    expect(target.vcpus.map((vcpu) => vcpu.name)).toEqual(['CPU#0', 'CPU#1']);
    const stop = await runTo(target, at('in_long'));
    expect(stop.vcpu.id).toBe(1);
    const second = await target.registers(target.vcpus[1]);
    expect([second.mode === 'long', second.paging]).toEqual([false, false]);
    expect((await target.registers()).mode).toBe('long');
    expect(target.spaceOf(0x1000n).root).toBe(0x1000n);
  });
});

describe('what happens to a machine', () => {
  test('a triple fault resets it; breakpoints stay and are hit again', async () => {
    // lidt of an empty table, then int3.
    const faulting = imageFile(bootSector([0xfa, 0x0f, 0x01, 0x1e, 0x20, 0x7c, 0xcc]));
    try {
      const target = (machine = await launchQemu({ argv: qemuFor(faulting.file) }));
      const resets: unknown[] = [];
      target.on('reset', (event) => resets.push(event));
      await target.breakpoints.add({ kind: 'execute', address: 0x7c00n, owner: 'entry' });
      for (let round = 0; round < 2; round++) {
        await target.resume();
        expect((await target.nextStop()).pc).toBe(0x7c00n);
        // In real mode an IDT limit of 0 makes the fault; the sector holds zeroes there.
      }
      await expect.poll(() => resets.length).toBeGreaterThan(0);
      expect(resets[0]).toMatchObject({ guest: true, reason: 'guest-reset', facts: { tripleFault: true } });
    } finally {
      faulting.remove();
    }
  });

  test('with -no-reboot a triple fault ends QEMU, as the guest wanted', async () => {
    const faulting = imageFile(bootSector([0xfa, 0x0f, 0x01, 0x1e, 0x20, 0x7c, 0xcc]));
    try {
      const target = (machine = await launchQemu({ argv: qemuFor(faulting.file, '-no-reboot') }));
      const ended = new Promise<{ expected: boolean; detail: string }>((resolve) => target.on('ended', resolve));
      await target.resume();
      await expect(target.nextStop()).rejects.toThrow(/BS108/);
      expect(await ended).toMatchObject({ expected: true, detail: expect.stringMatching(/a triple fault.*exit code 0/) as string });
    } finally {
      faulting.remove();
    }
  });

  test('guest output on two ports, input, and nothing lost', async () => {
    // COM1 (dx=0x3f8): prints 'A'..'Z' for ever; COM2 echoes nothing.
    const printing = imageFile(bootSector([0xb0, 0x41, 0xba, 0xf8, 0x03, 0xee, 0xfe, 0xc0, 0x3c, 0x5b, 0x75, 0xf6, 0xf4]));
    try {
      const target = (machine = await launchQemu({ argv: qemuFor(printing.file, '-serial', 'mon:stdio', '-serial', 'null') }));
      expect(target.serial.map((port) => port.port)).toEqual([1, 2]);
      await target.resume();
      await expect.poll(() => Buffer.from(target.serial[0]?.read(0).bytes ?? []).toString(), { timeout: 10_000 }).toContain('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
      await target.interrupt();
      await target.serial[1]?.send(Buffer.from('x'));
    } finally {
      printing.remove();
    }
  });

  test('a chardev of the user\'s keeps COM1, and its output is seen all the same', async () => {
    const printing = imageFile(bootSector([0xb0, 0x41, 0xba, 0xf8, 0x03, 0xee, 0xfe, 0xc0, 0x3c, 0x5b, 0x75, 0xf6, 0xf4]));
    try {
      const target = (machine = await launchQemu({ argv: qemuFor(printing.file, '-chardev', 'null,id=mine', '-serial', 'chardev:mine') }));
      const heard: number[] = [];
      target.on('serial', ({ bytes }) => heard.push(...bytes));
      await target.resume();
      await expect.poll(() => Buffer.from(heard).toString(), { timeout: 10_000 }).toContain('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
      await expect(target.serial[0]?.send(Buffer.of(1))).rejects.toThrow(/BS123/);
    } finally {
      printing.remove();
    }
  });

  test('the monitor answers, and what it changes is seen', async () => {
    const target = await launch();
    await runTo(target, at('in_long'));
    expect(await target.monitor('info status')).toMatch(/paused|debug/);
    await target.monitor('system_reset');
    await expect.poll(async () => (await target.registers()).pc, { timeout: 5000 }).toBe(0xffff_fff0n);
    await target.monitor('cont');
    expect(target.state).toBe('running');
    expect((await target.interrupt()).reason).toBe('interrupt');
  });
});

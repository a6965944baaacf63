import { describe, expect, test } from 'vitest';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import { join, start } from './joined';

// Stubs that say what QEMU's never does: a hang or a wrong place would be worse than any refusal. The table is in faults.test.ts.

describe('joining what is no good stub', () => {
  test.each(['1', '10', '0', 'ffffffff', 'nonsense', '-5'])('a stub that lies about its packets: PacketSize=%s', async (size) => {
    const { machine } = await join({ fault: (request) => (request.startsWith('qSupported') ? { kind: 'lie', reply: `PacketSize=${size};qXfer:features:read+;vContSupported+;multiprocess+` } : undefined) });
    const space = await machine.currentSpace();
    await space.write(0x1000n, Buffer.alloc(64, 7));
    expect((await space.read(0x1000n, 64)).every((byte) => byte === 7)).toBe(true);
  });

  test('a stub that never says where it stands', async () => {
    const fake = await start({ fault: (request) => (request === '?' ? { kind: 'drop' } : undefined) });
    await expect(attachQemu({ gdb: fake.address('gdb'), silenceMs: 100 })).rejects.toThrow(/^BS1(05|06|25): .*Next: /s);
    await expect.poll(() => fake.connections).toBe(0);
  });

  test('E01 to everything', async () => {
    const fake = await start({ fault: () => ({ kind: 'lie', reply: 'E01' }) });
    await expect(attachQemu({ gdb: fake.address('gdb'), qmp: fake.address('qmp'), silenceMs: 100 })).rejects.toThrow(/^BS1\d\d: .*Next: /s);
    await expect.poll(() => fake.connections).toBe(0);
  });

  test('a description of registers without end', async () => {
    const fake = await start({ fault: (request) => (request.startsWith('qXfer') ? { kind: 'lie', reply: `m${'<!-- -->'.repeat(400)}` } : undefined) });
    await expect(attachQemu({ gdb: fake.address('gdb'), silenceMs: 2000 })).rejects.toThrow(/^BS112: .*Next: /s);
    await expect.poll(() => fake.connections).toBe(0);
  });
});

describe('what comes at the wrong time, or makes no sense', () => {
  test.each(['T05thread:p01.63;', 'T05thread:nonsense;', 'S05', 'T7fthread:p01.01;', 'T05', 'T05thread:p01.01;watch:;'])('a run ends by "%s": one stop, where the machine is', async (packet) => {
    const { fake, machine } = await join({ vcpus: 2 });
    await machine.resume();
    fake.stub.running = false;
    fake.stub.registers.forEach((registers) => { registers.set('rip', 0x1003n); });
    fake.stub.say(packet);
    expect((await machine.nextStop()).pc).toBe(0x1003n);
    expect(machine.vcpus).toContainEqual(machine.current);
    expect((await machine.step()).reason).toBe('step');
  });

  test.each(['O48', 'Fopen,1/2,0,0', 'E22', 'OK', '', 'vCont;c', 'QC1', 'deadbeef'])('"%s" comes while the machine runs: it runs on, and stops when asked', async (packet) => {
    const { fake, machine } = await join();
    await machine.resume();
    fake.stub.say(packet);
    const stop = await machine.interrupt();
    expect(stop.reason).toBe('interrupt');
    expect((await machine.registers()).pc).toBe(stop.pc);
  });

  test('the end of a step comes twice: the next step is one', async () => {
    const { machine } = await join({ fault: (request, count) => (request.startsWith('vCont;s') && count === 0 ? { kind: 'duplicate' } : undefined) });
    const { pc } = await machine.step();
    expect((await machine.registers()).pc).toBe(pc);
    expect((await machine.step()).pc).toBe(pc + 1n);
  });

  test.each(['W00', 'X09', 'W00;process:1'])('a stub that says %s and stays: who waits for a stop is told', async (packet) => {
    const { fake, machine } = await join();
    await machine.resume();
    await expect.poll(() => fake.stub.running).toBe(true);
    const stop = machine.nextStop();
    fake.stub.halt(packet);
    await expect(stop).rejects.toThrow(/^BS108: .*said that the guest has ended.*Next: /s);
    await expect(machine.step()).rejects.toThrow(/^BS108/);
  });
});

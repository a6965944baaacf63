import { describe, expect, it } from 'vitest';
import type { CodePlace, Module, SymbolicProgram } from '../../../../debug-adapter/program/program';
import { RunController } from '../../../../debug-adapter/session/run/controller';
import { StepOut, StepThrough } from '../../../../debug-adapter/session/run/stepping';
import type { Granularity, StepKind } from '../../../../debug-adapter/session/run/stepping';
import type { StepPlan, StopReport } from '../../../../debug-adapter/session/run/stop-report';
import { fakeImage } from '../../program/fakes';
import { FakeMachine } from '../fake-machine';
import type { Tick } from '../fake-machine';

/** Two functions with a statement every 16 bytes, the first line of each its prologue; a third without lines; a kernel above. */
const image = fakeImage({
  base: 0x1000n,
  code: new Uint8Array(0x1000),
  functions: [
    { name: 'caller', entry: 0x1000n, end: 0x1100n, afterPrologue: 0x1010n },
    { name: 'callee', entry: 0x1100n, end: 0x1200n, afterPrologue: 0x1110n },
    { name: 'bare', entry: 0x1200n, end: 0x1300n },
  ],
  lines: Array.from({ length: 32 }, (_, i) => ({ file: '/s/a.c', line: 1 + i, address: 0x1000n + BigInt(i * 16) })),
});
const module: Module = { id: 1, name: 'image', stage: 'kernel', optional: false, image, slide: 0n };
const kernelTop = 0xffff_ffff_8000_0000n;

const program = {
  toLinked: (_: Module, address: bigint) => address,
  toRuntime: (_: Module, address: bigint) => address,
  moduleAt: (address: bigint) => (address >= 0x1000n ? module : undefined),
  placeOf: (address: bigint): CodePlace => {
    const line = image.debugInfo.lineRows(0n, 0n).find((row) => address >= row.address && address < row.address + 16n);
    return { address, module, scopes: image.debugInfo.scopesAt(address), ...(line ? { line: { ...line, end: line.address + 16n } } : {}) };
  },
} as unknown as SymbolicProgram;

const finish = async (machine: FakeMachine, make: (machine: FakeMachine) => StepPlan): Promise<StopReport> => {
  const report = await new Promise<StopReport>((resolve, reject) => {
    const run = new RunController(machine, { stopped: resolve, resumed: () => undefined, ended: () => reject(new Error('ended')), fault: reject });
    void run.resume(make(machine));
  });
  expect(machine.breakpoints.all, 'breakpoints left behind').toEqual([]);
  return report;
};
const step = (kind: StepKind, granularity: Granularity = 'line') => (machine: FakeMachine): StepPlan => new StepThrough(machine, program, machine.current, kind, granularity);
const at = (pc: number | bigint, more: Omit<Tick, 'pc'> = {}): Tick => ({ pc: BigInt(pc), ...more });

/** In the caller a call at 0x1018 (5 bytes) to `to`, whose body is 0x10 long, and back. */
const call = (to: number): Tick[] => [at(0x1018), at(to, { sp: 0xff8n, stack: [0x101dn] }), at(to + 0x10, { sp: 0xff8n, stack: [0x101dn] }), at(to + 0x18, { sp: 0xff8n, stack: [0x101dn] }), at(0x101d), at(0x1020)];

describe('a step', () => {
  it('by instruction is one instruction', async () => {
    const machine = new FakeMachine([at(0x1010), at(0x1014), at(0x1018)]);
    expect((await finish(machine, step('over', 'instruction'))).stop.pc).toBe(0x1014n);
  });

  it('by line goes on to the first instruction of another statement', async () => {
    const machine = new FakeMachine([at(0x1010), at(0x1014), at(0x1018), at(0x1020), at(0x1030)]);
    expect(await finish(machine, step('over'))).toMatchObject({ reason: 'step', stop: { pc: 0x1020n } });
    expect(machine.steps).toBe(3);
  });

  it('over a call runs it to its return, and says nothing of a deeper one at the same place', async () => {
    const deeper = [at(0x1018), at(0x1100, { sp: 0xff8n, stack: [0x101dn] }), at(0x101d, { sp: 0xf00n }), at(0x1110, { sp: 0xff8n }), at(0x101d), at(0x1020)];
    const machine = new FakeMachine(deeper);
    expect((await finish(machine, step('over'))).stop.pc).toBe(0x1020n);
    // In, and on from the return; the callee ran.
    expect([machine.steps, machine.resumes]).toEqual([2, 2]);
  });

  it('into a call stops behind the prologue; one without lines is run through', async () => {
    expect((await finish(new FakeMachine(call(0x1100)), step('in'))).stop.pc).toBe(0x1110n);
    expect((await finish(new FakeMachine(call(0x1200)), step('in'))).stop.pc).toBe(0x1020n);
    expect((await finish(new FakeMachine(call(0x1200)), step('in', 'instruction'))).stop.pc).toBe(0x1200n);
  });

  it('tries an instruction again that trapped in the same ring', async () => {
    // The trap frame holds the address of the instruction, which runs when the handler is done.
    const machine = new FakeMachine([at(0x1010), at(0x1018), at(0x1300, { sp: 0xfd8n, stack: [0x1018n, 0x8n, 0x2n] }), at(0x1308, { sp: 0xfd8n }), at(0x1018), at(0x1020)]);
    expect((await finish(machine, step('over'))).stop.pc).toBe(0x1020n);
  });

  it('over a system call runs through the kernel, in its own process only', async () => {
    const user = { cpl: 3 };
    const machine = new FakeMachine([at(0x1010, user), at(0x1018, user), at(kernelTop, { cpl: 0, rcx: 0x101an }), at(0x101a, { cpl: 3, cr3: 0x9000n }), at(kernelTop + 16n, { cpl: 0 }), at(0x101a, user), at(0x1020, user)]);
    const report = await finish(machine, step('over'));
    expect(report.stop).toMatchObject({ pc: 0x1020n, cr3: 0x1000n });
  });

  it('into a system call stops in the kernel; a fault on the way is run through', async () => {
    const user = { cpl: 3 };
    class Syscall extends FakeMachine {
      override spaceOf() {
        const space = super.spaceOf();
        return { ...space, readSome: (address: bigint) => Promise.resolve(address === 0x1018n ? Uint8Array.of(0x0f, 0x05) : Uint8Array.of(0x8b, 0x00)) };
      }
    }
    const machine = new Syscall([at(0x1014, user), at(kernelTop, { cpl: 0 }), at(0x1014, user), at(0x1018, user), at(kernelTop + 0x100n, { cpl: 0, rcx: 0x101an })]);
    expect((await finish(machine, step('in', 'instruction'))).stop.pc).toBe(0x1018n);
    expect((await finish(machine, step('in', 'instruction'))).stop.pc).toBe(kernelTop + 0x100n);
  });
});

describe('stepping out', () => {
  it('ends at the caller\'s pc when the frame is gone, with what was returned', async () => {
    const machine = new FakeMachine([at(0x1110, { sp: 0xff0n }), at(0x101d, { sp: 0xf00n }), at(0x101d, { sp: 0x1000n, cr3: 0x7000n }), at(0x101d, { sp: 0x1000n })]);
    const returned = { function: 'callee', values: [{ name: 'callee', value: '7' }] };
    const report = await finish(machine, (on) => new StepOut(on, on.current, { pc: 0x101dn, sp: 0x1000n }, () => Promise.resolve(returned)));
    expect(report).toMatchObject({ reason: 'step', returned, stop: { pc: 0x101dn, cr3: 0x1000n } });
  });

  it('ends also when the result cannot be read', async () => {
    const machine = new FakeMachine([at(0x1110, { sp: 0xff0n }), at(0x101d)]);
    const report = await finish(machine, (on) => new StepOut(on, on.current, { pc: 0x101dn, sp: 0x1000n }, () => Promise.reject(new Error('unreadable'))));
    expect(report.reason).toBe('step');
    expect(report.returned).toBeUndefined();
  });
});

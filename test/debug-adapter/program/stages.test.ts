import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { StageTracker } from '../../../debug-adapter/program/stages';
import { FakeMachine, fakeImage } from './fakes';

const setup = () => {
  const fake = new FakeMachine();
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine);
  let time = 0;
  const tracker = new StageTracker({
    machine,
    program,
    now: () => time,
    names: () => ({ loader: 'boot loader', kernel: 'kernel', init: 'init', login: 'login' }),
    stageOfLine: (line) => (line.startsWith('Looking for RedoxFS') ? 'loader' : line.startsWith('init: switchroot') ? 'init' : line.endsWith('login:') ? 'login' : undefined),
  });
  const say = (text: string) => {
    tracker.onConsole(Buffer.from(text), time);
  };
  return { fake, program, tracker, say, at: (ms: number) => (time = ms) };
};

describe('stages', () => {
  it('are entered by serial lines, torn, coloured and without end', async () => {
    const { program, tracker, say, at } = setup();
    await tracker.arm();
    expect(tracker.current).toBe('firmware');
    at(900);
    say('\x1b[2J\x1b[01;01HLooking for Re');
    expect(tracker.current).toBe('firmware');
    say('doxFS:\r\n');
    expect(tracker.current).toBe('loader');
    expect(program.activeStage).toBe('loader');
    at(2000);
    say('\r\nfreebsd login:');
    at(3000);
    say(' root\r\nLooking for RedoxFS:\r\n');
    expect(tracker.answer()).toMatchObject({
      current: 'login',
      stages: [
        { id: 'firmware', enteredMs: 0, leftMs: 900 },
        { id: 'loader', name: 'boot loader', enteredMs: 900, leftMs: 2000, evidence: [{ kind: 'serial', text: 'Looking for RedoxFS:' }] },
        { id: 'kernel', evidence: [] },
        { id: 'init', evidence: [] },
        { id: 'login', enteredMs: 2000 },
      ],
    });
  });

  it('are entered by the code that stops', async () => {
    const { fake, program, tracker } = setup();
    await tracker.arm();
    const loader = program.addImage({ stage: 'loader', image: fakeImage({ path: '/b/boot.efi', base: 0x10_0000n, functions: [{ name: 'efi_main', entry: 0x10_0000n }] }) });
    program.place(loader, 0n, { confirmed: true });
    const heard: string[] = [];
    tracker.onEntered((stage) => heard.push(stage.id));
    await tracker.onStop(fake.stop(0x10_0004n));
    await tracker.onStop(fake.stop(0xffff_ffff_8000_0000n));
    fake.cpl = 3;
    await tracker.onStop(fake.stop(0x40_0000n));
    await tracker.onStop(fake.stop(0xffff_ffff_8000_0000n));
    expect(heard).toEqual(['loader', 'kernel', 'init']);
    expect(tracker.answer().stages.find(({ id }) => id === 'loader')).toMatchObject({ space: '0x1000', evidence: [{ kind: 'breakpoint', text: 'stopped in efi_main of boot.efi' }] });
  });

  it.each([
    ['where it is entered', 0x1020n, 0x10202n],
    ['behind its change of CS', 0x1000n, 0x10202n],
    ['not in other code of real mode', 0x1000n, 0x10204n],
  ])("know a Linux kernel's setup code by its header, %s", async (_, cs, magicAt) => {
    const read = (address: bigint, length: number) => Buffer.from(Array.from({ length }, (_, i) => 'HdrS'.charCodeAt(Number(address - magicAt) + i) || 0));
    const machine = {
      launched: true,
      registers: () => Promise.resolve({ mode: 'real', bits: 16, cpl: 0, paging: false, get: (name: string) => (name === 'cs' ? cs : 0n) }),
      physical: { readMany: (requests: readonly { address: bigint; length: number }[]) => Promise.resolve(requests.map(({ address, length }) => new Uint8Array(read(address, length)))) },
    } as unknown as Machine;
    const tracker = new StageTracker({ machine, program: new PlacedProgram(machine) });
    await tracker.arm();
    await tracker.onStop({ reason: 'breakpoint', vcpu: { id: 1, name: 'CPU#0' }, pc: 0x10200n, cr3: 0n, hits: [] });
    expect(tracker.current).toBe(magicAt === 0x10202n ? 'loader' : 'firmware');
  });

  it('begin anew after a reset', async () => {
    const { program, tracker, say } = setup();
    await tracker.arm();
    say('init: switchroot to /usr\n');
    expect(program.activeStage).toBe('init');
    await tracker.arm();
    expect(tracker.answer()).toMatchObject({ current: 'firmware' });
  });
});

import fs from 'node:fs';
import type { Image } from '../../../debug-adapter/images/image';
import { framesFrom, innermost } from '../../../debug-adapter/inspect/stack/unwind';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import type { PlacedModule } from '../../../debug-adapter/program/placed-module';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { FrameAgreement } from './frame-agreement';
import { GdbOnDumps } from './gdb-dumps';
import type { System } from './gdb-saved-registers';
import { dumpGuest, setRegisters } from './guest-dump';
import { compareStack } from './stack-agreement';

export interface LiveGuest {
  /** Without -serial, -gdb, -qmp. */
  readonly qemu: readonly string[];
  readonly system: System;
  /** The kernel with its debug information, linked where it runs. */
  readonly kernel: string;
  /** Programs with their debug information, linked where they run. */
  readonly programs: readonly string[];
  /** Functions of the kernel to stop in, each once. */
  readonly functions: readonly string[];
  /** Functions of programs to stop in after these. */
  readonly programFunctions: readonly string[];
  /** Instructions from each of these stops to another one. */
  readonly further: number;
}

export const told = ({ kernel, programs, inPrograms }: LiveAgreement): string =>
  [kernel, programs].map(({ frames, values, wrong, known }, i) => `${frames} frames of ${i === 0 ? 'the kernel' : `programs at ${inPrograms} stops`}, ${values} values, ${wrong.length} differences; known: ${known}`).join('; ');

const userTop = 1n << 47n;

/** What was compared of the kernel's frames, and of those of programs below them. */
export interface LiveAgreement {
  readonly kernel: FrameAgreement;
  readonly programs: FrameAgreement;
  /** Stops at which frames of a program were compared. */
  inPrograms: number;
}

/** Whether the process that runs is that program: whether what of its code is in memory is the file's. */
const isIn = async (machine: Machine, image: Image): Promise<boolean> => {
  const space = await machine.currentSpace();
  let same = false;
  for (const { address: start, size, executable } of image.sections) {
    if (!executable) continue;
    for (let address = start; address < start + BigInt(size); address = (address & ~0xfffn) + 0x1000n) {
      const end = (address & ~0xfffn) + 0x1000n;
      const length = Number((end < start + BigInt(size) ? end : start + BigInt(size)) - address);
      const there = await space.readSome(address, length);
      if (there.length === 0) continue;
      if (!Buffer.from(there).equals(image.bytesAt(address, there.length) ?? Buffer.alloc(0))) return false;
      same = true;
    }
  }
  return same;
};

/** Which registers of a frame that broke off differ from what the kernel has saved; those that are lost are passed over. */
const differingRegisters = async ({ activation }: Frame, saved: Readonly<Record<string, string>>): Promise<string[]> => {
  const differences: string[] = [];
  for (const [name, value] of Object.entries(saved)) {
    const own = await activation.registers.named(name);
    if (own !== undefined && own !== BigInt(value)) differences.push(`${name} is ${own}, the kernel has saved ${value}`);
  }
  return differences;
};

/**
 * Boots a guest, stops it in functions of its kernel and compares the stack, arguments and locals of each frame with gdb's. While Bootscope holds the stub
 * gdb cannot join, so QEMU itself writes what it has (`dump-guest-memory -p`: memory by its own walk of the page tables, and registers) as a core file, and
 * gdb reads that while the machine stands still. What lies below the kernel's frames another gdb reads beside the symbols of the program, from the same
 * file with the registers that the kernel's own structures have of it.
 */
export const compareLiveFrames = async ({ qemu, system, kernel, programs, functions, programFunctions, further }: LiveGuest): Promise<LiveAgreement> => {
  const machine = await launchQemu({ argv: qemu });
  const debuggers = new Map<string, GdbOnDumps>();
  const debuggerOf = (file: string): GdbOnDumps => {
    const debugger_ = debuggers.get(file) ?? new GdbOnDumps(file);
    debuggers.set(file, debugger_);
    return debugger_;
  };
  try {
    const program = new PlacedProgram(machine);
    const place = async (stage: 'kernel' | 'userland', file: string): Promise<PlacedModule> => {
      const module = await program.add({ stage, file });
      if (!module) throw new Error(`${file} is no image`);
      return module;
    };
    const module = await place('kernel', kernel);
    program.place(module, 0n, { confirmed: true });
    program.setActiveStage('kernel');
    const users: PlacedModule[] = [];
    for (const file of programs) users.push(await place('userland', file));
    const agreement: LiveAgreement = { kernel: new FrameAgreement(), programs: new FrameAgreement(), inPrograms: 0 };

    /** The program whose process runs, known by its code in memory, and placed there. */
    const runningProgram = async (): Promise<PlacedModule | undefined> => {
      const { cr3 } = await machine.registers();
      let running: PlacedModule | undefined;
      for (const one of users) {
        if (running === undefined && (await isIn(machine, one.image))) program.place((running = one), 0n, { confirmed: true, roots: new Set([cr3]) });
        else program.unplace(one);
      }
      return running;
    };

    const compare = async (stop: string): Promise<void> => {
      const user = await runningProgram();
      const frames: Frame[] = [];
      // In a core file gdb hides no inlined function at its first instruction, as `stackOf` does.
      for await (const frame of framesFrom((await innermost(program, machine))!)) frames.push(frame);
      const border = frames.findIndex(({ address }) => address < userTop);
      const described = `${stop}, ${frames.map(({ name }) => name).join(' < ')}; ${frames.at(-1)?.endReason}`;
      const dump = await dumpGuest(machine);
      if (border !== 0) {
        const { frames: theirs, saved } = await debuggerOf(kernel).ask(dump, system);
        await compareStack(border < 0 ? frames : frames.slice(0, border), theirs, stop, agreement.kernel);
        if ((saved === null) !== border < 0) agreement.programs.wrong.push(`${described}: the kernel has ${saved === null ? 'no program' : `a program at ${saved['rip']}`}`);
        if (saved !== null && border > 0) {
          agreement.programs.wrong.push(...(await differingRegisters(frames[border]!, saved)).map((difference) => `${described}: ${difference}`));
          setRegisters(dump, saved);
        }
      }
      if (user !== undefined && border >= 0) {
        agreement.inPrograms++;
        const { frames: theirs } = await debuggerOf(user.image.path).ask(dump);
        await compareStack(frames.slice(border), theirs, `${stop} in ${user.name}`, agreement.programs);
      }
      fs.rmSync(dump);
    };

    const reach = async (name: string, modules: readonly PlacedModule[]): Promise<void> => {
      const entries = modules.flatMap(({ image }) => image.debugInfo.functionsNamed(name)).flatMap((found) => [...(found.entry === undefined ? [] : [found.entry]), ...found.inlinedInstances().map(({ entry }) => entry)]);
      if (entries.length === 0) throw new Error(`${modules.map((one) => one.name).join()}: no ${name}`);
      const breakpoints = await Promise.all([...new Set(entries)].map((address) => machine.breakpoints.add({ kind: 'execute', address, owner: 'test' })));
      await machine.resume();
      await machine.nextStop(AbortSignal.timeout(90_000)).catch((error: unknown) => {
        throw new Error(`${name} is not reached`, { cause: error });
      });
      await machine.breakpoints.remove(breakpoints);
    };

    for (const name of functions) {
      await reach(name, [module]);
      await compare(name);
      for (let i = 0; i < further; i++) await machine.step();
      await compare(`${name}+${further}`);
    }
    for (const name of programFunctions) {
      await reach(name, users);
      await compare(name);
    }
    agreement.kernel.askOfBeyond();
    agreement.programs.askOfBeyond();
    return agreement;
  } finally {
    for (const one of debuggers.values()) one.close();
    await machine.close('kill');
  }
};

import fs from 'node:fs';
import { framesFrom, innermost } from '../../../debug-adapter/inspect/stack/unwind';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { compareNames } from '../images/scope-agreement';
import { compareFrame, FrameAgreement } from './frame-agreement';
import { GdbOnDumps } from './gdb-dumps';
import { dumpGuest } from './guest-dump';

export interface LiveGuest {
  /** Without -serial, -gdb, -qmp. */
  readonly qemu: readonly string[];
  /** The kernel with its debug information, linked where it runs. */
  readonly kernel: string;
  /** Functions of the kernel to stop in, each once. */
  readonly functions: readonly string[];
  /** Instructions from each of these stops to another one. */
  readonly further: number;
}

/**
 * Boots a guest, stops it in functions of its kernel and compares the stack, arguments and locals of each frame with gdb's. While Bootscope holds the stub
 * gdb cannot join, so QEMU itself writes what it has (`dump-guest-memory -p`: memory by its own walk of the page tables, and registers) as a core file, and
 * gdb reads that while the machine stands still.
 */
export const compareLiveFrames = async ({ qemu, kernel, functions, further }: LiveGuest): Promise<FrameAgreement> => {
  const machine = await launchQemu({ argv: qemu });
  const gdb = new GdbOnDumps(kernel);
  try {
    const program = new PlacedProgram(machine);
    const module = await program.add({ stage: 'kernel', file: kernel });
    if (!module) throw new Error(`${kernel} is no image`);
    program.place(module, 0n, { confirmed: true });
    program.setActiveStage('kernel');
    const agreement = new FrameAgreement();

    const compare = async (stop: string): Promise<void> => {
      const dump = await dumpGuest(machine);
      const theirs = await gdb.frames(dump);
      fs.rmSync(dump);
      const frames: Frame[] = [];
      // In a core file gdb hides no inlined function at its first instruction, as `stackOf` does.
      for await (const frame of framesFrom((await innermost(program, machine))!)) frames.push(frame);
      for (const [i, frame] of theirs.entries()) {
        if (frame.name === null || frame.line === 0) break;
        const ours = frames[i];
        const where = `${stop} frame ${i} ${frame.name}`;
        const place = ours && [ours.address.toString(), ours.inlined, ours.source?.line ?? 0];
        const name = ours?.scope?.function.name;
        const { debugInfo } = module.image;
        const linesAround = ours && [debugInfo.lineAt(ours.address - 1n)?.line, debugInfo.lineAt(ours.address)?.line];
        if (frame.file.endsWith('.S') && ours?.address.toString() === frame.pc && ours.source?.line !== frame.line && JSON.stringify(linesAround) === JSON.stringify([ours.source?.line, frame.line]))
          agreement.known.note('call in assembler');
        else if (JSON.stringify(place) !== JSON.stringify([frame.pc, frame.inlined, frame.line]) || (ours?.scope && ours.scope.function.language !== 'rust' && name !== frame.name)) {
          agreement.wrong.push(`${where}: ${JSON.stringify(place)} ${name}, gdb ${JSON.stringify(frame)}`);
          break;
        }
        // Entry code in assembler has lines and nothing else: from there on gdb guesses where frames are.
        if (!ours?.scope) {
          if (ours?.place.symbol?.name !== frame.name) agreement.known.note('label in assembler');
          break;
        }
        await compareFrame(ours, frame, where, agreement);
      }
    };

    for (const name of functions) {
      const entries = program.functionsNamed(name).flatMap(({ function: found }) => [...(found.entry === undefined ? [] : [found.entry]), ...found.inlinedInstances().map(({ entry }) => entry)]);
      if (entries.length === 0) throw new Error(`${kernel} has no ${name}`);
      const breakpoints = await Promise.all(entries.map((address) => machine.breakpoints.add({ kind: 'execute', address, owner: 'test' })));
      await machine.resume();
      await machine.nextStop(AbortSignal.timeout(90_000)).catch((error: unknown) => {
        throw new Error(`${name} is not reached`, { cause: error });
      });
      await machine.breakpoints.remove(breakpoints);
      await compare(name);
      for (let i = 0; i < further; i++) await machine.step();
      await compare(`${name}+${further}`);
    }
    const { debugInfo } = module.image;
    agreement.wrong.push(...compareNames(kernel, debugInfo, agreement.beyond.map(({ address }) => address), 5));
    agreement.known.note('block in pieces', agreement.beyond.length);
    return agreement;
  } finally {
    gdb.close();
    await machine.close('kill');
  }
};

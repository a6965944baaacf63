import { Activation } from '../../../debug-adapter/inspect/stack/activation';
import { FrameRegisters } from '../../../debug-adapter/inspect/stack/frame-registers';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { registerNamesFor } from '../../../debug-adapter/inspect/stack/register-names';
import { framesFrom } from '../../../debug-adapter/inspect/stack/unwind';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import type { FakeImageOptions } from '../program/fakes';
import { FakeMachine, FakeSpace, fakeImage } from '../program/fakes';

/** Stacks of 64-bit words under a kernel whose code is told byte by byte. */

export const kernel = 0xffff_ffff_8100_0000n;
export const stack = 0xffff_8880_0000_1000n;
export const words = 256;

/** Every address that is a multiple of 16 follows a call. */
export const code = new Uint8Array(0x1000).fill(0x90);
for (let at = 11; at < code.length; at += 16) code[at] = 0xe8;
/** A compiled function that keeps a frame pointer: `push %rbp; mov %rsp,%rbp`. */
export const compiled = kernel + 0x800n;
code.set([0x55, 0x48, 0x89, 0xe5], 0x800);

export const at = (index: number): bigint => stack + BigInt(index * 8);
export const returnTo = (index: number): bigint => kernel + BigInt(index * 16);

const setup = (options: FakeImageOptions): PlacedProgram => {
  const program = new PlacedProgram(new FakeMachine().asMachine());
  const image = fakeImage({ path: '/b/kernel', base: kernel, code, symbols: [{ name: 'work', address: kernel }, { name: 'compiled', address: compiled }], ...options });
  const module = program.addImage({ stage: 'kernel', image });
  program.place(module, 0n);
  program.setActiveStage('kernel');
  return program;
};

/** The frames of a processor that stands at `pc` with this stack; of other registers nothing is known. */
export const framesOf = async (content: readonly bigint[], registers: { pc: bigint; sp: bigint; rbp?: bigint }, options: FakeImageOptions = {}, limit?: number): Promise<Frame[]> => {
  const bytes = Buffer.alloc(content.length * 8);
  content.forEach((word, i) => bytes.writeBigUInt64LE(BigInt.asUintN(64, word), i * 8));
  const space = new FakeSpace(0x1000n).put(kernel, code).put(stack, bytes, false);
  const names = registerNamesFor(undefined, 64);
  const values = new Map([[names.pc, registers.pc], [names.sp, registers.sp]]);
  if (registers.rbp !== undefined) values.set(names.framePointer, registers.rbp);
  const own = new FrameRegisters(names, space, (number) => {
    const value = values.get(number);
    return value === undefined ? { kind: 'lost' } : { kind: 'value', value, size: 8 };
  });
  const found: Frame[] = [];
  for await (const frame of framesFrom(new Activation({ program: setup(options), space, cr3: 0x1000n, pc: registers.pc, registers: own, exact: true }), limit)) found.push(frame);
  return found;
};

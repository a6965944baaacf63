import type { Registers } from './registers';

/** The mode a vCPU executes in. Source: Intel SDM volume 3, 2.2 (modes), 3.4.5 (segment descriptors: L, D). */
export type Mode = Registers['mode'];

/** What the processor holds for CS beside the selector. */
export interface CodeSegment {
  readonly base: bigint;
  /** L: 64-bit code in long mode. */
  readonly long: boolean;
  /** D: 32-bit default. */
  readonly big: boolean;
}

const CR0_PE = 1n;
const EFER_LMA = 1n << 10n;
const EFLAGS_VM = 1n << 17n;

export interface ModeInputs {
  readonly cr0: bigint;
  readonly efer: bigint;
  readonly eflags: bigint;
  readonly cs: bigint;
  readonly rip: bigint;
  /** True when some register holds more than 32 bits: the stub cuts them all outside 64-bit code. */
  readonly wide: boolean;
}

export const isLongModeActive = (efer: bigint): boolean => (efer & EFER_LMA) !== 0n;
const isReal = ({ cr0, eflags }: ModeInputs): boolean => (cr0 & CR0_PE) === 0n || (eflags & EFLAGS_VM) !== 0n;

/**
 * True when the registers in the `g` answer do not settle mode and CS base, so that the descriptor cache has to be asked for.
 * In long mode the stub shows 64-bit registers only in 64-bit code, so one wide register settles it.
 */
export const needsCodeSegment = (inputs: ModeInputs): boolean => !(isLongModeActive(inputs.efer) && (inputs.wide || inputs.rip >= 1n << 32n));

/**
 * Mode and CS base. Without the descriptor cache: long mode is taken for 64-bit code, protected mode for flat 32-bit code,
 * and real mode for base = selector × 16, which is wrong only before the first far jump after reset.
 */
export function decodeMode(inputs: ModeInputs, segment: CodeSegment | undefined): { mode: Mode; base: bigint; bits: 16 | 32 | 64 } {
  if (isLongModeActive(inputs.efer)) {
    if (!needsCodeSegment(inputs) || segment === undefined || segment.long) return { mode: 'long', base: 0n, bits: 64 };
    return segment.big ? { mode: 'compat32', base: segment.base, bits: 32 } : { mode: 'compat16', base: segment.base, bits: 16 };
  }
  if (isReal(inputs)) return { mode: 'real', base: segment?.base ?? (inputs.cs & 0xffffn) << 4n, bits: 16 };
  if (segment === undefined || segment.big) return { mode: 'protected32', base: segment?.base ?? 0n, bits: 32 };
  return { mode: 'protected16', base: segment.base, bits: 16 };
}

const DESCRIPTOR_L = 1 << 21;
const DESCRIPTOR_B = 1 << 22;

/**
 * The CS line of every CPU in the monitor's `info registers -a`:
 * `CS =f000 ffff0000 0000ffff 00009b00` = selector, base, limit, second word of the descriptor.
 * Source: QEMU, target/i386/cpu-dump.c, cpu_x86_dump_seg_cache.
 */
export function parseCodeSegments(text: string): ReadonlyMap<number, CodeSegment> {
  const found = new Map<number, CodeSegment>();
  let cpu = 0;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*CPU#(\d+)/.exec(line);
    if (header !== null) cpu = Number(header[1]);
    const cs = /^CS\s*=\s*[0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+)/.exec(line);
    if (cs === null) continue;
    const flags = Number.parseInt(cs[2] ?? '0', 16);
    found.set(cpu, { base: BigInt(`0x${cs[1] ?? '0'}`), long: (flags & DESCRIPTOR_L) !== 0, big: (flags & DESCRIPTOR_B) !== 0 });
  }
  return found;
}

import type { Machine, Memory } from './machine';
import { rootOf } from './page-walk';

/**
 * Page-table isolation: kernel and user code of one process run on two top tables. Linux keeps them side by side, the user's behind the kernel's
 * (arch/x86/include/asm/pgtable.h, PTI_PGTABLE_SWITCH_BIT); FreeBSD allocates them apart (sys/amd64/amd64/pmap.c, pm_ucr3).
 */
const SWITCH_BIT = 0x1000n;

/** Entries of the lower, the user's half of a top table, in bytes. */
const userHalf = 2048;
const PRESENT = 1n;
/** Accessed and dirty, which the processor sets; and no-execute, which both systems set in the kernel's copy of the user's entries. */
const VOLATILE = (1n << 5n) | (1n << 6n) | (1n << 63n);

/** What a page-table root was seen with. */
export interface SeenRoot {
  /** CR3; its flag bits do not count. */
  readonly cr3: bigint;
  /** Privilege level of the code that ran on it. */
  readonly cpl: number;
}

/** True when both top tables map the same user memory: no two processes share the tables behind them. Physical reads. */
export const mapSameUserMemory = async (physical: Memory, first: bigint, second: bigint): Promise<boolean> => {
  const [a, b] = await physical.readMany([first, second].map((address) => ({ address, length: userHalf })));
  if (!a || !b) return false;
  const [left, right] = [a, b].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  let mapped = false;
  for (let at = 0; at < userHalf; at += 8) {
    const [one = 0n, other = 0n] = [left, right].map((view) => view?.getBigUint64(at, true) ?? 0n).map((entry) => ((entry & PRESENT) === 0n ? 0n : entry & ~VOLATILE));
    if (one !== other) return false;
    mapped ||= one !== 0n;
  }
  return mapped;
};

/**
 * True when two roots are of one address space: equal, or the two of a process under page-table isolation. Memory is read only where they may be: where they lie
 * side by side, or where one was seen in the kernel and the other in user code.
 */
export const isSameSpace = async (machine: Pick<Machine, 'physical'>, first: SeenRoot, second: SeenRoot): Promise<boolean> => {
  const [one, other] = [rootOf(first.cr3, '4level'), rootOf(second.cr3, '4level')];
  if (one === other) return true;
  if ((one ^ other) !== SWITCH_BIT && (first.cpl === 3) === (second.cpl === 3)) return false;
  return mapSameUserMemory(machine.physical, one, other);
};

/** The root beside one where Linux keeps the other of the two under page-table isolation; undefined where memory shows no such pair. */
export const isolatedTwin = async (machine: Pick<Machine, 'physical'>, cr3: bigint): Promise<bigint | undefined> => {
  const root = rootOf(cr3, '4level');
  return root !== 0n && (await mapSameUserMemory(machine.physical, root, root ^ SWITCH_BIT)) ? root ^ SWITCH_BIT : undefined;
};

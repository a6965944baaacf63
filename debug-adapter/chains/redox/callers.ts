import type { CallFrame } from '../../api';
import { isPlumbing } from '../../../boot/plumbing';
import type { Type } from '../../images/types';
import type { Frame } from '../../inspect/stack/frame';
import { savedCall } from '../../inspect/stack/saved';
import { userStack, type Followed } from '../../inspect/stack/user-frames';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import type { ChainContext } from '../chain';
import type { SavedRegisters } from '../sleeping';
import { isUnknown, perhaps } from '../unknown';
import { readContext, type RedoxContext } from './contexts';
import { readRegisters } from './sleeping';

/** Calls of the asking program that are written down. */
const mostFrames = 24;
/** Bytes of the kernel's stack that are fetched at once, from where the context waits: its way in, and what it has saved of the program. */
const fetched = 2048;
/** Ways through one program that are tried before its stack is followed anew. */
const mostKnown = 16;

interface Lock {
  readonly type: Type;
  readonly address: bigint;
  /** Stack pointer at which its context waited when it was looked at last. */
  rsp?: bigint;
  /** Stacks that were followed, the last one found first. */
  readonly known: KnownStack[];
}

/** A stack that was followed once: as long as the words that it was followed by are the same, so is the stack. */
interface KnownStack {
  readonly space: bigint;
  /** Where the context goes on in the kernel. */
  readonly rip: bigint;
  readonly rsp: bigint;
  /** On the kernel's stack: the program's pc and stack pointer. */
  readonly left: readonly Followed[];
  /** On the program's stack: return addresses. */
  readonly returns: readonly Followed[];
  readonly frames: readonly CallFrame[];
}

interface Waiting {
  readonly lock: Lock;
  readonly space: bigint;
  readonly registers: SavedRegisters;
}

/** The code that asked a daemon, from the stack of the context that waits for the answer. */
export class Callers {
  /** By pid, the locks around its contexts. */
  #locks: ReadonlyMap<number, readonly Lock[]> = new Map();

  /** The contexts there are now. A context stays where it is as long as it lives. What was known of stacks goes, as images may have come. */
  learn(contexts: readonly RedoxContext[]): void {
    const locks = new Map<number, Lock[]>();
    for (const { pid, lock } of contexts) {
      if (lock.address === undefined) continue;
      locks.set(pid, [...(locks.get(pid) ?? []), { type: lock.type, address: lock.address, known: [] }]);
    }
    this.#locks = locks;
  }

  clear(): void {
    this.#locks = new Map();
  }

  /** Calls of the process, innermost first; undefined where its stack cannot be followed, or several of its threads wait. */
  async stackOf(context: ChainContext, kernel: ProgramView, pid: number): Promise<readonly CallFrame[] | undefined> {
    const found = await Promise.all((this.#locks.get(pid) ?? []).map((lock) => perhaps(() => waitingAt(kernel, pid, lock))));
    const [only, another] = found.filter((one) => one !== undefined);
    if (only === undefined || another !== undefined) return undefined;
    return perhaps(async () => (await knownStack(context, kernel, only)) ?? (await this.#follow(context, kernel, only)));
  }

  async #follow({ program, machine }: ChainContext, kernel: ProgramView, { lock, space, registers }: Waiting): Promise<readonly CallFrame[] | undefined> {
    const stack = await userStack(savedCall(program, machine.spaceOf(space), { ...registers }), mostFrames);
    if (stack === undefined || stack.frames.length === 0) return undefined;
    const frames = stack.frames.map(callFrame);
    const left = returnFrame(await kernel.memory.readSome(registers.rsp, fetched), registers.rsp, stack.pc, stack.sp);
    if (left !== undefined) {
      lock.known.unshift({ space, rip: registers.rip, rsp: registers.rsp, left, returns: stack.returns, frames });
      lock.known.length = Math.min(lock.known.length, mostKnown);
    }
    return frames;
  }
}

const waitingAt = async (kernel: ProgramView, pid: number, lock: Lock): Promise<Waiting | undefined> => {
  const value = kernel.value(lock.type, lock.address);
  // Most waits are in the same place as the one before.
  await kernel.prefetch([{ address: lock.address, length: lock.type.size }, ...(lock.rsp === undefined ? [] : [{ address: lock.rsp - 8n, length: fetched }])]);
  const context = await readContext(new Batch(kernel), value);
  if (context.pid !== pid || context.running || isUnknown(context.space) || context.space === 0n || !context.state.startsWith('Blocked')) return undefined;
  const registers = await readRegisters(kernel, value);
  lock.rsp = registers.rsp;
  return { lock, space: context.space, registers };
};

/** The stack, where it is one that was followed before. */
const knownStack = async ({ machine }: ChainContext, kernel: ProgramView, { lock, space, registers }: Waiting): Promise<readonly CallFrame[] | undefined> => {
  const alike = lock.known.filter((one) => one.space === space && one.rip === registers.rip && one.rsp === registers.rsp);
  if (alike.length === 0) return undefined;
  const stack = await kernel.memory.readSome(registers.rsp, fetched);
  const sameWayIn = alike.filter(({ left }) => left.every(({ address, value }) => wordAt(stack, Number(address - registers.rsp)) === value));
  const wanted = sameWayIn.flatMap(({ returns }) => returns);
  const words = await machine.spaceOf(space).readMany(wanted.map(({ address }) => ({ address, length: 8 })));
  const now = new Map(wanted.map(({ address }, index) => [address, words[index]]));
  return sameWayIn.find(({ returns }) => returns.every(({ address, value }) => wordAt(now.get(address), 0) === value))?.frames;
};

const wordAt = (bytes: Uint8Array | undefined, offset: number): bigint | undefined =>
  bytes === undefined || offset < 0 || offset + 8 > bytes.length ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset, true);

/** What the processor or the kernel's entry pushed for the way back (`iretq`: rip, cs, rflags, rsp, ss). */
const returnFrame = (stack: Uint8Array, at: bigint, pc: bigint, sp: bigint): readonly Followed[] | undefined => {
  for (let offset = 0; offset + 40 <= stack.length; offset += 8) {
    if (wordAt(stack, offset) !== pc || wordAt(stack, offset + 24) !== sp) continue;
    const address = at + BigInt(offset);
    return [{ address, value: pc }, { address: address + 24n, value: sp }];
  }
  return undefined;
};

const callFrame = (frame: Frame): CallFrame => ({ function: frame.name, ...(frame.source === undefined ? {} : { source: { path: frame.source.file, line: frame.source.line } }) });

/** The call that a user looks for: the innermost of the program's own code that has a line. */
export const ownCall = (frames: readonly CallFrame[]): CallFrame | undefined => frames.find((frame) => frame.source !== undefined && !isPlumbing(frame.function)) ?? frames.find(({ source }) => source !== undefined);

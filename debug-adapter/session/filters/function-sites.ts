import { exitsOf } from '../../inspect/exits';
import type { FunctionInfo } from '../../images/debug-info';
import { strip } from '../../images/types';
import type { Module } from '../../program/program';

/** A place where a function is left, or entered; linked addresses. */
export interface FunctionSite {
  readonly address: bigint;
  readonly kind: 'entry' | 'return' | 'tail';
  readonly function: FunctionInfo;
  /** Of a tail call through a register: its name. */
  readonly through?: string;
}

/** What rustc calls the body of an `async fn`, newest first; what runs is the coroutine, the function only makes it. */
const coroutineNames = ['{async_fn#0}', '{async_fn_env#0}', '{async_block#0}', '{closure#0}'];

const isPoll = (found: FunctionInfo): boolean => /^(enum2\$<)?core::task::poll::Poll<|^Poll</.test(strip(found.returns).qualifiedName);

/** The functions a user means by a name: for an `async fn` its coroutine, of which the result is the Poll. */
export const functionsMeant = (module: Module, name: string): readonly FunctionInfo[] => {
  const { debugInfo } = module.image;
  for (const coroutine of coroutineNames) {
    const bodies = debugInfo.functionsNamed(`${name}::${coroutine}`).filter(isPoll);
    if (bodies.length > 0) return bodies;
  }
  return debugInfo.functionsNamed(name);
};

/** By the size of an address; register numbers of the psABI. */
const stackPointer = { 8: 7, 4: 4 } as const;

/** Entry and every exit of a function's own code; none when it is inlined everywhere. */
export const sitesOf = async (module: Module, found: FunctionInfo): Promise<readonly FunctionSite[]> => {
  const { image } = module;
  const exits = await exitsOf(found.ranges, {
    read: (start, length) => Promise.resolve(image.bytesAt(start, length)),
    bits: image.addressSize === 8 ? 64 : 32,
    stackAsAtEntry: (address) => {
      const cfa = image.debugInfo.unwindAt(address)?.cfa;
      return cfa?.kind === 'register' && cfa.register === stackPointer[image.addressSize] && cfa.offset === BigInt(image.addressSize);
    },
  });
  const entry: FunctionSite[] = found.entry === undefined ? [] : [{ address: found.entry, kind: 'entry', function: found }];
  const returns = (target: bigint | undefined): boolean => target !== undefined && isReturnThunk(image.symbols.at(target)?.linkageName);
  return [...entry, ...exits.map(({ address, tail, target, through }): FunctionSite => ({ address, kind: tail && !returns(target) ? 'tail' : 'return', function: found, ...(through === undefined ? {} : { through }) }))];
};

/** Kernels built against speculative execution return by a jump (Linux arch/x86/lib/retpoline.S), which they patch to `ret` where they can. */
const isReturnThunk = (name: string | undefined): boolean => name !== undefined && /^(__x86|retbleed|srso|srso_alias)_return_thunk$/.test(name);

import { chainErrors } from '../errors/chains';
import { failure } from '../errors/catalogue';
import { strip, type StructType } from '../images/types';
import type { Value } from '../inspect/value';

/** Wrappers in wrappers are rarely more than this (Once<UnsafeCell<MaybeUninit<ManuallyDrop<T>>>>). */
const deepest = 10;

/**
 * The nearest structure inside `value` that has all these members: looks through locks, cells and other wrappers that hold
 * their content by value, breadth first, and follows no pointer. So a reader need not know which lock a kernel uses.
 * Throws BS402 when there is none.
 */
export const holderOf = (value: Value, ...members: readonly [string, ...string[]]): Value => {
  let level: Value[] = [value];
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const next: Value[] = [];
    for (const candidate of level) {
      const type = strip(candidate.type);
      if (type.kind !== 'struct') continue;
      if (members.every((name) => namesIn(type).includes(name))) return candidate;
      for (const name of namesIn(type)) if (strip(candidate.member(name).type).kind === 'struct') next.push(candidate.member(name));
    }
    level = next;
  }
  throw failure(chainErrors.noMember, { type: value.type.qualifiedName || value.type.name, member: members.join(', ') });
};

/** Names that C takes for members of this structure: its own, and those in structures and unions without a name. */
const namesIn = (type: StructType): string[] =>
  type.members.flatMap((member) => {
    if (member.name !== '') return [member.name];
    const inner = strip(member.type);
    return inner.kind === 'struct' ? namesIn(inner) : [];
  });

/** The member, wherever in the wrappers it is. */
export const innerMember = (value: Value, member: string): Value => holderOf(value, member).member(member);

/** The number inside wrappers that hold one thing (`PhysicalAddress(usize)`, `AtomicU32 { v: UnsafeCell { value } }`). */
export const innerInteger = async (value: Value): Promise<bigint> => {
  let current = value;
  for (let depth = 0; depth < deepest; depth++) {
    const type = strip(current.type);
    if (type.kind !== 'struct') break;
    const [only] = type.members.filter((member) => member.type.size > 0);
    if (only === undefined) break;
    current = current.member(only.name);
  }
  return current.integer();
};

import type { Member, StructType } from '../../images/types';
import { strip } from '../../images/types';
import { countedContent, innerPointer, sizedMembers } from './pointers';
import type { TypedValue } from './typed-value';

/** `core::cell::UnsafeCell` and what libraries keep a guarded value in. */
const isUnsafeCell = (member: Member): boolean => {
  const type = strip(member.type);
  return type.kind === 'struct' && type.language !== 'c' && /^(UnsafeCell|SyncUnsafeCell)(<|$)/.test(type.name);
};

/**
 * The member that a cell or a lock guards: `value` of RefCell and Cell (library/core/src/cell.rs), `data` of std's Mutex and
 * RwLock (library/std/src/sync/poison/mutex.rs), spin's and parking_lot's (lock_api src/mutex.rs). Told by its type, UnsafeCell.
 */
export const guardedMember = (type: StructType): Member | undefined => {
  if (type.language === 'c' || type.variantPart || type.flavor === 'union') return undefined;
  return type.members.find((member) => (member.name === 'value' || member.name === 'data') && isUnsafeCell(member));
};

/** What a cell or a lock holds, whoever holds it now; undefined for anything else. */
export const cellContent = (value: TypedValue): TypedValue | undefined => {
  const type = strip(value.type);
  const guarded = type.kind === 'struct' ? guardedMember(type) : undefined;
  if (!guarded) return undefined;
  const cell = value.field(guarded);
  return cell.hasMember('value') ? cell.member('value') : undefined;
};

/**
 * The one field of a wrapper of Rust's libraries that says nothing itself: Cell, NonZero, Wrapping, atomics, MaybeUninit. Anything
 * else is itself.
 */
export const unwrapped = (value: TypedValue): TypedValue => {
  let current = value;
  for (let depth = 0; depth < 8; depth++) {
    const type = strip(current.type);
    if (type.kind !== 'struct' || type.language === 'c' || type.variantPart || !/^(core|std|alloc)::/.test(type.qualifiedName)) return current;
    const [only, another] = sizedMembers(type);
    if (!only || another) return current;
    current = current.field(only);
  }
  return current;
};

/** AtomicBool keeps its truth in a byte (library/core/src/sync/atomic.rs). */
export const isAtomicBool = (type: StructType): boolean => /^core::sync::atomic::Atomic(Bool|<bool>)$/.test(type.qualifiedName);

/** Whether this is a Weak that was never anyone's: it holds the highest address (library/alloc/src/rc.rs, is_dangling). */
export const pointsNowhere = async (value: TypedValue): Promise<boolean> => {
  const pointer = innerPointer(value.type);
  if (!pointer || !countedContent(pointer.type.target)) return false;
  return (await value.part(pointer.type, pointer.offset).integer()) === (1n << BigInt(pointer.type.size * 8)) - 1n;
};

import type { Member, StructType } from '../../images/types';
import { strip } from '../../images/types';
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

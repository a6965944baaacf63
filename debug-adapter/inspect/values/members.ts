import { failure } from '../../errors/catalogue';
import { chainErrors } from '../../errors/chains';
import type { StructType, Type } from '../../images/types';
import { strip } from '../../images/types';

/** A member with its place counted from the outermost aggregate. */
export interface FoundMember {
  readonly type: Type;
  /** Bytes. */
  readonly offset: number;
  readonly bitOffset?: number;
  readonly bitSize?: number;
}

const deepest = 16;

/** The member of that name, also inside anonymous members; a Rust tuple field is `0` or `__0`. */
export const findMember = (type: StructType, name: string, depth = 0): FoundMember | undefined => {
  const wanted = /^\d+$/.test(name) ? `__${name}` : name;
  for (const member of type.members) if (member.name === name || member.name === wanted) return shift(member, 0);
  if (depth >= deepest) return undefined;
  for (const member of type.members) {
    if (member.name !== '') continue;
    const inner = strip(member.type);
    if (inner.kind !== 'struct') continue;
    const found = findMember(inner, name, depth + 1);
    if (found) return shift(found, member.offset);
  }
  return undefined;
};

const shift = (member: FoundMember, by: number): FoundMember => ({
  type: member.type,
  offset: member.offset + by,
  ...(member.bitSize === undefined ? {} : { bitOffset: (member.bitOffset ?? member.offset * 8) + by * 8, bitSize: member.bitSize }),
});

/** What an error calls a type. */
export const typeName = (type: Type): string => {
  if (type.qualifiedName !== '') return type.qualifiedName;
  const real = strip(type);
  return real.kind === 'struct' ? `an anonymous ${real.flavor}` : real.kind;
};

/** Byte offset of a dotted member path. Throws BS402 for a member that is missing. */
export const offsetOfPath = (type: Type, path: string): number => {
  let current = strip(type);
  let offset = 0;
  for (const name of path.split('.')) {
    const found = current.kind === 'struct' ? findMember(current, name) : undefined;
    if (!found) throw failure(chainErrors.noMember, { type: typeName(current), member: name });
    offset += found.offset;
    current = strip(found.type);
  }
  return offset;
};

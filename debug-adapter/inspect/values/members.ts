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

/** What was looked for in each type: readers ask every element of a list for the same few members. */
const found = new WeakMap<StructType, Map<string, FoundMember | undefined>>();

/** The member of that name, also inside anonymous members; a Rust tuple field is `0` or `__0`. */
export const findMember = (type: StructType, name: string): FoundMember | undefined => {
  const known = found.get(type) ?? new Map<string, FoundMember | undefined>();
  if (known.size === 0) found.set(type, known);
  if (!known.has(name)) known.set(name, lookUp(type, name, 0));
  return known.get(name);
};

const lookUp = (type: StructType, name: string, depth: number): FoundMember | undefined => {
  const wanted = /^\d+$/.test(name) ? `__${name}` : name;
  for (const member of type.members) if (member.name === name || member.name === wanted) return shift(member, 0);
  if (depth >= deepest) return undefined;
  for (const member of type.members) {
    if (member.name !== '') continue;
    const inner = strip(member.type);
    if (inner.kind !== 'struct') continue;
    const below = lookUp(inner, name, depth + 1);
    if (below) return shift(below, member.offset);
  }
  return undefined;
};

const shift = (member: FoundMember, by: number): FoundMember => ({
  type: member.type,
  offset: member.offset + by,
  ...(member.bitSize === undefined ? {} : { bitOffset: (member.bitOffset ?? member.offset * 8) + by * 8, bitSize: member.bitSize }),
});

/** Characters of a type's name in an error; of a longer one the arguments are left out, so that what is wrong with it is still seen. */
const longestName = 64;

const brief = (name: string): string => {
  const open = name.indexOf('<', name.startsWith('<') ? 1 : 0);
  return name.length > longestName && open > 0 ? `${name.slice(0, open)}<…>` : name;
};

/** What an error calls a type. */
export const typeName = (type: Type): string => {
  if (type.qualifiedName !== '') return brief(type.qualifiedName);
  const real = strip(type);
  return real.kind === 'struct' ? `an anonymous ${real.flavor}` : real.kind;
};

/** Byte offset of a dotted member path. Throws BS402 for a member that is missing. */
export const offsetOfPath = (type: Type, path: string): number => {
  let current = strip(type);
  let offset = 0;
  for (const name of path.split('.')) {
    const member = current.kind === 'struct' ? findMember(current, name) : undefined;
    if (!member) throw failure(chainErrors.noMember, { type: typeName(current), member: name });
    offset += member.offset;
    current = strip(member.type);
  }
  return offset;
};

/** Byte offset of `a.b[2].c` in a type, as `offsetof` takes it. Throws BS402 for a member that is missing or a bit field. */
export const offsetOfDesignator = (type: Type, path: string): number => {
  let current = strip(type);
  let offset = 0;
  const step = /\s*(?:\.?\s*([A-Za-z_]\w*|\d+)|\[\s*(0[xX][\da-fA-F]+|\d+)\s*\])\s*/y;
  const missing = (member: string): Error => failure(chainErrors.noMember, { type: typeName(current), member });
  for (let at = 0; at < path.length; at = step.lastIndex) {
    step.lastIndex = at;
    const [, name, index] = step.exec(path) ?? [];
    if (index !== undefined) {
      if (current.kind !== 'array') throw missing(`[${index}]`);
      offset += Number(index) * current.element.size;
      current = strip(current.element);
      continue;
    }
    const member = name !== undefined && current.kind === 'struct' ? findMember(current, name) : undefined;
    if (!member || member.bitSize !== undefined) throw missing(name ?? path.slice(at));
    offset += member.offset;
    current = strip(member.type);
  }
  return offset;
};

import type { VariableInfo } from '../debug-info';
import type { Type } from '../types';
import { toNumber } from '../bytes/address';
import { components, pathMatches } from '../demangle/path';
import { baseOfType, typeMatches } from '../demangle/type-path';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { kinds } from './name-index';
import { nameOf, qualifiedNameOf } from './names';
import type { Reader } from './reader';
import { DwarfVariable } from './variables';

const keyword = /^(struct|union|class|enum)\s+/;
/** What rustc calls a box of a slice or of a trait object, outside of all namespaces, and enums on targets with Microsoft's tools. */
const boxed = 'alloc::boxed::Box';
const cppLikeEnum = 'enum2$';
const tagsOf: Readonly<Record<string, readonly number[]>> = {
  struct: [TAG.structure_type, TAG.class_type],
  class: [TAG.structure_type, TAG.class_type],
  union: [TAG.union_type],
  enum: [TAG.enumeration_type],
};

/** A definition's shape: copies of one header's type in many units have the same and count once. */
const shapeOf = (die: Die): string => {
  const parts = [die.tag, die.number(AT.byte_size) ?? '', die.number(AT.decl_line) ?? '', die.number(AT.decl_column) ?? ''];
  if (die.tag === TAG.typedef || die.tag === TAG.pointer_type) {
    const target = die.reference(AT.type);
    parts.push(target ? `${target.tag} ${nameOf(target)}` : '');
  } else for (const child of die.children()) if (child.tag === TAG.member || child.tag === TAG.enumerator || child.tag === TAG.variant_part) parts.push(`${nameOf(child)} ${child.number(AT.data_member_location) ?? child.number(AT.const_value) ?? ''}`);
  return parts.join('|');
};

const nearest = (reader: Reader, dies: Die[], near: bigint | undefined): Die[] => {
  const unit = near === undefined ? undefined : reader.unitRanges.at(toNumber(near));
  return unit ? [...dies.filter((die) => die.unit === unit), ...dies.filter((die) => die.unit !== unit)] : dies;
};

/** Types with generic arguments that a name can mean in short; those of C have none. */
const generic = (reader: Reader, name: string): Die[] => {
  const base = baseOfType(name);
  if (base === undefined) return [];
  return [base, ...(base === 'Box' ? [boxed] : []), cppLikeEnum].filter((one) => reader.mayBeGeneric(one)).flatMap((one) => reader.candidates(one, kinds.type, true));
};

export const typesNamed = (reader: Reader, query: string, near?: bigint): Type[] => {
  const word = keyword.exec(query)?.[1];
  const name = word === undefined ? query : query.replace(keyword, '');
  const parts = components(name);
  const last = parts[parts.length - 1] ?? name;
  const ofKind = (die: Die): boolean => !die.flag(AT.declaration) && (word === undefined || (tagsOf[word] ?? []).includes(die.tag));
  const inScope = reader.candidates(last, kinds.type).filter((die) => die.unit.tolerate(() => ofKind(die) && nameOf(die) === last && (parts.length === 1 || pathMatches(qualifiedNameOf(die), name)), false));
  // rustc gives a box of a slice or of a trait object no namespace, but a DW_AT_name with the path in it.
  const exact = inScope.length > 0 || parts.length === 1 ? inScope : reader.candidates(name, kinds.type).filter((die) => die.unit.tolerate(() => ofKind(die) && nameOf(die) === name, false));
  const found = exact.length > 0 ? exact : generic(reader, name).filter((die) => die.unit.tolerate(() => ofKind(die) && typeMatches(qualifiedNameOf(die), name), false));
  const rank = (die: Die): number => (die.tag === TAG.typedef ? 1 : 0);
  const ordered = nearest(reader, found.sort((a, b) => rank(a) - rank(b)), near);
  const shapes = new Map<string, Type>();
  for (const die of ordered) {
    const shape = die.unit.tolerate(() => `${parts.length > 1 || die.unit.language !== 'c' ? qualifiedNameOf(die) : ''}|${shapeOf(die)}`, undefined);
    const type = shape === undefined || shapes.has(shape) ? undefined : die.unit.tolerate(() => reader.types.typeAt(die), undefined);
    if (shape !== undefined && type) shapes.set(shape, type);
  }
  return [...shapes.values()];
};

export const variablesNamed = (reader: Reader, name: string, near?: bigint): VariableInfo[] => {
  const parts = components(name);
  const last = parts[parts.length - 1] ?? name;
  const found = reader
    .candidates(last, kinds.variable)
    .filter((die) => die.unit.tolerate(() => nameOf(die) === last && (parts.length === 1 || pathMatches(qualifiedNameOf(die), name)), false));
  return nearest(reader, found, near).map((die) => new DwarfVariable(die, reader));
};

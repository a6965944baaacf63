import { strip, type Type } from '../../debug-adapter/images/types';

/** A type's name as its language writes it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'pointer':
      if (type.name !== '' && type.language === 'rust') return type.name;
      return type.target.kind === 'function' ? `${typeName(type.target.returns)} (*)(${type.target.parameters.map(typeName).join(', ')})` : `${typeName(type.target)} ${type.flavor === 'pointer' ? '*' : '&'}`;
    case 'array':
      return `${typeName(type.element)}[${type.count ?? ''}]`;
    case 'alias':
      return type.flavor === 'typedef' ? type.qualifiedName : `${type.flavor} ${typeName(type.target)}`;
    case 'struct':
      return type.language === 'rust' ? type.qualifiedName : `${type.flavor} ${type.name || '{…}'}`;
    case 'enum':
      return type.language === 'rust' ? type.qualifiedName : `enum ${type.name || '{…}'}`;
    case 'function':
      return `${typeName(type.returns)} (${type.parameters.map(typeName).join(', ')})`;
    case 'void':
      return 'void';
    case 'base':
      return type.name;
  }
}

export interface MemberLayout {
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly offset: number;
  /** Of a bit field: byte from the start of the type, lowest bit in it, width in bits. */
  readonly byte?: number;
  readonly bit?: number;
  readonly bits?: number;
}

/** The layout of a type as plain data: sizes and offsets in bytes. */
export interface TypeLayout {
  readonly kind: string;
  readonly name: string;
  readonly size: number | undefined;
  readonly members?: readonly MemberLayout[];
  readonly discriminant?: { readonly offset: number; readonly type: string } | null;
  readonly variants?: readonly { readonly name: string; readonly values: readonly string[] | null; readonly offset: number; readonly type: string }[];
  readonly enumerators?: readonly { readonly name: string; readonly value: string }[];
}

export function describeType(type: Type): TypeLayout {
  const plain = strip(type);
  if (plain.kind === 'struct')
    return {
      kind: plain.flavor,
      name: plain.qualifiedName,
      size: plain.size,
      members: plain.members.map((member) => ({
        name: member.name,
        type: typeName(member.type),
        ...(member.bitSize === undefined ? { offset: member.offset } : bitField(member.bitOffset ?? member.offset * 8, member.bitSize)),
      })),
      ...(plain.variantPart
        ? {
            discriminant: plain.variantPart.discriminant ? { offset: plain.variantPart.discriminant.offset, type: typeName(plain.variantPart.discriminant.type) } : null,
            variants: plain.variantPart.variants.map((variant) => ({ name: variant.name, values: variant.values?.map(({ low, high }) => (low === high ? String(low) : `${low}..${high}`)) ?? null, offset: variant.member.offset, type: typeName(variant.member.type) })),
          }
        : {}),
    };
  if (plain.kind === 'enum') return { kind: 'enum', name: plain.qualifiedName, size: plain.size, enumerators: plain.enumerators.map(({ name, value }) => ({ name, value: String(value) })) };
  return { kind: plain.kind, name: typeName(plain), size: plain.size };
}

const bitField = (from: number, bits: number): Pick<MemberLayout, 'offset' | 'byte' | 'bit' | 'bits'> => ({ offset: Math.floor(from / 8), byte: Math.floor(from / 8), bit: from % 8, bits });

/** A layout for a person, a line a member. */
export function typeText(type: TypeLayout): string[] {
  const lines = [`    ${type.kind} ${type.name}, ${type.size ?? '?'} bytes`];
  for (const member of type.members ?? []) {
    const where = member.bits === undefined ? `+${member.offset}` : `+${member.byte}.${member.bit}:${member.bits}`;
    lines.push(`    ${where.padEnd(10)} ${member.type} ${member.name}`);
  }
  if (type.discriminant) lines.push(`    ${`+${type.discriminant.offset}`.padEnd(10)} ${type.discriminant.type} (which variant)`);
  for (const variant of type.variants ?? []) lines.push(`    ${`+${variant.offset}`.padEnd(10)} ${variant.name}${variant.values ? ` = ${variant.values.join(', ')}` : ''}: ${variant.type}`);
  for (const one of type.enumerators ?? []) lines.push(`    ${one.name} = ${one.value}`);
  return lines;
}

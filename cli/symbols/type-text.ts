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

/** The layout of a type as plain data: offsets in bytes, bit fields as byte, bit and width. */
export function describeType(type: Type): unknown {
  const plain = strip(type);
  if (plain.kind === 'struct')
    return {
      kind: plain.flavor,
      name: plain.qualifiedName,
      size: plain.size,
      members: plain.members.map((member) => ({
        name: member.name,
        type: typeName(member.type),
        offset: member.offset,
        ...(member.bitSize === undefined ? {} : { byte: Math.floor((member.bitOffset ?? 0) / 8), bit: (member.bitOffset ?? 0) % 8, bits: member.bitSize }),
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

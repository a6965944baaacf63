import { readAddress, toNumber } from '../bytes/address';
import type { Type } from '../types';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { locationOf } from './locations';
import type { Reader } from './reader';
import type { Unit } from './unit';

const DW_OP_addr = 0x03;
const DW_OP_addrx = 0xa1;

/** Tables of a unit by linked address; null where several types share one, which the linker and LLVM may make of equal tables. */
const known = new WeakMap<Unit, ReadonlyMap<number, Die | null>>();

/**
 * The type whose table for a trait is at a linked address: what `dyn Trait` points to beside the value. rustc describes each as a variable
 * whose type has DW_AT_containing_type (compiler/rustc_codegen_llvm/src/debuginfo/metadata.rs, create_vtable_di_node). undefined: none, or
 * more than one type's.
 */
export const vtableTypeAt = (reader: Reader, address: bigint): Type | undefined => {
  const wanted = toNumber(address);
  const found = new Map<string, Die>();
  for (const unit of unitsNaming(reader, address)) {
    const die = unit.tolerate(() => vtablesOf(unit, reader).get(wanted), undefined);
    if (die === null) return undefined;
    if (die) found.set(`${unit.tolerate(() => reader.types.typeAt(die).qualifiedName, '')}`, die);
  }
  const [only, another] = found.values();
  return only && !another ? reader.types.typeAt(only) : undefined;
};

/** Units of Rust code in which the address stands: in .debug_info itself, or in their part of .debug_addr. */
const unitsNaming = (reader: Reader, address: bigint): ReadonlySet<Unit> => {
  const { file } = reader;
  const units = new Set<Unit>();
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, address));
  const occurrences = (name: string, needle: Buffer): number[] => {
    const section = file.section(name)?.whole();
    const places: number[] = [];
    for (let at = section?.indexOf(needle) ?? -1; at >= 0; at = section?.indexOf(needle, at + 1) ?? -1) places.push(at);
    return places;
  };
  const size = file.linkedUnits[0]?.addressSize ?? 8;
  for (const at of occurrences('.debug_info', Buffer.concat([Buffer.of(DW_OP_addr), bytes.subarray(0, size)]))) {
    const unit = file.unitAt(at);
    if (unit) units.add(unit);
  }
  const indirect = occurrences('.debug_addr', bytes.subarray(0, size));
  if (indirect.length > 0) {
    const bases = file.linkedUnits.filter((unit) => unit.version >= 5).flatMap((unit) => unit.tolerate(() => [{ unit, base: unit.root.addressBase }], []));
    bases.sort((a, b) => a.base - b.base);
    for (const at of indirect) {
      const base = bases.filter((one) => one.base <= at).at(-1)?.base;
      for (const one of bases) if (one.base === base) units.add(one.unit);
    }
  }
  return new Set([...units].filter((unit) => unit.tolerate(() => unit.language === 'rust', false)));
};

const vtablesOf = (unit: Unit, reader: Reader): ReadonlyMap<number, Die | null> => {
  let tables = known.get(unit);
  if (!tables) known.set(unit, (tables = collect(unit, reader)));
  return tables;
};

const collect = (unit: Unit, reader: Reader): ReadonlyMap<number, Die | null> => {
  const tables = new Map<number, Die | null>();
  for (const die of unit.die(unit.firstDie)?.children() ?? []) {
    if (die.tag !== TAG.variable) continue;
    const holder = die.reference(AT.type)?.reference(AT.containing_type);
    const location = holder && locationOf(die, AT.location, reader.types);
    if (!holder || !location) continue;
    const { expression, context } = location;
    const view = new DataView(expression.buffer, expression.byteOffset, expression.length);
    const address = expression[0] === DW_OP_addr && expression.length === 1 + context.addressSize ? readAddress(view, 1, context.addressSize) : expression[0] === DW_OP_addrx ? toNumber(context.address(indexOf(expression))) : undefined;
    if (address === undefined) continue;
    const other = tables.get(address);
    tables.set(address, other === undefined || other?.offset === holder.offset ? holder : null);
  }
  return tables;
};

/** The ULEB128 operand of DW_OP_addrx. */
const indexOf = (expression: Uint8Array): number => {
  let value = 0;
  for (let i = 1; i < expression.length && i < 6; i++) value += ((expression[i] ?? 0) & 0x7f) * 2 ** (7 * (i - 1));
  return value;
};

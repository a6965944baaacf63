import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import { linearOf } from '../../machine/segment-space';
import type { SymbolicProgram, Where } from '../../program/program';
import { fromBytes } from './place';
import type { InnerPointer } from './pointers';
import { countedContent, innerPointer, sizedMembers } from './pointers';
import { TypedValue } from './typed-value';

/** Wrappers around a `dyn` pointer: Rc → NonNull → the pointer. */
const deepest = 8;

/** A pointer to a trait object: where its parts are in the value, in bytes. */
interface DynamicPointer {
  readonly data: InnerPointer;
  readonly table: InnerPointer;
  /** Whether it is wrapped, as in Rc. */
  readonly wrapped: boolean;
}

/** The type whose methods for a trait are in the table at a runtime address; undefined where that is not known for sure. */
export type TypeOfVtable = (address: bigint) => Type | undefined;

/** Finds `pointer` (for UEFI `data_ptr` too) and `vtable`, the fields of a `dyn` pointer (compiler/rustc_codegen_llvm/src/debuginfo/metadata.rs, build_pointer_or_reference_di_node). */
export const dynamicPointer = (type: Type): DynamicPointer | undefined => {
  let current = strip(type);
  let offset = 0;
  for (let depth = 0; depth < deepest; depth++) {
    if (current.kind !== 'struct' || current.language === 'c' || current.variantPart) return undefined;
    const table = current.members.find(({ name }) => name === 'vtable');
    const data = current.members.find(({ name }) => name === 'pointer' || name === 'data_ptr');
    const [toTable, toData] = [table && innerPointer(table.type), data && innerPointer(data.type)];
    if (table && data && toTable && toData) return { data: { ...toData, offset: offset + data.offset + toData.offset }, table: { ...toTable, offset: offset + table.offset + toTable.offset }, wrapped: depth > 0 };
    const [only, another] = sizedMembers(current);
    if (!only || another) return undefined;
    offset += only.offset;
    current = strip(only.type);
  }
  return undefined;
};

/**
 * The value behind a pointer to a trait object, as the type it was made from; undefined for anything else, and where the table's type is
 * not known or does not fit what the table says. Throws the machine's BS1xx where the table cannot be read.
 */
export const dynamicTarget = async (value: TypedValue, typeOf: TypeOfVtable): Promise<TypedValue | undefined> => {
  const pointer = value.absence === undefined ? dynamicPointer(value.type) : undefined;
  if (!pointer) return undefined;
  const [data, table] = [await value.part(pointer.data.type, pointer.data.offset).integer(), await value.part(pointer.table.type, pointer.table.offset).integer()];
  const type = data === 0n || table === 0n ? undefined : typeOf(linearOf(value.memory, table));
  if (!type) return undefined;
  // Behind the drop function stand size and alignment (compiler/rustc_middle/src/ty/vtable.rs).
  const word = pointer.table.type.size;
  const bytes = await value.memory.read(table + BigInt(word), 2 * word);
  const [size, alignment] = [fromBytes(bytes.subarray(0, word)), fromBytes(bytes.subarray(word))];
  if (size !== BigInt(type.size) || alignment < 1n) return undefined;
  const counted = countedContent(pointer.data.type.target);
  const start = counted ? BigInt(Math.ceil(counted.offset / Number(alignment)) * Number(alignment)) : 0n;
  return TypedValue.at(type, data + start, value.memory);
};

/** By the debug information of the program's images. */
export const typeOfVtable =
  (program: SymbolicProgram, where?: Where): TypeOfVtable =>
  (address) => {
    const module = program.moduleAt(address, where);
    return module?.image.debugInfo.vtableTypeAt?.(program.toLinked(module, address));
  };

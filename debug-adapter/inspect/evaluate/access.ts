import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import { strip } from '../../images/types';
import { cellContent } from '../values/cells';
import type { TypeOfVtable } from '../values/dynamic';
import { dynamicTarget } from '../values/dynamic';
import { arrayOf, countedContent, innerPointer, sliceShape } from '../values/pointers';
import type { TypedValue } from '../values/typed-value';
import { TypedValue as Value } from '../values/typed-value';

/** Pointers and wrappers that a member access looks through. */
const deepest = 8;

const refused = (column: number, detail: string): Error => failure(programErrors.wrongOperand, { column, detail });
const nameOf = (value: TypedValue): string => value.type.name || strip(value.type).kind;

/** `a.b` and `a->b` alike: pointers, smart pointers, cells and locks on the way are followed, as a debugger's user expects. */
export const memberOf = async (object: TypedValue, name: string, column: number, typeOf: TypeOfVtable = () => undefined): Promise<TypedValue> => {
  let current = object;
  for (let depth = 0; depth < deepest; depth++) {
    if (current.hasMember(name)) return current.member(name);
    const type = strip(current.type);
    if (type.kind === 'struct' && type.variantPart) {
      const { payload } = await current.variant();
      if (payload.hasMember(name)) return payload.member(name);
      break;
    }
    const content = cellContent(current);
    const counted = type.kind === 'pointer' && countedContent(type.target) ? Value.at(type.target, await current.integer(), current.memory) : undefined;
    if (counted?.hasMember(name)) return counted.member(name);
    const dynamic = content ? undefined : await dynamicTarget(current, typeOf);
    if (content) current = content;
    else if (dynamic) current = dynamic;
    else if (innerPointer(current.type)) current = await current.deref();
    else break;
  }
  throw failure(programErrors.unknownName, { column, name: `member ${name} in ${object.type.name || 'this type'}` });
};

/** `a[n]` of arrays, pointers, slices and vectors. A slice has an end, an array may be asked beyond its own, as in C. */
export const elementOf = async (object: TypedValue, n: bigint, column: number): Promise<TypedValue> => {
  const { content, bounded } = await elementsOf(object, column);
  const type = strip(content.type);
  if (type.kind !== 'array') throw refused(column, `a value of type ${nameOf(object)} has no elements`);
  if (bounded && (n < 0n || n >= BigInt(type.count ?? 0))) throw refused(column, `the index ${n} is not below the length ${type.count ?? 0}`);
  reachable(n, type.element.size, column);
  return content.index(n);
};

/** `a[from..to]`: part of it, as an array. Without an end only where there is a length. */
export const rangeOf = async (object: TypedValue, from: bigint, to: bigint | undefined, column: number): Promise<TypedValue> => {
  const { content, bounded } = await elementsOf(object, column);
  const type = strip(content.type);
  if (type.kind !== 'array') throw refused(column, `a value of type ${nameOf(object)} has no elements`);
  const length = type.count === undefined ? undefined : BigInt(type.count);
  const end = to ?? length;
  if (end === undefined) throw refused(column, 'the length is not known here: give the end of the range');
  if (end < from) throw refused(column, `the range ends at ${end}, before its start ${from}`);
  if (bounded && end > (length ?? 0n)) throw refused(column, `the range ends at ${end}, behind the length ${length ?? 0n}`);
  reachable(from, type.element.size, column);
  reachable(end, type.element.size, column);
  const first = content.index(from);
  return first.cast(arrayOf(type.element, Number(end - from), object.type.language));
};

/** `a@n`, as in gdb: that many objects from this one on in memory. */
export const repeated = (object: TypedValue, count: bigint, column: number): TypedValue => {
  if (object.address === undefined) throw refused(column, 'what is left of @ has to be in memory, as in *pointer@3');
  if (count < 1n) throw refused(column, `${count} elements are none`);
  reachable(count, object.type.size, column);
  return object.cast(arrayOf(object.type, Number(count), object.type.language));
};

/** `*a`. */
export const targetOf = async (operand: TypedValue, column: number): Promise<TypedValue> => {
  const type = strip(operand.type);
  if (type.kind === 'array') return operand.index(0);
  if (type.kind === 'function') return operand;
  const inner = innerPointer(operand.type);
  if (!inner && !sliceShape(operand.type) && !operand.hasMember('vtable')) {
    const content = cellContent(operand);
    if (content) return content;
    throw refused(column, `a value of type ${nameOf(operand)} is no pointer`);
  }
  if (inner && strip(inner.type.target).kind === 'void') throw refused(column, 'a void pointer points to nothing known: cast it first, as in *(int *)p');
  return operand.deref();
};

const elementsOf = async (object: TypedValue, column: number): Promise<{ readonly content: TypedValue; readonly bounded: boolean }> => {
  const type = strip(object.type);
  if (type.kind === 'array') return { content: object, bounded: false };
  if (sliceShape(object.type)) return { content: await object.deref(), bounded: true };
  if (type.kind === 'pointer' || innerPointer(object.type)) {
    const first = await targetOf(object, column);
    const inner = strip(first.type);
    if (inner.kind === 'array') return { content: first, bounded: false };
    if (sliceShape(first.type)) return { content: await first.deref(), bounded: true };
    if (type.kind === 'pointer' && first.address !== undefined) return { content: Value.at({ ...arrayOf(first.type, 0), count: undefined }, first.address, first.memory), bounded: false };
    if (type.kind === 'pointer') return { content: first.cast({ ...arrayOf(first.type, 0), count: undefined }), bounded: false };
  }
  throw refused(column, `a value of type ${nameOf(object)} has no elements`);
};

/** Offsets are numbers: an index beyond the address space has no element anyway. */
const reachable = (n: bigint, size: number, column: number): void => {
  if (!Number.isSafeInteger(Number(n) * Math.max(1, size))) throw refused(column, `the index ${n} is beyond the address space`);
};

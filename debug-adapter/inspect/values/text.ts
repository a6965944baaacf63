import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import { typeName } from './members';
import { arrayOf, innerPointer, isCharacter, isStr, sliceShape } from './pointers';
import type { TypedValue } from './typed-value';

const decode = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

const untilNul = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
};

/** Text of a char array, a pointer to char, or a Rust str, String, [u8]. Throws BS353 for anything else. */
export const readText = async (value: TypedValue, max: number): Promise<string> => decode(await readBytesOfText(value, max));

/** The bytes of such a text, at most `max`; C's without the NUL. */
export const readBytesOfText = async (value: TypedValue, max: number): Promise<Uint8Array> => {
  const type = strip(value.type);
  if (type.kind === 'array' && isStr(type)) return withoutEnd(await value.cast(arrayOf(type.element, Math.min(type.count ?? 0, max))).bytes(), type);
  if (type.kind === 'array' && isCharacter(type.element)) {
    const held = type.count === undefined ? undefined : value.held(Math.min(type.count, max));
    if (held !== undefined) return untilNul(held);
    if (type.count !== undefined) return untilNul(await value.cast(arrayOf(type.element, Math.min(type.count, max))).bytes());
    if (value.address !== undefined) return readTerminated(value.memory, value.address, max);
  }
  const slice = sliceShape(value.type);
  if (slice && (slice.text || isCharacter(slice.element))) {
    const content = await value.deref();
    const size = Math.min(content.type.size, max);
    if (size === 0) return new Uint8Array(0);
    const bytes = await value.memory.read(content.address ?? 0n, size);
    return withoutEnd(bytes, type);
  }
  const pointer = innerPointer(value.type);
  if (pointer) {
    const target = strip(pointer.type.target);
    if (isCharacter(target)) return readTerminated(value.memory, await value.part(pointer.type, pointer.offset).integer(), max);
    if ((target.kind === 'array' && isCharacter(target.element)) || sliceShape(target)) return readBytesOfText(await value.deref(), max);
  }
  throw failure(programErrors.notText, { type: typeName(value.type) });
};

/** CStr and CString count their NUL. */
const withoutEnd = (bytes: Uint8Array, type: Type): Uint8Array => (/\bCStr(ing)?[\s>]*$/.test(type.name) && bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);

/** Text up to its NUL, read in growing steps so that a short text next to unmapped memory costs little. */
const readTerminated = async (memory: Memory, address: bigint, max: number): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (let step = 128; done < max; step = Math.min(step * 4, 4096)) {
    const wanted = Math.min(step, max - done);
    const bytes = await memory.readSome(address + BigInt(done), wanted);
    // Nothing at all: let the memory say what is wrong with the address.
    if (bytes.length === 0 && done === 0) await memory.read(address, 1);
    const text = untilNul(bytes);
    parts.push(text);
    done += bytes.length;
    if (text.length < bytes.length || bytes.length < wanted) break;
  }
  return Buffer.concat(parts);
};

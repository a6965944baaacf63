import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Memory } from '../../machine/machine';

/** Where the bytes of a value are. */
export type Place =
  | { readonly kind: 'memory'; readonly address: bigint }
  /** Behind a reference that is read when the bytes are needed. */
  | { readonly kind: 'behind'; readonly pointer: () => Promise<bigint>; readonly offset: number }
  /** `bytes`: as it was in the value's frame, or as it was written since. `home`: where it can be written; left out for a register whose old value is computed. */
  | { readonly kind: 'register'; readonly name: string; readonly bytes: Uint8Array; readonly home?: RegisterHome }
  /** Constants and computed values; read as zero behind their end. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  /** A pointer that was optimised away; what it pointed to is still known. */
  | { readonly kind: 'implicit-pointer'; readonly target: <T>(make: (place: Place, offset: number) => T) => Promise<T> }
  | { readonly kind: 'absent'; readonly reason: string };

/** Where a register's value of some frame is kept now. */
export interface RegisterHome {
  /** Writes the whole register, little-endian. */
  write(bytes: Uint8Array): Promise<void>;
}

export interface Piece {
  readonly place: Place;
  readonly bits: number;
  /** Bits from the start of `place`. */
  readonly bitOffset: number;
}

/** Little-endian number from bytes. */
export const fromBytes = (bytes: Uint8Array): bigint => {
  if (bytes.length <= 4) return BigInt((bytes[0] ?? 0) + (bytes[1] ?? 0) * 0x100 + (bytes[2] ?? 0) * 0x1_0000 + (bytes[3] ?? 0) * 0x100_0000);
  if (bytes.length === 8) return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  let result = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) result = (result << 8n) | BigInt(bytes[i] ?? 0);
  return result;
};

/** Little-endian bytes of a number, cut to `size`; negative numbers in two's complement. */
export const toBytes = (value: bigint, size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, value);
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
};

/** The bytes of a place in memory where they were fetched at this stop already. To be read only. */
export const heldBytes = (place: Place, offset: number, length: number, memory: Memory): Uint8Array | undefined =>
  place.kind === 'memory' ? memory.held?.(offset === 0 ? place.address : BigInt.asUintN(64, place.address + BigInt(offset)), length) : undefined;

/** Bytes `[offset, offset + length)` of a place; `name` of its type, for the error. Throws BS350 where they are nowhere, BS1xx where memory cannot be read. */
export const readPlace = async (place: Place, offset: number, length: number, memory: Memory, name: () => string): Promise<Uint8Array> => {
  switch (place.kind) {
    case 'memory':
      return memory.read(BigInt.asUintN(64, place.address + BigInt(offset)), length);
    case 'behind':
      return memory.read(BigInt.asUintN(64, (await place.pointer()) + BigInt(place.offset + offset)), length);
    case 'register':
    case 'bytes': {
      const bytes = new Uint8Array(length);
      bytes.set(place.bytes.subarray(offset, offset + length));
      return bytes;
    }
    case 'pieces':
      return toBytes(await readBits(place.pieces, offset * 8, length * 8, memory, name), length);
    case 'implicit-pointer':
      throw failure(programErrors.optimisedOut, { name: name(), reason: 'the pointer itself was optimised out; what it points to can be shown' });
    case 'absent':
      throw failure(programErrors.optimisedOut, { name: name(), reason: place.reason });
  }
};

const readBits = async (pieces: readonly Piece[], start: number, length: number, memory: Memory, name: () => string): Promise<bigint> => {
  let result = 0n;
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + piece.bits);
    if (from < to) {
      const first = piece.bitOffset + (from - at);
      const byte = Math.floor(first / 8);
      const bytes = await readPlace(piece.place, byte, Math.ceil((first + to - from) / 8) - byte, memory, name);
      const bits = BigInt.asUintN(to - from, fromBytes(bytes) >> BigInt(first % 8));
      result |= bits << BigInt(from - start);
    }
    at += piece.bits;
  }
  if (at < start + length) throw failure(programErrors.optimisedOut, { name: name(), reason: 'the debug information describes only a part of it' });
  return result;
};

/** Writes bytes into a place. Throws BS356 where that cannot be done. */
export const writePlace = async (place: Place, offset: number, bytes: Uint8Array, memory: Memory, type: string): Promise<void> => {
  const refuse = (reason: string): Error => failure(programErrors.notWritable, { type, reason });
  switch (place.kind) {
    case 'memory':
      return memory.write(BigInt.asUintN(64, place.address + BigInt(offset)), bytes);
    case 'behind':
      return memory.write(BigInt.asUintN(64, (await place.pointer()) + BigInt(place.offset + offset)), bytes);
    case 'register': {
      if (!place.home) throw refuse(`the register ${place.name} of this frame is not kept anywhere`);
      const whole = Uint8Array.from(place.bytes);
      if (offset + bytes.length > whole.length) throw refuse(`it is wider than the register ${place.name}`);
      whole.set(bytes, offset);
      await place.home.write(whole);
      place.bytes.set(bytes, offset);
      return;
    }
    case 'pieces':
      return writePieces(place.pieces, offset * 8, bytes, memory, type, refuse);
    case 'bytes':
      throw refuse('it is a constant or was computed by the debugger');
    case 'implicit-pointer':
    case 'absent':
      throw refuse('it was optimised out');
  }
};

const writePieces = async (pieces: readonly Piece[], start: number, bytes: Uint8Array, memory: Memory, type: string, refuse: (reason: string) => Error): Promise<void> => {
  let at = 0;
  const parts: { place: Place; offset: number; bytes: Uint8Array }[] = [];
  for (const piece of pieces) {
    const from = Math.max(start, at);
    const to = Math.min(start + bytes.length * 8, at + piece.bits);
    if (from < to) {
      const first = piece.bitOffset + (from - at);
      if (first % 8 !== 0 || (to - from) % 8 !== 0 || (from - start) % 8 !== 0) throw refuse('it is split into single bits');
      parts.push({ place: piece.place, offset: first / 8, bytes: bytes.subarray((from - start) / 8, (to - start) / 8) });
    }
    at += piece.bits;
  }
  for (const part of parts) await writePlace(part.place, part.offset, part.bytes, memory, type);
};

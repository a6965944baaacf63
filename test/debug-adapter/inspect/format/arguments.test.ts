import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTemplate, formattedArguments, TemplateReader } from '../../../../debug-adapter/inspect/format/arguments';
import { optionsOf, padded, paddedNumber, plainOptions } from '../../../../debug-adapter/inspect/format/options';
import type { Options } from '../../../../debug-adapter/inspect/format/options';
import type { StructType, Type } from '../../../../debug-adapter/images/types';
import { TypedValue } from '../../../../debug-adapter/inspect/values/typed-value';
import type { SymbolicProgram } from '../../../../debug-adapter/program/program';
import { FakeMemory, pointer, struct, u64, u8 } from '../../chains/fake-machine';

const readerOf = (bytes: Uint8Array): TemplateReader => new TemplateReader((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)));
const u16 = (value: number): number[] => [value & 0xff, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const echo = { text: (index: number, { width, precision }: Options) => Promise.resolve(`<${index}:${width}:${precision ?? ''}>`), count: (index: number) => Promise.resolve(100 + index) };

const piece = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map((text) => {
  const bytes = Buffer.from(text);
  return { bytes: [...(bytes.length < 0x80 ? [bytes.length] : [0x80, ...u16(bytes.length)]), ...bytes], text: bytes.toString(), index: undefined as number | undefined };
});
const placeholder = fc.record({ index: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }), width: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }), indirect: fc.boolean() });

describe('a format template', () => {
  it('is written out piece by piece, with the options and the order of its placeholders', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, placeholder), { maxLength: 12 }), async (parts) => {
        const bytes: number[] = [];
        let [text, next] = ['', 0];
        for (const part of parts) {
          if ('bytes' in part) {
            bytes.push(...part.bytes);
            text += part.text;
            continue;
          }
          const { index, width, indirect } = part;
          const wide = width !== undefined;
          bytes.push(0xc0 | (wide ? 3 : 0) | (index === undefined ? 0 : 8) | (wide && indirect ? 16 : 0), ...(wide ? [...u32(0x6800_0020), ...u16(width)] : []), ...(index === undefined ? [] : u16(index)));
          const at = index ?? next;
          text += `<${at}:${wide ? (indirect ? 100 + width : width) : 0}:>`;
          next = at + 1;
        }
        expect(await decodeTemplate(readerOf(Uint8Array.from([...bytes, 0])), echo)).toBe(text);
      }),
    );
  });

  it('that is none or does not end is refused', async () => {
    await expect(decodeTemplate(readerOf(Uint8Array.of(0x85, 0)), echo)).rejects.toThrow(/neither text nor a placeholder/);
    await expect(decodeTemplate(readerOf(Uint8Array.of(3, 65)), echo)).rejects.toThrow(/does not end/);
    await expect(decodeTemplate(readerOf(Uint8Array.of(0xc8, 0xff, 0xff, 0)), echo)).rejects.toThrow(/no argument 65535/);
    await expect(decodeTemplate(new TemplateReader((_offset, length) => Promise.resolve(new Uint8Array(length).fill(1))), echo)).rejects.toThrow(/does not end/);
  });
});

describe('pieces and arguments, as rustc made them before it had templates', () => {
  const rust = (name: string, members: Record<string, Type>): StructType => ({ ...struct(name, members), language: 'rust' });
  const slice = (name: string, element: Type): StructType => rust(name, { data_ptr: pointer(element), length: u64 });
  const text = slice('&str', u8);
  const member = (type: Type, offset = 0) => ({ name: '', type, offset, artificial: false });
  const argumentType: StructType = {
    ...rust('ArgumentType', {}),
    size: 16,
    variantPart: {
      discriminant: member(u64),
      variants: [
        { name: 'Placeholder', member: member(rust('Placeholder', { value: u64, formatter: u64 })) },
        { name: 'Count', values: [{ low: 0n, high: 0n }], member: member(rust('Count', {})) },
      ],
    },
  };
  const order = slice('&[Placeholder]', rust('Placeholder', { position: u64 }));
  const special: StructType = { ...rust('Option', {}), size: 16, variantPart: { discriminant: member(u64), variants: [{ name: 'None', values: [{ low: 0n, high: 0n }], member: member(rust('None', {})) }, { name: 'Some', member: member(rust('Some', { __0: order })) }] } };
  const args = rust('Arguments', { pieces: slice('&[&str]', text), fmt: special, args: slice('&[Argument]', rust('Argument', { ty: argumentType })) });

  const memory = new FakeMemory();
  const at = (address: number, ...words: number[]): void => words.forEach((word, i) => memory.putNumber(BigInt(address + 8 * i), BigInt(word), 8));
  memory.put(0x1000n, Buffer.from('cannot read block  of disk0'));
  // Pieces "cannot read block " and " of ", arguments 2048 (u64) and "disk0" (&str).
  at(0x2000, 0x1000, 18, 0x1012, 4);
  at(0x3000, 0x4000, 0x100, 0x4008, 0x200);
  at(0x4000, 2048, 0x1016, 5);
  at(0x5000, 1, 0);
  const names: Readonly<Record<string, string>> = { 256: '<u64 as core::fmt::Display>::fmt', 512: "core::fmt::<impl core::fmt::Display for &str>::fmt" };
  const program = { placeOf: (address: bigint) => ({ address, symbol: { name: names[address.toString()] ?? 'other' }, scopes: [] }) } as unknown as SymbolicProgram;

  it('are written out in turn, and in the order that the placeholders have', async () => {
    at(0x6000, 0x2000, 2, 0, 0, 0x3000, 2);
    const value = TypedValue.at(args, 0x6000n, memory);
    expect(await formattedArguments(value, program)).toBe('cannot read block 2048 of disk0');
    at(0x6000, 0x2000, 2, 0x5000, 2, 0x3000, 2);
    expect(await formattedArguments(value, program)).toBe('cannot read block disk0 of 2048');
  });

  it('say where an argument is written out by code of the program', async () => {
    at(0x6000, 0x2000, 2, 0, 0, 0x3000, 1);
    at(0x3008, 0x999);
    expect(await formattedArguments(TypedValue.at(args, 0x6000n, memory), program)).toBe('cannot read block {…} of ');
    at(0x3008, 0x100);
  });
});

describe('padding', () => {
  const options = (more: Partial<Options>): Options => ({ ...plainOptions, ...more });

  it('fills on the side that is asked for, and numbers on the left', () => {
    expect(padded('ab', options({ width: 5 }))).toBe('ab   ');
    expect(padded('ab', options({ width: 5, align: 'center', fill: '*' }))).toBe('*ab**');
    expect(padded('abcdef', options({ width: 5 }))).toBe('abcdef');
    expect(paddedNumber(false, '0x', 'ff', options({ width: 6, alternate: true }))).toBe('  0xff');
    expect(paddedNumber(true, '', '7', options({ width: 4, zero: true }))).toBe('-007');
    expect(paddedNumber(false, '', '7', options({ plus: true }))).toBe('+7');
  });

  it('is read from the flags as the library keeps them', () => {
    expect(optionsOf(0x6000_0020, 0, 0)).toEqual(plainOptions);
    expect(optionsOf((1 << 28) | (1 << 24) | (1 << 23) | (1 << 21) | 0x2a, 3, 2)).toEqual({ fill: '*', align: 'left', plus: true, alternate: true, zero: true, width: 3, precision: 2 });
  });
});

import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../../../debug-adapter/images/image';
import { openImage } from '../../../../debug-adapter/images/open';
import type { Type } from '../../../../debug-adapter/images/types';
import { strip } from '../../../../debug-adapter/images/types';
import { scratch } from '../support';

interface Toolchain {
  findTools(): { readonly lldLink: string };
  libraryFor(tools: object, target: string): Promise<{ readonly sysroot: string; readonly target: string }>;
  rustc(tools: object, args: readonly string[]): Promise<void>;
}

const number = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** A value as a debugger would say it, from its bytes. */
const say = (type: Type, bytes: Uint8Array, image: Image): string => {
  const real = strip(type);
  switch (real.kind) {
    case 'base': {
      const value = number(bytes.subarray(0, real.size));
      return real.encoding === 'boolean' ? String(value === 1n) : real.encoding === 'utf' ? String.fromCodePoint(Number(value)) : String(real.encoding === 'signed' ? BigInt.asIntN(real.size * 8, value) : value);
    }
    case 'enum':
      return real.enumerators.find(({ value }) => value === (real.signed ? BigInt.asIntN(real.size * 8, number(bytes.subarray(0, real.size))) : number(bytes.subarray(0, real.size))))?.name ?? '?';
    case 'array':
      return `[${Array.from({ length: real.count ?? 0 }, (_, i) => say(real.element, bytes.subarray(i * real.element.size), image)).join(', ')}]`;
    case 'struct': {
      const { variantPart } = real;
      if (variantPart) {
        const { discriminant, variants } = variantPart;
        const tag = discriminant && number(bytes.subarray(discriminant.offset, discriminant.offset + discriminant.type.size));
        const active = variants.find(({ values }) => tag === undefined || values?.some(({ low, high }) => tag >= low && tag <= high)) ?? variants.find(({ values }) => values === undefined);
        if (!active) return `no variant for ${tag}`;
        const inner = say(active.member.type, bytes.subarray(active.member.offset), image);
        return inner.slice(inner.indexOf('{')) === '{}' ? active.name : `${active.name} ${inner.slice(inner.indexOf('{'))}`;
      }
      const data = real.members.find(({ name }) => name === 'data_ptr');
      const length = real.members.find(({ name }) => name === 'length');
      if (data && length) {
        const at = number(bytes.subarray(data.offset, data.offset + 8));
        return JSON.stringify(Buffer.from(image.bytesAt(at, Number(number(bytes.subarray(length.offset, length.offset + 8)))) ?? []).toString('utf8'));
      }
      return `${real.name} {${real.members.filter(({ type: inner }) => inner.size > 0).map((member) => `${member.name}: ${say(member.type, bytes.subarray(member.offset), image)}`).join(', ')}}`;
    }
    default:
      return real.kind;
  }
};

describe('Rust as rustc writes it for UEFI', () => {
  let image: Image;
  beforeAll(async () => {
    const { findTools, libraryFor, rustc } = (await import(path.join(__dirname, '../../../guests/redox-live/toolchain.mjs'))) as Toolchain;
    const tools = findTools();
    const library = await libraryFor(tools, 'x86_64-unknown-uefi');
    const output = path.join(scratch(), 'enums.efi');
    await rustc(tools, [
      ...['--crate-name', 'enums', '--edition', '2024', path.join(__dirname, 'programs/enums.rs'), '-Zunstable-options', '--sysroot', library.sysroot, '--target', library.target, '--crate-type', 'bin'],
      ...['-Cembed-bitcode=no', '-Cpanic=abort', '-Cdebuginfo=2', `-Clinker=${tools.lldLink}`, '-Clinker-flavor=lld-link', '-Clink-arg=/debug', '-Clink-arg=/opt:noref', '-o', output],
    ]);
    image = openImage(output);
  }, 300_000);

  it.each([
    ['UNIT', 'Unit'],
    ['TUPLE', 'Tuple {__0: 3, __1: 70000}'],
    ['NAMED', 'Named {a: 1099511627776, b: "name"}'],
    ['MINUS', 'Minus {__0: 9}'],
    ['PLUS', 'Plus {__0: 300}'],
    ['SINGLE', 'Only {__0: 5}'],
    ['HELD', 'Held {__0: true, __1: 4}'],
    ['FIRST', 'First'],
    ['SECOND', 'Second'],
    ['PLAIN', 'Seven'],
    ['NO_WIDE', 'None'],
    ['TEXT', 'Some {__0: "text"}'],
    ['NO_TEXT', 'None'],
    ['NO_ORDERING', 'None'],
    ['GREATER', 'Some {__0: Greater}'],
    ['NESTED_NONE', 'None'],
    ['NESTED', 'Some {__0: None}'],
    ['LETTER', 'Some {__0: x}'],
    ['NO_LETTER', 'None'],
    ['FAILED', 'Err {__0: Seven}'],
    ['GENERIC', 'Generic<u16,3> {values: [1, 2, 3], text: "généric"}'],
  ])('%s is %s', (name, text) => {
    const [variable] = image.debugInfo.variablesNamed(name);
    const expression = variable?.locationAt(0n)?.expression;
    expect([variable?.qualifiedName, expression?.[0]]).toEqual([`enums::${name}`, 3]);
    const bytes = image.bytesAt(number(expression?.subarray(1) ?? new Uint8Array()), variable?.type.size ?? 0);
    expect(variable && bytes && say(variable.type, bytes, image)).toBe(text);
  });

  it('reads a tag of 128 bits, which CodeView splits', () => {
    const [variable] = image.debugInfo.variablesNamed('WIDE');
    const bytes = image.bytesAt(number(variable?.locationAt(0n)?.expression.subarray(1) ?? new Uint8Array()), 16);
    expect(variable && bytes && say(variable.type, bytes, image)).toMatch(/^Some /);
    expect(strip(variable?.type ?? { kind: 'void', name: '', qualifiedName: '', language: 'rust', size: 0 })).toMatchObject({ variantPart: { discriminant: { offset: 0, type: { size: 16 } } } });
  });

  it('knows generic arguments by their names', () => {
    const [generic] = image.debugInfo.typesNamed('Generic<u16,3>');
    expect(generic?.kind === 'struct' && generic.templateParameters.map(({ type }) => [type.name, type.size])).toEqual([
      ['u16', 2],
      ['3', 0],
    ]);
  });

  it('tells the states of a coroutine', () => {
    const [function_] = image.debugInfo.functionsNamed('efi_main');
    const types = image.debugInfo.typesNamed('async_fn_env$0').concat(image.debugInfo.typesNamed('enum2$<enums::wait::async_fn_env$0>'));
    const [state] = types;
    expect(function_?.declared?.file).toMatch(/enums\.rs$/);
    expect(state?.kind === 'struct' && state.variantPart?.variants.map(({ name }) => name)).toEqual(['Unresumed', 'Returned', 'Panicked', 'Suspend0']);
  });
});

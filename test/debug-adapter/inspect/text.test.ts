import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rustTypeName } from '../../../debug-adapter/images/demangle/cpp-like-names';
import { displayTypeName } from '../../../debug-adapter/inspect/render/type-names';
import { enumText, quoted } from '../../../debug-adapter/inspect/render/scalars';
import { u32 } from '../chains/fake-machine';

describe('names and texts', () => {
  it('writes C++-like names of Rust types as Rust', () => {
    expect(rustTypeName('enum2$<core::option::Option<u64> >')).toBe('core::option::Option<u64>');
    expect(rustTypeName('ref$<slice2$<u8> >')).toBe('&[u8]');
    expect(rustTypeName('ref_mut$<str$>')).toBe('&mut str');
    expect(rustTypeName('tuple$<u8,ref$<str$>,array$<u32,4> >')).toBe('(u8, &str, [u32; 4])');
    expect(rustTypeName('alloc::boxed::Box<dyn$<core::error::Error>,alloc::alloc::Global>')).toBe('alloc::boxed::Box<dyn core::error::Error,alloc::alloc::Global>');
    expect(rustTypeName('ptr_const$<enum2$<core::result::Result<tuple$<>,ptr_mut$<u8> > > >')).toBe('*const core::result::Result<(),*mut u8>');
    expect(rustTypeName('Option<u64>')).toBe('Option<u64>');
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(rustTypeName(name)).toBeTypeOf('string');
      }),
    );
  });

  it('names enumerators and flags', () => {
    const values = (...pairs: [string, bigint][]) => ({ kind: 'enum' as const, name: 'e', qualifiedName: 'e', language: 'c' as const, size: 4, signed: false, enumerators: pairs.map(([name, value]) => ({ name, value })) });
    const flags = values(['R', 1n], ['W', 2n], ['X', 4n]);
    expect(enumText(flags, 5n)).toBe('R | X');
    expect(enumText(flags, 8n)).toBe('8');
    expect(enumText(flags, 9n)).toBe('R | 0x8');
    expect(enumText(values(['A', 1n], ['B', 2n], ['C', 3n]), 3n)).toBe('C');
    expect(enumText(values(['A', 1n], ['B', 2n], ['C', 3n]), 6n)).toBe('6');
    // A name for several bits does not make it count.
    const masked = values(['R', 1n], ['W', 2n], ['RW', 3n], ['X', 4n], ['ALL', 7n]);
    expect([enumText(masked, 3n), enumText(masked, 5n), enumText(masked, 7n), enumText(masked, 13n)]).toEqual(['RW', 'R | X', 'ALL', 'R | X | 0x8']);
    expect(enumText(values(['A', 0n], ['B', 1n], ['C', 2n], ['D', 3n], ['E', 4n]), 6n)).toBe('6');
    expect(enumText(values(['LOW', -1n], ['A', 1n], ['B', 2n]), 3n)).toBe('3');
    expect(displayTypeName({ ...flags, name: 'mode' })).toBe('enum mode');
    expect(displayTypeName(u32)).toBe('u32');
  });

  it('escapes what a guest could deceive with', () => {
    expect(quoted('a"b\\c\n\u001b[31m\u202e')).toBe('"a\\"b\\\\c\\n\\u{1b}[31m\\u{202e}"');
  });
});

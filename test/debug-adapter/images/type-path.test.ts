import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseOfType, isWholeName, typeMatches } from '../../../debug-adapter/images/demangle/type-path';
import { trials } from '../../trials';

describe('a Rust type as a user writes it', () => {
  it.each([
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec<u8>'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'vec::Vec< u8 , Global >'],
    ['alloc::vec::Vec<lived::disk::Extent, alloc::alloc::Global>', 'Vec<Extent>'],
    ['alloc::vec::Vec<lived::disk::Extent, alloc::alloc::Global>', 'Vec<disk::Extent>'],
    ['alloc::boxed::Box<[u8], alloc::alloc::Global>', 'Box<[u8]>'],
    ['alloc::boxed::Box<dyn core::error::Error + core::marker::Send, alloc::alloc::Global>', 'Box<dyn Error + Send>'],
    ['core::option::Option<&mut [alloc::string::String]>', 'Option<&mut [String]>'],
    ['core::option::Option<&str>', "Option<&'static str>"],
    ['core::result::Result<(u8, *const alloc::string::String), core::fmt::Error>', 'Result<(u8, *const String), fmt::Error>'],
    ['core::result::Result<(), alloc::boxed::Box<dyn core::error::Error, alloc::alloc::Global>>', 'Result<(), Box<dyn Error>>'],
    ['core::option::Option<[u32; 4]>', 'Option<[u32; 4]>'],
    ['core::option::Option<fn(u8) -> u8>', 'Option<fn(u8) -> u8>'],
    ['std::collections::hash::map::HashMap<alloc::string::String, u64, std::hash::random::RandomState>', 'HashMap<String, u64>'],
    ['enum2$<core::option::Option<ref$<slice2$<u8> > > >', 'Option<&[u8]>'],
    ['alloc::boxed::Box<slice2$<u8>,alloc::alloc::Global>', 'Box<[u8]>'],
  ])('%s answers to %s', (name, query) => {
    expect(typeMatches(name, query)).toBe(true);
  });

  it.each([
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec<u16>'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec<u8, Other>'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec<u8, Global, u8>'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'ec<u8>'],
    ['alloc::vec::Vec<u8, alloc::alloc::Global>', 'mine::Vec<u8>'],
    ['alloc::vec::Vec<lived::Extent, alloc::alloc::Global>', 'Vec<tent>'],
    ['core::option::Option<&[u8]>', 'Option<&mut [u8]>'],
    ['core::option::Option<&[u8]>', 'Option<[u8]>'],
    ['core::option::Option<[u32; 4]>', 'Option<[u32; 8]>'],
    ['core::option::Option<(u8, u8)>', 'Option<(u8)>'],
    ['core::option::Option<u8>', 'Option<*const u8>'],
    ['core::fmt::Error', 'Error<u8>'],
    ['core::fmt::Error', ''],
  ])('%s does not answer to %s', (name, query) => {
    expect(typeMatches(name, query)).toBe(false);
  });

  it('has a base to be looked up by, and may be the whole name', () => {
    expect(['alloc::vec::Vec<u8>', 'Vec', '&[u8]', '[u8; 4]', ''].map(baseOfType)).toEqual(['Vec', 'Vec', undefined, undefined, undefined]);
    expect(isWholeName('alloc::vec::Vec<u8, alloc::alloc::Global>', 'vec::Vec<u8,alloc::alloc::Global>')).toBe(true);
    expect(isWholeName('alloc::vec::Vec<u8, alloc::alloc::Global>', 'Vec<u8>')).toBe(false);
    expect(isWholeName('mount', 'struct mount')).toBe(true);
  });

  it('is compared whatever is written, and each name answers to itself', () => {
    const { type } = fc.letrec<{ type: string }>((tie) => ({
      type: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('u8', 'alloc::string::String', 'lived::Disk'),
        tie('type').map((inner) => `&mut ${inner}`),
        tie('type').map((inner) => `[${inner}; 3]`),
        fc.array(tie('type'), { maxLength: 3 }).map((inner) => `(${inner.join(', ')})`),
        fc.tuple(tie('type'), tie('type')).map(([a, b]) => `core::result::Result<${a}, ${b}>`),
      ),
    }));
    fc.assert(fc.property(type, (name) => typeMatches(name, name)), trials(300));
    const piece = fc.constantFrom('<', '>', '::', '&', '[', ']', '(', ')', ',', ';', ' ', 'dyn ', "'a", 'enum2$<', 'Vec', '->', 'fn(');
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, text, (name, query) => typeof typeMatches(name, query) === 'boolean'), trials(500));
    expect(typeMatches('&'.repeat(100_000), '&'.repeat(100_000))).toBe(true);
  });
});

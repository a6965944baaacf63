import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demangle } from '../../../debug-adapter/images/demangle/demangle';
import { components, pathMatches } from '../../../debug-adapter/images/demangle/path';
import { matchesGlob } from '../../../debug-adapter/images/symbols/glob';
import { trials } from '../../trials';

describe('demangling', () => {
  it.each([
    // Legacy.
    ['_ZN4core3ptr4read17h0123456789abcdefE', 'core::ptr::read'],
    ['_ZN60_$LT$a..lived..LiveDisk$u20$as$u20$a..driver_block..Disk$GT$4read28_$u7b$$u7b$closure$u7d$$u7d$17hff565a9bf265689eE', '<a::lived::LiveDisk as a::driver_block::Disk>::read::{{closure}}'],
    ['_ZN4core3ptr7mut_ptr31_$LT$impl$u20$$BP$mut$u20$T$GT$7replace17hfe8e57166f24d0fdE', 'core::ptr::mut_ptr::<impl *mut T>::replace'],
    ['_ZN3foo3bar17h0123456789abcdefE.llvm.1234567890', 'foo::bar'],
    // v0: examples of RFC 2603 and of rustc's own tests.
    ['_RNvC6_123foo3bar', '123foo::bar'],
    ['_RNvNtCs1234_7mycrate3foo3bar', 'mycrate::foo::bar'],
    ['_RNCNvC7mycrate3foo0', 'mycrate::foo::{closure#0}'],
    ['_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_', 'cc::spawn::{closure#0}::{closure#0}'],
    ['_RINvC7mycrate3foohE', 'mycrate::foo::<u8>'],
    ['_RNvMs_C7mycrateNtB4_3Foo3bar', '<mycrate::Foo>::bar'],
    ['_RNvXC7mycrateNtB2_3FooNtB2_3Bar3baz', '<mycrate::Foo as mycrate::Bar>::baz'],
    ['_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std', 'alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>'],
    ['_RNvCs1234_7mycrateu8gdel_5qa', 'mycrate::gödel'],
    ['_RIC7mycrateKj7b_E', 'mycrate::<123>'],
    ['_RMC0INtC8arrayvec8ArrayVechKj7b_E', '<arrayvec::ArrayVec<u8, 123>>'],
    // Not Rust, or damaged: as they are.
    ['_ZNSt6vectorIiE9push_backEi', '_ZNSt6vectorIiE9push_backEi'],
    ['_ZN3foo3barE', '_ZN3foo3barE'],
    ['start_kernel', 'start_kernel'],
    ['_RNvC', '_RNvC'],
    ['_RB_', '_RB_'],
    ['_RNvB_1a', '_RNvB_1a'],
  ])('%s', (mangled, name) => expect(demangle(mangled)).toBe(name));

  it('ends on anything, and quickly', () => {
    const alphabet = fc.constantFrom(...'RNvCIBKMXYTASQOPFDLEs_u0123456789abhjnp$.'.split(''));
    fc.assert(
      fc.property(fc.constantFrom('_R', '_ZN'), fc.array(alphabet, { maxLength: 120 }), (prefix, rest) => {
        const start = performance.now();
        demangle(prefix + rest.join(''));
        expect(performance.now() - start).toBeLessThan(1000);
      }),
      trials(2000),
    );
  });

  it('refuses a name whose back references multiply', () => {
    let name = '_RIC1a';
    for (let i = 0; i < 60; i++) name += 'TB6_B6_E';
    expect(demangle(`${name}E`).length).toBeLessThan(100_000);
  });
});

describe('paths', () => {
  it('splits outside brackets', () => {
    expect(components('a::<b::C as d::E>::f::{closure#0}')).toEqual(['a', '<b::C as d::E>', 'f', '{closure#0}']);
    expect(components('f::<fn(a::b) -> c::d>')).toEqual(['f', '<fn(a::b) -> c::d>']);
  });
  it.each([
    ['<lived::LiveDisk as driver_block::Disk>::read', 'LiveDisk::read', true],
    ['<lived::LiveDisk as driver_block::Disk>::read', 'lived::LiveDisk::read', true],
    ['<lived::LiveDisk as driver_block::Disk>::read', 'Disk::read', true],
    ['<lived::LiveDisk as driver_block::Disk>::read::{closure#0}', 'LiveDisk::read', true],
    ['<lived::LiveDisk as driver_block::Disk>::read::{{closure}}', 'read', true],
    ['<lived::LiveDisk as driver_block::Disk>::read', 'OtherDisk::read', false],
    ['<lived::LiveDisk as driver_block::Disk>::read', 'x::LiveDisk::read', false],
    ['core::ptr::read::<u8>', 'ptr::read', true],
    ['core::ptr::read<u8>', 'ptr::read', true],
    ['core::ptr::read<u8>', 'ptr::read<u8>', true],
    ['core::ptr::read<u8>', 'ptr::read<u16>', false],
    ['kernel::context::switch::switch', 'switch::switch', true],
    ['kernel::context::switch::switch', 'kernel::context::switch::switch', true],
    ['kernel::context::switch::switch', 'context::switch', false],
    ['do_mount', 'mount', false],
    // What is implemented for a pointer or reference to a type is not the type's own.
    ['<*const a::LiveDisk>::read', 'LiveDisk::read', false],
    ['core::ptr::const_ptr::<impl *const a::LiveDisk>::read', 'LiveDisk::read', false],
    ['<&a::LiveDisk as core::fmt::Debug>::fmt', 'LiveDisk::fmt', false],
    ['<&a::LiveDisk as core::fmt::Debug>::fmt', 'Debug::fmt', true],
    ['<[a::LiveDisk]>::read', 'LiveDisk::read', false],
    ['<&mut a::LiveDisk>::read', 'a::LiveDisk::read', false],
    ['<dyn a::Disk>::read', 'Disk::read', true],
    ['<a::LiveDisk as a::Disk>::read', 'LiveDisk::read', true],
  ])('%s answers to %s: %s', (path, query, answer) => expect(pathMatches(path, query)).toBe(answer));
});

describe('globs', () => {
  it.each([
    ['vfs_re*', 'vfs_read', true],
    ['vfs_re*', 'xvfs_read', false],
    ['*::read', 'a::b::read', true],
    ['vfs_?ead', 'vfs_read', true],
    ['*a*b*c', 'xxaxxbxxc', true],
    ['*a*b*c', 'xxaxxbxx', false],
    ['', '', true],
  ])('%s on %s: %s', (glob, text, answer) => expect(matchesGlob(glob, text)).toBe(answer));
  it('takes no exponential time', () => {
    const start = performance.now();
    matchesGlob(`${'*a'.repeat(30)}b`, 'a'.repeat(20_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

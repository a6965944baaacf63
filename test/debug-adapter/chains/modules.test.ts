import { describe, expect, it } from 'vitest';
import { readModules as readFreebsd } from '../../../debug-adapter/chains/freebsd/modules';
import { readModules as readLinux } from '../../../debug-adapter/chains/linux/modules';
import type { Value } from '../../../debug-adapter/inspect/value';
import { FakeKernel, FakeValue, anyPointer, array, char, charPointer, pointer, s32, struct, u32, u64 } from './fake-machine';

const seeds = [0, 1, 2, 7, 23];

describe.each(seeds)('FreeBSD\'s linker files, members in order %i', (seed) => {
  /** `linker_files` with the kernel and one object, whose elf_file holds a progtab. */
  const kernelWith = (entries: readonly (readonly [string | undefined, bigint])[]): FakeKernel => {
    const kernel = new FakeKernel(seed * 4096);
    const tail = struct('tailq_entry', { tqe_next: anyPointer, tqe_prev: anyPointer }, seed);
    const file = struct('linker_file', { ops: anyPointer, id: s32, link: tail, filename: charPointer }, seed);
    const entry = struct('Elf_progent', { addr: anyPointer, size: u64, flags: s32, sec: s32, name: charPointer }, seed);
    // link_elf_obj.c: the linker_file comes first, whatever follows.
    const object = { ...struct('elf_file', { lf: file, preloaded: s32, progtab: pointer(entry), nprogtab: u32 }, 0) };
    kernel.declare(file, entry, object);
    const head = kernel.global('linker_files', struct('tailq_head', { tqh_first: anyPointer, tqh_last: anyPointer }));
    const first = kernel.make('linker_file');
    kernel.set(first, 'id', 1);
    kernel.set(first, 'filename', kernel.text('kernel'));
    const module = kernel.make('elf_file');
    const lf: Value = new FakeValue(file, module.address!, kernel.memory);
    kernel.set(lf, 'id', 2);
    kernel.set(lf, 'filename', kernel.text('if_tap.ko'));
    kernel.set(head, 'tqh_first', first.address!);
    kernel.set(first, 'link.tqe_next', lf.address!);
    const table = kernel.allocate(entry.size * entries.length);
    entries.forEach(([name, address], index) => {
      const one = new FakeValue(entry, table + BigInt(index * entry.size), kernel.memory);
      kernel.set(one, 'addr', address);
      if (name !== undefined) kernel.set(one, 'name', kernel.text(name));
    });
    kernel.set(module, 'progtab', table);
    kernel.set(module, 'nprogtab', entries.length);
    return kernel;
  };

  it('give each section of a module, and not the kernel', async () => {
    const kernel = kernelWith([['.text', 0xffffffff82e00000n], [undefined, 0xffffffff82e10000n], ['<<NOBITS>>', 0xffffffff82e20000n], ['.data', 0n]]);
    expect(await readFreebsd(kernel)).toEqual([{ name: 'if_tap', sections: [{ name: '.text', address: 0xffffffff82e00000n }, { name: '.bss', address: 0xffffffff82e20000n }] }]);
  });

  it('with a damaged table give the module without places', async () => {
    const kernel = kernelWith([]);
    expect(await readFreebsd(kernel)).toEqual([{ name: 'if_tap', sections: [] }]);
  });
});

describe.each(seeds)('Linux\'s list of modules, members in order %i', (seed) => {
  const attribute = struct('attribute', { name: charPointer, mode: u32 }, seed);
  const list = struct('list_head', { next: anyPointer, prev: anyPointer });
  const kernelWith = (shape: 'address' | 'private' | 'none'): FakeKernel => {
    const kernel = new FakeKernel(seed * 4096);
    const binary = struct('bin_attribute', { attr: attribute, size: u64, private: anyPointer }, seed);
    const one = struct('module_sect_attr', { battr: binary, address: u64 }, seed);
    const layout = struct('module_layout', { base: anyPointer, size: u32 }, seed);
    const own = { list, name: array(char, 56), sect_attrs: anyPointer, ...(shape === 'none' ? { core_layout: layout } : {}) };
    const attrs = shape === 'private' ? { grp: u64, attrs: array(binary, undefined) } : { grp: u64, nsections: u32, attrs: array(one, undefined) };
    kernel.declare(list, attribute, binary, one, struct('module', own, seed), struct('module_sect_attrs', attrs, seed, 'attrs'));
    const head = kernel.global('modules', list);
    const module = kernel.make('module');
    kernel.set(head, 'next', module.member('list').address!);
    kernel.set(module, 'list.next', head.address!);
    kernel.memory.put(module.member('name').address!, Buffer.from('brd\0'));
    if (shape === 'none') {
      kernel.set(module, 'core_layout.base', 0xffffffffc0000000n);
      return kernel;
    }
    const table = new FakeValue(kernel.type('module_sect_attrs'), kernel.allocate(4096), kernel.memory);
    kernel.set(module, 'sect_attrs', table.address);
    const element = shape === 'private' ? binary : one;
    for (const [index, [name, address]] of ([['.text', 0xffffffffc0000000n], ['.data', 0xffffffffc0010000n]] as const).entries()) {
      const entry = new FakeValue(element, table.member('attrs').address! + BigInt(index * element.size), kernel.memory);
      kernel.set(entry, shape === 'private' ? 'attr.name' : 'battr.attr.name', kernel.text(name));
      kernel.set(entry, shape === 'private' ? 'private' : 'address', address);
    }
    if (shape === 'address') kernel.set(table, 'nsections', 2);
    return kernel;
  };

  it.each(['address', 'private'] as const)('gives its sections out of `%s`', async (shape) => {
    expect(await readLinux(kernelWith(shape))).toEqual([{ name: 'brd', sections: [{ name: '.text', address: 0xffffffffc0000000n }, { name: '.data', address: 0xffffffffc0010000n }] }]);
  });

  it('without section attributes gives where its code begins', async () => {
    expect(await readLinux(kernelWith('none'))).toEqual([{ name: 'brd', sections: [{ name: '.text', address: 0xffffffffc0000000n }] }]);
  });
});

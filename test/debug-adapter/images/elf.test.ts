import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { strip } from '../../../debug-adapter/images/types';
import { builds, clang, compile, gcc, lineOf, objcopy, rustBuilds, scratch, tool } from './support';

const directory = scratch();
const gccBuild = builds.find((build) => build.name === 'gcc -O0 dwarf 5');
const all = [...builds];

describe('opening files', () => {
  it('refuses what is no image, with a code', () => {
    const text = path.join(directory, 'text');
    fs.writeFileSync(text, '#!/bin/sh\n');
    expect(() => openImage(text)).toThrow(/^BS202: .*text is neither/);
    expect(() => openImage(path.join(directory, 'missing'))).toThrow(/^BS201: .*ENOENT/);
    expect(() => openImage(directory)).toThrow(/^BS201/);
    fs.writeFileSync(text, '');
    expect(() => openImage(text)).toThrow(/^BS202/);
    fs.writeFileSync(text, Buffer.from('\x7fELF\x02\x01\x01', 'latin1'));
    expect(() => openImage(text)).toThrow(/^BS204/);
    fs.writeFileSync(text, 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0');
    expect(() => openImage(text)).toThrow(/^BS209/);
  });

  it('refuses another machine', () => {
    const bytes = Buffer.alloc(64);
    bytes.write('\x7fELF\x02\x01\x01', 'latin1');
    bytes.writeUInt16LE(2, 16);
    bytes.writeUInt16LE(183, 18);
    const file = path.join(directory, 'arm');
    fs.writeFileSync(file, bytes);
    expect(() => openImage(file)).toThrow(/^BS203: .*ELF machine 183/);
  });
});

describe.skipIf(!gccBuild)('an ELF program', () => {
  it('has headers, symbols and bytes', () => {
    const image = openImage(compile(gccBuild!, '-no-pie', '-Wl,--build-id=sha1'));
    expect(image).toMatchObject({ format: 'elf', type: 'exec', machine: 'x86-64', addressSize: 8 });
    expect(image.buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(image.base).toBe(0x400000n);
    const [main] = image.symbols.named('main');
    expect(main).toMatchObject({ kind: 'function', local: false });
    expect(image.symbols.at(main!.address + 3n)?.name).toBe('main');
    expect(image.symbols.at(1n)).toBeUndefined();
    expect(image.symbols.named('leaf')[0]).toMatchObject({ local: true });
    expect(image.symbols.matching('sum_*').map((s) => s.name)).toEqual(['sum_all']);
    expect(image.symbols.named('nothing_of_this_name')).toEqual([]);
    expect(image.bytesAt(main!.address, 1)?.[0]).toBe(0x55);
    expect(image.bytesAt(image.symbols.named('sink')[0]!.address, 4)).toBeUndefined();
    expect(image.segments.some((s) => s.executable)).toBe(true);
    image.close();
  });

  it.skipIf(!objcopy)('finds its separate debug file, beside it and in .debug', () => {
    const program = path.join(directory, 'separate');
    fs.copyFileSync(compile(gccBuild!), program);
    execFileSync(objcopy!, ['--only-keep-debug', program, `${program}.debug`]);
    execFileSync(objcopy!, ['--strip-all', `--add-gnu-debuglink=${program}.debug`, program]);
    const beside = openImage(program);
    expect(beside.debugInfo.functionsNamed('fill')[0]?.parameters.map((p) => p.name)).toEqual(['e', 'n']);
    expect(beside.symbols.named('leaf')).toHaveLength(1);
    const fill = beside.debugInfo.functionsNamed('fill')[0]!;
    expect(beside.debugInfo.unwindAt(fill.entry!)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8n });
    expect(beside.bytesAt(fill.entry!, 1)?.[0]).toBe(0x55);
    beside.close();
    fs.mkdirSync(path.join(directory, '.debug'), { recursive: true });
    fs.renameSync(`${program}.debug`, path.join(directory, '.debug', 'separate.debug'));
    const hidden = openImage(program);
    expect(hidden.debugInfo.kind).toBe('dwarf');
    hidden.close();
    const given = path.join(directory, 'elsewhere');
    fs.renameSync(path.join(directory, '.debug', 'separate.debug'), given);
    const bare = openImage(program);
    expect(bare.debugInfo.kind).toBe('none');
    expect(bare.debugInfo.functionsNamed('fill')).toEqual([]);
    expect(bare.debugInfo.unwindAt(fill.entry!)).toBeDefined();
    bare.close();
    const named = openImage(program, { symbols: given });
    expect(named.debugInfo.typesNamed('struct everything')).toHaveLength(1);
    named.close();
    expect(() => openImage(program, { symbols: compile(builds[1]!) })).toThrow(/^BS208: Wrong file: .*build-id/);
  });
});

describe.skipIf(!gcc && !clang)('DWARF of every compiler', () => {
  for (const build of all) {
    it(build.name, () => {
      const image = openImage(compile(build));
      const info = image.debugInfo;
      const [everything] = info.typesNamed('struct everything');
      const type = everything && strip(everything);
      if (type?.kind !== 'struct') throw new Error('no struct');
      expect(type.members.map((m) => m.name)).toEqual(['name', 'link', 'number', 'colour', 'flags', '', 'named', 'callback', 'matrix', 'hidden', 'text', 'children', 'tail']);
      const member = (name: string): (typeof type.members)[number] => type.members.find((m) => m.name === name)!;
      const matrix = strip(member('matrix').type);
      expect(matrix.kind === 'array' && [matrix.count, matrix.element.kind === 'array' && matrix.element.count, matrix.size, matrix.name]).toEqual([3, 4, 48, 'int [3][4]']);
      const tail = strip(member('tail').type);
      expect(tail.kind === 'array' && [tail.count, tail.size]).toEqual([undefined, 0]);
      const flags = strip(member('flags').type);
      expect(flags.kind === 'struct' && flags.members.map((m) => [m.name, m.bitOffset, m.bitSize])).toEqual([
        ['first', 0, 3],
        ['second', 3, 7],
        ['third', 10, 5],
        ['wide', 15, 40],
        ['plain', undefined, undefined],
      ]);
      expect(member('text').type.name).toBe('const volatile char *');
      expect(member('children').type.name).toBe('struct everything * [2]');
      const callback = strip(member('callback').type);
      expect(callback.kind === 'pointer' && callback.name).toBe('int (*)(const char *, int)');
      const hidden = strip(member('hidden').type);
      const opaque = hidden.kind === 'pointer' ? strip(hidden.target) : undefined;
      expect(opaque?.kind === 'struct' && opaque.declaration).toBe(true);
      const colour = strip(info.typesNamed('enum colour')[0]!);
      expect(colour.kind === 'enum' && [colour.signed, colour.enumerators]).toEqual([true, [{ name: 'RED', value: 0n }, { name: 'GREEN', value: 5n }, { name: 'BLUE', value: -7n }]]);
      const big = strip(info.typesNamed('enum big')[0]!);
      expect(big.kind === 'enum' && big.enumerators[1]?.value).toBe(0x7fffffffffffffffn);

      const [fill] = info.functionsNamed('fill');
      expect(fill).toMatchObject({ name: 'fill', language: 'c', noReturn: false, variadic: false });
      expect(fill?.declared?.line).toBe(lineOf('shapes.c', 'void fill('));
      expect(fill?.parameters.map((p) => `${p.type.name} ${p.name}`)).toEqual(['struct everything * e', 'int n']);
      expect(info.functionsNamed('stop')[0]?.noReturn).toBe(true);
      expect(info.functionsNamed('sum_all')[0]?.variadic).toBe(true);
      const [inlined] = info.functionsNamed('inlined');
      expect(inlined?.ranges).toEqual([]);
      expect(inlined?.inlinedInstances().length).toBeGreaterThanOrEqual(1);
      for (const copy of inlined?.inlinedInstances() ?? []) {
        expect(copy.callSite?.file).toMatch(/shapes\.c$/);
        expect(info.scopesAt(copy.entry).some((scope) => scope.function.name === 'inlined')).toBe(true);
      }
      const [calls] = info.variablesNamed('calls');
      expect(calls?.locationAt(0n)?.expression.length).toBeGreaterThan(0);
      expect(info.variablesNamed('counter')[0]?.type.name).toBe('int');
      expect(info.variablesNamed('no_such_variable')).toEqual([]);
      expect(info.sourceFiles().some((file) => file.endsWith('/programs/shapes.c'))).toBe(true);
      expect(info.addressesOfLine('programs/shapes.c', lineOf('shapes.c', 'calls++'))).not.toEqual([]);
      expect(info.addressesOfLine('other/shapes.c', lineOf('shapes.c', 'calls++'))).toEqual([]);
      // A blank line between functions is in neither.
      expect(info.addressesOfLine('shapes.c', lineOf('shapes.c', 'int recurse(') - 1)).toEqual([]);
      image.close();
    });
  }
});

describe.skipIf(!gccBuild)('a relocatable object', () => {
  for (const build of builds.filter((b) => ['gcc -O0 dwarf 5', 'gcc -O1 dwarf 5 zlib', 'clang -O2 dwarf 5'].includes(b.name))) {
    it(build.name, () => {
      const image = openImage(compile(build, '-c', '-ffunction-sections'));
      expect(image.type).toBe('rel');
      const functions = ['fill', 'main', 'recurse', 'one_line'].map((name) => image.debugInfo.functionsNamed(name)[0]!);
      expect(new Set(functions.map((f) => f.entry)).size).toBe(4);
      for (const f of functions) {
        expect(image.symbols.at(f.entry!)?.name).toBe(f.name);
        expect(image.debugInfo.scopesAt(f.entry!)[0]?.function.name).toBe(f.name);
        expect(image.debugInfo.lineAt(f.entry!)?.file).toMatch(/shapes\.c$/);
        expect(image.debugInfo.unwindAt(f.entry!)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8n });
      }
      expect(image.debugInfo.typesNamed('struct everything')[0]?.kind).toBe('struct');
      image.close();
    });
  }
});

describe.skipIf(rustBuilds.length === 0)('DWARF of rustc', () => {
  for (const build of rustBuilds) {
    it(build.name, () => {
      const image = openImage(compile(build));
      const info = image.debugInfo;
      const names = (query: string): string[] => info.functionsNamed(query).map((f) => f.qualifiedName).sort();
      expect(names('LiveDisk::read')).toContain('shapes::lived::{impl#1}::read');
      expect(names('lived::{impl#1}::later::{async_fn#0}')).toEqual(['shapes::lived::{impl#1}::later::{async_fn#0}']);
      expect(names('LiveDisk::later')).toContain('shapes::lived::{impl#1}::later::{async_fn#0}');
      expect(names('LiveDisk::new')).toEqual(['shapes::lived::LiveDisk::new']);
      expect(names('LiveDisk::offset')).toEqual(['shapes::lived::LiveDisk::offset']);
      expect(info.functionsNamed('LiveDisk::offset')[0]?.inlinedInstances().length).toBeGreaterThan(0);
      expect(names('shapes::generic')).toEqual(['shapes::generic<char>', 'shapes::generic<u16>']);
      expect(image.symbols.named('LiveDisk::new')).toHaveLength(1);
      const message = strip(info.typesNamed('shapes::Message')[0]!);
      if (message.kind !== 'struct') throw new Error('no enum');
      expect(message.variantPart?.variants.map((v) => v.name)).toEqual(['Quit', 'Move', 'Write', 'Colour']);
      expect(message.variantPart?.discriminant).toBeDefined();
      const option = info.typesNamed('Option<alloc::boxed::Box<u16, alloc::alloc::Global>>').map((t) => strip(t))[0];
      expect(option?.kind === 'struct' && option.variantPart?.variants.map((v) => [v.name, v.values])).toEqual([
        ['None', [{ low: 0n, high: 0n }]],
        ['Some', undefined],
      ]);
      const wide = strip(info.typesNamed('Option<u128>')[0]!);
      expect(wide.size).toBe(32);
      const level = strip(info.typesNamed('shapes::Level')[0]!);
      expect(level.kind === 'enum' && level.enumerators.map((e) => e.value)).toEqual([-3n, 0n, 100n]);
      const future = info.typesNamed('{async_fn_env#0}').map((t) => strip(t)).find((t) => t.qualifiedName.includes('later'));
      expect(future?.kind === 'struct' && future.variantPart?.variants.map((v) => v.name)).toEqual(['Unresumed', 'Returned', 'Panicked', 'Suspend0']);
      image.close();
    });
  }
});

describe.skipIf(!tool('x86_64-linux-gnu-gcc', 'gcc'))('i386', () => {
  it('reads 32-bit ELF and DWARF', () => {
    const clangBuild = builds.find((build) => build.name === 'clang -O0 dwarf 5');
    if (!clangBuild) return;
    const image = openImage(compile(clangBuild, '-m32', '-ffreestanding', '-nostdlib', '-static', '-fuse-ld=lld', '-Wl,-e,main', '-Wl,--unresolved-symbols=ignore-all'));
    expect(image).toMatchObject({ machine: 'i386', addressSize: 4, type: 'exec' });
    const [fill] = image.debugInfo.functionsNamed('fill');
    expect(image.debugInfo.scopesAt(fill!.entry!)[0]?.function.name).toBe('fill');
    expect(image.debugInfo.typesNamed('struct list')[0]?.size).toBe(8);
    expect(image.debugInfo.unwindAt(fill!.entry!)).toMatchObject({ returnRegister: 8, cfa: { kind: 'register', register: 4, offset: 4n } });
    image.close();
  });
});

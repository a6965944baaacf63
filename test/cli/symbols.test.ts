import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { locationText } from '../../cli/symbols/location-text';
import { runSymbols, type SymbolsOptions } from '../../cli/symbols/command';
import { mentionIn } from '../../cli/symbols/trace';
import { openImage } from '../../debug-adapter/images/open';
import { compile, builds, gcc, lineOf, objcopy, rustc, scratch, tool } from '../debug-adapter/images/support';

const directory = scratch();
const build = builds.find(({ name }) => name === 'gcc -O2 dwarf 5');

const run = (file: string, options: SymbolsOptions, input = ''): { code: number; out: string; err: string; json(): { version: number; kind: string; results: Record<string, unknown>[] } } => {
  let out = '';
  let err = '';
  const code = runSymbols(file, options, { out: (text) => (out += text), err: (text) => (err += text), read: (name) => (name === '-' ? input : fs.readFileSync(name, 'utf8')) });
  return { code, out, err, json: () => JSON.parse(out) as ReturnType<ReturnType<typeof run>['json']> };
};

describe.skipIf(build === undefined)('symbols', () => {
  let file = '';
  let main = 0n;
  let text = '';
  beforeAll(() => {
    file = compile(build!);
    const image = openImage(file);
    main = image.symbols.named('main')[0]!.address;
    text = `0x${main.toString(16)}`;
    image.close();
  });

  it('answers with one JSON value', () => {
    const answer = run(file, { address: [text], json: true });
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(answer.out.split('\n')).toHaveLength(2);
    expect(answer.json()).toEqual({ version: 1, image: file, kind: 'elf', results: [expect.objectContaining({ name: 'main', linkageName: 'main', address: text, inlined: [], file: expect.stringMatching(/shapes\.c$/), line: lineOf('shapes.c', 'int main') + 1 })] });
  });

  it('says where a function is inlined, and what the callers are', () => {
    const { results } = run(file, { function: ['inlined'], json: true }).json();
    expect(results.length).toBeGreaterThan(0);
    for (const one of results) expect(one).toMatchObject({ name: 'inlined', inlined: [expect.objectContaining({ file: expect.stringMatching(/shapes\.c$/), line: expect.any(Number) })] });
    expect(run(file, { function: ['inlined'] }).out).toMatch(/^0x[0-9a-f]+ inlined at .*shapes\.c:\d+\n {4}inlined by \w+ at .*shapes\.c:\d+/);
  });

  it('says the same in words: functions, lines, types, variables and frames', () => {
    const plain = compile(builds.find(({ name }) => name === 'gcc -O0 dwarf 5')!);
    expect(run(plain, { functions: ['sum_*'] }).out).toMatch(/^0x[0-9a-f]+ sum_all at .*shapes\.c:\d+\n$/);
    const line = lineOf('shapes.c', 'int main') + 1;
    expect(run(plain, { line: [`shapes.c:${line}`] }).out).toMatch(new RegExp(`^0x[0-9a-f]+ main at .*shapes\\.c:${line}\\n`));
    expect(run(plain, { type: ['enum colour'] }).out).toMatch(/colour/);
    const locals = run(plain, { locals: ['fill+0x10'] });
    expect(locals.out).toMatch(/^0x[0-9a-f]+ fill at .*shapes\.c:\d+\n {4}struct everything \* e {2}\[fbreg -\d+\] parameter\n {4}\S.* n {2}\[fbreg -\d+\] parameter/);
    const [at] = run(plain, { locals: ['fill+0x10'], json: true }).json().results;
    expect(at).toMatchObject({ locals: [{ name: 'e', location: expect.stringMatching(/^91 /), where: expect.stringMatching(/^fbreg -/), parameter: true }, { name: 'n', parameter: true }] });
    expect(run(plain, { unwind: ['fill+0x0'] }).out).toMatch(/\n {4}cfa = r7\+8\n {4}r16 = \[cfa-8\]\n$/);
  });

  it.each([
    ['91 6c', 'fbreg -20'],
    ['77 08 9f', 'breg rsp+8; stack_value'],
    ['03 78 56 34 12 00 00 00 00', 'addr 0x12345678'],
    ['55 93 08 93 04', 'reg rdi; piece 8; piece 4'],
    ['a3 01 54 23 10', 'entry_value(reg rsi); plus_uconst 16'],
    ['0b fe ff 3f', 'const2s -2; lit15'],
    ['70 00 e1 02', 'breg rax+0; e1 02'],
    ['91', '91'],
    ['', ''],
  ])('the location %s is %s', (bytes, words) => expect(locationText(Uint8Array.from(Buffer.from(bytes.replaceAll(' ', ''), 'hex')), 8)).toBe(words));

  it('a location of any bytes ends', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(4 as const, 8 as const), (bytes, size) => { expect(locationText(bytes, size)).toMatch(/^[\w\s;:+()-]*$/); }));
  });

  it('finds the same by symbol and offset', () => {
    expect(run(file, { address: ['main+0x4'], json: true }).json().results[0]).toMatchObject({ name: 'main', address: `0x${(main + 4n).toString(16)}` });
    expect(run(file, { address: ['nowhere+0x4'] })).toMatchObject({ code: 1 });
  });

  it('ends with 1 when nothing is found and 3 when it cannot even look', () => {
    expect(run(file, { function: ['no_such_function'] })).toMatchObject({ code: 1, out: '', err: 'nothing found\n' });
    expect(run(file, { function: ['no_such_function'], json: true }).json().results).toEqual([]);
    expect(run(file, { address: ['here'] })).toMatchObject({ code: 3, out: '' });
    expect(run(file, { line: ['shapes.c'] })).toMatchObject({ code: 3, out: '' });
    expect(run(file, {})).toMatchObject({ code: 3, err: expect.stringContaining('--address') });
    expect(run(path.join(directory, 'none'), { function: ['main'] })).toMatchObject({ code: 3, err: expect.stringMatching(/^BS201/) });
    expect(run(__filename, { function: ['main'] })).toMatchObject({ code: 3, err: expect.stringMatching(/^BS202/) });
  });

  it('answers a batch in order, the questions without an answer too', () => {
    const batch = path.join(directory, 'batch');
    fs.writeFileSync(batch, `function main\n\n--address ${text}\ntype no_such_type\nfunctions ma?n\n`);
    const { code, json } = run(file, { batch, json: true });
    expect(code).toBe(0);
    expect(json().results).toMatchObject([
      { name: 'main', query: 'function main' },
      { name: 'main', query: `address ${text}` },
      { name: '??', query: 'type no_such_type', notFound: true },
      { name: 'main', query: 'functions ma?n' },
    ]);
    expect(run(file, { batch: '-' }, 'function main').code).toBe(0);
    expect(run(file, { batch: '-' }, 'type nothing_here')).toMatchObject({ code: 1 });
    expect(run(file, { batch: '-' }, 'function main\nwhere is it')).toMatchObject({ code: 3, err: expect.stringContaining('-:2') });
    expect(run(file, { batch: path.join(directory, 'none') })).toMatchObject({ code: 3 });
  });

  it('gives bit fields as byte, bit and width', () => {
    const source = path.join(directory, 'bits.c');
    fs.writeFileSync(source, 'struct bits { char first; unsigned low : 3; unsigned high : 7; long after; } b; enum state { OFF, ON = 5 } s; int main(void) { return b.low + s; }\n');
    execFileSync(gcc!, ['-g', '-o', path.join(directory, 'bits'), source]);
    const { results } = run(path.join(directory, 'bits'), { type: ['bits', 'enum state'], json: true }).json();
    expect(results[0]!['type']).toEqual({
      kind: 'struct', name: 'bits', size: 16,
      members: [
        { name: 'first', type: 'char', offset: 0 },
        { name: 'low', type: 'unsigned int', offset: 1, byte: 1, bit: 0, bits: 3 },
        { name: 'high', type: 'unsigned int', offset: 1, byte: 1, bit: 3, bits: 7 },
        { name: 'after', type: 'long int', offset: 8 },
      ],
    });
    expect(results[1]!['type']).toMatchObject({ kind: 'enum', enumerators: [{ name: 'OFF', value: '0' }, { name: 'ON', value: '5' }] });
    expect(run(path.join(directory, 'bits'), { type: ['bits'] }).out).toContain('+1.3:7     unsigned int high');
  });

  it.skipIf(rustc === undefined).each([4, 5])("finds Rust's boxes of slices and of trait objects by their whole name in DWARF %i, and a function at its own line where it begins with inlined code", (version) => {
    const source = path.join(directory, 'boxed.rs');
    const program = path.join(directory, `boxed-${version}`);
    fs.writeFileSync(
      source,
      [
        'trait Named { fn name(&self) -> u32; }',
        'impl Named for u32 { fn name(&self) -> u32 { *self } }',
        'fn main() {',
        '    let bytes: Box<[u8]> = vec![1u8, 2, 3].into_boxed_slice();',
        '    let object: Box<dyn Named> = Box::new(7u32);',
        '    std::hint::black_box((&bytes, object.name()));',
        '}',
      ].join('\n'),
    );
    execFileSync(rustc!, ['-g', `-Cdwarf-version=${version}`, '--crate-name', 'boxed', '-o', program, source], { stdio: 'ignore' });
    const typed = (name: string): unknown[] => run(program, { type: [name], json: true }).json().results.map(({ type }) => type);
    const box = (inside: string): string => `alloc::boxed::Box<${inside}, alloc::alloc::Global>`;
    expect(typed(box('[u8]'))).toEqual([{ kind: 'struct', name: box('[u8]'), size: 16, members: [{ name: 'data_ptr', type: expect.stringContaining('u8'), offset: 0 }, { name: 'length', type: 'usize', offset: 8 }] }]);
    expect(typed(box('dyn boxed::Named'))).toEqual([expect.objectContaining({ size: 16, members: [expect.objectContaining({ name: 'pointer', offset: 0 }), expect.objectContaining({ name: 'vtable', offset: 8 })] })]);
    // As users write it, without the path and the allocator.
    expect(typed('Box<[u8]>')).toEqual(typed(box('[u8]')));
    expect(typed('Box<dyn Named>')).toEqual(typed(box('dyn boxed::Named')));
    expect(typed('Vec<u8>')).toMatchObject([{ name: 'alloc::vec::Vec<u8, alloc::alloc::Global>' }]);
    expect(typed('Option<&str>')).toMatchObject([{ name: 'core::option::Option<&str>' }]);
    expect(new Set(typed('Box').map((type) => (type as { name: string }).name)).size).toBeGreaterThan(1);
    expect(typed('Box<[u16]>')).toEqual([]);
    expect(run(program, { type: [box('[u16]')] })).toMatchObject({ code: 1, out: expect.not.stringContaining('struct') });
    // Its body begins with code of the library that is inlined: told is the line of the call, in the function's own file.
    expect(run(program, { function: ['boxed::main'] }).out).toMatch(/^0x[0-9a-f]+ boxed::main at \S*\/boxed\.rs:4$/m);
    expect(run(program, { function: ['boxed::main'], json: true }).json().results).toEqual([expect.objectContaining({ name: 'boxed::main', file: source, line: 4 })]);
  });

  it('writes addresses of a relocatable object as section and offset', () => {
    const source = path.join(directory, 'module.c');
    const object = path.join(directory, 'module.ko');
    fs.writeFileSync(source, '__attribute__((section(".init.text"))) int setup(int a) { return a + 1; }\nint first(int a) { return a; }\nint second(int a) {\n  return a * 3;\n}\n');
    execFileSync(gcc!, ['-g', '-O1', '-c', '-o', object, source]);
    const [second, setup] = run(object, { function: ['second', 'setup'], json: true }).json().results;
    expect(second).toMatchObject({ name: 'second', address: expect.stringMatching(/^\.text\+0x[1-9a-f]/) });
    expect(setup).toMatchObject({ address: '.init.text+0x0', file: source });
    expect(run(object, { address: [second!['address'] as string], json: true }).json().results[0]).toMatchObject({ name: 'second', address: second!['address'], line: 4 });
    expect(run(object, { address: ['.init.text+0x0', '.init.text+0x999'], json: true }).json().results).toMatchObject([{ name: 'setup' }]);
    expect(run(object, { line: ['module.c:4'], json: true }).json().results[0]).toMatchObject({ name: 'second' });
  });

  describe('a panic trace', () => {
    const plus = (offset: bigint): string => (main + offset).toString(16).padStart(16, '0');

    it('of Linux comes back with names and lines', () => {
      const log = ['[    1.5] Kernel panic - not syncing: no init', '[    1.6] RIP: 0010:main+0x0/0x10', '[    1.6]  ? main+0x5/0x4000', '[    1.6] RAX: 0000000000000000'].join('\n');
      const { code, out } = run(file, { trace: true }, `${log}\n`);
      expect(code).toBe(0);
      const lines = out.split('\n');
      expect(lines[0]).toBe('[    1.5] Kernel panic - not syncing: no init');
      expect(lines[2]).toMatch(new RegExp(`^ {8}0x${main.toString(16)} main at .*shapes\\.c:\\d+$`));
      expect(out).toContain('RAX: 0000000000000000\n');
    });

    it('of a moved Linux is moved back', () => {
      const moved = (main + 0x1c000000n).toString(16);
      const log = `[<${moved}>] ? 0x${moved}\nRIP: 0010:0x${moved}\nKernel Offset: 0x1c000000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)\n`;
      const { results } = run(file, { trace: true, json: true }, log).json();
      expect(results.at(-1)).toMatchObject({ name: 'main', address: text, query: `RIP: 0010:0x${moved}` });
    });

    it('of FreeBSD comes back', () => {
      const log = `panic: vm_fault\ncpuid = 0\nKDB: stack backtrace:\n#0 0x${plus(5n)} at main+0x5\n#1 0xffffffff80000000 at nothing_of_ours+0x5\nmain() at main+0x5/frame 0xfffffe00\n--- trap 0xc, rip = 0x${plus(0n)}, rsp = 0 ---\n`;
      const { results } = run(file, { trace: true, json: true }, log).json();
      expect(results.map(({ name, query }) => [name, (query as string).slice(0, 4)])).toEqual([['main', '#0 0'], ['main', 'main'], ['main', '--- ']]);
    });

    it('of Redox comes back', () => {
      const log = `KERNEL PANIC: panicked at src/main.rs:1:2:\nno\n  FP ffff800000001000: PC ${plus(5n)}\n    ${plus(0n)}+0005\n    main\nRIP:   ${plus(0n)}\n`;
      const { results } = run(file, { trace: true, json: true }, log).json();
      expect(results).toMatchObject([{ name: 'main', address: `0x${(main + 5n).toString(16)}` }, { name: 'main', address: text }]);
    });

    it('of Linux gives frames of a module to that module alone', () => {
      const log = ' main+0x5/0x4000 [some_driver]\n main+0x5/0x4000 [other 0123abcd]\n';
      expect(run(file, { trace: true }, log).code).toBe(1);
      const module = path.join(directory, 'some-driver.ko');
      fs.copyFileSync(file, module);
      expect(run(module, { trace: true, json: true }, log).json().results).toMatchObject([{ name: 'main', query: ' main+0x5/0x4000 [some_driver]' }]);
    });

    it.skipIf(rustc === undefined).each([['legacy', '0'], ['v0', '2']])("of Rust's library in a program that was loaded anywhere comes back: %s names, opt-level %s", (mangling, level) => {
      const source = path.join(directory, 'panics.rs');
      const program = path.join(directory, `panics-${mangling}`);
      fs.writeFileSync(source, 'mod disk {\n    #[inline(never)]\n    pub fn read(block: u64) -> u64 {\n        if block > 3 { panic!("past the preload") }\n        block + 1\n    }\n}\nstruct Mount { block: u64 }\nimpl Mount {\n    #[inline(never)]\n    fn tree(&self) -> u64 {\n        disk::read(self.block) * 2\n    }\n}\nfn main() {\n    let mount = Mount { block: std::env::args().count() as u64 + 6 };\n    println!("{}", mount.tree());\n}\n');
      execFileSync(rustc!, ['-g', `-Copt-level=${level}`, ...(mangling === 'v0' ? ['-Csymbol-mangling-version=v0'] : []), '--crate-name', 'panics', '-o', program, source], { stdio: 'ignore' });
      const { stderr } = spawnSync(program, { env: { ...process.env, RUST_BACKTRACE: 'full' }, encoding: 'utf8' });
      // The library prints the line of a frame behind it: what is found by the address alone has to be that.
      const own = stderr.split('\n').flatMap((line, i, lines) => (/panics/.test(line) && /^\s*\d+:/.test(line) ? [[line, /at .*panics\.rs:(\d+):\d+$/.exec(lines[i + 1] ?? '')?.[1]] as const] : []));
      expect(own.map(([, line]) => Number(line))).toEqual([4, 12, 17]);
      const { results } = run(program, { trace: true, json: true }, stderr).json();
      expect(own.map(([line]) => results.find(({ query }) => query === line)).map((result) => [result?.['name'], result?.['line']])).toEqual([['panics::disk::read', 4], ['panics::Mount::tree', 12], ['panics::main', 17]]);
    });

    describe.skipIf(tool('gcc') === undefined || objcopy === undefined)('of a position independent program without symbols', () => {
      const source = '#include <execinfo.h>\n#include <stdio.h>\n#include <string.h>\n__attribute__((noinline)) static int mounts(int n) { void *at[20]; int count = backtrace(at, 20); backtrace_symbols_fd(at, count, 1); for (int i = 0; i < count; i++) printf("#%d 0x%016lx\\n", i, (unsigned long)at[i]); fflush(stdout); FILE *maps = fopen("/proc/self/maps", "r"); char line[500]; while (maps && fgets(line, sizeof line, maps)) fputs(line, stdout); return n + count; }\n__attribute__((noinline)) static int starts(int n) { return mounts(n) * 2; }\nint main(int argc, char **argv) { return starts(argc) == 12345; }\n';
      /** The program as it runs, and its symbols apart: with `link` the program names their file. */
      const built = (link: boolean): { readonly program: string; readonly debug: string; readonly whole: string } => {
        const place = fs.mkdtempSync(path.join(directory, 'pie-'));
        const [whole, program, debug] = [path.join(place, 'whole'), path.join(place, 'live-init'), path.join(place, 'kept', 'live-init.debug')];
        fs.mkdirSync(path.dirname(debug));
        fs.writeFileSync(`${whole}.c`, source);
        execFileSync('gcc', ['-g', '-O1', '-fno-inline', '-pie', '-fPIE', '-Wl,--build-id=sha1', '-o', whole, `${whole}.c`]);
        execFileSync(objcopy!, ['--only-keep-debug', whole, debug]);
        execFileSync(objcopy!, ['--strip-all', ...(link ? [`--add-gnu-debuglink=${debug}`] : []), whole, program]);
        return { program, debug, whole };
      };
      const answersTo = (file: string, log: string): { readonly name: string; readonly line?: number; readonly query: string }[] => run(file, { trace: true, json: true }, log).json().results as never;

      it('is told as offsets in the program, wherever it was loaded, by either way in which a C library writes addresses', () => {
        const { program, whole } = built(false);
        const log = execFileSync(program, { encoding: 'utf8' });
        const frames = answersTo(program, log);
        const [offsets, absolute] = [frames.filter(({ query }) => query.includes('(+0x')), frames.filter(({ query }) => query.startsWith('#'))];
        expect(offsets.length).toBeGreaterThanOrEqual(3);
        expect(offsets.map(({ name }) => name)).toEqual(absolute.map(({ name }) => name));
        for (const { name } of offsets) expect(name).toMatch(/^live-init\+0x[0-9a-f]+$/);
        for (const { name, query } of offsets) expect(query).toContain(`(${name.slice('live-init'.length)})`);
        // The same log, read with the program that has the names (under the name that the log has it by).
        const named = path.join(path.dirname(whole), 'named', 'live-init');
        fs.mkdirSync(path.dirname(named));
        fs.copyFileSync(whole, named);
        expect(answersTo(named, log).filter(({ query }) => query.startsWith('#')).slice(0, 3).map(({ name, line }) => [name, line !== undefined])).toEqual([['mounts', true], ['starts', true], ['main', true]]);
        // Without the lines that tell where it is nothing is made up.
        expect(answersTo(program, log.split('\n').filter((line) => line.startsWith('#')).join('\n'))).toEqual([]);
        // The map of memory alone tells it, too; another file's does not.
        const byMap = log.split('\n').filter((line) => line.startsWith('#') || / r.xp /.test(line)).join('\n');
        expect(answersTo(program, byMap).map(({ name }) => name)).toEqual(absolute.map(({ name }) => name));
        expect(answersTo(program, byMap.replaceAll('live-init', 'other-init'))).toEqual([]);
      });

      it('is named by the debug file that it links to', () => {
        const { program, debug } = built(true);
        const log = execFileSync(program, { encoding: 'utf8' });
        fs.copyFileSync(debug, path.join(path.dirname(program), 'live-init.debug'));
        const frames = answersTo(program, log).filter(({ query }) => query.includes('(+0x')).slice(0, 3);
        expect(frames.map(({ name, line }) => [name, line])).toEqual([['mounts', 4], ['starts', 5], ['main', 6]]);
        // The debug file by itself stands for the program that a log names.
        expect(answersTo(debug, log).filter(({ query }) => query.includes('(+0x')).slice(0, 3).map(({ name }) => name)).toEqual(['mounts', 'starts', 'main']);
      });

      it('is placed by what Linux says of a fault in it, with the offset in the file or without', () => {
        const { program, whole } = built(false);
        const image = openImage(whole);
        const main = image.symbols.named('starts')[0]!.address;
        const code = image.segments.find(({ executable, virtualAddress, memorySize }) => executable && main >= virtualAddress && main < virtualAddress + BigInt(memorySize))!;
        image.close();
        const slide = 0x5581_2345_6000n;
        const start = slide + (code.virtualAddress & ~0xfffn);
        const hex = (value: bigint): string => value.toString(16);
        const inFile = main - code.virtualAddress + BigInt(code.fileOffset);
        const lines = [
          `[    9.1] live-init[77]: segfault at 0 ip 0000${hex(slide + main)} sp 00007ffd12345678 error 6 in live-init[${hex(start)}+1000] likely on CPU 0 (core 0, socket 0)`,
          `[    9.1] live-init[77]: segfault at 0 ip 0000${hex(slide + main + 0x10000n)} sp 00007ffd12345678 error 6 in live-init[${hex(inFile)},${hex(start + 0x10000n)}+1000]`,
          `[    9.2] traps: live-init[78] general protection fault ip:${hex(slide + main)} sp:7ffd12345678 error:0 in live-init[${hex(start)}+1000]`,
        ];
        for (const line of lines) expect(answersTo(program, line)).toMatchObject([{ name: `live-init+0x${hex(main)}`, query: line }]);
        // Each of two processes in one log is where its own line says.
        expect(answersTo(program, lines.join('\n')).map(({ name }) => name)).toEqual(lines.map(() => `live-init+0x${hex(main)}`));
        expect(answersTo(program, lines[0]!.replace(/\[[0-9a-f]+\+1000\]/, '[5581abcdef12+1000]'))).toEqual([]);
        expect(answersTo(program, lines[0]!.replace(' in live-init[', ' in libc.so.6['))).toEqual([]);
      });
    });

    it('without a place in this image ends with 1', () => {
      expect(run(file, { trace: '-' }, 'all is well\n')).toMatchObject({ code: 1, out: 'all is well\n' });
      expect(run(file, { trace: true, function: ['main'] })).toMatchObject({ code: 3 });
    });
  });
});

describe('a line of a log', () => {
  it.each([
    ['[    2.1][    T1]  mount_block_root.cold+0x12/0x1f0', { symbol: { name: 'mount_block_root.cold', offset: 0x12n, size: 0x1f0 }, role: 'return' }],
    ['RIP: 0010:foo+0x1/0x2', { symbol: { name: 'foo', offset: 1n, size: 2 }, role: 'pc' }],
    ['vfs_mountroot() at vfs_mountroot+0x1e8/frame 0xfffffe0011223344', { symbol: { name: 'vfs_mountroot', offset: 0x1e8n }, role: 'return' }],
    ['instruction pointer\t= 0x20:0xffffffff80b4d4c1', { address: 0xffffffff80b4d4c1n, role: 'pc' }],
    ['  FP ffff800000001000: PC ffffffff80012345', { address: 0xffffffff80012345n, role: 'return' }],
    ['RIP:   ffffffff80012345', { address: 0xffffffff80012345n, role: 'pc' }],
    ['   3: 0x7f1234567890 - std::rt::lang_start', { address: 0x7f1234567890n, role: 'return' }],
  ])('%s', (line, expected) => {
    expect(mentionIn(line)).toMatchObject(expected);
  });
  it.each(['Mounting from ufs:/dev/md0 failed with error 19.', 'time = 1700000000', '1+0x records', ''])('says nothing of code: %s', (line) => {
    expect(mentionIn(line)).toBeUndefined();
  });
});

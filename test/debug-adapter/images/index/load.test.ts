import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadInWorker } from '../../../../debug-adapter/images/index/load';
import { indexDirectory } from '../../../../debug-adapter/images/index/place';
import { openImage } from '../../../../debug-adapter/images/open';
import { buildPe, canBuild } from '../pdb/support';
import { builds, compile, objcopy, rustBuilds, scratch, tool } from '../support';

const directory = scratch();
const program = path.join(directory, 'worker.cjs');
beforeAll(() => build({ entryPoints: [path.join(__dirname, '../../../../debug-adapter/images/index/worker.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' }));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', fs.mkdtempSync(path.join(directory, 'cache-')));
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '1');
});
afterEach(() => vi.unstubAllEnvs());

/** A worker of its own, as one that is shared keeps the environment that it was started in. */
const ownProgram = (): string => {
  const own = path.join(fs.mkdtempSync(path.join(directory, 'worker-')), 'worker.cjs');
  fs.copyFileSync(program, own);
  return own;
};

type Opened = ReturnType<typeof openImage>;

/** What an image says to questions of every kind. */
const answers = (image: Opened) => {
  const { debugInfo: info, symbols } = image;
  const functions = ['main', 'leaf', 'inlined', 'fill', 'LiveDisk::read', 'shapes::generic', 'nothing'].flatMap((name) => info.functionsNamed(name, { complete: true }));
  const addresses = functions.flatMap((f) => f.ranges.flatMap(({ start, end }) => [start, end - 1n, end, start + 5n]));
  const named = ['main', 'root', 'LiveDisk::new', 'sum_all', 'nothing'].flatMap((name) => symbols.named(name));
  return {
    functions: functions.map((f) => [f.qualifiedName, f.entry, f.inlinedInstances().map((one) => one.entry)]),
    at: addresses.map((address) => [info.scopesAt(address).map((scope) => scope.function.name), info.lineAt(address), info.unwindAt(address)?.cfa, symbols.at(address)?.linkageName]),
    named,
    count: symbols.count,
    types: ['struct everything', 'enum colour', 'Option<u32>', 'shapes::Message'].flatMap((name) => info.typesNamed(name).map((type) => [type.qualifiedName, type.size])),
    variables: ['counter', 'sink', 'table'].flatMap((name) => info.variablesNamed(name).map((variable) => [variable.qualifiedName, variable.type.name])),
    lines: [45, 52, 60, 75].flatMap((line) => info.addressesOfLine('shapes.c', line)),
    files: info.sourceFiles(),
    matching: info.functionsMatching('*shape*').map((f) => f.qualifiedName),
  };
};

describe('symbols read by a worker', () => {
  for (const one of [...builds.filter(({ name }) => ['gcc -O2 dwarf 5', 'gcc -O2 dwarf 4 types', 'clang -O2 dwarf 5', 'gcc -O1 dwarf 5 zlib', 'gcc -O2 dwarf 5 split', 'gcc -O1 dwarf 4 split', 'clang -O1 dwarf 4 split'].includes(name)), ...rustBuilds.slice(1)]) {
    it(`answer as the file itself does: ${one.name}`, { timeout: 120_000 }, async () => {
      const file = compile(one);
      const plain = openImage(file);
      const expected = answers(plain);
      plain.close();
      const image = openImage(file);
      expect(image.debugInfo.index).toMatchObject({ present: false });
      expect(await image.debugInfo.index?.load({ program })).toBe(true);
      expect(image.debugInfo.index).toMatchObject({ present: true, quick: true });
      expect(answers(image)).toEqual(expected);
      expect(fs.existsSync(indexDirectory())).toBe(false);
      image.close();
    });
  }

  const file = (): string => compile(builds[0]!);

  /** Other kinds of file, and a way to make each; `symbols` is where its debug information is, when apart. */
  const kinds: { name: string; make: () => { file: string; symbols?: string }; possible: boolean; least: number }[] = [
    { name: 'a relocatable object', make: () => ({ file: compile(builds.find(({ name }) => name === 'gcc -O2 dwarf 4 types') ?? builds[0]!, '-c') }), possible: builds.length > 0, least: 3 },
    { name: 'a relocatable object beside its debug file', make: () => stripped(compile(builds[1]!, '-c', '-ffunction-sections')), possible: builds.length > 0 && objcopy !== undefined, least: 3 },
    { name: 'a PE with DWARF', make: () => ({ file: buildPe('load-dwarf', 'dwarf-4', '-O2') }), possible: canBuild, least: 3 },
    { name: 'a PE with the PDB beside it', make: () => ({ file: buildPe('load-pdb', 'codeview', '-O2') }), possible: canBuild, least: 3 },
    { name: 'a PE with the PDB named', make: () => ({ file: buildPe('load-pdb', 'codeview', '-O2'), symbols: buildPe('load-pdb', 'codeview', '-O2').replace('.efi', '.pdb') }), possible: canBuild, least: 3 },
    { name: 'a PDB alone', make: () => ({ file: moved(buildPe('load-pdb', 'codeview', '-O2').replace('.efi', '.pdb')) }), possible: canBuild, least: 3 },
    { name: 'what dwz shares between files', make: () => ({ file: shared(compile(builds[1]!)) }), possible: builds.length > 0 && tool('dwz') !== undefined, least: 3 },
  ];
  const moved = (file: string): string => {
    const copy = path.join(fs.mkdtempSync(path.join(directory, 'moved-')), path.basename(file));
    fs.copyFileSync(file, copy);
    return copy;
  };
  const stripped = (file: string): { file: string; symbols: string } => {
    const bare = `${moved(file)}.bare`;
    execFileSync(objcopy ?? '', ['--strip-debug', file, bare]);
    return { file: bare, symbols: file };
  };
  const shared = (file: string): string => {
    const [one, other] = [moved(file), moved(file)];
    execFileSync('dwz', ['-m', path.join(path.dirname(one), 'common'), '-M', './common', one, other]);
    return one;
  };

  it.each(kinds)('answer as the file itself does, from memory and from disk: $name', { timeout: 120_000 }, async ({ make, possible, least }) => {
    if (!possible) return;
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    const { file, symbols } = make();
    const open = (): Opened => openImage(file, symbols === undefined ? {} : { symbols });
    const plain = open();
    const expected = answers(plain);
    expect(expected.functions.length).toBeGreaterThan(least);
    plain.close();
    const image = open();
    expect(image.debugInfo.index).toMatchObject({ present: false, worthwhile: false });
    expect(await image.debugInfo.index?.load({ program: ownProgram() })).toBe(true);
    expect(image.debugInfo.index).toMatchObject({ present: true, quick: true });
    expect(answers(image)).toEqual(expected);
    image.close();
    await vi.waitUntil(() => fs.existsSync(indexDirectory()) && fs.readdirSync(indexDirectory()).some((name) => name.endsWith('.idx')), { timeout: 20_000 });
    const stored = open();
    expect(stored.debugInfo.index).toMatchObject({ present: true });
    expect(answers(stored)).toEqual(expected);
    stored.close();
    // Laid out otherwise, the same debug information has other addresses and another index.
    expect(fs.readdirSync(indexDirectory())).toHaveLength(1);
  });

  describe('are read by the worker and not by the thread that others wait for', () => {
    /** Bytes that this thread has read and unpacked while `work` went on. */
    const readHere = async (work: () => Promise<unknown> | unknown): Promise<number> => {
      let bytes = 0;
      const read = fs.readSync;
      const inflate = zlib.inflateSync;
      const spies = [
        vi.spyOn(fs, 'readSync').mockImplementation(((...given: Parameters<typeof read>) => {
          const got = read(...given);
          bytes += got;
          return got;
        }) as typeof read),
        vi.spyOn(zlib, 'inflateSync').mockImplementation(((...given: Parameters<typeof inflate>) => {
          const got = inflate(...given);
          bytes += got.length;
          return got;
        }) as typeof inflate),
      ];
      try {
        await work();
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
      return bytes;
    };
    /** A PDB of 200 modules that a dependency brings along. */
    const conpty = path.join(__dirname, '../../../../node_modules/node-pty/prebuilds/win32-x64/conpty.pdb');
    /** The debug information of many functions and types, so that what one question reads is little of it. */
    const big = (...flags: string[]): string => {
      const output = path.join(directory, `big${flags.join('')}`.replace(/\W+/g, '-'));
      const source = path.join(directory, 'big.c');
      const one = (i: number): string => `struct s${i} { int a${i}; struct s${i} *next${i}; char text${i}[${i + 1}]; }; int f${i}(struct s${i} *p) { int sum${i} = p->a${i}; return p->next${i} ? sum${i} + f${i}(p->next${i}) : sum${i}; }\n`;
      fs.writeFileSync(source, `${Array.from({ length: 1200 }, (_, i) => one(i)).join('')}int main(void) { return f7(0); }\n`);
      if (!fs.existsSync(output)) execFileSync('gcc', ['-g', '-O0', ...flags, '-o', output, source]);
      return output;
    };

    it.each([
      { name: 'a PDB', possible: fs.existsSync(conpty), make: () => conpty, functions: 'PtyConnect', type: 'HANDLE', part: 0.5 },
      { name: 'ELF', possible: tool('gcc') !== undefined, make: () => big('-gdwarf-5'), functions: 'f7', type: 's7', part: 0.9 },
      { name: 'a relocatable object', possible: tool('gcc') !== undefined, make: () => big('-gdwarf-5', '-c'), functions: 'f7', type: 's7', part: 0.3 },
      { name: 'compressed sections', possible: tool('gcc') !== undefined, make: () => big('-gdwarf-5', '-gz=zlib'), functions: 'f7', type: 's7', part: 0.3 },
    ])('$name', { timeout: 120_000 }, async ({ possible, make, functions, type, part }) => {
      if (!possible) return;
      const file = make();
      const ask = (image: Opened): unknown => [image.debugInfo.functionsNamed(functions, { complete: true }).length, image.debugInfo.typesNamed(type).length, image.symbols.named(functions)[0]?.address];
      const plain = openImage(file);
      let expected: unknown;
      const all = await readHere(() => (expected = ask(plain)));
      plain.close();
      expect(expected).toEqual([1, expect.any(Number), expect.any(BigInt)]);
      const image = openImage(file);
      expect(image.debugInfo.index?.quick).toBe(false);
      const loading = await readHere(() => image.debugInfo.index?.load({ program }));
      expect(image.debugInfo.index?.quick).toBe(true);
      let found: unknown;
      const asking = await readHere(() => (found = ask(image)));
      expect(found).toEqual(expected);
      expect(loading).toBeLessThan(all * 0.1);
      expect(asking).toBeLessThan(all * part);
      image.close();
    });
  });

  it.skipIf(builds.length === 0)('come one after another from one worker, and the others go on where one is cancelled', { timeout: 120_000 }, async () => {
    const slow = path.join(directory, 'slow.cjs');
    // Does nothing for a file named endless, and answers with where it ran for any other.
    fs.writeFileSync(slow, `const { parentPort, threadId } = require('node:worker_threads');
      parentPort.on('message', ({ path }) => {
        if (path.endsWith('endless')) {
          parentPort.postMessage({ kind: 'progress', done: 0.1 });
          for (;;);
        }
        parentPort.postMessage({ kind: 'tables', tables: { thread: Uint8Array.of(threadId) } });
        parentPort.postMessage({ kind: 'done' });
      });`);
    const threads: number[] = [];
    const load = (file: string, signal?: AbortSignal, progress: () => void = () => undefined): Promise<boolean> =>
      loadInWorker({ path: file, present: false }, { tables: ({ thread }) => { threads.push(thread?.[0] ?? -1); }, sections: () => undefined }, { program: slow, progress, ...(signal ? { signal } : {}) });
    expect(await Promise.all([load('a'), load('b'), load('c')])).toEqual([true, true, true]);
    const abort = new AbortController();
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const endless = load('endless', abort.signal, begin);
    const waiting = load('d');
    const given = new AbortController();
    const dropped = load('e', given.signal);
    given.abort(new Error('not wanted'));
    await expect(dropped).rejects.toThrow('not wanted');
    await begun;
    abort.abort(new Error('enough'));
    await expect(endless).rejects.toThrow('enough');
    expect(await waiting).toBe(true);
    expect(new Set(threads.slice(0, 3)).size).toBe(1);
    expect(threads).toHaveLength(4);
    expect(threads[3]).not.toBe(threads[0]);
  });

  it.skipIf(builds.length === 0)('say how much of them is read, never less than before', async () => {
    const image = openImage(compile(builds.find(({ name }) => name === 'gcc -O2 dwarf 4 types') ?? builds[0]!));
    const heard: number[] = [];
    expect(await image.debugInfo.index?.load({ program, progress: (done) => heard.push(done) })).toBe(true);
    expect(heard.length).toBeGreaterThan(1);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard[0]).toBeGreaterThan(0);
    expect(heard.at(-1)).toBeLessThanOrEqual(1);
    image.close();
  });

  it.skipIf(builds.length === 0)('go to disk too, where they may', async () => {
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    const image = openImage(file());
    await image.debugInfo.index?.load({ program: ownProgram() });
    await vi.waitUntil(() => fs.existsSync(indexDirectory()) && fs.readdirSync(indexDirectory()).some((name) => name.endsWith('.idx')), { timeout: 20_000 });
    const again = openImage(file());
    expect(again.debugInfo.index?.present).toBe(true);
    image.close();
    again.close();
  });

  it.skipIf(builds.length === 0)('are asked for once, however many wait', async () => {
    const image = openImage(file());
    const { index } = image.debugInfo;
    const [first, second] = [index?.load({ program }), index?.load({ program })];
    expect(first).toBe(second);
    expect(await first).toBe(true);
    expect(await index?.load({ program: path.join(directory, 'nothing.cjs') })).toBe(true);
    image.close();
  });

  it.skipIf(builds.length === 0).each([
    ['throws', 'throw new Error("out of luck")', /^BS211: .*out of luck/],
    ['ends', 'process.exit(7)', /^BS211: .*ended with code 7/],
    ['cannot be started', undefined, /^BS211: .*Cannot find module/],
    ['says that it failed', 'const { parentPort } = require("node:worker_threads"); parentPort.on("message", () => parentPort.postMessage({ kind: "failed", reason: "BS206: damaged" }))', /^BS211: .*BS206: damaged/],
  ])('are read when needed where the worker %s', async (_how, code, message) => {
    const broken = path.join(directory, 'broken.cjs');
    if (code === undefined) fs.rmSync(broken, { force: true });
    else fs.writeFileSync(broken, code);
    const image = openImage(file());
    await expect(image.debugInfo.index?.load({ program: broken })).rejects.toThrow(message);
    expect(image.debugInfo.functionsNamed('leaf', { complete: true })).toHaveLength(1);
    // A second attempt is a new one.
    expect(await image.debugInfo.index?.load({ program })).toBe(true);
    image.close();
  });

  it.skipIf(builds.length === 0)('are read when needed where the user cancels', async () => {
    const endless = path.join(directory, 'endless.cjs');
    fs.writeFileSync(endless, 'for (;;);');
    const image = openImage(file());
    const abort = new AbortController();
    const loading = image.debugInfo.index?.load({ program: endless, signal: abort.signal });
    abort.abort(new Error('cancelled by the user'));
    await expect(loading).rejects.toThrow('cancelled by the user');
    await expect(image.debugInfo.index?.load({ program, signal: abort.signal })).rejects.toThrow('cancelled by the user');
    expect(image.debugInfo.functionsNamed('leaf', { complete: true })).toHaveLength(1);
    image.close();
  });

  it.skipIf(builds.length === 0)('need a worker: from source there is none', async () => {
    const image = openImage(file());
    expect(await image.debugInfo.index?.load()).toBe(false);
    image.close();
  });
});

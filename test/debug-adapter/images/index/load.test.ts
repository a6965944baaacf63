import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { indexDirectory } from '../../../../debug-adapter/images/index/place';
import { openImage } from '../../../../debug-adapter/images/open';
import { builds, compile, rustBuilds, scratch } from '../support';

const directory = scratch();
const program = path.join(directory, 'worker.cjs');
beforeAll(() => build({ entryPoints: [path.join(__dirname, '../../../../debug-adapter/images/index/worker.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' }));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', fs.mkdtempSync(path.join(directory, 'cache-')));
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '1');
});
afterEach(() => vi.unstubAllEnvs());

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
  for (const one of [...builds.filter(({ name }) => ['gcc -O2 dwarf 5', 'gcc -O2 dwarf 4 types', 'clang -O2 dwarf 5', 'gcc -O1 dwarf 5 zlib'].includes(name)), ...rustBuilds.slice(1)]) {
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

  it.skipIf(builds.length === 0)('are those of a relocatable object too, which has nothing on disk', { timeout: 120_000 }, async () => {
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    const object = compile(builds.find(({ name }) => name === 'gcc -O2 dwarf 4 types') ?? builds[0]!, '-c');
    const plain = openImage(object);
    const expected = answers(plain);
    expect(expected.functions.length).toBeGreaterThan(3);
    plain.close();
    const image = openImage(object);
    expect(image.debugInfo.index).toMatchObject({ present: false, worthwhile: false });
    expect(image.debugInfo.index?.saveInBackground()).toBe(false);
    expect(await image.debugInfo.index?.load({ program })).toBe(true);
    expect(image.debugInfo.index?.present).toBe(true);
    expect(answers(image)).toEqual(expected);
    expect(image.debugInfo.index?.save()).toBe(false);
    expect(fs.existsSync(indexDirectory())).toBe(false);
    image.close();
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
    await image.debugInfo.index?.load({ program });
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
    ['says that it failed', 'require("node:worker_threads").parentPort.postMessage({ kind: "failed", reason: "BS206: damaged" })', /^BS211: .*BS206: damaged/],
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

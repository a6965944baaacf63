import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { indexDirectory } from '../../../../debug-adapter/images/index/place';
import { openImage } from '../../../../debug-adapter/images/open';
import { builds, compile, rustBuilds, scratch } from '../support';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', fs.mkdtempSync(path.join(directory, 'cache-')));
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
});
afterEach(() => vi.unstubAllEnvs());

/** What a file answers to many names, as text. */
const answers = (file: string): unknown => {
  const image = openImage(file);
  const info = image.debugInfo;
  const told = (name: string, found: readonly { qualifiedName: string; entry?: bigint | undefined; inlinedInstances(): readonly { entry: bigint }[] }[]) =>
    found.map((f) => `${name}: ${f.qualifiedName} ${f.entry} ${f.inlinedInstances().map((i) => i.entry).join()}`);
  const all = info.functionsMatching(file.includes('rustc') ? '*shapes*' : '*');
  const names = [...new Set(all.map((f) => f.name))].slice(0, file.includes('rustc') ? 4 : 40);
  const types = ['node', 'shape', 'color', 'Node', 'Shape', 'u32', 'int', 'Option<u32>', 'String', 'struct list', 'no_such'];
  const result = {
    all: all.map((f) => f.qualifiedName),
    functions: names.flatMap((name) => told(name, info.functionsNamed(name, { complete: true }))),
    types: types.map((name) => info.typesNamed(name).map((type) => `${type.qualifiedName} ${type.size}`)),
    variables: ['counter', 'COUNTER', 'table', 'main'].map((name) => info.variablesNamed(name).map((v) => v.qualifiedName)),
    present: info.index?.present,
  };
  image.close();
  return result;
};

describe.each([...builds.filter(({ name }) => !name.includes('split')), ...rustBuilds].map((build) => ({ build, name: build.name })))('an index of $name', ({ build }) => {
  it('answers as the file itself does', () => {
    const file = compile(build);
    const before = answers(file);
    expect(before).toMatchObject({ present: false });
    const image = openImage(file);
    expect(image.debugInfo.index?.save()).toBe(true);
    image.close();
    expect(answers(file)).toEqual({ ...(before as object), present: true });
    // It compiles first, which takes its time on a busy machine.
  }, 120_000);
});

describe('a damaged index', () => {
  const [build] = builds;
  it.skipIf(build === undefined)('is dropped wherever the damage is, and the file answers', () => {
    const file = compile(build!);
    const expected = { ...(answers(file) as object), present: false };
    for (const part of [0, 0.01, 0.3, 0.6]) {
      const image = openImage(file);
      image.debugInfo.index?.save();
      image.close();
      const [name] = fs.readdirSync(indexDirectory());
      const stored = path.join(indexDirectory(), name!);
      const bytes = fs.readFileSync(stored);
      for (let at = Math.floor(part * bytes.length); at < bytes.length; at++) bytes[at] = bytes[at]! ^ 0x55;
      fs.writeFileSync(stored, bytes);
      expect(answers(file)).toEqual(expected);
      expect(fs.readdirSync(indexDirectory())).toEqual([]);
    }
  });

  it.skipIf(build === undefined)('is not worth making for a small file', () => {
    const image = openImage(compile(build!));
    expect(image.debugInfo.index).toMatchObject({ worthwhile: false, present: false });
    image.close();
  });
});

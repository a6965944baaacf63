import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatVersion, indexDirectory } from '../../../../debug-adapter/images/index/place';
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
  const names = [...new Set(all.map((f) => f.name))].slice(0, file.includes('rustc') ? 4 : 12);
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
  // A compiler takes its time on a busy machine.
  let file = '';
  beforeAll(() => {
    file = compile(build);
  }, 240_000);

  it('answers as the file itself does', { timeout: 240_000 }, () => {
    const before = answers(file);
    expect(before).toMatchObject({ present: false });
    const image = openImage(file);
    expect(image.debugInfo.index?.save()).toBe(true);
    image.close();
    expect(answers(file)).toEqual({ ...(before as object), present: true });
  });
});

describe('an index that is not of use', { timeout: 240_000 }, () => {
  const [build] = builds;
  it.skipIf(build === undefined)('is dropped where it is damaged, wherever that is, and the file answers', () => {
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

  it.skipIf(build === undefined)('is left to the version of Bootscope that wrote it, and not taken for another build\'s', () => {
    const file = compile(build!, '-Wl,--build-id=sha1');
    const other = compile(build!, '-O1', '-Wl,--build-id=sha1');
    const images = [file, other].map((path) => openImage(path));
    for (const { debugInfo } of images) expect(debugInfo.index?.save()).toBe(true);
    const nameOf = (buildId: string): string => fs.readdirSync(indexDirectory()).find((name) => name.startsWith(buildId))!;
    const [mine, theirs] = images.map(({ buildId }) => path.join(indexDirectory(), nameOf(buildId!))) as [string, string];
    for (const image of images) image.close();
    const present = (): boolean | undefined => {
      const image = openImage(file);
      const known = image.debugInfo.index?.present;
      expect(image.debugInfo.functionsNamed('leaf', { complete: true })).toHaveLength(1);
      image.close();
      return known;
    };
    expect(present()).toBe(true);
    const before = mine.replace(`.v${formatVersion}.`, `.v${formatVersion - 1}.`);
    expect(before).not.toBe(mine);
    fs.renameSync(mine, before);
    expect(present()).toBe(false);
    expect(fs.existsSync(before)).toBe(true);
    fs.copyFileSync(theirs, mine);
    expect(present()).toBe(false);
    expect(fs.existsSync(mine)).toBe(false);
  });

  it.skipIf(build === undefined)('is not worth making for a small file', () => {
    const image = openImage(compile(build!));
    expect(image.debugInfo.index).toMatchObject({ worthwhile: false, present: false });
    image.close();
  });
});

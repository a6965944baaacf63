import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { indexDirectory } from '../../../../debug-adapter/images/index/place';
import { openForSession } from '../../../../debug-adapter/images/open-for-session';
import { openImage } from '../../../../debug-adapter/images/open';
import { clang, gcc, objcopy, scratch, tool } from '../support';

const directory = scratch();
const program = path.join(directory, 'worker.cjs');
beforeAll(() => build({ entryPoints: [path.join(__dirname, '../../../../debug-adapter/images/index/worker.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' }));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', fs.mkdtempSync(path.join(directory, 'cache-')));
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
});
afterEach(() => vi.unstubAllEnvs());

type Opened = ReturnType<typeof openImage>;
const units = 6;
const perUnit = 180;

/** Unit `u` has functions f<u>_<i> and a type of its own for each; all have `common`, `twin` and `everywhere`. */
const source = (u: number): string => {
  const one = (i: number): string => `struct s${u}_${i} { int a; struct s${u}_${i} *next; char text[${i + 1}]; };
    int f${u}_${i}(struct s${u}_${i} *p) { return everywhere(p->a) + (p->next ? f${u}_${i}(p->next) : ${i}); }\n`;
  return `struct common { long id; };
    static inline __attribute__((always_inline)) int everywhere(int x) { return x * ${u + 3}; }
    static __attribute__((noinline)) long twin(struct common *c) { return c->id + ${u}; }
    ${Array.from({ length: perUnit }, (_, i) => one(i)).join('')}
    long start${u}(struct common *c) { return twin(c); }\n${u === 0 ? 'int main(void) { return 0; }\n' : ''}`;
};

interface Kind {
  readonly name: string;
  readonly compiler: string | undefined;
  readonly flags: readonly string[];
  readonly packer?: string | undefined;
}

const gnuDwp = tool('dwp');
const llvmDwp = tool('llvm-dwp-19', 'llvm-dwp');
const kinds: readonly Kind[] = [
  { name: 'gcc dwarf 5', compiler: gcc, flags: ['-gdwarf-5'] },
  { name: 'clang dwarf 4', compiler: clang, flags: ['-gdwarf-4'] },
  { name: 'gcc dwarf 4 with type units', compiler: gcc, flags: ['-gdwarf-4', '-fdebug-types-section'] },
  ...(llvmDwp === undefined ? [] : [{ name: 'clang dwarf 5 in a package', compiler: clang, flags: ['-gdwarf-5'], packer: llvmDwp }]),
  ...(gnuDwp === undefined ? [] : [{ name: 'gcc dwarf 4 with type units in a package', compiler: gcc, flags: ['-gdwarf-4', '-fdebug-types-section'], packer: gnuDwp }]),
];

/** The program, and the files with its split units: one each, or all in a package. */
const make = ({ name, compiler, flags, packer }: Kind): { readonly file: string; readonly parts: readonly string[] } => {
  const place = path.join(directory, name.replace(/\W+/g, '-'));
  const file = path.join(place, 'program');
  if (!fs.existsSync(place)) {
    fs.mkdirSync(place);
    const objects = Array.from({ length: units }, (_, u) => {
      fs.writeFileSync(path.join(place, `u${u}.c`), source(u));
      execFileSync(compiler ?? '', ['-c', '-O0', '-g', ...flags, '-gsplit-dwarf', '-fno-pie', '-o', `u${u}.o`, `u${u}.c`], { cwd: place });
      return `u${u}.o`;
    });
    execFileSync(compiler ?? '', ['-no-pie', '-o', file, ...objects], { cwd: place });
    if (packer !== undefined) {
      execFileSync(packer, ['-e', file, '-o', `${file}.dwp`], { cwd: place, stdio: 'ignore' });
      for (let u = 0; u < units; u++) fs.rmSync(path.join(place, `u${u}.dwo`));
    }
  }
  return { file, parts: packer === undefined ? Array.from({ length: units }, (_, u) => path.join(place, `u${u}.dwo`)) : [`${file}.dwp`] };
};

/** What an image says to questions of every kind. */
const answers = (image: Opened) => {
  const { debugInfo: info } = image;
  const functions = ['f0_1', 'f3_7', 'twin', 'everywhere', 'start5', 'none'].flatMap((name) => info.functionsNamed(name, { complete: true }));
  const addresses = functions.flatMap((f) => f.ranges.map(({ start }) => start));
  return {
    functions: functions.map((f) => [f.qualifiedName, f.declared, f.entry, f.parameters.map(({ name, type }) => [name, type.name]), f.inlinedInstances().map((one) => one.entry)]),
    at: addresses.map((address) => [info.scopesAt(address).map((scope) => scope.function.name), info.lineAt(address)]),
    types: ['struct common', 's2_9', 's5_99', 'none'].map((name) => info.typesNamed(name).map((type) => [type.qualifiedName, type.size, type.kind === 'struct' ? type.members.map((m) => [m.name, m.offset]) : []])),
    lines: [7, 9, 30].flatMap((line) => info.addressesOfLine('u3.c', line)),
    files: info.sourceFiles(),
    matching: info.functionsMatching('f?_4*').map((f) => f.qualifiedName),
  };
};

/** Which of some files this thread opens while `work` goes on, and how many bytes it reads of all of them. */
const seenHere = async <T>(files: readonly string[], work: () => Promise<T> | T): Promise<{ readonly result: T; readonly opened: readonly string[]; readonly bytes: number }> => {
  const open = fs.openSync;
  const read = fs.readSync;
  const descriptors = new Set(fs.readdirSync('/proc/self/fd').flatMap((one) => (files.includes(linkOf(one)) ? [Number(one)] : [])));
  const opened = new Set<string>();
  let bytes = 0;
  const spies = [
    vi.spyOn(fs, 'openSync').mockImplementation(((...given: Parameters<typeof open>) => {
      const descriptor = open(...given);
      if (files.includes(String(given[0]))) {
        opened.add(path.basename(String(given[0])));
        descriptors.add(descriptor);
      } else descriptors.delete(descriptor);
      return descriptor;
    }) as typeof open),
    vi.spyOn(fs, 'readSync').mockImplementation(((...given: Parameters<typeof read>) => {
      const got = read(...given);
      if (descriptors.has(given[0])) bytes += got;
      return got;
    }) as typeof read),
  ];
  try {
    return { result: await work(), opened: [...opened].sort(), bytes };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

const linkOf = (descriptor: string): string => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
};

describe.runIf(process.platform === 'linux').each(kinds.filter(({ compiler }) => compiler !== undefined))('split units that a worker reads: $name', (kind) => {
  it('answer as the files themselves do, and no file is read here that the question is not about', { timeout: 120_000 }, async () => {
    const { file, parts } = make(kind);
    const all = parts.reduce((sum, part) => sum + fs.statSync(part).size, 0);
    const plain = openImage(file);
    const expected = await seenHere(parts, () => answers(plain));
    plain.close();
    expect(expected.result.functions.length).toBeGreaterThan(units);
    expect(expected.opened).toHaveLength(parts.length);

    const image = openImage(file);
    const { index } = image.debugInfo;
    expect([index?.present, index?.quick]).toEqual([false, false]);
    const loading = await seenHere(parts, () => index?.load({ program }));
    expect(loading.result).toBe(true);
    // A package says at its start what is where; of its units nothing is read.
    expect(loading.bytes).toBeLessThan(all * 0.1);
    if (kind.packer === undefined) expect(loading.opened).toEqual([]);
    expect([index?.present, index?.quick]).toEqual([true, true]);

    const one = await seenHere(parts, () => [image.debugInfo.functionsNamed('f3_7', { complete: true }).map((f) => f.name), image.debugInfo.functionsNamed('none', { complete: true })]);
    expect(one.result).toEqual([['f3_7'], []]);
    if (kind.packer === undefined) expect(one.opened).toEqual(['u3.dwo']);
    expect(one.bytes).toBeLessThan(all * 0.5);
    expect(answers(image)).toEqual(expected.result);
    expect(image.damage.found).toEqual([]);
    image.close();
    // What depends on files that come and go is not kept.
    expect(fs.existsSync(indexDirectory()) ? fs.readdirSync(indexDirectory()) : []).toEqual([]);
  });
});

describe.skipIf(gcc === undefined)('split units that change after a worker has read them', () => {
  it('are told missing, or read anew: what the worker knew of other files is not believed', { timeout: 120_000 }, async () => {
    const { file } = make({ name: 'changing', compiler: gcc, flags: ['-gdwarf-5'] });
    const place = path.dirname(file);
    const image = openImage(file);
    expect(await image.debugInfo.index?.load({ program })).toBe(true);
    fs.rmSync(path.join(place, 'u1.dwo'));
    expect(image.debugInfo.typesNamed('s1_3')).toEqual([]);
    expect(image.damage.found.map(({ code }) => code)).toEqual(['BS214']);
    // Of the same id, so that it is taken for the unit's, and of another size.
    const dwo = path.join(place, 'u2.dwo');
    const before = fs.readFileSync(dwo);
    fs.writeFileSync(path.join(place, 'u2.c'), source(2).replaceAll('char text[', 'char more[40], text['));
    execFileSync(gcc!, ['-c', '-O0', '-g', '-gdwarf-5', '-gsplit-dwarf', '-fno-pie', '-o', 'u2.o', 'u2.c'], { cwd: place });
    const after = fs.readFileSync(dwo);
    // DWARF 5, section 7.5.1.2: length, version, type of the unit, size of an address, offset of the abbreviations, then its id.
    before.copy(after, unitAt(after) + 12, unitAt(before) + 12, unitAt(before) + 20);
    fs.writeFileSync(dwo, after);
    expect(image.debugInfo.typesNamed('s2_3').map((type) => type.size)).toEqual([64]);
    expect(image.debugInfo.typesNamed('s3_3').map((type) => type.size)).toEqual([24]);
    image.close();
  });
});

/** Where .debug_info.dwo begins in an ELF file of 64 bits. */
const unitAt = (bytes: Buffer): number => {
  const sections = Number(bytes.readBigUInt64LE(40));
  const header = (index: number): number => sections + index * 64;
  const names = Number(bytes.readBigUInt64LE(header(bytes.readUInt16LE(62)) + 24));
  const index = Array.from({ length: bytes.readUInt16LE(60) }, (_, i) => i).find((i) => bytes.toString('latin1', names + bytes.readUInt32LE(header(i))).startsWith('.debug_info.dwo\0'));
  return Number(bytes.readBigUInt64LE(header(index ?? 0) + 24));
};

describe.skipIf(gcc === undefined || objcopy === undefined)('a debug file that only its checksum ties to an image', () => {
  const apart = (): { readonly image: string; readonly debug: string } => {
    const place = fs.mkdtempSync(path.join(directory, 'link-'));
    const [image, debug] = [path.join(place, 'program'), path.join(place, 'program.debug')];
    fs.writeFileSync(path.join(place, 'p.c'), source(0));
    execFileSync(gcc ?? '', ['-g', '-O0', '-Wl,--build-id=none', '-o', image, path.join(place, 'p.c')]);
    execFileSync(objcopy ?? '', ['--only-keep-debug', image, debug]);
    // Some megabytes that no question is about.
    const rest = path.join(place, 'rest');
    fs.writeFileSync(rest, Buffer.alloc(4 << 20, 7));
    execFileSync(objcopy ?? '', [`--add-section=.comment.rest=${rest}`, debug]);
    execFileSync(objcopy ?? '', ['--strip-all', `--add-gnu-debuglink=${debug}`, image]);
    return { image, debug };
  };

  it.runIf(process.platform === 'linux')('is checked by a worker: the session reads nothing but what it asks for', { timeout: 120_000 }, async () => {
    const { image, debug } = apart();
    const size = fs.statSync(debug).size;
    const direct = await seenHere([debug], () => openImage(image));
    expect(direct.bytes).toBeGreaterThanOrEqual(size);
    direct.result.close();
    const session = await seenHere([debug], () => openForSession(image, { program }));
    expect(session.bytes).toBeLessThan(size * 0.05);
    expect(session.result.debugInfo.functionsNamed('f0_7', { complete: true })).toHaveLength(1);
    session.result.close();
    // Another file of that name is another one, whatever was known of the first.
    const bytes = fs.readFileSync(debug);
    bytes[bytes.length >> 1]! ^= 1;
    fs.writeFileSync(debug, bytes);
    const other = await openForSession(image, { program });
    expect(other.debugInfo.kind).toBe('none');
    expect(other.damage.found.map(({ message }) => message)).toEqual([expect.stringMatching(/^BS212: .*program\.debug, found beside .*checksum other than 0x/)]);
    other.close();
  });

  it('is checked here where the worker fails or there is none', { timeout: 120_000 }, async () => {
    const { image } = apart();
    const broken = path.join(directory, 'broken.cjs');
    fs.writeFileSync(broken, 'throw new Error("out of luck")');
    for (const options of [{ program: broken }, {}]) {
      const opened = await openForSession(image, options);
      expect(opened.debugInfo.functionsNamed('f0_7', { complete: true })).toHaveLength(1);
      opened.close();
    }
    await expect(openForSession(path.join(directory, 'nothing'), { program })).rejects.toThrow(/^BS201/);
  });
});

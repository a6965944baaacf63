import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Type } from '../../../debug-adapter/images/types';
import { openImage } from '../../../debug-adapter/images/open';
import { buildPe, canBuild } from './pdb/support';
import { clang, gcc, objcopy, scratch, tool } from './support';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => vi.stubEnv('BOOTSCOPE_NO_CACHE', '1'));
afterEach(() => vi.unstubAllEnvs());
const dwz = tool('dwz');
const source = path.join(__dirname, 'programs', 'shapes.c');
const folder = (name: string): string => fs.mkdtempSync(path.join(directory, `${name}-`));

const parts = (type: Type): (() => Type)[] => {
  if (type.kind === 'struct') return type.members.map((member) => () => member.type);
  if (type.kind === 'pointer' || type.kind === 'alias') return [() => type.target];
  return type.kind === 'array' ? [() => type.element] : [];
};

/** Names of a type and of what it is made of, or why they cannot be told. */
const told = (read: () => Type, depth = 2): string[] => {
  const attempt = (texts: () => string[]): string[] => {
    try {
      return texts();
    } catch (error) {
      return [(error as Error).message];
    }
  };
  return attempt(() => {
    const type = read();
    return [...attempt(() => [type.name]), ...attempt(() => (depth === 0 ? [] : parts(type)).flatMap((one) => told(one, depth - 1)))];
  });
};

/**
 * All that an image says of types at the entries of its functions (those of its symbol table): results, parameters and variables, and its static
 * variables; or, where nothing is known of a function, why.
 */
const allTypes = (file: string) => {
  const image = openImage(file);
  const { debugInfo: info } = image;
  const entries = image.symbols.matching('*').filter(({ kind, size }) => kind === 'function' && size > 0).map(({ address }) => address).filter((address) => info.lineAt(address) !== undefined);
  const texts = entries.flatMap((address) => {
    const scopes = info.scopesAt(address);
    if (scopes.length === 0) return [image.damage.at(address)?.message ?? 'nothing known'];
    return scopes.flatMap((scope) => [...told(() => scope.function.returns), ...[...scope.function.parameters, ...scope.variablesAt(address)].flatMap((variable) => told(() => variable.type))]);
  });
  texts.push(...['counter', 'sink', 'table', 'root'].flatMap((name) => info.variablesNamed(name)).flatMap((variable) => told(() => variable.type)));
  const found = { texts, faults: image.damage.found.map(({ code, message }) => ({ code, message })), entries };
  image.close();
  return found;
};

describe.skipIf(gcc === undefined || dwz === undefined)('what dwz shares in a file that is missing', () => {
  const packed = (): { file: string; common: string } => {
    const place = folder('dwz');
    const [file, other, common] = ['one', 'other', 'common.dwz'].map((name) => path.join(place, name)) as [string, string, string];
    execFileSync(gcc!, ['-g', '-O1', '-gdwarf-5', '-o', file, source]);
    fs.copyFileSync(file, other);
    execFileSync(dwz!, ['-m', common, '-M', './common.dwz', file, other], { cwd: place });
    return { file, common };
  };

  it.each([
    ['is missing', (common: string) => fs.rmSync(common), /no file has that name, and none the build-id [0-9a-f]{40} below/],
    ['is another', (common: string) => fs.copyFileSync(source, common), /what lies there is damaged or not the one with the id [0-9a-f]{40}/],
  ] as const)('is told with the name of that file, and no type becomes void: it %s', (_how, harm, reason) => {
    const { file, common } = packed();
    const good = allTypes(file);
    expect(good.faults).toEqual([]);
    harm(common);
    const bad = allTypes(file);
    const missing = bad.texts.filter((text) => text.startsWith('BS214'));
    expect(missing.length).toBeGreaterThan(3);
    expect(missing[0]).toContain(`BS214: ${common}, which holds part of the debug information of ${file}, is not there: `);
    expect(missing[0]).toMatch(reason);
    // What is void is so in both; nothing becomes it.
    expect(bad.texts.filter((text) => text === 'void').length).toBeLessThanOrEqual(good.texts.filter((text) => text === 'void').length);
    expect(bad.faults).toContainEqual({ code: 'BS214', message: missing[0] });
    expect(bad.texts).not.toContain('nothing known');
    expect(bad.entries).toEqual(good.entries);
    expect(good.entries.length).toBeGreaterThan(2);
  });

  it('is told in the place of each name that lies in it', () => {
    const place = folder('names');
    const [file, other, common] = ['one', 'other', 'common.dwz'].map((name) => path.join(place, name)) as [string, string, string];
    // Of one name, which both files then share, and otherwise different.
    const program = (members: string): string => `struct a_name_that_both_files_have { ${members}; };
      enum an_enum_that_both_files_have { A_CONSTANT_OF_BOTH_FILES = ${members.length} };
      void f(void) { struct a_name_that_both_files_have a_variable_of_both_files; enum an_enum_that_both_files_have v; a_variable_of_both_files.a_member_of_both_files = v = 0; }
      int main(void) { f(); return 0; }\n`;
    for (const [output, members] of [[file, 'int a_member_of_both_files; int first'], [other, 'long second, a_member_of_both_files']] as const) {
      fs.writeFileSync(`${output}.c`, program(members));
      execFileSync(gcc!, ['-g', '-O0', '-gdwarf-5', '-o', output, `${output}.c`]);
    }
    execFileSync(dwz!, ['-m', common, '-M', './common.dwz', file, other], { cwd: place });
    const names = (): string[] => {
      const image = openImage(file);
      try {
        const at = image.symbols.named('f')[0]!.address + 4n;
        const variables = image.debugInfo.scopesAt(at).flatMap((scope) => scope.variablesAt(at));
        return variables.flatMap(({ name, qualifiedName, type }) => [name, qualifiedName, type.name, ...(type.kind === 'struct' ? type.members : type.kind === 'enum' ? type.enumerators : []).map((part) => part.name)]);
      } finally {
        image.close();
      }
    };
    const good = names();
    expect(good).toEqual(expect.arrayContaining(['a_variable_of_both_files', 'a_name_that_both_files_have', 'an_enum_that_both_files_have', 'A_CONSTANT_OF_BOTH_FILES', 'a_member_of_both_files', 'first', 'v']));
    fs.rmSync(common);
    const told = `<unknown, BS214: ${common}, which holds part of the debug information of ${file}, is not there: `;
    // Short names are in the file itself, and what has none in both has none.
    expect(names().map((name) => (name.startsWith(told) ? '<unknown>' : name))).toEqual(good.map((name) => (name.includes('oth_files') || name.includes('BOTH_FILES') ? '<unknown>' : name)));
  });

  it('keeps no index of what is known without it', () => {
    const { file, common } = packed();
    fs.rmSync(common);
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', folder('cache'));
    const image = openImage(file);
    expect(image.debugInfo.index?.save()).toBe(false);
    image.close();
  });
});

describe.skipIf(gcc === undefined)('a split unit whose .dwo file is missing', () => {
  const compilers = [['gcc', gcc, []], ['clang with its inlined functions in the skeleton', clang, ['-fsplit-dwarf-inlining']]] as const;

  it.each(compilers.flatMap(([name, compiler, flags]) => (compiler === undefined ? [] : [4, 5].map((version) => ({ name: `${name}, DWARF ${version}`, compiler, flags: [...flags, `-gdwarf-${version}`] })))))('is told with the name of that file, its code has its lines: $name', ({ compiler, flags }) => {
    const place = folder('dwo');
    const program = path.join(place, 'program');
    execFileSync(compiler, ['-c', '-g', '-O2', '-gsplit-dwarf', ...flags, '-o', 'shapes.o', source], { cwd: place });
    execFileSync(compiler, ['-o', program, 'shapes.o'], { cwd: place });
    const whole = openImage(program);
    const entry = whole.debugInfo.functionsNamed('main')[0]!.entry!;
    const line = whole.debugInfo.lineAt(entry)?.line;
    expect(whole.damage.found).toEqual([]);
    whole.close();
    const dwo = path.join(place, 'shapes.dwo');
    for (const [harm, reason] of [
      [() => fs.writeFileSync(dwo, 'nothing'), `${dwo} is of no use (`],
      [() => fs.rmSync(dwo), 'it is not beside'],
    ] as const) {
      harm();
      const image = openImage(program);
      const { debugInfo: info } = image;
      expect(info.lineAt(entry)?.line).toBe(line);
      const scopes = info.scopesAt(entry);
      const fault = image.damage.at(entry)?.message;
      expect(fault).toContain(`BS214: ${dwo}, which holds part of the debug information of ${program}, is not there: `);
      expect(fault).toContain(reason);
      expect(image.damage.found.map(({ code }) => code)).toEqual(['BS214']);
      for (const scope of scopes) expect(told(() => scope.function.returns)).toEqual([fault]);
      expect(info.typesNamed('struct everything')).toEqual([]);
      image.close();
    }
  });
});

describe.skipIf(gcc === undefined || objcopy === undefined)('a type unit that no file has', () => {
  it('is named by its signature, and no type becomes void', () => {
    const place = folder('types');
    const [program, bare] = [path.join(place, 'program'), path.join(place, 'bare')];
    execFileSync(gcc!, ['-g', '-O1', '-gdwarf-4', '-fdebug-types-section', '-o', program, source]);
    execFileSync(objcopy!, ['--remove-section', '.debug_types', program, bare]);
    const good = allTypes(program);
    const bad = allTypes(bare);
    expect(bad.texts.filter((text) => /^BS214: The type unit 0x[0-9a-f]{16}, which holds part of the debug information of .*bare, is not there/.test(text)).length).toBeGreaterThan(0);
    expect(bad.texts.filter((text) => text === 'void').length).toBeLessThanOrEqual(good.texts.filter((text) => text === 'void').length);
  });
});

describe.skipIf(!canBuild)('a PDB beside its image that cannot be used', () => {
  it.each([
    ['is cut off', (pdb: string) => fs.truncateSync(pdb, 5000), /^BS212: .*\.pdb, found beside .*\.efi, is left alone: The headers of .*\.pdb are damaged at offset /],
    ['has a damaged directory', (pdb: string) => fs.writeFileSync(pdb, damagedDirectory(fs.readFileSync(pdb))), /^BS212: .*is left alone: The headers of .* are damaged at offset 0x/],
    ['is only begun', (pdb: string) => fs.writeFileSync(pdb, 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0'), /^BS212: .*its first block is cut off/],
    ['is no PDB', (pdb: string) => fs.writeFileSync(pdb, 'nothing of the kind'), /^BS212: .*it is not in the MSF 7\.00 format/],
    ['is of another build', (pdb: string) => fs.copyFileSync(buildPe('missing-other', 'codeview', '-O0').replace('.efi', '.pdb'), pdb), /^BS212: .*does not belong to .* \(GUID /],
  ] as const)('is named with the reason, and the image serves without it: it %s', (_how, harm, message) => {
    const built = buildPe('missing', 'codeview', '-O2');
    const place = folder('pdb');
    const [image, pdb] = [path.join(place, 'missing.efi'), path.join(place, 'missing.pdb')];
    fs.copyFileSync(built, image);
    fs.copyFileSync(built.replace('.efi', '.pdb'), pdb);
    harm(pdb);
    const opened = openImage(image);
    expect(opened.debugInfo.kind).toBe('none');
    expect(opened.damage.found.map(({ message: text }) => text)).toEqual([expect.stringMatching(message)]);
    expect(opened.damage.found[0]?.message).toContain(`${pdb}, found beside ${image}`);
    expect(opened.sections.length).toBeGreaterThan(0);
    opened.close();
  });
});

/** The block map leads out of the file. */
const damagedDirectory = (bytes: Buffer): Buffer => {
  bytes.writeUInt32LE(0x00ff_ffff, 52);
  return bytes;
};

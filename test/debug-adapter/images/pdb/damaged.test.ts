import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import type { Image } from '../../../../debug-adapter/images/image';
import { openImage } from '../../../../debug-adapter/images/open';
import { ending, trials } from '../../../trials';
import { buildPe, canBuild, directory, shapeOf } from './support';

/** Asks everything there is to ask; what cannot be answered must be a coded error. Gives the refusals. */
const askEverything = (open: () => Image, addresses: readonly bigint[]): string[] => {
  const refused: string[] = [];
  const ask = (question: () => unknown): void => {
    try {
      question();
    } catch (error) {
      if (!(error instanceof BootscopeError)) throw error;
      expect(error.code).toMatch(/^BS2\d\d$/);
      refused.push(error.message);
    }
  };
  let image: Image | undefined;
  ask(() => (image = open()));
  if (!image) return refused;
  // Once open, these are there: nothing that uses an image expects a refusal here.
  const { debugInfo, symbols } = image;
  ask(() => symbols.matching('*'));
  ask(() => debugInfo.sourceFiles());
  ask(() => debugInfo.addressesOfLine('shapes.c', 64));
  for (const name of ['everything', 'flags', 'callback_t', 'colour']) ask(() => debugInfo.typesNamed(name).map((type) => shapeOf(type)));
  for (const name of ['counter', 'calls']) ask(() => debugInfo.variablesNamed(name).map((variable) => [variable.type.name, variable.locationAt(0n)]));
  ask(() => {
    for (const found of debugInfo.functionsMatching('*')) {
      ask(() => [found.name, found.declared, found.afterPrologue, found.linkageName, found.variadic, shapeOf(found.returns, 1)]);
      ask(() => found.parameters.map((parameter) => shapeOf(parameter.type, 1)));
      ask(() => found.inlinedInstances().map((scope) => [scope.callSite, scope.ranges]));
    }
  });
  for (const address of addresses) {
    ask(() => symbols.at(address));
    ask(() => debugInfo.lineAt(address));
    ask(() => debugInfo.unwindAt(address));
    ask(() => debugInfo.scopesAt(address).map((scope) => [scope.callSite, scope.function.name, scope.variablesAt(address).map((variable) => [variable.locationAt(address), variable.constant, shapeOf(variable.type, 1)])]));
  }
  ask(() => debugInfo.lineRows(addresses[0] ?? 0n, addresses[addresses.length - 1] ?? 0n));
  refused.push(...image.damage.found.map(({ message }) => message));
  image.close();
  return refused;
};

describe.skipIf(!canBuild)('a damaged PDB', () => {
  let image: string;
  let sound: Buffer;
  let addresses: bigint[];
  let file: string;
  beforeAll(() => {
    image = buildPe('pdb-O0', 'codeview', '-O0');
    sound = fs.readFileSync(image.replace('.efi', '.pdb'));
    const opened = openImage(image);
    addresses = opened.debugInfo.functionsMatching('*').flatMap(({ ranges }) => ranges.flatMap(({ start, end }) => [start, (start + end) / 2n]));
    opened.close();
    file = path.join(directory, 'damaged.pdb');
  });

  const check = (bytes: Buffer): string[] => {
    fs.writeFileSync(file, bytes);
    return ending(() => askEverything(() => openImage(image, { symbols: file }), addresses));
  };

  it('is asked everything while it is sound', () => {
    expect(check(sound)).toEqual([]);
  });

  it('answers or refuses with a code, whatever bytes are changed', () => {
    let refusals = 0;
    let named = 0;
    const change = fc.record({ at: fc.nat({ max: sound.length - 1 }), value: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at, value } of changes) bytes[at] = value;
        const refused = check(bytes);
        refusals += refused.length;
        named += refused.filter((text) => /PDB stream \d+ \(.*(offset 0x|GUID)|damaged at offset|BS202|BS208|BS209/.test(text)).length;
      }),
      trials(150),
    );
    expect(refusals).toBeGreaterThan(0);
    // Each says in which stream and where.
    expect(named).toBeGreaterThan(refusals * 0.9);
  });

  it('is refused when it is named, and left alone when it is only found, for each stream that opening needs', () => {
    const copy = path.join(fs.mkdtempSync(path.join(directory, 'beside-')), path.basename(image));
    const pdb = copy.replace('.efi', '.pdb');
    fs.copyFileSync(image, copy);
    // MSF: the superblock names the block with the directory's blocks; the directory has sizes, then each stream's blocks.
    const blockSize = sound.readUInt32LE(32);
    const directoryAt = sound.readUInt32LE(sound.readUInt32LE(52) * blockSize) * blockSize;
    const count = sound.readUInt32LE(directoryAt);
    let list = directoryAt + 4 + count * 4;
    const refused: number[] = [];
    for (let stream = 0; stream < count; stream++) {
      const blocks = Math.ceil(sound.readUInt32LE(directoryAt + 4 + stream * 4) / blockSize);
      if (blocks === 0 || blocks > 1000) continue;
      const bytes = Buffer.from(sound);
      bytes.writeUInt32LE(0xfffffff0, list);
      list += blocks * 4;
      fs.writeFileSync(pdb, bytes);
      const found = openImage(copy);
      let named: Image | undefined;
      try {
        named = openImage(copy, { symbols: pdb });
      } catch (error) {
        expect((error as Error).message).toMatch(/^BS204: .*block 4294967280 lies outside the file/);
        refused.push(stream);
      }
      expect([found.debugInfo.kind, named?.debugInfo.kind]).toEqual(named ? ['pdb', 'pdb'] : ['none', undefined]);
      found.close();
      named?.close();
    }
    expect(refused).toEqual(expect.arrayContaining([1, 3]));
    expect(refused.length).toBeGreaterThan(2);
  });

  it('survives counts and sizes that are far too large', () => {
    fc.assert(
      fc.property(fc.nat({ max: sound.length / 4 - 1 }), fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 0x00ffffff, 0), (word, value) => {
        const bytes = Buffer.from(sound);
        bytes.writeUInt32LE(value, word * 4);
        check(bytes);
      }),
      trials(150),
    );
  });

  it('is refused when cut off anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: sound.length - 1 }), (length) => {
        check(sound.subarray(0, length));
      }),
      trials(40),
    );
  });
});

import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import type { Image } from '../../../../debug-adapter/images/image';
import { openImage } from '../../../../debug-adapter/images/open';
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
    const began = performance.now();
    const refused = askEverything(() => openImage(image, { symbols: file }), addresses);
    expect(performance.now() - began).toBeLessThan(10_000);
    return refused;
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
      { numRuns: 150 },
    );
    expect(refusals).toBeGreaterThan(0);
    // Each says in which stream and where.
    expect(named).toBeGreaterThan(refusals * 0.9);
  });

  it('survives counts and sizes that are far too large', () => {
    fc.assert(
      fc.property(fc.nat({ max: sound.length / 4 - 1 }), fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 0x00ffffff, 0), (word, value) => {
        const bytes = Buffer.from(sound);
        bytes.writeUInt32LE(value, word * 4);
        check(bytes);
      }),
      { numRuns: 150 },
    );
  });

  it('is refused when cut off anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: sound.length - 1 }), (length) => {
        check(sound.subarray(0, length));
      }),
      { numRuns: 40 },
    );
  });
});

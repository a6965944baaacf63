import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { openImage } from '../../../debug-adapter/images/open';
import { ending, factor, trials } from '../../trials';
import { watchAllocations } from './allocations';
import { damageEach, elfParts } from './damage-each';
import type { Part } from './damage-each';
import { askEverything, placesIn } from './everything';
import { buildPe, canBuild } from './pdb/support';
import { builds, compile, gcc, objcopy, scratch } from './support';

/** Each section of a file damaged by itself, in every way that a tool or a disk may have damaged it. */

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Whatever a damaged header claims, it is not what is allocated: the files here are of some 100 KB. */
let allocations: ReturnType<typeof watchAllocations>;
beforeEach(() => {
  allocations = watchAllocations();
});
afterEach(() => {
  allocations.stop();
  expect(allocations.largest()).toBeLessThan(16 << 20);
});

/** PE sections by their headers ("PE Format", section table). */
const peParts = (bytes: Buffer, names: RegExp, nameOf: (index: number) => string): Part[] => {
  const coff = bytes.readUInt32LE(0x3c) + 4;
  const table = coff + 20 + bytes.readUInt16LE(coff + 16);
  return Array.from({ length: bytes.readUInt16LE(coff + 2) }, (_, i) => i).flatMap((i) => {
    const header = table + i * 40;
    const size = Math.min(bytes.readUInt32LE(header + 8), bytes.readUInt32LE(header + 16));
    const resize = (changed: Buffer, next: number): void => {
      changed.writeUInt32LE(next, header + 8);
      changed.writeUInt32LE(next, header + 16);
    };
    return names.test(nameOf(i)) && size > 0 ? [{ name: nameOf(i), start: bytes.readUInt32LE(header + 20), size, resize }] : [];
  });
};

const chosen = ['gcc -O2 dwarf 5', 'gcc -O2 dwarf 4 types', 'clang -O2 dwarf 5', 'clang -O2 dwarf 4', 'gcc -O1 dwarf 5 zlib', 'clang -O1 dwarf 5 zstd'];

describe.skipIf(gcc === undefined)('each section of an ELF file damaged in turn', () => {
  it.each(builds.filter(({ name }) => chosen.includes(name)).map((build) => ({ name: build.name, build })))('$name: no crash, no hang, every refusal says where', ({ build }) => {
    const good = fs.readFileSync(compile(build));
    const file = path.join(directory, build.name.replace(/\W+/g, '-'));
    fs.writeFileSync(file, good);
    const addresses = placesIn(file);
    expect(askEverything(file, addresses)).toEqual([]);
    const parts = elfParts(file);
    damageEach(file, good, parts, () => askEverything(file, addresses));
    // Damage by chance may do no harm; a size beyond the file's end has to be told of each section that is read.
    const refused = parts.filter(({ name }) => name.includes('debug_')).filter((part) => {
      const bytes = Buffer.from(good);
      part.resize(bytes, 0x7000_0000);
      fs.writeFileSync(file, bytes);
      return ending(() => askEverything(file, addresses)).length > 0;
    });
    expect(refused.length).toBeGreaterThan(3);
  }, 60_000 * Math.max(1, factor));

  it('a relocatable object and its relocations', () => {
    const good = fs.readFileSync(compile(builds[1]!, '-c', '-ffunction-sections'));
    const file = path.join(directory, 'object.o');
    fs.writeFileSync(file, good);
    const addresses = placesIn(file);
    damageEach(file, good, elfParts(file), () => askEverything(file, addresses), 4);
  }, 60_000 * Math.max(1, factor));

  it.skipIf(objcopy === undefined)('what ties a file to its debug files: build-id, link and shared file', () => {
    const full = compile(builds[1]!, '-Wl,--build-id');
    const [stripped, debug, shared, link] = ['linked', 'linked.debug', 'shared.debug', 'altlink'].map((name) => path.join(directory, name)) as [string, string, string, string];
    const image = openImage(full);
    const id = image.buildId ?? '';
    image.close();
    fs.writeFileSync(link, Buffer.concat([Buffer.from('shared.debug\0'), Buffer.from(id, 'hex')]));
    execFileSync(objcopy!, ['--only-keep-debug', full, shared]);
    execFileSync(objcopy!, ['--only-keep-debug', `--add-section=.gnu_debugaltlink=${link}`, full, debug]);
    execFileSync(objcopy!, ['--strip-debug', `--add-gnu-debuglink=${debug}`, full, stripped]);
    const addresses = placesIn(stripped);
    // The shared file is no full one: only what nobody shares is asked of it.
    expect(askEverything(stripped, addresses).filter((text) => !text.includes(shared))).toEqual([]);
    const ask = (): string[] => askEverything(stripped, addresses);
    for (const file of [stripped, debug, shared]) damageEach(file, fs.readFileSync(file), elfParts(file, /^\.(note\.gnu\.build-id|gnu_debug)/), ask, 30);
    // Each of the files cut off anywhere.
    for (const file of [debug, shared]) {
      const good = fs.readFileSync(file);
      fc.assert(
        fc.property(fc.nat(good.length - 1), (length) => {
          fs.writeFileSync(file, good.subarray(0, length));
          ending(ask);
        }),
        trials(20),
      );
      fs.writeFileSync(file, good);
    }
  }, 60_000 * Math.max(1, factor));
});

describe('compressed sections that claim or hold too much', () => {
  /** A 64-bit ELF file with one section `.debug_info` that is compressed by a method (gABI: 1 zlib, 2 zstd). */
  const withSection = (method: number, size: bigint, content: Uint8Array): string => {
    const file = path.join(directory, 'bomb');
    const names = Buffer.from('\0.shstrtab\0.debug_info\0');
    const header = Buffer.alloc(64);
    header.write('\x7fELF\x02\x01\x01', 'latin1');
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(62, 18);
    header.writeUInt32LE(1, 20);
    header.writeUInt16LE(64, 52);
    header.writeUInt16LE(64, 58);
    header.writeUInt16LE(3, 60);
    header.writeUInt16LE(1, 62);
    const compression = Buffer.alloc(24);
    compression.writeUInt32LE(method, 0);
    compression.writeBigUInt64LE(size, 8);
    compression.writeBigUInt64LE(1n, 16);
    const section = (name: number, type: number, flags: bigint, offset: number, length: number): Buffer => {
      const bytes = Buffer.alloc(64);
      bytes.writeUInt32LE(name, 0);
      bytes.writeUInt32LE(type, 4);
      bytes.writeBigUInt64LE(flags, 8);
      bytes.writeBigUInt64LE(BigInt(offset), 24);
      bytes.writeBigUInt64LE(BigInt(length), 32);
      return bytes;
    };
    const at = 64 + names.length;
    const body = Buffer.concat([compression, content]);
    header.writeBigUInt64LE(BigInt(at + body.length), 40);
    fs.writeFileSync(file, Buffer.concat([header, names, body, Buffer.alloc(64), section(1, 3, 0n, 64, names.length), section(11, 1, 0x800n, at, body.length)]));
    return file;
  };

  const refusal = (file: string): BootscopeError | undefined => {
    const image = openImage(file);
    expect(image.debugInfo.typesNamed('everything')).toEqual([]);
    const [fault] = image.damage.found;
    image.close();
    return fault;
  };

  const zeros = (size: number): Buffer => zlib.deflateSync(Buffer.alloc(size));

  it.each([
    ['claims what its bytes cannot be', 1, 1n << 40n, zeros(1000), /it claims 1099511627776 bytes in 17/],
    ['claims more than is addressable', 1, 0xffff_ffff_ffff_ffffn, zeros(1000), /it claims \d+ bytes in 17/],
    ['is a bomb that says so', 1, 1n << 26n, zeros(1 << 26), /it claims 67108864 bytes in \d{5}$/],
    ['is a bomb that claims to be small', 1, 1000n, zeros(1 << 26), /Cannot create a Buffer larger than 1000 bytes/],
    ['is a zstd bomb that says so', 2, 1n << 28n, zstdZeros(1 << 28), /it claims 268435456 bytes in 8198/],
    ['is a zstd bomb that claims to be small', 2, 1000n, zstdZeros(1 << 28), /it holds 268435456 of 1000 bytes/],
    ['is a zstd stream that is shorter than it claims', 2, 1n << 20n, zstdZeros(1 << 17), /it holds 131072 of 1048576 bytes/],
    ['is shorter than it claims', 1, 2000n, zeros(1000), /it gave 1000 of 2000 bytes/],
    ['is of no known method', 7, 1000n, zeros(1000), /unknown method 7/],
    ['is no stream at all', 2, 1000n, Buffer.from('nothing compressed'), /its frames do not fit in it/],
  ] as const)('one that %s is refused before memory is taken for it', (_what, method, size, content, reason) => {
    const fault = refusal(withSection(method, size, content));
    expect(fault?.code).toBe('BS207');
    expect(fault?.what).toMatch(/section \.debug_info cannot be decompressed at offset 0x0: /);
    expect(fault?.what.replace(/\.$/, '')).toMatch(reason);
  });

  it('any header and any bytes end in a refusal or in the section', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((size) => (size % 3n === 0n ? size % 5000n : size)), fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }).map((bytes) => zlib.deflateSync(bytes))), (method, size, content) => {
        const image = openImage(withSection(method, size, content));
        image.debugInfo.typesNamed('everything');
        for (const { code, what } of image.damage.found) expect([code, what]).toEqual([expect.stringMatching(/^BS20[567]|BS210/), expect.stringMatching(/section \.debug_\w+|DWARF version/)]);
        image.close();
      }),
      trials(200),
    );
  });
});

/** A zstd frame of zeros: blocks of one byte repeated, 128 KiB each (RFC 8878, 3.1.1.2). */
function zstdZeros(size: number): Buffer {
  const block = 1 << 17;
  const count = size / block;
  const frame = Buffer.alloc(4 + 1 + 1 + count * 4);
  frame.writeUInt32LE(0xfd2f_b528, 0);
  // No content size, window of 128 KiB.
  frame[4] = 0;
  frame[5] = 7 << 3;
  for (let i = 0; i < count; i++) {
    const header = (i === count - 1 ? 1 : 0) | (1 << 1) | (block << 3);
    frame.writeUIntLE(header, 6 + i * 4, 3);
  }
  return frame;
}

describe.skipIf(!canBuild)('each section of a PE damaged in turn', () => {
  it.each([['DWARF', 'dwarf-4', ['-O2', '-funwind-tables'], /^\.(pdata|xdata|debug_)/], ['a PDB', 'codeview', ['-O2', '-funwind-tables'], /^\.(pdata|xdata|rdata)/]] as const)('with %s: no crash, no hang, every refusal says where', (_what, format, flags, names) => {
    const built = buildPe(`sections-${format}`, format, ...flags);
    const good = fs.readFileSync(built);
    const file = path.join(directory, path.basename(built));
    fs.writeFileSync(file, good);
    const pdb = built.replace('.efi', '.pdb');
    const options = format === 'codeview' ? { symbols: pdb } : {};
    const image = openImage(file, options);
    const parts = peParts(good, names, (i) => image.sections[i]?.name ?? '');
    image.close();
    const addresses = placesIn(file, options);
    expect(askEverything(file, addresses, options)).toEqual([]);
    const refusals = damageEach(file, good, parts, () => askEverything(file, addresses, options), 25);
    expect([...refusals.keys()]).toContain('.pdata');
  }, 60_000 * Math.max(1, factor));

  it('each stream of a PDB', () => {
    const built = buildPe('streams', 'codeview', '-O1');
    const pdb = path.join(directory, 'streams.pdb');
    const good = fs.readFileSync(built.replace('.efi', '.pdb'));
    fs.writeFileSync(pdb, good);
    const addresses = placesIn(built, { symbols: pdb });
    // MSF: the superblock names the block with the directory's blocks; the directory has sizes, then each stream's blocks.
    const blockSize = good.readUInt32LE(32);
    const directoryAt = good.readUInt32LE(good.readUInt32LE(52) * blockSize) * blockSize;
    const count = good.readUInt32LE(directoryAt);
    let list = directoryAt + 4 + count * 4;
    const parts: Part[] = [{ name: 'superblock', start: 32, size: 24, resize: (bytes, size) => void bytes.writeUInt32LE(size, 44) }, { name: 'directory', start: directoryAt, size: good.readUInt32LE(44), resize: (bytes, size) => void bytes.writeUInt32LE(size, 44) }];
    for (let stream = 0; stream < count; stream++) {
      const size = good.readUInt32LE(directoryAt + 4 + stream * 4);
      const blocks = size === 0xffff_ffff ? 0 : Math.ceil(size / blockSize);
      for (let block = 0; block < blocks; block++) {
        const start = good.readUInt32LE(list + block * 4) * blockSize;
        parts.push({ name: `stream ${stream}`, start, size: Math.min(blockSize, size - block * blockSize), resize: (bytes, next) => void bytes.writeUInt32LE(next, directoryAt + 4 + stream * 4) });
      }
      list += blocks * 4;
    }
    const refusals = damageEach(pdb, good, parts, () => askEverything(built, addresses, { symbols: pdb }), 8);
    expect(refusals.size).toBeGreaterThan(4);
  }, 60_000 * Math.max(1, factor));
});

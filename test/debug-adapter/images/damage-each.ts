import fs from 'node:fs';
import fc from 'fast-check';
import { openImage } from '../../../debug-adapter/images/open';
import { ending, trials } from '../../trials';

/** A stretch of a file that a reader reads as one. */
export interface Part {
  readonly name: string;
  /** Where its bytes are in the file. */
  readonly start: number;
  readonly size: number;
  /** Writes another size for it into the file's headers. */
  resize(bytes: Buffer, size: number): void;
}

type Damage = (bytes: Buffer, part: Part) => void;

const extremes = [0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0x00ff_ffff, 0] as const;

/** Ways to damage a part; positions are fractions of its size, so that they shrink to its beginning. */
const damages: readonly fc.Arbitrary<Damage>[] = (() => {
  const place = fc.double({ min: 0, max: 0.9999, noNaN: true });
  const at = ({ start, size }: Part, where: number): number => start + Math.floor(where * size);
  return [
    fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 8 }).map((flips): Damage => (bytes, part) => {
      for (const [where, bit] of flips) bytes[at(part, where)]! ^= 1 << bit;
    }),
    fc.tuple(place, fc.integer({ min: 1, max: 64 }), fc.constantFrom(0, 0xff, 0x80, 0x01)).map(([where, length, value]): Damage => (bytes, part) => {
      bytes.fill(value, at(part, where), Math.min(part.start + part.size, at(part, where) + length));
    }),
    fc.tuple(place, fc.uint8Array({ minLength: 4, maxLength: 200 })).map(([where, noise]): Damage => (bytes, part) => {
      bytes.set(noise.subarray(0, part.start + part.size - at(part, where)), at(part, where));
    }),
    // Lengths, counts and offsets.
    fc.tuple(place, fc.constantFrom(...extremes), fc.boolean()).map(([where, value, wide]): Damage => (bytes, part) => {
      const position = part.start + (Math.floor(where * part.size) & ~3);
      for (const offset of wide ? [0, 4] : [0]) if (position + offset + 4 <= part.start + part.size) bytes.writeUInt32LE(value, position + offset);
    }),
    fc.tuple(place, place, fc.integer({ min: 1, max: 300 })).map(([from, to, length]): Damage => (bytes, part) => {
      const source = at(part, from);
      bytes.copy(bytes, at(part, to), source, Math.min(source + length, source + part.start + part.size - Math.max(source, at(part, to))));
    }),
    place.map((where): Damage => (bytes, part) => part.resize(bytes, Math.floor(where * part.size))),
    fc.constantFrom(1, 3, 100, 4096, 0x7000_0000).map((more): Damage => (bytes, part) => part.resize(bytes, Math.min(0xffff_ffff, part.size + more))),
  ];
})();

/** Damages each part in turn and asks everything each time; gives how often something was refused. */
export const damageEach = (file: string, good: Buffer, parts: readonly Part[], ask: () => string[], runs = 5): Map<string, number> => {
  const refusals = new Map<string, number>();
  for (const part of parts) {
    fc.assert(
      fc.property(fc.oneof(...damages), (damage) => {
        const bytes = Buffer.from(good);
        damage(bytes, part);
        fs.writeFileSync(file, bytes);
        const refused = ending(ask);
        if (refused.length > 0) refusals.set(part.name, (refusals.get(part.name) ?? 0) + 1);
      }),
      trials(runs),
    );
  }
  fs.writeFileSync(file, good);
  return refusals;
};

const interesting = /^\.(z?debug_|symtab|strtab|eh_frame|note|shstrtab|rela?\.|gnu_debug)/;

/** ELF sections (of 64-bit files: gABI, figure 4-8). */
export const elfParts = (file: string, names = interesting): Part[] => {
  const image = openImage(file);
  const bytes = fs.readFileSync(file);
  const table = Number(bytes.readBigUInt64LE(0x28));
  const parts = image.sections.flatMap(({ name, fileOffset, size }, i) =>
    names.test(name) && size > 0 ? [{ name, start: fileOffset, size, resize: (changed: Buffer, next: number) => void changed.writeBigUInt64LE(BigInt(next), table + (i + 1) * 64 + 0x20) }] : [],
  );
  image.close();
  return parts;
};

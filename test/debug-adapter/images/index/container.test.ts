import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Container, containerPieces } from '../../../../debug-adapter/images/index/container';
import { nameTables, placesOf, placesOfTexts, textTables, hashesOf } from '../../../../debug-adapter/images/index/names';
import { DamagedIndex, MemoryTables } from '../../../../debug-adapter/images/index/tables';
import { scratch } from '../support';
import { trials } from '../../../trials';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
const file = path.join(directory, 'one.idx');
const put = (identity: string, tables: Record<string, Uint8Array>): Buffer => {
  const bytes = Buffer.concat(containerPieces(identity, tables));
  fs.writeFileSync(file, bytes);
  return bytes;
};

describe('a container of tables', () => {
  it('gives back any part of what was put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50_000 }), fc.uint8Array({ maxLength: 40_000 }), fc.nat(), fc.nat(), (a, b, from, length) => {
        put('x', { a, b });
        const container = Container.open(file, 'x')!;
        const start = Math.min(from, b.length);
        const part = Math.min(length, b.length - start);
        expect(container.read('b', start, part)).toEqual(Buffer.from(b.subarray(start, start + part)));
        expect(container.read('a', 0, a.length)).toEqual(Buffer.from(a));
        expect(() => container.read('b', start, b.length - start + 1)).toThrow(DamagedIndex);
        container.close();
      }),
      trials(30),
    );
  });

  it('never gives bytes that are not what was written', () => {
    const a = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 7) & 255));
    const bytes = put('x', { a });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = damaged[at]! ^ change;
        fs.writeFileSync(file, cut ? bytes.subarray(0, at) : damaged);
        let read: Buffer | undefined;
        try {
          const container = Container.open(file, 'x');
          try {
            read = container?.read('a', 0, a.length);
          } finally {
            container?.close();
          }
        } catch (error) {
          expect(error).toSatisfy((e) => e instanceof DamagedIndex || e instanceof SyntaxError || e instanceof RangeError);
          return;
        }
        // A changed byte of the padding harms nothing.
        expect(read).toEqual(a);
      }),
      trials(100),
    );
  });

  it('is not opened for another file', () => {
    put('x', {});
    expect(() => Container.open(file, 'y')).toThrow(DamagedIndex);
    expect(Container.open(path.join(directory, 'none'), 'x')).toBeUndefined();
  });
});

const hashes = (name: string) => {
  const text = Buffer.from(name);
  const result = { base: 0, whole: 0 };
  hashesOf(text, 0, text.length, result);
  return result;
};

describe('tables in memory', () => {
  it('answer as those of a file, and refuse what lies outside', () => {
    const a = Uint8Array.from({ length: 40_000 }, (_, i) => i & 255);
    put('x', { a });
    const container = Container.open(file, 'x')!;
    const memory = new MemoryTables({ a });
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 40_010 }), fc.integer({ min: -3, max: 40_010 }), (at, length) => {
        const read = (from: { read(table: string, at: number, length: number): Buffer }): Buffer | string => {
          try {
            return from.read('a', at, length);
          } catch (error) {
            return error instanceof DamagedIndex ? 'damaged' : String(error);
          }
        };
        expect(read(memory)).toEqual(read(container));
      }),
    );
    expect([memory.size('a'), memory.size('b')]).toEqual([40_000, 0]);
    expect(() => memory.read('b', 0, 1)).toThrow(DamagedIndex);
    container.close();
  });
});

describe('tables of names', () => {
  it('find every name again, with its generic forms when asked', () => {
    const name = fc.stringMatching(/^[a-z_]{1,4}(<[a-z]{1,2}>)?$/);
    fc.assert(
      fc.property(fc.array(fc.record({ name, kind: fc.constantFrom(1, 2, 4), inner: fc.boolean() }), { maxLength: 300 }), fc.nat(), (names, pick) => {
        put('x', { ...nameTables(names.length, (i) => ({ hashes: hashes(names[i]!.name), place: i, kind: names[i]!.kind, inner: names[i]!.inner })) });
        const container = Container.open(file, 'x')!;
        const wanted = names[pick % Math.max(1, names.length)]?.name ?? 'none';
        for (const generic of [false, true]) {
          const all = names.flatMap((one, i) => (one.kind === 2 && (one.name === wanted || (generic && !wanted.includes('<') && one.name.startsWith(`${wanted}<`))) ? [i] : []));
          const outer = all.filter((i) => !names[i]!.inner);
          const found = placesOf(container, wanted, 2, generic).filter((i) => all.includes(i));
          expect(found).toEqual(outer.length > 0 ? outer : all);
        }
        container.close();
      }),
      trials(60),
    );
  });

  it('find texts by what is in them', () => {
    put('x', { ...textTables(new Map([['vfs_read', [3, 9]], ['kernel::späť', [4]], ['', [5]]])) });
    const container = Container.open(file, 'x')!;
    expect(placesOfTexts(container, (text) => text.startsWith('vfs'))).toEqual([3, 9]);
    expect(placesOfTexts(container, (text) => text.endsWith('späť'))).toEqual([4]);
    expect(placesOfTexts(container, () => true)).toEqual([3, 9, 4, 5]);
    container.close();
  });
});

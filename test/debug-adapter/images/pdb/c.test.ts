import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../../debug-adapter/images/open';
import type { Image } from '../../../../debug-adapter/images/image';
import { lineOf } from '../support';
import { buildPe, canBuild, directory, placeOf, shapeOf } from './support';

/** Both formats of one program: the code is the same, byte by byte. */
const pair = (level: string): { readonly pdb: Image; readonly dwarf: Image } => ({
  pdb: openImage(buildPe(`pdb-${level}`, 'codeview', `-${level}`)),
  dwarf: openImage(buildPe(`dwarf-${level}`, 'dwarf-4', `-${level}`)),
});

describe.skipIf(!canBuild)('a PDB of C, beside DWARF of the same code', () => {
  it.each(['O0', 'O2'])('agrees on functions and lines at -%s', (level) => {
    const { pdb, dwarf } = pair(level);
    expect(pdb.debugInfo.kind).toBe('pdb');
    const functions = pdb.debugInfo.functionsMatching('*').filter(({ ranges }) => ranges.length > 0);
    expect(functions.length).toBe(8);
    let compared = 0;
    let differing = 0;
    for (const found of functions) {
      const [other] = dwarf.debugInfo.functionsNamed(found.name);
      expect([found.name, found.ranges, found.parameters.map(({ name }) => name)]).toEqual([other?.name, other?.ranges, other?.parameters.map(({ name }) => name)]);
      expect(shapeOf(found.returns)).toEqual(other && shapeOf(other.returns));
      expect(found.variadic).toBe(other?.variadic);
      if (level === 'O0') expect([found.name, found.afterPrologue]).toEqual([other?.name, other?.afterPrologue]);
      for (const { start, end } of found.ranges)
        for (let at = start; at < end; at++) {
          const [ours, theirs] = [pdb.debugInfo.lineAt(at), dwarf.debugInfo.lineAt(at)];
          expect([at, ours?.file]).toEqual([at, theirs?.file]);
          if (ours?.line === theirs?.line) compared++;
          else differing++;
        }
    }
    expect(compared).toBeGreaterThan(900);
    // A few bytes are code of no line: in DWARF they go on with the row before, CodeView gives them to the function around.
    expect(differing).toBeLessThanOrEqual(32);
    for (const text of ['int local = depth * 3', 'e->matrix[i][j] =', 'return leaf', 'stop(result)', 'calls++']) {
      const line = lineOf('shapes.c', text);
      expect(pdb.debugInfo.addressesOfLine('shapes.c', line)).toEqual(dwarf.debugInfo.addressesOfLine('shapes.c', line));
    }
    pdb.close();
    dwarf.close();
  });

  it('agrees on types', () => {
    const { pdb, dwarf } = pair('O0');
    for (const name of ['everything', 'flags', 'list', 'number', 'colour', 'big', 'word_t', 'callback_t', 'struct list', 'union number', 'enum colour', 'union list', 'opaque'])
      expect([name, pdb.debugInfo.typesNamed(name).map((type) => shapeOf(type))]).toEqual([name, dwarf.debugInfo.typesNamed(name).map((type) => shapeOf(type))]);
    expect(pdb.debugInfo.typesNamed('everything').length).toBe(1);
    const [typedef] = pdb.debugInfo.typesNamed('callback_t');
    expect(typedef).toMatchObject({ kind: 'alias', flavor: 'typedef', name: 'callback_t', target: { kind: 'pointer', size: 8 } });
  });

  it('agrees on static variables, also those of functions', () => {
    const { pdb, dwarf } = pair('O2');
    const told = (image: Image, name: string): unknown =>
      image.debugInfo.variablesNamed(name).map((variable) => [variable.qualifiedName, variable.type.name, Buffer.from(variable.locationAt(0n)?.expression ?? []).toString('hex')]);
    for (const name of ['counter', 'sink', 'root', 'table', 'biggest', 'calls', 'nothing']) expect(told(pdb, name)).toEqual(told(dwarf, name));
    expect(told(pdb, 'calls')).toHaveLength(1);
  });

  it('agrees on locals and their places', () => {
    const { pdb, dwarf } = pair('O0');
    let compared = 0;
    for (const { name, ranges, afterPrologue } of dwarf.debugInfo.functionsMatching('*')) {
      for (const { end } of ranges)
        for (let at = afterPrologue ?? end; at < end; at++) {
          const [ours, theirs] = [pdb.debugInfo.scopesAt(at), dwarf.debugInfo.scopesAt(at)];
          expect(ours.map((scope) => [scope.function.name, scope.inlined, scope.callSite, scope.entry])).toEqual(theirs.map((scope) => [scope.function.name, scope.inlined, scope.callSite, scope.entry]));
          ours.forEach((scope, i) => {
            const other = theirs[i];
            if (!other) return;
            const mine = new Map(scope.variablesAt(at).map((variable) => [variable.name, `${placeOf(variable, scope, at)} ${JSON.stringify(shapeOf(variable.type, 1))}`]));
            const known = new Map(other.variablesAt(at).map((variable) => [variable.name, `${placeOf(variable, other, at)} ${JSON.stringify(shapeOf(variable.type, 1))}`]));
            expect([name, at, [...mine].sort()]).toEqual([name, at, [...known].sort()]);
            compared += known.size;
          });
        }
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('finds functions that are only inlined, and their copies', () => {
    const { pdb, dwarf } = pair('O0');
    const told = (image: Image): unknown =>
      image.debugInfo.functionsNamed('inlined').map((found) => [found.qualifiedName, found.declared, found.ranges, found.inlinedInstances().map(({ entry, ranges, callSite }) => [entry, ranges, callSite])]);
    expect(told(pdb)).toEqual(told(dwarf));
    expect(pdb.debugInfo.functionsNamed('inlined')[0]?.parameters.map(({ name }) => name)).toEqual(['depth', 'why']);
  });

  it('gives symbols and unwinds by .pdata', () => {
    const { pdb } = pair('O2');
    const [main] = pdb.symbols.named('main');
    expect(main).toMatchObject({ kind: 'function', local: false, address: pdb.entry });
    expect(main?.size).toBeGreaterThan(100);
    expect(pdb.symbols.at(pdb.entry + 5n)?.name).toBe('main');
    expect(pdb.symbols.named('leaf')[0]).toMatchObject({ kind: 'function', local: true });
    expect(pdb.debugInfo.functionsNamed('main')[0]?.linkageName).toBe('main');
    expect(pdb.debugInfo.unwindAt(pdb.entry)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8n });
  });

  it('takes the PDB beside the image or the one named, and refuses that of another build', () => {
    const image = buildPe('pdb-O0', 'codeview', '-O0');
    const other = buildPe('pdb-O2', 'codeview', '-O2');
    const moved = path.join(directory, 'moved', 'loader.efi');
    fs.mkdirSync(path.dirname(moved));
    fs.copyFileSync(image, moved);
    const alone = openImage(moved);
    expect(alone.debugInfo.kind).toBe('none');
    alone.close();
    const named = openImage(moved, { symbols: image.replace('.efi', '.pdb') });
    expect(named.debugInfo.functionsNamed('leaf')).toHaveLength(1);
    named.close();
    expect(() => openImage(moved, { symbols: other.replace('.efi', '.pdb') })).toThrow(/^BS208: .*GUID .* instead of /);
    // Beside the image, that of another build is passed over.
    fs.copyFileSync(other.replace('.efi', '.pdb'), path.join(path.dirname(moved), 'pdb-O0.pdb'));
    const passed = openImage(moved);
    expect(passed.debugInfo.kind).toBe('none');
    passed.close();
  });

  it('opens as an image itself, with its PE beside it or alone', () => {
    const pe = buildPe('pdb-O0', 'codeview', '-O0');
    const beside = openImage(pe.replace('.efi', '.pdb'));
    expect(beside.path).toBe(pe);
    const [known] = beside.debugInfo.functionsNamed('leaf');
    const lone = path.join(directory, 'lone.pdb');
    fs.copyFileSync(pe.replace('.efi', '.pdb'), lone);
    const alone = openImage(lone);
    const [found] = alone.debugInfo.functionsNamed('leaf');
    expect([found?.entry, found?.ranges, alone.symbols.named('main')[0]?.address]).toEqual([known?.entry, known?.ranges, beside.symbols.named('main')[0]?.address]);
    expect(alone.debugInfo.unwindAt(found?.entry ?? 0n)).toBeUndefined();
    expect(alone.sections.map(({ name }) => name)).toContain('.text');
    beside.close();
    alone.close();
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionInfo } from '../../../../debug-adapter/images/debug-info';
import type { Image } from '../../../../debug-adapter/images/image';
import { openImage } from '../../../../debug-adapter/images/open';
import type { StructType, Type } from '../../../../debug-adapter/images/types';
import { strip } from '../../../../debug-adapter/images/types';
import { buildRedoxLive } from '../../../guests/redox-live/build.mjs';
import { Tally } from '../disagreements';
import { dumpedInlinees, dumpedLines, dumpedProcedures, dumpedTypes, dwarfdump, linelessCode, pdbutil } from './llvm';
import { chainAt, compareInlinedLines, comparePlaces } from './pdb-agreement';
import { placeOf } from './support';

const withCode = (image: Image): FunctionInfo[] => image.debugInfo.functionsMatching('*').filter(({ ranges }) => ranges.length > 0);
const sizeOf = ({ ranges }: FunctionInfo): bigint => ranges.reduce((sum, { start, end }) => sum + end - start, 0n);
const structOf = (type: Type | undefined): StructType | undefined => {
  const real = type && strip(type);
  return real?.kind === 'struct' ? real : undefined;
};

const tellVariants = (type: StructType | undefined): string =>
  [type?.variantPart?.discriminant?.offset, ...(type?.variantPart?.variants ?? []).map(({ name, values, member }) => `${name} ${values?.map(({ low, high }) => `${low}-${high}`)} ${member.offset} ${member.type.size}`)].join('; ');

describe.skipIf(pdbutil === undefined || dwarfdump === undefined)('the PDB of the redox-live loader', () => {
  let pdb: Image;
  let dwarf: Image;
  let file: string;
  let dwarfFile: string;
  beforeAll(async () => {
    const guest = await buildRedoxLive();
    file = guest.loaderPdb;
    dwarfFile = guest.loaderDwarf;
    pdb = openImage(guest.loader);
    dwarf = openImage(guest.loaderDwarf);
  }, 300_000);

  it('has the functions, inlined copies, lines and locals that llvm-pdbutil shows', () => {
    const text = pdb.sections.find(({ name }) => name === '.text')?.address ?? 0n;
    const procedures = dumpedProcedures(file).filter(({ segment }) => segment === 1);
    const lines = dumpedLines(file);
    const found = withCode(pdb);
    expect(found.map(({ qualifiedName, entry }) => `${entry} ${qualifiedName}`).sort()).toEqual(procedures.map(({ name, offset }) => `${text + BigInt(offset)} ${name}`).sort());
    const folded = new Set(procedures.map(({ offset }) => offset).filter((offset, i, all) => all.indexOf(offset) !== i));
    const known = new Tally();
    let line: number | undefined;
    let compared = 0;
    for (const procedure of procedures) {
      if (folded.has(procedure.offset)) {
        known.note('folded function');
        continue;
      }
      for (let i = 0; i < procedure.size; i++) {
        const address = text + BigInt(procedure.offset + i);
        const chain = chainAt(procedure, i);
        const scopes = pdb.debugInfo.scopesAt(address);
        const names = scopes.map(({ inlined, function: { name, qualifiedName } }) => (inlined ? name : qualifiedName));
        // llvm-pdbutil cuts long names.
        expect([address, names.length, ...names]).toEqual([address, chain.length, ...chain.map(({ name }, level) => (name.endsWith('...') && names[level]?.startsWith(name.slice(0, -3)) ? names[level] : name))]);
        line = lines.get(procedure.offset + i) ?? line;
        if (chain.length === 1) expect([address, pdb.debugInfo.lineAt(address)?.line]).toEqual([address, line]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(30_000);
    console.log(`${compared} bytes of code; known: ${known}`);
  });

  it('has the locals where their ranges are, and the lines of inlined copies, as llvm-pdbutil decodes them', () => {
    const text = pdb.sections.find(({ name }) => name === '.text')?.address ?? 0n;
    const all = dumpedProcedures(file).filter(({ segment }) => segment === 1);
    const procedures = all.filter((one) => !all.some((other) => other !== one && other.offset === one.offset));
    const { places, absent, known, wrong } = comparePlaces(pdb, text, procedures);
    const lines = compareInlinedLines(pdb, text, procedures, dumpedInlinees(file));
    console.log(`${places} places, ${absent} without, ${lines.bytes} bytes of inlined code; known: ${known}`);
    expect([...wrong, ...lines.wrong].slice(0, 20)).toEqual([]);
    expect(places).toBeGreaterThan(3000);
    expect(absent).toBeGreaterThan(500);
    expect(lines.bytes).toBeGreaterThan(20_000);
    expect(known.of('gap taken for padding')).toBeLessThan((places + absent) / 100);
  });

  it('has the types that llvm-pdbutil shows, Rust enums with their variants', () => {
    const { types, fields } = dumpedTypes(file);
    expect(types.length).toBeGreaterThan(1000);
    let enums = 0;
    for (const { name, size, fields: list } of types) {
      const alike = pdb.debugInfo.typesNamed(name).map(structOf).filter((type) => type?.qualifiedName === name);
      const members = fields.get(list) ?? [];
      const found = alike.find((type) => type?.size === size && (type.variantPart ?? type.members.length === members.length));
      expect([name, alike.length > 0, found?.size]).toEqual([name, true, size]);
      if (!found?.variantPart) expect([name, found?.members.map(({ name: member, offset }) => [member, offset])]).toEqual([name, members]);
      else {
        enums++;
        const variants = members.filter(([member]) => /^variant\d+$/.test(member));
        const { discriminant } = found.variantPart;
        expect([name, found.variantPart.variants.length]).toEqual([name, variants.length]);
        expect([name, discriminant?.offset]).toEqual([name, members.find(([member]) => member === 'tag' || member === 'tag128_lo')?.[1]]);
        const alikeInDwarf = dwarf.debugInfo.typesNamed(name).map(structOf).filter((type) => type?.qualifiedName === name && type.size === size);
        expect([name, alikeInDwarf.some((type) => tellVariants(type) === tellVariants(found))]).toEqual([name, true]);
        // At most one variant goes without a value of its own, and each has the name of its payload.
        for (const { name: variant, member, values } of found.variantPart.variants) {
          expect(member.type.name).toBe(variant);
          expect([name, discriminant === undefined || (values?.length ?? 0) > 0]).toEqual([name, true]);
        }
      }
    }
    expect(enums).toBeGreaterThan(100);
  });

  it('agrees with DWARF of the same code on functions, lines and the places of locals', () => {
    const lineless = linelessCode(dwarfFile);
    const others = withCode(dwarf);
    const taken = new Set<FunctionInfo>();
    const known = new Tally();
    const total = { lines: 0, otherLines: 0, chains: 0, otherChains: 0, places: 0, otherPlaces: 0 };
    for (const found of withCode(pdb)) {
      const other = others.find((one) => !taken.has(one) && one.qualifiedName === found.qualifiedName && sizeOf(one) === sizeOf(found));
      expect([found.qualifiedName, other !== undefined]).toEqual([found.qualifiedName, true]);
      const [range] = found.ranges;
      if (!other || !range) continue;
      taken.add(other);
      const delta = (other.entry ?? 0n) - range.start;
      for (let at = range.start; at < range.end; at++) {
        if (lineless.has(at + delta)) {
          known.note('code without a line');
          continue;
        }
        const same = pdb.debugInfo.lineAt(at)?.line === dwarf.debugInfo.lineAt(at + delta)?.line;
        total[same ? 'lines' : 'otherLines']++;
        if (at % 8n !== 0n) continue;
        const [ours, theirs] = [pdb.debugInfo.scopesAt(at), dwarf.debugInfo.scopesAt(at + delta)];
        const names = (scopes: typeof ours): string => scopes.map(({ function: { name } }) => name.replace(/<.*/, '')).join(' < ');
        total[names(ours) === names(theirs) ? 'chains' : 'otherChains']++;
        if (names(ours) !== names(theirs)) continue;
        ours.forEach((scope, i) => {
          const known = theirs[i];
          for (const variable of known ? scope.variablesAt(at) : []) {
            const place = placeOf(variable, scope, at);
            if (place === '') continue;
            const same = (known?.variablesAt(at + delta) ?? []).filter(({ name }) => name === variable.name).map((one) => placeOf(one, known ?? scope, at + delta));
            // CodeView says nothing of what was computed or is constant: only places in both are compared.
            if (same.every((one) => one === '')) continue;
            total[same.includes(place) ? 'places' : 'otherPlaces']++;
          }
        });
      }
    }
    expect(taken.size).toBe(others.length);
    known.note('two calls on one line', total.otherChains);
    known.note('computed value', total.otherPlaces);
    console.log(total, String(known));
    // Functions that the linker folded into one have one of their several sources.
    expect(total.otherLines / total.lines).toBeLessThan(0.01);
    // LLVM files copies under their call's place: two calls on one line share a site, and the PDB has one of the two names.
    expect(total.otherChains / total.chains).toBeLessThan(0.08);
    // Parts of a variable that are computed values in DWARF are missing in the PDB.
    expect(total.otherPlaces / total.places).toBeLessThan(0.1);
  });
});

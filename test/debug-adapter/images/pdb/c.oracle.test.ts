import { describe, expect, it } from 'vitest';
import { openImage } from '../../../../debug-adapter/images/open';
import { dumpedInlinees, dumpedProcedures, pdbutil } from './llvm';
import { compareInlinedLines, comparePlaces } from './pdb-agreement';
import { buildPe, canBuild } from './support';

describe.skipIf(!canBuild || pdbutil === undefined)('the PDB of a C program', () => {
  it.each(['O0', 'O1', 'O2'])('has locals and inlined lines as llvm-pdbutil decodes them, at -%s', (level) => {
    const file = buildPe(`ranges-${level}`, 'codeview', `-${level}`);
    const image = openImage(file);
    const text = image.sections.find(({ name }) => name === '.text')?.address ?? 0n;
    const procedures = dumpedProcedures(file.replace('.efi', '.pdb')).filter(({ segment }) => segment === 1);
    expect(procedures.length).toBe(8);
    const { places, wrong } = comparePlaces(image, text, procedures);
    const lines = compareInlinedLines(image, text, procedures, dumpedInlinees(file.replace('.efi', '.pdb')));
    expect([...wrong, ...lines.wrong]).toEqual([]);
    expect(places).toBeGreaterThan(30);
    expect(lines.bytes).toBeGreaterThan(30);
    image.close();
  });
});

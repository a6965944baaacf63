import type { Image } from '../../../../debug-adapter/images/image';
import { Tally } from '../disagreements';
import { expressionText } from '../scope-text';
import { isLive } from './llvm';
import type { DumpedLocal, DumpedPlace, DumpedProcedure, Site } from './llvm';

const numbered = ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];

/** Innermost first, as llvm-pdbutil's nesting says. */
export const chainAt = (procedure: DumpedProcedure, offset: number): Site[] => {
  const chain: Site[] = [procedure];
  for (let site: Site | undefined = procedure; site; ) {
    site = site.children.find(({ ranges }) => ranges.some(([start, end]) => offset >= start && offset < end));
    if (site) chain.unshift(site);
  }
  return chain;
};

const sitesOf = (site: Site): Site[] => [site, ...site.children.flatMap(sitesOf)];

/** The places that hold there, a whole one alone, else the parts in order. */
const expected = ({ places }: DumpedLocal, at: number): string[] => {
  const live = places.filter((place) => isLive(place, at));
  const whole = live.find(({ part }) => part === undefined);
  const parts = live.filter(({ part }, i) => live.findIndex((other) => other.part === part) === i).sort((a, b) => (a.part ?? 0) - (b.part ?? 0));
  return (whole ? [whole] : parts).map(spelled);
};

const spelled = ({ register, offset }: DumpedPlace): string => (offset === undefined ? `reg ${register}` : `breg${numbered.indexOf(register ?? '')} ${offset}`);

/** Segment offsets at which a place begins or ends, and the last byte before each. */
const edges = ({ start, end, gaps }: DumpedPlace): number[] => [start, end, ...gaps.flat().map((at) => start + at)].flatMap((at) => [at - 1, at]);

export interface PlacesAgreement {
  places: number;
  absent: number;
  readonly known: Tally;
  readonly wrong: string[];
}

/** Compares, at each byte where some place of a local begins or ends, where the local is. `text`: linked address of the code's segment. */
export const comparePlaces = (image: Image, text: bigint, procedures: readonly DumpedProcedure[]): PlacesAgreement => {
  const result: PlacesAgreement = { places: 0, absent: 0, known: new Tally(), wrong: [] };
  for (const procedure of procedures) {
    for (const site of sitesOf(procedure)) {
      for (const local of site.locals) {
        if (local.places.some(({ gaps, recorded }) => gaps.length < recorded)) {
          result.known.note('gap taken for padding');
          continue;
        }
        const end = procedure.offset + procedure.size;
        const wanted = [...new Set(local.places.flatMap(edges))].filter((at) => at >= procedure.offset && at < end && (!local.block || (at >= local.block[0] && at < local.block[1])));
        for (const at of wanted) {
          const index = chainAt(procedure, at - procedure.offset).indexOf(site);
          if (index < 0) continue;
          const address = text + BigInt(at);
          const found = image.debugInfo.scopesAt(address)[index]?.variablesAt(address).filter(({ name }) => name === local.name) ?? [];
          const ours = found.map((variable) => {
            const location = variable.locationAt(address);
            return location ? expressionText(location.expression, location.context).split('; ').filter((part) => !part.startsWith('piece ')) : [];
          });
          const theirs = expected(local, at);
          // Before it is anywhere a variable of a block without code of its own is not in scope.
          const namesakes = site.locals.filter(({ name }) => name === local.name).map((other) => JSON.stringify(expected(other, at)));
          if (theirs.length === 0 && ours.every((one) => one.length > 0 && namesakes.includes(JSON.stringify(one)))) continue;
          if (!ours.some((one) => JSON.stringify(one) === JSON.stringify(theirs))) result.wrong.push(`${address.toString(16)} ${site.name} ${local.name}: ${JSON.stringify(ours)}, llvm-pdbutil ${JSON.stringify(theirs)}`);
          else if (theirs.length === 0) result.absent++;
          else result.places++;
        }
      }
    }
  }
  return result;
};

/** Compares the line at each byte that belongs to an inlined copy. */
export const compareInlinedLines = (image: Image, text: bigint, procedures: readonly DumpedProcedure[], inlinees: ReadonlyMap<string, { readonly line: number; readonly file: string }>): { bytes: number; wrong: string[] } => {
  const wrong: string[] = [];
  let bytes = 0;
  for (const procedure of procedures) {
    for (let at = 0; at < procedure.size; at++) {
      const [site] = chainAt(procedure, at);
      if (site?.inlinee === undefined) continue;
      const first = inlinees.get(site.inlinee);
      const row = site.lines.filter(([start]) => start <= at).at(-1);
      if (!first || !row) continue;
      bytes++;
      const address = text + BigInt(procedure.offset + at);
      const ours = image.debugInfo.lineAt(address);
      if (ours?.line !== first.line + row[1] || (row[2] && ours.file !== first.file)) wrong.push(`${address.toString(16)} ${site.name}: ${ours?.file}:${ours?.line}, llvm-pdbutil ${first.file}:${first.line + row[1]}`);
    }
  }
  return { bytes, wrong };
};

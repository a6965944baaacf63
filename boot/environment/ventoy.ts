import { sizeInWords, type EnvironmentFacts, type VariableFault, type VariableKnowledge, type VariableReader } from './knowledge';

/**
 * What Ventoy's GRUB hands to a FreeBSD kernel as hints (ventoy_unix.c, helloSystem/ISO#307): on which disk the ISO file lies and in which pieces, so
 * that the module geom_ventoy (g_ventoy.c) can make a disk of them. `map-vdisk` of the FreeBSD loader hands over nothing of the kind.
 */
const reader: VariableReader = { name: 'geom_ventoy', path: 'Ventoy Unix/ventoy_unix_src/FreeBSD/geom_ventoy_src: sys/geom/ventoy/g_ventoy.c', lastStage: 'kernel', when: 'when it tastes disks' };

const bytes = (value: string): bigint | undefined => (/^(0x[0-9a-f]+|\d+)$/i.test(value.trim()) ? BigInt(value.trim()) : undefined);
const segment = (value: string): { readonly from: bigint; readonly to: bigint } | undefined => {
  const [from, to] = value.split('@').map(bytes);
  return from === undefined || to === undefined ? undefined : { from, to };
};

const notRead = (facts: EnvironmentFacts): VariableFault[] =>
  facts.classes !== undefined && !facts.classes.includes('VENTOY')
    ? [{ code: 'never-read', message: 'only the module geom_ventoy reads it, and this kernel has no GEOM class VENTOY: the ISO file will not become a disk' }]
    : [];

/** The pieces that `segnum` promises and nobody set. */
const missingSegments = (value: string, all: ReadonlyMap<string, string>): VariableFault[] => {
  const count = bytes(value);
  if (count === undefined) return [{ code: 'unparsable', message: `"${value}" is no number of pieces` }];
  const missing: string[] = [];
  for (let index = 0n; index < count && missing.length < 4; index++) if (!all.has(`hint.ventoy.${index}.seg`)) missing.push(`hint.ventoy.${index}.seg`);
  return missing.length === 0 ? [] : [{ code: 'not-set', message: `geom_ventoy reads ${count} pieces, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set` }];
};

const checkSegment = (value: string, all: ReadonlyMap<string, string>): VariableFault[] => {
  const piece = segment(value);
  if (piece === undefined || piece.to <= piece.from) return [{ code: 'unparsable', message: `"${value}" is no piece of a disk: 0xFIRST@0xEND, in bytes` }];
  const disk = bytes(all.get('hint.ventoy.0.disksize') ?? '');
  return disk !== undefined && piece.to > disk ? [{ code: 'contradicting', message: `the piece ends at ${piece.to}, behind the end of the disk (hint.ventoy.0.disksize=${disk})` }] : [];
};

export const ventoyVariables: readonly VariableKnowledge[] = [
  { name: 'hint.ventoy.0.disksize', readers: [reader], meaning: (value) => `size of the disk on which the ISO file lies: ${sizeInWords(bytes(value) ?? 0n)}; it is found by this and by its UUID`, check: (_value, _all, facts) => notRead(facts) },
  { name: 'hint.ventoy.0.diskuuid', readers: [reader], meaning: (value) => `UUID in the boot sector of the disk on which the ISO file lies: ${value}`, check: (_value, _all, facts) => notRead(facts) },
  { name: 'hint.ventoy.0.disksignature', readers: [reader], meaning: (value) => `signature in the partition table of that disk: ${value}`, check: (_value, _all, facts) => notRead(facts) },
  { name: 'hint.ventoy.0.segnum', readers: [reader], meaning: (value) => `the ISO file lies on the disk in ${value} piece${value === '1' ? '' : 's'}`, check: (value, all, facts) => [...notRead(facts), ...missingSegments(value, all)] },
  {
    name: 'hint.ventoy.*.seg',
    readers: [reader],
    meaning: (value, name) => {
      const piece = segment(value);
      return piece === undefined ? 'a piece of the ISO file' : `piece ${name.split('.')[2] ?? ''} of the ISO file: ${sizeInWords(piece.to - piece.from)} of the disk from byte ${piece.from} (0x${piece.from.toString(16)}) to ${piece.to}`;
    },
    check: (value, all, facts) => [...notRead(facts), ...checkSegment(value, all)],
  },
  { name: 'hint.ventoy.*', readers: [reader], meaning: () => 'where the ISO file lies on the disk of Ventoy', check: (_value, _all, facts) => notRead(facts) },
];

import type { Memory } from '../../machine/machine';
import { slideBy } from '../placed-module';
import type { PlacedModule } from '../placed-module';

/** Bytes of an image against bytes of memory. */
export interface Comparison {
  /** Bytes that could be compared; what is not mapped or not in the file is left out. */
  readonly compared: number;
  readonly equal: number;
  /** The build-id in memory against the file's; undefined where one of them is missing. */
  readonly buildIdEqual?: boolean;
}

const SAMPLES = 16;
const SAMPLE_SIZE = 64;

/** Bytes of the module's file at a linked address, from the file that runs or from its symbol file. */
export const fileBytes = (module: PlacedModule, linked: bigint, length: number): Uint8Array | undefined => {
  const { image, carrier } = module;
  if (carrier === image) return image.bytesAt(linked, length);
  // An ELF symbol file beside a PE counts from 0, the PE from its ImageBase.
  const there = carrier.format === 'pe' && image.format === 'elf' ? carrier.base + linked : linked;
  return carrier.bytesAt(there, length) ?? image.bytesAt(linked, length);
};

const ownSamples = new WeakMap<PlacedModule, readonly bigint[]>();

/** Linked addresses spread over the module's code whose bytes tell something (not padding). */
const samplesOf = (module: PlacedModule): readonly bigint[] => {
  const known = ownSamples.get(module);
  if (known) return known;
  const code = module.image.sections.filter((section) => section.executable && section.allocated && section.size >= SAMPLE_SIZE);
  const total = code.reduce((sum, section) => sum + section.size, 0);
  const samples: bigint[] = [];
  for (let index = 0; index < SAMPLES && total > 0; index++) {
    let offset = Math.floor((total / SAMPLES) * index);
    for (const section of code) {
      if (offset >= section.size) {
        offset -= section.size;
        continue;
      }
      const address = section.address + BigInt(Math.min(offset, section.size - SAMPLE_SIZE));
      const bytes = fileBytes(module, address, SAMPLE_SIZE);
      if (bytes && new Set(bytes).size > 8) samples.push(address);
      break;
    }
  }
  ownSamples.set(module, samples);
  return samples;
};

const countEqual = (a: Uint8Array, b: Uint8Array): number => {
  let equal = 0;
  for (let index = 0; index < a.length; index++) if (a[index] === b[index]) equal++;
  return equal;
};

/** Compares samples of the module's code, its build-id note, and the bytes at `near` (linked), with memory under a slide. */
export const compareWithMemory = async (module: PlacedModule, memory: Memory, slide: bigint, near: readonly bigint[] = []): Promise<Comparison> => {
  const note = module.image.sections.find((section) => section.name === '.note.gnu.build-id' && section.allocated);
  const places = [
    ...(note ? [{ linked: note.address, length: note.size, note: true }] : []),
    ...[...near, ...samplesOf(module)].map((linked) => ({ linked, length: SAMPLE_SIZE, note: false })),
  ].flatMap((place) => {
    const expected = fileBytes(module, place.linked, place.length);
    return expected ? [{ ...place, expected }] : [];
  });
  const found = await memory.readMany(places.map(({ linked, expected }) => ({ address: slideBy(module, linked, slide), length: expected.length })));
  let compared = 0;
  let equal = 0;
  let buildIdEqual: boolean | undefined;
  for (const [index, place] of places.entries()) {
    const bytes = found[index];
    if (!bytes) continue;
    const same = countEqual(place.expected, bytes);
    if (!place.note) {
      compared += place.expected.length;
      equal += same;
    } else if (isBuildIdNote(bytes)) buildIdEqual = same === place.expected.length;
  }
  return { compared, equal, ...(buildIdEqual === undefined ? {} : { buildIdEqual }) };
};

/** Header of an ELF note named GNU of type NT_GNU_BUILD_ID (3). */
const isBuildIdNote = (bytes: Uint8Array): boolean => {
  if (bytes.length < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === 4 && view.getUint32(8, true) === 3 && view.getUint32(12, true) === 0x00554e47;
};

/**
 * What a comparison says. Kernels patch their own code (alternatives, tracing), so three quarters are enough where `strict` is not asked;
 * user code is never patched.
 */
export const verdict = ({ compared, equal, buildIdEqual }: Comparison, strict = false): 'same' | 'different' | 'unknown' => {
  if (buildIdEqual !== undefined && compared > 0 && equal / compared >= 0.5 === buildIdEqual) return buildIdEqual ? 'same' : 'different';
  if (compared < SAMPLE_SIZE) return 'unknown';
  const share = equal / compared;
  if (share >= (strict ? 0.97 : 0.75)) return 'same';
  return share < (strict ? 0.97 : 0.5) ? 'different' : 'unknown';
};

import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Memory } from '../../machine/machine';
import { slideBy } from '../placed-module';
import type { PlacedModule } from '../placed-module';

/** Bytes of an image against bytes of memory. */
export interface Comparison {
  /** Bytes that could be compared; what is not mapped or not in the file is left out. */
  readonly compared: number;
  readonly equal: number;
  /** The build-id in memory, and whether it is the file's; left out where one of them is missing. */
  readonly buildId?: string;
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
  const executable = module.image.sections.filter((section) => section.executable && section.allocated && section.size >= SAMPLE_SIZE);
  // A kernel frees and reuses its `.init.text`.
  const main = executable.filter(({ name }) => name === '.text');
  const code = main.length > 0 ? main : executable;
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

/** Compares samples of the module's code, its build-id note, and the page around each of `near` (linked), with memory under a slide. */
export const compareWithMemory = async (module: PlacedModule, memory: Memory, slide: bigint, near: readonly bigint[] = []): Promise<Comparison> => {
  const note = buildIdNoteOf(module);
  const code = [
    ...near.flatMap((linked) => pageAround(module, linked) ?? []),
    ...samplesOf(module).flatMap((linked) => {
      const expected = fileBytes(module, linked, SAMPLE_SIZE);
      return expected ? [{ linked, expected }] : [];
    }),
  ];
  const places = note ? [...code, note] : code;
  const found = await memory.readMany(places.map(({ linked, expected }) => ({ address: slideBy(module, linked, slide), length: expected.length })));
  let compared = 0;
  let equal = 0;
  let buildId: string | undefined;
  for (const [index, place] of places.entries()) {
    const bytes = found[index];
    if (!bytes) continue;
    if (place === note) buildId = buildIdIn(bytes);
    else {
      compared += place.expected.length;
      equal += countEqual(place.expected, bytes);
    }
  }
  return { compared, equal, ...(note && buildId !== undefined ? { buildId, buildIdEqual: buildId === buildIdIn(note.expected) } : {}) };
};

interface Place {
  readonly linked: bigint;
  readonly expected: Uint8Array;
}

/** The code on one page: with demand paging often all there is to compare. */
const pageAround = (module: PlacedModule, linked: bigint): Place | undefined => {
  const within = module.image.sections.find(({ executable, address, size }) => executable && linked >= address && linked < address + BigInt(size));
  if (!within) return undefined;
  const page = linked & ~0xfffn;
  const start = page > within.address ? page : within.address;
  const sectionEnd = within.address + BigInt(within.size);
  const end = page + 0x1000n < sectionEnd ? page + 0x1000n : sectionEnd;
  const expected = fileBytes(module, start, Number(end - start));
  return expected && { linked: start, expected };
};

const NOTE_HEADER = 16;
const ownNotes = new WeakMap<PlacedModule, { readonly note: Place | undefined }>();

/** The GNU build-id note among the module's allocated notes, with its header; Linux gathers all notes in one section. */
const buildIdNoteOf = (module: PlacedModule): Place | undefined => {
  const known = ownNotes.get(module);
  if (known) return known.note;
  let note: Place | undefined;
  for (const section of module.image.sections) {
    if (!section.allocated || !section.name.startsWith('.note')) continue;
    const bytes = fileBytes(module, section.address, section.size);
    for (let offset = 0; bytes && offset + NOTE_HEADER <= bytes.length; ) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
      const size = 12 + ((view.getUint32(0, true) + 3) & ~3) + ((view.getUint32(4, true) + 3) & ~3);
      const expected = bytes.subarray(offset, offset + size);
      if (buildIdIn(expected) !== undefined) note ??= { linked: section.address + BigInt(offset), expected };
      offset += size;
    }
  }
  ownNotes.set(module, { note });
  return note;
};

/** Hex of an ELF note named GNU of type NT_GNU_BUILD_ID (3). */
const buildIdIn = (bytes: Uint8Array): string | undefined => {
  if (bytes.length < NOTE_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 4 || view.getUint32(8, true) !== 3 || view.getUint32(12, true) !== 0x00554e47) return undefined;
  return Buffer.from(bytes.subarray(NOTE_HEADER, NOTE_HEADER + view.getUint32(4, true))).toString('hex');
};

const SHORTEST_MATCH = 32;

/**
 * Slide under which the module's code is what lies at an address, from the bytes there; images move by whole pages. Undefined where the
 * file has them nowhere, or in several places.
 */
export const slideByCode = async (module: PlacedModule, memory: Memory, address: bigint): Promise<bigint | undefined> => {
  const toPageEnd = Number(0x1000n - (address & 0xfffn));
  const wanted = Buffer.from(await memory.readSome(address, Math.min(toPageEnd, 256)));
  if (wanted.length < SHORTEST_MATCH) return undefined;
  const slides = new Set<bigint>();
  for (const section of module.image.sections) {
    if (!section.executable || !section.allocated || section.size < SHORTEST_MATCH) continue;
    const file = fileBytes(module, section.address, section.size);
    if (!file) continue;
    const code = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
    const head = wanted.subarray(0, SHORTEST_MATCH);
    for (let at = code.indexOf(head); at >= 0; at = code.indexOf(head, at + 1)) {
      const slide = address - section.address - BigInt(at);
      const common = Math.min(wanted.length, code.length - at);
      if ((slide & 0xfffn) === 0n && wanted.subarray(0, common).equals(code.subarray(at, at + common))) slides.add(slide);
    }
  }
  const [slide] = slides;
  return slides.size === 1 ? slide : undefined;
};

/**
 * What a comparison says. Kernels patch their own code (alternatives, tracing), so three quarters are enough where `strict` is not asked;
 * user code and UEFI images are never patched.
 */
export const verdict = ({ compared, equal, buildIdEqual }: Comparison, strict = false): 'same' | 'different' | 'unknown' => {
  if (buildIdEqual !== undefined && compared > 0 && equal / compared >= 0.5 === buildIdEqual) return buildIdEqual ? 'same' : 'different';
  if (compared < SAMPLE_SIZE) return 'unknown';
  const share = equal / compared;
  if (share >= (strict ? 0.97 : 0.75)) return 'same';
  return share < (strict ? 0.97 : 0.5) ? 'different' : 'unknown';
};

/** BS302, naming the file and what memory holds in its place. */
export const wrongFile = (module: PlacedModule, address: bigint, found: Comparison, detail = `${found.equal} of ${found.compared} compared bytes are equal`): BootscopeError => {
  const { image, carrier } = module;
  return failure(programErrors.wrongFile, {
    address: `0x${address.toString(16)}`,
    file: carrier === image ? image.path : `${carrier.path} with symbols ${image.path}`,
    detail: found.buildId === undefined ? detail : `its build-id is ${image.buildId ?? 'missing'}`,
    found: found.buildId === undefined ? 'other code' : `the image with build-id ${found.buildId}`,
  });
};

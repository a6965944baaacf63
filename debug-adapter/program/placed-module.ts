import { basename } from 'node:path';
import type { ImageConfiguration } from '../api';
import type { Image, Section } from '../images/image';
import type { Module } from './program';
import { isUserStage } from './stage-order';

/** How an image's place is found: see `at` in the contracts. */
export type At = NonNullable<ImageConfiguration['at']>;

/** What is known of an image before it has a place. */
export interface ModuleSource {
  readonly stage: string;
  /** The image whose linked addresses the module uses: the symbol file's when it is linked apart (ELF at 0 beside a PE). */
  readonly image: Image;
  /** The file that runs, when it is not `image`: decides what is looked for in memory. */
  readonly carrier?: Image;
  readonly name?: string;
  readonly process?: string;
  readonly at?: At;
  readonly optional?: boolean;
}

/** A module of a `PlacedProgram`, which alone changes its place. */
export class PlacedModule implements Module {
  readonly name: string;
  readonly stage: string;
  readonly process?: string;
  readonly image: Image;
  readonly carrier: Image;
  readonly at: At;
  readonly optional: boolean;
  slide: bigint | undefined = undefined;
  sectionSlides: ReadonlyMap<Section, bigint> | undefined = undefined;
  roots: ReadonlySet<bigint> | undefined = undefined;
  /** True once bytes in memory were seen to be this image's. */
  confirmed = false;
  /** True while other code than this image's lies at its place: it is not loaded yet. */
  absent = false;

  constructor(
    readonly id: number,
    source: ModuleSource,
  ) {
    this.image = source.image;
    this.carrier = source.carrier ?? source.image;
    this.stage = source.stage;
    this.name = source.name ?? basename(this.carrier.path);
    this.at = source.at ?? 'auto';
    this.optional = source.optional ?? false;
    const process = source.process ?? (isUserStage(source.stage) ? basename(this.carrier.path) : undefined);
    if (process !== undefined) this.process = process;
  }

  get segment(): bigint {
    const { image, at, slide } = this;
    return image.addressSize === 4 && image.type === 'exec' && typeof at === 'number' && slide !== undefined ? slide & 0xffff_ffffn : 0n;
  }
}

const wrapAt = (module: Module): bigint => (module.image.addressSize === 4 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn);

/** Runtime address of a linked one under a slide, modulo the image's address size. */
export const slideBy = (module: Module, linked: bigint, slide: bigint): bigint => (linked + slide) & wrapAt(module);

/** Linked address of a runtime one under a slide, modulo the image's address size. */
export const unslideBy = (module: Module, runtime: bigint, slide: bigint): bigint => (runtime - slide) & wrapAt(module);

/** Where a system's loader put one section of a relocatable object. */
export interface SectionPlace {
  readonly name: string;
  /** Runtime address of the section's first byte. */
  readonly address: bigint;
}

/**
 * Slides (runtime minus linked) of an image's sections whose places a list tells. Of several sections with one name the
 * list means them in the order in which they stand in the file. Names that the file has not are passed over.
 */
export const slidesOfSections = (image: Image, places: readonly SectionPlace[]): ReadonlyMap<Section, bigint> => {
  const waiting = new Map<string, Section[]>();
  for (const section of image.sections) {
    if (!section.allocated) continue;
    const list = waiting.get(section.name);
    if (list) list.push(section);
    else waiting.set(section.name, [section]);
  }
  const slides = new Map<Section, bigint>();
  for (const { name, address } of places) {
    const section = waiting.get(name)?.shift();
    if (section) slides.set(section, address - section.address);
  }
  return slides;
};

const endOf = (section: Section): bigint => section.address + BigInt(section.size);

/** Runtime address of a linked one; undefined while the module, or the section that holds the address, is not on the machine. */
export const runtimeOf = (module: Module, linked: bigint): bigint | undefined => {
  if (!module.sectionSlides) return module.slide === undefined ? undefined : slideBy(module, linked, module.slide);
  for (const [section, slide] of module.sectionSlides) if (linked >= section.address && linked <= endOf(section)) return slideBy(module, linked, slide);
  return undefined;
};

/** Linked address of a runtime one; undefined while the module is not on the machine or, of a relocatable object, none of its sections is there. */
export const linkedOf = (module: Module, runtime: bigint): bigint | undefined => {
  if (!module.sectionSlides) return module.slide === undefined ? undefined : unslideBy(module, runtime, module.slide);
  let after: bigint | undefined;
  for (const [section, slide] of module.sectionSlides) {
    const linked = unslideBy(module, runtime, slide);
    if (linked >= section.address && linked < endOf(section)) return linked;
    // A call at a section's end returns to the byte behind it, where another section may begin.
    if (linked === endOf(section)) after = linked;
  }
  return after;
};

interface Extent {
  readonly start: bigint;
  readonly end: bigint;
  readonly executable: boolean;
}

const extentsOf = new WeakMap<Image, readonly Extent[]>();
const FAR = 1n << 40n;

/**
 * The linked ranges that an image really takes in memory. A segment that lies terabytes away from the code is left out:
 * Linux links `.data..percpu` at 0, where its symbols are offsets and not addresses.
 */
export const extents = (image: Image): readonly Extent[] => {
  const known = extentsOf.get(image);
  if (known) return known;
  if (image.type === 'rel') {
    const sections = image.sections
      .filter(({ allocated, size }) => allocated && size > 0)
      .map((section) => ({ start: section.address, end: endOf(section), executable: section.executable }));
    extentsOf.set(image, sections);
    return sections;
  }
  const code = image.segments.find((segment) => segment.executable);
  const near = image.segments.filter((segment) => {
    if (segment.memorySize === 0) return false;
    if (!code) return true;
    const distance = segment.virtualAddress - code.virtualAddress;
    return (distance < 0n ? -distance : distance) < FAR;
  });
  const found: readonly Extent[] =
    near.length > 0
      ? near.map((segment) => ({ start: segment.virtualAddress, end: segment.virtualAddress + BigInt(segment.memorySize), executable: segment.executable }))
      : [{ start: image.base, end: image.base + BigInt(image.size), executable: true }];
  extentsOf.set(image, found);
  return found;
};

/** Lowest linked address the image takes, rounded down to its page: what `at: NUMBER` gives the place of. */
export const linkedFloor = (image: Image): bigint => {
  let floor: bigint | undefined;
  for (const { start } of extents(image)) if (floor === undefined || start < floor) floor = start;
  return (image.format === 'pe' ? image.base : (floor ?? image.base)) & ~0xfffn;
};

/** How an image covers a linked address: by code, by data, or not at all. */
export const coverage = (image: Image, linked: bigint): 'code' | 'data' | undefined => {
  let found: 'data' | undefined;
  for (const extent of extents(image)) {
    if (linked < extent.start || linked >= extent.end) continue;
    if (extent.executable) return 'code';
    found = 'data';
  }
  return found;
};

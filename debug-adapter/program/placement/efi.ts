import { win32 } from 'node:path';
import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Breakpoint, Stop } from '../../machine/machine';
import type { StopObserver } from '../observer';
import { linkedFloor } from '../placed-module';
import type { PlacedModule } from '../placed-module';
import { rankOf } from '../stage-order';
import { compareWithMemory, verdict } from './compare';
import { hex } from './context';
import type { PlacementContext } from './context';
import { findAtBorders, findByScan, loadedImages, peIdentityAt, topOfLowRam } from './efi-tables';
import type { DebugImageTable, LoadedEfiImage } from './efi-tables';

const OWNER = 'placement:efi';
const POLL_MS = 300;
/** Firmware and its applications run in identity mapped memory; code above is a kernel's. */
const UPPER_HALF = 1n << 63n;
/** Borders looked at by every poll: firmware puts the pointer near the top of RAM. */
const NEAR_BORDERS = 16;
const SCAN_SIZE = 48n * 0x10_0000n;
/** Looks after which, without a pointer, the top of RAM is scanned: half a second of reading, so rarely. */
const SCAN_AT = new Set([20, 80]);

/** UEFI images, found in the firmware's list of loaded images, before their first instruction where the machine is ours from the start. */
export class EfiPlacement implements StopObserver {
  readonly #reported = new Set<string>();
  #table: DebugImageTable | undefined;
  #watch: Breakpoint | undefined;
  #seen: ReadonlySet<bigint> = new Set();
  #top: bigint | undefined;
  #looks = 0;

  constructor(
    readonly context: PlacementContext,
    readonly modules: readonly PlacedModule[],
  ) {}

  async arm(): Promise<void> {
    await this.dispose();
    this.#table = undefined;
    this.#seen = new Set();
    this.#looks = 0;
    for (const module of this.modules) this.context.program.unplace(module);
    if (!this.context.machine.launched) await this.#look(Infinity, true);
  }

  async onStop(stop: Stop): Promise<'pass' | 'mine'> {
    const watched = this.#watch !== undefined && stop.reason === 'watchpoint' && stop.hits.some(({ id }) => id === this.#watch?.id);
    if (this.#isOver() || stop.pc >= UPPER_HALF) {
      await this.dispose();
      return watched ? 'mine' : 'pass';
    }
    await this.#forgetUnloaded();
    if (this.#waiting().length > 0) await this.#look(NEAR_BORDERS, SCAN_AT.has(++this.#looks));
    return watched && stop.hits.every(({ owner }) => owner === OWNER) ? 'mine' : 'pass';
  }

  mark(): () => Promise<void> {
    const [table, seen, looks, watching] = [this.#table, this.#seen, this.#looks, this.#watch !== undefined];
    return async () => {
      this.#table = table;
      this.#seen = seen;
      this.#looks = looks;
      if (!watching) await this.dispose();
      else if (table) this.#watch ??= await this.#watchOver(table);
    };
  }

  pollMs(): number | undefined {
    return this.#table === undefined && this.#waiting().length > 0 && !this.#isOver() ? POLL_MS : undefined;
  }

  async dispose(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    if (watch) await this.context.machine.breakpoints.remove([watch]);
  }

  #waiting(): readonly PlacedModule[] {
    return this.modules.filter((module) => module.slide === undefined);
  }

  /** Once a kernel runs, the firmware's table is memory like any other. */
  #isOver(): boolean {
    const stage = this.context.program.activeStage;
    return stage !== undefined && rankOf(stage) > rankOf('loader');
  }

  async #look(borders: number, scan: boolean): Promise<void> {
    const { machine } = this.context;
    if (!this.#table) {
      this.#top ??= await topOfLowRam(machine);
      this.#table = await findAtBorders(machine.physical, this.#top, borders);
      if (!this.#table && scan) this.#table = await findByScan(machine.physical, this.#top, SCAN_SIZE);
      if (!this.#table) return;
      this.context.log(`the firmware's list of images is at ${hex(this.#table.header)}`);
    }
    const { entries, images } = await loadedImages(machine.physical, this.#table, this.#seen);
    this.#seen = entries;
    for (const image of images) await this.#offer(image);
    if (this.#waiting().length === 0) await this.dispose();
    else this.#watch ??= await this.#watchOver(this.#table);
  }

  /** The firmware counts its list of images. */
  async #watchOver({ header }: DebugImageTable): Promise<Breakpoint> {
    return this.context.machine.breakpoints.add({ kind: 'write', address: header + 4n, length: 4, owner: OWNER });
  }

  async #offer(image: LoadedEfiImage): Promise<void> {
    const { machine, program } = this.context;
    const identity = await peIdentityAt(machine.physical, image.base);
    if (!identity) return;
    for (const module of this.#waiting()) {
      const { pe } = module.carrier;
      if (!pe) continue;
      const equal = pe.timeDateStamp === identity.timeDateStamp && pe.sizeOfImage === identity.sizeOfImage && pe.entryRva === identity.entryRva;
      const slide = slideAt(module, image.base);
      if (equal && verdict(await compareWithMemory(module, machine.physical, slide), true) !== 'different') {
        program.place(module, slide, { confirmed: true });
        this.context.log(`${module.name} is at ${hex(image.base)}${image.path === undefined ? '' : `, loaded from ${image.path}`}`);
      } else if (image.path !== undefined && namesake(module, image.path)) this.#reportWrong(module, image, pe.sizeOfImage, identity.sizeOfImage);
    }
  }

  #reportWrong(module: PlacedModule, image: LoadedEfiImage, ours: number, theirs: number): void {
    const key = `${module.id}:${image.path ?? ''}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    const detail = ours === theirs ? 'time stamp, entry or code differ' : `the file takes ${ours} bytes, the one in memory ${theirs}`;
    this.context.report(failure(programErrors.wrongFile, { address: hex(image.base), file: module.carrier.path, detail, found: image.path ?? 'another image' }));
  }

  /** An application that came back to the firmware was unloaded, and may be loaded again elsewhere. */
  async #forgetUnloaded(): Promise<void> {
    for (const module of this.modules) {
      const { pe } = module.carrier;
      if (module.slide === undefined || !pe) continue;
      const there = await peIdentityAt(this.context.machine.physical, baseOf(module, module.slide));
      if (there?.timeDateStamp === pe.timeDateStamp && there.sizeOfImage === pe.sizeOfImage) continue;
      this.context.log(`${module.name} was unloaded`);
      this.context.program.unplace(module);
    }
  }
}

/** True for an image that UEFI firmware loads. */
export const isEfi = (module: PlacedModule): boolean => module.carrier.format === 'pe';

/** Linked address that the image's base has: ImageBase, or 0 for an ELF symbol file that counts from the start of the image. */
const linkedBase = ({ image, carrier }: PlacedModule): bigint => {
  if (image.format === 'pe') return image.base;
  return linkedFloor(image) >= carrier.base && carrier.base > 0n ? carrier.base : 0n;
};

const slideAt = (module: PlacedModule, base: bigint): bigint => base - linkedBase(module);
const baseOf = (module: PlacedModule, slide: bigint): bigint => slide + linkedBase(module);

const namesake = (module: PlacedModule, path: string): boolean => win32.basename(path).toLowerCase() === win32.basename(module.carrier.path.replaceAll('/', '\\')).toLowerCase();

import type { Breakpoint, Stop } from '../../machine/machine';
import type { Space } from '../../machine/space';
import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { StopObserver } from '../observer';
import { extents, slideBy } from '../placed-module';
import type { PlacedModule } from '../placed-module';
import { compareWithMemory, fileBytes, verdict, wrongFile } from './compare';
import { hex } from './context';
import type { PlacementContext } from './context';

/** Linux maps its image in this window and moves it by multiples of CONFIG_PHYSICAL_ALIGN, at least 2 MiB (arch/x86/boot/compressed/kaslr.c, Documentation/x86/x86_64/mm.rst). */
const WINDOW_START = 0xffff_ffff_8000_0000n;
const WINDOW_END = 0xffff_ffff_c000_0000n;
const STEP = 0x20_0000n;
const OWNER = 'placement:kaslr';
const POLL_MS = 300;
/** Page-table isolation keeps the user's copy of the top table one page above the kernel's (arch/x86/include/asm/pgtable.h, PTI_PGTABLE_SWITCH_BIT). */
const ISOLATION_BIT = 0x1000n;

/** True for an x86-64 Linux kernel, whose place is decided at boot. */
export const isMovableLinux = (module: PlacedModule): boolean =>
  module.image.format === 'elf' &&
  module.image.addressSize === 8 &&
  module.image.symbols.named('linux_banner').length > 0 &&
  extents(module.image).every(({ start, end }) => start >= WINDOW_START && end <= WINDOW_END);

/**
 * Every slide a Linux kernel may have, 0 (`nokaslr`) first. Throws BS306 for an image that does not fit the window.
 */
export const slots = (module: PlacedModule): readonly bigint[] => {
  let end = 0n;
  for (const extent of extents(module.image)) if (extent.end > end) end = extent.end;
  const room = WINDOW_END - end;
  if (room < 0n || !isMovableLinux(module)) throw failure(programErrors.noRoomForSlots, { file: module.image.path });
  return Array.from({ length: Number(room / STEP) + 1 }, (_, index) => BigInt(index) * STEP);
};

/**
 * A Linux kernel moved by KASLR. Under TCG a breakpoint patches nothing, so its first C function gets one in every slot and the
 * one that is hit tells the slide. Elsewhere, and when the kernel already runs, its banner is looked for in every slot.
 */
export class KaslrPlacement implements StopObserver {
  readonly #slots: readonly bigint[];
  readonly #banner: { readonly linked: bigint; readonly bytes: Uint8Array } | undefined;
  readonly #first: bigint | undefined;
  #breakpoints: readonly Breakpoint[] = [];
  #refused = false;

  constructor(
    readonly context: PlacementContext,
    readonly module: PlacedModule,
  ) {
    this.#slots = slots(module);
    const [banner] = module.image.symbols.named('linux_banner');
    const bytes = banner && fileBytes(module, banner.address, 64);
    this.#banner = bytes ? { linked: banner.address, bytes } : undefined;
    // Both exist since 2.6; the first is the earlier one (arch/x86/kernel/head64.c, init/main.c).
    const [first] = [...module.image.symbols.named('x86_64_start_kernel'), ...module.image.symbols.named('start_kernel')];
    this.#first = first?.address;
  }

  async arm(): Promise<void> {
    this.#refused = false;
    this.context.program.unplace(this.module);
    await this.dispose();
    const registers = await this.context.machine.registers();
    if (registers.paging && (await this.#search(registers.cr3))) return;
    const first = this.#first;
    if (this.context.machine.accelerator === 'kvm' || first === undefined) return;
    this.#breakpoints = await this.context.machine.breakpoints.addMany(
      this.#slots.map((slide) => ({ kind: 'execute' as const, address: slideBy(this.module, first, slide), owner: OWNER })),
    );
  }

  async onStop(stop: Stop): Promise<'pass' | 'mine'> {
    if (this.module.confirmed || this.#refused) return 'pass';
    const first = this.#first;
    const own = this.#breakpoints.filter(({ address }) => address === stop.pc);
    if (own.length > 0 && stop.reason === 'breakpoint' && first !== undefined) {
      const found = await this.#tryAt(await this.context.machine.currentSpace(stop.vcpu), stop.pc - first, [first]);
      if (!found) await this.#drop(own);
      return stop.hits.every(({ owner }) => owner === OWNER) ? 'mine' : 'pass';
    }
    if (stop.pc < WINDOW_START && this.#breakpoints.length > 0) return 'pass';
    const found = stop.cr3 !== 0n && (await this.#search(stop.cr3));
    if (!found && stop.pc >= WINDOW_START && stop.pc < WINDOW_END) await this.#refuse(stop);
    return 'pass';
  }

  mark(): () => Promise<void> {
    const addresses = this.#breakpoints.map(({ address }) => address);
    const refused = this.#refused;
    return async () => {
      this.#refused = refused;
      const known = new Set(this.#breakpoints.map(({ address }) => address));
      const missing = addresses.filter((address) => !known.has(address));
      if (addresses.length === 0) await this.dispose();
      else if (missing.length > 0) this.#breakpoints = [...this.#breakpoints, ...(await this.context.machine.breakpoints.addMany(missing.map((address) => ({ kind: 'execute' as const, address, owner: OWNER }))))];
    };
  }

  pollMs(): number | undefined {
    return this.module.confirmed || this.#refused || this.#breakpoints.length > 0 ? undefined : POLL_MS;
  }

  async dispose(): Promise<void> {
    await this.#drop(this.#breakpoints);
  }

  async #search(cr3: bigint): Promise<boolean> {
    const banner = this.#banner;
    if (!banner) return false;
    for (const root of new Set([cr3, cr3 & ~ISOLATION_BIT])) {
      const space = this.context.machine.spaceOf(root);
      const wanted = this.#slots.map((slide) => ({ address: slideBy(this.module, banner.linked, slide), length: banner.bytes.length }));
      const found = await space.readMany(wanted);
      for (const [index, slide] of this.#slots.entries()) {
        const bytes = found[index];
        if (bytes && Buffer.compare(bytes, banner.bytes) === 0 && (await this.#tryAt(space, slide))) return true;
      }
    }
    return false;
  }

  async #tryAt(space: Space, slide: bigint, near: readonly bigint[] = []): Promise<boolean> {
    if (verdict(await compareWithMemory(this.module, space, slide, near)) !== 'same') return false;
    await this.dispose();
    this.context.program.place(this.module, slide, { confirmed: true });
    this.context.log(`${this.module.name} is moved by ${hex(slide)} (KASLR)`);
    return true;
  }

  async #drop(gone: readonly Breakpoint[]): Promise<void> {
    if (gone.length === 0) return;
    this.#breakpoints = this.#breakpoints.filter((breakpoint) => !gone.includes(breakpoint));
    await this.context.machine.breakpoints.remove(gone);
  }

  /** Code runs in the window, and no slot holds this kernel. */
  async #refuse(stop: Stop): Promise<void> {
    this.#refused = true;
    await this.dispose();
    this.context.report(wrongFile(this.module, stop.pc, { compared: 0, equal: 0 }, 'its banner is in none of the places such a kernel can have'));
  }
}

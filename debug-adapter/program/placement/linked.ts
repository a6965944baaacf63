import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Stop } from '../../machine/machine';
import type { StopObserver } from '../observer';
import { coverage, linkedFloor, slideBy, unslideBy } from '../placed-module';
import type { PlacedModule } from '../placed-module';
import { compareWithMemory, verdict, wrongFile } from './compare';
import type { Comparison } from './compare';
import { hex } from './context';
import type { PlacementContext } from './context';

const UPPER_HALF = 1n << 63n;

/**
 * Images whose place is known beforehand: at their linked address, at a number, or at a symbol of another image. They have it from the
 * start, so that breakpoints lie there before the code is loaded, and are confirmed by their bytes once memory holds them.
 */
export class LinkedPlacement implements StopObserver {
  readonly #modules: readonly PlacedModule[];
  readonly #refused = new Set<PlacedModule>();

  constructor(
    readonly context: PlacementContext,
    modules: readonly PlacedModule[],
  ) {
    this.#modules = modules;
  }

  arm(): Promise<void> {
    this.#refused.clear();
    for (const module of this.#modules) {
      const slide = this.#slideFor(module);
      if (slide === undefined) this.context.program.unplace(module);
      else this.context.program.place(module, slide, { confirmed: false });
    }
    return Promise.resolve();
  }

  async onStop(stop: Stop): Promise<'pass' | 'mine'> {
    let foreign = false;
    for (const module of this.#modules) {
      if (module.confirmed || this.#refused.has(module)) continue;
      if (module.slide === undefined) {
        const slide = this.#slideFor(module);
        if (slide === undefined) continue;
        this.context.program.place(module, slide);
      }
      if (await this.#look(module, stop)) foreign = true;
    }
    return foreign && stop.reason === 'breakpoint' ? 'mine' : 'pass';
  }

  mark(): () => Promise<void> {
    const refused = [...this.#refused];
    return () => {
      this.#refused.clear();
      for (const module of refused) this.#refused.add(module);
      return Promise.resolve();
    };
  }

  pollMs(): undefined {
    return undefined;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** Confirms or refuses a module; true: the stop is at its address in somebody else's code. */
  async #look(module: PlacedModule, stop: Stop): Promise<boolean> {
    const { machine, program } = this.context;
    const slide = module.slide;
    if (slide === undefined) return false;
    const linkedPc = unslideBy(module, stop.pc, slide);
    const inside = coverage(module.image, linkedPc) === 'code';
    const found = await compareWithMemory(module, await machine.currentSpace(stop.vcpu), slide, inside ? [linkedPc] : []);
    const answer = verdict(found);
    module.absent = answer === 'different' && inside && stop.pc < UPPER_HALF;
    if (answer === 'same') {
      program.place(module, slide, { confirmed: true });
      this.context.log(`${module.name} is at ${hex(slideBy(module, module.image.entry, slide))} (entry), as linked`);
      return false;
    }
    if (answer !== 'different' || !inside) return false;
    if (stop.pc >= UPPER_HALF) {
      this.#refuse(module, stop.pc, found);
      return false;
    }
    // Below the upper half the firmware or a loader may run where the image will be loaded later.
    return true;
  }

  #refuse(module: PlacedModule, pc: bigint, found: Comparison): void {
    this.#refused.add(module);
    this.context.program.unplace(module);
    this.context.report(wrongFile(module, pc, found));
  }

  #slideFor(module: PlacedModule): bigint | undefined {
    const { at } = module;
    if (typeof at === 'number') return BigInt(at) - linkedFloor(module.image);
    if (typeof at === 'string') return 0n;
    return this.#symbolAddress(module, at.symbol, linkedFloor(module.image));
  }

  #symbolAddress(module: PlacedModule, name: string, floor: bigint): bigint | undefined {
    const { program, report } = this.context;
    let defined = false;
    for (const other of program.modules) {
      const [symbol] = other === module ? [] : other.image.symbols.named(name);
      if (!symbol) continue;
      defined = true;
      if (other.slide !== undefined) return program.toRuntime(other, symbol.address) - floor;
    }
    if (!defined) {
      this.#refused.add(module);
      report(failure(programErrors.noSuchSymbol, { file: module.image.path, symbol: name }));
    }
    return undefined;
  }
}

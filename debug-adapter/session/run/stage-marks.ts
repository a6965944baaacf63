import type { StageSymbol } from '../../../boot/stages';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import type { PlacedModule } from '../../program/placed-module';
import { runtimeOf } from '../../program/placed-module';
import type { PlacedProgram } from '../../program/placed-program';
import { rootOf } from '../../program/placed-program';
import type { StageTracker } from '../../program/stages';
import type { StopJudge } from './stop-report';

const owner = 'stage-marks';

interface Host {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly stages: StageTracker;
  /** What the chain, as it is known now, calls first in each stage. */
  stageSymbols(): readonly StageSymbol[];
}

/**
 * Enters the stages that begin inside the kernel without a word on the console: a breakpoint at the function of each such
 * stage, taken away at its first hit. The machine runs on at once.
 */
export class StageMarks implements StopJudge {
  readonly #host: Host;
  readonly #unlisten: () => void;
  readonly #seen = new Set<StageSymbol>();
  #wanted: readonly StageSymbol[] = [];
  #places = new Map<bigint, StageSymbol>();
  #set: readonly Breakpoint[] = [];
  #dirty = true;

  constructor(host: Host) {
    this.#host = host;
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  async sync(): Promise<void> {
    const { machine, program } = this.#host;
    const wanted = this.#host.stageSymbols();
    if (wanted !== this.#wanted) this.#dirty = true;
    if (!this.#dirty || machine.vcpus.length === 0) return;
    this.#dirty = false;
    this.#wanted = wanted;
    const places = new Map<bigint, StageSymbol>();
    for (const module of program.modulesOf('kernel')) {
      for (const symbol of wanted) if (!this.#seen.has(symbol)) for (const address of addressesOf(module, symbol)) places.set(address, symbol);
    }
    this.#places = places;
    if (this.#set.length > 0) await machine.breakpoints.remove(this.#set);
    this.#set = await machine.breakpoints.addMany([...places.keys()].map((address) => ({ kind: 'execute' as const, address, owner })));
  }

  async onStop(stop: Stop): Promise<'mine' | undefined> {
    if (!stop.hits.some((hit) => hit.owner === owner)) return undefined;
    const symbol = this.#places.get(stop.pc);
    const { cpl } = await this.#host.machine.registers(stop.vcpu);
    // The same address in a process is other code.
    if (symbol === undefined || cpl !== 0) return 'mine';
    this.#seen.add(symbol);
    this.#dirty = true;
    this.#host.stages.enter(symbol.stage, { kind: 'breakpoint', text: `${symbol.name} is called` }, `0x${rootOf(stop.cr3).toString(16)}`);
    return 'mine';
  }

  onReset(): Promise<void> {
    this.#seen.clear();
    this.#dirty = true;
    return Promise.resolve();
  }

  dispose(): void {
    this.#unlisten();
  }
}

/** Runtime addresses. The symbol table suffices; debug information is asked only for what compilers inline. */
const addressesOf = (module: PlacedModule, { name, inlined }: StageSymbol): bigint[] => {
  if (module.slide === undefined) return [];
  const symbols = module.image.symbols.named(name).filter(({ kind }) => kind !== 'object');
  const linked =
    symbols.length > 0 || inlined !== true
      ? symbols.map(({ address }) => address)
      : module.image.debugInfo.functionsNamed(name).flatMap((found) => found.entry ?? found.inlinedInstances().map(({ entry }) => entry));
  return linked.map((address) => runtimeOf(module, address)).filter((address) => address !== undefined);
};

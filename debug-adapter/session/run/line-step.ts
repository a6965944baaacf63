import { innermost } from '../../inspect/stack/unwind';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';
import { endsStep, linePlaceOf } from './line-range';
import type { LinePlace } from './line-range';
import { StepThrough } from './stepping';
import type { Move, StepPlan } from './stop-report';

const owner = 'step';
const rootMask = 0x000f_ffff_ffff_f000n;
/** Beyond so many statements a function is stepped through, since each breakpoint is a request. */
const mostStatements = 2000;

/** What makes a hit the end of the step: the same call, or the one that called it. */
interface Call {
  readonly root: bigint;
  /** Canonical frame address of the call that is stepped in. */
  readonly cfa: bigint;
  readonly returnTo: bigint | undefined;
}

/**
 * `next` by breakpoints: one at every statement of the function at which the step would end, and one behind its call. What the line
 * calls, and every loop in it, runs at full speed: the machine stops once. Recursion, interrupts and other threads in the same function
 * are told by the frame. Where there is no frame information, or breakpoints are few (KVM), `StepThrough` does the work.
 */
export class StepByLines implements StepPlan {
  readonly vcpu: Stop['vcpu'];
  readonly #machine: Machine;
  readonly #program: SymbolicProgram;
  #set: readonly Breakpoint[] = [];
  #call: Call | undefined;
  #instead: StepThrough | undefined;

  constructor(machine: Machine, program: SymbolicProgram, vcpu: Stop['vcpu']) {
    this.#machine = machine;
    this.#program = program;
    this.vcpu = vcpu;
  }

  async start(): Promise<Move> {
    const addresses = this.#machine.accelerator === 'kvm' ? undefined : await this.#prepare();
    if (!addresses) {
      this.#instead = new StepThrough(this.#machine, this.#program, this.vcpu, 'over', 'line');
      return this.#instead.start();
    }
    this.#set = await this.#machine.breakpoints.addMany(addresses.map((address) => ({ kind: 'execute' as const, address, owner })));
    return 'resume';
  }

  async next(stop: Stop): Promise<Move> {
    if (this.#instead) return this.#instead.next(stop);
    return (await this.#isEnd(stop)) ? { done: { reason: 'step' } } : 'resume';
  }

  async dispose(): Promise<void> {
    const set = this.#set;
    this.#set = [];
    await this.#instead?.dispose();
    if (set.length > 0) await this.#machine.breakpoints.remove(set);
  }

  async #isEnd(stop: Stop): Promise<boolean> {
    const call = this.#call;
    if (!call || !this.#set.some(({ address }) => address === stop.pc)) return false;
    const registers = await this.#machine.registers(stop.vcpu);
    if ((registers.cr3 & rootMask) !== call.root) return false;
    if (stop.pc === call.returnTo && registers.sp === call.cfa) return true;
    const here = await innermost(this.#program, this.#machine, stop.vcpu);
    return (await here?.cfa()) === call.cfa;
  }

  /** Where to stop; undefined where lines or frames are not known. */
  async #prepare(): Promise<readonly bigint[] | undefined> {
    const here = await innermost(this.#program, this.#machine, this.vcpu);
    const origin = here && linePlaceOf(this.#program, here.place);
    const cfa = await here?.cfa();
    if (!here || !origin?.row || cfa === undefined) return undefined;
    const statements = this.#statements(origin, here.place.scopes.at(-1)?.ranges ?? []);
    if (!statements) return undefined;
    const caller = await here.caller();
    const returnTo = 'pc' in caller ? caller.pc : undefined;
    // A function that nothing is known to have called may still return: its `ret` has to be stepped.
    if (returnTo === undefined) return undefined;
    this.#call = { root: here.cr3 & rootMask, cfa, returnTo };
    return [...new Set([...statements, returnTo])];
  }

  #statements(origin: LinePlace, ranges: readonly { readonly start: bigint; readonly end: bigint }[]): readonly bigint[] | undefined {
    const { module } = origin;
    const { debugInfo } = module.image;
    const rows = ranges.flatMap(({ start, end }) => debugInfo.lineRows(start, end)).filter(({ isStatement, line }) => isStatement && line !== 0);
    if (rows.length > mostStatements) return undefined;
    const found: bigint[] = [];
    for (const address of new Set(rows.map((row) => row.address))) {
      const runtime = this.#program.toRuntime(module, address);
      const line = debugInfo.lineAt(address);
      const place = linePlaceOf(this.#program, { address: runtime, module, scopes: debugInfo.scopesAt(address), ...(line ? { line } : {}) });
      if (place && endsStep(place, origin, 'over')) found.push(runtime);
    }
    return found;
  }
}

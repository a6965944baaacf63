import type { Activation } from '../../inspect/stack/activation';
import { followsCall } from '../../inspect/stack/calls';
import { cfaByCode, frameDepthsOf } from '../../inspect/stack/frame-by-code';
import { innermostCall } from '../../inspect/stack/unwind';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';
import { endsStep, linePlaceOf } from './line-range';
import type { LinePlace } from './line-range';
import { StepThrough } from './stepping';
import type { Move, StepPlan } from './stop-report';
import { wordAt } from './words';

const owner = 'step';
const rootMask = 0x000f_ffff_ffff_f000n;
/** Beyond so many statements a function is stepped through, since each breakpoint is a request. */
const mostStatements = 2000;

/** What makes a hit the end of the step: the same call, or the one that called it. */
interface Call {
  readonly root: bigint;
  /** Canonical frame address of the call that is stepped in. */
  readonly cfa: bigint;
  readonly returnTo: bigint;
}

/**
 * `next` by breakpoints: one at every statement of the function at which the step would end, and one behind its call. What the line
 * calls, and every loop in it, runs at full speed: the machine stops once. Recursion, interrupts and other threads in the same function
 * are told by the frame, which the function's code tells where there is no call frame information. Where neither does, or breakpoints are few
 * (KVM), `StepThrough` does the work.
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
    const here = await innermostCall(this.#program, this.#machine, stop.vcpu);
    return here !== undefined && (await cfaOf(here)) === call.cfa;
  }

  /** Where to stop; undefined where lines or frames are not known. */
  async #prepare(): Promise<readonly bigint[] | undefined> {
    const here = await innermostCall(this.#program, this.#machine, this.vcpu);
    const origin = here && linePlaceOf(this.#program, here.place);
    if (!here || !origin?.row) return undefined;
    const statements = this.#statements(origin, here.place.scopes.at(-1)?.ranges ?? []);
    if (!statements || !this.#haveFrames(here, statements)) return undefined;
    const cfa = await cfaOf(here);
    // A function that nothing is known to have called may still return: its `ret` has to be stepped.
    const returnTo = cfa === undefined ? undefined : await this.#callerOf(here, cfa);
    if (cfa === undefined || returnTo === undefined) return undefined;
    this.#call = { root: here.cr3 & rootMask, cfa, returnTo };
    return [...new Set([...statements, returnTo])];
  }

  /** True when a hit at each of these places can be told by its frame. */
  #haveFrames(here: Activation, statements: readonly bigint[]): boolean {
    const { module, row, place } = here;
    const scope = place.scopes.at(-1);
    if (row) return true;
    if (!module || !scope) return false;
    const depths = frameDepthsOf(module.image, scope);
    return statements.every((address) => depths.has(this.#program.toLinked(module, address)));
  }

  async #callerOf(here: Activation, cfa: bigint): Promise<bigint | undefined> {
    if (here.row) {
      const caller = await here.caller();
      return 'pc' in caller ? caller.pc : undefined;
    }
    const pc = await wordAt(here.space, cfa - 8n, 8);
    return pc !== undefined && this.#program.moduleAt(pc - 1n, { cr3: here.cr3 }) && (await followsCall({ pc, code: here.code })) ? pc : undefined;
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

const cfaOf = async (call: Activation): Promise<bigint | undefined> => (call.row ? call.cfa() : cfaByCode(call));

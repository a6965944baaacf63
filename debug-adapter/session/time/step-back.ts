import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import { decode } from '../../inspect/instructions';
import type { Frame } from '../../inspect/stack/frame';
import type { Machine, Stop, Vcpu } from '../../machine/machine';
import { rootOf } from '../../program/placed-program';
import type { SymbolicProgram } from '../../program/program';
import { FrameList } from '../inspection/frames';
import type { Inspector } from '../inspection/inspector';
import { isWithin, linePlaceOf, startsStatement } from '../run/line-range';
import type { LinePlace } from '../run/line-range';
import type { Granularity } from '../run/stepping';
import type { Moment, Saved } from './checkpoints';
import type { Armed, Hit, Position } from './rerun';
import type { Back, Found, Search } from './reverse';

export interface StepsBackHost {
  readonly machine: Machine;
  readonly program: SymbolicProgram;
  readonly inspector: Inspector;
  readonly back: Back;
}

/** Breakpoints that one function may take; a longer one is gone back in by lines only. */
const mostBreakpoints = 4096;
/** A frame is not larger than this, so that a checkpoint inside one is known as such. */
const largestFrame = 0x1_0000n;

/** One call of a function: where it starts, and what tells this call from others of the same function. */
interface Call {
  readonly entry: bigint;
  /** Where the body begins: the prologue before it is no line to go back to. */
  readonly body: bigint;
  readonly cfa: bigint;
  readonly root: bigint;
  readonly ranges: readonly { readonly start: bigint; readonly end: bigint }[];
  /** Bytes of a return address. */
  readonly word: bigint;
  readonly name: string;
}

/** A place of the call that the guest came by. */
interface Passed {
  readonly at: Position | Saved;
  readonly place: LinePlace | undefined;
}

/** Stepping back within a call and into its caller, and to the entry of a frame. Calls of other functions are gone over. */
export class StepsBack {
  readonly #host: StepsBackHost;

  constructor(host: StepsBackHost) {
    this.#host = host;
  }

  /** One line or instruction back. Throws BS380, BS383, BS386 before anything has moved. */
  async step(vcpu: Vcpu, granularity: Granularity): Promise<void> {
    const list = this.#host.inspector.framesOf(vcpu);
    const frame = await list.at(0);
    const call = frame && (await this.#callOf(frame));
    if (!call) throw failure(timeErrors.noFrame, { what: 'stepping back', detail: 'the frame has no function with debug information' });
    const caller = await this.#callerOf(list, frame);
    const origin = linePlaceOf(this.#host.program, frame.place);
    await this.#host.back.go('Stepping back', async (search) => {
      const own = await this.#before(search, call, granularity, granularity === 'line' ? origin : undefined);
      const found = own ?? (caller && (await this.#before(search, caller, granularity, undefined)));
      return found && { at: found, report: { reason: 'step' } };
    }, 'an earlier place');
  }

  /** To the first instruction of a frame's function. Throws BS380, BS383, BS386. */
  async toEntry(vcpu: Vcpu, frame: Frame): Promise<void> {
    const call = await this.#callOf(frame);
    if (!call || vcpu.id !== this.#host.machine.current.id) throw failure(timeErrors.noFrame, { what: 'restarting the frame', detail: `${frame.name} is no function with debug information on the vCPU that stopped` });
    await this.#host.back.go(`Going back to the start of ${call.name}`, async (search) => {
      const entry = await this.#entryOf(search, call);
      return entry && !entry.inside ? { at: entry.at, report: { reason: 'step', description: `At the start of ${call.name}` } } : undefined;
    }, `the call of ${call.name}`);
  }

  /** The last place of a call before now. */
  async #before(search: Search, call: Call, granularity: Granularity, origin: LinePlace | undefined): Promise<Position | Saved | undefined> {
    // The same place on the stack may have held an earlier call, which is not this one.
    if (search.end.pc === call.entry) return undefined;
    const entry = await this.#entryOf(search, call);
    if (!entry) return undefined;
    const { saved, until } = await this.#saveAt(search, entry, search.end);
    const passed = await this.#passed(search, saved, until, call, this.#statements(call, origin?.inlined ?? []));
    const target = granularity === 'instruction' ? passed.at(-1) : lineBefore(passed, origin);
    // No statement begins where a breakpoint by name stops behind a prologue, and yet the user has seen the call there.
    if (granularity === 'line') return target?.at ?? (entry.inside && !isAt(saved, search.end) ? saved : undefined);
    const from = target ? (await this.#saveAt(search, { at: target.at, inside: true }, search.end)).saved : saved;
    const instructions = await this.#passed(search, from, until, call, await this.#instructions(call));
    return instructions.at(-1)?.at ?? (from.pc === search.end.pc ? undefined : from);
  }

  /** A checkpoint at a place found, so that what follows is counted from there. */
  async #saveAt({ rerun }: Search, { at }: Entry, until: Moment): Promise<{ readonly saved: Saved; readonly until: Moment }> {
    if ('state' in at) return { saved: at, until };
    const { stop } = await rerun.reach(at);
    return { saved: await this.#host.back.host.travel.between(stop), until };
  }

  /** Where the call began; or, when that is before what can be run again, the checkpoint inside it. */
  async #entryOf(search: Search, call: Call): Promise<Entry | undefined> {
    const { back } = this.#host;
    for (const { from, until, empty } of back.stretches(search)) {
      const last = empty ? undefined : await back.lastHit(search, from, until, [{ kind: 'execute', address: call.entry }], async (hit) => ((await this.#isEntry(hit.stop, call)) ? { reason: 'step' } : undefined));
      if (last) return { at: last.at, inside: false };
      const same = rootOf(from.stop.cr3) === call.root;
      if (same && from.pc === call.entry && from.sp + call.word === call.cfa) return { at: from, inside: false };
      if (same && inRanges(call, from.pc) && from.sp < call.cfa && from.sp + largestFrame > call.cfa) return { at: from, inside: true };
      back.mustGoOn(from);
    }
    return undefined;
  }

  async #isEntry(stop: Stop, call: Call): Promise<boolean> {
    if (stop.pc !== call.entry || rootOf(stop.cr3) !== call.root) return false;
    return (await this.#host.machine.registers(stop.vcpu)).sp + call.word === call.cfa;
  }

  /** Every one of these places that the call came by, in order. */
  async #passed(search: Search, from: Saved, until: Moment, call: Call, addresses: readonly bigint[]): Promise<readonly Passed[]> {
    const passed: Passed[] = [];
    const { back, program } = this.#host;
    const arm: Armed[] = addresses.map((address) => ({ kind: 'execute', address }));
    const wanted = new Set(addresses);
    if (isAt(from, until)) return passed;
    const placeAt = (pc: bigint, cr3: bigint): LinePlace | undefined => linePlaceOf(program, program.placeOf(pc, { cr3 }));
    // The run begins behind the place where it starts, which a call that had begun already came by too.
    if (wanted.has(from.pc) && rootOf(from.stop.cr3) === call.root && from.sp < call.cfa) passed.push({ at: from, place: placeAt(from.pc, from.stop.cr3) });
    await search.rerun.through(from, arm, until, async (hit: Hit) => {
      const { stop } = hit;
      if (!wanted.has(stop.pc) || !(await this.#isInCall(stop, call))) return 'on';
      passed.push({ at: await back.positionOf(hit, arm), place: placeAt(stop.pc, stop.cr3) });
      return 'on';
    });
    return passed;
  }

  async #isInCall(stop: Stop, call: Call): Promise<boolean> {
    const { machine, program } = this.#host;
    if (rootOf(stop.cr3) !== call.root || (await machine.registers(stop.vcpu)).sp >= call.cfa) return false;
    return (await (await FrameList.ofVcpu(program, machine, stop.vcpu).at(0))?.cfa()) === call.cfa;
  }

  /** Addresses where the statements of a function start. Code that is inlined deeper than `outer` is gone over, as a call is. */
  #statements(call: Call, outer: readonly string[]): readonly bigint[] {
    const { program } = this.#host;
    const module = program.moduleAt(call.entry, { cr3: call.root });
    if (!module) return [];
    const starts = call.ranges.flatMap(({ start, end }) => module.image.debugInfo.lineRows(program.toLinked(module, start), program.toLinked(module, end)));
    const isOwn = (address: bigint): boolean => {
      if (address >= call.entry && address < call.body) return false;
      const place = linePlaceOf(program, program.placeOf(address, { cr3: call.root }));
      return place !== undefined && !(place.inlined.length > outer.length && isWithin(place.inlined, outer));
    };
    const addresses = new Set(starts.filter(({ isStatement, line }) => isStatement && line !== 0).map(({ address }) => program.toRuntime(module, address)));
    return [...addresses].filter(isOwn).slice(0, mostBreakpoints);
  }

  async #instructions(call: Call): Promise<readonly bigint[]> {
    const { machine } = this.#host;
    const [{ bits }, space] = await Promise.all([machine.registers(), machine.currentSpace()]);
    const addresses: bigint[] = [];
    for (const { start, end } of call.ranges) for (const { address } of decode(await space.readSome(start, Number(end - start)), start, bits)) addresses.push(address);
    if (addresses.length > mostBreakpoints) throw failure(timeErrors.noFrame, { what: 'stepping back by instructions', detail: `${call.name} has ${addresses.length} of them` });
    return addresses;
  }

  async #callOf(frame: Frame): Promise<Call | undefined> {
    const { program, machine } = this.#host;
    const { module, place } = frame;
    const concrete = place.scopes.at(-1)?.function;
    const cfa = await frame.cfa();
    if (!module || concrete?.entry === undefined || cfa === undefined) return undefined;
    const { cr3, bits } = await machine.registers();
    return {
      entry: program.toRuntime(module, concrete.entry),
      body: program.toRuntime(module, concrete.afterPrologue ?? concrete.entry),
      cfa,
      root: rootOf(cr3),
      ranges: concrete.ranges.map(({ start, end }) => ({ start: program.toRuntime(module, start), end: program.toRuntime(module, end) })),
      word: bits === 64 ? 8n : 4n,
      name: concrete.qualifiedName || concrete.name,
    };
  }

  /** The call that the innermost one was made from. */
  async #callerOf(list: FrameList, innermost: Frame): Promise<Call | undefined> {
    for (let index = 1; ; index++) {
      const frame = await list.at(index);
      if (!frame) return undefined;
      if (frame.activation !== innermost.activation) return frame.interrupted ? undefined : this.#callOf(frame);
    }
  }
}

/** Where a call began. `inside`: it had begun already. */
interface Entry {
  readonly at: Found['at'];
  readonly inside: boolean;
}

const isAt = (one: Moment, other: Moment): boolean => one.pc === other.pc && one.fingerprint === other.fingerprint;
const inRanges = ({ ranges }: Call, pc: bigint): boolean => ranges.some(({ start, end }) => pc >= start && pc < end);

/** The beginning of the line before; in the middle of a line, the beginning of that line. */
const lineBefore = (passed: readonly Passed[], origin: LinePlace | undefined): Passed | undefined => {
  const same = (a: LinePlace | undefined, b: LinePlace | undefined): boolean =>
    a?.row?.line === b?.row?.line && a?.row?.file === b?.row?.file && a?.inlined.length === b?.inlined.length;
  const groupAt = (last: number): number => {
    let first = last;
    while (first > 0 && same(passed[first - 1]?.place, passed[last]?.place)) first--;
    return first;
  };
  let last = passed.length - 1;
  if (origin && last >= 0 && same(passed[last]?.place, origin)) {
    const first = groupAt(last);
    if (!startsStatement(origin)) return passed[first];
    last = first - 1;
  }
  return last < 0 ? undefined : passed[groupAt(last)];
};

import type { StageId, StageInfo, StagesAnswer } from '../api';
import { shownLine, stripTerminalControl } from '../../boot/serial-text';
import type { Machine, Stop } from '../machine/machine';
import type { StopObserver } from './observer';
import { coverage, linkedOf } from './placed-module';
import type { PlacedModule } from './placed-module';
import { rootOf } from './placed-program';
import type { PlacedProgram } from './placed-program';
import { isStageId, rankOf } from './stage-order';

export interface StageOptions {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  /** The stage that a plain line of the console shows to have begun. */
  readonly stageOfLine?: (line: string) => StageId | undefined;
  /** What the chain calls its stages; an id without a name stands for itself. */
  readonly names?: () => Partial<Record<StageId, string>>;
  /** Milliseconds since the machine was started or joined. */
  readonly now?: () => number;
}

export type StageEvidence = StageInfo['evidence'][number];

interface Entered {
  readonly enteredMs: number;
  leftMs?: number;
  space?: string;
  readonly evidence: StageEvidence[];
}

const UPPER_HALF = 1n << 63n;
/** 32-bit kernels are linked above this: Linux from 2 or 3 GiB on, FreeBSD i386 before its 4/4 split from 3 GiB. */
const UPPER_HALF_32 = 0x8000_0000n;
const SETUP_MAGIC = Buffer.from('HdrS');
const LONGEST_LINE = 4096;
const MOST_EVIDENCE = 8;
const PROMPT = /[:>?#$%] ?$/;

/** Which stage the boot is in, by evidence: code that stops, serial lines, the mode of the processor. Stages only go forward until a reset. */
export class StageTracker implements StopObserver {
  readonly #machine: Machine;
  readonly #program: PlacedProgram;
  readonly #stageOfLine: (line: string) => StageId | undefined;
  readonly #names: () => Partial<Record<StageId, string>>;
  readonly #now: () => number;
  readonly #entered = new Map<StageId, Entered>();
  /** What the console has said of a line that has not ended. */
  #line = '';
  readonly #listeners = new Set<(stage: StageInfo) => void>();
  #current: StageId | undefined;

  constructor({ machine, program, stageOfLine = () => undefined, names = () => ({}), now }: StageOptions) {
    this.#machine = machine;
    this.#program = program;
    this.#stageOfLine = stageOfLine;
    this.#names = names;
    const start = performance.now();
    this.#now = now ?? (() => performance.now() - start);
  }

  get current(): StageId | undefined {
    return this.#current;
  }

  /** Milliseconds since the machine was started or joined: the clock of all that is told of stages. */
  get nowMs(): number {
    return this.#now();
  }

  /** Called when a stage is entered. Returns the way to stop listening. */
  onEntered(listener: (stage: StageInfo) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  arm(): Promise<void> {
    this.#entered.clear();
    this.#line = '';
    this.#current = undefined;
    this.#program.setActiveStage(undefined);
    if (this.#machine.launched) this.enter('firmware', { kind: 'memory', text: 'the machine starts at its reset vector' });
    return Promise.resolve();
  }

  mark(): () => Promise<void> {
    const entered = [...this.#entered].map(([id, one]) => [id, { ...one, evidence: [...one.evidence] }] as const);
    const line = this.#line;
    const current = this.#current;
    return () => {
      this.#entered.clear();
      for (const [id, one] of entered) this.#entered.set(id, { ...one, evidence: [...one.evidence] });
      this.#line = line;
      this.#current = current;
      this.#program.setActiveStage(current);
      return Promise.resolve();
    };
  }

  async onStop(stop: Stop): Promise<'pass'> {
    const registers = await this.#machine.registers(stop.vcpu);
    const space = registers.paging ? `0x${rootOf(stop.cr3).toString(16)}` : undefined;
    const module = this.#moduleRunning(stop);
    if (module && isStageId(module.stage)) {
      const place = this.#program.placeOf(stop.pc, { cr3: stop.cr3 });
      const where = place.scopes[0]?.function.name ?? place.symbol?.name ?? `0x${stop.pc.toString(16)}`;
      const at = place.line;
      const source = at && at.line > 0 ? { source: { path: at.file, line: at.line } } : {};
      this.enter(module.stage, { kind: 'breakpoint', text: `stopped in ${where} of ${module.name}`, ...source }, space);
    } else if (registers.paging && registers.cpl === 0 && (stop.pc >= UPPER_HALF || (registers.bits === 32 && stop.pc >= UPPER_HALF_32))) {
      this.enter('kernel', { kind: 'memory', text: `privileged code runs at 0x${stop.pc.toString(16)}` }, space);
    } else if (registers.mode === 'real' && this.#isAhead('loader') && (await this.#isLinuxSetup(registers.get('cs') ?? 0n))) {
      this.enter('loader', { kind: 'memory', text: `the setup code of a Linux kernel runs at 0x${stop.pc.toString(16)}` });
    } else if (registers.paging && registers.cpl === 3 && this.#current === 'kernel') {
      this.enter('init', { kind: 'memory', text: `user code runs at 0x${stop.pc.toString(16)}` }, space);
    }
    return 'pass';
  }

  pollMs(): undefined {
    return undefined;
  }

  dispose(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** Takes a piece of what the console says: a line counts once it is complete, or when it waits as a prompt does (`login: `). */
  onConsole(bytes: Uint8Array, atMs: number = this.#now()): void {
    const lines = (this.#line + Buffer.from(bytes).toString('latin1')).split(/\r*\n/);
    const last = lines.pop() ?? '';
    this.#line = last.slice(-LONGEST_LINE);
    if (PROMPT.test(last)) lines.push(last);
    for (const line of lines) {
      const plain = shownLine(stripTerminalControl(line.slice(0, LONGEST_LINE))).trim();
      const stage = plain === '' ? undefined : this.#stageOfLine(plain);
      if (stage !== undefined) this.enter(stage, { kind: 'serial', text: plain }, undefined, atMs);
    }
  }

  /** Notes that a stage runs; ignored when the boot is already past it. More evidence for the current stage is kept with it. */
  enter(stage: StageId, evidence: StageEvidence, space?: string, atMs: number = this.#now()): void {
    const known = this.#entered.get(stage);
    if (known) {
      if (space !== undefined) known.space ??= space;
      if (known.evidence.length < MOST_EVIDENCE && !known.evidence.some(({ kind }) => kind === evidence.kind)) known.evidence.push(evidence);
      return;
    }
    if (!this.#isAhead(stage)) return;
    const left = this.#current && this.#entered.get(this.#current);
    if (left) left.leftMs = atMs;
    this.#entered.set(stage, { enteredMs: atMs, evidence: [evidence], ...(space === undefined ? {} : { space }) });
    this.#current = stage;
    this.#program.setActiveStage(stage);
    const info = this.#infoOf(stage);
    for (const listener of this.#listeners) listener(info);
  }

  /** Body of `bootscope/stages`: every stage that the chain or an image knows, in the order of a boot. */
  answer(): StagesAnswer {
    const ids = new Set<StageId>(this.#entered.keys());
    for (const id of Object.keys(this.#names())) if (isStageId(id)) ids.add(id);
    for (const { stage } of this.#program.modules) if (isStageId(stage)) ids.add(stage);
    const order = [...ids].sort((a, b) => rankOf(a) - rankOf(b) || (this.#entered.get(a)?.enteredMs ?? Infinity) - (this.#entered.get(b)?.enteredMs ?? Infinity));
    return { current: this.#current ?? null, stages: order.map((id) => this.#infoOf(id)) };
  }

  #infoOf(id: StageId): StageInfo {
    const entered = this.#entered.get(id);
    const name = this.#names()[id] ?? id;
    if (!entered) return { id, name, evidence: [] };
    const { enteredMs, leftMs, space, evidence } = entered;
    return { id, name, enteredMs, ...(leftMs === undefined ? {} : { leftMs }), ...(space === undefined ? {} : { space }), evidence: [...evidence] };
  }

  #isAhead(stage: StageId): boolean {
    if (this.#entered.has(stage)) return false;
    return this.#current === undefined || rankOf(stage) >= rankOf(this.#current);
  }

  /**
   * True in the real-mode code at the front of a kernel's file: its header says `HdrS` at 0x202 (Documentation/arch/x86/boot.rst). It is entered 0x200 behind its
   * start, and counts from there until it has made CS equal to DS (arch/x86/boot/header.S).
   */
  async #isLinuxSetup(cs: bigint): Promise<boolean> {
    const found = await this.#machine.physical.readMany([0x2n, 0x202n].map((offset) => ({ address: (cs << 4n) + offset, length: SETUP_MAGIC.length })));
    return found.some((bytes) => bytes !== undefined && SETUP_MAGIC.equals(bytes));
  }

  /** The placed image that runs at a stop: its bytes were seen, or the address space is its own. */
  #moduleRunning(stop: Stop): PlacedModule | undefined {
    const root = rootOf(stop.cr3);
    return this.#program.modules.find((module) => {
      const linked = linkedOf(module, stop.pc);
      return linked !== undefined && (module.roots ? module.roots.has(root) : module.confirmed) && coverage(module.image, linked) === 'code';
    });
  }
}

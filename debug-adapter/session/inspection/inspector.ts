import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { evaluate, execute, isTrue, setValue } from '../../inspect/evaluate/evaluate';
import { childrenOf, expressionOf } from '../../inspect/render/children';
import { render, symbolContext } from '../../inspect/render/render';
import { because, isUnknown } from '../../chains/unknown';
import type { Frame } from '../../inspect/stack/frame';
import { savedCall } from '../../inspect/stack/saved';
import { asFault } from '../../images/damage';
import { compile } from '../../inspect/compiled/compile';
import type { CompiledExpression } from '../../inspect/compiled/compile';
import { innermostFrame } from '../../inspect/stack/unwind';
import type { TypedValue } from '../../inspect/values/typed-value';
import type { Machine, Stop, Vcpu } from '../../machine/machine';
import { linearOf } from '../../machine/segment-space';
import type { Space } from '../../machine/space';
import type { PlacedProgram } from '../../program/placed-program';
import type { Evaluator } from '../breakpoints/user-breakpoints';
import type { StopReport } from '../run/stop-report';
import { paged } from './containers';
import type { Container, DapVariable, Page } from './containers';
import { FrameList } from './frames';
import { Handles } from './handles';
import { ShownMemory } from './shown-memory';
import { registerGroups, registerText, shownRegister } from './registers-shown';
import type { Threads } from './threads';

export interface InspectorOptions {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly threads: Threads;
  /** Finds the images of processes that no processor runs. */
  placeProcesses(): Promise<void>;
  /** The stop the user looks at. */
  last(): StopReport | undefined;
}

interface FrameHandle {
  readonly frame: Frame;
  /** Left out for a thread that no processor runs. */
  readonly vcpu: Vcpu | undefined;
}

/** A stack as the editor asks for it: of a vCPU, of a sleeping thread, or why there is none. */
export type Stack = { readonly frames: FrameList; readonly vcpu: Vcpu | undefined } | { readonly unknown: string };

/** What the session knows of one stop: stacks, variables, values. Forgotten when the machine runs or is written to. */
export class Inspector implements Evaluator {
  readonly #options: InspectorOptions;
  readonly #stacks = new Map<number, FrameList>();
  readonly #frames = new Handles<FrameHandle>(1000);
  readonly #containers = new Handles<Container>(1);
  /** What the editor has read of memory at this stop. */
  readonly shownMemory = new ShownMemory();
  #selected: FrameHandle | undefined;
  #processes: Promise<void> | undefined;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  /** The machine has moved: nothing of the earlier stop is true any more. */
  changed(): void {
    this.#options.threads.changed();
    this.#stacks.clear();
    this.#frames.clear();
    this.#containers.clear();
    this.shownMemory.forget();
    this.#selected = undefined;
    this.#processes = undefined;
  }

  /** Memory or a register was written: stacks are unwound anew; what the editor refers to by number stays. */
  written(): void {
    this.#stacks.clear();
  }

  framesOf(vcpu: Vcpu): FrameList {
    let list = this.#stacks.get(vcpu.id);
    if (!list) {
      const last = this.#options.last();
      const entered = last?.stop.vcpu.id === vcpu.id ? last.inlined : undefined;
      this.#stacks.set(vcpu.id, (list = FrameList.ofVcpu(this.#options.program, this.#options.machine, vcpu, entered)));
    }
    return list;
  }

  /** The stack of a DAP thread; that of the current vCPU for a thread that is none. */
  async stackOf(threadId: number | undefined): Promise<Stack> {
    const { machine, program, threads } = this.#options;
    const sleeping = threadId === undefined ? undefined : await threads.sleeping(threadId);
    if (!sleeping || threadId === undefined) {
      const vcpu = machine.vcpus.find(({ id }) => id === threadId) ?? machine.current;
      return { frames: this.framesOf(vcpu), vcpu };
    }
    if (isUnknown(sleeping.registers)) return sleeping.registers;
    await this.placeProcesses();
    let frames = this.#stacks.get(threadId);
    if (!frames) {
      const space = sleeping.space === 0n ? await machine.currentSpace() : machine.spaceOf(sleeping.space);
      this.#stacks.set(threadId, (frames = FrameList.from(savedCall(program, space, { ...sleeping.registers }))));
    }
    return { frames, vcpu: undefined };
  }

  /** Before anything is told of a process that does not run: its image is where the kernel's list says, which is read once for each stop. */
  placeProcesses(): Promise<void> {
    return (this.#processes ??= this.#options.placeProcesses());
  }

  /** A number for the editor to refer to a frame by. */
  addFrame(frame: Frame, vcpu: Vcpu | undefined): number {
    return this.#frames.add({ frame, vcpu });
  }

  /** The frame of an id; the innermost of the current vCPU without one. Throws BS332 for an id of an earlier stop. */
  async frameOf(id: number | undefined, request: string): Promise<FrameHandle | undefined> {
    if (id !== undefined) return this.#known(id, request);
    const vcpu = this.#options.machine.current;
    const frame = await this.framesOf(vcpu).at(0);
    return frame && { frame, vcpu };
  }

  /** A local or parameter of the innermost frame of the current vCPU that has one of this name. */
  async local(name: string): Promise<TypedValue | undefined> {
    const list = this.framesOf(this.#options.machine.current);
    for (let index = 0; index < nearFrames; index++) {
      const frame = await list.at(index);
      if (!frame) return undefined;
      const variable = frame.variables().find((candidate) => candidate.name === name);
      if (variable) return frame.valueOf(variable);
    }
    return undefined;
  }

  /** The address space of the frame whose scopes the editor asked for last, by linear addresses. */
  async selectedSpace(): Promise<Space> {
    return this.#selected?.frame.activation.code ?? this.#options.machine.currentSpace();
  }

  scopesOf(frameId: number): DebugProtocol.Scope[] {
    const handle = this.#known(frameId, 'scopes');
    this.#selected = handle;
    const { frame, vcpu } = handle;
    const scopes: DebugProtocol.Scope[] = [];
    const returned = frame.index === 0 && vcpu ? this.#options.last()?.returned : undefined;
    const add = (name: string, container: Container, more: Partial<DebugProtocol.Scope> = {}): void => {
      scopes.push({ name, variablesReference: this.#containers.add(container), expensive: false, ...more });
    };
    if (returned) add('Return', { kind: 'shown', values: returned.values }, { presentationHint: 'returnValue' });
    const variables = frame.variables();
    const { fault } = frame;
    if (variables.some(({ isParameter }) => isParameter)) add('Arguments', { kind: 'variables', frame, parameters: true }, { presentationHint: 'arguments' });
    if (variables.some(({ isParameter }) => !isParameter)) add('Locals', { kind: 'variables', frame, parameters: false }, { presentationHint: 'locals' });
    if (fault) add('Unknown', { kind: 'shown', values: [{ name: 'debug information', value: because(fault).unknown }] });
    add('Registers', { kind: 'registers', frame, vcpu }, { presentationHint: 'registers', expensive: true });
    return scopes;
  }

  async variables(reference: number, page: Page): Promise<DapVariable[]> {
    const container = this.#container(reference, 'variables');
    switch (container.kind) {
      case 'shown':
        return container.values.map(({ name, value, type }) => ({ name, value, variablesReference: 0, ...(type === undefined ? {} : { type }) }));
      case 'variables': {
        const { frame, parameters } = container;
        const own = frame.variables().filter(({ isParameter }) => isParameter === parameters);
        return Promise.all(paged(own, page).map(async (variable) => orFault(variable.name, async () => this.show(variable.name, await frame.valueOf(variable), variable.name))));
      }
      case 'registers':
        return this.#registers(container.frame, container.vcpu);
      case 'register-group': {
        const { all } = await this.#options.machine.registers(container.vcpu);
        return all.filter(({ group }) => group === container.group).map(shownRegister);
      }
      case 'value':
        return this.#parts(container.value, container.expression, page);
    }
  }

  /** A value as the editor shows it; what cannot be read says why. `expression` names it again. */
  async show(name: string, value: TypedValue, expression?: string): Promise<DapVariable> {
    const { text, type, indexed, expandable, memoryReference } = await render(value, symbolContext(this.#options.program));
    return {
      name,
      value: text,
      type,
      variablesReference: expandable ? this.#containers.add({ kind: 'value', value, expression }) : 0,
      ...(expression === undefined ? {} : { evaluateName: expression }),
      ...(indexed === undefined ? {} : { indexedVariables: indexed }),
      ...(memoryReference === undefined ? {} : { memoryReference: `0x${linearOf(value.memory, memoryReference).toString(16)}` }),
    };
  }

  async setVariable(reference: number, name: string, text: string): Promise<{ value: string }> {
    const container = this.#container(reference, 'setVariable');
    if (container.kind === 'registers' || container.kind === 'register-group') return this.#setRegister(container, name, text);
    const value = await this.#child(container, name);
    if (!value) throw failure(sessionErrors.notAssignable, { name, detail: 'it is not a variable' });
    return { value: await this.assign(value, text, container.kind === 'variables' ? container.frame : undefined) };
  }

  /** What a data breakpoint would watch: a child of a `variablesReference`, or the value of an expression in a frame. */
  async watchable(name: string, reference: number | undefined, frameId: number | undefined): Promise<TypedValue | undefined> {
    if (reference === undefined) return (await this.evaluate(name, frameId)).value;
    return this.#child(this.#container(reference, 'dataBreakpointInfo'), name);
  }

  /** Sets a value to that of an expression; answers what it holds then. */
  async assign(value: TypedValue, text: string, frame: Frame | undefined): Promise<string> {
    await setValue(value, text, frame, this.#options.program);
    return this.textOf(value);
  }

  /** A value in words. */
  async textOf(value: TypedValue): Promise<string> {
    return (await render(value, symbolContext(this.#options.program))).text;
  }

  async truth(expression: string, stop: Stop): Promise<boolean> {
    return isTrue(await this.#evaluateAt(expression, stop));
  }

  /** For many hits at the place of this stop. */
  async compile(expression: string, stop: Stop): Promise<CompiledExpression | undefined> {
    return compile(expression, await innermostFrame(this.#options.program, this.#options.machine, stop.vcpu), this.#options.program);
  }

  async text(expression: string, stop: Stop): Promise<string> {
    return (await render(await this.#evaluateAt(expression, stop), symbolContext(this.#options.program))).text;
  }

  /** Evaluates in a frame; the innermost of the current vCPU without one. */
  async evaluate(expression: string, frameId: number | undefined): Promise<{ readonly value: TypedValue; readonly frame: Frame | undefined }> {
    const frame = (await this.frameOf(frameId, 'evaluate'))?.frame;
    return { value: await evaluate(expression, frame, this.#options.program), frame };
  }

  /** As `evaluate`, but carries out an assignment. */
  async execute(expression: string, frameId: number | undefined): Promise<{ readonly value: TypedValue; readonly written: boolean }> {
    return execute(expression, (await this.frameOf(frameId, 'evaluate'))?.frame, this.#options.program);
  }

  /** Where `stepOut` leads: out of an inlined function, or to the caller's pc with the stack pointer it has then. */
  async wayOut(vcpu: Vcpu): Promise<{ readonly inlined: boolean; readonly caller?: { readonly pc: bigint; readonly sp: bigint }; readonly leaves?: Frame; readonly why: string }> {
    const list = this.framesOf(vcpu);
    const frame = await list.at(0);
    if (!frame) return { inlined: false, why: 'there is no frame' };
    if (frame.inlined) return { inlined: true, why: '' };
    const caller = await frame.caller();
    return caller ? { inlined: false, caller, leaves: frame, why: '' } : { inlined: false, why: frame.endReason ?? 'its caller cannot be found' };
  }

  async #evaluateAt(expression: string, stop: Stop): Promise<TypedValue> {
    const frame = await innermostFrame(this.#options.program, this.#options.machine, stop.vcpu);
    return evaluate(expression, frame, this.#options.program);
  }

  async #parts(value: TypedValue, expression: string | undefined, { filter, start = 0, count = 0 }: Page): Promise<DapVariable[]> {
    const parts = await childrenOf(value, symbolContext(this.#options.program));
    if (!parts || (filter === 'named' && parts.kind === 'indexed')) return [];
    const page = await parts.page(start, count === 0 ? mostParts : count);
    return Promise.all(page.map((part) => orFault(part.name, () => this.show(part.name, part.value, expressionOf(part, expression)))));
  }

  async #registers(frame: Frame, vcpu: Vcpu | undefined): Promise<DapVariable[]> {
    const { all } = await this.#options.machine.registers(vcpu);
    const general = all.filter(({ group }) => group === 'general');
    if (frame.index > 0 || !vcpu) {
      // Of a caller, only what the calls since then have kept is known.
      return Promise.all(
        general.map(async ({ name, bits }) => {
          const value = name === 'rip' || name === 'eip' ? frame.address : await frame.register(name);
          return value === undefined ? { name, value: vcpu ? 'not kept by the functions called since' : 'not kept while the thread does not run', variablesReference: 0 } : shownRegister({ name, value, bits });
        }),
      );
    }
    const groups = registerGroups
      .filter(([group]) => all.some((register) => register.group === group))
      .map(([group, words]) => ({ name: words, value: '', variablesReference: this.#containers.add({ kind: 'register-group', group, vcpu }) }));
    return [...general.map(shownRegister), ...groups];
  }

  async #setRegister(container: Extract<Container, { kind: 'registers' | 'register-group' }>, name: string, text: string): Promise<{ value: string }> {
    if (!container.vcpu) throw failure(sessionErrors.notAssignable, { name, detail: 'no processor runs this thread now' });
    if (container.kind === 'registers' && container.frame.index > 0) throw failure(sessionErrors.notAssignable, { name, detail: "it is a caller's register" });
    const { machine } = this.#options;
    await machine.setRegister(name, parseNumber(name, text), container.vcpu);
    const register = (await machine.registers(container.vcpu)).all.find((candidate) => candidate.name === name);
    return { value: register ? registerText(register.value, register.bits) : text };
  }

  async #child(container: Container, name: string): Promise<TypedValue | undefined> {
    if (container.kind === 'variables') {
      const variable = container.frame.variables().find((candidate) => candidate.name === name && candidate.isParameter === container.parameters);
      return variable && container.frame.valueOf(variable);
    }
    if (container.kind !== 'value') return undefined;
    const parts = await childrenOf(container.value, symbolContext(this.#options.program));
    // An element far behind is asked for alone; entries of maps are named by their keys.
    const index = parts?.kind === 'indexed' ? /^\[(\d+)\]$/.exec(name)?.[1] : undefined;
    const at = index === undefined ? -1 : Number(index);
    const [found] = at >= mostParts && at < (parts?.count ?? 0) ? ((await parts?.page(at, 1)) ?? []) : [];
    if (found?.name === name) return found.value;
    return (await parts?.page(0, mostParts))?.find((part) => part.name === name)?.value;
  }

  #known(id: number, request: string): FrameHandle {
    const handle = this.#frames.get(id);
    if (!handle) throw failure(sessionErrors.staleReference, { kind: 'frame', id, request });
    return handle;
  }

  #container(id: number, request: string): Container {
    const container = this.#containers.get(id);
    if (!container) throw failure(sessionErrors.staleReference, { kind: 'variable reference', id, request });
    return container;
  }
}

/** A value as the editor shows it; in the place of one whose debug information is damaged, what is wrong with that. */
const orFault = async (name: string, show: () => Promise<DapVariable>): Promise<DapVariable> => {
  try {
    return await show();
  } catch (error) {
    const fault = asFault(error);
    if (!fault) throw error;
    return { name, value: `<${fault.what.replace(/\.$/, '')}>`, variablesReference: 0 };
  }
};

/** Frames that `local` looks through. */
const nearFrames = 16;

/** Children that are shown when the editor asks for all. */
const mostParts = 10_000;

const parseNumber = (name: string, text: string): bigint => {
  const trimmed = text.trim();
  if (trimmed === 'true') return 1n;
  if (trimmed === 'false') return 0n;
  const match = /^(-?)(0x[0-9a-f]+|\d+)$/i.exec(trimmed);
  if (match?.[2] !== undefined) return match[1] === '-' ? -BigInt(match[2]) : BigInt(match[2]);
  if (/^'.'$/.test(trimmed)) return BigInt(trimmed.charCodeAt(1));
  throw failure(sessionErrors.notAssignable, { name, detail: `"${text}" is no number` });
};

import type { BootscopeError } from '../../errors/catalogue';
import type { Scope, VariableInfo } from '../../images/debug-info';
import type { SourcePlace } from '../../images/types';
import type { Space } from '../../machine/space';
import type { CodePlace, Module } from '../../program/program';
import { evaluateLocation } from '../location/evaluate';
import { TypedValue } from '../values/typed-value';
import type { Activation } from './activation';

/** One entry of a stack: a function, or an inlined copy of one inside it. */
export class Frame {
  /** Why the stack ends here; only on its last frame. */
  endReason?: string;

  constructor(
    /** 0 is the innermost. */
    readonly index: number,
    /** The function body this frame stands for; undefined where only a symbol or nothing is known. */
    readonly scope: Scope | undefined,
    /** Where it is: the line table's row for the innermost, the call for a frame that an inlined one is in. */
    readonly source: SourcePlace | undefined,
    readonly column: number | undefined,
    /** What the inlined frames of one call share: registers, memory, place. */
    readonly activation: Activation,
  ) {}

  /** Runtime address: of the next instruction here, when the callee is done. */
  get address(): bigint {
    return this.activation.pc;
  }
  get place(): CodePlace {
    return this.activation.place;
  }
  get module(): Module | undefined {
    return this.activation.place.module;
  }
  get inlined(): boolean {
    return this.scope?.inlined ?? false;
  }
  get memory(): Space {
    return this.activation.space;
  }
  /** True where an interrupt or a trap broke in: the address is no return address. */
  get interrupted(): boolean {
    return this.activation.exact && this.index > 0;
  }
  /** Function name as a user knows it; where there is no debug information the symbol with its offset, the image with the offset in it, or the address. */
  get name(): string {
    const { scope } = this;
    const named = this.activation.tolerate(() => scope && (scope.function.qualifiedName || scope.function.name), undefined);
    if (named !== undefined) return named;
    const { symbol, offset } = this.place;
    if (symbol) return offset === undefined || offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
    const { module, activation } = this;
    const linked = module && activation.program.toLinked(module, this.address);
    // A relocatable object begins nowhere: each of its sections is somewhere else.
    if (module && linked !== undefined && module.image.type !== 'rel' && linked >= module.image.base) return `${module.name}+0x${(linked - module.image.base).toString(16)}`;
    return `0x${this.address.toString(16)}`;
  }

  /** Canonical frame address: the caller's stack pointer after return. */
  cfa(): Promise<bigint | undefined> {
    return this.activation.cfa();
  }
  /** By name, `rax`; undefined when the callees have not kept it. */
  register(name: string): Promise<bigint | undefined> {
    return this.activation.registers.named(name);
  }

  /** Parameters and locals at this place, innermost block first; a shadowed name comes later. Where they are damaged there are none, and `fault` says so. */
  variables(): readonly VariableInfo[] {
    const { scope, activation } = this;
    const { linked } = activation;
    if (!scope || linked === undefined) return [];
    return activation.module?.image.damage.tolerateAt(linked, () => scope.variablesAt(linked), []) ?? [];
  }

  /** The damage of the image's debug information that names or variables of this place could not be read for. */
  get fault(): BootscopeError | undefined {
    const { module, linked } = this.activation;
    return linked === undefined ? undefined : module?.image.damage.at(linked);
  }

  /** The value of a variable here. Never throws for one that is optimised out: reading it says why. Throws BS2xx where its debug information is damaged. */
  async valueOf(variable: VariableInfo): Promise<TypedValue> {
    const { activation } = this;
    if (variable.constant) return TypedValue.of(variable.type, variable.constant, activation.space);
    const location = activation.linked === undefined ? undefined : variable.locationAt(activation.linked);
    const place = location
      ? await evaluateLocation(location, activation.environment(this.scope))
      : { kind: 'absent' as const, reason: 'it was optimised out' };
    return new TypedValue(variable.type, place, activation.space);
  }

  /** A parameter or local by name, the innermost that is visible. */
  async local(name: string): Promise<TypedValue | undefined> {
    const variable = this.variables().find((candidate) => candidate.name === name);
    return variable && this.valueOf(variable);
  }

  /** Where this function's caller goes on, and its stack pointer then; undefined at the end of the stack. */
  async caller(): Promise<{ readonly pc: bigint; readonly sp: bigint } | undefined> {
    const caller = await this.activation.caller();
    if (!('pc' in caller)) return undefined;
    const sp = await caller.registers.get(caller.registers.names.sp);
    return sp === undefined ? undefined : { pc: caller.pc, sp };
  }
}

import type { FunctionInfo, LineRow, Scope, VariableInfo } from '../images/debug-info';
import type { Image, ImageSymbol } from '../images/image';
import type { Machine } from '../machine/machine';
import type { Type } from '../images/types';

/** Images placed on one machine. Runtime address = linked address + slide (modulo 2^64). */
export interface Program {
  readonly machine: Machine;
  readonly modules: readonly Module[];
  /** The module whose placed code covers a runtime address and that is active there now: same stage, and same space for a process. */
  moduleAt(address: bigint, where?: Where): Module | undefined;
  /** Modules one stage after another, placed or not. */
  modulesOf(stage: string): readonly Module[];
}

/** Which code an address means: the page-table root, and the privilege level if known. */
export interface Where {
  readonly cr3?: bigint;
}

export interface Module {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  /** Process this image runs in; left out for firmware, loader and kernel. */
  readonly process?: string;
  readonly image: Image;
  /** Runtime minus linked address; undefined while it is not on the machine (pending). */
  readonly slide: bigint | undefined;
  /** Page-table roots it is active in; undefined: every one (kernel) or before paging. */
  readonly roots?: ReadonlySet<bigint>;
  readonly optional: boolean;
}

/** A code place with everything known of it. */
export interface CodePlace {
  readonly address: bigint;
  readonly module?: Module;
  readonly symbol?: ImageSymbol;
  /** Bytes from the symbol or function start. */
  readonly offset?: number;
  readonly line?: LineRow;
  readonly scopes: readonly Scope[];
}

export interface PlacedFunction {
  readonly module: Module;
  readonly function: FunctionInfo;
}

export interface PlacedVariable {
  readonly module: Module;
  readonly variable: VariableInfo;
}

export interface PlacedType {
  readonly module: Module;
  readonly type: Type;
}

import type { BootscopeError } from '../errors/catalogue';
import type { FunctionInfo, LineRow, Scope, VariableInfo } from '../images/debug-info';
import type { Image, ImageSymbol, Section } from '../images/image';
import type { Machine } from '../machine/machine';
import type { Type } from '../images/types';

/** Images placed on one machine. Runtime address = linked address + slide (modulo 2^64); a relocatable object has a slide for each section. */
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
  /**
   * Of a relocatable object (a FreeBSD or Linux kernel module): the slide of each of its sections that is loaded. `slide` is then
   * that of its first code and says only that the module is there: ask `toRuntime` and `toLinked`.
   */
  readonly sectionSlides?: ReadonlyMap<Section, bigint> | undefined;
  /** Page-table roots it is active in; undefined: every one (kernel) or before paging. */
  readonly roots?: ReadonlySet<bigint> | undefined;
  readonly optional: boolean;
  /**
   * Linear address at which the segments begin that the module's code runs in; left out: 0. A 32-bit program that is linked for one place and was said to be at
   * another has its pointers where it was linked, so its segments make the difference (FreeBSD's BTX clients: stand/i386/btx/btx/btx.S, MEM_USR).
   */
  readonly segment?: bigint;
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
  /** The damage of the image's debug information that names of this place were not found for. */
  readonly fault?: BootscopeError;
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

/** Which modules a lookup by name goes through: those of the active stage unless told otherwise. */
export interface LookupScope {
  /** One module only. */
  readonly module?: Module;
  /** Modules of one stage only. */
  readonly stage?: string;
  /** Also modules of stages that are not active now, and modules that are not placed. */
  readonly all?: boolean;
  /** Modules of other processes are left out when the root is given. */
  readonly where?: Where;
}

/** A program that answers by name and by address: what `inspect/`, `chains/` and `session/` work with. */
export interface SymbolicProgram extends Program {
  /** Id of the stage the machine is in; undefined before the first evidence. */
  readonly activeStage: string | undefined;
  /** True when the module is on the machine, its stage is active and, for a process, `where` is one of its address spaces. */
  isActive(module: Module, where?: Where): boolean;
  /** Everything known of a runtime address. `line` and `scopes` hold linked addresses: `toRuntime` turns them. */
  placeOf(address: bigint, where?: Where): CodePlace;
  /** Functions by qualified, trailing or linkage name; `FILE:NAME` picks by trailing path components. Every namesake is returned. */
  functionsNamed(name: string, scope?: LookupScope): readonly PlacedFunction[];
  variablesNamed(name: string, scope?: LookupScope): readonly PlacedVariable[];
  typesNamed(name: string, scope?: LookupScope): readonly PlacedType[];
  /** Runtime address of a linked one, modulo 2^64 (2^32 for a 32-bit image). Throws BS301 when the module, or the section that holds the address, is not placed. */
  toRuntime(module: Module, linked: bigint): bigint;
  /** Linked address of a runtime one. Throws BS301 when the module is not placed, or no section of a relocatable object is there. */
  toLinked(module: Module, runtime: bigint): bigint;
  /** Called whenever a module gets, changes or loses its place or its roots. Returns the way to stop listening. */
  onPlaced(listener: (module: Module) => void): () => void;
}

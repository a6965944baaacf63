import type { BootscopeError } from '../errors/catalogue';
import type { LoadOptions } from './index/load';
import type { BaseType, EnumType, Language, SourcePlace, Type } from './types';

/**
 * The one interface over DWARF and PDB. All addresses are *linked* addresses (ELF: as in the file; PE: ImageBase + RVA),
 * all calls are synchronous and lazy: opening an image reads headers only, a query reads what it needs.
 * Of a damaged file a query answers from what is sound: what it meets is noted in the image's `damage`, naming section and offset. What
 * its answers read later, as a type's members, throws that error (BS2xx): whoever shows them says so in their place.
 */
export interface DebugInfo {
  readonly kind: 'dwarf' | 'pdb' | 'none';

  /**
   * Functions by name: full path (`kernel::context::switch::switch`), last components (`LiveDisk::read`), plain name or linkage name.
   * Every namesake is returned, told apart by `declared.file`. Inlined-only functions are included (`ranges` empty).
   * A global symbol of that name is answered from its unit alone, at once; `complete` also looks for namesakes without
   * a symbol in all other units, which on a kernel costs most of a second the first time.
   */
  functionsNamed(name: string, options?: { readonly complete?: boolean }): readonly FunctionInfo[];
  /** All functions whose qualified name matches the glob (`*`, `?`). */
  functionsMatching(glob: string): readonly FunctionInfo[];
  /** Scopes at an address, innermost first: zero or more inlined, then the concrete function. Empty if no function covers it. */
  scopesAt(address: bigint): readonly Scope[];

  /** Row of the line table that covers the address. */
  lineAt(address: bigint): LineRow | undefined;
  /** Statement starts of a line; `file` matches by whole path or by trailing path components. Where the line has no code, the next line with code in the same function. */
  addressesOfLine(file: string, line: number): readonly LineAddress[];
  /** All line rows whose address is in [start, end), ascending. */
  lineRows(start: bigint, end: bigint): readonly LineRow[];
  sourceFiles(): readonly string[];

  /** Types with that (qualified or plain) name that are defined, not only declared. First the best match; `near` prefers the CU that covers this address. */
  typesNamed(name: string, near?: bigint): readonly Type[];
  /** File-scope and static variables (also function-local statics) by name or qualified name; `near` prefers the CU covering that address. */
  variablesNamed(name: string, near?: bigint): readonly VariableInfo[];

  /** The enumerator of that plain name in the unit that covers the address, as C's code there can name it; left out by formats that do not tell. */
  enumeratorNamed?(name: string, near: bigint): Enumerator | undefined;

  /** Type of a file-scope variable, by its plain name in the unit that covers the address, of which the optimiser left nothing; left out by formats that do not tell. */
  lostVariable?(name: string, near: bigint): Type | undefined;
  /** The type whose methods for a Rust trait are listed in the table at this address; undefined where that is not known for sure. Left out by formats that do not tell. */
  vtableTypeAt?(address: bigint): Type | undefined;

  /** How to unwind one frame at this address (.eh_frame, .debug_frame, or synthesised from PE unwind codes). */
  unwindAt(address: bigint): UnwindRow | undefined;

  /** The index on disk, for formats that keep one. */
  readonly index?: DebugIndex | undefined;
}

/** An index on disk of all names of a file: look-ups by name and pattern read kilobytes instead of everything. */
export interface DebugIndex {
  /** Whether one is in use. */
  readonly present: boolean;
  /** Whether there is none and one would save noticeable time. */
  readonly worthwhile: boolean;
  /** Whether to find all namesakes is quick now: an index is in use, all names were read already, or there are few; and nothing big is to be decompressed first. */
  readonly quick: boolean;
  /**
   * Makes its tables, in the order in which they are of use; on a kernel this takes seconds and must not be done where someone waits.
   * `progress` hears how much of the bytes for the first of them has been read, from 0 to 1.
   */
  tables(progress?: (done: number) => void): Iterable<Record<string, Uint8Array>>;
  /** Sections by name that are compressed or to be relocated in the file, in memory that threads share; this side has them so from now on, too. */
  unpacked(): Record<string, Uint8Array>;
  /** Writes it (its tables, if made already), whole or not at all. False where none may be kept; `refused` hears BS213 where the system does not let it. */
  save(tables?: Record<string, Uint8Array>, refused?: (why: BootscopeError) => void): boolean;
  /** Has another process write it; returns at once. False where none is on its way. */
  saveInBackground(refused?: (why: BootscopeError) => void): boolean;
  /**
   * Has a worker read everything while this thread goes on; true once look-ups are quick, false where no worker can be had (run
   * from source). Rejects with BS211 when the worker fails and with the signal's reason when it is aborted: then what is
   * asked for is read by whoever asks.
   */
  load(options?: LoadOptions): Promise<boolean>;
  close(): void;
}

/** A constant that an enum makes. */
export interface Enumerator {
  readonly type: EnumType;
  readonly value: bigint;
}

export interface Range {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
}

export interface FunctionInfo {
  readonly name: string;
  readonly qualifiedName: string;
  readonly linkageName?: string | undefined;
  readonly language: Language;
  readonly declared?: SourcePlace | undefined;
  readonly returns: Type;
  /** DW_AT_noreturn. */
  readonly noReturn: boolean;
  /** DW_CC_nocall: the optimiser changed how it takes arguments or returns, so that no convention tells where they are. Left out: no. */
  readonly ownConvention?: boolean;
  /** Code of the out-of-line instance; empty when every instance is inlined. The first range holds the entry. */
  readonly ranges: readonly Range[];
  readonly entry?: bigint | undefined;
  /** Address after the prologue, as a debugger places a function breakpoint. */
  readonly afterPrologue?: bigint | undefined;
  readonly frameBase?: Location | undefined;
  readonly parameters: readonly VariableInfo[];
  readonly variadic: boolean;
  /** Places where this function is inlined. Costs a walk of the CUs that may hold them. */
  inlinedInstances(): readonly Scope[];
}

/** One function body at an address: an inlined instance or the concrete function. */
export interface Scope {
  readonly function: FunctionInfo;
  readonly inlined: boolean;
  readonly ranges: readonly Range[];
  readonly entry: bigint;
  /** For an inlined scope: where the caller calls it. */
  readonly callSite?: SourcePlace | undefined;
  /** The concrete function's frame base also serves inlined scopes. */
  readonly frameBase?: Location | undefined;
  /** Parameters and locals visible at the address, innermost block first; a shadowed name comes later. */
  variablesAt(address: bigint): readonly VariableInfo[];
  /** DW_TAG_call_site whose return address this is: the caller's view of entry values. */
  callSiteAt(returnAddress: bigint): CallSite | undefined;
}

export interface CallSite {
  /** Register number (DWARF) → expression, evaluated in the caller, that gave the callee's entry value. */
  readonly values: readonly { readonly location: Location; readonly value: Location }[];
  readonly tail: boolean;
}

export interface VariableInfo {
  readonly name: string;
  readonly qualifiedName: string;
  readonly type: Type;
  readonly isParameter: boolean;
  readonly declared?: SourcePlace | undefined;
  /** DW_AT_const_value: the raw bytes at the type's size. */
  readonly constant?: Uint8Array | undefined;
  /** Where it lives at that pc; undefined: no location there (optimised out). File-scope variables ignore the address. */
  locationAt(address: bigint): Location | undefined;
}

/** A DWARF expression. Other formats synthesise one (CodeView register-relative → DW_OP_bregN). */
export interface Location {
  readonly expression: Uint8Array;
  readonly context: ExpressionContext;
}

/** What an expression needs from its unit. */
export interface ExpressionContext {
  readonly addressSize: 4 | 8;
  readonly dwarfVersion: number;
  readonly offsetSize: 4 | 8;
  /** .debug_addr entry, for DW_OP_addrx and constx; a linked address. */
  address(index: number): bigint;
  /** Base type at a CU-relative DIE offset, for typed operations. */
  baseType(offset: number): BaseType | undefined;
  /** Expression of a DIE, for DW_OP_call2/4 (CU relative) and call_ref (section relative). */
  expressionAt(offset: number, sectionRelative: boolean): Uint8Array | undefined;
}

export interface LineRow {
  readonly address: bigint;
  /** Exclusive end of the row's code. */
  readonly end: bigint;
  readonly file: string;
  /** 1-based; 0: no source line. Compiler-made code (line 0 in DWARF) continues the row before it, as in gdb. */
  readonly line: number;
  readonly column: number;
  readonly isStatement: boolean;
  readonly prologueEnd: boolean;
}

export interface LineAddress {
  readonly address: bigint;
  readonly file: string;
  /** The line really used, which may be after the one asked for. */
  readonly line: number;
}

/** DWARF register numbers of the psABI: x86-64 0–15 rax rdx rcx rbx rsi rdi rbp rsp r8–r15, 16 return address; i386 0–7 eax ecx edx ebx esp ebp esi edi, 8 return address. */
export interface UnwindRow {
  readonly start: bigint;
  readonly end: bigint;
  readonly cfa: { readonly kind: 'register'; readonly register: number; readonly offset: bigint } | { readonly kind: 'expression'; readonly location: Location };
  readonly registers: ReadonlyMap<number, UnwindRule>;
  readonly returnRegister: number;
  /** A trap or signal frame: the caller's pc is not a return address. */
  readonly signalFrame: boolean;
}

export type UnwindRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  | { readonly kind: 'value-offset'; readonly offset: bigint }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression'; readonly location: Location }
  | { readonly kind: 'value-expression'; readonly location: Location };

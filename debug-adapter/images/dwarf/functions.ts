import type { CallSite, FunctionInfo, Location, Range, Scope, VariableInfo } from '../debug-info';
import type { Language, SourcePlace, Type } from '../types';
import { toAddress, toNumber } from '../bytes/address';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { locationOf } from './locations';
import { linkageNameOf, nameOf, qualifiedNameOf } from './names';
import { outlineOf } from './outline';
import { covers, rangesOf } from './ranges';
import type { FlatRanges } from './ranges';
import type { Reader } from './reader';
import { DwarfVariable } from './variables';

/** DW_CC_nocall (DWARF 5, 3.3.1.1). */
const noCall = 3;

const toRanges = (flat: FlatRanges): Range[] => {
  const result: Range[] = [];
  for (let i = 0; i < flat.length; i += 2) result.push({ start: toAddress(flat[i] as number), end: toAddress(flat[i + 1] as number) });
  return result;
};

/** First the range with the entry: the one that starts at DW_AT_entry_pc or low_pc, else the first. */
const entryFirst = (die: Die, flat: FlatRanges): FlatRanges => {
  const entry = die.address(AT.entry_pc) ?? die.address(AT.low_pc);
  for (let i = 2; i < flat.length; i += 2)
    if (flat[i] === entry) return [flat[i] as number, flat[i + 1] as number, ...flat.slice(0, i), ...flat.slice(i + 2)];
  return flat;
};

const isBlock = (tag: number): boolean => tag === TAG.lexical_block || tag === TAG.try_block || tag === TAG.catch_block;

/** A block without addresses only groups what belongs to the block around it. */
const isTransparent = (die: Die): boolean => isBlock(die.tag) && !die.has(AT.low_pc) && !die.has(AT.ranges);

/** The inlined copy or block directly below an entry that covers the address. */
const innerAt = (die: Die, address: number, depth = 0): Die | undefined => {
  for (const child of die.children()) {
    if (child.tag !== TAG.inlined_subroutine && !isBlock(child.tag)) continue;
    if (isTransparent(child)) {
      const found = depth < 64 ? innerAt(child, address, depth + 1) : undefined;
      if (found) return found;
    } else if (covers(rangesOf(child), address)) return child;
  }
  return undefined;
};

/** Variables and parameters that stand directly below an entry; those of its abstract instance that the copy left out follow, without a place. */
const variablesOf = (die: Die, reader: Reader, only?: 'parameters'): VariableInfo[] => {
  const wanted = (tag: number): boolean => tag === TAG.formal_parameter || (tag === TAG.variable && only === undefined);
  const result: VariableInfo[] = [];
  const made = new Set<number>();
  for (const child of die.children()) {
    if (!wanted(child.tag)) continue;
    const origin = child.reference(AT.abstract_origin);
    if (origin) made.add(origin.offset);
    if (child.flag(AT.declaration) && !origin) continue;
    result.push(new DwarfVariable(child, reader));
  }
  for (const abstract of die.chain().slice(1)) {
    for (const child of abstract.children()) {
      if (!wanted(child.tag) || made.has(child.offset) || child.flag(AT.declaration)) continue;
      // A declaration repeats its definition's parameters.
      if (abstract.flag(AT.declaration) && result.length > 0) continue;
      result.push(new DwarfVariable(child, reader));
    }
    if (result.length > 0) break;
  }
  return result;
};

export class DwarfFunction implements FunctionInfo {
  private lazyConcrete: { die: Die | undefined } | undefined;

  /** `alternates`: abstract instances of the same inline function in other units. */
  constructor(
    readonly die: Die,
    private readonly reader: Reader,
    private readonly alternates: readonly Die[] = [],
  ) {}

  /** The entry with the code: this one, or what was made from this abstract instance. */
  private get concrete(): Die | undefined {
    if (!this.lazyConcrete) {
      const { die } = this;
      const offset = rangesOf(die).length > 0 ? die.offset : outlineOf(die.unit).instances.get(die.offset)?.[0];
      this.lazyConcrete = { die: offset === undefined ? undefined : die.unit.die(offset) };
    }
    return this.lazyConcrete.die;
  }

  get name(): string {
    return nameOf(this.die);
  }
  get qualifiedName(): string {
    return qualifiedNameOf(this.die);
  }
  get linkageName(): string | undefined {
    return linkageNameOf(this.die);
  }
  get language(): Language {
    return this.die.unit.language;
  }
  get declared(): SourcePlace | undefined {
    return this.reader.lines.declared(this.die);
  }
  get returns(): Type {
    return this.reader.types.typeOf(this.die);
  }
  get noReturn(): boolean {
    return this.die.chain().some((link) => link.flag(AT.noreturn));
  }
  get ownConvention(): boolean {
    return (this.concrete ?? this.die).chain().some((link) => link.number(AT.calling_convention) === noCall);
  }
  get ranges(): readonly Range[] {
    const { concrete } = this;
    return concrete ? toRanges(entryFirst(concrete, rangesOf(concrete))) : [];
  }
  get entry(): bigint | undefined {
    return this.ranges[0]?.start;
  }
  get afterPrologue(): bigint | undefined {
    const { concrete } = this;
    const [first] = this.ranges;
    return concrete && first ? this.reader.afterPrologue(concrete, first) : undefined;
  }
  get frameBase(): Location | undefined {
    return this.concrete && frameBaseOf(this.concrete, this.reader);
  }
  get parameters(): readonly VariableInfo[] {
    return variablesOf(this.concrete ?? this.die, this.reader, 'parameters');
  }
  get variadic(): boolean {
    return (this.concrete ?? this.die).chain().some((link) => [...link.children()].some((child) => child.tag === TAG.unspecified_parameters));
  }

  inlinedInstances(): readonly Scope[] {
    const abstracts = [this.die, ...this.alternates].map((die) => die.chain().find((link) => link.has(AT.inline)) ?? die);
    return abstracts.flatMap((abstract) => this.reader.inlinedCopies(abstract)).map((copy) => new DwarfScope(copy, this.reader, this, undefined));
  }
}

const frameBaseOf = (die: Die, reader: Reader): Location | undefined => locationOf(die, AT.frame_base, reader.types, rangesOf(die)[0] === undefined ? undefined : toAddress(rangesOf(die)[0] as number));

export class DwarfScope implements Scope {
  private readonly flat: FlatRanges;
  readonly ranges: readonly Range[];
  readonly entry: bigint;
  private lazyFunction: FunctionInfo | undefined;
  private lazyVariables: { readonly address: bigint; readonly found: readonly VariableInfo[] } | undefined;

  constructor(
    private readonly die: Die,
    private readonly reader: Reader,
    known: FunctionInfo | undefined,
    private readonly outer: Die | undefined,
  ) {
    this.lazyFunction = known;
    this.flat = rangesOf(die);
    this.ranges = toRanges(entryFirst(die, this.flat));
    this.entry = toAddress(this.entryNumber());
  }

  private entryNumber(): number {
    // DWARF 5 lets entry_pc be an offset from low_pc.
    const direct = this.die.address(AT.entry_pc);
    if (direct !== undefined && covers(this.flat, direct)) return direct;
    const low = this.die.address(AT.low_pc) ?? this.flat[0] ?? 0;
    const offset = direct === undefined ? this.die.number(AT.entry_pc) : undefined;
    return offset !== undefined && covers(this.flat, low + offset) ? low + offset : this.ranges[0] ? toNumber(this.ranges[0].start) : low;
  }

  get inlined(): boolean {
    return this.die.tag === TAG.inlined_subroutine;
  }
  get function(): FunctionInfo {
    if (!this.lazyFunction) {
      const origin = this.inlined ? (this.die.reference(AT.abstract_origin) ?? this.die) : this.die;
      this.lazyFunction = new DwarfFunction(origin, this.reader);
    }
    return this.lazyFunction;
  }
  get callSite(): SourcePlace | undefined {
    return this.inlined ? this.reader.lines.place(this.die, AT.call_file, AT.call_line) : undefined;
  }
  /** The subprogram whose code this is part of. */
  private get concrete(): Die {
    if (!this.inlined) return this.die;
    return this.outer ?? outlineOf(this.die.unit).functionAt(toNumber(this.entry)) ?? this.die;
  }
  get frameBase(): Location | undefined {
    return frameBaseOf(this.concrete, this.reader);
  }

  variablesAt(address: bigint): readonly VariableInfo[] {
    if (this.lazyVariables?.address !== address) this.lazyVariables = { address, found: this.findVariables(toNumber(address)) };
    return this.lazyVariables.found;
  }

  /** Of blocks without addresses nothing says that the code is in them: what they declare comes behind what the block around has of its own. */
  private findVariables(wanted: number): readonly VariableInfo[] {
    let left = 256;
    const within = (block: Die): VariableInfo[] => {
      const inner: VariableInfo[] = [];
      const unplaced: VariableInfo[] = [];
      const visit = (die: Die): void => {
        for (const child of die.children()) {
          if (!isBlock(child.tag) || left === 0) continue;
          if (isTransparent(child)) {
            left--;
            unplaced.push(...variablesOf(child, this.reader));
            visit(child);
          } else if (covers(rangesOf(child), wanted)) {
            left--;
            inner.push(...within(child));
          }
        }
      };
      visit(block);
      return [...inner, ...variablesOf(block, this.reader), ...unplaced];
    };
    return within(this.die);
  }

  callSiteAt(returnAddress: bigint): CallSite | undefined {
    const wanted = toNumber(returnAddress);
    const search = (die: Die, depth: number): CallSite | undefined => {
      for (const child of die.children()) {
        if (child.tag === TAG.call_site || child.tag === TAG.GNU_call_site) {
          const address = child.address(AT.call_return_pc) ?? (child.tag === TAG.GNU_call_site ? child.address(AT.low_pc) : undefined);
          if (address === wanted) return callSiteOf(child, this.reader);
        } else if (depth < 64 && (isBlock(child.tag) || child.tag === TAG.inlined_subroutine)) {
          const found = search(child, depth + 1);
          if (found) return found;
        }
      }
      return undefined;
    };
    return search(this.concrete, 0);
  }
}

const callSiteOf = (die: Die, reader: Reader): CallSite => {
  const values: { location: Location; value: Location }[] = [];
  for (const child of die.children()) {
    if (child.tag !== TAG.call_site_parameter && child.tag !== TAG.GNU_call_site_parameter) continue;
    const location = locationOf(child, AT.location, reader.types);
    const value = locationOf(child, AT.call_value, reader.types) ?? locationOf(child, AT.GNU_call_site_value, reader.types);
    if (location && value) values.push({ location, value });
  }
  return { values, tail: die.flag(AT.call_tail_call) || die.flag(AT.GNU_tail_call) };
};

/** Scopes at an address inside one subprogram, innermost first. */
export const scopesWithin = (subprogram: Die, address: number, reader: Reader): Scope[] => {
  const scopes: Scope[] = [new DwarfScope(subprogram, reader, undefined, undefined)];
  let current: Die | undefined = subprogram;
  for (let depth = 0; current && depth < 512; depth++) {
    const inner: Die | undefined = innerAt(current, address);
    if (inner?.tag === TAG.inlined_subroutine) scopes.unshift(new DwarfScope(inner, reader, undefined, subprogram));
    current = inner;
  }
  return scopes;
};

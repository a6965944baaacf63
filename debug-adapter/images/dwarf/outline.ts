import type { BootscopeError } from '../../errors/catalogue';
import { lastAtOrBelow } from '../bytes/address';
import { AT, TAG } from './constants';
import { Die } from './die';
import { leb, readUleb } from './forms';
import { rangesOf } from './ranges';
import type { Unit } from './unit';

const isScope = (tag: number): boolean =>
  tag === TAG.namespace || tag === TAG.module || tag === TAG.structure_type || tag === TAG.class_type || tag === TAG.union_type ||
  tag === TAG.enumeration_type || tag === TAG.subprogram || tag === TAG.interface_type;

/**
 * What lies where in one unit: which entries contain which (for qualified names) and which subprogram has which code.
 * Made by one walk of the unit on first need.
 */
export class Outline {
  /** Scopes in order of offset: [start, end) of the entry with all below it, and the scope around it (-1: the unit). */
  private readonly scopeStart: number[] = [];
  private readonly scopeEnd: number[] = [];
  private readonly scopeParent: number[] = [];
  /** Code ranges of subprograms, ascending by start; a range may appear in several functions when they nest. */
  private readonly codeStart: Float64Array;
  private readonly codeEnd: Float64Array;
  private readonly codeDie: Float64Array;
  private readonly reach: Float64Array;
  /** Offset of an abstract instance → offsets of the subprograms made from it. */
  readonly instances = new Map<number, number[]>();
  /** Where the walk met damage: what lies behind it in the unit is not known. */
  private readonly fault: BootscopeError | undefined;
  /** Offsets of inlined subroutines. */
  readonly inlined: number[] = [];

  constructor(private readonly unit: Unit) {
    const code: { start: number; end: number; die: number }[] = [];
    this.fault = this.walked(code);
    code.sort((a, b) => a.start - b.start || b.end - a.end);
    this.codeStart = Float64Array.from(code, (c) => c.start);
    this.codeEnd = Float64Array.from(code, (c) => c.end);
    this.codeDie = Float64Array.from(code, (c) => c.die);
    this.reach = new Float64Array(code.length);
    let furthest = -Infinity;
    code.forEach((c, i) => {
      furthest = Math.max(furthest, c.end);
      this.reach[i] = furthest;
    });
  }

  /** Functions before a damaged entry are known nevertheless. */
  private walked(code: { start: number; end: number; die: number }[]): BootscopeError | undefined {
    try {
      this.walk(code);
      return undefined;
    } catch (error) {
      return this.unit.met(error);
    }
  }

  private walk(code: { start: number; end: number; die: number }[]): void {
    const { unit } = this;
    const { buffer, abbreviations: table } = unit;
    const open: number[] = [];
    let at = unit.firstDie;
    let scope = -1;
    do {
      if (at >= unit.end) break;
      const start = at;
      const abbreviation = readUleb(buffer, at);
      at = leb.next;
      if (abbreviation === 0) {
        const closed = open.pop();
        if (closed !== undefined && closed >= 0) {
          this.scopeEnd[closed] = at;
          scope = this.scopeParent[closed] as number;
        }
        continue;
      }
      const row = table.row(abbreviation);
      if (row < 0) throw unit.section.damaged(start, `unknown abbreviation ${abbreviation}`);
      const tag = table.tags[row] as number;
      if (tag === TAG.subprogram) {
        const concrete = table.find(row, AT.low_pc) >= 0 || table.find(row, AT.ranges) >= 0;
        if (concrete) this.addFunction(start, code);
      } else if (tag === TAG.inlined_subroutine) this.inlined.push(start);
      at = unit.skipAttributes(row, at);
      if (table.hasChildren[row]) {
        if (isScope(tag)) {
          this.scopeStart.push(start);
          this.scopeEnd.push(unit.end);
          this.scopeParent.push(scope);
          scope = this.scopeStart.length - 1;
          open.push(scope);
        } else open.push(-1);
      }
    } while (open.length > 0);
  }

  private addFunction(offset: number, code: { start: number; end: number; die: number }[]): void {
    const die = Die.read(this.unit, offset);
    if (!die) return;
    const ranges = rangesOf(die);
    for (let i = 0; i < ranges.length; i += 2) code.push({ start: ranges[i] as number, end: ranges[i + 1] as number, die: offset });
    if (ranges.length === 0) return;
    const origin = die.reference(AT.abstract_origin) ?? die.reference(AT.specification);
    if (!origin || origin.unit !== this.unit) return;
    const list = this.instances.get(origin.offset);
    if (list) list.push(offset);
    else this.instances.set(origin.offset, [offset]);
  }

  /** The innermost subprogram whose code covers the address. Throws what damage was met where there is none. */
  functionAt(address: number): Die | undefined {
    let best = -1;
    for (let i = lastAtOrBelow(this.codeStart, this.codeStart.length, address); i >= 0 && (this.reach[i] as number) > address; i--) {
      if ((this.codeEnd[i] as number) <= address) continue;
      if (best < 0 || (this.codeEnd[i] as number) - (this.codeStart[i] as number) < (this.codeEnd[best] as number) - (this.codeStart[best] as number)) best = i;
    }
    if (best < 0 && this.fault) throw this.fault;
    return best < 0 ? undefined : this.unit.die(this.codeDie[best] as number);
  }

  /** Subprograms that have code, in order of address. */
  *functions(): Generator<Die, void> {
    const seen = new Set<number>();
    for (const offset of this.codeDie) {
      if (seen.has(offset)) continue;
      seen.add(offset);
      const die = this.unit.die(offset);
      if (die) yield die;
    }
  }

  /** The scopes around an entry, outermost first, the entry itself not among them. */
  around(offset: number): Die[] {
    let scope = lastAtOrBelow(this.scopeStart, this.scopeStart.length, offset - 1);
    const result: Die[] = [];
    while (scope >= 0) {
      if ((this.scopeEnd[scope] as number) > offset) {
        const die = this.unit.die(this.scopeStart[scope] as number);
        if (die) result.push(die);
      }
      scope = this.scopeParent[scope] as number;
    }
    return result.reverse();
  }
}

const outlines = new WeakMap<Unit, Outline>();

export const outlineOf = (unit: Unit): Outline => {
  let outline = outlines.get(unit);
  if (!outline) {
    outline = new Outline(unit);
    outlines.set(unit, outline);
  }
  return outline;
};

import type { BaseType } from '../../images/types';
import { fromBytes } from '../values/place';
import type { ExpressionReader } from './expression-reader';
import type { BinaryOperation, Operand } from './operand';
import { Absent, Arithmetic } from './operand';
import { DW_OP } from './operations';

const deepest = 4096;

/** The evaluation stack, with the operations that need nothing but it (DWARF 5, 2.5.1.1, 2.5.1.3 to 2.5.1.6). */
export class OperandStack {
  private operands: Operand[] = [];
  private readonly arithmetic: Arithmetic;

  constructor(addressSize: number) {
    this.arithmetic = new Arithmetic(addressSize);
  }

  get empty(): boolean {
    return this.operands.length === 0;
  }
  clear(): void {
    this.operands = [];
  }
  push(value: bigint, type?: BaseType): void {
    this.put(this.arithmetic.make(value, type));
  }
  private put(operand: Operand): void {
    if (this.operands.length >= deepest) throw new Absent('its location expression overflows');
    this.operands.push(operand);
  }
  pop(): Operand {
    const top = this.operands.pop();
    if (!top) throw new Absent('its location expression is damaged (empty stack)');
    return top;
  }
  peek(depth: number): Operand {
    const found = this.operands.at(-1 - depth);
    if (!found) throw new Absent('its location expression is damaged (short stack)');
    return found;
  }

  /** Runs an operation on the stack; false for one that needs more than the stack. */
  operate(op: number, reader: ExpressionReader, baseType: (offset: bigint) => BaseType | undefined): boolean {
    return this.constant(op, reader, baseType) || this.arrange(op, reader) || this.compute(op, reader, baseType);
  }

  private constant(op: number, reader: ExpressionReader, baseType: (offset: bigint) => BaseType | undefined): boolean {
    if (op >= DW_OP.lit0 && op < DW_OP.lit0 + 32) this.push(BigInt(op - DW_OP.lit0));
    else if (op >= DW_OP.const1u && op <= DW_OP.const8s) {
      const size = 1 << ((op - DW_OP.const1u) >> 1);
      this.push((op - DW_OP.const1u) % 2 === 0 ? reader.unsigned(size) : reader.signed(size));
    } else if (op === DW_OP.constu) this.push(reader.uleb());
    else if (op === DW_OP.consts) this.push(reader.sleb());
    else if (op === DW_OP.const_type || op === DW_OP.GNU_const_type) {
      const type = baseType(reader.uleb());
      this.push(fromBytes(reader.block(reader.u8())), type);
    } else return false;
    return true;
  }

  private arrange(op: number, reader: ExpressionReader): boolean {
    switch (op) {
      case DW_OP.dup:
        this.put(this.peek(0));
        return true;
      case DW_OP.drop:
        this.pop();
        return true;
      case DW_OP.over:
        this.put(this.peek(1));
        return true;
      case DW_OP.pick:
        this.put(this.peek(reader.u8()));
        return true;
      case DW_OP.swap: {
        const [a, b] = [this.pop(), this.pop()];
        this.operands.push(a, b);
        return true;
      }
      case DW_OP.rot: {
        const [a, b, c] = [this.pop(), this.pop(), this.pop()];
        this.operands.push(a, c, b);
        return true;
      }
      case DW_OP.skip:
        reader.jump(Number(reader.signed(2)));
        return true;
      case DW_OP.bra: {
        const distance = Number(reader.signed(2));
        if (this.pop().bits !== 0n) reader.jump(distance);
        return true;
      }
      default:
        return false;
    }
  }

  private compute(op: number, reader: ExpressionReader, baseType: (offset: bigint) => BaseType | undefined): boolean {
    const { arithmetic } = this;
    const binary = binaries.get(op);
    const comparison = comparisons.get(op);
    if (binary || comparison) {
      const b = this.pop();
      const a = this.pop();
      if (binary) this.put(arithmetic.binary(binary, a, b));
      if (comparison) this.push(comparison(arithmetic.compare(a, b)) ? 1n : 0n);
      return true;
    }
    const unary = this.unary(op, reader, baseType);
    if (unary) this.put(unary(this.pop()));
    return unary !== undefined;
  }

  private unary(op: number, reader: ExpressionReader, baseType: (offset: bigint) => BaseType | undefined): ((top: Operand) => Operand) | undefined {
    const { arithmetic } = this;
    switch (op) {
      case DW_OP.plus_uconst: {
        const by = reader.uleb();
        return (top) => arithmetic.make(arithmetic.number(top) + by, top.type);
      }
      case DW_OP.neg:
        return (top) => arithmetic.negate(top);
      case DW_OP.not:
        return (top) => arithmetic.make(~top.bits, top.type);
      case DW_OP.abs:
        return (top) => (arithmetic.number(top, true) < 0n ? arithmetic.negate(top) : top);
      case DW_OP.convert:
      case DW_OP.GNU_convert: {
        const type = baseType(reader.uleb());
        return (top) => arithmetic.convert(top, type);
      }
      case DW_OP.reinterpret:
      case DW_OP.GNU_reinterpret: {
        const type = baseType(reader.uleb());
        return (top) => arithmetic.reinterpret(top, type);
      }
      default:
        return undefined;
    }
  }
}

const binaries: ReadonlyMap<number, BinaryOperation> = new Map([
  [DW_OP.plus, 'plus'],
  [DW_OP.minus, 'minus'],
  [DW_OP.mul, 'mul'],
  [DW_OP.div, 'div'],
  [DW_OP.mod, 'mod'],
  [DW_OP.and, 'and'],
  [DW_OP.or, 'or'],
  [DW_OP.xor, 'xor'],
  [DW_OP.shl, 'shl'],
  [DW_OP.shr, 'shr'],
  [DW_OP.shra, 'shra'],
] as const);

const comparisons: ReadonlyMap<number, (order: number) => boolean> = new Map([
  [DW_OP.eq, (order: number) => order === 0],
  [DW_OP.ge, (order: number) => order >= 0],
  [DW_OP.gt, (order: number) => order > 0],
  [DW_OP.le, (order: number) => order <= 0],
  [DW_OP.lt, (order: number) => order < 0],
  [DW_OP.ne, (order: number) => order !== 0],
]);

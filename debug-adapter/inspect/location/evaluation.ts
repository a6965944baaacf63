import type { ExpressionContext } from '../../images/debug-info';
import type { BaseType } from '../../images/types';
import type { Piece, Place } from '../values/place';
import { fromBytes, toBytes } from '../values/place';
import type { LocationEnvironment, LocationFrame } from './evaluate';
import { evaluateLocation } from './evaluate';
import { ExpressionReader } from './expression-reader';
import { Absent } from './operand';
import { DW_OP } from './operations';
import { OperandStack } from './operand-stack';

/** Operations of one evaluation, calls included; loops exist only in damaged expressions. */
const mostSteps = 10_000;
const deepestCall = 16;

/** One run of a DWARF expression (DWARF 5, 2.5 and 2.6). Throws `Absent` with the reason where there is no result. */
export class Evaluation {
  private readonly stack: OperandStack;
  /** The location that the operations since the last piece give, when it is not an address on the stack. */
  private result: Place | undefined;
  private readonly pieces: Piece[] = [];

  private constructor(
    private readonly context: ExpressionContext,
    private readonly environment: LocationEnvironment,
    private readonly budget: { steps: number },
    private readonly depth: number,
    stack?: OperandStack,
  ) {
    this.stack = stack ?? new OperandStack(context.addressSize);
  }

  static start(context: ExpressionContext, environment: LocationEnvironment): Evaluation {
    return new Evaluation(context, environment, { steps: 0 }, 0);
  }

  async locate(expression: Uint8Array): Promise<Place> {
    await this.run(expression);
    return this.pieces.length > 0 ? { kind: 'pieces', pieces: this.pieces } : this.current();
  }

  async number(expression: Uint8Array, initial?: bigint): Promise<bigint> {
    if (initial !== undefined) this.stack.push(initial);
    await this.run(expression);
    const { result } = this;
    if (result?.kind === 'register' || result?.kind === 'bytes') return fromBytes(result.bytes.subarray(0, this.context.addressSize));
    if (result?.kind === 'absent') throw new Absent(result.reason);
    return this.stack.pop().bits;
  }

  private current(): Place {
    if (this.result) return this.result;
    return this.stack.empty ? { kind: 'absent', reason: 'it was optimised out' } : { kind: 'memory', address: this.stack.peek(0).bits };
  }

  private get frame(): LocationFrame {
    const { frame } = this.environment;
    if (!frame) throw new Absent('it lives in a stack frame, and there is none here');
    return frame;
  }

  private async register(number: number): Promise<bigint> {
    const value = await this.frame.register(number);
    if (value === undefined) throw new Absent(`it was in ${this.frame.registerName(number)}, which the functions called since have not kept`);
    return value;
  }

  private async frameBase(): Promise<bigint> {
    const base = this.frame.frameBase;
    if (!base || this.depth >= deepestCall) throw new Absent('its function has no frame base');
    return new Evaluation(base.context, this.environment, this.budget, this.depth + 1).number(base.expression);
  }

  private async cfa(): Promise<bigint> {
    const cfa = await this.frame.cfa();
    if (cfa === undefined) throw new Absent('there is no unwind information for its frame');
    return cfa;
  }

  private baseType(offset: bigint): BaseType | undefined {
    if (offset === 0n) return undefined;
    const type = this.context.baseType(Number(offset));
    if (!type) throw new Absent('its location expression names a type that is not there');
    return type;
  }

  private async load(size: number): Promise<bigint> {
    return fromBytes(await this.environment.memory.read(this.stack.pop().bits, size));
  }

  private async run(expression: Uint8Array): Promise<void> {
    const reader = new ExpressionReader(expression);
    while (!reader.done) {
      if (++this.budget.steps > mostSteps) throw new Absent('its location expression does not end');
      const op = reader.u8();
      if (this.constant(op, reader) || this.stack.operate(op, reader, (offset) => this.baseType(offset))) continue;
      if (!(await this.fromMachine(op, reader))) await this.location(op, reader);
    }
  }

  private constant(op: number, reader: ExpressionReader): boolean {
    const { stack, context, environment } = this;
    if (op === DW_OP.addr) stack.push(environment.toRuntime(reader.unsigned(context.addressSize)));
    else if (op === DW_OP.addrx || op === DW_OP.GNU_addr_index) stack.push(environment.toRuntime(context.address(Number(reader.uleb()))));
    else if (op === DW_OP.constx || op === DW_OP.GNU_const_index) stack.push(context.address(Number(reader.uleb())));
    else return false;
    return true;
  }

  /** Operations that push what registers, memory or the frame hold. */
  private async fromMachine(op: number, reader: ExpressionReader): Promise<boolean> {
    const { stack } = this;
    if (op >= DW_OP.breg0 && op < DW_OP.breg0 + 32) {
      stack.push((await this.register(op - DW_OP.breg0)) + reader.sleb());
      return true;
    }
    switch (op) {
      case DW_OP.bregx:
        stack.push((await this.register(Number(reader.uleb()))) + reader.sleb());
        return true;
      case DW_OP.fbreg:
        stack.push((await this.frameBase()) + reader.sleb());
        return true;
      case DW_OP.call_frame_cfa:
        stack.push(await this.cfa());
        return true;
      case DW_OP.deref:
        stack.push(await this.load(this.context.addressSize));
        return true;
      case DW_OP.deref_size:
        stack.push(await this.load(reader.u8()));
        return true;
      case DW_OP.deref_type:
      case DW_OP.GNU_deref_type: {
        const size = reader.u8();
        const type = this.baseType(reader.uleb());
        stack.push(await this.load(size), type);
        return true;
      }
      case DW_OP.regval_type:
      case DW_OP.GNU_regval_type: {
        const place = await this.frame.registerPlace(Number(reader.uleb()));
        const type = this.baseType(reader.uleb());
        if (place.kind !== 'register') throw new Absent(place.kind === 'absent' ? place.reason : 'its register is lost');
        stack.push(fromBytes(place.bytes), type);
        return true;
      }
      case DW_OP.entry_value:
      case DW_OP.GNU_entry_value: {
        const value = await this.frame.entryValue(Uint8Array.from(reader.block(Number(reader.uleb()))));
        if (value === undefined) throw new Absent('it is only known as what a register held at the function’s entry, and the caller does not say what that was');
        stack.push(value);
        return true;
      }
      default:
        return false;
    }
  }

  /** Operations that say where the value is, or that go on elsewhere. */
  private async location(op: number, reader: ExpressionReader): Promise<void> {
    const { context } = this;
    if (op >= DW_OP.reg0 && op < DW_OP.reg0 + 32) {
      this.result = await this.frame.registerPlace(op - DW_OP.reg0);
      return;
    }
    switch (op) {
      case DW_OP.regx:
        this.result = await this.frame.registerPlace(Number(reader.uleb()));
        return;
      case DW_OP.stack_value: {
        const top = this.stack.pop();
        this.result = { kind: 'bytes', bytes: toBytes(top.bits, top.type?.size ?? context.addressSize) };
        return;
      }
      case DW_OP.implicit_value:
        this.result = { kind: 'bytes', bytes: Uint8Array.from(reader.block(Number(reader.uleb()))) };
        return;
      case DW_OP.implicit_pointer:
      case DW_OP.GNU_implicit_pointer: {
        const die = Number(reader.unsigned(context.dwarfVersion === 2 ? context.addressSize : context.offsetSize));
        this.result = this.implicitPointer(die, Number(reader.sleb()));
        return;
      }
      case DW_OP.piece:
        return this.piece(Number(reader.uleb()) * 8, 0);
      case DW_OP.bit_piece: {
        const bits = Number(reader.uleb());
        return this.piece(bits, Number(reader.uleb()));
      }
      case DW_OP.call2:
      case DW_OP.call4:
        return this.call(Number(reader.unsigned(op === DW_OP.call2 ? 2 : 4)), false);
      case DW_OP.call_ref:
        return this.call(Number(reader.unsigned(context.offsetSize)), true);
      case DW_OP.form_tls_address:
      case DW_OP.GNU_push_tls_address: {
        const { threadLocal } = this.environment;
        if (!threadLocal) throw new Absent('it is thread-local, and there is no thread here');
        this.stack.push(await threadLocal(this.stack.pop().bits));
        return;
      }
      case DW_OP.push_object_address:
        throw new Absent('it is described relative to an object that is not known here');
      case DW_OP.GNU_uninit:
      case DW_OP.nop:
        return;
      default:
        throw new Absent(`its location uses the DWARF operation 0x${op.toString(16)}, which is not known`);
    }
  }

  private piece(bits: number, bitOffset: number): void {
    const place = this.result ?? (this.stack.empty ? { kind: 'absent' as const, reason: 'that part of it was optimised out' } : this.current());
    this.pieces.push({ place, bits, bitOffset });
    this.result = undefined;
    this.stack.clear();
  }

  private async call(offset: number, sectionRelative: boolean): Promise<void> {
    const expression = this.context.expressionAt(offset, sectionRelative);
    if (!expression) return;
    if (this.depth >= deepestCall) throw new Absent('its location expression does not end');
    const inner = new Evaluation(this.context, this.environment, this.budget, this.depth + 1, this.stack);
    await inner.run(expression);
    this.result = inner.result;
  }

  private implicitPointer(dieOffset: number, byteOffset: number): Place {
    const { context, environment } = this;
    const expression = context.expressionAt(dieOffset, true);
    return {
      kind: 'implicit-pointer',
      target: async (make) => {
        const place: Place = expression
          ? await evaluateLocation({ expression, context }, environment)
          : { kind: 'absent', reason: 'what it points to was optimised out too' };
        return make(place, byteOffset);
      },
    };
  }
}

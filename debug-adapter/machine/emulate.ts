/** A processor in 64-bit code before one instruction. */
export interface Before {
  /** From the instruction on, perhaps cut short. */
  readonly code: Uint8Array;
  readonly pc: bigint;
  readonly flags: bigint;
  /** General registers by their number in machine code: rax rcx rdx rbx rsp rbp rsi rdi r8–r15. */
  register(number: number): bigint;
  /** `size` bytes of memory that reading cannot change or fault on; undefined where that is not certain. */
  load(address: bigint, size: number): bigint | undefined;
}

/** What one instruction changes. */
export interface After {
  readonly pc: bigint;
  readonly registers: readonly { readonly number: number; readonly value: bigint }[];
  readonly flags?: bigint;
}

const CF = 1n;
const PF = 1n << 2n;
const AF = 1n << 4n;
const ZF = 1n << 6n;
const SF = 1n << 7n;
const OF = 1n << 11n;
const arithmeticFlags = CF | PF | AF | ZF | SF | OF;
const rsp = 4;
const rbp = 5;
/** A frame pointer is so near above the stack pointer; a register that is farther away may point anywhere, to a device too. */
const largestFrame = 1n << 16n;
const operations = ['add', 'or', undefined, undefined, 'and', 'sub', 'xor', 'cmp'] as const;
type Operation = 'add' | 'or' | 'and' | 'sub' | 'xor' | 'cmp' | 'test';

/** Thrown, without a stack, for whatever is to be executed by the processor. */
const stepIt = new Error('not emulated');

/** Reads one instruction, and says what parts of it do: 64-bit mode, no segment or address-size prefix. Intel SDM volume 2, chapter 2 and appendix A. */
class Decoder {
  at = 0;
  rex = 0;
  constructor(readonly before: Before) {}

  u8(): number {
    const byte = this.before.code[this.at++];
    if (byte === undefined) throw stepIt;
    return byte;
  }
  i8(): bigint {
    return BigInt((this.u8() << 24) >> 24);
  }
  i32(): bigint {
    const low = this.u8() | (this.u8() << 8) | (this.u8() << 16);
    return BigInt(low | (this.u8() << 24));
  }
  u64(): bigint {
    const low = BigInt.asUintN(32, this.i32());
    return low | (BigInt.asUintN(32, this.i32()) << 32n);
  }
  get size(): 4 | 8 {
    return (this.rex & 8) === 0 ? 4 : 8;
  }

  /** The instruction behind what has been read of this one. */
  get next(): bigint {
    return wrap(this.before.pc + BigInt(this.at));
  }
  after(registers: After['registers'] = nothing): After {
    return { pc: this.next, registers };
  }
  /** A register's lower half, or all of it; writing 32 bits clears the others. */
  of(number: number): bigint {
    return BigInt.asUintN(this.size * 8, this.before.register(number));
  }
  loaded(operand: Operand, immediate = 0): bigint {
    if (operand.rm !== undefined) return this.of(operand.rm);
    const value = operand.certain && operand.address ? this.before.load(operand.address(immediate), this.size) : undefined;
    if (value === undefined) throw stepIt;
    return value;
  }
  arithmetic(operation: Operation, target: number | undefined, a: bigint, b: bigint): After {
    const { value, flags } = calculate(operation, a, b, this.size, this.before.flags);
    const writes = operation !== 'cmp' && operation !== 'test' && target !== undefined;
    return { pc: this.next, registers: writes ? [{ number: target, value }] : nothing, flags };
  }
  jump(to: bigint): After {
    const pc = wrap(to);
    if (!canonical(pc)) throw stepIt;
    return { pc, registers: nothing };
  }
  popped(at: bigint): bigint {
    const value = this.before.load(at, 8);
    if (value === undefined) throw stepIt;
    return value;
  }
}

const nothing: After['registers'] = [];

interface Operand {
  /** Number of the register operand (`reg` of ModRM). */
  readonly reg: number;
  /** A register, or an address with the bytes of immediate that follow still to be counted for rip. */
  readonly rm: number | undefined;
  readonly address: ((immediate: number) => bigint) | undefined;
  /** Its memory may be loaded: relative to rip or to the stack. */
  readonly certain: boolean;
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

const operandOf = (decoder: Decoder): Operand => {
  const { before, rex } = decoder;
  const modrm = decoder.u8();
  const mod = modrm >> 6;
  const reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
  const low = modrm & 7;
  if (mod === 3) return { reg, rm: low | ((rex & 1) << 3), address: undefined, certain: true };
  let base: number | undefined = low | ((rex & 1) << 3);
  let index = 0n;
  let plain = true;
  if (low === 4) {
    const sib = decoder.u8();
    const number = ((sib >> 3) & 7) | ((rex & 2) << 2);
    if (number !== rsp) {
      index = before.register(number) << BigInt(sib >> 6);
      plain = false;
    }
    base = (sib & 7) | ((rex & 1) << 3);
    if ((sib & 7) === 5 && mod === 0) base = undefined;
  } else if (low === 5 && mod === 0) {
    const offset = decoder.i32();
    const end = decoder.at;
    return { reg, rm: undefined, address: (immediate) => wrap(before.pc + BigInt(end + immediate) + offset), certain: true };
  }
  const offset = mod === 1 ? decoder.i8() : mod === 2 || base === undefined ? decoder.i32() : 0n;
  const from = base === undefined ? 0n : before.register(base);
  const address = wrap(from + index + offset);
  return { reg, rm: undefined, address: () => address, certain: plain && (base === rsp || (base === rbp && isFramePointer(before))) };
};

const isFramePointer = (before: Before): boolean => {
  const distance = before.register(rbp) - before.register(rsp);
  return distance >= 0n && distance < largestFrame;
};

const parity = (value: bigint): bigint => {
  let byte = Number(value & 0xffn);
  byte ^= byte >> 4;
  byte ^= byte >> 2;
  byte ^= byte >> 1;
  return (byte & 1) === 0 ? PF : 0n;
};

/** Result and flags of an operation on `size` bytes (SDM volume 1, 3.4.3.1). AF of a logical one is undefined; QEMU clears it (target/i386/tcg/cc_helper_template.h). */
const calculate = (operation: Operation, a: bigint, b: bigint, size: 4 | 8, flags: bigint): { readonly value: bigint; readonly flags: bigint } => {
  const bits = size * 8;
  const sign = BigInt(bits - 1);
  let value: bigint;
  let set = 0n;
  if (operation === 'add') {
    value = BigInt.asUintN(bits, a + b);
    if (value < a) set |= CF;
    if ((((a ^ value) & (b ^ value)) >> sign) & 1n) set |= OF;
    set |= (a ^ b ^ value) & AF;
  } else if (operation === 'sub' || operation === 'cmp') {
    value = BigInt.asUintN(bits, a - b);
    if (a < b) set |= CF;
    if ((((a ^ b) & (a ^ value)) >> sign) & 1n) set |= OF;
    set |= (a ^ b ^ value) & AF;
  } else value = operation === 'or' ? a | b : operation === 'xor' ? a ^ b : a & b;
  if (value === 0n) set |= ZF;
  if ((value >> sign) & 1n) set |= SF;
  return { value, flags: (flags & ~arithmeticFlags) | set | parity(value) };
};

/** Conditions of jumps by the low four bits of their opcode (SDM volume 2, appendix B.1.4.7). */
const holds = (condition: number, flags: bigint): boolean => {
  const is = (flag: bigint): boolean => (flags & flag) !== 0n;
  const tests = [is(OF), is(CF), is(ZF), is(CF) || is(ZF), is(SF), is(PF), is(SF) !== is(OF), is(ZF) || is(SF) !== is(OF)];
  return tests[condition >> 1] !== ((condition & 1) === 1);
};

/** True for an address that 4-level paging can hold; jumping elsewhere faults. */
const canonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;

/**
 * The effect of one instruction, of the few kinds that stand where breakpoints are set and whose effect is certain: no instruction that
 * writes memory, none that can fault. undefined: let the processor execute it.
 */
export function emulate(before: Before): After | undefined {
  try {
    return execute(new Decoder(before));
  } catch (error) {
    if (error === stepIt) return undefined;
    throw error;
  }
}

function execute(decoder: Decoder): After {
  const { before } = decoder;
  let prefix = 0;
  let opcode = decoder.u8();
  // Only no-operations take these here; compilers pad them with several.
  while (opcode === 0x66 || opcode === 0x2e || opcode === 0xf3) {
    prefix = prefix === 0 || prefix === opcode ? opcode : opcode === 0xf3 || prefix === 0xf3 ? -1 : 0x66;
    opcode = decoder.u8();
  }
  if (opcode >= 0x40 && opcode <= 0x4f) {
    decoder.rex = opcode & 15;
    opcode = decoder.u8();
  }
  if (prefix !== 0) return padding(decoder, prefix, opcode);
  const { size } = decoder;
  const bits = size * 8;
  const low = (opcode & 7) | ((decoder.rex & 1) << 3);

  // add, or, and, sub, xor, cmp with a register operand: `op r/m, r` and `op r, r/m`.
  const operation = operations[opcode >> 3];
  if (opcode < 0x40 && operation !== undefined && ((opcode & 7) === 1 || (opcode & 7) === 3)) {
    const operand = operandOf(decoder);
    if (operand.rm === undefined && (opcode & 7) === 1 && operation !== 'cmp') throw stepIt;
    const other = decoder.loaded(operand);
    return (opcode & 7) === 1 ? decoder.arithmetic(operation, operand.rm, other, decoder.of(operand.reg)) : decoder.arithmetic(operation, operand.reg, decoder.of(operand.reg), other);
  }
  if (opcode >= 0x58 && opcode <= 0x5f) {
    if (decoder.rex & 8) throw stepIt;
    const sp = before.register(rsp);
    const value = decoder.popped(sp);
    return low === rsp ? decoder.after([{ number: rsp, value }]) : decoder.after([{ number: low, value }, { number: rsp, value: wrap(sp + 8n) }]);
  }
  if (opcode >= 0x70 && opcode <= 0x7f) {
    const by = decoder.i8();
    return holds(opcode & 15, before.flags) ? decoder.jump(decoder.next + by) : decoder.after();
  }
  if (opcode >= 0xb8 && opcode <= 0xbf) {
    const value = size === 8 ? decoder.u64() : BigInt.asUintN(32, decoder.i32());
    return decoder.after([{ number: low, value }]);
  }
  switch (opcode) {
    case 0x81:
    case 0x83: {
      const operand = operandOf(decoder);
      const kind = operations[operand.reg & 7];
      if (kind === undefined || (operand.rm === undefined && kind !== 'cmp')) throw stepIt;
      const value = decoder.loaded(operand, opcode === 0x81 ? 4 : 1);
      const immediate = opcode === 0x81 ? decoder.i32() : decoder.i8();
      return decoder.arithmetic(kind, operand.rm, value, BigInt.asUintN(bits, immediate));
    }
    case 0x85: {
      const operand = operandOf(decoder);
      return decoder.arithmetic('test', undefined, decoder.loaded(operand), decoder.of(operand.reg));
    }
    case 0x89: {
      const { rm, reg } = operandOf(decoder);
      if (rm === undefined) throw stepIt;
      return decoder.after([{ number: rm, value: decoder.of(reg) }]);
    }
    case 0x8b: {
      const operand = operandOf(decoder);
      return decoder.after([{ number: operand.reg, value: decoder.loaded(operand) }]);
    }
    case 0x8d: {
      const { reg, address } = operandOf(decoder);
      if (!address) throw stepIt;
      return decoder.after([{ number: reg, value: BigInt.asUintN(bits, address(0)) }]);
    }
    case 0x90:
      if (decoder.rex & 1) throw stepIt;
      return decoder.after();
    case 0xc3: {
      const sp = before.register(rsp);
      return { pc: decoder.jump(decoder.popped(sp)).pc, registers: [{ number: rsp, value: wrap(sp + 8n) }] };
    }
    case 0xc7: {
      const { reg, rm } = operandOf(decoder);
      if (rm === undefined || (reg & 7) !== 0) throw stepIt;
      return decoder.after([{ number: rm, value: BigInt.asUintN(bits, decoder.i32()) }]);
    }
    case 0xc9: {
      if (decoder.rex !== 0 || !isFramePointer(before)) throw stepIt;
      const frame = before.register(rbp);
      return decoder.after([{ number: rbp, value: decoder.popped(frame) }, { number: rsp, value: wrap(frame + 8n) }]);
    }
    case 0xe9:
    case 0xeb: {
      const by = opcode === 0xe9 ? decoder.i32() : decoder.i8();
      return decoder.jump(decoder.next + by);
    }
    case 0x0f:
      return twoBytes(decoder, decoder.u8());
    default:
      throw stepIt;
  }
}

function twoBytes(decoder: Decoder, opcode: number): After {
  if (opcode >= 0x80 && opcode <= 0x8f) {
    const by = decoder.i32();
    return holds(opcode & 15, decoder.before.flags) ? decoder.jump(decoder.next + by) : decoder.after();
  }
  if (opcode !== 0x1f) throw stepIt;
  operandOf(decoder);
  return decoder.after();
}

/** `nop` with prefixes, and `endbr64`, which does nothing where shadow stacks and landing pads are off. */
function padding(decoder: Decoder, prefix: number, opcode: number): After {
  if (prefix === 0xf3) {
    if (decoder.rex === 0 && opcode === 0x0f && decoder.u8() === 0x1e && decoder.u8() === 0xfa) return decoder.after();
  } else if (prefix === 0x66 || prefix === 0x2e) {
    if (opcode === 0x90 && decoder.rex === 0) return decoder.after();
    if (opcode === 0x0f && decoder.u8() === 0x1f) {
      operandOf(decoder);
      return decoder.after();
    }
  }
  throw stepIt;
}

import { Cursor } from '../../debug-adapter/images/bytes/cursor';
import { SectionBytes } from '../../debug-adapter/images/bytes/section-bytes';

/** DWARF's numbers of registers (psABI x86-64, figure 3.36; i386, table 2.14). */
const registers = {
  8: ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'],
  4: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip'],
} as const;

type Operand = (cursor: Cursor, addressSize: 4 | 8) => string;
const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
const signed = (value: bigint): string => (value < 0n ? `${value}` : `+${value}`);
const uleb: Operand = (cursor) => ` ${cursor.ulebBig()}`;
const sleb: Operand = (cursor) => ` ${cursor.slebBig()}`;
const sized =
  (bytes: number, asSigned: boolean): Operand =>
  (cursor) => {
    let value = 0n;
    for (let i = 0; i < bytes; i++) value |= BigInt(cursor.u8()) << BigInt(8 * i);
    return ` ${asSigned ? BigInt.asIntN(bytes * 8, value) : value}`;
  };
const none: Operand = () => '';

/** Operations by number (DWARF 5, table 7.9), but those that name a register or a literal in their number. */
const operations: Readonly<Record<number, readonly [string, Operand]>> = {
  0x03: ['addr', (cursor, size) => ` ${hex(BigInt(sized(size, false)(cursor, size).trim()))}`],
  0x06: ['deref', none], 0x08: ['const1u', sized(1, false)], 0x09: ['const1s', sized(1, true)], 0x0a: ['const2u', sized(2, false)], 0x0b: ['const2s', sized(2, true)],
  0x0c: ['const4u', sized(4, false)], 0x0d: ['const4s', sized(4, true)], 0x0e: ['const8u', sized(8, false)], 0x0f: ['const8s', sized(8, true)], 0x10: ['constu', uleb], 0x11: ['consts', sleb],
  0x12: ['dup', none], 0x13: ['drop', none], 0x14: ['over', none], 0x15: ['pick', sized(1, false)], 0x16: ['swap', none], 0x17: ['rot', none], 0x19: ['abs', none], 0x1a: ['and', none],
  0x1b: ['div', none], 0x1c: ['minus', none], 0x1d: ['mod', none], 0x1e: ['mul', none], 0x1f: ['neg', none], 0x20: ['not', none], 0x21: ['or', none], 0x22: ['plus', none], 0x23: ['plus_uconst', uleb],
  0x24: ['shl', none], 0x25: ['shr', none], 0x26: ['shra', none], 0x27: ['xor', none], 0x28: ['bra', sized(2, true)], 0x29: ['eq', none], 0x2a: ['ge', none], 0x2b: ['gt', none], 0x2c: ['le', none],
  0x2d: ['lt', none], 0x2e: ['ne', none], 0x2f: ['skip', sized(2, true)], 0x91: ['fbreg', sleb], 0x93: ['piece', uleb], 0x94: ['deref_size', sized(1, false)], 0x96: ['nop', none],
  0x9b: ['form_tls_address', none], 0x9c: ['call_frame_cfa', none], 0x9d: ['bit_piece', (cursor) => ` ${cursor.ulebBig()} ${cursor.ulebBig()}`], 0x9f: ['stack_value', none], 0xa1: ['addrx', uleb], 0xa2: ['constx', uleb],
  0xe0: ['push_tls_address', none], 0xfb: ['addrx', uleb],
};

/** A location expression in words, `fbreg -20`, `breg rsp+8; stack_value`; what is not known comes as bytes. */
export function locationText(expression: Uint8Array, addressSize: 4 | 8): string {
  const section = SectionBytes.ofBuffer('', '', Buffer.from(expression));
  const cursor = new Cursor(section, 0);
  const parts: string[] = [];
  const nameOf = (number: number): string => registers[addressSize][number] ?? `r${number}`;
  while (cursor.position < expression.length) {
    const start = cursor.position;
    try {
      const code = cursor.u8();
      const known = operations[code];
      if (known) parts.push(`${known[0]}${known[1](cursor, addressSize)}`);
      else if (code >= 0x30 && code < 0x50) parts.push(`lit${code - 0x30}`);
      else if (code >= 0x50 && code < 0x70) parts.push(`reg ${nameOf(code - 0x50)}`);
      else if (code >= 0x70 && code < 0x90) parts.push(`breg ${nameOf(code - 0x70)}${signed(cursor.slebBig())}`);
      else if (code === 0x90) parts.push(`reg ${nameOf(cursor.uleb())}`);
      else if (code === 0x92) parts.push(`breg ${nameOf(cursor.uleb())}${signed(cursor.slebBig())}`);
      else if (code === 0xa3 || code === 0xf3) {
        const length = cursor.uleb();
        const end = cursor.position + length;
        parts.push(`entry_value(${locationText(section.range(cursor.position, end).subarray(cursor.position, end), addressSize)})`);
        cursor.position = end;
      } else throw new RangeError('not known');
    } catch {
      parts.push(Buffer.from(expression.subarray(start)).toString('hex').replace(/..(?=.)/g, '$& '));
      break;
    }
  }
  return parts.join('; ');
}

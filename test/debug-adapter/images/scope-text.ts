import type { ExpressionContext } from '../../../debug-adapter/images/debug-info';

/** Places of variables in one spelling: as gdb prints them, and as our expressions say them. */

const registers = ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip', ...Array.from({ length: 16 }, (_, i) => `xmm${i}`)];

/** A number that is a value by itself, or a piece of one, in one spelling however it is written. */
const normal = (operations: readonly string[]): string => {
  const told = operations.map((operation, i) => {
    const constant = operations[i + 1] === 'stack_value' && (i === 0 || operations[i - 1]?.startsWith('piece')) ? /^(?:const\w*|lit) (-?\d+)$/.exec(operation)?.[1] : undefined;
    return constant === undefined ? operation : `value ${BigInt.asUintN(64, BigInt(constant))}`;
  });
  return told.filter((operation, i) => !(operation === 'stack_value' && told[i - 1]?.startsWith('value '))).join('; ');
};

/** Name → places at an address of those who have it, innermost first, of the text of `info scope`; '' where one has none. */
export const placesInScope = (text: string, address: bigint): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const [, name = '', told = ''] of text.replace(/^Symbol(?:s)? in scope.*\n|^.*?(?=Symbol )/s, '').matchAll(/^Symbol (\S+) is ([^]*?)(?=\nSymbol |(?![^]))/gm)) {
    if (/^(a function|a label|a typedef)/.test(told)) continue;
    found.set(name, [...(found.get(name) ?? []), spelled(told, address)]);
  }
  return found;
};

const spelled = (told: string, address: bigint): string => {
  if (!told.startsWith('multi-location')) return place(told);
  for (const [, start = '', end = '', content = ''] of told.matchAll(/ {2}Range (0x[0-9a-f]+)-(0x[0-9a-f]+): ([^]*?)(?=\n {2}(?:Base address \w+ {2})?Range |\n, length|(?![^]))/g)) if (address >= BigInt(start) && address < BigInt(end)) return place(content);
  return '';
};

/** An operation as gdb writes it, its operands in our order. */
const operation = (name: string, rest: string): string => {
  const plain = name.replace(/^GNU_/, '');
  const lit = /^lit(\d+)$/.exec(plain)?.[1];
  const reg = /^reg(\d+)$/.exec(plain)?.[1];
  if (lit !== undefined) return `lit ${lit}`;
  if (reg !== undefined) return `reg ${registers[Number(reg)]}`;
  if ((plain === 'convert' || plain === 'reinterpret') && !rest.includes('[0x')) return `${plain} 0`;
  const pointer = /^DIE (\w+) offset (-?\d+)/.exec(rest);
  if (pointer) return `implicit_pointer ${pointer[1]} ${pointer[2]}`;
  const parameter = /^offset (\w+)/.exec(rest)?.[1];
  if (parameter !== undefined) return `${plain} ${parameter}`;
  const target = /^to (\d+)/.exec(rest)?.[1];
  if (target !== undefined) return `${plain} ${target}`;
  const type = /\[0x(\w+)\](?: \[\$(\w+)\]| (\d+)-byte)?/.exec(rest);
  if (type) return [plain, type[1], type[2] ?? type[3]].filter((part) => part !== undefined).join(' ');
  const bits = /^size (\d+) offset (\d+)/.exec(rest);
  if (bits) return `bit_piece ${bits[1]} ${bits[2]}`;
  const operand = /^-?\w+/.exec(rest)?.[0];
  return [plain === 'addrx' || plain === 'addr_index' ? 'addr' : plain, ...(operand === undefined ? [] : [operand])].join(' ');
};

const place = (told: string): string => {
  const wide = /^a constant with value (-?\d+).*?(?:length (\d+))?\.?$/s.exec(told.split('\n')[0] ?? '');
  if (wide) return `constant ${BigInt.asUintN(8 * Math.min(8, Number(wide[2] ?? 8)), BigInt(wide[1] ?? 0))}`;
  const bytes = /^constant bytes: +((?:[0-9a-f]{2} ?)+)/.exec(told)?.[1];
  if (bytes !== undefined) return constantText(Buffer.from(bytes.replaceAll(' ', ''), 'hex'), 8);
  const operations: string[] = [];
  for (const line of told.split(/\n|, and (?=an? |the )/)) {
    const [, name, rest = ''] = /^\s+\d+: DW_OP_(\w+) ?(.*)/.exec(line) ?? [];
    const fixed = /static storage at address (0x[0-9a-f]+)/.exec(line)?.[1];
    const constant = /(?:the )?constant (-?\d+)/.exec(line)?.[1];
    const register = /a variable in \$(\w+)/.exec(line)?.[1];
    const frame = /at frame base reg \$\w+ offset -?\d+\+(-?\d+)/.exec(line)?.[1];
    if (name !== undefined) operations.push(operation(name, rest));
    else if (fixed !== undefined) operations.push(`addr ${fixed}`);
    else if (constant !== undefined) operations.push(`const ${constant}`, 'stack_value');
    else if (register !== undefined) operations.push(`reg ${register}`);
    else if (frame !== undefined) operations.push(`fbreg ${frame}`);
    const piece = /\[(\d+)-byte piece\]|empty (\d+)-byte piece/.exec(line)?.slice(1).find((size) => size !== undefined);
    if (piece !== undefined) operations.push(`piece ${piece}`);
    const bits = /\[(\d+)-bit piece, offset (\d+) bits\]|empty (\d+)-bit piece/.exec(line);
    if (bits) operations.push(`bit_piece ${bits[1] ?? bits[3]} ${bits[2] ?? 0}`);
  }
  return normal(operations);
};

/** A constant of that many bytes, as a number where it fits one. */
export const constantText = (bytes: Uint8Array, size: number): string => {
  const value = [...bytes].reverse().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return `constant ${BigInt.asUintN(8 * Math.min(8, size), value)}`;
};

/** Operations with the kinds of their operands: u and s for LEB128, x for one written in hexadecimal, digits for bytes (signed where negative). DWARF 5, section 7.7.1. */
const operations: Readonly<Record<number, readonly [name: string, operand?: 'u' | 's' | 'x' | number]>> = {
  0x03: ['addr', 8], 0x06: ['deref'], 0x08: ['const1u', 1], 0x09: ['const1s', -1], 0x0a: ['const2u', 2], 0x0b: ['const2s', -2], 0x0c: ['const4u', 4], 0x0d: ['const4s', -4],
  0x0e: ['const8u', 8], 0x0f: ['const8s', -8], 0x10: ['constu', 'u'], 0x11: ['consts', 's'], 0x12: ['dup'], 0x13: ['drop'], 0x14: ['over'], 0x15: ['pick', 1], 0x16: ['swap'], 0x17: ['rot'],
  0x19: ['abs'], 0x1a: ['and'], 0x1b: ['div'], 0x1c: ['minus'], 0x1d: ['mod'], 0x1e: ['mul'], 0x1f: ['neg'], 0x20: ['not'], 0x21: ['or'], 0x22: ['plus'], 0x23: ['plus_uconst', 'u'],
  0x24: ['shl'], 0x25: ['shr'], 0x26: ['shra'], 0x27: ['xor'], 0x29: ['eq'], 0x2a: ['ge'], 0x2b: ['gt'], 0x2c: ['le'], 0x2d: ['lt'], 0x2e: ['ne'], 0x91: ['fbreg', 's'], 0x93: ['piece', 'u'],
  0x90: ['regx', 'u'], 0x94: ['deref_size', 1], 0x96: ['nop'], 0x97: ['push_object_address'], 0x98: ['call2', 2], 0x99: ['call4', 4], 0x9c: ['call_frame_cfa'], 0x9f: ['stack_value'],
  0xa8: ['convert', 'x'], 0xa9: ['reinterpret', 'x'], 0xf0: ['uninit'], 0xf7: ['convert', 'x'], 0xf9: ['reinterpret', 'x'],
};

/** One of our expressions in the same spelling. */
export const expressionText = (expression: Uint8Array, context: ExpressionContext): string => {
  const bytes = Buffer.from(expression);
  const told: string[] = [];
  let at = 0;
  const leb = (signed: boolean): bigint => {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return signed && byte & 0x40 ? value - (1n << shift) : value;
    }
  };
  const fixed = (size: number): bigint => {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
    at += size;
    return value;
  };
  const hex = (value: bigint): string => value.toString(16);
  const registerName = (number: bigint): string => registers[Number(number)] ?? String(number);
  while (at < bytes.length) {
    const code = bytes[at++] ?? 0;
    if (code >= 0x30 && code < 0x50) told.push(`lit ${code - 0x30}`);
    else if (code >= 0x50 && code < 0x70) told.push(`reg ${registers[code - 0x50]}`);
    else if (code >= 0x70 && code < 0x90) told.push(`breg${code - 0x70} ${leb(true)}`);
    else if (code === 0xa3 || code === 0xf3) {
      leb(false);
      told.push('entry_value');
    } else if (code === 0x28 || code === 0x2f) {
      const distance = Number(BigInt.asIntN(16, fixed(2)));
      told.push(`${code === 0x28 ? 'bra' : 'skip'} ${at + distance}`);
    } else if (code === 0x9d) told.push(`bit_piece ${leb(false)} ${leb(false)}`);
    else if (code === 0x9e) {
      const size = Number(leb(false));
      at += size;
      told.push(`implicit_value ${size}`);
    } else if (code === 0xa0 || code === 0xf2) told.push(`implicit_pointer ${hex(fixed(context.offsetSize))} ${leb(true)}`);
    else if (code === 0xa1 || code === 0xfb) told.push(`addr 0x${hex(context.address(Number(leb(false))))}`);
    else if (code === 0xa4 || code === 0xf4) {
      told.push(`const_type ${hex(leb(false))}`);
      at += Number(fixed(1));
    } else if (code === 0xa5 || code === 0xf5) {
      const register = registerName(leb(false));
      told.push(`regval_type ${hex(leb(false))} ${register}`);
    } else if (code === 0xa6 || code === 0xf6) {
      const size = fixed(1);
      told.push(`deref_type ${hex(leb(false))} ${size}`);
    } else if (code === 0xfa) told.push(`parameter_ref ${hex(fixed(4))}`);
    else {
      const [name, operand] = operations[code] ?? [`operation 0x${code.toString(16)}`];
      if (operand === undefined) told.push(name);
      else if (typeof operand === 'number') {
        const size = Math.abs(operand);
        const value = fixed(size);
        told.push(`${name} ${operand < 0 ? BigInt.asIntN(size * 8, value) : name === 'addr' ? `0x${hex(value)}` : value}`);
      } else told.push(`${name} ${operand === 'x' ? hex(leb(false)) : leb(operand === 's')}`);
    }
  }
  return normal(told);
};

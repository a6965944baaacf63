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
  for (const [, start = '', end = '', content = ''] of told.matchAll(/ {2}Range (0x[0-9a-f]+)-(0x[0-9a-f]+): ([^]*?)(?=\n {2}Range |\n, length|(?![^]))/g)) if (address >= BigInt(start) && address < BigInt(end)) return place(content);
  return '';
};

const place = (told: string): string => {
  const operations: string[] = [];
  for (const line of told.split(/\n|, and (?=an? |the )/)) {
    const operation = /^\s+\d+: DW_OP_(\w+)(?: (-?\w+))?/.exec(line);
    const fixed = /static storage at address (0x[0-9a-f]+)/.exec(line)?.[1];
    const constant = /(?:the )?constant (-?\d+)/.exec(line)?.[1];
    const register = /a variable in \$(\w+)/.exec(line)?.[1];
    const frame = /at frame base reg \$\w+ offset -?\d+\+(-?\d+)/.exec(line)?.[1];
    if (operation) {
      const [, name = '', operand] = operation;
      const lit = /^lit(\d+)$/.exec(name)?.[1];
      const reg = /^reg(\d+)$/.exec(name)?.[1];
      operations.push(lit !== undefined ? `lit ${lit}` : reg !== undefined ? `reg ${registers[Number(reg)]}` : [name.replace(/^GNU_/, ''), ...(operand === undefined ? [] : [operand])].join(' '));
    } else if (fixed !== undefined) operations.push(`addr ${fixed}`);
    else if (constant !== undefined) operations.push(`const ${constant}`, 'stack_value');
    else if (register !== undefined) operations.push(`reg ${register}`);
    else if (frame !== undefined) operations.push(`fbreg ${frame}`);
    const piece = /\[(\d+)-byte piece\]|empty (\d+)-byte piece/.exec(line)?.slice(1).find((size) => size !== undefined);
    if (piece !== undefined) operations.push(`piece ${piece}`);
  }
  return normal(operations);
};

/** Operations with the kinds of their operands: u and s for LEB128, digits for bytes (signed where negative). DWARF 5, section 7.7.1. */
const operations: Readonly<Record<number, readonly [name: string, operand?: 'u' | 's' | number]>> = {
  0x03: ['addr', 8], 0x06: ['deref'], 0x08: ['const1u', 1], 0x09: ['const1s', -1], 0x0a: ['const2u', 2], 0x0b: ['const2s', -2], 0x0c: ['const4u', 4], 0x0d: ['const4s', -4],
  0x0e: ['const8u', 8], 0x0f: ['const8s', -8], 0x10: ['constu', 'u'], 0x11: ['consts', 's'], 0x12: ['dup'], 0x13: ['drop'], 0x14: ['over'], 0x15: ['pick', 1], 0x16: ['swap'], 0x17: ['rot'],
  0x19: ['abs'], 0x1a: ['and'], 0x1b: ['div'], 0x1c: ['minus'], 0x1d: ['mod'], 0x1e: ['mul'], 0x1f: ['neg'], 0x20: ['not'], 0x21: ['or'], 0x22: ['plus'], 0x23: ['plus_uconst', 'u'],
  0x24: ['shl'], 0x25: ['shr'], 0x26: ['shra'], 0x27: ['xor'], 0x29: ['eq'], 0x2a: ['ge'], 0x2b: ['gt'], 0x2c: ['le'], 0x2d: ['lt'], 0x2e: ['ne'], 0x91: ['fbreg', 's'], 0x93: ['piece', 'u'],
  0x94: ['deref_size', 1], 0x96: ['nop'], 0x9c: ['call_frame_cfa'], 0x9f: ['stack_value'],
};

/** One of our expressions in the same spelling; undefined where it holds what is spelled differently there (types by offset, bit pieces, indexes). */
export const expressionText = (expression: Uint8Array): string | undefined => {
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
  while (at < bytes.length) {
    const code = bytes[at++] ?? 0;
    if (code >= 0x30 && code < 0x50) told.push(`lit ${code - 0x30}`);
    else if (code >= 0x50 && code < 0x70) told.push(`reg ${registers[code - 0x50]}`);
    else if (code >= 0x70 && code < 0x90) told.push(`breg${code - 0x70} ${leb(true)}`);
    else if (code === 0xa3 || code === 0xf3) {
      leb(false);
      told.push('entry_value');
    } else {
      const known = operations[code];
      if (!known) return undefined;
      const [name, operand] = known;
      if (operand === undefined) told.push(name);
      else if (typeof operand === 'number') {
        const size = Math.abs(operand);
        let value = 0n;
        for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
        at += size;
        told.push(`${name} ${operand < 0 ? BigInt.asIntN(size * 8, value) : name === 'addr' ? `0x${value.toString(16)}` : value}`);
      } else told.push(`${name} ${leb(operand === 's')}`);
    }
  }
  return normal(told);
};

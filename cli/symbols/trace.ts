import path from 'node:path';
import type { Image, ImageSymbol } from '../../debug-adapter/images/image';
import { writeAddress } from './addresses';
import { place } from './queries';
import { isNameOf, offsetsIn } from './trace-offset';
import type { SymbolResult } from './queries';

/** A place in code that a line of a log speaks of. */
export interface Mention {
  /** Of symbol and offset, as kernels print them. */
  readonly symbol?: { readonly name: string; readonly offset: bigint; readonly size?: number };
  /** The kernel module whose symbol that is, where Linux names one. */
  readonly module?: string;
  /** The file whose code that is, and the address that it was linked for. */
  readonly object?: { readonly file: string; readonly linked: bigint };
  /** As printed, at run time. */
  readonly address?: bigint;
  /** A return address belongs to the call before it; a pc to its own instruction. */
  readonly role: 'return' | 'pc';
}

const hex = (text: string): bigint => BigInt(`0x${text.replace(/^0x/i, '')}`);

/** A symbol with offset: `name+0x12/0x34` and `name+0x12/0x34 [module]` (Linux), `name+0x12/frame 0x…` and `name+0x12` (FreeBSD). */
const symbolic = /(?<![\w.$+])([A-Za-z_$][\w.$]*)\+0x([0-9a-f]+)(?:\/0x([0-9a-f]+)(?: \[([\w-]+)(?: [0-9a-f]+)?\])?)?/i;
/** Lines of a log that give the place of the fault itself. */
const pcLine = /\b(?:RIP|rip|EIP|eip|instruction pointer|pc)\b\s*[:=]\s*(?:0x)?(?:[0-9a-f]{1,4}:)?(?:\[<)?(?:0x)?([0-9a-f]{6,16})\b/i;
/** A fault in user code (Linux arch/x86/mm/fault.c, show_signal_msg; arch/x86/kernel/traps.c, show_signal): the instruction's own address. */
const userFault = /\b(?:segfault at [0-9a-f]+|trap .*|general protection fault.*|invalid opcode) ip[ :]([0-9a-f]{6,16})\b/i;
/** `NAME(+0x12) [0x…]` and `NAME(SYMBOL+0x12) [0x…]` of a C library's backtrace (glibc debug/backtracesyms.c). */
const cLibraryFrame = /(\S+)\((\w*)\+(0x[0-9a-f]+)\)\s*\[(0x[0-9a-f]+)\]/i;
const pcSymbol = /\b(?:RIP|EIP)\b\s*:\s*(?:[0-9a-f]{1,4}:)?/i;
/** Lines of a stack: Redox (kernel src/panic.rs), FreeBSD's `#3 0x… at …` (subr_stack.c), Linux's `[<…>]`, `3: 0x…` of Rust's library. */
const frameLines = [/\bPC\s+([0-9a-f]{8,16})\b/, /^\s*#\d+\s+(?:0x)?([0-9a-f]{6,16})\b/i, /\[<(?:0x)?([0-9a-f]{8,16})>\]/i, /^\s*\d+:\s+0x([0-9a-f]{6,16})\b/i];

/** What one line of a Linux, FreeBSD or Redox log says of a place in code; undefined for all other lines. */
export function mentionIn(line: string): Mention | undefined {
  // A time stamp, or the name of who logged, may stand before the message.
  const text = line.replace(/^\[\s*\d+\.\d+\](?:\[\s*[A-Z]\d+\])?\s?/, '');
  const [, file, symbol, offset = '0', printed = '0'] = cLibraryFrame.exec(text) ?? [];
  if (file !== undefined && symbol === '') return { object: { file, linked: hex(offset) }, role: 'return' };
  if (file !== undefined && symbol !== undefined) return { symbol: { name: symbol, offset: hex(offset) }, address: hex(printed), role: 'return' };
  const fault = userFault.exec(text)?.[1];
  if (fault !== undefined) return { address: hex(fault), role: 'pc' };
  const named = symbolic.exec(text);
  const frame = frameLines.map((shape) => shape.exec(text)?.[1]).find((found) => found !== undefined);
  const pc = pcLine.exec(text)?.[1];
  const address = frame ?? pc;
  if (named) {
    const [, name = '', offset = '0', size, module] = named;
    return {
      symbol: { name, offset: hex(offset), ...(size === undefined ? {} : { size: Number(hex(size)) }) },
      ...(module === undefined ? {} : { module }),
      ...(address === undefined ? {} : { address: hex(address) }),
      role: pcSymbol.test(text) ? 'pc' : 'return',
    };
  }
  return address === undefined ? undefined : { address: hex(address), role: frame === undefined ? 'pc' : 'return' };
}

export interface TraceLine {
  readonly text: string;
  /** Several where static namesakes cannot be told apart; none for a line that speaks of no code in this image. */
  readonly results: readonly SymbolResult[];
}

/** A log with what each of its lines means in this image. Addresses in the answers are linked ones. */
export function readTrace(image: Image, log: string): TraceLine[] {
  const lines = log.split(/\r?\n/);
  if (lines[lines.length - 1] === '') lines.pop();
  const offsets = offsetsIn(image, lines);
  return lines.map((text, i) => {
    const mention = mentionIn(text);
    return { text, results: mention ? meaning(image, mention, offsets[i]) : [] };
  });
}

const isCode = (image: Image, address: bigint): boolean => image.sections.some((one) => one.allocated && one.executable && address >= one.address && address < one.address + BigInt(one.size));

/** A module's name as Linux has it, by its file's; undefined for other images. */
const moduleOf = (image: Image): string | undefined => /([^/\\]+)\.ko(?:\.\w+)*$/.exec(image.path)?.[1]?.replace(/-/g, '_');

function meaning(image: Image, mention: Mention, offset: bigint | undefined): SymbolResult[] {
  if (mention.module !== undefined && mention.module.replace(/-/g, '_') !== moduleOf(image)) return [];
  if (mention.object && !isNameOf(image, mention.object.file)) return [];
  const addresses = mention.object ? [mention.object.linked] : mention.symbol ? namesakes(image, mention.symbol).map((symbol) => symbol.address + (mention.symbol?.offset ?? 0n)) : [];
  if (addresses.length === 0 && mention.address !== undefined) addresses.push(mention.address - (offset ?? 0n));
  return [...new Set(addresses)].flatMap((address) => {
    const looked = mention.role === 'return' ? address - 1n : address;
    if (!isCode(image, looked)) return [];
    const known = place(image, looked);
    return (known.length > 0 ? known : [nameless(image, address)]).map((result) => ({ ...result, address: writeAddress(image, address) }));
  });
}

/** Code that has neither a name nor a line: how far it is from where the image begins. */
const nameless = (image: Image, address: bigint): SymbolResult => ({ name: `${path.basename(image.path)}+0x${(address - image.base).toString(16)}`, inlined: [] });

/** Symbols that a trace can mean: of the printed size where one is, else all that reach as far as the offset. */
function namesakes(image: Image, wanted: NonNullable<Mention['symbol']>): ImageSymbol[] {
  const all = image.symbols.named(wanted.name).filter((symbol) => symbol.kind !== 'object');
  const sized = all.filter((symbol) => symbol.size === wanted.size);
  if (sized.length > 0) return sized;
  return all.filter((symbol) => symbol.size === 0 || wanted.offset <= BigInt(symbol.size));
}

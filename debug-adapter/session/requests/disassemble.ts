import type { DebugProtocol } from '@vscode/debugprotocol';
import { disassemble, instructionBefore } from '../../inspect/disassemble';
import type { DisassembledInstruction } from '../../inspect/disassemble';
import { hex, parseAddress } from '../addresses';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';

const longest = 15;
const most = 10_000;

/** Where the instruction `count` before an address starts; undefined where memory or code does not reach back that far. */
const back = async (target: Target, memory: { readSome(address: bigint, length: number): Promise<Uint8Array> }, address: bigint, count: number, bits: 16 | 32 | 64): Promise<bigint | undefined> => {
  const room = count * longest + longest;
  for (const length of [room, Math.min(room, 4 * count + 16), 32]) {
    const from = address - BigInt(length);
    if (from < 0n) continue;
    const bytes = await memory.readSome(from, length);
    if (bytes.length < length) continue;
    const { symbol, module } = target.program.placeOf(address);
    const known = symbol && module ? target.program.toRuntime(module, symbol.address) : undefined;
    const found = instructionBefore(bytes, address, bits, count, known);
    if (found !== undefined) return found;
  }
  return undefined;
};

const unreadable = (address: bigint): DebugProtocol.DisassembledInstruction => ({ address: hex(address), instruction: '(not readable)', presentationHint: 'invalid' });

const handle: Handler<DebugProtocol.DisassembleArguments> = async (core, args) => {
  const target = core.needStopped('disassemble');
  const { bits } = await target.machine.registers();
  const memory = await target.inspector.selectedSpace();
  const cr3 = memory.root;
  const origin = BigInt.asUintN(64, parseAddress(args.memoryReference, 'disassemble', 'memoryReference') + BigInt(args.offset ?? 0));
  const count = Math.max(0, Math.min(args.instructionCount, most));
  const offset = args.instructionOffset ?? 0;
  const lines: DebugProtocol.DisassembledInstruction[] = [];
  let start = origin;
  if (offset < 0) {
    // As many before as can be had; an editor wants the number it asked for, so the rest is filled.
    let reachable = -offset;
    let found: bigint | undefined;
    while (reachable > 0 && (found = await back(target, memory, origin, reachable, bits)) === undefined) reachable = reachable > 8 ? reachable >> 1 : reachable - 1;
    for (let missing = -offset - reachable; missing > 0; missing--) lines.push(unreadable(origin - BigInt(reachable + missing)));
    start = found ?? origin;
  }
  const skip = Math.max(0, offset);
  const wanted = count + skip;
  const decoded = disassemble(await memory.readSome(start, wanted * longest), start, bits, wanted).slice(skip);
  for (const line of decoded) lines.push(present(target, line, cr3, args.resolveSymbols === true));
  const last = decoded.at(-1);
  let address = last ? last.address + BigInt(last.bytes.length) : start;
  for (; lines.length < count; address++) lines.push(unreadable(address));
  return { instructions: lines.slice(0, count) };
};

const present = (target: Target, line: DisassembledInstruction, cr3: bigint, symbols: boolean): DebugProtocol.DisassembledInstruction => {
  const place = target.program.placeOf(line.address, { cr3 });
  const row = place.line;
  const name = place.symbol && place.offset !== undefined ? `${place.symbol.name}${place.offset === 0 ? '' : `+0x${place.offset.toString(16)}`}` : undefined;
  return {
    address: hex(line.address),
    instructionBytes: Buffer.from(line.bytes).toString('hex').replace(/..(?=.)/g, '$& '),
    instruction: symbols ? `${line.text}${targetName(target, line, cr3)}` : line.text,
    ...(name === undefined ? {} : { symbol: name }),
    ...(row && row.line > 0 ? { location: target.sourceOf(row.file), line: row.line, column: row.column } : {}),
  };
};

const targetName = (target: Target, line: DisassembledInstruction, cr3: bigint): string => {
  if (line.target === undefined) return '';
  const { symbol, offset } = target.program.placeOf(line.target, { cr3 });
  return symbol ? ` <${symbol.name}${offset ? `+0x${offset.toString(16)}` : ''}>` : '';
};

export const disassembleRequests: RequestGroup = { capabilities: { supportsDisassembleRequest: true }, handlers: { disassemble: handle } };

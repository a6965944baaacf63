import { Decoder, DecoderOptions, Formatter, FormatterSyntax, type Instruction } from 'iced-x86';
import { decode } from './instructions';

/** One line of a disassembly. */
export interface DisassembledInstruction {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** Intel syntax; `(bad)` for bytes that are no instruction. */
  readonly text: string;
  /** Where a direct branch or call goes. */
  readonly target?: bigint;
}

const longest = 15;

/** Disassembles `bytes`, which start at `address`. At most `count` instructions. A torn last instruction is left out. */
export function disassemble(bytes: Uint8Array, address: bigint, bits: 16 | 32 | 64, count = Infinity): DisassembledInstruction[] {
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  decoder.ip = address;
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.spaceAfterOperandSeparator = true;
  formatter.branchLeadingZeros = false;
  formatter.smallHexNumbersInDecimal = true;
  const lines: DisassembledInstruction[] = [];
  try {
    while (decoder.canDecode && lines.length < count) {
      const instruction = decoder.decode();
      try {
        const start = Number(instruction.ip - address);
        // What did not decode because the bytes end is no bad instruction.
        if (instruction.isInvalid && bytes.length - start < longest) break;
        lines.push({
          address: instruction.ip,
          bytes: bytes.subarray(start, start + instruction.length),
          text: instruction.isInvalid ? '(bad)' : formatter.format(instruction),
          ...branchTarget(instruction),
        });
      } finally {
        instruction.free();
      }
    }
  } finally {
    formatter.free();
    decoder.free();
  }
  return lines;
}

const branchTarget = (instruction: Instruction): { target?: bigint } =>
  instruction.isJmpShortOrNear || instruction.isJccShortOrNear || instruction.isCallNear ? { target: instruction.nearBranchTarget } : {};

/**
 * Start of the instruction that lies `count` instructions before `address`, found by decoding from earlier starting points
 * until the decoded stream meets `address` (x86 streams fall into step after a few instructions). `known` is an instruction
 * border before it, such as the start of the function, where there is one.
 * @param bytes end at `address`
 */
export function instructionBefore(bytes: Uint8Array, address: bigint, bits: 16 | 32 | 64, count: number, known?: bigint): bigint | undefined {
  const first = address - BigInt(bytes.length);
  if (known !== undefined && known >= first && known < address) {
    const starts = startsFrom(bytes.subarray(Number(known - first)), known, address, bits);
    if (starts && starts.length >= count) return starts.at(-count);
  }
  for (let skip = 0; skip < Math.min(longest, bytes.length); skip++) {
    const starts = startsFrom(bytes.subarray(skip), first + BigInt(skip), address, bits);
    if (starts && starts.length >= count) return starts.at(-count);
  }
  return undefined;
}

/** Instruction starts from `start` on, when they meet `end` exactly. */
function startsFrom(bytes: Uint8Array, start: bigint, end: bigint, bits: 16 | 32 | 64): bigint[] | undefined {
  const starts: bigint[] = [];
  let next = start;
  for (const { address, length } of decode(bytes, start, bits)) {
    starts.push(address);
    next = address + BigInt(length);
  }
  return next === end ? starts : undefined;
}

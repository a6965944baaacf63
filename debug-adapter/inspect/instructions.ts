import { Code, Decoder, DecoderOptions, FlowControl, OpKind, Register, type Instruction } from 'iced-x86';

/** How an instruction moves the program counter. */
export type Flow = 'next' | 'call' | 'return' | 'jump' | 'conditional' | 'interrupt' | 'invalid';

/** What a stepper needs of one instruction. */
export interface InstructionInfo {
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
  readonly flow: Flow;
  /** Where a direct call or branch goes; undefined for indirect ones. */
  readonly target?: bigint;
  /** Of a jump through a register, its name; of one through memory, whether the address is picked from a table by an index. */
  readonly through?: string | 'memory' | 'table';
}

const flows: Partial<Record<FlowControl, Flow>> = {
  [FlowControl.Next]: 'next',
  [FlowControl.UnconditionalBranch]: 'jump',
  [FlowControl.IndirectBranch]: 'jump',
  [FlowControl.ConditionalBranch]: 'conditional',
  [FlowControl.Return]: 'return',
  [FlowControl.Call]: 'call',
  [FlowControl.IndirectCall]: 'call',
  [FlowControl.Interrupt]: 'interrupt',
  [FlowControl.XbeginXabortXend]: 'next',
  [FlowControl.Exception]: 'invalid',
};

/** `syscall` and `sysenter` call the kernel: a stepper goes over them. They decode as calls; `sysret`, `iret` as returns. */
const flowOf = (instruction: Instruction): Flow => {
  if (instruction.code === Code.INVALID) return 'invalid';
  return flows[instruction.flowControl] ?? 'next';
};

const throughOf = (instruction: Instruction): string => {
  if (instruction.op0Kind === OpKind.Register) return (Register[instruction.op0Register] ?? '').toLowerCase();
  return instruction.memoryIndex === Register.None ? 'memory' : 'table';
};

/** Decodes instructions from bytes that start at `address`, one after the other, until they end. */
export function* decode(bytes: Uint8Array, address: bigint, bits: 16 | 32 | 64): Generator<InstructionInfo> {
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  decoder.ip = address;
  try {
    while (decoder.canDecode) {
      const instruction = decoder.decode();
      try {
        const flow = flowOf(instruction);
        const direct = instruction.isJmpShortOrNear || instruction.isJccShortOrNear || instruction.isCallNear || instruction.isJcxShort || instruction.isLoopcc || instruction.isLoop;
        yield { address: instruction.ip, length: instruction.length, flow, ...(direct ? { target: instruction.nearBranchTarget } : {}), ...(instruction.isJmpNearIndirect ? { through: throughOf(instruction) } : {}) };
      } finally {
        instruction.free();
      }
    }
  } finally {
    decoder.free();
  }
}

/** The instruction that starts at `address`; undefined when the bytes do not hold a whole valid one. 15 bytes are always enough. */
export function instructionInfo(bytes: Uint8Array, address: bigint, bits: 16 | 32 | 64): InstructionInfo | undefined {
  const [first] = decode(bytes, address, bits);
  return first && first.flow !== 'invalid' ? first : undefined;
}

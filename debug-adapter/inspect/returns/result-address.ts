import { Decoder, DecoderOptions, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register, RegisterExt, type Instruction, type UsedRegister } from 'iced-x86';
import { directCallTarget } from '../stack/calls';
import type { Activation } from '../stack/activation';
import { decode } from '../instructions';
import { pushedAddress, type ResultAddress } from './pushed-address';

/** Numbers of DWARF: System V hands the address over in rdi, Microsoft's convention in rcx. */
const hidden = { elf: { name: 'rdi', number: 5, machine: Register.RDI }, pe: { name: 'rcx', number: 2, machine: Register.RCX } } as const;
/** Registers that a call leaves as they are (System V): what they hold at the return they held at the call. */
const names: ReadonlyMap<Register, string> = new Map([
  [Register.RBX, 'rbx'],
  [Register.RBP, 'rbp'],
  [Register.RSP, 'rsp'],
  [Register.R12, 'r12'],
  [Register.R13, 'r13'],
  [Register.R14, 'r14'],
  [Register.R15, 'r15'],
]);
/** DW_OP_reg0. */
const entryOpcode = 0x50;

/**
 * The address that a function was given for its result: from the register at its first instruction, else from what its
 * caller's debug information says of the call, else from the caller's instruction that set the register; in 32-bit code, from the stack. The last two of 64-bit code only where the
 * caller called this very function.
 */
export const resultAddress = async (call: Activation): Promise<ResultAddress> => {
  const { module } = call;
  const own = call.place.scopes.at(-1);
  if (!module || !own) return { reason: 'it has no debug information' };
  if (module.image.addressSize === 4) return pushedAddress(call, own.function);
  const register = hidden[module.image.format];
  const entry = call.program.toRuntime(module, own.entry);
  if (call.exact && call.pc === entry) {
    const address = await call.registers.get(register.number);
    return address === undefined ? { reason: `${register.name} is not known` } : { address };
  }
  const caller = await call.caller();
  if (!('pc' in caller)) return caller;
  if ((await directCallTarget(caller)) !== entry) return { reason: 'its caller did not call it by name, so what it told it of the result is not known' };
  const told = await call.entryValue(Uint8Array.of(entryOpcode + register.number)).catch(() => undefined);
  if (told !== undefined) return { address: told };
  const set = await setBeforeCall(caller, register.machine);
  return set === undefined ? { reason: 'where its caller keeps the result cannot be told from the code before the call' } : { address: set };
};

/** The value that a register got in the straight code before the call that returns to `caller.pc`; undefined where it is not certain. */
const setBeforeCall = async (caller: Activation, wanted: Register): Promise<bigint | undefined> => {
  const { module, program } = caller;
  const scope = caller.place.scopes.at(-1);
  if (!module || !scope || caller.linked === undefined) return undefined;
  const call = program.toLinked(module, caller.pc) - 5n;
  const range = scope.ranges.find(({ start, end }) => call >= start && call < end);
  const bytes = range && module.image.bytesAt(range.start, Number(range.end - range.start));
  if (!range || !bytes) return undefined;
  const source = lastSource(bytes, range.start, straightCode(bytes, range.start, call), wanted);
  if (!source) return undefined;
  const { debugInfo } = module.image;
  // A jump through a table may lead in between, but not into the middle of a statement.
  const table = [...decode(bytes, range.start, 64)].some(({ flow, target }) => flow === 'jump' && target === undefined);
  if (table && debugInfo.lineAt(source.at)?.line !== debugInfo.lineAt(call)?.line) return undefined;
  const base = await caller.registers.named(source.register);
  return base === undefined ? undefined : BigInt.asUintN(64, base + source.offset);
};

/** Where the code begins that always runs as a whole before the call: behind the last branch, and nothing jumps into it. */
const straightCode = (bytes: Uint8Array, start: bigint, call: bigint): { readonly from: bigint; readonly to: bigint } => {
  let from = start;
  for (const { address, length, flow, target } of decode(bytes, start, 64)) {
    const behind = address + BigInt(length);
    if (flow !== 'next' && behind <= call && behind > from) from = behind;
    if (target !== undefined && flow !== 'call' && target > from && target <= call) from = target;
  }
  return { from, to: call };
};

interface Source {
  /** Of the instruction. */
  readonly at: bigint;
  /** One that is kept. */
  readonly register: string;
  readonly offset: bigint;
}

/** What the wanted register holds behind the block, as a register that was kept since and a number. Registers are followed through `mov` and `lea`. */
const lastSource = (bytes: Uint8Array, start: bigint, block: { readonly from: bigint; readonly to: bigint }, wanted: Register): Source | undefined => {
  const decoder = new Decoder(64, bytes.subarray(Number(block.from - start), Number(block.to - start)), DecoderOptions.None);
  decoder.ip = block.from;
  const factory = new InstructionInfoFactory();
  const itself = (register: Register, at: bigint): readonly [Register, Source][] => {
    const name = names.get(register);
    return name === undefined ? [] : [[register, { at, register: name, offset: 0n }]];
  };
  const held = new Map<Register, Source>([...names.keys()].flatMap((register) => itself(register, block.from)));
  try {
    while (decoder.canDecode) {
      const instruction = decoder.decode();
      const info = factory.info(instruction);
      const source = sourceOf(instruction, held);
      for (const written of writtenBy(info.usedRegisters() as UsedRegister[])) {
        held.delete(written);
        for (const [register, { register: base }] of held) if (base === names.get(written)) held.delete(register);
        // What a kept register holds from here on is there when the call returns.
        for (const [register, own] of itself(written, instruction.ip)) held.set(register, own);
      }
      if (source) held.set(instruction.op0Register, source);
      info.free();
      instruction.free();
    }
  } finally {
    factory.free();
    decoder.free();
  }
  return held.get(wanted);
};

/** Whole registers. */
const writtenBy = (used: readonly UsedRegister[]): readonly Register[] => {
  const written: Register[] = [];
  for (const one of used) {
    if (one.access !== OpAccess.Read && one.access !== OpAccess.CondRead) written.push(RegisterExt.fullRegister(one.register));
    one.free();
  }
  return written;
};

const sourceOf = (instruction: Instruction, held: ReadonlyMap<Register, Source>): Source | undefined => {
  const { mnemonic, ip: at } = instruction;
  if (names.has(instruction.op0Register)) return undefined;
  if (mnemonic === Mnemonic.Mov && instruction.op1Kind === OpKind.Register) {
    const from = held.get(instruction.op1Register);
    return from && { ...from, at };
  }
  if (mnemonic !== Mnemonic.Lea || instruction.memoryIndex !== Register.None) return undefined;
  const from = held.get(instruction.memoryBase);
  return from && { ...from, at, offset: from.offset + BigInt.asIntN(64, instruction.memoryDisplacement) };
};

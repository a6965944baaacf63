import { Decoder, DecoderOptions, InstructionInfoFactory, MemorySizeExt, Mnemonic, OpAccess, OpKind, Register, type Instruction, type UsedMemory } from 'iced-x86';
import type { FunctionInfo, Range } from '../../images/debug-info';
import type { Activation } from '../stack/activation';
import { fromBytes } from '../values/place';
import { resultAddressAtEntry } from './popped-result';

/** Where a result in memory goes, or why that is not known. */
export type ResultAddress = { readonly address: bigint } | { readonly reason: string };

const word = 4;
/** Bytes of a store whose size the instruction does not tell (`fxsave`). */
const largestStore = 4096;
/** DWARF numbers of the registers that a frame is counted from. */
const bases: ReadonlyMap<Register, number> = new Map([
  [Register.ESP, 4],
  [Register.EBP, 5],
]);

/**
 * The address that a 32-bit function was given for its result. Pushed, it lies above the return address, at the canonical frame address, and is
 * what its caller pushed unless the function's own code stores there.
 */
export const pushedAddress = async (call: Activation, fn: FunctionInfo): Promise<ResultAddress> => {
  const { module } = call;
  if (!module) return { reason: 'it has no debug information' };
  const where = resultAddressAtEntry(fn, module.image);
  if (where === undefined) return { reason: 'its code does not tell where it is given the address of its result' };
  const entered = call.exact && call.pc === call.program.toRuntime(module, fn.entry ?? 0n);
  if (where === 'ecx') {
    const address = entered ? await call.registers.named('ecx') : undefined;
    return address === undefined ? { reason: 'it was given the address of its result in ecx, which is known at its first instruction only' } : { address };
  }
  const cfa = entered ? await atEntry(call) : await call.cfa();
  if (cfa === undefined) return { reason: 'where its frame begins is not known' };
  if (fn.ranges.some((range) => mayStoreAtFrame(call, range))) return { reason: 'its own code may have written over what its caller told it of the result' };
  const bytes = await call.space.readSome(cfa, word);
  return bytes.length === word ? { address: fromBytes(bytes) } : { reason: 'the stack cannot be read' };
};

const atEntry = async (call: Activation): Promise<bigint | undefined> => {
  const sp = await call.registers.get(call.registers.names.sp);
  return sp === undefined ? undefined : sp + BigInt(word);
};

/** True where code of the range stores to the word at the canonical frame address, or takes its address. */
const mayStoreAtFrame = ({ module }: Activation, { start, end }: Range): boolean => {
  const bytes = module?.image.bytesAt(start, Number(end - start));
  if (!module || !bytes) return true;
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  decoder.ip = start;
  const factory = new InstructionInfoFactory();
  try {
    while (decoder.canDecode) {
      const instruction = decoder.decode();
      const cfa = module.image.debugInfo.unwindAt(instruction.ip)?.cfa;
      const touched = cfa?.kind === 'register' && (takesAddress(instruction, cfa.register, cfa.offset) || stores(factory, instruction, cfa.register, cfa.offset));
      instruction.free();
      if (touched) return true;
    }
    return false;
  } finally {
    factory.free();
    decoder.free();
  }
};

const takesAddress = (instruction: Instruction, register: number, offset: bigint): boolean =>
  instruction.mnemonic === Mnemonic.Lea && instruction.op1Kind === OpKind.Memory && bases.get(instruction.memoryBase) === register && instruction.memoryIndex === Register.None && signed(instruction.memoryDisplacement) === offset;

const stores = (factory: InstructionInfoFactory, instruction: Instruction, register: number, offset: bigint): boolean => {
  const info = factory.info(instruction);
  let found = false;
  for (const memory of info.usedMemory() as UsedMemory[]) {
    const writes = memory.access !== OpAccess.Read && memory.access !== OpAccess.CondRead && memory.access !== OpAccess.NoMemAccess;
    const at = signed(memory.displacement) - offset;
    const size = BigInt(MemorySizeExt.size(memory.memorySize) || largestStore);
    if (writes && bases.get(memory.base) === register && memory.index === Register.None && at < BigInt(word) && at + size > 0n) found = true;
    memory.free();
  }
  info.free();
  return found;
};

const signed = (displacement: bigint): bigint => BigInt.asIntN(32, displacement);

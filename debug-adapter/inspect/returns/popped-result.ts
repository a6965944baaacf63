import { Code, Decoder, DecoderOptions, FlowControl } from 'iced-x86';
import type { FunctionInfo } from '../../images/debug-info';
import type { Image } from '../../images/image';
import { strip } from '../../images/types';

/** Bytes that a caller pushes to tell where the result goes. */
const pointer = 4;

/** Bytes that a 32-bit function takes off the stack at its returns, beside the return address; undefined where none of its code returns, or not all returns agree. */
export const poppedAtReturn = (fn: FunctionInfo, image: Image): number | undefined => {
  const popped = new Set<number>();
  for (const { start, end } of fn.ranges) {
    const bytes = image.bytesAt(start, Number(end - start));
    if (!bytes) return undefined;
    const decoder = new Decoder(32, bytes, DecoderOptions.None);
    try {
      while (decoder.canDecode) {
        const instruction = decoder.decode();
        if (instruction.flowControl === FlowControl.Return && instruction.code !== Code.Iretd) popped.add(instruction.code === Code.Retnd_imm16 ? instruction.immediate16 : 0);
        instruction.free();
      }
    } finally {
      decoder.free();
    }
  }
  const [only] = popped;
  return popped.size === 1 ? only : undefined;
};

/**
 * Whether a 32-bit function was pushed the address of its result, which it then takes off (`ret $4`; System V i386, 3.2.3, and LLVM's
 * X86ISelLoweringCall.cpp, hasCalleePopSRet); compilers for systems that return small structs in registers, and for Microsoft's, do not. Undefined where its code does not tell.
 */
export const popsResultAddress = (fn: FunctionInfo, image: Image): boolean | undefined => {
  const popped = poppedAtReturn(fn, image);
  return popped === pointer ? true : popped === 0 ? false : undefined;
};

/** DW_OP_reg2. */
const inEdx = 0x52;

/**
 * Where a 32-bit function finds at its first instruction the address that its result in memory goes to: on the stack, or in ecx, where LLVM's
 * `fastcc` has it, which its optimiser gives to functions that nothing outside calls; the first parameter then comes in the next register
 * (X86CallingConv.td, CC_X86_32_FastCC). Undefined where code and debug information do not tell.
 */
export const resultAddressAtEntry = (fn: FunctionInfo, image: Image): 'stack' | 'ecx' | undefined => {
  const pops = popsResultAddress(fn, image);
  if (pops !== false) return pops === true ? 'stack' : undefined;
  const first = fn.parameters.find(({ type }) => strip(type).size > 0);
  return fn.entry !== undefined && first?.locationAt(fn.entry)?.expression[0] === inEdx ? 'ecx' : undefined;
};

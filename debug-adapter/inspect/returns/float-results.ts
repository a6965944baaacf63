import { CpuidFeature, Decoder, DecoderOptions, RegisterExt, type Instruction } from 'iced-x86';
import type { FunctionInfo, Range } from '../../images/debug-info';
import type { Image } from '../../images/image';
import type { Language } from '../../images/types';
import { strip } from '../../images/types';

/**
 * How floating point results are handed over: in registers for floating point (of vectors; in 32-bit C code, of the FPU's stack), or by
 * code made without those (`soft-float`) as integers of their size.
 */
export type FloatResults = 'floats' | 'integers' | { readonly reason: string };

/** Bytes of code that tell of an image: code that has vector registers moves and clears structs with them. */
const enough = 256 << 10;
/** Compilers begin functions at multiples of this. */
const alignment = 16n;
/** Bytes of code in which one with such registers names at least one. */
const sparse = 4096;

/** DWARF numbers of the argument registers for integers (psABI 3.2.3, Microsoft's x64 convention) and of the first vector register. */
const integerArguments: readonly number[] = [5, 4, 1, 2, 8, 9];
const firstVector = 17;
const lastVector = 32;
const opReg0 = 0x50;
const opRegx = 0x90;

const known = new WeakMap<Image, Map<Language, FloatResults>>();

/**
 * Told by code, since debug information does not say what the compiler was allowed: a function whose own code names a floating point
 * register returns in one; else by where its floating point arguments come; else by the image's code of the same language, since an image is made of
 * C and Rust each for a target of its own. Targets like x86_64-unknown-none and x86_64-unknown-uefi have no such registers (rustc,
 * compiler/rustc_target/src/spec/targets).
 */
export const floatResults = (fn: FunctionInfo, image: Image): FloatResults => {
  const bits = image.addressSize === 8 ? 64 : 32;
  for (const { start, end } of fn.ranges) {
    const bytes = image.bytesAt(start, Number(end - start));
    if (bytes && mentions(bytes, bits, 1) > 0) return 'floats';
  }
  const argument = byArgument(fn);
  if (argument) return argument;
  let languages = known.get(image);
  if (!languages) known.set(image, (languages = new Map()));
  let all = languages.get(fn.language);
  if (all === undefined) languages.set(fn.language, (all = ofLanguage(fn.language, image, bits)));
  return all;
};

/** Where the first floating point argument is at the function's entry. */
const byArgument = (fn: FunctionInfo): FloatResults | undefined => {
  for (const { type, locationAt } of fn.parameters) {
    const real = strip(type);
    if (real.kind !== 'base' || real.encoding !== 'float' || fn.entry === undefined) continue;
    const [opcode, operand] = locationAt(fn.entry)?.expression ?? [];
    if (opcode === undefined) continue;
    const register = opcode === opRegx ? operand : opcode - opReg0;
    if (register === undefined) continue;
    if (register >= firstVector && register <= lastVector) return 'floats';
    if (integerArguments.includes(register)) return 'integers';
  }
  return undefined;
};

const ofLanguage = (language: Language, image: Image, bits: 32 | 64): FloatResults => {
  let seen = 0;
  let count = 0;
  for (const { start, end } of codeOf(language, image)) {
    const bytes = image.bytesAt(start, Number(end - start));
    if (!bytes) continue;
    count += mentions(bytes, bits, Infinity);
    seen += bytes.length;
    if (seen >= enough) break;
  }
  if (seen === 0) return { reason: 'the code is not in the file, so which registers floating point results are in is not known' };
  if (count === 0) return 'integers';
  return count >= seen / sparse ? 'floats' : { reason: 'its code hardly names a floating point register, so which registers such results are in is not known' };
};

/** The ranges of functions of one language, in the order of their addresses. */
function* codeOf(language: Language, { sections, debugInfo }: Image): Generator<Range> {
  for (const { address: from, size, executable } of sections) {
    if (!executable) continue;
    const end = from + BigInt(size);
    for (let address = from; address < end; ) {
      const scope = debugInfo.scopesAt(address).at(-1);
      const range = scope?.ranges.find((one) => address >= one.start && address < one.end);
      if (scope && range && scope.function.language === language) yield range;
      address = range ? range.end : (address | (alignment - 1n)) + 1n;
    }
  }
}

/** Instructions with floating point registers, counted up to `most`. */
const mentions = (bytes: Uint8Array, bits: 32 | 64, most: number): number => {
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  let count = 0;
  try {
    while (decoder.canDecode && count < most) {
      const instruction = decoder.decode();
      if (hasFloat(instruction, bits)) count++;
      instruction.free();
    }
    return count;
  } finally {
    decoder.free();
  }
};

const hasFloat = (instruction: Instruction, bits: 32 | 64): boolean => {
  for (let i = 0; i < instruction.opCount; i++) if (RegisterExt.isVectorRegister(instruction.opRegister(i))) return true;
  return bits === 32 && instruction.cpuidFeatures().includes(CpuidFeature.FPU);
};

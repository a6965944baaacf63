import { Decoder, DecoderOptions, FlowControl, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';
import type { Range, Scope } from '../../images/debug-info';
import type { Image } from '../../images/image';
import type { Activation } from './activation';

/** Where a call's frame begins at one instruction: bytes from the stack pointer and from the frame pointer up to the canonical frame address; undefined: not known. */
export interface FrameDepth {
  readonly sp: bigint | undefined;
  readonly fp: bigint | undefined;
}

const word = 8n;
/** Functions are not followed beyond so many bytes. */
const longest = 1 << 16;
const stackPointers: ReadonlySet<Register> = new Set([Register.RSP, Register.ESP, Register.SP, Register.SPL]);
const framePointers: ReadonlySet<Register> = new Set([Register.RBP, Register.EBP, Register.BP, Register.BPL]);
/** Their first operand is only read. */
const readers: ReadonlySet<Mnemonic> = new Set([Mnemonic.Cmp, Mnemonic.Test, Mnemonic.Push, Mnemonic.Call, Mnemonic.Jmp, Mnemonic.Bt]);
/** They write their second operand as well. */
const swappers: ReadonlySet<Mnemonic> = new Set([Mnemonic.Xchg, Mnemonic.Xadd]);

const operands = (instruction: Instruction): readonly [Register, Register] => [
  instruction.opCount > 0 && instruction.op0Kind === OpKind.Register ? instruction.op0Register : Register.None,
  instruction.opCount > 1 && instruction.op1Kind === OpKind.Register ? instruction.op1Register : Register.None,
];

const plus = (base: bigint | undefined, by: bigint): bigint | undefined => (base === undefined ? undefined : base + by);

/** What `lea` from the stack or frame pointer makes; undefined for any other address. */
const addressDepth = (instruction: Instruction, { sp, fp }: FrameDepth): bigint | undefined => {
  if (instruction.memoryIndex !== Register.None) return undefined;
  const base = instruction.memoryBase === Register.RSP ? sp : instruction.memoryBase === Register.RBP ? fp : undefined;
  return plus(base, -BigInt.asIntN(64, instruction.memoryDisplacement));
};

/** The depth behind an instruction. Whatever is not known to keep it makes it unknown. */
const behind = (instruction: Instruction, depth: FrameDepth): FrameDepth => {
  const { sp, fp } = depth;
  const { mnemonic } = instruction;
  // A call comes back with the stack as it was; what it pops itself is no convention of 64-bit code.
  if (mnemonic === Mnemonic.Call) return depth;
  if (mnemonic === Mnemonic.Leave) return { sp: plus(fp, -word), fp: undefined };
  const [first, second] = operands(instruction);
  const written = readers.has(mnemonic) ? [] : swappers.has(mnemonic) ? [first, second] : [first];
  const toStack = written.some((register) => stackPointers.has(register));
  const toFrame = written.some((register) => framePointers.has(register));
  if (instruction.isStackInstruction) {
    if (toStack || mnemonic === Mnemonic.Enter) return { sp: undefined, fp: toFrame ? undefined : fp };
    return { sp: plus(sp, -BigInt(instruction.stackPointerIncrement)), fp: toFrame ? undefined : fp };
  }
  if (!toStack && !toFrame) return depth;
  let made: bigint | undefined;
  const from = first === Register.RSP ? sp : fp;
  if ((mnemonic === Mnemonic.Sub || mnemonic === Mnemonic.Add) && second === Register.None && instruction.op1Kind !== OpKind.Memory) {
    const by = BigInt.asIntN(64, instruction.immediate(1));
    made = plus(from, mnemonic === Mnemonic.Sub ? by : -by);
  } else if (mnemonic === Mnemonic.Lea) made = addressDepth(instruction, depth);
  else if (mnemonic === Mnemonic.Mov) made = second === Register.RSP ? sp : second === Register.RBP ? fp : undefined;
  if (first !== Register.RSP && first !== Register.RBP) made = undefined;
  return { sp: toStack ? made : sp, fp: toFrame ? made : fp };
};

const same = (a: bigint | undefined, b: bigint | undefined): bigint | undefined => (a === b ? a : undefined);

/**
 * The frame at each instruction of one function of 64-bit code that has no call frame information: its code is followed from the entry, where
 * the return address is on top of the stack. What comes to an instruction by two ways with different depths is unknown there.
 * @param code bytes of the ranges, by their addresses
 */
export const frameDepths = (entry: bigint, code: readonly { readonly start: bigint; readonly bytes: Uint8Array }[]): ReadonlyMap<bigint, FrameDepth> => {
  const depths = new Map<bigint, FrameDepth>();
  const open: bigint[] = [];
  const reach = (address: bigint, depth: FrameDepth): void => {
    const known = depths.get(address);
    const merged = known ? { sp: same(known.sp, depth.sp), fp: same(known.fp, depth.fp) } : depth;
    if (known && merged.sp === known.sp && merged.fp === known.fp) return;
    depths.set(address, merged);
    open.push(address);
  };
  const decoders = code.map(({ start, bytes }) => ({ start, end: start + BigInt(bytes.length), decoder: new Decoder(64, bytes, DecoderOptions.None) }));
  try {
    reach(entry, { sp: word, fp: undefined });
    for (let address = open.pop(); address !== undefined; address = open.pop()) {
      const at = address;
      const piece = decoders.find(({ start, end }) => at >= start && at < end);
      const depth = depths.get(at);
      if (!piece || !depth) continue;
      const { decoder, start } = piece;
      decoder.ip = at;
      decoder.position = Number(at - start);
      const instruction = decoder.decode();
      try {
        const flow = instruction.flowControl;
        if (instruction.isInvalid || flow === FlowControl.Return || flow === FlowControl.Exception || flow === FlowControl.IndirectBranch) continue;
        const after = behind(instruction, depth);
        if (flow === FlowControl.UnconditionalBranch || flow === FlowControl.ConditionalBranch) reach(instruction.nearBranchTarget, after);
        if (flow !== FlowControl.UnconditionalBranch) reach(instruction.nextIP, after);
      } finally {
        instruction.free();
      }
    }
  } finally {
    for (const { decoder } of decoders) decoder.free();
  }
  for (const [address, { sp, fp }] of depths) if (sp === undefined && fp === undefined) depths.delete(address);
  return depths;
};

const known = new WeakMap<Image, Map<bigint, ReadonlyMap<bigint, FrameDepth>>>();
/** Functions that are remembered of one image. */
const most = 64;

/** As `frameDepths`, of a function by its linked addresses, from the image's file. Empty where the file has not its code. */
export const frameDepthsOf = (image: Image, { entry, ranges }: Pick<Scope, 'entry'> & { readonly ranges: readonly Range[] }): ReadonlyMap<bigint, FrameDepth> => {
  let functions = known.get(image);
  if (!functions || functions.size >= most) known.set(image, (functions = new Map()));
  let depths = functions.get(entry);
  if (!depths) {
    const size = ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);
    const code = size > longest ? [] : ranges.map(({ start, end }) => ({ start, bytes: image.bytesAt(start, Number(end - start)) }));
    const whole = code.flatMap(({ start, bytes }) => (bytes ? [{ start, bytes }] : []));
    functions.set(entry, (depths = whole.length === code.length ? frameDepths(entry, whole) : new Map()));
  }
  return depths;
};

/**
 * Canonical frame address of the innermost call in 64-bit code, by what its function's code has done to the stack: for code without call frame
 * information. undefined where that is not certain.
 */
export const cfaByCode = async ({ exact, module, place, linked, registers }: Activation): Promise<bigint | undefined> => {
  const scope = place.scopes.at(-1);
  if (!exact || !module || !scope || linked === undefined || registers.names.wordSize !== 8) return undefined;
  const depth = frameDepthsOf(module.image, scope).get(linked);
  const offset = depth?.sp ?? depth?.fp;
  if (offset === undefined) return undefined;
  const base = await registers.get(depth?.sp === undefined ? registers.names.framePointer : registers.names.sp);
  return base === undefined ? undefined : BigInt.asUintN(64, base + offset);
};

import { parseRedoxEnvironment } from '../../../boot/environment/redox';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { strip } from '../../images/types';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import type { Memory } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import type { ChainContext } from '../chain';
import type { HeldVariable } from '../environment-book';
import { hex, perhaps } from '../unknown';
import { holderOf } from '../members';

/** The bootloader's own limit (64 KiB, redox-os/bootloader src/main.rs). */
const mostBytes = 65_536;
/** Where the kernel maps physical memory: rmm/src/arch/x86_64.rs, PHYS_OFFSET. Part of the hand-over: the loader maps it too. */
export const physicalMap = 0xffff_8000_0000_0000n;

/** KernelArgs, the hand-over format (repr(C, packed), 12 u64): redox-os/bootloader src/main.rs, kernel/src/startup/mod.rs. */
const argsFormat = { size: 96, envBase: 0x20, envSize: 0x28 } as const;

export interface EnvironmentText {
  readonly text: string;
  readonly address: bigint;
  /** Where `address` is meant. */
  readonly memory: Memory;
}

const decode = async (memory: Memory, address: bigint, length: bigint): Promise<EnvironmentText | undefined> => {
  if (address === 0n || length <= 0n || length > BigInt(mostBytes)) return undefined;
  const text = Buffer.from(await memory.read(address, Number(length))).toString('utf8');
  return { text, address, memory };
};

export const heldVariables = ({ text, address }: EnvironmentText): HeldVariable[] =>
  parseRedoxEnvironment(text).map(({ name, value, offset }) => ({ name, value, address: hex(address + BigInt(offset)), editable: true }));

/**
 * The text the kernel holds. With debug information: `BOOTSTRAP` (kernel/src/startup/mod.rs), a once-cell of a struct with
 * `env: &[u8]`. With symbols only: the same object searched for a slice whose bytes are wholly `NAME=VALUE` lines. At the
 * kernel's first instructions: KernelArgs at RDI.
 */
export const readKernelEnvironment = async (context: ChainContext, kernel: ProgramView): Promise<EnvironmentText> => {
  const entry = await atKernelEntry(context, kernel);
  if (entry !== undefined) return entry;
  const stored = (await perhaps(() => fromBootstrap(kernel))) ?? (await fromBootstrapBytes(kernel)) ?? (await perhaps(() => fromLocals(context, kernel)));
  if (stored !== undefined) return stored;
  throw failure(chainErrors.notThereYet, { what: 'the boot environment', place: 'BOOTSTRAP of the kernel' });
};

const atKernelEntry = async (context: ChainContext, kernel: ProgramView): Promise<EnvironmentText | undefined> => {
  const registers = await context.machine.registers();
  const entry = ['kstart', '_start'].find((name) => kernel.hasSymbol(name) && kernel.symbol(name) === registers.pc);
  return entry === undefined ? undefined : readKernelArgs(context.machine.physical, registers);
};

/** KernelArgs where RDI points: identity mapped, or through the physical map. */
const readKernelArgs = async (physical: Memory, registers: Registers): Promise<EnvironmentText | undefined> => {
  const pointer = registers.get('rdi') ?? 0n;
  const bytes = await physical.read(pointer >= physicalMap ? pointer - physicalMap : pointer, argsFormat.size);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decode(physical, data.getBigUint64(argsFormat.envBase, true), data.getBigUint64(argsFormat.envSize, true));
};

const fromBootstrap = async (kernel: ProgramView): Promise<EnvironmentText | undefined> => {
  const slice = holderOf(kernel.variable('BOOTSTRAP', 'startup/mod.rs'), 'env').member('env');
  return decode(kernel.memory, await slice.member('data_ptr').integer(), await slice.member('length').integer());
};

/** Until `kmain` has stored it: its parameter `bootstrap`, or `args` of `start` (kernel/src/startup/mod.rs, arch/x86_shared/start.rs). */
const fromLocals = async (context: ChainContext, kernel: ProgramView): Promise<EnvironmentText | undefined> => {
  const bootstrap = await structOf(context.local?.('bootstrap'));
  if (bootstrap?.hasMember('env') === true) {
    const slice = bootstrap.member('env');
    return decode(kernel.memory, await slice.member('data_ptr').integer(), await slice.member('length').integer());
  }
  return fromArgs(context);
};

/** A local, through the reference it may be. */
const structOf = async (local: Promise<Value | undefined> | undefined): Promise<Value | undefined> => {
  const given = await local;
  return given !== undefined && strip(given.type).kind === 'pointer' ? given.deref() : given;
};

/** KernelArgs as a local `args`: the loader's and the kernel's. */
const fromArgs = async (context: ChainContext): Promise<EnvironmentText | undefined> => {
  const args = await structOf(context.local?.('args'));
  return args?.hasMember('env_base') === true ? decode(context.machine.physical, await args.member('env_base').integer(), await args.member('env_size').integer()) : undefined;
};

const isEnvironment = (text: string): boolean => text.includes('=') && text.split('\n').every((line) => line === '' || /^[A-Za-z_]\w*=[\x20-\x7e]*$/.test(line));

/** The object `BOOTSTRAP` and what lies behind it, by the symbol alone. Throws BS400 without one. */
export const bootstrapBytes = async (kernel: ProgramView): Promise<DataView> => {
  const name = ['startup::BOOTSTRAP', 'BOOTSTRAP'].find((candidate) => kernel.hasSymbol(candidate));
  if (name === undefined) throw failure(chainErrors.noSymbol, { name: 'BOOTSTRAP', file: 'the kernel' });
  const bytes = await kernel.memory.readSome(kernel.symbol(name), 128);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const fromBootstrapBytes = async (kernel: ProgramView): Promise<EnvironmentText | undefined> => {
  const data = await bootstrapBytes(kernel);
  for (let offset = 0; offset + 16 <= data.byteLength; offset += 8) {
    const pointer = data.getBigUint64(offset, true);
    const length = data.getBigUint64(offset + 8, true);
    if (pointer < physicalMap) continue;
    const found = await perhaps(() => decode(kernel.memory, pointer, length));
    if (found !== undefined && isEnvironment(found.text)) return found;
  }
  return undefined;
};

/**
 * The text as far as the bootloader has written it, from its locals (redox-os/bootloader src/main.rs, and `kernel_entry` in
 * src/os/uefi/arch/x86_64.rs): the KernelArgs it is about to hand over, else the writer with `slice` and `i`.
 */
export const readLoaderEnvironment = async (context: ChainContext): Promise<EnvironmentText> => {
  const args = await fromArgs(context);
  if (args !== undefined) return args;
  const writer = await context.local?.('w');
  if (writer !== undefined && writer.hasMember('slice') && writer.hasMember('i')) {
    const found = await decode(context.machine.physical, await writer.member('slice').member('data_ptr').integer(), await writer.member('i').integer());
    if (found !== undefined) return found;
  }
  throw failure(chainErrors.notThereYet, { what: 'the boot environment', place: 'a local of the bootloader at this stop' });
};

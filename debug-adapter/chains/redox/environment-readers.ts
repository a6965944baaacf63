import { parseRedoxEnvironment } from '../../../boot/environment/redox';
import type { StageId } from '../../api';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { ProgramView } from '../../inspect/view';
import type { Memory } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import type { Chain, ChainContext, ErrorSites } from '../chain';
import { processId, baseName } from '../process-name';
import { perhaps } from '../unknown';
import { contextName } from './context-name';
import { readKernelEnvironment } from './environment';

export interface SeenReader {
  readonly process: string;
  readonly name: string;
  readonly stage: StageId | null;
  readonly atMs?: number;
  readonly times: number;
  /** What the text said when it was opened last; left out: it could not be read. */
  readonly values?: ReadonlyMap<string, string>;
}

/** Name of the file that serves the environment (kernel/src/scheme/sys/mod.rs). */
const file = 'env';
/** `open` of the kernel's own schemes, `kopenat` since 2025 (kernel/src/scheme/mod.rs, trait KernelScheme). */
const opens = ['<kernel::scheme::sys::SysScheme as kernel::scheme::KernelScheme>::kopen', '<kernel::scheme::sys::SysScheme as kernel::scheme::KernelScheme>::kopenat'];
const argumentRegisters = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'] as const;
const longestPath = 64n;

/** Who opened /scheme/sys/env, seen where the kernel opens it. */
export class EnvironmentReaders {
  readonly #seen = new Map<string, SeenReader>();
  /** The stage at which the watch began; undefined: it is not on. */
  from: StageId | null | undefined;

  get seen(): readonly SeenReader[] {
    return [...this.#seen.values()];
  }

  clear(): void {
    this.#seen.clear();
    this.from = undefined;
  }

  /** Throws BS400 for a kernel without that symbol (one that has the method inlined). */
  sites(chain: Chain, context: ChainContext, kernel: ProgramView): ErrorSites {
    const addresses = opens.filter((name) => kernel.hasSymbol(name)).map((name) => kernel.symbol(name));
    if (addresses.length === 0) throw failure(chainErrors.noSymbol, { name: 'SysScheme::kopenat', file: 'the kernel' });
    this.from = context.stage;
    return {
      addresses,
      what: 'SysScheme::kopenat',
      inspect: async (at, registers) => {
        if (await opensEnvironment(await at.machine.currentSpace(), registers)) await this.#note(chain, at, registers);
        return undefined;
      },
    };
  }

  async #note(chain: Chain, context: ChainContext, registers: Registers): Promise<void> {
    const current = await chain.currentProcess(context);
    const name = current === undefined ? await perhaps(() => contextName(context, registers)) : current.name;
    const process = current === undefined ? (name ?? 'a process that cannot be told') : processId({ name: baseName(current.name), pid: current.pid });
    const { kernel, elapsedMs } = context;
    const text = kernel === undefined ? undefined : await perhaps(() => readKernelEnvironment(context, kernel));
    const read = text === undefined ? {} : { values: new Map(parseRedoxEnvironment(text.text).map((variable) => [variable.name, variable.value])) };
    const before = this.#seen.get(process);
    // The kernel names a context of its own in brackets, and the first process too until it has taken its name (kernel/src/startup/mod.rs).
    const first = { process, name: baseName(name ?? '?').replace(/^\[(.*)\]$/, '$1'), stage: context.stage, ...(elapsedMs === undefined ? {} : { atMs: Math.round(elapsedMs()) }), times: 1 };
    this.#seen.set(process, before === undefined ? { ...first, ...read } : { ...before, ...read, times: before.times + 1 });
  }
}

/** Is one of the arguments the text `env`? A `&str` is two registers, or two words in memory (an enum that holds one). */
const opensEnvironment = async (memory: Memory, registers: Registers): Promise<boolean> => {
  const values = argumentRegisters.map((name) => registers.get(name) ?? 0n);
  for (let index = 0; index + 1 < values.length; index++) if (await isFile(memory, values[index] ?? 0n, values[index + 1] ?? 0n)) return true;
  for (const pointer of values) {
    if (pointer < 4096n) continue;
    const words = await memory.readSome(pointer, 32);
    const data = new DataView(words.buffer, words.byteOffset, words.byteLength);
    for (let at = 0; at + 16 <= words.length; at += 8) if (await isFile(memory, data.getBigUint64(at, true), data.getBigUint64(at + 8, true))) return true;
  }
  return false;
};

const isFile = async (memory: Memory, address: bigint, length: bigint): Promise<boolean> => {
  if (address < 4096n || length < BigInt(file.length) || length > longestPath) return false;
  return Buffer.from(await memory.readSome(address, Number(length))).toString('latin1').replace(/^\/+/, '') === file;
};

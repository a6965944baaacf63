import type { Machine, Memory, Vcpu } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import type { Place, RegisterHome } from '../values/place';
import { fromBytes, toBytes } from '../values/place';
import { machineNamesOf } from './register-names';
import type { RegisterNames } from './register-names';

/** What one register of one frame held. */
export type SavedRegister =
  | { readonly kind: 'value'; readonly value: bigint; readonly size: number; readonly home?: RegisterHome }
  /** Saved in memory; read when it is needed. */
  | { readonly kind: 'saved'; readonly address: bigint; readonly size: number }
  /** As in the callee's frame. */
  | { readonly kind: 'same'; readonly registers: FrameRegisters; readonly number: number }
  | { readonly kind: 'lost' };

const lost: SavedRegister = { kind: 'lost' };

/** Registers of one frame, by DWARF number. */
export class FrameRegisters {
  constructor(
    readonly names: RegisterNames,
    private readonly memory: Memory,
    private readonly find: (number: number) => SavedRegister,
    /** The processor that runs the thread; left out for one that none runs. */
    readonly vcpu?: Vcpu,
  ) {}

  /** Registers as the machine has them now. */
  static ofMachine(names: RegisterNames, memory: Memory, registers: Registers, machine: Machine, vcpu: Vcpu): FrameRegisters {
    // The frame goes on being shown after the user has set a register of it.
    const written = new Map<number, bigint>();
    return new FrameRegisters(names, memory, (number) => {
      const known = machineNamesOf(names.nameOf(number)).find((name) => registers.get(name) !== undefined);
      if (known === undefined) return lost;
      const size = known.startsWith('xmm') ? 16 : names.wordSize;
      const home = {
        write: async (bytes: Uint8Array) => {
          await machine.setRegister(known, fromBytes(bytes), vcpu);
          written.set(number, fromBytes(bytes));
        },
      };
      const value = written.get(number) ?? (number === names.pc ? registers.pc : number === names.sp ? registers.sp : BigInt.asUintN(size * 8, registers.get(known) ?? 0n));
      return { kind: 'value', value, size, home };
    }, vcpu);
  }

  private resolve(number: number): Exclude<SavedRegister, { kind: 'same' }> {
    let found = this.find(number);
    // One step for each frame.
    while (found.kind === 'same') found = found.registers.find(found.number);
    return found;
  }

  /** The whole register as an unsigned number; undefined when its value is lost or unreadable. */
  async get(number: number): Promise<bigint | undefined> {
    const found = this.resolve(number);
    if (found.kind === 'value') return found.value;
    if (found.kind === 'lost') return undefined;
    const bytes = await this.memory.readSome(found.address, found.size);
    return bytes.length === found.size ? fromBytes(bytes) : undefined;
  }

  /** Where in memory the register of this frame was saved; undefined: nowhere. */
  savedAt(number: number): bigint | undefined {
    const found = this.resolve(number);
    return found.kind === 'saved' ? found.address : undefined;
  }

  /** Whether this very call's row found the register in memory; not where one further in did, and it has been the same since. */
  isSavedHere(number: number): boolean {
    return this.find(number).kind === 'saved';
  }

  /** By name, as the user writes it: `rax`, `rip`, `ebp`. */
  async named(name: string): Promise<bigint | undefined> {
    const number = this.names.numberOf(name) ?? this.names.numberOf(name.replace(/^r(?=\D)/, 'e'));
    return number === undefined ? undefined : this.get(number);
  }

  async place(number: number): Promise<Place> {
    const found = this.resolve(number);
    const name = this.names.nameOf(number);
    if (found.kind === 'lost') return { kind: 'absent', reason: `it was in ${name}, which the functions called since have not kept` };
    if (found.kind === 'value') return { kind: 'register', name, bytes: toBytes(found.value, found.size), ...(found.home ? { home: found.home } : {}) };
    const bytes = await this.memory.readSome(found.address, found.size);
    if (bytes.length < found.size) return { kind: 'absent', reason: `it was in ${name}, saved at 0x${found.address.toString(16)}, which cannot be read` };
    return { kind: 'register', name, bytes, home: { write: (changed) => this.memory.write(found.address, changed) } };
  }
}

import { createHash } from 'node:crypto';
import { seenByCode } from '../../machine/segment-space';
import type { Machine, Vcpu } from '../../machine/machine';

/** Bytes above the stack pointer that are part of a fingerprint: the frames at work, and what they hold. */
const stackBytes = 1024;
/** EFLAGS.TF and .RF belong to the debugger, not to the guest. */
const debuggerFlags = 0x1_0100n;

/** A place in memory that is looked at beside the stack. */
export interface Touched {
  readonly address: bigint;
  readonly length: number;
}

/**
 * What tells two states of a machine apart: every register of every vCPU, a piece of the stack, and the places that are touched.
 * The pc of the stopped vCPU is left out, as it is compared by itself. Memory that cannot be read counts as such.
 */
export const fingerprintOf = async (machine: Machine, touched: readonly Touched[] = []): Promise<string> => {
  const hash = createHash('sha1');
  const { current } = machine;
  for (const vcpu of machine.vcpus) await addRegisters(hash, machine, vcpu, vcpu.id === current.id);
  const registers = await machine.registers(current);
  const { sp, mode } = registers;
  const space = await machine.currentSpace(current);
  // In real mode the stack lies in a segment; the registers have to do.
  const stack = mode === 'real' ? new Uint8Array() : await seenByCode(space, registers).readSome(sp, stackBytes).catch(() => new Uint8Array());
  hash.update(stack);
  for (const bytes of await space.readMany(touched)) hash.update(bytes ?? 'unreadable');
  return hash.digest('hex');
};

const addRegisters = async (hash: ReturnType<typeof createHash>, machine: Machine, vcpu: Vcpu, stopped: boolean): Promise<void> => {
  const { all } = await machine.registers(vcpu);
  for (const { name, value } of all) {
    if (stopped && (name === 'rip' || name === 'eip')) continue;
    hash.update(`${name}=${name === 'eflags' ? value & ~debuggerFlags : value};`);
  }
};

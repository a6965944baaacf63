import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import type { Request } from '../wire/rsp/client';
import { shapes } from '../wire/rsp/reply';
import type { Reply } from '../wire/rsp/reply';
import type { Breakpoint, BreakpointKind, BreakpointTable } from './machine';

/** The part of the machine that breakpoints need. */
export interface BreakpointHost {
  readonly accelerator: 'tcg' | 'kvm' | 'unknown';
  /** Paging of the current vCPU is on. */
  readonly paging: boolean;
  readonly gone: boolean;
  batch(requests: readonly Request[]): Promise<Reply[]>;
}

type AddRequest = Parameters<BreakpointTable['add']>[0];

/** One breakpoint inside QEMU, shared by every owner that asked for the same. */
interface Slot {
  readonly key: string;
  readonly type: number;
  readonly address: bigint;
  readonly length: number;
  readonly hardware: boolean;
  readonly holders: Set<Breakpoint>;
  /** The byte that QEMU has put `int3` over, under KVM. */
  original: number | undefined;
  /** Set while QEMU is being asked; later adders wait for the same answer. */
  inserting: Promise<void> | undefined;
}

const hardwareSlots = 4;
const types: Readonly<Record<BreakpointKind, number>> = { execute: 0, write: 2, read: 3, access: 4 };
const upperHalf = 1n << 63n;

/** Every breakpoint of the machine. Numbers of slots are limited only under KVM; TCG keeps any number and patches nothing. */
export class Breakpoints implements BreakpointTable {
  private readonly entries = new Map<number, { breakpoint: Breakpoint; slot: Slot }>();
  private readonly slots = new Map<string, Slot>();
  private readonly executeAt = new Map<bigint, Breakpoint[]>();
  private nextId = 1;

  constructor(private readonly host: BreakpointHost) {}

  get all(): readonly Breakpoint[] {
    return [...this.entries.values()].map(({ breakpoint }) => breakpoint);
  }

  at(address: bigint): readonly Breakpoint[] {
    return this.executeAt.get(address) ?? [];
  }

  /** The watchpoints that a reported access can belong to: QEMU names the start of the watched range. */
  watching(address: bigint, access: 'read' | 'write' | 'access'): readonly Breakpoint[] {
    return this.all.filter(
      (b) => b.kind !== 'execute' && address >= b.address && address < b.address + BigInt(b.length) && (b.kind === access || b.kind === 'access' || access === 'access'),
    );
  }

  /** Some breakpoint watches data. */
  get watches(): boolean {
    for (const { type } of this.slots.values()) if (type >= types.write) return true;
    return false;
  }

  /** Bytes of a 4 KiB page that breakpoints hide in memory, by their offset. */
  hiddenIn(page: bigint): readonly { readonly offset: number; readonly byte: number }[] {
    if (this.host.accelerator !== 'kvm') return [];
    return [...this.slots.values()].flatMap(({ address, original }) => (original !== undefined && address >> 12n === page >> 12n ? [{ offset: Number(address & 0xfffn), byte: original }] : []));
  }

  async add(request: AddRequest): Promise<Breakpoint> {
    const [added] = await this.addMany([request]);
    if (added === undefined) throw failure(qemuErrors.breakpointRefused, { kind: request.kind, address: `0x${request.address.toString(16)}`, detail: 'no answer' });
    return added;
  }

  /** All or none: when QEMU refuses one, the others of the call are taken out again. @throws BS107, BS113, BS114 */
  async addMany(requests: readonly AddRequest[]): Promise<readonly Breakpoint[]> {
    const added: Breakpoint[] = [];
    const fresh: Slot[] = [];
    try {
      for (const request of requests) added.push(this.enter(request, fresh));
    } catch (error) {
      this.forget(added);
      throw error;
    }
    if (fresh.length > 0) {
      // Each breakpoint is preceded by a read of what it may patch.
      const answers = this.host.batch(fresh.flatMap((slot) => [...(this.patches(slot) ? [readByte(slot.address)] : []), this.packet('Z', slot)]));
      let next = 0;
      fresh.forEach((slot) => {
        const before = this.patches(slot) ? next++ : undefined;
        const at = next++;
        slot.inserting = answers.then((replies) => {
          const byte = before === undefined ? undefined : replies[before];
          if (byte?.kind === 'data') slot.original = Number.parseInt(byte.bytes.toString('latin1'), 16);
          this.check(slot, replies[at]);
        });
        // Whoever waits below is told; this keeps Node from calling the rejection unhandled.
        slot.inserting.catch(() => undefined);
      });
    }
    const waits = new Set(added.map((breakpoint) => this.entries.get(breakpoint.id)?.slot.inserting));
    const outcomes = await Promise.allSettled(waits);
    for (const slot of fresh) slot.inserting = undefined;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      const refused = new Set(fresh.filter((slot) => !this.slots.has(slot.key)));
      await this.takeOut(this.forget(added).filter((slot) => !refused.has(slot))).catch(() => undefined);
      throw failed.reason;
    }
    return added;
  }

  async remove(breakpoints: readonly Breakpoint[]): Promise<void> {
    const empty = this.forget(breakpoints);
    await this.takeOut(empty);
  }

  /** Takes everything out of QEMU before letting go of it. */
  async clear(): Promise<void> {
    await this.remove(this.all);
  }

  private async takeOut(slots: readonly Slot[]): Promise<void> {
    if (slots.length === 0 || this.host.gone) return;
    await this.host.batch(slots.map((slot) => this.packet('z', slot)));
  }

  private enter(request: AddRequest, fresh: Slot[]): Breakpoint {
    const { kind, address, owner } = request;
    const length = kind === 'execute' ? 1 : Math.max(1, request.length ?? 1);
    const hardware = kind !== 'execute' || request.hardware === true || (this.host.accelerator === 'kvm' && !(this.host.paging && address >= upperHalf));
    const type = kind === 'execute' && hardware ? 1 : types[kind];
    const key = `${String(type)}:${address.toString(16)}:${String(length)}`;
    let slot = this.slots.get(key);
    if (slot === undefined) {
      if (hardware) this.requireHardwareSlot(address);
      slot = { key, type, address, length, hardware, holders: new Set(), original: undefined, inserting: undefined };
      this.slots.set(key, slot);
      fresh.push(slot);
    }
    const breakpoint: Breakpoint = { id: this.nextId++, kind, address, length, owner };
    slot.holders.add(breakpoint);
    this.entries.set(breakpoint.id, { breakpoint, slot });
    if (kind === 'execute') this.executeAt.set(address, [...this.at(address), breakpoint]);
    return breakpoint;
  }

  private requireHardwareSlot(address: bigint): void {
    if (this.host.accelerator !== 'kvm') return;
    const used = [...this.slots.values()].filter((slot) => slot.hardware);
    if (used.length < hardwareSlots) return;
    const holders = used.map((slot) => `${[...slot.holders].map((b) => b.owner).join('+')} at 0x${slot.address.toString(16)}`).join(', ');
    throw failure(qemuErrors.hardwareSlots, { holders, address: `0x${address.toString(16)}` });
  }

  private check(slot: Slot, reply: Reply | undefined): void {
    if (reply?.kind === 'data') return;
    this.slots.delete(slot.key);
    const kind = [...slot.holders][0]?.kind ?? 'execute';
    throw failure(qemuErrors.breakpointRefused, {
      kind,
      address: `0x${slot.address.toString(16)}`,
      detail: reply?.kind === 'error' ? reply.text : 'this stub does not know the request',
    });
  }

  /** Drops entries and answers the slots that nobody holds any more. */
  private forget(breakpoints: readonly Breakpoint[]): Slot[] {
    const empty: Slot[] = [];
    for (const { id } of breakpoints) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      const { breakpoint, slot } = entry;
      this.entries.delete(id);
      slot.holders.delete(breakpoint);
      if (breakpoint.kind === 'execute') {
        const left = this.at(breakpoint.address).filter((other) => other.id !== id);
        if (left.length > 0) this.executeAt.set(breakpoint.address, left);
        else this.executeAt.delete(breakpoint.address);
      }
      if (slot.holders.size > 0) continue;
      if (this.slots.get(slot.key) === slot) this.slots.delete(slot.key);
      empty.push(slot);
    }
    return empty;
  }

  private patches(slot: Slot): boolean {
    return this.host.accelerator === 'kvm' && !slot.hardware;
  }

  private packet(letter: 'Z' | 'z', { type, address, length }: Slot): Request {
    return { payload: `${letter}${String(type)},${address.toString(16)},${String(length)}`, shape: shapes.ok };
  }
}

const readByte = (address: bigint): Request => ({ payload: `m${address.toString(16)},1`, shape: shapes.hex(1) });

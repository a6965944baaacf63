import { PacketDecoder, encodePacket } from '../../debug-adapter/wire/rsp/packet';
import type { FrameSink } from '../../debug-adapter/wire/rsp/packet';
import { FakeRegisters, coreXml, targetXml } from './registers';

/** What goes wrong with the answer to one request. */
export type Fault =
  | { readonly kind: 'drop' | 'torn' | 'duplicate' | 'damage' | 'die' | 'merge' }
  | { readonly kind: 'late'; readonly ms: number }
  /** Another answer than the true one. */
  | { readonly kind: 'lie'; readonly reply: string }
  /** Something unasked before the answer. */
  | { readonly kind: 'before'; readonly packet: string };

export interface FakeStubOptions {
  readonly vcpus?: number;
  readonly registers?: Readonly<Record<string, bigint>>;
  /** Looked up for every request; `count` is how often this letter was asked before. */
  readonly fault?: (request: string, count: number) => Fault | undefined;
  /** True for a step that ends before its instruction; `count` is how often was stepped before. */
  readonly idleStep?: (count: number) => boolean;
  /** KVM: 4 hardware slots, `Z0` only where memory is mapped and by patching it. */
  readonly kvm?: boolean;
  /** Never answers, as a stub does whose first client is still there. */
  readonly busy?: boolean;
  /** Runs when a client joins, so that the join itself stops it and says so unasked. */
  readonly running?: boolean;
  readonly features?: { readonly packetSize?: number; readonly phyMemMode?: boolean; readonly vCont?: boolean; readonly noAck?: boolean };
}

export interface Wire {
  write(bytes: Buffer): void;
  destroy(): void;
}

interface Slot {
  type: number;
  address: bigint;
  length: number;
}

/**
 * A gdbstub without a machine behind it: the "processor" walks the addresses of `program` round and round.
 * It shares QEMU's manners: any byte stops it while it runs and is swallowed, `c` at a breakpoint hits it again,
 * a step ignores breakpoints, an `m` above half a packet is E22, an `M` above a packet is never answered.
 */
export class FakeStub implements FrameSink {
  readonly registers: FakeRegisters[];
  readonly slots: Slot[] = [];
  /** Sparse memory by 4 KiB page, virtual and physical apart. */
  readonly virtual = new Map<bigint, Buffer>();
  readonly physical = new Map<bigint, Buffer>();
  /** Every request as received. */
  readonly requests: string[] = [];
  /** Bytes other than 0x03 that came while running: a client must never send one. */
  bytesWhileRunning = 0;
  detached = false;
  killed = false;
  running: boolean;
  program: readonly bigint[] = [0x1000n, 0x1001n, 0x1002n, 0x1003n];
  phyMemMode = false;
  private selected = 0;
  private steps = 0;
  private readonly patched = new Map<bigint, number>();
  private decoder = new PacketDecoder();
  private held = '';
  private ticks: NodeJS.Immediate | undefined;
  private readonly counts = new Map<string, number>();
  private wire: Wire | undefined;

  constructor(readonly options: FakeStubOptions = {}) {
    this.running = options.running ?? false;
    this.registers = Array.from({ length: options.vcpus ?? 1 }, () => new FakeRegisters({ rip: 0x1000n, rsp: 0xffff_8000_0000_1000n, cs: 0x8n, cr0: 0x8000_0001n, cr3: 0x5000n, cr4: 0x20n, efer: 0x500n, ...options.registers }));
  }

  /** A client has connected. */
  join(wire: Wire): void {
    this.wire = wire;
    if (this.options.busy === true) return;
    if (this.running) this.halt('T02');
  }

  leave(): void {
    this.wire = undefined;
  }

  receive(chunk: Buffer): void {
    if (this.options.busy === true) return;
    for (let bytes = chunk; bytes.length > 0; ) {
      if (this.running) {
        if (bytes[0] !== 3) this.bytesWhileRunning++;
        bytes = bytes.subarray(1);
        this.halt('T02');
        continue;
      }
      // One frame at a time: the request in it may set the machine running.
      const hash = bytes.indexOf('#');
      const end = hash < 0 ? bytes.length : hash + 3;
      this.decoder.push(bytes.subarray(0, end), this);
      bytes = bytes.subarray(end);
    }
  }

  /** Stops by itself, as QMP's `stop` does. */
  halt(packet: string): void {
    this.running = false;
    if (this.ticks !== undefined) clearImmediate(this.ticks);
    this.ticks = undefined;
    this.say(`${packet}thread:p01.${String(this.selected + 1).padStart(2, '0')};`);
  }

  say(payload: string): void {
    this.raw(encodePacket(payload));
  }

  raw(text: string): void {
    const bytes = Buffer.from(this.held + text, 'latin1');
    this.held = '';
    this.wire?.write(bytes);
  }

  /** As a `FrameSink`. */
  packet(data: Buffer, start: number, end: number): void {
    this.request(data.toString('latin1', start, end));
  }

  /** As a `FrameSink`: not answered, as a request that was lost. */
  damaged(): void {}

  private request(payload: string): void {
    this.requests.push(payload);
    const letter = /^[a-zA-Z?]+/.exec(payload)?.[0] ?? '';
    const count = this.counts.get(letter) ?? 0;
    this.counts.set(letter, count + 1);
    const fault = this.options.fault?.(payload, count);
    if (fault?.kind === 'die') {
      this.wire?.destroy();
      return;
    }
    const answers = this.answer(payload);
    if (answers === undefined) return;
    for (const answer of answers) this.faulty(answer, fault);
  }

  private faulty(answer: string, fault: Fault | undefined): void {
    const frame = encodePacket(answer);
    switch (fault?.kind) {
      case undefined:
        this.raw(frame);
        break;
      case 'drop':
      case 'die':
        break;
      case 'duplicate':
        this.raw(frame + frame);
        break;
      case 'damage':
        this.raw(`${frame.slice(0, -2)}zz`);
        break;
      case 'merge':
        this.held += frame;
        break;
      case 'lie':
        this.say(fault.reply);
        break;
      case 'before':
        this.say(fault.packet);
        this.raw(frame);
        break;
      case 'torn':
        for (const byte of frame) this.raw(byte);
        break;
      case 'late':
        setTimeout(() => this.raw(frame), fault.ms);
        break;
    }
  }

  /** Undefined: no answer, or one that comes later. */
  private answer(p: string): readonly string[] | undefined {
    const { features = {} } = this.options;
    const size = features.packetSize ?? 0x1000;
    const registers = this.registers[this.selected] as FakeRegisters;
    if (p.startsWith('qSupported')) return [`PacketSize=${size.toString(16)};qXfer:features:read+;${features.vCont === false ? '' : 'vContSupported+;'}multiprocess+${features.noAck === true ? ';QStartNoAckMode+' : ''}`];
    if (p === 'QStartNoAckMode') return [features.noAck === true ? 'OK' : ''];
    const xfer = /^qXfer:features:read:([^:]+):([0-9a-f]+),([0-9a-f]+)$/.exec(p);
    if (xfer !== null) {
      const text = xfer[1] === 'target.xml' ? targetXml : coreXml;
      const from = Number.parseInt(xfer[2] ?? '0', 16);
      const part = text.slice(from, from + Number.parseInt(xfer[3] ?? '0', 16));
      return [(from + part.length >= text.length ? 'l' : 'm') + part];
    }
    if (p === '?') return [`T05thread:p01.${String(this.selected + 1).padStart(2, '0')};`];
    if (p === 'vCont?') return [features.vCont === false ? '' : 'vCont;c;C;s;S'];
    if (p === 'qC') return ['QCp01.01'];
    if (p === 'qfThreadInfo') return [`m${this.registers.map((_, i) => `p01.${String(i + 1).padStart(2, '0')}`).join(',')}`];
    if (p === 'qsThreadInfo') return ['l'];
    if (p === 'qqemu.sstepbits') return ['ENABLE=1,NOIRQ=2,NOTIMER=4'];
    if (p.startsWith('Qqemu.sstep=')) return ['OK'];
    if (p === 'qqemu.PhyMemMode') return [features.phyMemMode === false ? '' : this.phyMemMode ? '1' : '0'];
    if (p.startsWith('Qqemu.PhyMemMode:')) {
      this.phyMemMode = p.endsWith('1');
      return ['OK'];
    }
    const select = /^H[gc]p0?1\.([0-9a-f]+)$/.exec(p);
    if (select !== null) {
      this.selected = Number.parseInt(select[1] ?? '1', 16) - 1;
      return ['OK'];
    }
    if (p === 'g') return [registers.encode()];
    const set = /^P([0-9a-f]+)=([0-9a-f]+)$/.exec(p);
    if (set !== null) return [registers.write(Number.parseInt(set[1] ?? '0', 16), set[2] ?? '') ? 'OK' : 'E00'];
    const read = /^m([0-9a-f]+),([0-9a-f]+)$/.exec(p);
    if (read !== null) return [this.read(BigInt(`0x${read[1] ?? '0'}`), Number.parseInt(read[2] ?? '0', 16), size)];
    const write = /^M([0-9a-f]+),([0-9a-f]+):([0-9a-f]*)$/.exec(p);
    if (write !== null) return p.length > size - 4 ? undefined : [this.write(BigInt(`0x${write[1] ?? '0'}`), Buffer.from(write[3] ?? '', 'hex'))];
    const point = /^([zZ])([0-4]),([0-9a-f]+),([0-9a-f]+)$/.exec(p);
    if (point !== null) return [this.breakpoint(point[1] === 'Z', { type: Number(point[2]), address: BigInt(`0x${point[3] ?? '0'}`), length: Number.parseInt(point[4] ?? '1', 16) })];
    if (p.startsWith('qRcmd,')) return ['O' + Buffer.from('kvm support: disabled\n').toString('hex'), 'OK'];
    if (p === 'c' || p === 'vCont;c') return this.go();
    const from = /^c([0-9a-f]+)$/.exec(p);
    if (from !== null) {
      registers.set('rip', BigInt(`0x${from[1] ?? '0'}`));
      return this.go();
    }
    const step = /^s$|^vCont;s:p0?1\.([0-9a-f]+)$/.exec(p);
    if (step !== null) {
      if (step[1] !== undefined) this.selected = Number.parseInt(step[1], 16) - 1;
      if (this.options.idleStep?.(this.steps++) !== true) this.advance();
      return [`T05thread:p01.${String(this.selected + 1).padStart(2, '0')};`];
    }
    if (p.startsWith('D')) {
      this.detached = true;
      this.running = true;
      return ['OK'];
    }
    if (p.startsWith('vKill')) {
      this.killed = true;
      return ['OK'];
    }
    return [''];
  }

  private get memory(): Map<bigint, Buffer> {
    return this.phyMemMode ? this.physical : this.virtual;
  }

  private read(address: bigint, length: number, size: number): string {
    if (length * 2 > size) return 'E22';
    const out = Buffer.alloc(length);
    for (let i = 0; i < length; i++) {
      const at = address + BigInt(i);
      const page = this.memory.get(at >> 12n);
      if (page === undefined) return 'E14';
      out[i] = page[Number(at & 0xfffn)] ?? 0;
    }
    return out.toString('hex');
  }

  private write(address: bigint, bytes: Buffer): string {
    for (let i = 0; i < bytes.length; i++) {
      const at = address + BigInt(i);
      const page = this.memory.get(at >> 12n);
      if (page === undefined) return 'E14';
      page[Number(at & 0xfffn)] = bytes[i] ?? 0;
    }
    return 'OK';
  }

  private breakpoint(insert: boolean, slot: Slot): string {
    if (!insert) {
      const at = this.slots.findIndex((s) => s.type === slot.type && s.address === slot.address && s.length === slot.length);
      if (at < 0) return 'E22';
      this.slots.splice(at, 1);
      const original = this.patched.get(slot.address);
      if (slot.type === 0 && original !== undefined) this.write(slot.address, Buffer.of(original));
      return 'OK';
    }
    if (this.options.kvm === true) {
      if (slot.type > 0 && this.slots.filter((s) => s.type > 0).length >= 4) return 'E28';
      if (slot.type === 0 && !this.virtual.has(slot.address >> 12n)) return 'E14';
      if (slot.type === 0) {
        this.patched.set(slot.address, Number.parseInt(this.read(slot.address, 1, 4096), 16));
        this.write(slot.address, Buffer.of(0xcc));
      }
    }
    this.slots.push(slot);
    return 'OK';
  }

  private get rip(): bigint {
    return this.registers[this.selected]?.get('rip') ?? 0n;
  }

  private advance(): void {
    const at = this.program.indexOf(this.rip);
    this.registers[this.selected]?.set('rip', this.program[(at + 1) % this.program.length] ?? 0n);
  }

  /** Runs until a breakpoint of the program, or for ever. */
  private go(): undefined {
    this.running = true;
    const tick = (): void => {
      if (!this.running) return;
      if (this.slots.some((s) => s.type <= 1 && s.address === this.rip)) {
        this.halt('T05');
        return;
      }
      this.advance();
      this.ticks = setImmediate(tick);
    };
    this.ticks = setImmediate(tick);
    return undefined;
  }
}

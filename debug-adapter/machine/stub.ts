import type { Duplex } from 'node:stream';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { RspClient } from '../wire/rsp/client';
import type { BatchOptions, ClientEvents, Request } from '../wire/rsp/client';
import { decodeDigits } from '../wire/rsp/digits';
import { parseStopReply, shapes } from '../wire/rsp/reply';
import type { Reply, StopReply } from '../wire/rsp/reply';
import { readTargetDescription } from '../wire/rsp/target-description';
import type { TargetDescription } from '../wire/rsp/target-description';

/** What this stub can do, found by what it answers. */
export interface StubFeatures {
  /** Most bytes a packet may hold, `$` and checksum not counted. */
  readonly packetSize: number;
  readonly multiprocess: boolean;
  readonly vCont: boolean;
  readonly physicalMemory: boolean;
  /** Bits for `Qqemu.sstep`; undefined when the stub has no such mode. */
  readonly stepBits?: { readonly enable: number; readonly noIrq: number; readonly noTimer: number };
  readonly reverse: boolean;
}

export interface StubThread {
  /** As the stub writes it. */
  readonly id: string;
  readonly number: number;
}

const firstAnswerMs = 3000;
/** QEMU's buffer (gdbstub.c, MAX_PACKET_LENGTH), for a stub that names no size or one that cannot be. */
const usualPacket = 0x1000;
/** In less a stub could not even be asked for a part of its description. */
const smallestPacket = 0x100;
const largestPacket = 1 << 20;
/** Longest description of registers that is read; QEMU's has some 10 KB. */
const longestAnnex = 1 << 20;
const askRegisters: Request = { payload: 'g', shape: shapes.registers };
const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
const text = (reply: Reply | undefined): string => (reply?.kind === 'data' ? reply.bytes.toString('latin1') : '');

/** `p01.02`, `2` or `p1.2`: the part after the dot is the vCPU. */
export function parseThread(id: string): StubThread {
  const number = Number.parseInt(id.slice(id.indexOf('.') + 1).replace(/^p/, ''), 16);
  return { id, number: Number.isNaN(number) ? 1 : number };
}

/** QEMU's gdbstub as typed requests. Everything but `run` and `interrupt` needs a stopped machine. */
export class Stub {
  private constructor(
    readonly client: RspClient,
    readonly features: StubFeatures,
    readonly description: TargetDescription,
    readonly threads: readonly StubThread[],
    /** The stop the machine was found in. */
    readonly initial: StopReply,
  ) {}

  /** Asks what the stub can do, over a stream that is open; QEMU stops the machine when a client connects. @throws BS102, BS112 */
  static async over(stream: Duplex, address: string, events: ClientEvents, silenceMs?: number): Promise<Stub> {
    const client = new RspClient(stream, events, silenceMs);
    try {
      return await Stub.handshake(client, address, Math.min(firstAnswerMs, silenceMs ?? firstAnswerMs));
    } catch (error) {
      client.close();
      throw error;
    }
  }

  private static async handshake(client: RspClient, address: string, patienceMs: number): Promise<Stub> {
    const silent = (cause: unknown) => failure(qemuErrors.stubSilent, { address, seconds: patienceMs / 1000 }, { cause });
    let supported: Reply;
    try {
      supported = await client.request(
        { payload: 'qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386', shape: shapes.text },
        { silenceMs: patienceMs },
      );
    } catch (error) {
      throw silent(error);
    }
    const offers = new Map(text(supported).split(';').map((word) => (word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word.replace(/[+?-]$/, ''), word.slice(-1)]) as [string, string]));
    if (offers.get('QStartNoAckMode') === '+') await client.request({ payload: 'QStartNoAckMode', shape: shapes.ok });
    const named = Number.parseInt(offers.get('PacketSize') ?? '', 16);
    const packetSize = named > 0 && named <= largestPacket ? Math.max(smallestPacket, named) : usualPacket;

    const annex = async (name: string): Promise<string> => readAnnex(client, name, packetSize);
    const description = await readTargetDescription(annex);
    if (!/^i386|^i8086/.test(description.architecture)) throw failure(qemuErrors.architecture, { architecture: description.architecture || 'unknown' });

    const asked = await client.batch(
      [
        { payload: '?', shape: shapes.stop },
        { payload: 'vCont?', shape: shapes.vCont },
        { payload: 'qqemu.PhyMemMode', shape: shapes.text },
        { payload: 'qqemu.sstepbits', shape: shapes.text },
      ],
      { idempotent: true },
    );
    const [stop, vCont, physical, step] = asked;
    const bits = new Map([...text(step).matchAll(/(\w+)=([0-9a-f]+)/gi)].map((m) => [m[1] ?? '', Number.parseInt(m[2] ?? '0', 16)]));
    const enable = bits.get('ENABLE');
    const features: StubFeatures = {
      packetSize,
      multiprocess: offers.get('multiprocess') === '+',
      vCont: /;c\b/.test(text(vCont)) && /;s\b/.test(text(vCont)),
      physicalMemory: /^[01]$/.test(text(physical)),
      reverse: offers.get('ReverseStep') === '+' && offers.get('ReverseContinue') === '+',
      ...(enable === undefined ? {} : { stepBits: { enable, noIrq: bits.get('NOIRQ') ?? 0, noTimer: bits.get('NOTIMER') ?? 0 } }),
    };
    if (features.physicalMemory) client.recoveryRequests = ['Qqemu.PhyMemMode:0'];
    const initial = parseStopReply(stop?.kind === 'data' ? stop.bytes : Buffer.from('S05'));
    return new Stub(client, features, description, await readThreads(client), initial);
  }

  /** Whether `Hg` is needed at all: with one vCPU nothing has to be selected. */
  private select(thread: StubThread): Request[] {
    return this.threads.length > 1 ? [{ payload: `Hg${thread.id}`, shape: shapes.ok }] : [];
  }

  /** Raw `g` answer of a vCPU. */
  async registers(thread: StubThread): Promise<Buffer> {
    return this.registersIn((await this.registersWith(thread, [])).at(-1));
  }

  /** Answers to `g` and to further requests for the same vCPU, the last of one batch. */
  registersWith(thread: StubThread, more: readonly Request[]): Promise<Reply[]> {
    return this.client.batch(this.askWith(thread, more), { idempotent: true });
  }

  /** `g` and further requests for the same vCPU; their answers are the last of the batch. */
  askWith(thread: StubThread, more: readonly Request[]): Request[] {
    return [...this.select(thread), askRegisters, ...more];
  }

  /** The digits of an answer to `g`. @throws BS107 */
  registerDigits(reply: Reply | undefined): Buffer {
    if (reply?.kind === 'data') return reply.bytes;
    throw failure(qemuErrors.stubNonsense, { request: 'g', reply: reply?.kind === 'error' ? reply.text : '' });
  }

  /** The bytes of an answer to `g`; 0 for what is not available. @throws BS107 */
  registersIn(reply: Reply | undefined): Buffer {
    const digits = this.registerDigits(reply);
    const bytes = Buffer.allocUnsafe(digits.length >> 1);
    if (!decodeDigits(digits, bytes)) throw failure(qemuErrors.stubNonsense, { request: 'g', reply: digits.toString('latin1').slice(0, 60) });
    return bytes;
  }

  /** False when the stub refuses. `value` little-endian. */
  async setRegister(thread: StubThread, number: number, value: Uint8Array): Promise<boolean> {
    const replies = await this.client.batch([...this.select(thread), { payload: `P${number.toString(16)}=${Buffer.from(value).toString('hex')}`, shape: shapes.ok }]);
    return replies[replies.length - 1]?.kind === 'data';
  }

  /** Requests of one batch for virtual memory as `thread` sees it. */
  asVirtual(thread: StubThread, requests: readonly Request[]): readonly Request[] {
    return this.threads.length > 1 ? [...this.select(thread), ...requests] : requests;
  }

  /** Requests of one batch for physical memory; the mode is switched back in the same batch whatever the answers are. */
  asPhysical(requests: readonly Request[]): Request[] {
    return [{ payload: 'Qqemu.PhyMemMode:1', shape: shapes.ok }, ...requests, { payload: 'Qqemu.PhyMemMode:0', shape: shapes.ok }];
  }

  batch(requests: readonly Request[], options?: BatchOptions): Promise<Reply[]> {
    return this.client.batch(requests, options);
  }

  /** Runs a monitor command through the stub. Undefined when the stub does not pass it on. */
  async monitor(command: string): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    const reply = await this.client.request({ payload: `qRcmd,${hex(command)}`, shape: (p) => shapes.ok(p) || shapes.anyHex(p), onConsole: (bytes) => chunks.push(bytes) }, { silenceMs: 30_000 });
    if (reply.kind === 'unsupported') return undefined;
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The stop the machine is in, by the stub's word. */
  async lastStop(): Promise<StopReply> {
    const reply = await this.client.request({ payload: '?', shape: shapes.stop }, { idempotent: true });
    return parseStopReply(reply.kind === 'data' ? reply.bytes : Buffer.from('S05'));
  }

  /** All vCPUs run. */
  run(): void {
    this.client.run(this.features.vCont ? 'vCont;c' : 'c');
  }

  /**
   * All vCPUs run, the one that stopped last from `pc` on. QEMU's `c` takes an address for it (gdbstub.c, handle_continue), and answers
   * nothing, as it would a register that is written.
   */
  runFrom(pc: bigint): void {
    this.client.run(`c${pc.toString(16)}`);
  }

  /** One instruction on one vCPU, the others stay. */
  step(thread: StubThread): void {
    this.client.run(this.features.vCont ? `vCont;s:${thread.id}` : 's');
  }
}

async function readAnnex(client: RspClient, name: string, packetSize: number): Promise<string> {
  const size = Math.max(256, packetSize - 16);
  let all = '';
  for (;;) {
    const reply = await client.request({ payload: `qXfer:features:read:${name}:${all.length.toString(16)},${size.toString(16)}`, shape: shapes.chunk }, { idempotent: true });
    if (reply.kind !== 'data') return all;
    const part = reply.bytes.toString('latin1', 1);
    all += part;
    if (reply.bytes[0] === 0x6c || part.length === 0 || all.length > longestAnnex) return all;
  }
}

async function readThreads(client: RspClient): Promise<StubThread[]> {
  const ids: string[] = [];
  for (let request = 'qfThreadInfo'; ; request = 'qsThreadInfo') {
    const reply = text(await client.request({ payload: request, shape: shapes.chunk }));
    if (!reply.startsWith('m') || ids.length > 4096) break;
    ids.push(...reply.slice(1).split(',').filter((id) => id !== ''));
  }
  return ids.length > 0 ? ids.map(parseThread) : [{ id: '1', number: 1 }];
}

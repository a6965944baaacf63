import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SerialAnswer, SerialEventBody, StagesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { assemble, imageFile, qemuFor } from '../machine/guest';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** Megabytes that the guest says; `npm run test:flood` makes it 100. */
const megabytes = Number(process.env['BOOTSCOPE_FLOOD'] ?? 4);
const amount = megabytes * 1_000_000;
/** What the process may grow by while all that passes: the rings of a serial port hold some 20 MB, the rest is what is not collected yet. */
const mostGrowth = 256 << 20;

/** Where the breakpoints lie: on a page of their own, since QEMU runs a page with a breakpoint instruction by instruction. */
const [mark, end] = [0x9000, 0x9002];
/** What is written lies on no page with code, whose translations QEMU would give up at each write. */
const [piece, flag] = [0xa000, 0xa010];

/**
 * Says numbered pieces of 16 bytes on COM1 for ever, 16 at a time into the transmitter's FIFO whenever that is empty (as drivers of a 16550 do).
 * Comes by `mark` after each 256 KiB, and leaves for `end` once the byte at `flag` is set.
 */
const source = `
.code16
start:
  cli
  cld
  xor %ax, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $0x7000, %sp
  movw $0xc390, ${mark}
  movw $0xebf4, ${end}
  movb $0xfd, ${end + 2}
  movb $0, ${flag}
  mov $0x3fa, %dx
  mov $7, %al
  out %al, %dx
  mov $pattern, %si
  mov $${piece}, %di
  mov $16, %cx
  rep movsb
  xor %bp, %bp
next:
  mov $0x3fd, %dx
full:
  in %dx, %al
  test $0x20, %al
  jz full
  mov $0x3f8, %dx
  mov $${piece}, %si
  mov $16, %cx
  rep outsb
  mov $${piece + 7}, %di
digit:
  incb (%di)
  cmpb $'9', (%di)
  jbe counted
  movb $'0', (%di)
  dec %di
  jmp digit
counted:
  cmpb $0, ${flag}
  jne ended
  inc %bp
  test $0x3fff, %bp
  jnz next
  mov $${mark}, %bx
  call *%bx
  jmp next
ended:
  mov $${end}, %bx
  jmp *%bx
pattern:
  .ascii "00000000 pieces\\n"
`;

const pieceAt = (number: number): string => `${String(number).padStart(8, '0')} pieces\n`;

/** Compares what comes with what the guest says, byte by byte in order. */
class Listener {
  heard = 0;
  /** The first place where it was otherwise. */
  wrong: string | undefined;
  #rest = '';

  take({ text, from = -1, next = -1 }: SerialEventBody): void {
    if (from !== this.heard || next - from !== text.length) this.wrong ??= `a piece from ${from} to ${next} of ${text.length} bytes after ${this.heard} bytes`;
    const all = this.#rest + text;
    let number = (this.heard - this.#rest.length) / 16;
    let at = 0;
    for (; at + 16 <= all.length; at += 16) {
      const piece = all.slice(at, at + 16);
      if (piece !== pieceAt(number++)) this.wrong ??= `${JSON.stringify(piece)} in place of ${JSON.stringify(pieceAt(number - 1))}`;
    }
    this.#rest = all.slice(at);
    this.heard += text.length;
  }
}

describe('a guest that says all it can while it is debugged', () => {
  const { image } = assemble(source);
  const disk = imageFile(image);
  const client = new DapClient();
  const listener = new Listener();
  const listening = { piece: (): void => undefined };
  const before = process.memoryUsage().rss;
  let growth = 0;
  let printed = 0;

  beforeAll(async () => {
    client.onEvent((event, body) => {
      if (event === 'output' && (body as DebugProtocol.OutputEvent['body']).category === 'stdout') printed += (body as DebugProtocol.OutputEvent['body']).output.length;
      if (event !== 'bootscope/serial') return;
      listener.take(body as SerialEventBody);
      listening.piece();
    });
    await client.start({ request: 'launch', type: 'bootscope', name: 'flood', qemu: qemuFor(disk.file), images: [] } as never, () => breakAt(mark));
  });
  afterAll(async () => {
    await client.stop();
    disk.remove();
  });

  const breakAt = async (...addresses: number[]): Promise<void> => {
    await client.request('setInstructionBreakpoints', { breakpoints: addresses.map((address) => ({ instructionReference: `0x${address.toString(16)}` })) });
  };

  const goOn = (): Promise<unknown> => client.request('continue', { threadId: 1 });

  const memory = async (address: number, count: number): Promise<Buffer> =>
    Buffer.from((await client.request<NonNullable<DebugProtocol.ReadMemoryResponse['body']>>('readMemory', { memoryReference: `0x${address.toString(16)}`, count })).data ?? '', 'base64');

  /** Stops, and reads what a view would. */
  const look = async (reason: string): Promise<Buffer> => {
    expect((await client.waitFor<Stopped>('stopped')).reason).toBe(reason);
    growth = Math.max(growth, process.memoryUsage().rss - before);
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    await client.request('scopes', { frameId: stackFrames[0]?.id });
    return memory(piece, 16);
  };

  /** The next piece that is told from now on. */
  const nextPiece = (): Promise<void> =>
    new Promise((resolve) => {
      listening.piece = resolve;
    });

  it(`loses no byte of ${megabytes} MB, is never held up for good, and answers meanwhile`, { timeout: 120_000 + megabytes * 15_000 }, async () => {
    while (listener.heard < amount / 2) {
      expect((await look('instruction breakpoint')).toString()).toMatch(/^\d{8} pieces\n$/);
      await goOn();
    }
    await look('instruction breakpoint');
    await breakAt(end);
    await goOn();
    let round = 0;
    while (listener.heard < amount) {
      const more = nextPiece();
      const [{ threads }, { next }] = await Promise.all([
        client.request<DebugProtocol.ThreadsResponse['body']>('threads'),
        client.request<SerialAnswer>('bootscope/serial', { from: listener.heard }),
        client.request<StagesAnswer>('bootscope/stages'),
      ]);
      expect(threads).toHaveLength(1);
      expect(next).toBeGreaterThanOrEqual(listener.heard);
      await more;
      if (++round % 8 !== 0) continue;
      await client.request('pause', { threadId: 1 });
      await look('pause');
      await goOn();
    }
    await client.request('pause', { threadId: 1 });
    await look('pause');
    await client.request('writeMemory', { memoryReference: `0x${flag.toString(16)}`, data: Buffer.from([1]).toString('base64') });
    await goOn();
    const total = Number((await look('instruction breakpoint')).toString('ascii', 0, 8)) * 16;
    expect(total).toBeGreaterThanOrEqual(amount);
    await expect.poll(() => listener.heard).toBe(total);
    expect(listener.wrong).toBeUndefined();
    // The console of the editor was told the same number of bytes.
    expect(printed).toBe(total);
    const { text, next } = await client.request<SerialAnswer>('bootscope/serial', { from: 0 });
    expect(next).toBe(total);
    const kept = new Listener();
    kept.heard = total - text.length;
    kept.take({ port: 1, text, atMs: 0, from: kept.heard, next });
    expect(kept.wrong).toBeUndefined();
    expect(text.length).toBe(Math.min(total, 4 << 20));
    expect(growth).toBeLessThan(mostGrowth);
  });
});

import type { OnReadOpts, Socket } from 'node:net';

const slabBytes = 128 << 10;
/** A read gets at least so much room. */
const leastRoom = 16 << 10;

/**
 * Lets a socket read into pieces of one large buffer, each behind the last, and emit them as `data`. Node else makes a buffer of 64 KiB for each
 * read, which the many small answers of QEMU's stub turn into work for the garbage collector. A piece is never written again.
 */
export class Slab implements OnReadOpts {
  private memory = Buffer.allocUnsafeSlow(slabBytes);
  private used = 0;
  private socket: Socket | undefined;
  /** What came before anybody listened. */
  private early: Buffer[] | undefined = [];

  /** What the socket reads into next. */
  readonly buffer = (): Uint8Array => {
    if (slabBytes - this.used < leastRoom) {
      this.memory = Buffer.allocUnsafeSlow(slabBytes);
      this.used = 0;
    }
    return this.memory.subarray(this.used);
  };

  /** `bytes` of the buffer have been filled. */
  readonly callback = (bytes: number): boolean => {
    const chunk = this.memory.subarray(this.used, this.used + bytes);
    this.used += bytes;
    if (this.early === undefined) this.socket?.emit('data', chunk);
    else this.early.push(chunk);
    return true;
  };

  /** The socket that was made with this. */
  serve(socket: Socket): void {
    this.socket = socket;
    const listen = (event: string | symbol): void => {
      if (event !== 'data') return;
      socket.off('newListener', listen);
      // Node tells before the listener is there.
      queueMicrotask(() => {
        const early = this.early ?? [];
        this.early = undefined;
        for (const chunk of early) socket.emit('data', chunk);
      });
    };
    socket.on('newListener', listen);
  }
}

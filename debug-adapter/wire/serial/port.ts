import type { Duplex, Readable, Writable } from 'node:stream';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { OutputBranch } from './branch';
import { ByteRing } from './ring';

/** The ends of a serial line in two streams: what the guest says comes `from` one, what it receives goes `to` the other. */
export interface SerialEnds {
  readonly from: Readable;
  readonly to: Writable;
}

/** One serial line of the guest over a socket or two FIFOs. It is always read, since QEMU holds the guest back when nobody reads. */
export class SerialStream {
  private readonly ring: ByteRing;
  readonly branch = new OutputBranch();
  private readonly ends: SerialEnds;
  private closed: string | undefined;

  constructor(
    readonly port: number,
    stream: Duplex | SerialEnds,
    onBytes: (bytes: Uint8Array) => void,
    capacity?: number,
    onRepeated: (bytes: Uint8Array) => void = () => undefined,
  ) {
    this.ring = new ByteRing(capacity);
    const { from, to } = (this.ends = 'to' in stream ? stream : { from: stream, to: stream });
    from.on('data', (chunk: Buffer) => {
      const { repeated, fresh } = this.branch.take(chunk);
      if (repeated.length > 0) onRepeated(repeated);
      if (fresh.length === 0) return;
      this.ring.push(fresh);
      onBytes(fresh);
    });
    for (const end of new Set([from, to])) {
      end.on('error', (error) => (this.closed ??= error.message));
      end.on('close', () => (this.closed ??= 'the connection was closed'));
    }
  }

  read(from?: number): { readonly bytes: Uint8Array; readonly next: number } {
    return this.ring.read(from);
  }

  /** Resolves when QEMU's socket has taken the bytes. @throws BS123 */
  send(bytes: Uint8Array): Promise<void> {
    const { closed } = this;
    if (closed !== undefined) return Promise.reject(failure(qemuErrors.serialClosed, { port: this.port, detail: closed }));
    return new Promise((resolve, reject) => {
      this.ends.to.write(bytes, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(failure(qemuErrors.serialClosed, { port: this.port, detail: error.message }));
      });
    });
  }

  close(): void {
    this.closed ??= 'the connection was closed';
    this.ends.from.destroy();
    this.ends.to.destroy();
  }
}

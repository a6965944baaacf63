import type { Duplex } from 'node:stream';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { OutputBranch } from './branch';
import { ByteRing } from './ring';

/** One serial line of the guest over a socket. It is always read, since QEMU holds the guest back when nobody reads. */
export class SerialStream {
  private readonly ring: ByteRing;
  readonly branch = new OutputBranch();
  private closed: string | undefined;

  constructor(
    readonly port: number,
    private readonly stream: Duplex,
    onBytes: (bytes: Uint8Array) => void,
    capacity?: number,
    onRepeated: (bytes: Uint8Array) => void = () => undefined,
  ) {
    this.ring = new ByteRing(capacity);
    stream.on('data', (chunk: Buffer) => {
      const { repeated, fresh } = this.branch.take(chunk);
      if (repeated.length > 0) onRepeated(repeated);
      if (fresh.length === 0) return;
      this.ring.push(fresh);
      onBytes(fresh);
    });
    stream.on('error', (error) => (this.closed ??= error.message));
    stream.on('close', () => (this.closed ??= 'the connection was closed'));
  }

  read(from?: number): { readonly bytes: Uint8Array; readonly next: number } {
    return this.ring.read(from);
  }

  /** Resolves when QEMU's socket has taken the bytes. @throws BS123 */
  send(bytes: Uint8Array): Promise<void> {
    const { closed } = this;
    if (closed !== undefined) return Promise.reject(failure(qemuErrors.serialClosed, { port: this.port, detail: closed }));
    return new Promise((resolve, reject) => {
      this.stream.write(bytes, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(failure(qemuErrors.serialClosed, { port: this.port, detail: error.message }));
      });
    });
  }

  close(): void {
    this.closed ??= 'the connection was closed';
    this.stream.destroy();
  }
}

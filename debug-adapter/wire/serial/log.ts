import fs from 'node:fs';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { OutputBranch } from './branch';
import { ByteRing } from './ring';

/** Notifications are a hint only (network file systems have none): the file is looked at this often anyway. */
const pollMs = 200;

/**
 * A serial line that belongs to a chardev of the user's: QEMU copies its output into a log file, which is followed here.
 * Nothing can be typed.
 */
export class SerialLog {
  private readonly ring: ByteRing;
  readonly branch = new OutputBranch();
  private position = 0;
  private file: number | undefined;
  private watcher: fs.FSWatcher | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly buffer = Buffer.alloc(64 << 10);

  constructor(
    readonly port: number,
    private readonly path: string,
    private readonly onBytes: (bytes: Uint8Array) => void,
    capacity?: number,
    private readonly onRepeated: (bytes: Uint8Array) => void = () => undefined,
  ) {
    this.ring = new ByteRing(capacity);
    this.timer = setInterval(() => this.follow(), pollMs);
    this.timer.unref();
    this.follow();
  }

  /** Also takes in what was written since the last look. */
  read(from?: number): { readonly bytes: Uint8Array; readonly next: number } {
    this.follow();
    return this.ring.read(from);
  }

  send(): Promise<void> {
    return Promise.reject(failure(qemuErrors.serialClosed, { port: this.port, detail: 'it is connected to a chardev of your command line' }));
  }

  close(): void {
    this.follow();
    clearInterval(this.timer);
    this.watcher?.close();
    if (this.file !== undefined) fs.closeSync(this.file);
    this.file = undefined;
  }

  private follow(): void {
    if (this.file === undefined && !this.open()) return;
    for (;;) {
      let size: number;
      try {
        size = fs.readSync(this.file ?? -1, this.buffer, 0, this.buffer.length, this.position);
      } catch {
        return;
      }
      if (size === 0) return;
      this.position += size;
      const { repeated, fresh } = this.branch.take(Buffer.from(this.buffer.subarray(0, size)));
      if (repeated.length > 0) this.onRepeated(repeated);
      if (fresh.length === 0) continue;
      this.ring.push(fresh);
      this.onBytes(fresh);
    }
  }

  /** QEMU makes the file when it starts. */
  private open(): boolean {
    try {
      this.file = fs.openSync(this.path, 'r');
    } catch {
      return false;
    }
    try {
      this.watcher = fs.watch(this.path, { persistent: false }, () => this.follow());
      this.watcher.on('error', () => undefined);
    } catch {
      // Out of watches: the timer does alone.
    }
    return true;
  }
}

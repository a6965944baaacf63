import fs from 'node:fs/promises';
import path from 'node:path';
import type { QmpClient } from '../wire/qmp/client';

/** Much less is read faster through the stub. */
const leastBytes = 64 << 10;

/**
 * Virtual memory in one piece by way of a file that QEMU writes (`memsave`, qapi/machine.json), for a QEMU on this host that was started by
 * us: the stub would spell every byte as two digits. It reads as the stub does, by the tables of one processor.
 */
export class MemoryFile {
  private readonly file: string;
  private count = 0;

  constructor(
    private readonly qmp: QmpClient,
    /** Of ours alone. */
    directory: string,
  ) {
    this.file = path.join(directory, 'memory');
  }

  /** Undefined where another way is to be taken: too little, an address JSON cannot say, or something in the range cannot be read. */
  async read(vcpu: number, address: bigint, length: number): Promise<Buffer | undefined> {
    const from = Number(BigInt.asIntN(64, address));
    if (length < leastBytes || !Number.isSafeInteger(from)) return undefined;
    const file = `${this.file}-${String(++this.count)}`;
    try {
      await this.qmp.execute('memsave', { val: from, size: length, filename: file, 'cpu-index': vcpu - 1 });
      const bytes = await fs.readFile(file);
      return bytes.length === length ? bytes : undefined;
    } catch {
      return undefined;
    } finally {
      await fs.rm(file, { force: true }).catch(() => undefined);
    }
  }
}

/** The length in bytes of pages that lie behind one another; 0 for any others. */
export function oneRun(pages: readonly bigint[]): number {
  const first = pages[0] ?? 0n;
  return pages.every((page, i) => page === first + BigInt(i) * 4096n) ? pages.length * 4096 : 0;
}

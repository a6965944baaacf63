import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A boot sector: 512 bytes at 0x7c00, ending in 55 AA. */
export function bootSector(code: readonly number[]): Buffer {
  const sector = Buffer.alloc(512);
  Buffer.from(code).copy(sector);
  sector[510] = 0x55;
  sector[511] = 0xaa;
  return sector;
}

/** Writes an image into a fresh directory that `remove` deletes. */
export function imageFile(bytes: Uint8Array): { file: string; remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-test-'));
  const file = path.join(directory, 'disk.img');
  fs.writeFileSync(file, bytes);
  return { file, remove: () => fs.rmSync(directory, { recursive: true, force: true }) };
}

/** Command line of a small machine that boots the image. */
export const qemuFor = (file: string, ...more: string[]): string[] => ['qemu-system-x86_64', '-m', '32', '-display', 'none', '-net', 'none', '-drive', `file=${file},format=raw,if=ide`, ...more];

// A disk with a GPT: an EFI system partition with the loader, and the RedoxFS partition. Also the initfs.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECTOR = 512;
const MIB = 1024 * 1024;

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** @param {Buffer} data */
function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crcTable[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** A GUID in the order of a GPT. @param {string} text */
function guid(text) {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** @param {string} command @param {string[]} args */
function mtool(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
  if (result.status !== 0) throw new Error(`${command}: ${result.error?.message ?? result.stderr} (apt-get install mtools)`);
}

/** A FAT file system with `\EFI\BOOT\BOOTX64.EFI`. @param {string} directory for the work @param {string} loader @param {number} mib */
function makeEsp(directory, loader, mib) {
  const path = join(directory, 'esp.fat');
  writeFileSync(path, Buffer.alloc(mib * MIB));
  mtool('mformat', ['-i', path, '-N', '0', '-T', String((mib * MIB) / SECTOR), '-h', '16', '-s', '63', '::']);
  mtool('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT']);
  mtool('mcopy', ['-i', path, loader, '::/EFI/BOOT/BOOTX64.EFI']);
  return path;
}

/** @param {Buffer} disk @param {{ type: string, id: string, name: string, start: number, end: number }[]} partitions sectors, end included */
function putGpt(disk, partitions) {
  const last = disk.length / SECTOR - 1;
  disk.writeUInt8(0xee, 446 + 4);
  disk.writeUInt32LE(1, 446 + 8);
  disk.writeUInt32LE(last, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  const entries = Buffer.alloc(128 * 128);
  partitions.forEach((partition, i) => {
    guid(partition.type).copy(entries, i * 128);
    guid(partition.id).copy(entries, i * 128 + 16);
    entries.writeBigUInt64LE(BigInt(partition.start), i * 128 + 32);
    entries.writeBigUInt64LE(BigInt(partition.end), i * 128 + 40);
    entries.write(partition.name, i * 128 + 56, 'utf16le');
  });
  for (const [own, other, at] of [[1, last, 2], [last, 1, last - 32]]) {
    const header = Buffer.alloc(SECTOR);
    header.write('EFI PART', 0, 'latin1');
    header.writeUInt32LE(0x10000, 8);
    header.writeUInt32LE(92, 12);
    header.writeBigUInt64LE(BigInt(own ?? 0), 24);
    header.writeBigUInt64LE(BigInt(other ?? 0), 32);
    header.writeBigUInt64LE(34n, 40);
    header.writeBigUInt64LE(BigInt(last - 33), 48);
    guid('7f1c2a60-0b5e-4f0e-8e2c-0d9b1a3c5e77').copy(header, 56);
    header.writeBigUInt64LE(BigInt(at ?? 0), 72);
    header.writeUInt32LE(128, 80);
    header.writeUInt32LE(128, 84);
    header.writeUInt32LE(crc32(entries), 88);
    header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
    header.copy(disk, (own ?? 0) * SECTOR);
    entries.copy(disk, (at ?? 0) * SECTOR);
  }
}

/**
 * The whole disk.
 * @param {{ directory: string, loader: string, redoxfs: Buffer, readFile: (path: string) => Buffer }} options
 */
export function makeDisk({ directory, loader, redoxfs, readFile }) {
  const espMib = Math.max(4, Math.ceil(readFile(loader).length / MIB) + 2);
  const esp = readFile(makeEsp(directory, loader, espMib));
  const start = MIB + esp.length;
  const disk = Buffer.alloc(start + redoxfs.length + MIB);
  esp.copy(disk, MIB);
  redoxfs.copy(disk, start);
  putGpt(disk, [
    { type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', id: '3c0f3b52-9d5e-4b5a-9b43-0a1f2e6d7c01', name: 'EFI', start: MIB / SECTOR, end: start / SECTOR - 1 },
    { type: '52414548-4f5a-4e45-b541-4e45b5464653', id: '3c0f3b52-9d5e-4b5a-9b43-0a1f2e6d7c02', name: 'REDOX', start: start / SECTOR, end: (start + redoxfs.length) / SECTOR - 1 },
  ]);
  return { disk, redoxfsOffset: start };
}

/** Where a loader for a BIOS finds its file system (redox-os/bootloader src/os/bios/mod.rs). */
const BIOS_REDOXFS = 2 * MIB;
const MBR_TABLE = 446;

/**
 * A disk for a BIOS: the loader in its first sector and from sector 34 on, around the partition table.
 * @param {{ bootloader: Buffer, redoxfs: Buffer }} options
 */
export function makeBiosDisk({ bootloader, redoxfs }) {
  if (bootloader.length > MIB) throw new Error(`the BIOS loader has ${bootloader.length} bytes; its partition has less than 1 MiB`);
  const disk = Buffer.alloc(BIOS_REDOXFS + redoxfs.length + MIB);
  bootloader.copy(disk, 0, 0, MBR_TABLE);
  bootloader.copy(disk, 34 * SECTOR, 34 * SECTOR);
  redoxfs.copy(disk, BIOS_REDOXFS);
  putGpt(disk, [
    { type: '21686148-6449-6e6f-744e-656564454649', id: '3c0f3b52-9d5e-4b5a-9b43-0a1f2e6d7c03', name: 'BIOS', start: 34, end: MIB / SECTOR - 1 },
    { type: '52414548-4f5a-4e45-b541-4e45b5464653', id: '3c0f3b52-9d5e-4b5a-9b43-0a1f2e6d7c02', name: 'REDOX', start: BIOS_REDOXFS / SECTOR, end: (BIOS_REDOXFS + redoxfs.length) / SECTOR - 1 },
  ]);
  return { disk, redoxfsOffset: BIOS_REDOXFS };
}

/** @typedef {{ name: string, content: Buffer, executable: boolean } | { name: string, entries: Node[] }} Node */

/**
 * An initfs (redox-os/base initfs/src/types.rs): header, table of inodes, then the data of files, folders and names.
 * @param {[string, Buffer][]} files
 */
export function makeInitfs(files) {
  /** @type {{ name: string, entries: Node[] }} */
  const root = { name: '', entries: [] };
  for (const [path, content] of files) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      let next = folder.entries.find((entry) => entry.name === part);
      if (next === undefined || !('entries' in next)) folder.entries.push((next = { name: part, entries: [] }));
      folder = next;
    }
    folder.entries.push({ name, content, executable: path.startsWith('bin/') });
  }
  /** @type {{ kind: number, length: number, offset: number }[]} */
  const inodes = [];
  /** @param {Node} node @returns {number} */
  const count = (node) => 1 + ('entries' in node ? node.entries.reduce((sum, entry) => sum + count(entry), 0) : 0);
  const table = 0x22;
  let at = table + count(root) * 12;
  /** @type {[number, Buffer][]} */
  const parts = [];
  /** @param {Buffer} bytes */
  const put = (bytes) => {
    parts.push([at, bytes]);
    at += bytes.length;
    return at - bytes.length;
  };
  /** @param {Node} node @returns {number} number of its inode */
  const write = (node) => {
    if ('content' in node) return inodes.push({ kind: node.executable ? 1 : 0, length: node.content.length, offset: put(node.content) }) - 1;
    const entries = Buffer.alloc(node.entries.length * 8);
    const numbers = node.entries.map(write);
    node.entries.forEach(({ name }, index) => {
      entries.writeUInt16LE(numbers[index] ?? 0, index * 8);
      entries.writeUInt16LE(Buffer.byteLength(name), index * 8 + 2);
      entries.writeUInt32LE(put(Buffer.from(name)), index * 8 + 4);
    });
    return inodes.push({ kind: 2, length: entries.length, offset: put(entries) }) - 1;
  };
  const rootInode = write(root);
  const image = Buffer.alloc(at);
  image.write('RedoxFtw', 0, 'latin1');
  image.writeUInt32LE(table, 8);
  image.writeBigUInt64LE(BigInt(at), 0x0c);
  image.writeUInt16LE(4096, 0x14);
  image.writeUInt16LE(rootInode, 0x16);
  image.writeUInt16LE(inodes.length, 0x18);
  inodes.forEach(({ kind, length, offset }, index) => {
    image.writeUInt32LE(kind, table + index * 12);
    image.writeUInt32LE(length, table + index * 12 + 4);
    image.writeUInt32LE(offset, table + index * 12 + 8);
  });
  for (const [offset, bytes] of parts) bytes.copy(image, offset);
  return image;
}

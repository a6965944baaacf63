import fs from 'node:fs';

const clusterBits = 16;
const cluster = 1 << clusterBits;
const magic = 0x514649fb;

/**
 * An empty qcow2 image of version 3: header, refcount table, one refcount block, L1 table, a cluster each.
 * Source of the layout: QEMU, docs/interop/qcow2.txt.
 */
export function emptyQcow2(size: number): Buffer {
  const image = Buffer.alloc(4 * cluster);
  const [refcountTable, refcountBlock, l1Table] = [cluster, 2 * cluster, 3 * cluster];
  // One L2 table maps 8,192 clusters of 64 KiB.
  const l1Size = Math.max(1, Math.ceil(size / (cluster * (cluster / 8))));
  image.writeUInt32BE(magic, 0);
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(clusterBits, 20);
  image.writeBigUInt64BE(BigInt(size), 24);
  image.writeUInt32BE(l1Size, 36);
  image.writeBigUInt64BE(BigInt(l1Table), 40);
  image.writeBigUInt64BE(BigInt(refcountTable), 48);
  image.writeUInt32BE(1, 56);
  // Refcounts of 16 bits; the header itself is 104 bytes long.
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);
  image.writeBigUInt64BE(BigInt(refcountBlock), refcountTable);
  for (let index = 0; index < 4; index++) image.writeUInt16BE(1, refcountBlock + 2 * index);
  return image;
}

/** True for a file that begins as qcow2 does. False where it cannot be read. */
export function isQcow2(file: string): boolean {
  const head = Buffer.alloc(4);
  try {
    const handle = fs.openSync(file, 'r');
    try {
      return fs.readSync(handle, head, 0, 4, 0) === 4 && head.readUInt32BE(0) === magic;
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return false;
  }
}

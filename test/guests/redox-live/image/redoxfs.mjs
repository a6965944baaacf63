// Makes a RedoxFS image, version 8 (layout: redox-os/redoxfs src/{header,block,tree,node,dir,allocator}.rs).

const BLOCK = 4096;
const RING = 256;
const RECORD_LEVEL = 5;
const RECORD = BLOCK << RECORD_LEVEL;
const ENTRIES = BLOCK / 16 - 1;
const MASK = (1n << 64n) - 1n;
const PRIME = 0x6eed0e9da4d94a4fn;

/** @param {bigint} x */
function diffuse(x) {
  x = (x * PRIME) & MASK;
  x ^= (x >> 32n) >> (x >> 60n);
  return (x * PRIME) & MASK;
}

/** seahash of bytes whose number is a multiple of 8. @param {Buffer} data */
export function seahash(data) {
  let [a, b, c, d] = [0x16f11fe89b0d677cn, 0xb480a793d8e6c86cn, 0x6fe2e5aaf078ebc9n, 0x14f994a4c5259381n];
  for (let at = 0; at < data.length; at += 8) {
    const next = diffuse(a ^ data.readBigUInt64LE(at));
    [a, b, c, d] = [b, c, d, next];
  }
  // After n words the lane that is next in turn comes first; the sum does not care.
  return diffuse(a ^ b ^ c ^ d ^ BigInt(data.length));
}

/** @typedef {{ addr: bigint, hash: bigint }} Pointer */
/** @typedef {{ index: number, count: number }} AllocEntry */

/** @param {Buffer} buffer @param {number} at @param {Pointer} pointer */
function putPointer(buffer, at, pointer) {
  buffer.writeBigUInt64LE(pointer.addr, at);
  buffer.writeBigUInt64LE(pointer.hash, at + 8);
}

class Image {
  /** @param {number} blocks */
  constructor(blocks) {
    this.data = Buffer.alloc(blocks * BLOCK);
    this.blocks = blocks;
    this.next = RING + 1;
    /** Blocks in use, in order of allocation. @type {[number, number][]} */
    this.used = [];
  }

  /** A free run of blocks. @param {number} count */
  take(count) {
    while (this.used.some(([start, length]) => this.next < start + length && start < this.next + count)) this.next += 1;
    const index = this.next;
    this.reserve(index, count);
    this.next += count;
    return index;
  }

  /** @param {number} index @param {number} count */
  reserve(index, count) {
    if (index + count > this.blocks) throw new Error('the file system is too small for its files');
    this.used.push([index, count]);
  }

  /** Writes a block and returns the signed pointer to it. @param {number} index @param {Buffer} block @param {number} [level] @returns {Pointer} */
  write(index, block, level = 0) {
    block.copy(this.data, index * BLOCK);
    return { addr: (BigInt(index) << 8n) | BigInt(level), hash: seahash(block) };
  }
}

/** @param {number} mode @param {number} size @param {number} links */
function nodeBlock(mode, size, links) {
  const node = Buffer.alloc(BLOCK);
  node.writeUInt16LE(mode, 0);
  node.writeUInt32LE(links, 10);
  node.writeBigUInt64LE(BigInt(size), 14);
  node.writeBigUInt64LE(1n, 22);
  return node;
}

const RECORD_LEVEL_AT = 66;
const FLAGS_AT = 70;
const LEVEL_DATA_AT = BLOCK - (128 + 64 + 32 + 16 + 8) * 16;

/** @typedef {{ [name: string]: Directory | Buffer }} Directory */

class Nodes {
  /** @param {Image} image */
  constructor(image) {
    this.image = image;
    /** @type {(Pointer | undefined)[]} */
    this.list = [undefined];
  }

  /** @param {Buffer} content */
  file(content) {
    const id = this.list.push(undefined) - 1;
    const node = nodeBlock(0x81ed, content.length, 1);
    if (content.length <= BLOCK - LEVEL_DATA_AT) {
      node.writeUInt32LE(1, FLAGS_AT);
      content.copy(node, LEVEL_DATA_AT);
    } else {
      node.writeUInt32LE(RECORD_LEVEL, RECORD_LEVEL_AT);
      for (let i = 0; i * RECORD < content.length; i++) {
        const record = Buffer.alloc(RECORD);
        content.copy(record, 0, i * RECORD, (i + 1) * RECORD);
        putPointer(node, LEVEL_DATA_AT + i * 16, this.image.write(this.image.take(1 << RECORD_LEVEL), record, RECORD_LEVEL));
      }
    }
    this.list[id] = this.image.write(this.image.take(1), node);
    return id;
  }

  /** @param {Directory} entries */
  directory(entries) {
    const id = this.list.push(undefined) - 1;
    const names = Object.entries(entries).map(([name, entry]) => {
      const child = Buffer.isBuffer(entry) ? this.file(entry) : this.directory(entry);
      const head = Buffer.alloc(5);
      head.writeUInt32LE(child, 0);
      head.writeUInt8(name.length, 4);
      return Buffer.concat([head, Buffer.from(name)]);
    });
    const bytes = Buffer.concat(names);
    const list = Buffer.alloc(BLOCK);
    list.writeUInt16LE(names.length, 0);
    list.writeUInt16LE(bytes.length, 2);
    bytes.copy(list, 4);
    const node = nodeBlock(0x41ed, BLOCK, 1);
    // The first pointer marks a tree of names of depth 0, the second is its only block.
    putPointer(node, LEVEL_DATA_AT, { addr: MASK & ~0xfn, hash: MASK });
    putPointer(node, LEVEL_DATA_AT + 16, this.image.write(this.image.take(1), list));
    this.list[id] = this.image.write(this.image.take(1), node);
    return id;
  }
}

/** @param {Image} image @param {number} index @param {Pointer} prev @param {AllocEntry[]} entries */
function writeAllocList(image, index, prev, entries) {
  if (entries.length > ENTRIES) throw new Error('too many entries for one block of the allocation log');
  const list = Buffer.alloc(BLOCK);
  putPointer(list, 0, prev);
  entries.forEach((entry, i) => {
    list.writeBigUInt64LE(BigInt(entry.index), 16 + i * 16);
    list.writeBigInt64LE(BigInt(entry.count), 24 + i * 16);
  });
  return image.write(index, list);
}

/**
 * An image whose allocation log is a chain of three blocks: the newest and the oldest near the start, the one between
 * at `middle`.
 * `fillUp`: no block is left free; `takeTwice`: the log takes one block twice.
 * @param {{ sizeMib: number, uuid: Buffer, middle: number, root: Directory, fillUp?: boolean, takeTwice?: boolean }} options
 */
export function makeRedoxFs({ sizeMib, uuid, middle, root, fillUp, takeTwice }) {
  const image = new Image(sizeMib * 256);
  const [tree, oldest, newest] = [image.take(1), image.take(1), image.take(1)];
  const lists = [image.take(1), image.take(1), image.take(1)];
  image.reserve(middle, 1);
  const nodes = new Nodes(image);
  nodes.directory(root);

  let below = Buffer.alloc(BLOCK);
  nodes.list.forEach((pointer, id) => pointer && putPointer(below, id * 16, pointer));
  for (const index of lists) {
    const pointer = image.write(index, below);
    below = Buffer.alloc(BLOCK);
    putPointer(below, 0, pointer);
  }
  const treePointer = image.write(tree, below);

  const nothing = { addr: 0n, hash: 0n };
  const first = RING + 1;
  const taken = image.used.map(([index, count]) => ({ index, count: -count })).sort((a, b) => a.index - b.index);
  const end = Math.max(...image.used.map(([index, count]) => index + count));
  if (fillUp) taken.push({ index: end, count: end - image.blocks });
  if (takeTwice) taken.push(...taken.slice(-1));
  const half = Math.ceil(taken.length / 2);
  let alloc = writeAllocList(image, oldest, nothing, [{ index: first, count: image.blocks - first }]);
  alloc = writeAllocList(image, middle, alloc, taken.slice(0, half));
  alloc = writeAllocList(image, newest, alloc, taken.slice(half));

  // Older generations stay in the ring, as on a file system that was written to.
  for (let generation = 0; generation < 4; generation++) {
    const header = Buffer.alloc(BLOCK);
    header.write('RedoxFS\0', 0, 'latin1');
    header.writeBigUInt64LE(8n, 8);
    uuid.copy(header, 16);
    header.writeBigUInt64LE(BigInt(image.data.length), 32);
    header.writeBigUInt64LE(BigInt(generation), 40);
    if (generation > 0) putPointer(header, 48, treePointer);
    if (generation > 0) putPointer(header, 64, alloc);
    const hash = seahash(header.subarray(0, BLOCK - 24));
    header.writeBigUInt64LE(hash, BLOCK - 24);
    header.writeBigUInt64LE(hash, BLOCK - 8);
    header.copy(image.data, generation * BLOCK);
  }
  return { data: image.data, blocks: { oldest, middle, newest } };
}

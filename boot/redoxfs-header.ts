/** The header of a RedoxFS filesystem: redox-os/redoxfs src/header.rs, src/block.rs. A disk format, so offsets are fixed. Pure. */

/** Bytes in a block, and so in a header. */
export const redoxfsBlockSize = 4096;
/** Headers are written round robin into this many blocks from the filesystem's start. */
export const redoxfsHeaderRing = 256;

const signature = [0x52, 0x65, 0x64, 0x6f, 0x78, 0x46, 0x53, 0x00];
const hashed = 4088 - 16;

export interface RedoxfsHeader {
  /** 8 since 2024. */
  readonly version: bigint;
  /** `8-4-4-4-12`, as REDOXFS_UUID writes it. */
  readonly uuid: string;
  /** Bytes. */
  readonly size: bigint;
  readonly generation: bigint;
  /** Block numbers of the tree and of the newest allocation log. */
  readonly tree: bigint;
  readonly alloc: bigint;
  /** False: the stored hash does not fit the bytes. */
  readonly valid: boolean;
}

/** Reads one header block (at least 4096 bytes); undefined: no RedoxFS signature. `check` false leaves the hash out of it. */
export const parseRedoxfsHeader = (bytes: Uint8Array, check = true): RedoxfsHeader | undefined => {
  if (bytes.length < redoxfsBlockSize || signature.some((byte, index) => bytes[index] !== byte)) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, redoxfsBlockSize);
  const u64 = (offset: number): bigint => data.getBigUint64(offset, true);
  return {
    version: u64(8),
    uuid: uuidText(bytes.subarray(16, 32)),
    size: u64(32),
    generation: u64(40),
    tree: u64(48) >> 8n,
    alloc: u64(64) >> 8n,
    valid: !check || seahash(bytes.subarray(0, hashed)) === u64(4088),
  };
};

/** The newest valid header of a ring: the highest generation whose hash fits. `ring` begins at the filesystem's first block and may be short. */
export const newestRedoxfsHeader = (ring: Uint8Array): RedoxfsHeader | undefined => {
  const found: { header: RedoxfsHeader; block: Uint8Array }[] = [];
  for (let index = 0; index < redoxfsHeaderRing && (index + 1) * redoxfsBlockSize <= ring.length; index++) {
    const block = ring.subarray(index * redoxfsBlockSize, (index + 1) * redoxfsBlockSize);
    const header = parseRedoxfsHeader(block, false);
    if (header !== undefined) found.push({ header, block });
  }
  found.sort((a, b) => (a.header.generation < b.header.generation ? 1 : -1));
  for (const { block } of found) {
    const header = parseRedoxfsHeader(block);
    if (header?.valid === true) return header;
  }
  return undefined;
};

const uuidText = (bytes: Uint8Array): string => {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
};

const mask = (1n << 64n) - 1n;
const diffuse = (value: bigint): bigint => {
  let x = (value * 0x6eed0e9da4d94a4fn) & mask;
  x ^= (x >> 32n) >> (x >> 60n);
  return (x * 0x6eed0e9da4d94a4fn) & mask;
};

/** SeaHash with its default seeds (crate seahash, src/reference.rs), over little-endian words; a short last word is filled with zeros. */
export const seahash = (bytes: Uint8Array): bigint => {
  const state: [bigint, bigint, bigint, bigint] = [0x16f11fe89b0d677cn, 0xb480a793d8e6c86cn, 0x6fe2e5aaf078ebc9n, 0x14f994a4c5259381n];
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0, lane = 0; offset < bytes.length; offset += 8, lane = (lane + 1) & 3) {
    let word = 0n;
    if (offset + 8 <= bytes.length) word = data.getBigUint64(offset, true);
    else for (let index = bytes.length - 1; index >= offset; index--) word = (word << 8n) | BigInt(bytes[index] ?? 0);
    const at = lane as 0 | 1 | 2 | 3;
    state[at] = diffuse(state[at] ^ word);
  }
  return diffuse(state[0] ^ state[1] ^ state[2] ^ state[3] ^ BigInt(bytes.length));
};

import { sizeInWords } from './environment/knowledge';
import { newestRedoxfsHeader, redoxfsBlockSize, redoxfsHeaderRing, seahash, type RedoxfsHeader } from './redoxfs-header';

/**
 * What a live boot will meet, from the filesystem alone: the blocks that mounting reads, against the part that the
 * bootloader preloads (redox-os/redoxfs src/filesystem.rs: open, reset_allocator; src/tree.rs). Pure: the caller reads.
 */

/** Bytes of the filesystem from `offset` on; shorter where it ends. */
export type RedoxfsReader = (offset: bigint, length: number) => Promise<Uint8Array>;

/** A block that mounting reads after the header ring. */
export interface MetadataBlock {
  readonly kind: 'allocation log' | 'release log' | 'tree';
  /** In blocks of 4096 bytes from the filesystem's start. */
  readonly block: bigint;
  /** False: the bytes do not have the hash that the pointer to them tells. */
  readonly intact: boolean;
}

export interface RedoxfsVerdict {
  readonly header: RedoxfsHeader;
  /** Bytes the bootloader preloads; the whole filesystem where nothing caps it. */
  readonly preload: bigint;
  /** `works`: all is preloaded. `by-luck`: what mounting reads is. `fails`: mounting reads past the preload, or what it reads is damaged. `unknown`: the logs are encrypted. */
  readonly outcome: 'works' | 'by-luck' | 'fails' | 'unknown';
  readonly metadata: readonly MetadataBlock[];
  /** Blocks of `metadata` that lie past the preload, in the order in which mounting reads them. */
  readonly refused: readonly MetadataBlock[];
  readonly damaged: readonly MetadataBlock[];
  /** Bytes in use by the allocation log, and how much of it lies past the preload. */
  readonly used?: { readonly total: bigint; readonly past: bigint };
  /** The smallest preload, in bytes and whole MiB, with which mounting reads nothing past it. */
  readonly needed: bigint;
  readonly sentence: string;
}

const blockSize = BigInt(redoxfsBlockSize);
const mebi = 1n << 20n;
/** A log of more blocks than this is a damaged one (a block holds 255 entries; a fresh commit squashes them). */
const longestLog = 65_536;
/** ALLOC_LIST_ENTRIES of src/allocator.rs: the block less its pointer to the one before, by 16. */
const entries = redoxfsBlockSize / 16 - 1;
/** Levels of a tree pointer from the header to the root node (src/tree.rs). */
const treeLevels = 4;

interface Pointer {
  readonly block: bigint;
  readonly hash: bigint;
}

/** Block pointer of src/block.rs: level in the low byte, index above; the hash of the bytes. undefined: null. */
const pointerAt = (data: DataView, at: number): Pointer | undefined => {
  const [address, hash] = [data.getBigUint64(at, true), data.getBigUint64(at + 8, true)];
  return address === 0n && hash === 0n ? undefined : { block: address >> 8n, hash };
};

const dataOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the header's pointers are (src/header.rs). `release` came with 0.9; before, its place was zero. */
const pointers = { tree: 48, alloc: 64, release: 3152 } as const;
const encryptedHash = 4072;

/**
 * The verdict on a filesystem. `cap` is what the bootloader preloads at most (bytes); undefined: all of it. Answers undefined
 * where no valid header is found. Errors are those of `read`.
 */
export const redoxfsVerdict = async (read: RedoxfsReader, cap?: bigint): Promise<RedoxfsVerdict | undefined> => {
  const ring = await read(0n, redoxfsBlockSize * redoxfsHeaderRing);
  const header = newestRedoxfsHeader(ring);
  if (header === undefined) return undefined;
  const at = Number(header.generation % BigInt(redoxfsHeaderRing)) * redoxfsBlockSize;
  const block = dataOf(ring.subarray(at, at + redoxfsBlockSize));
  const preload = cap === undefined || cap > header.size ? header.size : cap;
  if (isEncrypted(block)) return verdictOf(header, preload, [], undefined, true);
  const metadata: MetadataBlock[] = [];
  const log = await followLog(read, pointerAt(block, pointers.alloc), 'allocation log', metadata);
  await followLog(read, pointerAt(block, pointers.release), 'release log', metadata);
  await followTree(read, pointerAt(block, pointers.tree), metadata);
  return verdictOf(header, preload, metadata, usedBlocks(log, preload), false);
};

/** A header whose two hashes differ belongs to an encrypted filesystem (src/header.rs, `encrypted`). */
const isEncrypted = (block: DataView): boolean => block.getBigUint64(encryptedHash, true) !== block.getBigUint64(encryptedHash + 16, true) && block.getBigUint64(encryptedHash, true) !== 0n;

const fetchBlock = async (read: RedoxfsReader, pointer: Pointer, kind: MetadataBlock['kind'], metadata: MetadataBlock[]): Promise<DataView | undefined> => {
  const bytes = await read(pointer.block * blockSize, redoxfsBlockSize);
  const intact = bytes.length === redoxfsBlockSize && seahash(bytes) === pointer.hash;
  metadata.push({ kind, block: pointer.block, intact });
  return intact ? dataOf(bytes) : undefined;
};

/** The blocks of a log, newest first: each begins with a pointer to the one before. */
const followLog = async (read: RedoxfsReader, newest: Pointer | undefined, kind: MetadataBlock['kind'], metadata: MetadataBlock[]): Promise<DataView[]> => {
  const blocks: DataView[] = [];
  for (let pointer = newest, count = 0; pointer !== undefined && count < longestLog; count++) {
    const data = await fetchBlock(read, pointer, kind, metadata);
    if (data === undefined) break;
    blocks.push(data);
    pointer = pointerAt(data, 0);
  }
  return blocks;
};

/** From the header down to the root node, the first thing looked up after a mount. */
const followTree = async (read: RedoxfsReader, top: Pointer | undefined, metadata: MetadataBlock[]): Promise<void> => {
  let pointer = top;
  for (let level = 0; pointer !== undefined && level < treeLevels; level++) {
    const data = await fetchBlock(read, pointer, 'tree', metadata);
    // Node 1 is the root; on the upper levels it is behind the first pointer.
    pointer = data === undefined ? undefined : pointerAt(data, level === treeLevels - 1 ? 16 : 0);
  }
};

/** Bytes taken, by the entries of the log: a count of blocks freed (positive) or taken (negative) from an index on. */
const usedBlocks = (log: readonly DataView[], preload: bigint): { total: bigint; past: bigint } => {
  const limit = preload / blockSize;
  let [free, freePast, most] = [0n, 0n, 0n];
  for (const data of log) {
    for (let index = 0; index < entries; index++) {
      const count = data.getBigInt64(24 + index * 16, true);
      if (count === 0n) continue;
      const first = data.getBigUint64(16 + index * 16, true);
      const length = count < 0n ? -count : count;
      const end = first + length;
      if (end > most) most = end;
      const behind = end <= limit ? 0n : first >= limit ? length : end - limit;
      free += count;
      freePast += count < 0n ? -behind : behind;
    }
  }
  const firstFree = BigInt(redoxfsHeaderRing) + 1n;
  const all = most < firstFree ? 0n : most - firstFree;
  const allPast = most <= limit ? 0n : most - (limit > firstFree ? limit : firstFree);
  return { total: (all - free) * blockSize, past: (allPast - freePast) * blockSize };
};

const verdictOf = (header: RedoxfsHeader, preload: bigint, metadata: readonly MetadataBlock[], used: RedoxfsVerdict['used'], encrypted: boolean): RedoxfsVerdict => {
  const ends = (block: bigint): bigint => (block + 1n) * blockSize;
  const ring = BigInt(redoxfsHeaderRing) * blockSize;
  const refused = metadata.filter(({ block }) => ends(block) > preload);
  const damaged = metadata.filter(({ intact }) => !intact);
  const last = metadata.reduce((most, { block }) => (ends(block) > most ? ends(block) : most), ring);
  const needed = ((last + mebi - 1n) / mebi) * mebi;
  const outcome = damaged.length > 0 || refused.length > 0 || preload < ring ? 'fails' : preload >= header.size ? 'works' : encrypted ? 'unknown' : 'by-luck';
  const facts = { header, preload, outcome, metadata, refused, damaged, ...(used === undefined ? {} : { used }), needed } as const;
  return { ...facts, sentence: sentenceOf(facts) };
};

const listed = (blocks: readonly MetadataBlock[]): string => {
  const shown = blocks.slice(0, 4).map(({ kind, block }) => `block ${block} of the ${kind} (${sizeInWords(block * blockSize)} from its start)`);
  return `${shown.join(', ')}${blocks.length > shown.length ? ` and ${blocks.length - shown.length} more` : ''}`;
};

const sentenceOf = ({ header, preload, outcome, refused, damaged, used, needed }: Omit<RedoxfsVerdict, 'sentence'>): string => {
  const whole = `a filesystem of ${sizeInWords(header.size)}`;
  if (damaged.length > 0) return `mounting fails whatever is preloaded: ${listed(damaged)} does not have the hash its pointer tells, so the image is damaged.`;
  if (outcome === 'works') return `the whole of ${whole} is preloaded: no read of disk.live is refused.`;
  if (preload < BigInt(redoxfsHeaderRing) * blockSize) return `mounting fails: a preload of ${sizeInWords(preload)} does not hold the ring of ${redoxfsHeaderRing} headers (1 MiB), which is read first.`;
  if (refused.length > 0) return `mounting fails: with ${sizeInWords(preload)} of ${whole} preloaded, ${listed(refused)} lies past the preload and lived answers EINVAL. A preload of ${needed / mebi} MiB would let it mount.`;
  if (outcome === 'unknown') return `${sizeInWords(preload)} of ${whole} are preloaded; whether mounting reads past that cannot be told, since the filesystem is encrypted.`;
  const later = used === undefined || used.past <= 0n ? 'nothing in use lies past it yet' : `${sizeInWords(used.past)} in use lie past it, and reading a file there fails with EINVAL`;
  return `it mounts by luck: all that mounting reads lies in the ${sizeInWords(preload)} preloaded of ${whole}, but ${later}.`;
};

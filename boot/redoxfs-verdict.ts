import { sizeInWords } from './environment/knowledge';
import { freeBlocks, nextFree, replayAllocations, type AllocationEntry, type Allocations } from './redoxfs-allocations';
import { newestRedoxfsHeader, parseRedoxfsHeader, redoxfsBlockSize, redoxfsHeaderRing, seahash, type RedoxfsHeader } from './redoxfs-header';

/**
 * What a live boot will meet, from the filesystem alone: the blocks that mounting reads and writes, against the part that the
 * bootloader preloads (redox-os/redoxfs src/filesystem.rs: open, reset_allocator, cleanup; src/transaction.rs: sync_allocator; src/tree.rs).
 * Pure: the caller reads.
 */

/** Bytes of the filesystem from `offset` on; shorter where it ends. */
export type RedoxfsReader = (offset: bigint, length: number) => Promise<Uint8Array>;

/** A block that mounting reads after the header ring, or, of a new allocation log, writes. */
export interface MetadataBlock {
  readonly kind: 'allocation log' | 'release log' | 'tree' | 'new allocation log';
  /** In blocks of 4096 bytes from the filesystem's start. */
  readonly block: bigint;
  /** False: the bytes do not have the hash that the pointer to them tells. */
  readonly intact: boolean;
}

export interface RedoxfsVerdict {
  readonly header: RedoxfsHeader;
  /** Bytes the bootloader preloads; the whole filesystem where nothing caps it. */
  readonly preload: bigint;
  /** `works`: all is preloaded. `by-luck`: what mounting needs is. `fails`: it reads or writes past the preload, or what it reads is damaged. `unknown`: the logs are encrypted, or of another version. */
  readonly outcome: 'works' | 'by-luck' | 'fails' | 'unknown';
  readonly metadata: readonly MetadataBlock[];
  /** Blocks of `metadata` that lie past the preload, in the order in which mounting reads them. */
  readonly refused: readonly MetadataBlock[];
  readonly damaged: readonly MetadataBlock[];
  /** What the filesystem itself has that no mount gets over, whatever is preloaded; left out: nothing. */
  readonly flaw?: string;
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

/** Block pointer of src/block.rs: level in the low byte, index above; the hash of the bytes. undefined: null, which is an index of 0. */
const pointerAt = (data: DataView, at: number): Pointer | undefined => {
  const [address, hash] = [data.getBigUint64(at, true), data.getBigUint64(at + 8, true)];
  return address >> 8n === 0n ? undefined : { block: address >> 8n, hash };
};

const dataOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the header's pointers are (src/header.rs). `release` came with 0.9; before, its place was zero. */
const pointers = { tree: 48, alloc: 64, release: 3152 } as const;
const encryptedHash = 4072;
/** VERSION of src/lib.rs since 2024. */
const knownVersion = 8n;

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
  const flaw = flawOfFirst(ring);
  const untold = header.version !== knownVersion ? `it is of version ${header.version}, whose layout is not known here` : isEncrypted(block) ? 'the filesystem is encrypted' : undefined;
  if (untold !== undefined) return verdictOf({ header, preload, metadata: [], untold, ...(flaw === undefined ? {} : { flaw }) });
  const metadata: MetadataBlock[] = [];
  const log = await followLog(read, pointerAt(block, pointers.alloc), 'allocation log', metadata);
  await followLog(read, pointerAt(block, pointers.release), 'release log', metadata);
  const isWhole = metadata.every(({ intact }) => intact);
  const allocations = replayAllocations(entriesOf([...log].reverse()));
  const written = nextFree(allocations, newLogBlocks(allocations, log.length));
  const problem = flaw ?? (isWhole ? flawOfLog(allocations, written, newLogBlocks(allocations, log.length)) : undefined);
  await followTree(read, pointerAt(block, pointers.tree), metadata);
  if (isWhole && problem === undefined) metadata.push(...written.map((number): MetadataBlock => ({ kind: 'new allocation log', block: number, intact: true })));
  const used = usedBlocks(allocations, log, preload);
  return verdictOf({ header, preload, metadata, used, ...(problem === undefined ? {} : { flaw: problem }) });
};

/** redoxfs looks at the first block of the ring before it looks for a newer one (`open` with a block, as 50_rootfs.service gives it). */
const flawOfFirst = (ring: Uint8Array): string | undefined => {
  const first = parseRedoxfsHeader(ring.subarray(0, redoxfsBlockSize));
  if (first?.valid !== true) return 'the first header of the ring is not valid, and redoxfs looks at no other before it: it finds no filesystem (ENOENT)';
  return first.generation % BigInt(redoxfsHeaderRing) === 0n ? undefined : `the first header of the ring is of generation ${first.generation}, which belongs to another place of it: redoxfs looks for the ring before the filesystem's start`;
};

/** Blocks that the clean-up at the mount writes the log anew to: an entry for each free run and each block of the old log (`sync_allocator`). */
const newLogBlocks = ({ free }: Allocations, oldBlocks: number): number => Math.floor((free.length + oldBlocks) / entries) + 1;

const flawOfLog = ({ takenTwice }: Allocations, written: readonly bigint[], wanted: number): string | undefined => {
  if (takenTwice !== undefined) return `the allocation log takes block ${takenTwice}, which it has not freed: redoxfs ends by an assertion`;
  return written.length < wanted ? 'the filesystem has no free block left, and mounting writes the allocation log anew: ENOSPC' : undefined;
};

/** A header whose second hash is not the plain one with zeros behind it belongs to an encrypted filesystem (src/header.rs, `encrypted`). */
const isEncrypted = (block: DataView): boolean => block.getBigUint64(encryptedHash, true) !== block.getBigUint64(encryptedHash + 16, true) || block.getBigUint64(encryptedHash + 8, true) !== 0n;

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

/** Entries of the log, from its first block to its last. */
function* entriesOf(log: readonly DataView[]): Generator<AllocationEntry> {
  for (const data of log) for (let index = 0; index < entries; index++) yield { index: data.getBigUint64(16 + index * 16, true), count: data.getBigInt64(24 + index * 16, true) };
}

/** Bytes that are not free, of the blocks that the log speaks of. */
const usedBlocks = (allocations: Allocations, log: readonly DataView[], preload: bigint): { total: bigint; past: bigint } => {
  const limit = preload / blockSize;
  let most = 0n;
  for (const { index, count } of entriesOf(log)) {
    const end = index + (count < 0n ? -count : count);
    if (count !== 0n && end > most) most = end;
  }
  const firstFree = BigInt(redoxfsHeaderRing) + 1n;
  const all = most < firstFree ? 0n : most - firstFree;
  const allPast = most <= limit ? 0n : most - (limit > firstFree ? limit : firstFree);
  return { total: (all - freeBlocks(allocations)) * blockSize, past: (allPast - freeBlocks(allocations, limit)) * blockSize };
};

interface Found extends Pick<RedoxfsVerdict, 'header' | 'preload' | 'metadata' | 'used' | 'flaw'> {
  /** Why the logs cannot be followed. */
  readonly untold?: string;
}

const verdictOf = ({ untold, ...found }: Found): RedoxfsVerdict => {
  const { header, preload, metadata, flaw } = found;
  const ends = (block: bigint): bigint => (block + 1n) * blockSize;
  const ring = BigInt(redoxfsHeaderRing) * blockSize;
  const refused = metadata.filter(({ block }) => ends(block) > preload);
  const damaged = metadata.filter(({ intact }) => !intact);
  const last = metadata.reduce((most, { block }) => (ends(block) > most ? ends(block) : most), ring);
  const needed = ((last + mebi - 1n) / mebi) * mebi;
  const isLost = flaw !== undefined || damaged.length > 0 || refused.length > 0 || preload < ring;
  const outcome = isLost ? 'fails' : preload >= header.size ? 'works' : untold !== undefined ? 'unknown' : 'by-luck';
  const facts = { ...found, outcome, refused, damaged, needed } as const;
  return { ...facts, sentence: sentenceOf(facts, untold) };
};

const listed = (blocks: readonly MetadataBlock[]): string => {
  const shown = blocks.slice(0, 4).map(({ kind, block }) => `block ${block} of the ${kind} (${sizeInWords(block * blockSize)} from its start)`);
  return `${shown.join(', ')}${blocks.length > shown.length ? ` and ${blocks.length - shown.length} more` : ''}`;
};

const sentenceOf = ({ header, preload, outcome, refused, damaged, flaw, used, needed }: Omit<RedoxfsVerdict, 'sentence'>, untold = ''): string => {
  const whole = `a filesystem of ${sizeInWords(header.size)}`;
  if (flaw !== undefined) return `mounting fails whatever is preloaded: ${flaw}.`;
  if (damaged.length > 0) return `mounting fails whatever is preloaded: ${listed(damaged)} does not have the hash its pointer tells, so the image is damaged.`;
  if (outcome === 'works') return `the whole of ${whole} is preloaded: no read of disk.live is refused.`;
  if (preload < BigInt(redoxfsHeaderRing) * blockSize) return `mounting fails: a preload of ${sizeInWords(preload)} does not hold the ring of ${redoxfsHeaderRing} headers (1 MiB), which is read first.`;
  const [written, more] = refused;
  if (written?.kind === 'new allocation log') return `mounting fails: all it reads lies in the ${sizeInWords(preload)} preloaded of ${whole}, but no block there is free, and its clean-up writes the allocation log anew to block ${written.block}${more === undefined ? '' : ' and on'} (${sizeInWords(written.block * blockSize)} from its start), which lived refuses with EINVAL. A preload of ${needed / mebi} MiB would let it mount.`;
  if (refused.length > 0) return `mounting fails: with ${sizeInWords(preload)} of ${whole} preloaded, ${listed(refused)} lies past the preload and lived answers EINVAL. A preload of ${needed / mebi} MiB would let it mount.`;
  if (outcome === 'unknown') return `${sizeInWords(preload)} of ${whole} are preloaded; whether mounting reads past that cannot be told, since ${untold}.`;
  const later = used === undefined || used.past <= 0n ? 'nothing in use lies past it yet' : `${sizeInWords(used.past)} in use lie past it, and reading a file there fails with EINVAL`;
  return `it mounts by luck: all that mounting reads and writes lies in the ${sizeInWords(preload)} preloaded of ${whole}, but ${later}.`;
};

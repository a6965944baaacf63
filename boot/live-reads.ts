import { sizeInWords } from './environment/knowledge';

/**
 * What reads of a live disk needed, and what another preload or block size would have made of them. Follows LiveDisk::read and
 * DiskWrapper::read (base drivers/storage/lived/src/main.rs, drivers/storage/driver-block/src/lib.rs). Pure.
 */

/** One access as the daemon was asked for it; bytes. */
export interface DiskAccess {
  readonly kind: 'read' | 'write';
  readonly offset: bigint;
  readonly length: bigint;
  /** 0: it was served. */
  readonly errno: number;
  readonly by: string;
}

/** PAGE_SIZE, in which lived counts whatever it calls its block size. */
const page = 4096n;
const mebi = 1n << 20n;

/** Pages that were written: lived keeps them in its overlay and serves them from there. */
export const overlayPages = (accesses: readonly DiskAccess[]): ReadonlySet<bigint> => {
  const pages = new Set<bigint>();
  for (const { kind, offset, length, errno } of accesses) if (kind === 'write' && errno === 0) for (let at = offset / page; at * page < offset + length; at++) pages.add(at);
  return pages;
};

export type ServedBy = 'preload' | 'overlay' | 'both' | 'nothing';

/** Where the bytes of a read come from. */
export const servedBy = ({ offset, length, errno }: DiskAccess, overlay: ReadonlySet<bigint>): ServedBy => {
  if (errno !== 0) return 'nothing';
  let [fromOverlay, fromPreload] = [false, false];
  for (let at = offset / page; at * page < offset + length; at++) {
    if (overlay.has(at)) fromOverlay = true;
    else fromPreload = true;
  }
  return fromOverlay ? (fromPreload ? 'both' : 'overlay') : 'preload';
};

export interface ReadStatistics {
  readonly reads: number;
  readonly failed: number;
  readonly writes: number;
  readonly bytes: number;
  /** Blocks of 4096 bytes that were read, each counted once. */
  readonly distinctBlocks: number;
  /** End of the furthest read, in bytes. */
  readonly furthest: number;
  readonly by: Readonly<Record<string, number>>;
  /** Reads that begin in each MiB of the disk, by its number; empty ones are left out. */
  readonly perMebibyte: readonly { readonly mebibyte: number; readonly reads: number; readonly failed: number }[];
}

export const statisticsOf = (accesses: readonly DiskAccess[]): ReadStatistics => {
  const reads = accesses.filter(({ kind }) => kind === 'read');
  const blocks = new Set<bigint>();
  const by: Record<string, number> = {};
  const places = new Map<number, { reads: number; failed: number }>();
  let [bytes, furthest] = [0n, 0n];
  for (const read of reads) {
    const end = read.offset + read.length;
    if (end > furthest) furthest = end;
    if (read.errno === 0) bytes += read.length;
    for (let at = read.offset / page; at * page < end; at++) blocks.add(at);
    by[read.by] = (by[read.by] ?? 0) + 1;
    const place = places.get(Number(read.offset / mebi)) ?? { reads: 0, failed: 0 };
    place.reads++;
    if (read.errno !== 0) place.failed++;
    places.set(Number(read.offset / mebi), place);
  }
  return {
    reads: reads.length,
    failed: reads.filter(({ errno }) => errno !== 0).length,
    writes: accesses.length - reads.length,
    bytes: Number(bytes),
    distinctBlocks: blocks.size,
    furthest: Number(furthest),
    by,
    perMebibyte: [...places].sort(([a], [b]) => a - b).map(([mebibyte, counts]) => ({ mebibyte, ...counts })),
  };
};

export interface WhatIf {
  /** Bytes preloaded. */
  readonly preload: number;
  /** What LiveDisk::block_size() would answer. */
  readonly blockSize: number;
  /** Reads of those seen that would be refused, and the first of them (its place in the record, from 1). */
  readonly refused: number;
  readonly firstRefused?: number;
  /** Of those, the ones driver-block refuses since their length is no multiple of the block size. */
  readonly misaligned: number;
  /** With block_size() changed alone: reads that would get the bytes of another place, and those refused. */
  readonly onlyBlockSize?: { readonly wrongPlace: number; readonly refused: number };
  readonly sentence: string;
}

/**
 * The reads seen, with another preload (bytes) and block size. LiveDisk multiplies the block it is given by PAGE_SIZE, whatever
 * block_size() says, so a block size that is changed in that method only moves every read; both are told.
 */
export const whatIf = (accesses: readonly DiskAccess[], preload: bigint, blockSize: number): WhatIf => {
  const unit = BigInt(blockSize);
  const reads = accesses.flatMap((access, index) => (access.kind === 'read' ? [{ ...access, n: index + 1 }] : []));
  const misaligned = reads.filter(({ length }) => length % unit !== 0n);
  const refused = reads.filter(({ offset, length }) => length % unit !== 0n || (offset / unit) * unit + length > preload);
  const moved = reads.map(({ offset, length }) => ({ from: offset, to: (offset / unit) * page, length })).filter(({ length }) => length % unit === 0n);
  const beyond = moved.filter(({ to, length }) => to + length > preload).length;
  const onlyBlockSize = unit === page ? undefined : { wrongPlace: moved.filter(({ from, to, length }) => from !== to && to + length <= preload).length, refused: beyond + misaligned.length };
  const [first] = refused;
  const verdict = refused.length === 0 ? `all ${reads.length} reads seen would be served` : `${refused.length} of the ${reads.length} reads seen would be refused with EINVAL${first === undefined ? '' : `, the first at offset ${first.offset} (block ${first.offset / page})`}`;
  const alone =
    onlyBlockSize === undefined
      ? ''
      : `; if only block_size() says ${blockSize} and read() still counts in pages of ${page}, ${onlyBlockSize.wrongPlace} reads get the bytes of another place and ${onlyBlockSize.refused} are refused`;
  return {
    preload: Number(preload),
    blockSize,
    refused: refused.length,
    ...(first === undefined ? {} : { firstRefused: first.n }),
    misaligned: misaligned.length,
    ...(onlyBlockSize === undefined ? {} : { onlyBlockSize }),
    sentence: `with a preload of ${sizeInWords(preload)} and blocks of ${blockSize} bytes ${verdict}${misaligned.length > 0 ? ` (${misaligned.length} since their length is no multiple of the block)` : ''}${alone}.`,
  };
};

/** The smallest whole number of MiB with which every read seen is served, in words. */
export const adviceOf = (accesses: readonly DiskAccess[], preload: bigint | undefined, filesystem: bigint | undefined): string => {
  const { reads, failed, furthest } = statisticsOf(accesses);
  const needed = (BigInt(furthest) + mebi - 1n) / mebi;
  const whole = filesystem === undefined ? '' : `; the whole filesystem needs ${sizeInWords(filesystem)}`;
  if (failed > 0) return `the ${reads} reads seen would have worked with a preload of ${needed} MiB (${failed} of them failed; a mount stops at the first refused read, so later ones may need more${whole}).`;
  return `all ${reads} reads seen lie within the first ${needed} MiB, so they would have worked with a preload of ${needed} MiB${preload === undefined ? '' : ` in place of ${sizeInWords(preload)}`}${whole}.`;
};

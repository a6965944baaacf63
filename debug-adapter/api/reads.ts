/** Accesses of a Redox live disk. */
import type { Known, Src } from './common';

/** One call of a program: its function, and the line where it is. */
export interface CallFrame {
  function: string;
  source?: Src;
}
export interface Read {
  n: number;
  block: number;
  /** Bytes from the start of the disk. */
  offset: number;
  length: number;
  /** `ok` or the errno name. */
  result: string;
  by: string;
  /** The line of that program's own code that asked. */
  source?: Src;
  /** Index into `stacks` of the answer. */
  stack?: number;
  /** `write`: an access of the other kind; left out: a read. */
  kind?: 'write';
  /** Where the bytes came from: the preload, pages written before (the overlay), both, or nowhere. Reads only. */
  servedBy?: 'preload' | 'overlay' | 'both' | 'nothing';
}
/** What redoxfs made of one disk. */
export interface DiskTried {
  /** `/scheme/disk.live/0`, as redoxfs prints it. */
  disk: string;
  outcome: 'opening' | 'opened' | 'other-uuid' | 'failed' | 'mounted';
  /** As redoxfs says it; `ioError` is what the daemon had answered. */
  error?: string;
  ioError?: string;
  uuid?: string;
  evidence: { kind: 'serial'; text: string; line: number }[];
}
/** An open that a daemon answered, as the kernel saw it. */
export interface OpenSeen {
  n: number;
  /** Who serves the scheme: `lived:7`. */
  server: string;
  /** Path inside the scheme. */
  path: string;
  by: string;
  /** `ok` or the errno name. */
  result: string;
}
export interface ReadsArguments {
  /** Only reads from this number on. */
  from?: number;
  /** true: from now on every access of the live disk and every open of a daemon's scheme is recorded, without stopping; false: no more. */
  record?: boolean;
  /** Asks what the reads seen would have met with this preload (bytes)… */
  preload?: number;
  /** …and with this block size of LiveDisk (512 or 4096). */
  blockSize?: number;
}
export interface ReadsAnswer {
  preload: Known<{ address: string; size: number }>;
  filesystemSize: Known<number>;
  blockSize: Known<number>;
  reads: Read[];
  /** The different ways through the programs that asked, innermost call first; or why none is known. */
  stacks?: Known<CallFrame[][]>;
  /** What the reads seen would have needed: `would have worked with a preload of 12 MiB`. */
  advice?: string;
  /** Is every access being recorded? */
  recording?: boolean;
  statistics?: {
    reads: number;
    failed: number;
    writes: number;
    /** Bytes served. */
    bytes: number;
    /** Blocks of 4096 bytes that were read, each once. */
    distinctBlocks: number;
    /** End of the furthest read, bytes. */
    furthest: number;
    /** Reads by process, `name:pid`. */
    by: Record<string, number>;
    perMebibyte: { mebibyte: number; reads: number; failed: number }[];
  };
  /** First block (4096 bytes) and number of each run of blocks that the overlay holds, as far as their writes were recorded. */
  overlay?: { block: number; count: number }[];
  /** Answer to `preload` and `blockSize` of the request. */
  whatIf?: {
    preload: number;
    blockSize: number;
    refused: number;
    firstRefused?: number;
    misaligned: number;
    /** Were block_size() changed alone, while read() still counts in pages. */
    onlyBlockSize?: { wrongPlace: number; refused: number };
    sentence: string;
  };
  /** Disks redoxfs tried, in its order. */
  disks?: DiskTried[];
  opens?: OpenSeen[];
  /** What the image of the drive told before anything ran. */
  verdict?: Known<{ outcome: 'works' | 'by-luck' | 'fails' | 'unknown'; sentence: string; needed: number; image: string }>;
  /** Set when no reads were recorded, with the reason. */
  unknown?: string;
}

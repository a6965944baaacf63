import fs from 'node:fs';
import { crc32 } from '../bytes/crc32';
import { FileBytes } from '../bytes/file';
import { ElfFile } from './elf-file';

/** Bytes that are read in one go. */
const piece = 1 << 20;
const mostKept = 1000;

/** Checksums made elsewhere, by what tells a file's content as long as nobody deceives. */
const kept = new Map<string, number>();

const stateOf = (file: string): string => {
  const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
};

/** The CRC-32 that .gnu_debuglink carries, over the whole file; not made again where `keepCrc` was told it and the file is the same since. */
export const fileCrc = (file: string): number => kept.get(stateOf(file)) ?? makeFileCrc(file);

/** Takes note of a file's state; what it gives keeps the checksum that was made since for that state. */
export const keepCrc = (file: string): ((crc: number) => void) => {
  const state = stateOf(file);
  return (crc) => {
    if (kept.size >= mostKept) kept.clear();
    kept.set(state, crc);
  };
};

/** The same checksum, made anew. Throws the system's error. */
export const makeFileCrc = (file: string): number => {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(piece);
    let crc = 0;
    for (let got = fs.readSync(descriptor, bytes); got > 0; got = fs.readSync(descriptor, bytes)) crc = crc32(bytes.subarray(0, got), crc);
    return crc;
  } finally {
    fs.closeSync(descriptor);
  }
};

/** Whether only its checksum ties a debug file to an image: one of them has no build-id. Throws BS2xx for what is no ELF file. */
export const checkedByCrc = (buildId: string | undefined, debugFile: string): boolean => {
  if (buildId === undefined) return true;
  const file = new FileBytes(debugFile);
  try {
    return new ElfFile(file).buildId === undefined;
  } finally {
    file.close();
  }
};

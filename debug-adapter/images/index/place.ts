import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FileBytes } from '../bytes/file';

/** Where the index of one file with debug information is kept. */
export interface IndexPlace {
  readonly path: string;
  /** Written into the index: says which file it is of. */
  readonly identity: string;
}

/** Layout of what is written; another number is another file name, so that two versions of Bootscope do not meet. */
export const formatVersion = 4;

/** `$XDG_CACHE_HOME/bootscope/index`, by default `~/.cache/bootscope/index`. */
export const indexDirectory = (): string => {
  // XDG Base Directory Specification: a relative path is to be ignored.
  const base = process.env['XDG_CACHE_HOME'];
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'), 'bootscope', 'index');
};

/** False under `BOOTSCOPE_NO_CACHE=1`: then no index is read or written. */
export const cacheAllowed = (): boolean => (process.env['BOOTSCOPE_NO_CACHE'] ?? '') !== '1';

const samples = 16;
const sampleSize = 4096;

/** What a file without a build-id is known by: its path, size, time of change and a sample of its content. */
const sampleOf = (file: FileBytes): string => {
  const hash = createHash('sha1');
  const stat = fs.statSync(file.path, { bigint: true });
  hash.update(`${fs.realpathSync(file.path)}\0${file.size}\0${stat.mtimeNs}\0`);
  for (let i = 0; i < samples; i++) {
    const at = Math.floor((Math.max(0, file.size - sampleSize) * i) / (samples - 1));
    hash.update(file.read(at, Math.min(sampleSize, file.size - at)) ?? '');
  }
  return hash.digest('hex');
};

/**
 * Where the index of an open file is, or would be written; undefined when none may be kept or the file has gone. `variant` is what
 * its content depends on beside the file: how it is laid out, what other file completes it.
 */
export const indexPlaceOf = (file: FileBytes, buildId: string | undefined, variant?: string): IndexPlace | undefined => {
  if (!cacheAllowed()) return undefined;
  try {
    // An image and its debug file share the build-id; their sizes tell them apart.
    const base = buildId !== undefined && /^[0-9a-f]{8,128}$/.test(buildId) ? `${buildId}-${file.size.toString(16)}` : sampleOf(file);
    const identity = variant === undefined ? base : `${base}-${createHash('sha1').update(variant).digest('hex').slice(0, 16)}`;
    return { path: path.join(indexDirectory(), `${identity}.v${formatVersion}.idx`), identity };
  } catch {
    return undefined;
  }
};

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { claimFailed, claimFulfilled } from './claim';
import { Container, containerPieces } from './container';
import { cacheAllowed, indexDirectory } from './place';
import type { IndexPlace } from './place';
import { makeDirectory } from './directory';

/** All indexes together; the least recently used go first. */
export const mostBytes = 512 << 20;
/** How exact "recently" is: a use is noted once in this time. */
const usedPrecisionMs = 10 * 60_000;
/** A temporary file this old was left behind by a process that was killed. */
const abandonedMs = 60 * 60_000;
const suffix = '.idx';

/** Opens the index kept for a file and notes its use. A damaged one is removed; undefined where there is none to use. */
export const openIndex = (place: IndexPlace): Container | undefined => {
  try {
    const found = Container.open(place.path, place.identity);
    if (found) noteUse(place.path);
    return found;
  } catch {
    dropIndex(place);
    return undefined;
  }
};

export const dropIndex = (place: IndexPlace): void => remove(place.path);

/** A cache that cannot be changed is no error of whoever asks about an image. */
const remove = (file: string): void => {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // It stays; it is checked again when it is next opened.
  }
};

const noteUse = (file: string): void => {
  try {
    const now = Date.now();
    if (now - fs.statSync(file).mtimeMs > usedPrecisionMs) fs.utimesSync(file, now / 1000, now / 1000);
  } catch {
    // Another process removed it; what is open stays readable.
  }
};

/** BS213, for an index that the system does not let be written. */
export const notKept = (place: IndexPlace, error: unknown): BootscopeError =>
  failure(imageErrors.indexNotKept, { directory: path.dirname(place.path), reason: error instanceof Error ? error.message : String(error) }, { cause: error });

/**
 * Writes an index whole or not at all: under another name first, so that whoever opens it meanwhile, or writes the same
 * one, sees the old or the new. False where the cache cannot be written, of which `refused` hears, or it would take more than its share.
 * Whoever waits for it to be made is told either way.
 */
export const writeIndex = (place: IndexPlace, tables: Readonly<Record<string, Uint8Array>>, limit = mostBytes, refused: (why: BootscopeError) => void = () => undefined): boolean => {
  if (!cacheAllowed()) return false;
  const written = write(place, tables, limit, refused);
  if (written) claimFulfilled(place);
  else claimFailed(place);
  return written;
};

const write = (place: IndexPlace, tables: Readonly<Record<string, Uint8Array>>, limit: number, refused: (why: BootscopeError) => void): boolean => {
  const pieces = containerPieces(place.identity, tables);
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (size > limit / 2) return false;
  const directory = path.dirname(place.path);
  const temporary = path.join(directory, `${path.basename(place.path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    makeDirectory(directory);
    evict(directory, limit - size, place.path);
    const descriptor = fs.openSync(temporary, 'wx', 0o600);
    try {
      for (const piece of pieces) for (let done = 0; done < piece.length; ) done += fs.writeSync(descriptor, piece, done);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, place.path);
    return true;
  } catch (error) {
    remove(temporary);
    refused(notKept(place, error));
    return false;
  }
};

/** Removes the least recently used indexes until the others take at most `limit` bytes. */
const evict = (directory: string, limit: number, keep: string): void => {
  const kept: { file: string; size: number; used: number }[] = [];
  for (const name of fs.readdirSync(directory)) {
    const file = path.join(directory, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile() || file === keep) continue;
    if (name.endsWith(suffix)) kept.push({ file, size: stat.size, used: stat.mtimeMs });
    else if (name.endsWith('.tmp') && Date.now() - stat.mtimeMs > abandonedMs) remove(file);
  }
  let total = kept.reduce((sum, one) => sum + one.size, 0);
  for (const one of kept.sort((a, b) => a.used - b.used)) {
    if (total <= limit) return;
    remove(one.file);
    total -= one.size;
  }
};

/** Bytes that the indexes take now. */
export const indexBytes = (): number => {
  const directory = indexDirectory();
  if (!fs.existsSync(directory)) return 0;
  return fs.readdirSync(directory).reduce((sum, name) => sum + (fs.statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0);
};

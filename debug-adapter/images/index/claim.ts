import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { IndexPlace } from './place';
import { makeDirectory } from './directory';

/** After this time a maker that failed, or never came to an end, is followed by another. */
const attemptMs = 60 * 60_000;
/** Within this time an index is made, also of the largest images on a busy machine; a process older than this is another one with its number. */
const makingMs = 10 * 60_000;
/** Makers that ended without a word (killed, out of memory) are followed at once, so many times. */
const mostAttempts = 3;
/** A claim that cannot be read is one that is being written, for so long. */
const writingMs = 10_000;

/** What a claim says: who makes the index, and whether that was to no avail. */
interface Claim {
  readonly pid: number;
  /** Start of that process, where the system tells. */
  readonly born?: string;
  readonly attempt: number;
  readonly failed?: boolean;
}

/** The file that says that someone makes, or lately failed to make, an index; beside where it will be. Old ones are cleared with the temporary files. */
export const claimPath = (place: IndexPlace): string => `${place.path}.making.tmp`;

const dropped = (file: string): void => {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // It grows old.
  }
};

const isClaim = (value: unknown): value is Claim => {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, attempt } = value as Partial<Claim>;
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof attempt === 'number';
};

const parsed = (text: string): Claim | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isClaim(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** State and start of a process as Linux tells them (proc(5), `/proc/pid/stat`, fields 3 and 22); undefined elsewhere, and where there is none. */
const processOf = (pid: number): { readonly state: string; readonly born: string } | undefined => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', born: fields[19] ?? '' };
  } catch {
    return undefined;
  }
};

const lives = ({ pid, born }: Claim): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One that may not be asked is there all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const known = processOf(pid);
  // A zombie makes nothing any more; it may stay for ever where nobody waits for it.
  return known === undefined || (known.state !== 'Z' && known.state !== 'X' && (born === undefined || born === known.born));
};

const textOf = (pid: number, attempt: number): string => {
  const born = processOf(pid)?.born;
  return JSON.stringify({ pid, attempt, ...(born === undefined ? {} : { born }) } satisfies Claim);
};

/** Makes the claim unless there is one. */
const made = (file: string, attempt: number): boolean => {
  try {
    fs.writeFileSync(file, textOf(process.pid, attempt), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** Takes a claim away that was read as `text`; one that came in its place meanwhile is put back. */
const taken = (file: string, text: string): boolean => {
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    fs.renameSync(file, aside);
  } catch {
    // Another took it.
    return false;
  }
  const same = fs.readFileSync(aside, 'utf8') === text;
  try {
    if (!same) fs.linkSync(aside, file);
  } catch {
    // Two make the same index then: each writes it whole or not at all.
  }
  dropped(aside);
  return same;
};

const read = (file: string): { readonly text: string; readonly age: number } | undefined => {
  try {
    return { text: fs.readFileSync(file, 'utf8'), age: Date.now() - fs.statSync(file).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * `fresh` when this process shall have the index made, `held` while another does, which lives; `failed` when it lately could not
 * be made. Throws the system's error where no claim can be written.
 */
export const claim = (place: IndexPlace): 'fresh' | 'held' | 'failed' => {
  const file = claimPath(place);
  makeDirectory(path.dirname(file));
  if (made(file, 1)) return 'fresh';
  const before = read(file);
  if (before) {
    const { text, age } = before;
    const known = parsed(text);
    const attempt = (known?.attempt ?? 0) + 1;
    if (!known && age < writingMs) return 'held';
    if (known && !known.failed && age < makingMs && lives(known)) return 'held';
    if (known && age < attemptMs && (known.failed === true || attempt > mostAttempts)) return 'failed';
    if (!taken(file, text)) return 'held';
    return made(file, age < attemptMs ? attempt : 1) ? 'fresh' : 'held';
  }
  return made(file, 1) ? 'fresh' : 'held';
};

/** Writes a claim anew, in one piece. A cache that cannot be changed is left as it is. */
const rewrite = (place: IndexPlace, change: (before: Claim | undefined) => string | undefined): void => {
  const file = claimPath(place);
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const text = change(parsed(read(file)?.text ?? ''));
    if (text === undefined) return;
    fs.writeFileSync(fresh, text, { flag: 'wx', mode: 0o600 });
    fs.renameSync(fresh, file);
  } catch {
    dropped(fresh);
  }
};

/** Passes this process's claim on to the one that makes the index. */
export const passClaim = (place: IndexPlace, pid: number): void => {
  rewrite(place, (before) => (before?.pid === process.pid ? textOf(pid, before.attempt) : undefined));
};

/** The index could not be made: nobody tries again for a while. Without a claim nobody had been asked to. */
export const claimFailed = (place: IndexPlace): void => {
  rewrite(place, (before) => before && JSON.stringify({ ...before, failed: true } satisfies Claim));
};

/** The index is made. */
export const claimFulfilled = (place: IndexPlace): void => {
  dropped(claimPath(place));
};

// A directory per content: built once, whoever asks first, and safe when several processes ask at once.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's `.cache/guests`, which git ignores. */
export const guestCache = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '.cache', 'guests');

/** All files below `path` (or `path` itself), sorted. @param {string} path @returns {string[]} */
export function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((name) => filesBelow(join(path, name)));
}

/**
 * A short hash of the contents of files and of other values.
 * @param {string[]} paths files or folders
 * @param {unknown} values anything JSON can hold
 */
export function contentHash(paths, values) {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const path of paths) {
    for (const file of filesBelow(path)) hash.update(file.slice(path.length)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 20);
}

/** @param {string} lock */
function ownerIsAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** Takes the lock file, or returns false when a living process has it. @param {string} lock */
function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!existsSync(lock) || ownerIsAlive(lock)) return false;
    rmSync(lock, { force: true });
    return false;
  }
}

/**
 * `<guestCache>/<name>/<key>`, filled by `build(directory)` when it is not there yet. What `build` writes becomes
 * visible all at once.
 * @param {string} name
 * @param {string} key
 * @param {(directory: string) => Promise<void>} build
 * @returns {Promise<string>}
 */
export async function cachedDirectory(name, key, build) {
  const parent = join(guestCache, name);
  const target = join(parent, key);
  const lock = `${target}.lock`;
  mkdirSync(parent, { recursive: true });
  while (!existsSync(target)) {
    if (!tryLock(lock)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const temporary = mkdtempSync(join(parent, `${key}.tmp-`));
    try {
      if (existsSync(target)) break;
      await build(temporary);
      renameSync(temporary, target);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
      rmSync(lock, { force: true });
    }
  }
  return target;
}

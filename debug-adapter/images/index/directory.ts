import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a directory of the user's alone, and those above it. Node's own `recursive` is not used: where a directory that exists answers
 * ENOENT to a mkdir in it, as those of procfs do, it tries for ever (seen with Node 20).
 * @throws the system's error where it cannot be made
 */
export const makeDirectory = (directory: string): void => {
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another window may have been first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

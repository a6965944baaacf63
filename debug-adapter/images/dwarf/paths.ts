import { posix } from 'node:path';

const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:\//.test(path);

/** Joins path parts as a compiler means them: a later absolute part replaces what came before. `/` separators, normalised. */
export const joinPath = (...parts: string[]): string => {
  let result = '';
  for (const raw of parts) {
    if (raw === '') continue;
    const part = /^[A-Za-z]:\\|^\\\\/.test(raw) || raw.includes('\\') ? raw.replace(/\\/g, '/') : raw;
    // Version 5 names the compilation directory again as directory 0; a relative one may repeat it too.
    result = result === '' || isAbsolute(part) ? part : `${result}/${part}`;
  }
  return result === '' ? '' : posix.normalize(result);
};

/** Whether `path` is `wanted` or ends in all its components. */
export const endsWithPath = (path: string, wanted: string): boolean => {
  const tail = wanted.includes('\\') ? wanted.replace(/\\/g, '/') : wanted;
  const clean = tail.startsWith('./') ? tail.slice(2) : tail;
  return path === clean || (path.endsWith(clean) && (clean.startsWith('/') ? false : path[path.length - clean.length - 1] === '/'));
};

export const baseNameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

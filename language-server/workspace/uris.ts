import { URI, Utils } from 'vscode-uri';

/**
 * The path of a file URI, as all of the server has it: absolute, with slashes; on Windows `c:/…`. Undefined for another scheme: an
 * editor whose files have one (a browser's) translates before it sends (`extension/languages/virtual-uris.ts`).
 */
export function pathOf(uri: string): string | undefined {
  const { scheme, path } = URI.parse(uri);
  return scheme === 'file' ? path.replace(/^\/(?=[a-zA-Z]:\/)/, '') : undefined;
}

/** The file URI of such a path. */
export const uriOf = (path: string): string => URI.file(path).toString();

/** A path relative to a folder, without `.` and `..`. */
export const joined = (folder: string, relative: string): string => Utils.joinPath(URI.file(folder), relative).path;

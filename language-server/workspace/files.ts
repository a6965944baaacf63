/** One name in a folder, as Node's Dirent has it: looking through large trees makes no objects of our own. */
export interface Entry {
  readonly name: string;
  isDirectory(): boolean;
}

/** Files as the editor sees them: open documents before what is on disk. Paths are absolute, with slashes. */
export interface Files {
  /** Undefined when there is no such file, or it is too large to be text of ours. */
  read(path: string): string | undefined;
  list(path: string): readonly Entry[] | undefined;
  /** Bytes of a file; undefined when it is not there. */
  size(path: string): number | undefined;
  exists(path: string): boolean;
}

/** Files of which some are open in an editor. */
export interface EditedFiles extends Files {
  setOpen(path: string, text: string): void;
  setClosed(path: string): void;
  /** A file was made, changed or removed outside the editor. */
  changed(path: string): void;
  /**
   * Set when an answer since the last call was made without something that has to be fetched first: the answer holds only when it is
   * made again behind this. Undefined when all was at hand.
   */
  pending(): Promise<void> | undefined;
  /** Folders beyond which a workspace is not looked through. */
  readonly folderLimit: number;
}

/** Bytes; larger files are no configuration. */
export const readLimit = 4 << 20;

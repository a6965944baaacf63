/** Reads bytes at an offset; shorter at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

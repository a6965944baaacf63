import { openSync, readSync, closeSync } from 'node:fs';
import type { Image } from '../images/image';

/** Opens an image; `symbols` is where its symbols and debug information are, when apart. */
export type OpenImage = (file: string, options?: { readonly symbols?: string }) => Image | Promise<Image>;

/** The image whose linked addresses count, and the one that runs when that is another. */
export interface ImagePair {
  readonly image: Image;
  readonly carrier?: Image;
}

/**
 * Opens the file that runs with its symbols. An ELF symbol file beside a PE has linked addresses of its own, so it becomes
 * the image and the PE its carrier; every other pair shares its linked addresses and is one image.
 */
export const openPair = async (open: OpenImage, file: string, symbols: string | undefined, isElf = startsAsElf): Promise<ImagePair> => {
  if (symbols === undefined) return { image: await open(file) };
  if (isElf(file) || !isElf(symbols)) return { image: await open(file, { symbols }) };
  const image = await open(symbols);
  try {
    return { image, carrier: await open(file) };
  } catch (error) {
    image.close();
    throw error;
  }
};

const startsAsElf = (path: string): boolean => {
  const handle = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    return readSync(handle, magic, 0, 4, 0) === 4 && magic.readUInt32BE(0) === 0x7f454c46;
  } finally {
    closeSync(handle);
  }
};

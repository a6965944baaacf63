import { failure } from '../errors/catalogue';
import { programErrors } from '../errors/program';
import type { Image } from '../images/image';

/** Opens an image; `symbols` is where its debug information is, when apart. */
export type OpenImage = (file: string, options?: { readonly symbols?: string }) => Image | Promise<Image>;

/** The image whose linked addresses count, and the one that runs when that is another. */
export interface ImagePair {
  readonly image: Image;
  readonly carrier?: Image;
}

/**
 * Opens the file that runs with its symbols. An ELF symbol file beside a PE has linked addresses of its own, so it becomes
 * the image and the PE its carrier; every other pair shares its linked addresses and is one image. Throws BS303 when two
 * ELF files carry different build-ids.
 */
export const openPair = async (open: OpenImage, file: string, symbols: string | undefined): Promise<ImagePair> => {
  if (symbols === undefined) return { image: await open(file) };
  if (/\.pdb$/i.test(symbols)) return { image: await open(file, { symbols }) };
  const carrier = await open(file);
  const image = await open(symbols);
  if (carrier.format === 'elf' && image.format === 'elf') {
    if (carrier.buildId !== undefined && image.buildId !== undefined && carrier.buildId !== image.buildId) {
      carrier.close();
      image.close();
      throw failure(programErrors.wrongSymbols, { symbols, file, detail: `build-id ${image.buildId} against ${carrier.buildId}` });
    }
    if (carrier.machine !== image.machine || carrier.entry !== image.entry) {
      carrier.close();
      image.close();
      throw failure(programErrors.wrongSymbols, { symbols, file, detail: 'machine or entry point differ' });
    }
  }
  return { image, carrier };
};

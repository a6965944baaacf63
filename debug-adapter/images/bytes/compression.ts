import zlib from 'node:zlib';
import { decompress } from 'fzstd';
import { BootscopeError, failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { zstdSize } from './zstd-frame';

/** Limit on what a damaged header may make us allocate. */
const largest = 0xffff_ffff;
/** Up to here any claim is tried. */
const harmless = 16 << 20;
/** Debug information shrinks to a third, sparse tables of it to a tenth; a big section that shrinks to less than this is none. */
const mostGain = 256;

/** Inflates one compressed section. `method` is ELF's ch_type: 1 zlib, 2 zstd (gABI, "Compressed sections"). */
export const inflate = (file: string, section: string, method: number, content: Buffer, size: number): Buffer => {
  const refuse = (reason: string, cause?: unknown): Error =>
    failure(imageErrors.badCompression, { file, section, offset: '0x0', reason }, { cause });
  if (size > largest || size > Math.max(harmless, content.length * mostGain)) throw refuse(`it claims ${size} bytes in ${content.length}`);
  let result: Buffer;
  try {
    if (method === 1) result = zlib.inflateSync(content, { maxOutputLength: Math.max(1, size) });
    else if (method === 2) {
      const holds = zstdSize(content);
      if (!holds) throw refuse('its frames do not fit in it');
      if (size < holds.least || size > holds.most) throw refuse(`it holds ${holds.least === holds.most ? holds.least : `${holds.least} to ${holds.most}`} of ${size} bytes`);
      const bytes = decompress(content, new Uint8Array(size));
      result = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    } else throw refuse(`unknown method ${method}`);
  } catch (error) {
    if (error instanceof BootscopeError) throw error;
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (result.length !== size) throw refuse(`it gave ${result.length} of ${size} bytes`);
  return result;
};

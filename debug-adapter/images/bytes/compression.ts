import zlib from 'node:zlib';
import { decompress } from 'fzstd';
import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';

/** Limit on what a damaged header may make us allocate. */
const largest = 0xffff_ffff;

/** Inflates one compressed section. `method` is ELF's ch_type: 1 zlib, 2 zstd (gABI, "Compressed sections"). */
export const inflate = (file: string, section: string, method: number, content: Buffer, size: number): Buffer => {
  const refuse = (reason: string, cause?: unknown): Error =>
    failure(imageErrors.badCompression, { file, section, offset: '0x0', reason }, { cause });
  // deflate reaches 1032:1, zstd's run-length blocks about 43000:1.
  if (size > largest || size > (content.length + 1) * 50_000) throw refuse(`it claims ${size} bytes`);
  let result: Buffer;
  try {
    if (method === 1) result = zlib.inflateSync(content, { maxOutputLength: Math.max(1, size) });
    else if (method === 2) {
      const bytes = decompress(content, new Uint8Array(size));
      result = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    } else throw refuse(`unknown method ${method}`);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (result.length !== size) throw refuse(`it gave ${result.length} of ${size} bytes`);
  return result;
};

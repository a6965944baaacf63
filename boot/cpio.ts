/** Initial ramdisks as Linux takes them: "newc" cpio archives, one after the other, each perhaps compressed (Documentation/driver-api/early-userspace/buffer-format.rst, lib/decompress.c). Pure. */

const magics: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['cpio', [0x30, 0x37, 0x30, 0x37, 0x30]],
  ['gzip', [0x1f, 0x8b]],
  ['gzip', [0x1f, 0x9e]],
  ['bzip2', [0x42, 0x5a]],
  ['lzma', [0x5d, 0x00]],
  ['xz', [0xfd, 0x37]],
  ['lzo', [0x89, 0x4c]],
  ['lz4', [0x02, 0x21]],
  ['zstd', [0x28, 0xb5]],
];

/** By the first bytes; undefined: nothing the kernel would take. */
export const ramdiskFormat = (head: Uint8Array): string | undefined => magics.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0];

const headerSize = 110;
const longestName = 4096;
const pad = (size: number): number => (size + 3) & ~3;

/**
 * Names in an archive, without leading `./` and `/`, by its headers alone. `end`: bytes up to behind its trailer; undefined: it
 * is cut short, damaged or longer than `most` files.
 */
export const cpioNames = async (read: (from: number, length: number) => Promise<Uint8Array>, most: number): Promise<{ readonly names: readonly string[]; readonly end?: number }> => {
  const names: string[] = [];
  let at = 0;
  for (let count = 0; count <= most; count++) {
    const head = await read(at, headerSize + 256);
    if (head.length < headerSize) return { names };
    const text = ascii(head, 0, headerSize);
    const [size, length] = [parseInt(text.slice(54, 62), 16), parseInt(text.slice(94, 102), 16)];
    if (!/^07070[12]/.test(text) || !Number.isSafeInteger(size) || !Number.isSafeInteger(length) || length < 1 || length > longestName) return { names };
    const whole = headerSize + length <= head.length ? head : await read(at, headerSize + length);
    if (whole.length < headerSize + length) return { names };
    const name = new TextDecoder().decode(whole.subarray(headerSize, headerSize + length - 1));
    at += pad(headerSize + length) + pad(size);
    if (name === 'TRAILER!!!') return { names, end: at };
    names.push(name.replace(/^(\.?\/)+/, ''));
  }
  return { names };
};

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

import zlib from 'node:zlib';

const table = new Uint32Array(256).map((_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** Node's own, where it has one (20.15, 22.2): many times faster. */
const native = (zlib as { readonly crc32?: (bytes: Uint8Array, before: number) => number }).crc32;

/** CRC-32 (IEEE 802.3) of bytes, or going on from that of the bytes before them. */
export const crc32 = (bytes: Uint8Array, before = 0): number => (native ? native(bytes, before) : plainCrc32(bytes, before));

/** The same where Node has none. */
export const plainCrc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 255] as number);
  return ~crc >>> 0;
};

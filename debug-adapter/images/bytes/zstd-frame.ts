/** RFC 8878, 3.1.1: magic number of a frame, and of one to be skipped (the last four bits differ). */
const magic = 0xfd2f_b528;
const skippable = 0x184d_2a50;
/** What one compressed block gives at most (RFC 8878, 3.1.1.2.4). */
const largestBlock = 1 << 17;
const blockType = { raw: 0, repeated: 1, compressed: 2 } as const;

/**
 * How many bytes a zstd stream holds, at least and at most, by the headers of its frames and blocks: the decoder writes into a buffer
 * and does not say how much of it. Undefined where the headers lead out of the stream.
 */
export const zstdSize = (content: Buffer): { readonly least: number; readonly most: number } | undefined => {
  let [least, most] = [0, 0];
  for (let at = 0; at < content.length; ) {
    if (at + 8 <= content.length && (content.readUInt32LE(at) & 0xffff_fff0) >>> 0 === skippable) {
      at += 8 + content.readUInt32LE(at + 4);
      continue;
    }
    if (at + 5 > content.length || content.readUInt32LE(at) !== magic) return undefined;
    const descriptor = content.readUInt8(at + 4);
    const single = (descriptor >> 5) & 1;
    const sizeBytes = [single, 2, 4, 8][descriptor >> 6] ?? 0;
    const sizeAt = at + 5 + (1 - single) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
    const told = sizeBytes === 0 || sizeAt + sizeBytes > content.length ? undefined : contentSize(content, sizeAt, sizeBytes);
    let [few, many] = [0, 0];
    at = sizeAt + sizeBytes;
    for (let last = false; !last; ) {
      if (at + 3 > content.length) return undefined;
      const header = content.readUIntLE(at, 3);
      last = (header & 1) === 1;
      const type = (header >> 1) & 3;
      const size = header >>> 3;
      few += type === blockType.compressed ? 0 : size;
      many += type === blockType.compressed ? largestBlock : size;
      at += 3 + (type === blockType.repeated ? 1 : size);
    }
    // A checksum of the content.
    at += ((descriptor >> 2) & 1) * 4;
    if (at > content.length || (told !== undefined && (told < few || told > many))) return undefined;
    least += told ?? few;
    most += told ?? many;
  }
  return { least, most };
};

const contentSize = (content: Buffer, at: number, bytes: number): number => (bytes === 8 ? Number(content.readBigUInt64LE(at)) : content.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0));

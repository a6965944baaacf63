import { describe, expect, it } from 'vitest';
import { newestRedoxfsHeader, parseRedoxfsHeader, redoxfsBlockSize, seahash } from '../../boot/redoxfs-header';

const header = (generation: bigint, size: bigint, damage = false): Uint8Array => {
  const bytes = new Uint8Array(redoxfsBlockSize);
  const data = new DataView(bytes.buffer);
  bytes.set(Buffer.from('RedoxFS\0'));
  data.setBigUint64(8, 8n, true);
  bytes.set(Buffer.from('6ba9ae7a20954d8b8aab78b340c29bb4', 'hex'), 16);
  data.setBigUint64(32, size, true);
  data.setBigUint64(40, generation, true);
  data.setBigUint64(48, 257n << 8n, true);
  data.setBigUint64(64, 258n << 8n, true);
  data.setBigUint64(4088, seahash(bytes.subarray(0, 4072)), true);
  if (damage) data.setBigUint64(32, size + 1n, true);
  return bytes;
};
const ring = (...blocks: Uint8Array[]): Uint8Array => Buffer.concat(blocks);

describe('RedoxFS header', () => {
  it('hashes as the seahash crate documents', () => {
    expect(seahash(Buffer.from('to be or not to be'))).toBe(1988685042348123509n);
  });
  it('is read with its fields', () => {
    expect(parseRedoxfsHeader(header(3n, 16n << 20n))).toEqual({ version: 8n, uuid: '6ba9ae7a-2095-4d8b-8aab-78b340c29bb4', size: 16n << 20n, generation: 3n, tree: 257n, alloc: 258n, valid: true });
  });
  it('is refused without signature or when cut short, and marked when damaged', () => {
    expect(parseRedoxfsHeader(new Uint8Array(4096))).toBeUndefined();
    expect(parseRedoxfsHeader(header(1n, 1n).subarray(0, 4000))).toBeUndefined();
    expect(parseRedoxfsHeader(header(1n, 1n, true))?.valid).toBe(false);
  });
  it('the newest valid one of a ring counts', () => {
    expect(newestRedoxfsHeader(ring(header(256n, 1n), header(1n, 2n), header(2n, 3n), new Uint8Array(4096)))?.generation).toBe(256n);
    expect(newestRedoxfsHeader(ring(header(1n, 1n), header(9n, 2n, true), header(4n, 3n)))?.size).toBe(3n);
    expect(newestRedoxfsHeader(new Uint8Array(8192))).toBeUndefined();
  });
});

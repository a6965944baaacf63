import { expect, it } from 'vitest';
import { seahash } from './image/redoxfs.mjs';

it('hashes an empty header as redoxfs does (redox-os/redoxfs src/header.rs, header_hash_test)', () => {
  expect(seahash(Buffer.alloc(4072))).toBe(0xe81ffcb86026ff96n);
});

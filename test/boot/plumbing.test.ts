import { describe, expect, it } from 'vitest';
import { isPlumbing } from '../../boot/plumbing';

describe('functions that only carry a request on', () => {
  it.each([
    ['std::fs::File::read', true],
    ['<std::fs::File as std::os::unix::fs::FileExt>::read_at', true],
    ['<&mut std::fs::File as std::io::Read>::read', true],
    ['syscall::call::read', true],
    ['core::result::Result<T,E>::map_err<usize>', true],
    ['pread', true],
    ['_start+0xd', true],
    ['redoxfs::disk::file::DiskFile::read_at', false],
    ['<redoxfs::disk::file::DiskFile as redoxfs::disk::Disk>::read_at', false],
    ['redoxfs::disk::{impl#2}::read_at', false],
    ['standard::main', false],
  ])('%s: %s', (name, plumbing) => {
    expect(isPlumbing(name)).toBe(plumbing);
  });
});

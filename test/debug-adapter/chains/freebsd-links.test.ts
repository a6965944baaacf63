import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../../debug-adapter/chains/batch';
import { FreebsdLinks } from '../../../debug-adapter/chains/freebsd/links';
import { VnodeReader } from '../../../debug-adapter/chains/freebsd/vnodes';
import type { NameKind } from '../../../debug-adapter/chains/walk-path';
import { anyPointer, array, char, FakeKernel, struct, u32, u64, u8 } from './fake-machine';

interface Link {
  readonly ufs: 1 | 2;
  /** Members as they are called in 15.1, or in older releases. */
  readonly names: 'new' | 'old';
  readonly target: string;
  readonly seed?: number;
  /** The directory entry's flag. */
  readonly flag?: number;
}

/** A kernel with one UFS whose root holds one symbolic link `link`, and what is told of it. */
const kindOf = async ({ ufs, names, target, seed = 0, flag = 0 }: Link, path = '/link'): Promise<NameKind> => {
  const kernel = new FakeKernel();
  const head = struct('list_head', { lh_first: anyPointer });
  const tail = struct('tailq_head', { tqh_first: anyPointer });
  const copies = names === 'new' ? struct('dinodes', { dp1: anyPointer }) : struct('dinodes', { din1: anyPointer });
  const both = { ...copies, members: [...copies.members, { ...copies.members[0]!, name: names === 'new' ? 'dp2' : 'din2' }] };
  const blocks = (size: number) => struct(`ufs${size / 4}_dinode`, { di_size: u64, [names === 'new' ? 'di_shortlink' : 'di_db']: array(char, 15 * size) }, seed);
  kernel.declare(
    struct('mount', { mnt_rootvnode: anyPointer, mnt_nvnodelist: tail }, seed),
    struct('vnode', { v_type: u32, v_data: anyPointer, v_mount: anyPointer, v_cache_src: head }, seed),
    struct('namecache', { nc_src: struct('list_entry', { le_next: anyPointer }), n_un: struct('n_un', { nu_vp: anyPointer }), nc_flag: u8, nc_nlen: u8, nc_name: array(char, undefined) }, seed, 'nc_name'),
    struct('inode', { i_size: u64, i_flag: u32, [names === 'new' ? 'i_dp' : 'dinode_u']: both }, seed),
    blocks(4),
    blocks(8),
  );
  const [mount, root, link, entry, inode, dinode] = ['mount', 'vnode', 'vnode', 'namecache', 'inode', `ufs${ufs}_dinode`].map((type) => kernel.make(type));
  kernel.set(mount!, 'mnt_rootvnode', root!.address!);
  kernel.set(root!, 'v_cache_src.lh_first', entry!.address!);
  kernel.set(entry!, 'nc_nlen', 4);
  kernel.set(entry!, 'nc_flag', flag);
  kernel.set(entry!, 'n_un.nu_vp', link!.address!);
  kernel.memory.put(entry!.member('nc_name').address!, Buffer.from('link'));
  kernel.set(link!, 'v_type', 5);
  kernel.set(link!, 'v_data', inode!.address!);
  kernel.set(inode!, 'i_size', Buffer.byteLength(target));
  kernel.set(inode!, 'i_flag', ufs === 2 ? 0x400 : 0);
  kernel.set(inode!, names === 'new' ? `i_dp.dp${ufs}` : `dinode_u.din${ufs}`, dinode!.address!);
  kernel.memory.put(dinode!.member(names === 'new' ? 'di_shortlink' : 'di_db').address!, Buffer.from(target).subarray(0, ufs === 2 ? 120 : 60));
  const batch = new Batch(kernel);
  const row = { id: `0x${mount!.address!.toString(16)}`, fstype: 'ufs', from: '/dev/ada0p2', on: '/', flags: [] };
  return new FreebsdLinks(kernel, batch, new VnodeReader(kernel, batch)).at(row, path);
};

describe('symbolic links of UFS', () => {
  it('are read from the inode, of UFS1 and UFS2, by the members of each release and in any order of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<1 | 2>(1, 2), fc.constantFrom<'new' | 'old'>('new', 'old'), fc.stringMatching(/^[a-z./]{1,59}$/), fc.nat(50), async (ufs, names, target, seed) => {
        expect(await kindOf({ ufs, names, target, seed })).toEqual({ kind: 'link', target });
      }),
      { numRuns: 60 },
    );
  });

  it('of a greater length are on the disk', async () => {
    expect(await kindOf({ ufs: 2, names: 'new', target: 'x'.repeat(119) })).toMatchObject({ kind: 'link' });
    expect(await kindOf({ ufs: 2, names: 'new', target: 'x'.repeat(120) })).toMatchObject({ kind: 'unknown-link' });
    expect(await kindOf({ ufs: 1, names: 'old', target: 'x'.repeat(60) })).toMatchObject({ kind: 'unknown-link' });
  });

  it('are not told where the kernel remembers no such name, or that there is none', async () => {
    expect(await kindOf({ ufs: 2, names: 'new', target: 'there' }, '/other')).toEqual({ kind: 'not-cached' });
    expect(await kindOf({ ufs: 2, names: 'new', target: 'there', flag: 0x20 })).toEqual({ kind: 'not-cached' });
  });
});

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Value } from '../../../debug-adapter/inspect/value';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { FreebsdChain } from '../../../debug-adapter/chains/freebsd/freebsd';
import { anyPointer, array, char, charPointer, enumeration, FakeKernel, s32, struct, u32, u64, u8 } from './fake-machine';
import { trials } from '../../trials';

type Shape = '12.x' | '13.2' | '15.1';

/** A kernel with FreeBSD's member names in one of its shapes, members permuted by the seed. */
class FakeFreebsd extends FakeKernel {
  readonly mountHead: Value;
  readonly procHead: Value;
  #lastMount: Value | undefined;
  #lastProc: Value | undefined;

  constructor(
    readonly shape: Shape,
    readonly seed: number,
  ) {
    super(seed * 4096);
    const tail = struct('tailq_entry', { tqe_next: anyPointer, tqe_prev: anyPointer }, seed);
    const list = struct('list_entry', { le_next: anyPointer, le_prev: anyPointer }, seed);
    const head = struct('tailq_head', { tqh_first: anyPointer, tqh_last: anyPointer }, seed);
    const smr = struct('smr', { __ptr: anyPointer });
    const pmap = struct('pmap', { pm_mtx: u64, pm_cr3: u64 }, seed);
    this.declare(
      struct('vfsconf', { vfc_version: u32, vfc_name: array(char, 16), vfc_list: tail }, seed),
      struct('statfs', { f_flags: u64, f_fstypename: array(char, 16), f_mntfromname: array(char, 1024), f_mntonname: array(char, 1024) }, seed),
      struct('vnode', { v_vflag: u32, v_mount: anyPointer, v_cache_dd: anyPointer, v_cache_dst: head }, seed),
      struct('namecache', { nc_dst: tail, nc_dvp: anyPointer, nc_flag: u8, nc_nlen: u8, nc_name: array(char, undefined) }, seed, 'nc_name'),
      struct('pwd', { pwd_cdir: anyPointer, pwd_rdir: anyPointer, pwd_jdir: anyPointer }, seed),
      struct('pwddesc', { pd_lock: u64, pd_pwd: shape === '15.1' ? smr : anyPointer }, seed),
      struct('filedesc', shape === '12.x' ? { fd_cdir: anyPointer, fd_rdir: anyPointer, fd_jdir: anyPointer } : { fd_files: anyPointer }, seed),
      struct('vmspace', { vm_map: u64, vm_pmap: pmap }, seed),
      struct('prison', { pr_id: s32, pr_name: array(char, 256) }, seed),
      struct('ucred', { cr_uid: u32, cr_prison: anyPointer }, seed),
    );
    this.declare(
      struct('mount', { mnt_flag: u64, mnt_list: tail, mnt_vnodecovered: anyPointer, mnt_vfc: anyPointer, mnt_stat: this.type('statfs') }, seed),
      struct('proc', { p_list: list, p_pid: s32, p_comm: array(char, 20), p_state: enumeration('p_states', 'PRS_NEW', 'PRS_NORMAL', 'PRS_ZOMBIE'), p_fd: anyPointer, p_vmspace: anyPointer, p_ucred: anyPointer, ...(shape === '12.x' ? {} : { p_pd: anyPointer }) }, seed),
    );
    this.mountHead = this.global('mountlist', head);
    this.procHead = this.global('allproc', struct('list_head', { lh_first: anyPointer }));
    this.global('rootvnode', anyPointer);
  }

  vnode(mount: Value, root = false): Value {
    const vnode = this.make('vnode');
    this.set(vnode, 'v_mount', mount.address!);
    this.set(vnode, 'v_vflag', root ? 1 : 0);
    return vnode;
  }
  /** Enters a name as the kernel does: the direct pointer or the list, with a `..` entry in front of it. */
  name(vnode: Value, parent: Value, name: string, how: 'direct' | 'list' = 'direct'): void {
    const entry = this.make('namecache');
    this.set(entry, 'nc_dvp', parent.address!);
    this.set(entry, 'nc_nlen', Buffer.byteLength(name));
    this.memory.put(entry.member('nc_name').address!, Buffer.from(name));
    if (how === 'direct') return this.set(vnode, 'v_cache_dd', entry.address!);
    const dotDot = this.make('namecache');
    this.set(dotDot, 'nc_flag', 2);
    this.set(vnode, 'v_cache_dd', dotDot.address!);
    this.set(dotDot, 'nc_dst.tqe_next', entry.address!);
    this.set(vnode, 'v_cache_dst.tqh_first', dotDot.address!);
  }
  mount(fstype: string, from: string, on: string, flags: bigint, covered?: Value): { mount: Value; root: Value } {
    const mount = this.make('mount');
    const conf = this.make('vfsconf');
    this.set(conf, 'vfc_name', fstype);
    this.set(mount, 'mnt_vfc', conf.address!);
    this.set(mount, 'mnt_flag', flags);
    this.set(mount, 'mnt_stat.f_mntfromname', from);
    this.set(mount, 'mnt_stat.f_mntonname', on);
    if (covered !== undefined) this.set(mount, 'mnt_vnodecovered', covered.address!);
    if (this.#lastMount === undefined) this.set(this.mountHead, 'tqh_first', mount.address!);
    else this.set(this.#lastMount, 'mnt_list.tqe_next', mount.address!);
    this.#lastMount = mount;
    return { mount, root: this.vnode(mount, true) };
  }
  process(pid: number, name: string, root?: Value, options: { cr3?: bigint; jail?: string } = {}): void {
    const proc = this.make('proc');
    this.set(proc, 'p_pid', pid);
    this.set(proc, 'p_comm', name);
    this.set(proc, 'p_state', 1);
    if (root !== undefined) {
      const [holder, dirs] = this.shape === '12.x' ? [this.make('filedesc'), undefined] : [this.make('pwddesc'), this.make('pwd')];
      const prefix = dirs === undefined ? 'fd_' : 'pwd_';
      for (const which of ['cdir', 'rdir']) this.set(dirs ?? holder, prefix + which, root.address!);
      if (dirs !== undefined) this.set(holder, 'pd_pwd' + (this.shape === '15.1' ? '.__ptr' : ''), dirs.address!);
      this.set(proc, dirs === undefined ? 'p_fd' : 'p_pd', holder.address!);
    }
    if (options.cr3 !== undefined) {
      const space = this.make('vmspace');
      this.set(space, 'vm_pmap.pm_cr3', options.cr3);
      this.set(proc, 'p_vmspace', space.address!);
    }
    if (options.jail !== undefined) {
      const cred = this.make('ucred');
      const prison = this.make('prison');
      this.set(prison, 'pr_id', 3);
      this.set(prison, 'pr_name', options.jail);
      this.set(cred, 'cr_prison', prison.address!);
      this.set(proc, 'p_ucred', cred.address!);
    }
    if (this.#lastProc === undefined) this.set(this.procHead, 'lh_first', proc.address!);
    else this.set(this.#lastProc, 'p_list.le_next', proc.address!);
    this.#lastProc = proc;
  }
  context(over: Partial<ChainContext> = {}): ChainContext {
    return { kernel: this, stage: 'init', serialText: () => '', ...over } as ChainContext;
  }
}

const liveCd = (shape: Shape, seed: number): FakeFreebsd => {
  const k = new FakeFreebsd(shape, seed);
  const cd = k.mount('cd9660', '/dev/iso9660/LIVECD', '/', 0x5001n);
  const sysroot = k.vnode(cd.mount);
  k.name(sysroot, cd.root, 'sysroot');
  const dev = k.vnode(cd.mount);
  k.name(dev, cd.root, 'dev', 'list');
  k.mount('devfs', 'devfs', '/dev', 0x4001000n, dev);
  const ufs = k.mount('ufs', '/dev/md0.uzip', '/sysroot', 0x1001n, sysroot);
  const union = k.mount('unionfs', '<above>:/upper', '/sysroot', 0x1000n, ufs.root);
  const unionDev = k.vnode(union.mount);
  k.name(unionDev, union.root, 'dev', 'list');
  k.mount('devfs', 'devfs', '/sysroot/dev', 0x1000n, unionDev);
  k.memory.putNumber(k.symbol('rootvnode'), cd.root.address!, 8);
  k.process(0, 'kernel');
  k.process(1, 'init', union.root, { cr3: 0x1234000n });
  k.process(20, 'sh', cd.root, { cr3: 0x5678000n, jail: 'test' });
  return k;
};

describe.each(['12.x', '13.2', '15.1'] as const)('FreeBSD shape %s', (shape) => {
  it('reads the mount table and the chrooted view, whatever the order of members', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), async (seed) => {
        const kernel = liveCd(shape, seed);
        const answer = await new FreebsdChain('freebsd').mounts(kernel.context(), {});
        expect(answer.unknown).toBeUndefined();
        expect(answer.kernel.map((m) => [m.fstype, m.on, m.flags.join(' ')])).toEqual([
          ['cd9660', '/', 'RDONLY LOCAL ROOTFS'],
          ['devfs', '/dev', 'LOCAL MULTILABEL'],
          ['ufs', '/sysroot', 'RDONLY LOCAL'],
          ['unionfs', '/sysroot', 'LOCAL'],
          ['devfs', '/sysroot/dev', 'LOCAL'],
        ]);
        expect(answer.kernel[3]?.covers).toBe(answer.kernel[2]?.id);
        expect(answer.views.map((v) => [v.process, v.root])).toEqual([['init:1', '/sysroot']]);
        expect(answer.views[0]?.mounts.map((m) => [m.visiblePath, m.differs?.code])).toEqual([
          [undefined, 'outside-root'],
          [undefined, 'outside-root'],
          [undefined, 'hidden-by-mount'],
          ['/', 'prefix-stripped'],
          ['/dev', 'prefix-stripped'],
        ]);
      }),
      trials(12),
    );
  });
  it('lists processes with roots, jails and spaces', async () => {
    const answer = await new FreebsdChain('freebsd').processes(liveCd(shape, 5).context());
    expect(answer.processes.map((p) => [p.id, p.root, p.space, p.jail, p.state])).toEqual([
      ['kernel:0', expect.objectContaining({ unknown: expect.stringContaining('because') }), '0x0', undefined, 'normal'],
      ['init:1', '/sysroot', '0x1234000', undefined, 'normal'],
      ['sh:20', '/', '0x5678000', 'test', 'normal'],
    ]);
  });
});

describe('FreeBSD, what is not there', () => {
  it('says which symbol is missing', async () => {
    const kernel = liveCd('15.1', 1);
    kernel.variables.delete('mountlist');
    const answer = await new FreebsdChain('freebsd').mounts(kernel.context(), {});
    expect(answer.unknown).toMatch(/^because no symbol mountlist in fake/);
    expect((await new FreebsdChain('freebsd').mounts({ ...kernel.context(), kernel: undefined } as unknown as ChainContext, {})).unknown).toContain('no kernel image');
  });
  it('refuses an unknown process and takes name, pid and both', async () => {
    const chain = new FreebsdChain('freebsd');
    const context = liveCd('15.1', 1).context();
    await expect(chain.mounts(context, { process: 'nobody' })).rejects.toThrow(/BS405.*nobody/);
    for (const process of ['init', '1', 'init:1']) expect((await chain.mounts(context, { process })).views).toHaveLength(1);
    expect((await chain.mounts(context, { process: 'sh' })).views[0]?.mounts.every((m) => m.differs === undefined || m.differs.code === 'hidden-by-mount')).toBe(true);
  });
  it('ends on a list that is a ring', async () => {
    const kernel = liveCd('15.1', 1);
    const first = await kernel.mountHead.member('tqh_first').integer();
    const mount = kernel.value(kernel.type('mount'), first);
    kernel.set(mount, 'mnt_list.tqe_next', first);
    expect((await new FreebsdChain('freebsd').mounts(kernel.context(), {})).unknown).toContain('does not end');
  });
});

describe('kenv', () => {
  const withKenv = (dynamic: boolean): FakeFreebsd => {
    const k = liveCd('15.1', 2);
    k.global('dynamic_kenv', u8);
    k.global('kenvp', anyPointer);
    k.global('md_envp', charPointer);
    k.global('kern_envp', charPointer);
    const block = k.allocate(200);
    k.memory.put(block, Buffer.from('vfs.root.mountfrom=cd9660:/dev/iso9660/LIVECD\0acpi.oem=BOCHS \0nonsense\0\0'));
    k.memory.putNumber(k.symbol('md_envp'), block, 8);
    const own = k.allocate(64);
    k.memory.put(own, Buffer.from('acpi.oem=second\0static=1\0\0'));
    k.memory.putNumber(k.symbol('kern_envp'), own, 8);
    if (dynamic) {
      const table = k.allocate(4096);
      k.memory.putNumber(k.symbol('dynamic_kenv'), 1n, 1);
      k.memory.putNumber(k.symbol('kenvp'), table, 8);
      ['init_chroot=/sysroot', 'console=comconsole'].forEach((text, i) => k.memory.putNumber(table + BigInt(i * 8), k.text(text), 8));
    }
    return k;
  };
  it('reads the static blocks while they are in force, the first match winning', async () => {
    const answer = await new FreebsdChain('freebsd').environment(withKenv(false).context({ stage: 'kernel' }));
    expect(answer.variables.map((v) => [v.name, v.values[0]?.value])).toEqual([
      ['vfs.root.mountfrom', 'cd9660:/dev/iso9660/LIVECD'],
      ['acpi.oem', 'BOCHS '],
      ['static', '1'],
    ]);
    expect(answer.variables[0]?.readers[0]?.name).toBe('vfs_mountroot');
  });
  it('reads the array once it exists, and keeps what earlier stages held', async () => {
    const chain = new FreebsdChain('freebsd');
    await chain.environment(withKenv(false).context({ stage: 'kernel' }));
    const answer = await chain.environment(withKenv(true).context());
    expect(answer.variables.find((v) => v.name === 'init_chroot')).toMatchObject({ values: [{ stage: 'init', value: '/sysroot' }], meaning: expect.stringContaining('/sysroot') });
    expect(answer.variables.find((v) => v.name === 'acpi.oem')?.values).toEqual([{ stage: 'kernel', value: 'BOCHS ', address: expect.stringMatching(/^0x/) }]);
  });
  it('forgets later stages when the machine boots anew', async () => {
    const chain = new FreebsdChain('freebsd');
    await chain.environment(withKenv(true).context());
    const answer = await chain.environment(withKenv(false).context({ stage: 'kernel' }));
    expect(answer.variables.some((v) => v.name === 'init_chroot')).toBe(false);
  });
});

describe('500 mounts and 300 processes', () => {
  it('are read with one batch a step of the longer list and at most ten more', async () => {
    const k = new FakeFreebsd('15.1', 3);
    const root = k.mount('ufs', '/dev/ada0p2', '/', 0x5000n);
    const dir = k.vnode(root.mount);
    k.name(dir, root.root, 'jails');
    for (let i = 1; i < 500; i++) {
      const at = k.vnode(root.mount);
      k.name(at, dir, `j${i}`);
      k.mount('nullfs', '/base', `/jails/j${i}`, 0x1000n, at);
    }
    k.memory.putNumber(k.symbol('rootvnode'), root.root.address!, 8);
    for (let i = 0; i < 300; i++) k.process(i, `p${i}`, i % 3 === 0 ? dir : root.root, { cr3: BigInt(i) << 12n });
    const answer = await new FreebsdChain('freebsd').mounts(k.context(), {});
    expect(answer.kernel).toHaveLength(500);
    expect(answer.views).toHaveLength(100);
    expect(k.prefetches).toBeLessThanOrEqual(510);
  });
});

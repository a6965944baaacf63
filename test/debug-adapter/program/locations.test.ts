import { describe, expect, it } from 'vitest';
import { Locations } from '../../../debug-adapter/program/locations';
import { splitQualified } from '../../../debug-adapter/program/names';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { Sources } from '../../../debug-adapter/program/sources';
import { FakeMachine, fakeImage } from './fakes';

const setup = () => {
  const program = new PlacedProgram(new FakeMachine().asMachine(), { open: () => fakeImage() });
  const image = fakeImage({
    path: '/b/vmlinux',
    base: 0x1000n,
    functions: [
      { name: 'mount_block_root', file: '/src/init/do_mounts.c', entry: 0x1100n, end: 0x1180n, afterPrologue: 0x1104n, inlined: [{ entry: 0x1210n, end: 0x1230n, into: 'prepare_namespace' }] },
      { name: 'prepare_namespace', file: '/src/init/do_mounts.c', entry: 0x1200n, end: 0x1300n },
    ],
    lines: [
      { file: '/src/init/do_mounts.c', line: 10, address: 0x1100n },
      { file: '/src/init/do_mounts.c', line: 12, address: 0x1110n },
      { file: '/src/init/do_mounts.c', line: 12, address: 0x1130n },
      { file: '/src/init/do_mounts.c', line: 12, address: 0x1214n },
    ],
    symbols: [{ name: 'asm_entry', address: 0x1800n }],
  });
  const module = program.addImage({ stage: 'kernel', image });
  return { program, image, module, locations: new Locations(program, new Sources({ exists: () => false })) };
};

describe('Locations', () => {
  it('is pending with a reason, and verified once the module has its place', () => {
    const { program, module, locations } = setup();
    const located = locations.add({ kind: 'function', name: 'mount_block_root' });
    expect(located.resolution).toMatchObject({ verified: false, pending: [{ name: 'vmlinux' }] });
    expect(located.resolution.message).toMatch(/^pending: vmlinux \(kernel\)/);
    const heard: number[] = [];
    locations.onChanged((changed) => heard.push(changed.id));
    program.place(module, 0x10_0000n);
    expect(heard).toEqual([located.id]);
    expect(located.resolution.verified).toBe(true);
    expect(located.resolution.locations.map(({ address, inlinedInto }) => [address, inlinedInto])).toEqual([
      [0x10_1104n, undefined],
      [0x10_1210n, 'prepare_namespace'],
    ]);
    expect(located.resolution.message).toBe('2 places, inlined into prepare_namespace');
    program.setRoots(module, new Set());
    expect(heard).toHaveLength(1);
  });

  it('answers at once from a big image and finds the namesakes before the machine runs, or when an index has come', async () => {
    for (const how of ['complete', 'index'] as const) {
      const { program, image } = setup();
      const info = image.debugInfo;
      const all = info.functionsNamed('mount_block_root');
      const asked: (boolean | undefined)[] = [];
      let quick = false;
      const index = {
        present: false,
        worthwhile: true,
        get quick() {
          return quick;
        },
        tables: () => [], unpacked: () => ({}),
        load: () => Promise.resolve(false),
        save: () => false,
        saveInBackground: () => true,
        close: () => undefined,
      };
      const slow = {
        ...image,
        debugInfo: {
          ...info,
          index,
          functionsNamed: (name: string, options?: { complete?: boolean }) => {
            asked.push(options?.complete);
            return name === 'mount_block_root' ? (options?.complete ? [...all, ...info.functionsNamed('prepare_namespace')] : all) : [];
          },
        },
      };
      const locations = new Locations(program, new Sources({ exists: () => false }));
      const module = program.addImage({ stage: 'kernel', image: slow });
      program.modules[0]!.slide = undefined;
      program.place(module, 0n);
      const located = locations.add({ kind: 'function', name: 'mount_block_root' });
      const places = (): bigint[] => located.resolution.locations.map(({ address }) => address);
      expect(places()).toEqual([0x1104n, 0x1210n]);
      expect(asked).toEqual([false]);
      const changed = new Promise<void>((resolve) => locations.onChanged(() => resolve()));
      if (how === 'complete') await locations.complete();
      else quick = true;
      await changed;
      expect(places()).toEqual([0x1104n, 0x1210n, 0x1200n]);
      await locations.complete();
      expect(asked).toEqual([false, true]);
      locations.dispose();
    }
  });

  it('places a line once for each body and inlined copy, behind the prologue on an opening line', () => {
    const { program, module, locations } = setup();
    program.place(module, 0n);
    const at = (line: number) => locations.add({ kind: 'line', file: 'init/do_mounts.c', line }).resolution;
    expect(at(10).locations.map(({ address }) => address)).toEqual([0x1104n]);
    expect(at(12).locations.map(({ address }) => address)).toEqual([0x1110n, 0x1214n]);
    expect(at(99)).toMatchObject({ verified: false, message: 'no code for line 99 of init/do_mounts.c in vmlinux' });
  });

  it('falls back to the symbol table, and to an address', () => {
    const { program, module, locations } = setup();
    program.place(module, 0x1000n);
    expect(locations.add({ kind: 'function', name: 'asm_entry' }).resolution.locations[0]?.address).toBe(0x2800n);
    expect(locations.add({ kind: 'address', address: 0x2800n }).resolution.message).toBe('0x2800 in asm_entry');
    expect(locations.add({ kind: 'address', address: 0x99n }).resolution).toMatchObject({ verified: true, message: '0x99' });
  });

  it('splits FILE:NAME and leaves Rust paths alone', () => {
    expect(splitQualified('vfs_mountroot.c:set_rootvnode')).toEqual({ file: 'vfs_mountroot.c', name: 'set_rootvnode' });
    expect(splitQualified('src/main.rs:LiveDisk::read')).toEqual({ file: 'src/main.rs', name: 'LiveDisk::read' });
    expect(splitQualified('C:\\x\\a.c:f')).toEqual({ file: 'C:\\x\\a.c', name: 'f' });
    for (const name of ['kernel::context::switch', 'main', '<T as a::B>::c', 'x.y::z']) expect(splitQualified(name)).toEqual({ name });
  });
});

import { afterAll, describe, expect, it, vi } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { strip } from '../../../debug-adapter/images/types';
import { scratch } from './support';
import { vmlinux } from './vmlinux';

describe.skipIf(vmlinux === undefined)('an index of the Debian kernel', () => {
  it('answers as the kernel itself does', () => {
    const cache = scratch();
    vi.stubEnv('XDG_CACHE_HOME', cache);
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    const answers = (save: boolean): unknown => {
      const image = openImage(vmlinux ?? '');
      const info = image.debugInfo;
      if (save) info.index?.save();
      const functions = ['start_kernel', 'mnt_add_count', 'state_show', 'vfs_read', 'no_such_function'];
      const result = {
        present: info.index?.present,
        functions: functions.map((name) => info.functionsNamed(name, { complete: true }).map((f) => [f.name, f.entry, f.declared?.file, f.inlinedInstances().map((i) => i.entry)])),
        types: ['mount', 'struct file', 'size_t', 'no_such_type'].map((name) => info.typesNamed(name).map((type) => [type.qualifiedName, type.size])),
        variables: ['jiffies', 'init_task'].map((name) => info.variablesNamed(name).map((v) => v.name)),
        matching: ['vfs_re*', '*mount_root', 'x?y?z*'].map((glob) => info.functionsMatching(glob).map((f) => f.name)),
      };
      image.close();
      return result;
    };
    const cold = answers(false);
    expect(cold).toMatchObject({ present: false });
    answers(true);
    expect(answers(false)).toEqual({ ...(cold as object), present: true });
    vi.unstubAllEnvs();
  });
});

describe.skipIf(vmlinux === undefined)('the Debian kernel', () => {
  const image = openImage(vmlinux ?? '');
  afterAll(() => image.close());

  it('is placed by its code, not by the per-cpu template at 0', () => {
    expect(image).toMatchObject({ format: 'elf', type: 'exec', machine: 'x86-64' });
    expect(image.base).toBe(0xffffffff81000000n);
    expect(image.size).toBeLessThan(64 << 20);
  });

  it('finds a function by its symbol, reading little', () => {
    const [start] = image.debugInfo.functionsNamed('start_kernel');
    const [symbol] = image.symbols.named('start_kernel');
    expect(start?.entry).toBe(symbol?.address);
    expect(start?.declared?.file).toMatch(/init\/main\.c$/);
    expect(image.debugInfo.scopesAt(symbol!.address + 5n)[0]?.function.name).toBe('start_kernel');
    expect(image.debugInfo.lineAt(symbol!.address)?.file).toMatch(/init\/main\.c$/);
    expect(image.debugInfo.unwindAt(symbol!.address)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8n });
  });

  it('finds namesakes without a symbol when asked for all', () => {
    const [first] = image.debugInfo.functionsNamed('start_kernel', { complete: true });
    expect(first?.name).toBe('start_kernel');
  });

  it('knows types by name, those of other units too', () => {
    const mount = strip(image.debugInfo.typesNamed('mount')[0]!);
    if (mount.kind !== 'struct') throw new Error('no struct');
    const parent = strip(mount.members.find((m) => m.name === 'mnt_parent')!.type);
    expect(parent.kind === 'pointer' && strip(parent.target)).toBe(mount);
    const task = strip(image.debugInfo.typesNamed('task_struct')[0]!);
    expect(task.kind === 'struct' && task.members.some((m) => m.name === 'comm')).toBe(true);
    expect(image.debugInfo.typesNamed('struct no_such_struct_anywhere')).toEqual([]);
  });

  it('tells static namesakes apart and lists them all', () => {
    const namesakes = image.debugInfo.functionsNamed('show').concat(image.debugInfo.functionsNamed('state_show'));
    const files = new Set(namesakes.map((f) => f.declared?.file));
    expect(files.size).toBeGreaterThan(2);
  });

  it('finds functions by pattern', () => {
    const names = image.debugInfo.functionsMatching('vfs_re*').map((f) => f.name);
    expect(names).toEqual(expect.arrayContaining(['vfs_read', 'vfs_rename', 'vfs_readlink']));
  });

  it('finds every inlined copy', () => {
    const [leaf] = image.debugInfo.functionsNamed('mnt_add_count');
    expect(leaf?.inlinedInstances().length).toBeGreaterThan(3);
  });

  it('follows an opaque struct to its definition', () => {
    const file = strip(image.debugInfo.typesNamed('struct file')[0]!);
    expect(file.kind === 'struct' && file.size).toBeGreaterThan(100);
  });
});

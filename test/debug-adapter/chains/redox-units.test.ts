import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { InitfsUnits } from '../../../debug-adapter/chains/redox/initfs-units';
import { readUnits } from '../../../debug-adapter/chains/redox/units';
import { makeInitfs } from '../../guests/redox-live/image/disk.mjs';
import { FakeKernel } from './fake-machine';

const image = 0x20_0000n;
const service = (command: string, requires: readonly string[] = []): string => `[unit]\ndefault_dependencies = false\nrequires_weak = ${JSON.stringify(requires)}\n[service]\ncmd = "${command}"\ntype = "notify"\n`;
const target = (...requires: string[]): string => `[unit]\ndefault_dependencies = false\nrequires_weak = ${JSON.stringify(requires)}\n`;

let folder = '';
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'units-'));
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  write('init.initfs.d/00_runtime.target', target());
  write('init.initfs.d/10_lived.service', service('lived'));
  write('init.initfs.d/20_extra.service', service('extrad'));
  write('init.initfs.d/50_rootfs.service', service('redoxfs', ['10_lived.service']));
  write('init.d/30_console.service', service('getty'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

/** A kernel with its symbol table, and an initfs behind BOOTSTRAP. */
const contextOf = (files: Record<string, string>, workspace: readonly string[], bytes?: Buffer): ChainContext => {
  const kernel = new FakeKernel();
  kernel.level = 1;
  const at = kernel.allocate(128);
  kernel.symbols.set('startup::BOOTSTRAP', at);
  kernel.memory.putNumber(at + 16n, image, 8);
  kernel.memory.put(image, bytes ?? makeInitfs(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
  return { kernel, machine: { physical: kernel.memory }, workspace, serialText: () => 'init: switchroot to /scheme/initfs /scheme/initfs/etc\ninit: unit 20_extra.service not found\n' } as unknown as ChainContext;
};
const real = {
  'bin/init': '\x7fELF',
  'lib/init.d/00_runtime.target': target(),
  'lib/init.d/10_lived.service': service('lived'),
  'lib/init.d/50_rootfs.service': service('redoxfs', ['10_lived.service', '20_extra.service']),
  'lib/init.d/90_initfs.target': target('50_rootfs.service'),
  'lib/init.d/notes.txt': 'no unit',
  'etc/init.d/10_lived.service': service('lived2'),
};

describe('units of the first stage', () => {
  it('are those of the initfs in memory, with the workspace\'s places, and what differs said', async () => {
    const { units } = await readUnits(contextOf(real, [folder]), new InitfsUnits());
    const shown = new Map(units.map((unit) => [unit.id, unit]));
    expect([...shown.keys()].sort()).toEqual(['00_runtime.target', '10_lived.service', '20_extra.service', '30_console.service', '50_rootfs.service', '90_initfs.target']);
    expect(shown.get('50_rootfs.service')).toMatchObject({ requires: ['10_lived.service', '20_extra.service'], source: { path: path.join(folder, 'init.initfs.d/50_rootfs.service') } });
    const evidence = (id: string): readonly string[] => shown.get(id)?.evidence.map(({ kind, text }) => `${kind}: ${text}`) ?? [];
    expect(evidence('00_runtime.target')).toContain('memory: in the initfs of this boot');
    for (const id of ['10_lived.service', '50_rootfs.service']) expect(evidence(id)).toContain('memory: in the initfs of this boot, with another text than the file of the workspace');
    expect(shown.get('20_extra.service')).toMatchObject({ state: 'failed' });
    expect(evidence('20_extra.service')).toContain(`file: ${path.join(folder, 'init.initfs.d/20_extra.service')} is in the workspace, and not in the initfs of this boot`);
    expect(shown.get('90_initfs.target')).not.toHaveProperty('source');
  });

  it('are told without a workspace too, and are the workspace\'s where there is no initfs', async () => {
    expect((await readUnits(contextOf(real, []), new InitfsUnits())).units.map(({ id }) => id)).toContain('90_initfs.target');
    const { units } = await readUnits(contextOf({}, [folder], Buffer.from('RedoxFtw, cut')), new InitfsUnits());
    expect(units.find(({ id }) => id === '00_runtime.target')).toMatchObject({ source: { path: path.join(folder, 'init.initfs.d/00_runtime.target') } });
    expect(units.flatMap(({ evidence }) => evidence.filter(({ kind }) => kind === 'memory'))).toEqual([]);
  });
});

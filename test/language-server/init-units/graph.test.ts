import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitGraph } from '../../../boot/languages/init-units/unit-graph';
import { Client } from '../client';

const service = (cmd: string, requires: string[] = [], more = ''): string =>
  `[unit]\ndescription = "${cmd}"\n${requires.length === 0 ? '' : `requires_weak = ${JSON.stringify(requires)}\n`}${more}[service]\ncmd = "${cmd}"\ntype = "notify"\n`;
const target = (requires: string[], more = ''): string => `[unit]\nrequires_weak = ${JSON.stringify(requires)}\n${more}`;

const files = {
  'base/init.initfs.d/00_logd.service': service('logd', ['ramfs@logging.service'], 'default_dependencies = false\n'),
  'base/init.initfs.d/ramfs@.service': '[unit]\ndescription = "$INSTANCE ramfs"\ndefault_dependencies = false\n[service]\ncmd = "ramfs"\nargs = ["$INSTANCE"]\ntype = { scheme = "$INSTANCE" }\n',
  'base/init.initfs.d/00_runtime.target': target(['00_logd.service'], 'default_dependencies = false\n'),
  'base/init.initfs.d/10_lived.service': service('lived'),
  'base/init.initfs.d/40_ahcid.service': service('ahcid', [], 'condition_architecture = ["x86_64", "x86"]\n'),
  'base/init.initfs.d/40_drivers.target': target(['40_ahcid.service']),
  'base/init.initfs.d/50_rootfs.service': '[unit]\nrequires_weak = ["40_drivers.target"]\n[service]\ncmd = "redoxfs"\nargs = ["--uuid", "$REDOXFS_UUID"]\ntype = "oneshot"\n',
  'base/init.initfs.d/90_initfs.target': target(['50_rootfs.service', '70_gone.service']),
  'base/init.d/00_ipcd.service': service('ipcd'),
  'base/init.d/10_net.service': service('smolnetd', ['20_b.target']),
  'config/base.toml': `[[files]]\npath = "/usr/lib/init.d/20_b.target"\ndata = """\n${target(['10_net.service'])}"""\n`,
  'config/full.toml': `include = ["base.toml"]\n[[files]]\npath = "/etc/init.d/00_ipcd.service"\ndata = """\n${service('ipcd2', ['00_logd.service'])}"""\n[[files]]\npath = "/etc/init.d/05_show"\ndata = """\ncat /scheme/music/a\n"""\n[[files]]\npath = "/etc/init.d/30_music.service"\ndata = """\n[unit]\n[service]\ncmd = "musicd"\ntype = { scheme = "music" }\n"""\n`,
};

describe('the graph of units over LSP', () => {
  let client: Client;
  let graph: UnitGraph;
  beforeAll(async () => {
    client = await Client.start(files);
    graph = await client.connection.sendRequest('bootscope/unitGraph', { uri: client.uri('config/full.toml') });
  });
  afterAll(() => client.stop());
  const node = (id: string): UnitGraph['nodes'][number] | undefined => graph.nodes.find((one) => one.id === id);

  it('orders both stages as init does: closures first, then names', () => {
    expect(graph.stages.map((one) => one.name)).toEqual(['From the initfs', 'From the root filesystem']);
    const order = (stage: number): string[] => graph.nodes.filter((one) => one.stage === stage && one.order !== undefined).map((one) => one.id);
    expect(order(1)).toEqual(['ramfs@logging.service', '00_logd.service', '00_runtime.target', '40_ahcid.service', '40_drivers.target', '50_rootfs.service', '90_initfs.target']);
    expect(order(2)).toEqual(['00_ipcd.service', '05_show', '30_music.service']);
  });

  it('makes instances of templates, and keeps conditions, schemes and replaced files', () => {
    expect(node('ramfs@logging.service')).toMatchObject({ template: 'ramfs@.service', description: 'logging ramfs', provides: ['logging'], order: 1 });
    expect(node('40_ahcid.service')?.conditions).toEqual(['architecture x86_64 or x86']);
    expect(node('00_ipcd.service')).toMatchObject({ description: 'ipcd2', source: { line: 5 } });
    expect(node('00_ipcd.service')?.replaces[0]?.path).toMatch(/base\/init\.d\/00_ipcd\.service$/);
    expect(node('10_lived.service')).not.toHaveProperty('order');
    expect(node('70_gone.service')).not.toHaveProperty('source');
  });

  it('tells who waits for whom, and why', () => {
    const edges = graph.edges.map((one) => `${one.from} ${one.kind}${one.cyclic === true ? '!' : ''} ${one.to}`);
    expect(edges).toContain('50_rootfs.service requires 40_drivers.target');
    expect(edges).toContain('40_ahcid.service default 00_runtime.target');
    expect(edges).toContain('05_show scheme 30_music.service');
    expect(edges).toContain('10_net.service requires! 20_b.target');
    for (const one of graph.edges) expect(graph.nodes.some((each) => each.id === one.from) && graph.nodes.some((each) => each.id === one.to)).toBe(true);
  });

  it('names what is wrong once, with the units concerned', () => {
    expect(graph.problems.map((one) => `${one.code} ${one.units.join(' ')}`).sort()).toEqual([
      'init-unit/cycle 10_net.service 20_b.target',
      'init-unit/missing-unit 90_initfs.target 70_gone.service',
      'init-unit/never-started 10_lived.service',
      'init-unit/scheme-later 05_show 30_music.service',
    ]);
  });

  it('takes the system with most units when no file is named', async () => {
    const all: UnitGraph = await client.connection.sendRequest('bootscope/unitGraph', {});
    expect(all.nodes.filter((one) => one.stage === 1)).toHaveLength(graph.nodes.filter((one) => one.stage === 1).length);
    expect(all.nodes.some((one) => one.id === '30_music.service')).toBe(true);
  });

  it('publishes the same as diagnostics', async () => {
    expect((await client.open('config/full.toml', 'toml')).map((one) => one.code)).toEqual(['init-unit/scheme-later']);
    expect((await client.open('base/init.d/10_net.service', 'redox-init-unit')).map((one) => [one.code, one.relatedInformation?.length])).toEqual([['init-unit/cycle', 1]]);
  });
});

describe('configurations without the base system', () => {
  const named = (name: string): Record<string, string> => ({
    'config/full.toml': `[[files]]\npath = "/usr/lib/init.d/00_i2cd.service"\ndata = """\n${service('i2cd')}"""\n[[files]]\npath = "/usr/lib/init.d/12_dbus.service"\ndata = """\n${service('dbus-daemon', [name])}"""\n`,
  });
  it.each([
    ['00_ipcd.service', []],
    ['00_i2cdd.service', ['init-unit/missing-unit']],
    ['70_elsewhere.service', []],
  ])('%s', async (name, expected) => {
    const client = await Client.start(named(name));
    expect((await client.open('config/full.toml', 'toml')).map((one) => one.code)).toEqual(expected);
    await client.stop();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Hover, Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { Client } from '../client';

const files = {
  'base/init.initfs.d/00_logd.service': '[unit]\ndefault_dependencies = false\nrequires_weak = ["ramfs@logging.service"]\n[service]\ncmd = "logd"\ntype = "notify"\n',
  'base/init.initfs.d/ramfs@.service': '[unit]\ndefault_dependencies = false\n[service]\ncmd = "ramfs"\nargs = ["$INSTANCE"]\ntype = { scheme = "$INSTANCE" }\n',
  'base/init.initfs.d/50_rootfs.service': '[unit]\n[service]\ncmd = "redoxfs"\nargs = ["--uuid", "$REDOXFS_UUID"]\ninherit_envs = ["REDOXFS_PASSWORD_ADDR"]\ntype = "oneshot"\n',
  'base/init.d/00_base.target': '[unit]\ndescription = "Base"\n',
  'base/init.d/20_net.service': '[unit]\nrequires_weak = ["00_base.target"]\n[service]\ncmd = "smolnetd"\ninherit_envs = ["LIVE_MODE"]\ntype = "notify"\n',
  'base/init.d/25_shell': 'requires_weak 20_net.service 00_base.target\nexport LIVE_MODE text\nLIVE_MODE=x run-it $LIVE_MODE\nunset LIVE_MODE\n',
  'config/a.toml': '[[files]]\npath = "/etc/init.d/30_console.service"\ndata = """\n[unit]\nrequires_weak = [\n  "20_net.service",\n]\n[service]\ncmd = "getty"\ntype = "oneshot_async"\n"""\n[[files]]\npath = "/etc/init.d/40_last"\ndata = """\nrequires_weak 30_console.service\n"""\n',
};

describe('names in init units over LSP', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start(files, {}, true);
    for (const name of Object.keys(files)) await client.open(name, name.endsWith('.toml') ? 'toml' : 'redox-init-unit');
  });
  afterAll(() => client.stop());
  const short = (uri: string): string => decodeURIComponent(uri).slice(client.uri('').length + 1);
  const told = (edit: WorkspaceEdit | null): string[] => {
    const texts = Object.entries(edit?.changes ?? {}).map(([uri, edits]) => ({ textDocument: { uri }, edits }));
    return [...texts, ...(edit?.documentChanges ?? [])]
      .flatMap((one) => ('kind' in one ? [one.kind === 'rename' ? `${short(one.oldUri)} -> ${short(one.newUri)}` : one.kind] : one.edits.map((each) => `${short(one.textDocument.uri)}:${each.range.start.line}:${each.range.start.character} ${'newText' in each ? each.newText : ''}`)))
      .sort();
  };
  const rename = async (name: string, line: number, character: number, newName: string): Promise<string[]> => told(await client.at<WorkspaceEdit | null>('rename', name, line, character, { newName }));

  it('renames a unit: its file and all that names it, in units, scripts and configurations', async () => {
    expect(await client.at('prepareRename', 'base/init.d/20_net.service', 0, 2)).toMatchObject({ placeholder: '20_net.service' });
    expect(await rename('base/init.d/20_net.service', 0, 2, '21_network')).toEqual(['base/init.d/20_net.service -> base/init.d/21_network.service', 'base/init.d/25_shell:0:14 21_network.service', 'config/a.toml:5:3 21_network.service']);
    expect(await rename('config/a.toml', 5, 6, '21_network.service')).toHaveLength(3);
    expect(await rename('base/init.d/20_net.service', 0, 2, 'a b')).toEqual([]);
    expect(await rename('base/init.d/20_net.service', 0, 2, 'x@.service')).toEqual([]);
  });

  it('renames a unit that a configuration embeds by its path', async () => {
    expect(await client.at('prepareRename', 'config/a.toml', 1, 25)).toMatchObject({ placeholder: '30_console.service', range: { start: { line: 1, character: 20 }, end: { line: 1, character: 38 } } });
    expect(await rename('config/a.toml', 1, 25, '31_console')).toEqual(['config/a.toml:14:14 31_console.service', 'config/a.toml:1:20 31_console.service']);
  });

  it('renames a template with its instances', async () => {
    expect(await rename('base/init.initfs.d/ramfs@.service', 0, 1, 'tmpfs@.service')).toEqual(['base/init.initfs.d/00_logd.service:2:18 tmpfs@logging.service', 'base/init.initfs.d/ramfs@.service -> base/init.initfs.d/tmpfs@.service']);
  });

  it('changes texts alone for an editor that cannot rename files', async () => {
    const plain = await Client.start(files);
    await plain.open('base/init.d/20_net.service');
    const edit = await plain.at<WorkspaceEdit>('rename', 'base/init.d/20_net.service', 0, 2, { newName: '21_network' });
    expect(edit.documentChanges).toBeUndefined();
    expect(Object.values(edit.changes ?? {}).flat()).toHaveLength(2);
    plain.stop();
  });

  it('follows variables of the environment from who gives them to who reads them', async () => {
    const hover = async (name: string, line: number, character: number): Promise<string> => ((await client.at<Hover>('hover', name, line, character)).contents as { value: string }).value;
    expect(await hover('base/init.initfs.d/50_rootfs.service', 3, 23)).toContain('handed over by the bootloader');
    const mode = await hover('base/init.d/20_net.service', 4, 20);
    expect(mode).toContain('set to `text` by 25_shell: init.d/25_shell:2');
    expect(mode).toContain('read by 20_net.service');
    expect(mode).toContain('removed by 25_shell');
    expect((await client.at<Location[]>('definition', 'base/init.d/20_net.service', 4, 20)).map((one) => one.range.start.line)).toEqual([1, 2]);
    expect(await client.at<Location[]>('references', 'base/init.d/20_net.service', 4, 20, { context: { includeDeclaration: true } })).toHaveLength(5);
    expect(await rename('base/init.d/25_shell', 1, 9, 'MODE')).toHaveLength(5);
    expect(await client.at('prepareRename', 'base/init.initfs.d/50_rootfs.service', 3, 23)).toBeNull();
  });

  it('shows what a unit starts and who has it started as a call hierarchy', async () => {
    const [item] = await client.at<CallHierarchyItem[]>('prepareCallHierarchy', 'config/a.toml', 5, 6);
    expect(item?.name).toBe('20_net.service');
    const from = await client.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item });
    expect(from.map((one) => one.from.name).sort()).toEqual(['25_shell', '30_console.service']);
    const to = await client.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item });
    expect(to.map((one) => [one.to.name, one.fromRanges[0]?.start.line])).toEqual([['00_base.target', 1]]);
    const [variable] = await client.at<CallHierarchyItem[]>('prepareCallHierarchy', 'base/init.d/20_net.service', 4, 20);
    expect((await client.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item: variable })).map((one) => one.from.name)).toEqual(['25_shell', '25_shell', '25_shell']);
    expect((await client.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item: variable })).map((one) => one.to.name)).toEqual(['20_net.service', '25_shell']);
  });
});

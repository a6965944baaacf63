import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, DocumentSymbol, Hover, Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { Client } from '../client';

const script = `#!/rescue/sh
root=/sysroot
kenv init_chroot="$root"
if [ "$(kenv -q live.mode)" = text ]; then
  kenv live.mode=shell
fi
setup() { kenv -u live.mode; }
kenv -u init_script
`;

describe('the kernel environment over LSP', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start({ 'cd/init.sh': script, 'cd/boot/loader.conf': 'init_script="/init.sh"\nlive.mode="text"\n', 'cd/etc/rc.sh': '#!/bin/sh\nmode=$(kenv -q live.mode)\n' });
    expect(await client.open('cd/init.sh', 'shellscript')).toEqual([]);
    await client.open('cd/boot/loader.conf');
  });
  afterAll(() => client.stop());
  const places = (found: Location[]): string[] => found.map((one) => `${one.uri.slice(client.uri('cd').length + 1)}:${one.range.start.line}`);

  it('shows who sets, removes and reads a variable', async () => {
    const hover = async (line: number, character: number): Promise<string> => ((await client.at<Hover>('hover', 'cd/init.sh', line, character)).contents as { value: string }).value;
    const mode = await hover(3, 18);
    expect(mode).toContain('set by the loader to `text`: boot/loader.conf:2');
    expect(mode).toContain('set to `shell`: cd/init.sh:5, if [ "$(kenv -q live.mode)" = text ]');
    expect(mode).toContain('read: etc/rc.sh:2');
    expect(await hover(2, 8)).toContain('set to `/sysroot`');
    expect(await hover(2, 8)).toContain('read by init (`sbin/init/init.c`), after init_script has ended');
  });

  it('leads from a use to what sets it, and finds all places from either side', async () => {
    expect(places(await client.at('definition', 'cd/init.sh', 3, 18))).toEqual(['init.sh:4', 'boot/loader.conf:1']);
    const all = ['boot/loader.conf:1', 'etc/rc.sh:1', 'init.sh:3', 'init.sh:4', 'init.sh:6'];
    expect(places(await client.at('references', 'cd/init.sh', 3, 18, { context: { includeDeclaration: true } })).sort()).toEqual(all);
    expect(places(await client.at('references', 'cd/boot/loader.conf', 1, 3, { context: { includeDeclaration: true } })).sort()).toEqual(all);
  });

  it('renames what is the user\'s own, and nothing that init reads', async () => {
    const edit = await client.at<WorkspaceEdit>('rename', 'cd/init.sh', 3, 18, { newName: 'live.how' });
    expect(Object.values(edit.changes ?? {}).flat()).toHaveLength(5);
    expect(await client.at('prepareRename', 'cd/init.sh', 2, 8)).toBeNull();
    expect(await client.at('prepareRename', 'cd/boot/loader.conf', 1, 2)).toMatchObject({ start: { line: 1, character: 0 }, end: { line: 1, character: 9 } });
  });

  it('completes names after kenv and lists them', async () => {
    const labels = (await client.at<CompletionItem[]>('completion', 'cd/init.sh', 2, 7)).map((one) => one.label);
    expect(labels).toContain('live.mode');
    expect(labels).toContain('init_chroot');
    const symbols = await client.about<DocumentSymbol[]>('documentSymbol', 'cd/init.sh');
    expect(symbols.map((one) => one.name)).toEqual(['setup', 'init_chroot', 'live.mode', 'live.mode', 'init_script']);
    expect(symbols[0]?.children?.map((one) => `${one.name} ${one.detail ?? ''}`)).toEqual(['live.mode kenv, unset']);
  });
});

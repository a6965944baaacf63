import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, CodeAction, Hover, Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { Client } from '../client';

const script = `#!/rescue/sh
set -e
BYTES=1000000
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
mdconfig -a -t swap -s \${BYTES}b -u 1
/sbin/geom union create md1 md0.uzip
mount /dev/md1-md0.uzip.union /sysroot
chroot /sysroot /sbin/mount -a
kenv live.mode=run
kenv init_chroot=/sysroot
`;
const job = '<?xml version="1.0"?>\n<plist version="1.0">\n<dict>\n<key>Label</key>\n<string>a</string>\n<key>ProgramArguments</key>\n<array>\n<string>/bin/sh</string>\n<string>-c</string>\n<string>test "$(kenv -q live.mode)" = x; kenv live.seen=1</string>\n</array>\n</dict>\n</plist>\n';

describe('the flow through a boot over LSP', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start({
      'cd/init.sh': script,
      'cd/boot/loader.conf': 'init_script="/init.sh"\ngeom_union_load="YES"\nlive.mode="start"\n',
      'cd/etc/rc.d/live': '#!/bin/sh\n# PROVIDE: live\n. /etc/rc.subr\nmode=$(/bin/kenv -q live.mode)\nrun_rc_command "$1"\n',
      'cd/Library/LaunchDaemons/a.plist': job,
    });
    await client.open('cd/init.sh', 'shellscript');
    await client.open('cd/etc/rc.d/live', 'shellscript');
  });
  afterAll(() => client.stop());
  const short = (uri: string): string => uri.slice(client.uri('cd').length + 1);
  const hover = async (line: number, character: number): Promise<string> => ((await client.at<Hover>('hover', 'cd/init.sh', line, character)).contents as { value: string }).value;

  it('crosses loader.conf, scripts, rc.d and launchd jobs', async () => {
    const places = (await client.at<Location[]>('references', 'cd/etc/rc.d/live', 3, 22, { context: { includeDeclaration: true } })).map((one) => `${short(one.uri)}:${one.range.start.line}:${one.range.start.character}`);
    expect(places.sort()).toEqual(['Library/LaunchDaemons/a.plist:9:24', 'boot/loader.conf:2:0', 'etc/rc.d/live:3:20', 'init.sh:8:5']);
    const edit = await client.at<WorkspaceEdit>('rename', 'cd/etc/rc.d/live', 3, 22, { newName: 'live.how' });
    expect(Object.keys(edit.changes ?? {})).toHaveLength(4);
  });

  it('is a call hierarchy: writers come in, readers go out, the system\'s own among them', async () => {
    const prepare = async (line: number): Promise<CallHierarchyItem | undefined> => (await client.at<CallHierarchyItem[]>('prepareCallHierarchy', 'cd/init.sh', line, 8))[0];
    const from = async (item: CallHierarchyItem | undefined): Promise<string[]> => (await client.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item })).map((one) => one.from.name);
    const to = async (item: CallHierarchyItem | undefined): Promise<string[]> => (await client.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item })).map((one) => `${one.to.name} ${one.to.detail ?? ''}`.trim());
    const mode = await prepare(8);
    expect(await from(mode)).toEqual(['boot/loader.conf', 'cd/init.sh']);
    expect(await to(mode)).toEqual(['rc.d/live', 'LaunchDaemons/a.plist']);
    expect(await to(await prepare(9))).toEqual(['init sbin/init/init.c, after init_script has ended']);
  });

  it('tells the life of a device and what is mounted on a path', async () => {
    const union = await hover(6, 12);
    expect(union.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      '- md0: /rootfs.uzip (vnode), line 4',
      '- md0.uzip: made by geom_uzip',
      '- md1: swap, 1000000b, line 5',
      '- md1-md0.uzip.union: md1 takes what is written over md0.uzip, line 6',
      '- mounted on /sysroot, line 7',
    ]);
    expect(await hover(6, 32)).toContain('ufs from /dev/md1-md0.uzip.union, line 7');
  });

  it('cures faults, also in the loader.conf that starts the script', async () => {
    const actions = await client.about<CodeAction[]>('codeAction', 'cd/init.sh', { range: { start: { line: 0, character: 0 }, end: { line: 11, character: 0 } }, context: { diagnostics: [] } });
    const told = actions.map((one) => `${one.title} | ${Object.entries(one.edit?.changes ?? {}).map(([uri, edits]) => `${short(uri)}: ${edits.map((edit) => edit.newText.trim()).join()}`).join()}`);
    expect(told.sort()).toEqual([
      'Load geom_uzip in boot/loader.conf | boot/loader.conf: geom_uzip_load="YES"',
      'Mount devfs on /sysroot/dev first | init.sh: mount -t devfs devfs /sysroot/dev',
      'Round up to MiB | init.sh: 1m',
    ]);
  });
});

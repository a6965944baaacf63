import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, DocumentSymbol, Hover, Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { diagnoseScript } from '../../../language-server/boot-scripts/diagnose';
import { readScript } from '../../../language-server/boot-scripts/script';
import { parserFor } from '../../../language-server/grammars/load';
import { Trees } from '../../../language-server/grammars/trees';
import { Workspace } from '../../../language-server/workspace/workspace';
import { Client } from '../client';
import { MemoryFiles } from '../memory-files';

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
    expect(mode).toContain('set to `shell`: cd/init.sh:5, under a condition');
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
    expect((await client.about<DocumentSymbol[]>('documentSymbol', 'cd/init.sh')).map((one) => one.name)).toEqual(['setup', 'init_chroot', 'live.mode', 'live.mode', 'live.mode', 'init_script']);
  });
});

describe('a shell script', () => {
  let trees: Trees;
  beforeAll(async () => {
    trees = new Trees(await parserFor('bash'));
  });
  const words = (text: string): (string | undefined)[][] => readScript(trees.get(text, text), text).commands.map((one) => [one.name, ...one.args.map((word) => word.value)]);

  it.each([
    ['a=/x; b="$a/y"; echo ${b} "$a"z \'q q\' a\\ b', ['echo', '/x/y', '/xz', 'q q', 'a b']],
    ['n=3; n=$((n * 2 + (4 - 1) % 2)); echo $n', ['echo', '7']],
    ['x=$(date); echo $x $y', ['date'], ['echo', undefined, undefined]],
    ['if t; then a=1; fi; echo $a', ['t'], ['echo', undefined]],
    ['for i in 1 2; do\n a=$i\ndone\necho $a', ['echo', undefined]],
    ['echo $((1 / 0)) $((x)) ${a:-b}', ['echo', undefined, undefined, undefined]],
  ])('%s', (text, ...expected) => expect(words(text)).toEqual(expected));

  it('knows what may not run, and whose failure is looked at', () => {
    const text = '#!/bin/sh -e\na && b\nc || d\nif e; then f; else g; fi\nwhile h; do i; done\ncase x in y) j;; esac\n! k\nl >/dev/null 2>&1\nm() { n; }\n';
    const { commands, stopsOnError } = readScript(trees.get('conditions', text), text);
    const named = (which: (one: (typeof commands)[number]) => boolean): string => commands.filter(which).map((one) => one.name).join('');
    expect(named((one) => one.conditional)).toBe('bdfgijn');
    expect(named((one) => one.tolerated)).toBe('acehk');
    expect(stopsOnError).toBe(true);
    expect(commands.find((one) => one.name === 'l')?.redirects).toEqual(['>/dev/null', '2>&1']);
  });

  it('may be any text', () => {
    const piece = fc.constantFrom('kenv ', '-u ', 'a=b', '"', "'", '$(', ')', '`', '${', '}', '\n', ' | ', '||', '&&', 'if ', 'then\n', 'fi\n', 'exec ', 'reboot -r', 'mdconfig -t vnode -f ', '-u 0', '-s 5b', '/rescue/geom union', 'chroot / ', '<<E\n', '$((', '))', ';', '\u00e9');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }).map((all) => `#!/rescue/sh\n${all.join('')}`), (text) => {
        const workspace = new Workspace(new MemoryFiles({ '/w/init.sh': text }));
        workspace.shell = trees;
        const lines = text.split('\n');
        for (const one of diagnoseScript('/w/init.sh', workspace)) {
          expect(one.range.end.line).toBeLessThan(lines.length);
          expect(one.range.end.character).toBeLessThanOrEqual(lines[one.range.end.line]!.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

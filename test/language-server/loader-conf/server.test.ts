import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, CompletionItem, CompletionList, DocumentLink, DocumentSymbol, FoldingRange, Hover, InlayHint, Location, SemanticTokens, TextEdit } from 'vscode-languageserver/node';
import { tokenTypes } from '../../../language-server/service';
import { Client } from '../client';

const text = `### Live image ###
# one
# two
geom_uzip_load="YES"
mfs_load="YES"
mfs_type="md_image"
mfs_name="/mfs.img"
autoboot_delay="3"
kern.msgbufsize="1048576"
hw.x="0x100000"
root_name_of="\${autoboot_delay}s"
init_script="/init.sh"
### Second ###
autoboot_delay="2"
console=efi/x
`;

describe('loader.conf over LSP', () => {
  let client: Client;
  const file = 'cd/boot/loader.conf';
  beforeAll(async () => {
    client = await Client.start({ [file]: text, 'cd/boot/loader.conf.local': 'zfs_load="YES"\nautoboot_delay="1"\n', 'cd/init.sh': '#!/rescue/sh\nexit 0\n', 'cd/mfs.img': 'x' }, { loaderConf: { format: { enable: true } } });
  });
  afterAll(() => client.stop());

  it('publishes what lint says, and greys out replaced lines', async () => {
    const found = await client.open(file);
    expect(found.map((one) => [one.range.start.line, one.code, one.severity])).toEqual([
      [7, 'loader-conf/overridden', 4],
      [13, 'loader-conf/overridden', 4],
      [14, 'loader-conf/malformed-line', 1],
    ]);
    expect(found[0]?.tags).toEqual([1]);
    expect(found[0]?.relatedInformation?.[0]?.location.uri).toBe(client.uri('cd/boot/loader.conf.local'));
    expect(found[2]?.message).toContain("The loader prints: Malformed line (15): 'console=efi/x'");
  });

  it('cures them with code actions', async () => {
    const actions = await client.about<CodeAction[]>('codeAction', file, { range: { start: { line: 14, character: 0 }, end: { line: 14, character: 0 } }, context: { diagnostics: [] } });
    expect(actions.map((one) => one.title)).toEqual(['Put quotes around efi/x']);
    expect(actions[0]?.edit?.changes?.[client.uri(file)]?.[0]?.newText).toBe('"efi/x"');
  });

  it('explains names and values', async () => {
    const hover = async (line: number, character: number): Promise<string> => ((await client.at<Hover>('hover', file, line, character)).contents as { value: string }).value;
    expect(await hover(7, 3)).toContain('Seconds before booting');
    expect(await hover(7, 3)).toContain('A later assignment counts: `1`');
    expect(await hover(8, 3)).toContain('message buffer');
    expect(await hover(3, 3)).toContain('geom_uzip: Compressed read-only disk images');
    expect(await hover(5, 12)).toContain('memory disk');
    expect(await hover(10, 20)).toContain('Becomes');
    expect(await client.at('hover', file, 1, 2)).toBeNull();
  });

  it('completes names, values and references', async () => {
    const offered = async (line: number, character: number): Promise<CompletionItem[]> => {
      const list = await client.at<CompletionItem[] | CompletionList>('completion', file, line, character);
      return Array.isArray(list) ? list : list.items;
    };
    const labels = async (line: number, character: number): Promise<string[]> => (await offered(line, character)).map((one) => one.label);
    const all = await offered(7, 4);
    const root = all.find((one) => one.label === 'vfs.root.mountfrom');
    expect(root?.documentation).toBeUndefined();
    expect(await client.connection.sendRequest('completionItem/resolve', root)).toMatchObject({ label: 'vfs.root.mountfrom', documentation: { kind: 'markdown', value: expect.stringContaining('Read by') as string } });
    const names = all.map((one) => one.label);
    expect(names.length).toBeGreaterThan(500);
    expect(names).toContain('vfs.root.mountfrom');
    expect(names).toContain('unionfs_load');
    expect(names).toContain('mfs_flags');
    expect(await labels(3, 17)).toEqual(['YES', 'NO']);
    expect(await labels(5, 10)).toContain('md_image');
    expect(await labels(10, 17)).toContain('hw.x');
    expect(await labels(11, 14)).toContain('/init.sh');
    expect(await labels(1, 3)).toEqual([]);
  });

  it('offers the families of many modules only as far as they are typed', async () => {
    const many = await Client.start({ 'cd/boot/loader.conf': `\n${Array.from({ length: 200 }, (_, at) => `mod${at}_load="YES"`).join('\n')}\n` });
    await many.open('cd/boot/loader.conf');
    const families = async (typed: string): Promise<[labels: string[], more: boolean]> => {
      await many.change('cd/boot/loader.conf', `${typed}\n${Array.from({ length: 200 }, (_, at) => `mod${at}_load="YES"`).join('\n')}\n`);
      const list = await many.at<CompletionList>('completion', 'cd/boot/loader.conf', 0, typed.length);
      return [list.items.map((one) => one.label).filter((label) => /^mod\d/.test(label)), list.isIncomplete];
    };
    expect(await families('kern')).toEqual([[], false]);
    const [some, more] = await families('mod');
    expect([some.length, more]).toEqual([300, true]);
    expect(await families('mod77_n')).toEqual([['mod77_name', 'mod77_type', 'mod77_flags', 'mod77_before', 'mod77_after', 'mod77_error'], false]);
    many.stop();
  });

  it('leads from names to the assignment that counts, and from paths to files', async () => {
    const go = (line: number, character: number): Promise<Location[]> => client.at('definition', file, line, character);
    expect((await go(7, 2)).map((one) => [one.uri === client.uri(file), one.range.start.line])).toEqual([
      [false, 1],
      [true, 13],
      [true, 7],
    ]);
    expect((await go(11, 17))[0]?.uri).toBe(client.uri('cd/init.sh'));
    expect((await go(10, 20)).length).toBe(3);
    expect(await client.at<Location[]>('references', file, 7, 2, { context: { includeDeclaration: true } })).toHaveLength(4);
    expect((await client.about<DocumentLink[]>('documentLink', file)).map((one) => one.target)).toEqual([client.uri('cd/mfs.img'), client.uri('cd/init.sh')]);
  });

  it('lists modules and variables', async () => {
    const symbols = await client.about<DocumentSymbol[]>('documentSymbol', file);
    expect(symbols.find((one) => one.name === 'mfs')?.children?.map((one) => one.name)).toEqual(['mfs_load', 'mfs_type', 'mfs_name']);
    for (const one of symbols) for (const child of one.children ?? []) expect(child.range.end.line).toBeLessThanOrEqual(one.range.end.line);
    const folds = await client.about<FoldingRange[]>('foldingRange', file);
    expect(folds.map((one) => [one.startLine, one.endLine])).toEqual([
      [0, 2],
      [0, 11],
      [12, 14],
    ]);
  });

  it('hints at sizes and files', async () => {
    const hints = await client.about<InlayHint[]>('inlayHint', file, { range: { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } } });
    expect(hints.map((one) => [one.position.line, one.label])).toEqual([
      [3, 'geom_uzip.ko'],
      [4, '/mfs.img as a memory disk'],
      [8, '1 MiB'],
      [9, '1048576 = 1 MiB'],
    ]);
  });

  it('colours by meaning', async () => {
    const { data } = await client.about<SemanticTokens>('semanticTokens/full', file);
    const types = new Set<string>();
    for (let at = 3; at < data.length; at += 5) types.add(tokenTypes[data[at]!]!);
    expect([...types].sort()).toEqual(['comment', 'namespace', 'number', 'property', 'string', 'variable']);
  });

  it('formats when asked to, and follows changes', async () => {
    expect(await client.change(file, ' zfs_load = YES   # c \n\tbad\n')).toHaveLength(2);
    const edits = await client.about<TextEdit[]>('formatting', file, { options: { tabSize: 4, insertSpaces: true } });
    expect(edits.map((one) => one.newText)).toEqual(['zfs_load="YES"   # c']);
  });

  it('leaves files of others alone', async () => {
    expect(await client.open('cd/init.sh', 'shellscript')).toEqual([]);
    expect(await client.at('hover', 'cd/init.sh', 0, 0)).toBeNull();
    // Their lines would be faults in a loader.conf.
    for (const [name, content] of Object.entries({ 'device.hints': 'hint.uart.0.at="acpi\nhint.uart.0.port=0x3F8 0x3F8\n', 'loader.rc': 'include /boot/loader.4th\nstart\nmfs_load="TRUE"\n', 'menu.rc': 'set mfs_load="TRUE"\n' })) {
      expect(await client.open(`cd/boot/${name}`, 'plaintext', content)).toEqual([]);
      expect(await client.at('hover', `cd/boot/${name}`, 1, 2)).toBeNull();
      expect(await client.at('completion', `cd/boot/${name}`, 1, 0)).toBeNull();
    }
  });
});

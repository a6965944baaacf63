import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnostic, Hover, Location, ProtocolConnection } from 'vscode-languageserver/node';
import { editorRequests, firstGrammars, type FileQuestion, type GrammarQuestion, type ListedName } from '../../boot/languages/editor-files';
import { browserHost } from '../../language-server/browser-host';
import { lint } from '../../language-server/lint';
import { EditorFiles } from '../../language-server/workspace/editor-files';
import { Client } from './client';

const root = path.join(import.meta.dirname, '../..');
const corpus = path.join(import.meta.dirname, 'corpus');
const places = ['node_modules/web-tree-sitter', 'node_modules/tree-sitter-bash', 'language-server/grammars/loader-conf/generated'];
const grammar = (file: string): Uint8Array => {
  const found = places.map((place) => path.join(root, place, file)).find((one) => fs.existsSync(one));
  if (found === undefined) throw new Error(file);
  return new Uint8Array(fs.readFileSync(found));
};

const filesIn = (folder: string): string[] => fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => fs.statSync(path.join(folder, name)).isFile());

/** An editor that reads for the server: in any order, and never at once. */
function slowEditor(asked: string[]): (connection: ProtocolConnection) => void {
  const slowly = async <T>(what: string, answer: () => T): Promise<T | null> => {
    asked.push(what);
    for (let turns = Math.floor(Math.random() * 4); turns >= 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    try {
      return answer();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return null;
    }
  };
  return (connection) => {
    connection.onRequest(editorRequests.list, ({ uri }: FileQuestion) => slowly(`list ${uri}`, () => fs.readdirSync(fileURLToPath(uri), { withFileTypes: true }).map((one): ListedName => ({ name: one.name, folder: one.isDirectory() }))));
    connection.onRequest(editorRequests.read, ({ uri }: FileQuestion) => slowly(`read ${uri}`, () => fs.readFileSync(fileURLToPath(uri), 'utf8')));
    connection.onRequest(editorRequests.size, ({ uri }: FileQuestion) => slowly(`size ${uri}`, () => fs.statSync(fileURLToPath(uri)).size));
    // Over a stream of JSON bytes cannot come; a worker's messages keep them, which the suite in a real browser shows.
    connection.onRequest(editorRequests.grammar, ({ file }: GrammarQuestion) => slowly(`grammar ${file}`, () => Promise.reject(new Error(file))));
  };
}

const languageOf = (name: string): string => (name.endsWith('.conf') || name.endsWith('.local') ? 'loader-conf' : 'plaintext');

describe('the language server without a disk', () => {
  let client: Client | undefined;
  afterEach(() => client?.stop());
  const start = async (files: Record<string, string>, grammars: readonly string[] = [...firstGrammars, 'tree-sitter-bash.wasm']): Promise<string[]> => {
    const asked: string[] = [];
    client = await Client.start(files, {}, false, (connection) => browserHost(connection, Object.fromEntries(grammars.map((file) => [file, grammar(file)]))), slowEditor(asked));
    return asked;
  };

  it.each(fs.readdirSync(path.join(corpus, 'bad')))('finds in bad/%s what it finds on a disk', async (name) => {
    const folder = path.join(corpus, 'bad', name);
    const names = filesIn(folder);
    await start(Object.fromEntries(names.map((one) => [one, fs.readFileSync(path.join(folder, one), 'utf8')])));
    const here = client!;
    const all = (await Promise.all(names.map(async (one) => (await here.open(one, languageOf(one))).map((each: Diagnostic) => `${one}:${each.range.start.line} ${String(each.code)}`)))).flat();
    const expected = (await lint([here.folder], 'lua-15', false)).findings.map((one) => `${path.relative(here.folder, one.path)}:${one.range.start.line} ${one.code}`);
    expect(expected.length).toBeGreaterThan(0);
    // `lint` leaves hints out.
    expect(all.filter((one) => expected.includes(one)).sort()).toEqual(expected.sort());
  });

  it('answers about files that it has to fetch first, and reads only those that matter', async () => {
    const asked = await start({
      'cd/init.sh': '#!/rescue/sh\nkenv live.mode=text\n',
      'cd/boot/loader.conf': 'init_script="/init.sh"\nlive.mode="text"\n',
      'cd/README.md': 'a text that is none of ours',
      'cd/other.toml': '[x]\n',
    });
    await client!.open('cd/init.sh', 'shellscript');
    const hover = await client!.at<Hover>('hover', 'cd/init.sh', 1, 7);
    expect((hover.contents as { value: string }).value).toContain('set by the loader to `text`: boot/loader.conf:2');
    const found = await client!.at<Location[]>('references', 'cd/init.sh', 1, 7, { context: { includeDeclaration: true } });
    expect(found.map((one) => one.uri.slice(client!.uri('cd').length + 1)).sort()).toEqual(['boot/loader.conf', 'init.sh']);
    const read = asked.filter((one) => one.startsWith('read ')).map((one) => path.basename(one));
    expect(read).not.toContain('README.md');
    expect(read).not.toContain('other.toml');
    expect(asked.filter((one) => one === `read ${client!.uri('cd/boot/loader.conf')}`)).toHaveLength(1);
  });

  it('does without a grammar that the editor cannot read', async () => {
    await start({ 'cd/init.sh': '#!/rescue/sh\nkenv live.mode=text\n', 'cd/boot/loader.conf': 'init_path=/rescue/init\n' }, firstGrammars);
    expect((await client!.open('cd/boot/loader.conf')).length).toBeGreaterThan(0);
    expect(await client!.open('cd/init.sh', 'shellscript')).toEqual([]);
  });

  it('sees a file again that was changed outside', async () => {
    await start({ 'cd/init.sh': '#!/rescue/sh\nkenv live.mode=text\n', 'cd/boot/loader.conf': 'init_script="/init.sh"\nlive.mode="text"\n' });
    await client!.open('cd/init.sh', 'shellscript');
    const hover = async (): Promise<string> => ((await client!.at<Hover>('hover', 'cd/init.sh', 1, 7)).contents as { value: string }).value;
    expect(await hover()).toContain('set by the loader to `text`');
    fs.writeFileSync(path.join(client!.folder, 'cd/boot/loader.conf'), 'init_script="/init.sh"\nlive.mode="shell"\n');
    await client!.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: client!.uri('cd/boot/loader.conf'), type: 2 }] });
    expect(await hover()).toContain('set by the loader to `shell`');
  });
});

describe('files behind an editor', () => {
  const entries = [{ name: 'a', folder: false }, { name: 'sub', folder: true }];
  const reader = { list: (folder: string) => Promise.resolve(folder === '/w' ? entries : undefined), read: (file: string) => Promise.resolve(file === '/w/a' ? 'text' : undefined), size: (file: string) => Promise.resolve(file === '/w/a' ? 4 : undefined) };

  it('tells that an answer lacked something, until it has come', async () => {
    const fetched: string[] = [];
    const files = new EditorFiles(reader, (file) => fetched.push(file));
    expect(files.pending()).toBeUndefined();
    expect([files.read('/w/a'), files.size('/w/a'), files.exists('/w/a')]).toEqual([undefined, undefined, false]);
    const wait = files.pending();
    expect(files.pending()).toBeUndefined();
    await wait;
    expect([files.read('/w/a'), files.size('/w/a'), files.exists('/w/a'), files.exists('/w/b'), files.read('/w/b'), files.size('/w/b')]).toEqual(['text', 4, true, false, undefined, undefined]);
    expect(files.pending()).toBeUndefined();
    expect(fetched).toEqual(['/w/a']);
  });

  it('takes open texts first, and asks with at most 32 questions at once', async () => {
    let running = 0;
    let most = 0;
    const read = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return 'far';
    };
    const files = new EditorFiles({ ...reader, read }, () => undefined);
    files.setOpen('/x/0', 'né');
    expect([files.read('/x/0'), files.size('/x/0'), files.exists('/x/0')]).toEqual(['né', 3, true]);
    for (let index = 1; index <= 200; index++) files.read(`/x/${index}`);
    await files.pending();
    expect(most).toBe(32);
    expect(files.read('/x/200')).toBe('far');
  });
});

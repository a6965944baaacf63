import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, DocumentLink, DocumentSymbol, Hover, Location } from 'vscode-languageserver/node';
import { diagnoseJob } from '../../../language-server/launchd/diagnose';
import { readPlist } from '../../../language-server/launchd/plist';
import { Workspace } from '../../../language-server/workspace/workspace';
import { Client } from '../client';
import { MemoryFiles } from '../memory-files';
import { trials } from '../../trials';

const good = path.join(import.meta.dirname, '../corpus/good/launchd');
const text = (name: string): string => fs.readFileSync(path.join(good, name), 'utf8');
const folder = 'System/Library/LaunchDaemons';
const notify = `w/${folder}/org.example.notify.plist`;
const getty = `w/${folder}/org.example.getty.plist`;
const cow = `w/${folder}/org.example.cow.plist`;

describe('launchd jobs over LSP', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start({
      [notify]: text(`${folder}/org.example.notify.plist`),
      [getty]: text(`${folder}/org.example.getty.plist`),
      [cow]: text(`${folder}/org.example.cow.plist`),
      'w/boot/loader.conf': 'geom_label_load="YES"\n',
      'w/usr/sbin/notifyd': 'a program',
    });
    expect(await client.open(notify, 'xml')).toEqual([]);
    await client.open(getty, 'xml');
    await client.open(cow, 'xml');
  });
  afterAll(() => client.stop());
  const line = (name: string, part: string): { line: number; character: number } => {
    const lines = fs.readFileSync(path.join(client.folder, name), 'utf8').split('\n');
    const at = lines.findIndex((one) => one.includes(part));
    return { line: at, character: lines[at]!.indexOf(part) + 2 };
  };
  const at = <T>(method: string, name: string, part: string, more: object = {}): Promise<T> => {
    const place = line(name, part);
    return client.at(method, name, place.line, place.character, more);
  };
  const hover = async (name: string, part: string): Promise<string> => ((await at<Hover>('hover', name, part)).contents as { value: string }).value;

  it('explains the keys that decide when a job runs and what it sees', async () => {
    expect(await hover(notify, 'SuccessfulExit')).toContain('again until it ends well');
    expect(await hover(getty, 'RunAtLoad')).toContain('no order between jobs');
    expect(await hover(cow, 'ProgramArguments')).toContain('Mounts on `/var/tmp`');
    expect(await at('hover', notify, 'MachServices')).toBeNull();
  });

  it('completes keys with their values, of the job and of KeepAlive', async () => {
    const job = '<?xml version="1.0"?>\n<plist version="1.0">\n<dict>\n<key>Label</key>\n<string>a</string>\n<key>St\n<key>KeepAlive</key>\n<dict>\n<key></key>\n</dict>\n</dict>\n</plist>\n';
    await client.change(cow, job.replace('<key>St\n', '<key>St</key>\n<true/>\n'));
    const labels = async (row: number, column: number): Promise<CompletionItem[]> => client.at<CompletionItem[]>('completion', cow, row, column);
    const keys = await labels(5, 7);
    expect(keys.map((one) => one.label)).toContain('StartOnMount');
    expect(keys.map((one) => one.label)).not.toContain('Label');
    expect((await labels(9, 5)).map((one) => one.label)).toContain('PathState');
    expect(keys.find((one) => one.label === 'RootDirectory')?.documentation).toMatchObject({ value: expect.stringContaining('mount table') as string });
    await client.change(cow, `${job.slice(0, job.indexOf('<key>St'))}\n</dict>\n</plist>\n`);
    expect((await labels(5, 0)).find((one) => one.label === 'StartOnMount')?.textEdit).toMatchObject({ newText: '<key>StartOnMount</key>\n<true/>' });
  });

  it('leads to programs of the image tree and to the jobs it names, and back', async () => {
    expect((await at<Location[]>('definition', notify, '/usr/sbin/notifyd'))[0]?.uri).toBe(client.uri('w/usr/sbin/notifyd'));
    expect((await client.about<DocumentLink[]>('documentLink', notify)).map((one) => one.target)).toEqual([client.uri('w/usr/sbin/notifyd')]);
    expect((await at<Location[]>('definition', notify, '<key>org.example.getty'.slice(5)))[0]?.uri).toBe(client.uri(getty));
    expect((await at<Location[]>('references', getty, 'org.example.getty', { context: { includeDeclaration: false } }))[0]?.uri).toBe(client.uri(notify));
  });

  it('lists keys, nested ones below', async () => {
    const symbols = await client.about<DocumentSymbol[]>('documentSymbol', notify);
    expect(symbols.map((one) => one.name)).toEqual(['Label', 'Program', 'KeepAlive', 'MachServices', 'EnableTransactions', 'Sockets']);
    expect(symbols[2]?.children?.map((one) => one.name)).toEqual(['SuccessfulExit', 'OtherJobEnabled']);
  });

  it('tells faults while one types', async () => {
    expect((await client.change(getty, text(`${folder}/org.example.getty.plist`).replace('<true/>', '<string>yes</string>'))).map((one) => one.code)).toEqual(['launchd/wrong-type']);
    const start = '<plist><dict><key>Label</key><string>a</string><key>Program</key><string>/a</string>';
    expect((await client.change(getty, `${start}<key>RunAtLoad</key></dict></plist>`)).map((one) => one.code)).toEqual(['launchd/missing-value']);
    expect((await client.change(getty, '<plist><dict><key>Label</key>')).map((one) => one.code)).toEqual(['launchd/syntax']);
  });
});

describe('any text as a property list', () => {
  const piece = fc.constantFrom('<?xml version="1.0"?>', '<!DOCTYPE plist>', '<plist>', '</plist>', '<dict>', '</dict>', '<array>', '</array>', '<key>', '</key>', 'Label', 'KeepAlive', 'StartOnMount', 'WatchPaths', '<string>', '</string>', '<true/>', '<integer>', '</integer>', '/a/b', 'a', '\n', '&amp;', '&', '<', '<![CDATA[x]]>', '<!-- c -->', '\u{1f600}');
  it('gives places inside the text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }).map((all) => all.join('')), (content) => {
        const file = '/w/Library/LaunchDaemons/a.plist';
        const lines = content.split('\n');
        readPlist(content);
        for (const one of diagnoseJob(file, new Workspace(new MemoryFiles({ [file]: content })))) {
          expect(one.range.end.line).toBeLessThan(lines.length);
          expect(one.range.end.character).toBeLessThanOrEqual(lines[one.range.end.line]!.length);
        }
      }),
      trials(500),
    );
  });
});

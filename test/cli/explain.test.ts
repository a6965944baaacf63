import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiagnosisAnswer } from '../../debug-adapter/api';

let folder: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-explain-'));
  await build({ entryPoints: [fileURLToPath(new URL('../../cli/main.ts', import.meta.url))], outfile: path.join(folder, 'cli.js'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
  fs.copyFileSync(fileURLToPath(new URL('../../node_modules/iced-x86/iced_x86_bg.wasm', import.meta.url)), path.join(folder, 'iced_x86_bg.wasm'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const at = path.join(folder, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, text);
  return at;
};
const explain = (args: readonly string[], input?: string): { status: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'cli.js'), 'explain', ...args], { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  return { status, out: stdout, err: stderr };
};
const failed = 'Trying to mount root from ufs:/dev/nonexistent []...\nMounting from ufs:/dev/nonexistent failed with error 19.\n\x1b]0;evil\x07mountroot> ';

describe('explain', () => {
  it('names failure, cause, fix and the lines that show it', () => {
    const { status, out, err } = explain([file('failed.log', failed)]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('freebsd.mountroot-19');
    expect(out).toMatch(/^ {2}cause: /m);
    expect(out).toMatch(/^ {2}fix: {3}/m);
    expect(out).toContain('    line 2: Mounting from ufs:/dev/nonexistent failed with error 19.');
    expect(out).not.toContain('\x1b');
  });
  it('answers as bootscope/diagnosis with --json, and by exit code when asked', () => {
    const { status, out } = explain([file('failed.log', failed), '--json', '--exit-code']);
    const answer = JSON.parse(out) as DiagnosisAnswer & { version: number };
    expect(status).toBe(1);
    expect(answer).toMatchObject({ version: 1, failures: [{ code: 'freebsd.mountroot-19', source: { path: 'sys/kern/vfs_mountroot.c' }, evidence: [{ kind: 'serial', line: 2 }] }] });
  });
  it('says where in a workspace the cause is written', () => {
    file('space/boot/loader.conf', '# root\nvfs.root.mountfrom="ufs:/dev/nonexistent"\n');
    expect(explain([file('failed.log', failed), '--workspace', path.join(folder, 'space')]).out).toContain(`source: ${path.join(folder, 'space/boot/loader.conf')}:2`);
    expect(explain(['-', '--workspace', path.join(folder, 'nowhere')], failed).status).toBe(3);
  });
  it('finds nothing in a healthy log, from standard input too', () => {
    const healthy = 'savecore 64 - - reboot after panic: page fault\nlogin: ';
    expect(explain(['-', '--exit-code'], healthy)).toEqual({ status: 0, out: 'no failure found\n', err: '' });
    expect(explain(['-', '--json'], healthy).out).toBe('{"version":1,"failures":[]}\n');
  });
  it('takes bytes that are no text', () => {
    const at = path.join(folder, 'bytes.log');
    fs.writeFileSync(at, Buffer.concat([Buffer.from([0xff, 0xfe, 0, 7]), Buffer.from('\npanic: no init\n')]));
    expect(explain([at]).out).toContain('freebsd.no-init');
  });
  it('ends with 3 where it cannot begin', () => {
    for (const args of [[], [path.join(folder, 'none.log')], [folder], ['-', '--chain', 'plan9'], ['-', '--rules', path.join(folder, 'none')], ['-', '--nothing']]) expect(explain(args, '').status, args.join(' ')).toBe(3);
  });
});

describe('rules of a user', () => {
  const rule = { code: 'site.power', chains: [], title: 'the power went at {when}', cause: 'c', fix: 'f', confidence: 'certain', serial: [{ any: ['power lost at {when}'] }] };
  it('are read from a folder, one or several in a file, and may take the place of ours', () => {
    file('rules/power.json', JSON.stringify(rule));
    file('rules/more.json', JSON.stringify([{ ...rule, code: 'freebsd.mountroot-19', title: 'ours', serial: [{ any: ['failed with error {n=19}'] }] }]));
    file('rules/README', 'not a rule');
    const { out } = explain(['-', '--rules', path.join(folder, 'rules'), '--json'], `power lost at noon\n${failed}`);
    expect((JSON.parse(out) as DiagnosisAnswer).failures.map((f) => [f.code, f.title])).toEqual(expect.arrayContaining([['site.power', 'the power went at noon'], ['freebsd.mountroot-19', 'ours']]));
    expect((JSON.parse(out) as DiagnosisAnswer).failures).toHaveLength(2);
  });
  it('the example of the manual is one that works: told from its message, silent once the boot went on, and of its chain only', () => {
    const manual = fs.readFileSync(fileURLToPath(new URL('../../docs/diagnosis-rules.md', import.meta.url)), 'utf8');
    const example = /```json\n([^`]*)```/.exec(manual)?.[1] ?? '';
    file('example/rule.json', example);
    const { title } = JSON.parse(example) as { title: string };
    const told = (text: string, chain = 'freebsd'): string => explain(['-', '--rules', path.join(folder, 'example'), '--chain', chain], text).out;
    const message = 'mysystem: cannot open /etc/mysystem.conf: error 2\n';
    expect(told(message)).toContain(title);
    for (const healthy of [`${message}mysystem: configuration read\n`, message.replace('error 2', 'error 21'), 'mysystem: cannot open the door: error 2\n']) expect(told(healthy), healthy).toBe('no failure found\n');
    expect(told(message, 'linux')).toBe('no failure found\n');
  });
  it.each([
    ['bad-json', '{', /bad-json/],
    ['bad-rule', JSON.stringify({ ...rule, confidence: 'sure' }), /confidence/],
    ['bad-pattern', JSON.stringify({ ...rule, serial: [{ any: ['{x}'] }] }), /begin with literal/],
  ])('a bad one ends with 3 and says where: %s', (name, text, words) => {
    file(`${name}/rule.json`, text);
    const { status, err } = explain(['-', '--rules', path.join(folder, name)], '');
    expect(status).toBe(3);
    expect(err).toMatch(words);
  });
});

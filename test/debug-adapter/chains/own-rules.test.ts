import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { GenericChain } from '../../../debug-adapter/chains/generic';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

const workspace = (files: Readonly<Record<string, string>>): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-own-rules-'));
  folders.push(folder);
  fs.mkdirSync(path.join(folder, '.bootscope/rules'), { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, '.bootscope/rules', name), text);
  return folder;
};
const diagnosis = (text: string, folder: string) => new GenericChain().diagnosis({ serialText: () => text, workspace: [folder], stage: null } as unknown as ChainContext);

const rule = { code: 'site.power', chains: [], title: 'the power went at {when}', cause: 'c', fix: 'f', confidence: 'certain', serial: [{ any: ['power lost at {when}'] }] };

describe('rules in the workspace of a session', () => {
  it('are asked beside the built-in ones, and take the place of one with the same code', async () => {
    const folder = workspace({ 'power.json': JSON.stringify(rule), 'list.json': JSON.stringify([{ ...rule, code: 'freebsd.no-init', title: 'ours', serial: [{ any: ['panic: no init'] }] }]), 'README.md': 'no rule' });
    const answer = await diagnosis('power lost at noon\npanic: no init\n', folder);
    expect(answer.failures.map(({ code, title }) => [code, title])).toEqual(expect.arrayContaining([['site.power', 'the power went at noon'], ['freebsd.no-init', 'ours']]));
    expect(answer.problems).toBeUndefined();
    expect((await diagnosis('power is on\n', folder)).failures).toEqual([]);
  });

  it('that are none are told, and the others count', async () => {
    const folder = workspace({ 'bad.json': '{', 'good.json': JSON.stringify(rule), 'odd.json': JSON.stringify({ ...rule, confidence: 'sure' }) });
    const answer = await diagnosis('power lost at noon\n', folder);
    expect(answer.failures.map(({ code }) => code)).toEqual(['site.power']);
    expect(answer.problems).toEqual([expect.stringMatching(/bad\.json: /), expect.stringMatching(/odd\.json: .*confidence/)]);
  });

  it('that are none are told at their line, and the others of the same file count', async () => {
    const list = `[\n${JSON.stringify(rule)},\n{\n "code": "site.other",\n "chains": [],\n "title": "t",\n "cause": "c",\n "fix": "f",\n "confidence": "sure",\n "serial": [{ "any": ["x"] }]\n}\n]`;
    const folder = workspace({ 'cut.json': '{\n "code": "a.b",\n', 'list.json': list, 'odd.json': '{\n "code": "a.b",,\n}', 'plain.json': '\n7' });
    const answer = await diagnosis('power lost at noon\n', folder);
    expect(answer.failures.map(({ code }) => code)).toEqual(['site.power']);
    expect(answer.ruleProblems?.map(({ source }) => [path.basename(source.path), source.line])).toEqual([['cut.json', expect.any(Number)], ['list.json', 9], ['odd.json', 2], ['plain.json', 1]]);
    expect(answer.ruleProblems?.[0]?.source.line).toBeGreaterThan(1);
    expect(answer.ruleProblems?.[1]?.message).toContain('confidence');
  });

  it('may be missing altogether', async () => {
    expect(await diagnosis('login: ', path.join(os.tmpdir(), 'no-such-folder'))).toEqual({ failures: [] });
  });
});

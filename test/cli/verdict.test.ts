import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRedoxFs } from '../guests/redox-live/image/redoxfs.mjs';

let folder: string;
let bare: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-verdict-'));
  await build({ entryPoints: [fileURLToPath(new URL('../../cli/main.ts', import.meta.url))], outfile: path.join(folder, 'cli.js'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
  fs.copyFileSync(fileURLToPath(new URL('../../node_modules/iced-x86/iced_x86_bg.wasm', import.meta.url)), path.join(folder, 'iced_x86_bg.wasm'));
  const { data } = makeRedoxFs({ sizeMib: 8, uuid: Buffer.from('6ba9ae7a20954d8b8aab78b340c29bb4', 'hex'), middle: 1800, root: {} });
  bare = path.join(folder, 'bare.img');
  // As on a BIOS disk: the filesystem begins behind the bootloader.
  fs.writeFileSync(bare, Buffer.concat([Buffer.alloc(2 << 20), data]));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const verdict = (args: readonly string[]): { status: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'cli.js'), 'verdict', ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
};

describe('verdict', () => {
  it('tells from the image alone that the mount will fail, and what would do', () => {
    const { status, out, err } = verdict([bare, '--preload', '4M', '--exit-code']);
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toMatch(/^mounting fails: .*block 1800 of the allocation log/);
    expect(out).toContain('A preload of 8 MiB would let it mount.');
    expect(out).toContain('at 2 MiB of the image');
  });
  it('answers in JSON, with the preload from a log', () => {
    const log = path.join(folder, 'serial.log');
    fs.writeFileSync(log, 'live: preloaded 6 MiB of 8 MiB filesystem (remaining 2 MiB from disk)\n');
    const answer = JSON.parse(verdict([bare, '--log', log, '--json']).out) as Record<string, unknown>;
    expect(answer).toMatchObject({ version: 1, outcome: 'fails', preload: 6 << 20, needed: 8 << 20, filesystem: { offset: 2 << 20, size: 8 << 20 }, refused: [{ kind: 'allocation log', block: 1800, offset: 1800 * 4096 }] });
    expect(JSON.parse(verdict([bare, '--json']).out)).toMatchObject({ outcome: 'works' });
  });
  it('ends with 3 where it cannot tell', () => {
    const qcow = path.join(folder, 'x.qcow2');
    fs.writeFileSync(qcow, Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(100)]));
    const empty = path.join(folder, 'empty.img');
    fs.writeFileSync(empty, '');
    expect(verdict([qcow]).err).toContain('BS505');
    expect(verdict([empty]).err).toContain('BS506');
    expect(verdict([path.join(folder, 'none')]).err).toContain('BS201');
    for (const args of [[], [bare, '--preload', 'much'], [bare, '--log', empty], [qcow], [empty]]) expect(verdict(args).status, args.join(' ')).toBe(3);
  });
});

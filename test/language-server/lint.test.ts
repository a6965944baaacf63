import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../language-server/diagnose';
import { lint } from '../../language-server/lint';
import { shellcheckInstalled } from '../../language-server/workspace/shellcheck';
import { Workspace } from '../../language-server/workspace/workspace';
import { MemoryFiles } from './memory-files';

const corpus = path.join(import.meta.dirname, 'corpus');

/** `#! code code` announces what the next line that is not one gets. */
function expected(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .flatMap((name) => {
      const lines = fs.readFileSync(path.join(folder, name), 'utf8').split('\n');
      return lines.flatMap((line, index) => (/^\s*(<!-- )?#! (?!\/)/.test(line) ? line.replace(/^\s*(<!-- )?#! | -->$/g, '').trim().split(' ').map((code) => `${name}:${index + 2} ${code}`) : []));
    })
    .sort();
}

const found = async (folder: string): Promise<string[]> =>
  (await lint([folder], 'lua-15', false)).findings.map((one) => `${path.relative(folder, one.path)}:${one.range.start.line + 1} ${one.code.replace(/^[\w-]+\//, '')}`).sort();

describe('lint over files shaped like real ones', () => {
  it('says nothing on good ones', async () => {
    expect(await found(path.join(corpus, 'good'))).toEqual([]);
  });

  it.each(fs.readdirSync(path.join(corpus, 'bad')))('finds exactly the faults of bad/%s', async (name) => {
    const folder = path.join(corpus, 'bad', name);
    expect(await found(folder)).toEqual(expected(folder));
  });

  it('places every finding inside its file', async () => {
    for (const one of (await lint([path.join(corpus, 'bad')], 'lua-15')).findings) {
      const lines = fs.readFileSync(one.path, 'utf8').split('\n');
      expect(one.range.end.line).toBeLessThan(lines.length);
      expect(one.range.end.character).toBeLessThanOrEqual(lines[one.range.end.line]!.length);
      expect(one.message).not.toContain('undefined');
    }
  });

  it('takes single files, and says nothing of what may lie elsewhere', async () => {
    const file = path.join(corpus, 'bad/no-type/boot/loader.conf');
    expect((await lint([file], 'lua-15')).findings.length).toBeGreaterThan(1);
    await expect(lint([path.join(corpus, 'nothing')], 'lua-15')).rejects.toThrow('ENOENT');
  });

  it('leaves general advice on shell to shellcheck where that is installed', async () => {
    const codes = async (shellcheck: boolean): Promise<string[]> => (await lint([path.join(corpus, 'bad/devices')], 'lua-15', shellcheck)).findings.map((one) => one.code);
    expect(await codes(false)).toContain('boot-script/after-the-end');
    expect((await codes(false)).filter((code) => code !== 'boot-script/after-the-end')).toEqual(await codes(true));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-path-'));
    expect(shellcheckInstalled(folder)).toBe(false);
    fs.writeFileSync(path.join(folder, 'shellcheck'), '');
    expect(shellcheckInstalled(`/nowhere${path.delimiter}${folder}`)).toBe(true);
    fs.rmSync(folder, { recursive: true });
  });

  it('follows the Forth loader when asked', async () => {
    const result = await lint([path.join(corpus, 'good/crlf')], 'forth');
    expect(result.findings.map((one) => one.code)).toEqual(['loader-conf/malformed-line']);
  });
});

describe('a preloaded image', () => {
  const codes = (size: number): string[] => {
    const files = new MemoryFiles({ '/w/cd/boot/loader.conf': 'mfs_load="YES"\nmfs_type="md_image"\nmfs_name="/rootfs.uzip"\n', '/w/cd/rootfs.uzip': size });
    return diagnose('/w/cd/boot/loader.conf', new Workspace(files)).map((one) => one.code);
  };
  it('may have 250 MiB', () => {
    expect(codes(200 << 20)).toEqual([]);
    expect(codes(400 << 20)).toEqual(['loader-conf/preload-too-large']);
  });
});

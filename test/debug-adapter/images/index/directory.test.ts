import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDirectory } from '../../../../debug-adapter/images/index/directory';

describe('the directory of the index', () => {
  it('is made with those above it, for the user alone', () => {
    const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-directory-'));
    const made = path.join(base, 'a/b/c');
    makeDirectory(made);
    makeDirectory(made);
    expect(fs.statSync(made).mode & 0o777).toBe(0o700);
    fs.writeFileSync(path.join(base, 'file'), '');
    expect(() => makeDirectory(path.join(base, 'file/x'))).toThrow('ENOTDIR');
    fs.rmSync(base, { recursive: true });
  });

  it.runIf(process.platform === 'linux')('comes to an end where nothing can be made', () => {
    expect(() => makeDirectory('/proc/nowhere/bootscope/index')).toThrow('ENOENT');
  });
});

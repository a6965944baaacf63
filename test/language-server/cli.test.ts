import path from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addLint } from '../../cli/lint/command';

const corpus = path.join(import.meta.dirname, 'corpus');

/** Runs `lint` in this process: what it printed, and its exit code. */
async function run(...args: string[]): Promise<{ out: string; code: number }> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
  process.exitCode = undefined;
  const program = new Command().exitOverride();
  addLint(program);
  try {
    await program.parseAsync(['lint', ...args], { from: 'user' });
    return { out, code: Number(process.exitCode ?? 0) };
  } catch (error) {
    return { out, code: Number(/exit (\d)/.exec(String(error))?.[1] ?? 3) };
  }
}

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('lint from the command line', () => {
  it('prints one JSON value, counted from 1, and fails on errors', async () => {
    const { out, code } = await run(path.join(corpus, 'bad/two-disks'), path.join(corpus, 'bad/no-type'), '--json');
    expect(code).toBe(1);
    const value = JSON.parse(out) as { version: number; diagnostics: Record<string, unknown>[] };
    expect(value.version).toBe(1);
    expect(Object.keys(value.diagnostics[0]!)).toEqual(['file', 'line', 'column', 'endLine', 'endColumn', 'severity', 'code', 'message', 'related']);
    expect(value.diagnostics.find((one) => one.code === 'loader-conf/memory-disk-order')).toMatchObject({ line: 5, column: 1, severity: 'warning' });
  });

  it('ends well on warnings alone and on clean files', async () => {
    expect((await run(path.join(corpus, 'bad/two-disks'))).code).toBe(0);
    expect(await run(path.join(corpus, 'good/laptop-zfs'))).toEqual({ out: '', code: 0 });
  });

  it('ends with 3 on what it cannot read and on wrong usage', async () => {
    expect((await run(path.join(corpus, 'nothing'))).code).toBe(3);
    expect((await run(corpus, '--loader', 'grub')).code).toBe(3);
    expect((await run()).code).toBe(3);
  });
});

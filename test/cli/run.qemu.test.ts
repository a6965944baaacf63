import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCli } from './bundle';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../guests/redox-live/build.mjs';

let folder: string;
let cli: string;
let launchJson: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-run-'));
  cli = await bundleCli(folder);
  const freebsd = await buildFreebsdLive();
  const redox = await buildRedoxLive({ variant: 'full' });
  const one = (name: string, more: object): object => ({ type: 'bootscope', request: 'launch', name, ...more });
  const configurations = [
    { type: 'node', request: 'launch', name: 'not ours' },
    one('freebsd', { qemu: freebsd.qemu('a'), images: [{ stage: 'kernel', file: freebsd.kernel }] }),
    one('redox', { qemu: redox.qemu, images: [{ stage: 'kernel', file: redox.kernel }, { stage: 'userland', file: '${env:LIVED}', process: 'lived' }] }),
    one('empty', { qemu: ['qemu-system-x86_64', '-nodefaults', '-nographic', '-net', 'none'] }),
    one('named', { qemu: [...redox.qemu, '-name', folder], images: [] }),
    one('waits', { command: ['sh', '-c', `echo building; exec tail -f /dev/null ${path.join(folder, 'mark')}`], gdb: `unix:${path.join(folder, 'nobody.sock')}` }),
    one('missing', { qemu: ['qemu-that-is-nowhere'] }),
  ];
  process.env.LIVED = redox.programs.lived;
  fs.mkdirSync(path.join(folder, '.vscode'));
  launchJson = path.join(folder, '.vscode/launch.json');
  fs.writeFileSync(launchJson, `// As VS Code takes it\n${JSON.stringify({ version: '0.2.0', configurations }, undefined, 2).replace(/\n\}$/, ',\n}')}`);
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], at?: { readonly says: RegExp; readonly signal: NodeJS.Signals }): Promise<{ status: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, 'run', ...args]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      if (at?.says.test(err)) child.kill(at.signal);
    });
    child.on('close', (status) => {
      resolve({ status, out, err });
    });
  });

describe('run', () => {
  it('passes when the boot comes to its goals in order, and keeps what the console said', async () => {
    const log = path.join(folder, 'serial.log');
    const { status, out, err } = await run([launchJson, '--name', 'freebsd', '--until', 'kernel', '--until', 'mount: added on /sysroot', '--until', 'login', '--log', log]);
    expect({ status, out }).toEqual({ status: 0, out: expect.stringMatching(/^PASS: reached kernel, mount: added on \/sysroot, login after [\d.]+ s\n$/) as string });
    expect(err).toMatch(/stage Kernel: [\s\S]*reached mount: added on \/sysroot: .*\/sysroot[\s\S]*stage Login: .*login:/);
    expect(fs.readFileSync(log, 'utf8')).toMatch(/login: ?$/);
  });

  it('fails when the boot comes to something else first, and says why and where', async () => {
    const { status, out } = await run([launchJson, '--name', 'redox', '--until', 'login', '--fail-on', 'errno: LiveDisk::read returns EINVAL', '--json']);
    expect(status).toBe(1);
    const verdict = JSON.parse(out) as Record<string, unknown>;
    expect(verdict).toMatchObject({ version: 1, configuration: 'redox', outcome: 'failed', reached: [], sentence: expect.stringMatching(/^errno: LiveDisk::read returns EINVAL before login: .*EINVAL.*preload 4 MiB/) as string });
    expect((verdict.frames as { function: string; line: number }[])[0]).toMatchObject({ function: expect.stringMatching(/read/) as string, line: expect.any(Number) as number });
  });

  it('judges a failed root mount without being asked to, with cause and fix', async () => {
    const { status, out } = await run([launchJson, '--name', 'redox', '--until', 'login']);
    expect(status).toBe(1);
    expect(out).toMatch(/^FAILED: mountroot-failed before login: [\s\S]*#0 [\s\S]*\[redox\.preload-too-small, certain\]\n {2}cause: /);
  });

  it('tells a boot that hangs from one that fails', async () => {
    const { status, out } = await run([launchJson, '--name', 'empty', '--until', 'login', '--quiet', '3']);
    expect(status).toBe(2);
    expect(out).toMatch(/^HUNG: the console has said nothing for 3\.0 s, and login was not reached\n {2}#0 /);
  });

  it('judges by the console when the machine is gone', async () => {
    const log = path.join(folder, 'gone.log');
    // A goal that is never reached takes the place of the usual filter, so the boot goes on behind its failure.
    const judged = run([launchJson, '--name', 'named', '--until', 'mountroot-failed: 99', '--log', log, '--json']);
    await expect.poll(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes('not able to mount uuid'), { timeout: 100_000 }).toBe(true);
    const wordsOf = (pid: string): string => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    };
    const machines = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && wordsOf(name).startsWith('qemu-system') && wordsOf(name).includes(folder));
    expect(machines).toHaveLength(1);
    process.kill(Number(machines[0]), 'SIGKILL');
    const { status, out } = await judged;
    expect(status).toBe(1);
    const verdict = JSON.parse(out) as { sentence: string; failures: { code: string }[] };
    expect(verdict.sentence).toBe('the machine ended before mountroot-failed: 99');
    expect(verdict.failures.map(({ code }) => code)).toContain('redox.preload-too-small');
  });

  it('ends the machine when it is interrupted', async () => {
    const { status } = await run([launchJson, '--name', 'empty', '--until', 'login'], { says: /stage Firmware/, signal: 'SIGINT' });
    expect(status).toBe(130);
  });

  it('ends a command that is still waited for when it is interrupted', async () => {
    fs.writeFileSync(path.join(folder, 'mark'), '');
    const { status } = await run([launchJson, '--name', 'waits', '--until', 'login'], { says: /building/, signal: 'SIGINT' });
    expect(status).toBe(130);
    const left = fs.readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(path.join(folder, 'mark'));
      } catch {
        return false;
      }
    });
    expect(left).toEqual([]);
  });

  it('cannot start what is not there, nor what is written wrongly', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[launchJson, '--name', 'missing', '--until', 'login'], /BS103: the program "qemu-that-is-nowhere"/],
      [[launchJson, '--until', 'login'], /several configurations; choose one by --name: freebsd, redox, empty, named, waits, missing/],
      [[launchJson, '--name', 'not ours', '--until', 'login'], /holds no configuration "not ours" but: freebsd/],
      [[launchJson, '--name', 'empty', '--until', 'errno: what is this'], /"errno: what is this" is nothing a boot can come to\. BS336: .* column 1/],
      [[launchJson, '--name', 'empty', '--until', 'logon'], /"logon" is nothing a boot can come to/],
      [[launchJson, '--name', 'empty', '--until', 'login', '--quiet', 'soon'], /a number of seconds/],
      [[path.join(folder, 'none.json'), '--until', 'login'], /cannot read .*none\.json/],
    ];
    for (const [args, message] of cases) {
      const { status, err } = await run(args);
      expect({ args, status, err }).toEqual({ args, status: 3, err: expect.stringMatching(message) as string });
    }
  });
});

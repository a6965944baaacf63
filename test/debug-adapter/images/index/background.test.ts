import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { makeIndexInBackground } from '../../../../debug-adapter/images/index/background';
import { claim, claimFailed, claimFulfilled, claimPath, passClaim } from '../../../../debug-adapter/images/index/claim';
import { indexDirectory } from '../../../../debug-adapter/images/index/place';
import { writeIndex } from '../../../../debug-adapter/images/index/store';
import { scratch } from '../support';

const directory = scratch();
const sources = path.join(__dirname, '../../../../debug-adapter/images/index');
const window = path.join(directory, 'window.cjs');
const maker = path.join(directory, 'cli.js');
const started: ChildProcess[] = [];
beforeAll(async () => {
  // A window that wants the index of a place, and says what it is told.
  const contents = `import { makeIndexInBackground } from './background';
    const [, , cli, path, identity, ask] = process.argv;
    process.on('message', () => process.send(makeIndexInBackground({ path: ask }, { path, identity }, { cli })));
    process.send('ready');`;
  await build({ stdin: { contents, resolveDir: sources, loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', outfile: window });
  // What makes an index, standing in for the command line: says so in a file, then does as its "image" says.
  const makes = `import fs from 'node:fs';
    import { writeIndex } from './store';
    import { claimFailed } from './claim';
    const [, , , image] = process.argv;
    const { log, mode, place } = JSON.parse(fs.readFileSync(image, 'utf8'));
    fs.appendFileSync(log, process.pid + '\\n');
    if (mode === 'write') writeIndex(place, { a: new Uint8Array(1000) });
    if (mode === 'fail') claimFailed(place);
    if (mode === 'hang') setInterval(() => undefined, 1000);`;
  await build({ stdin: { contents: makes, resolveDir: sources, loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', outfile: maker });
});
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  fs.rmSync(directory, { recursive: true, force: true });
});
let cache = '';
beforeEach(() => {
  cache = fs.mkdtempSync(path.join(directory, 'cache-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
});
afterEach(() => vi.unstubAllEnvs());

const placeOf = (identity: string) => ({ path: path.join(indexDirectory(), `${identity}.idx`), identity });

/** An "image" for the maker; `makers` are the numbers of the processes that were asked to make its index. */
const job = (mode: 'write' | 'fail' | 'hang' | 'end') => {
  const place = placeOf('one');
  const log = path.join(cache, 'log');
  const file = path.join(cache, 'image');
  fs.writeFileSync(log, '');
  fs.writeFileSync(file, JSON.stringify({ log, mode, place }));
  const makers = (): number[] => fs.readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number);
  const want = (): boolean => makeIndexInBackground({ path: file }, place, { cli: maker });
  return { place, file, makers, want, asked: (count: number) => vi.waitUntil(() => makers().length >= count, { timeout: 60_000 }) };
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const gone = (pid: number): Promise<boolean> => vi.waitUntil(() => !alive(pid), { timeout: 60_000 });

/** Takes a claim the age of some minutes. */
const aged = (minutes: number): void => {
  const then = Date.now() / 1000 - minutes * 60;
  fs.utimesSync(claimPath(placeOf('one')), then, then);
};

describe.skipIf(process.platform === 'win32')('an index that is made in the background', { timeout: 120_000 }, () => {
  it('is made once, however many ask while its maker lives, and asked for again once it is gone', async () => {
    const { makers, want, asked } = job('hang');
    expect([want(), want(), want()]).toEqual([true, true, true]);
    await asked(1);
    expect(want()).toBe(true);
    const [first] = makers();
    process.kill(first!, 'SIGKILL');
    await gone(first!);
    // No hour is waited for: the claim of a dead process binds nobody.
    expect(want()).toBe(true);
    await asked(2);
    const second = makers()[1]!;
    expect(second).not.toBe(first);
    process.kill(second, 'SIGKILL');
    await gone(second);
    expect(want()).toBe(true);
    await asked(3);
    process.kill(makers()[2]!, 'SIGKILL');
    await gone(makers()[2]!);
    // What kills every maker would kill the next one, too: for an hour nobody tries again.
    expect(want()).toBe(false);
    aged(61);
    expect(want()).toBe(true);
    await asked(4);
    expect(makers()).toHaveLength(4);
    process.kill(makers()[3]!, 'SIGKILL');
  });

  it('leaves no claim once it is made, and one that says so where it could not be', async () => {
    const good = job('write');
    expect(good.want()).toBe(true);
    await vi.waitUntil(() => fs.existsSync(good.place.path) && !fs.existsSync(claimPath(good.place)), { timeout: 60_000 });
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx']);
    fs.rmSync(good.place.path);
    const bad = job('fail');
    expect(bad.want()).toBe(true);
    await bad.asked(1);
    await gone(bad.makers()[0]!);
    expect([bad.want(), bad.want()]).toEqual([false, false]);
    expect(bad.makers()).toHaveLength(1);
    // Whoever makes it nevertheless has made it for all.
    expect(writeIndex(bad.place, { a: new Uint8Array(10) })).toBe(true);
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx']);
  });

  it('is made once for two windows that ask at the same moment, by one of them', async () => {
    const { place, file, makers, asked } = job('hang');
    const windows = [0, 1].map(() => fork(window, [maker, place.path, place.identity, file], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    started.push(...windows);
    const heard = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));
    await Promise.all(windows.map(heard));
    const answers = windows.map(heard);
    for (const child of windows) child.send('go');
    expect(await Promise.all(answers)).toEqual([true, true]);
    await asked(1);
    // Either window may go: the maker goes on, and its claim is its own.
    for (const child of windows) child.kill('SIGKILL');
    await Promise.all(windows.map((child) => gone(child.pid!)));
    expect(alive(makers()[0]!)).toBe(true);
    expect(claim(place)).toBe('held');
    process.kill(makers()[0]!, 'SIGKILL');
    await gone(makers()[0]!);
    expect(makers()).toHaveLength(1);
  });

  it('is told once to be impossible where the system lets nothing be written', () => {
    fs.writeFileSync(path.join(cache, 'file'), '');
    vi.stubEnv('XDG_CACHE_HOME', path.join(cache, 'file'));
    const heard: BootscopeError[] = [];
    expect(makeIndexInBackground({ path: 'image' }, placeOf('one'), { cli: maker, refused: (why) => heard.push(why) })).toBe(false);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.message).toMatch(/^BS213: No index of names can be kept in .*bootscope.index: .*ENOTDIR.* Next: go on: .*XDG_CACHE_HOME/);
    expect(makeIndexInBackground({ path: 'image' }, placeOf('one'), { cli: undefined })).toBe(false);
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '1');
    expect(makeIndexInBackground({ path: 'image' }, placeOf('one'), { cli: maker, refused: (why) => heard.push(why) })).toBe(false);
    expect(heard).toHaveLength(1);
  });
});

describe('the claim on an index', () => {
  const place = () => placeOf('one');
  const write = (text: string): void => {
    fs.mkdirSync(indexDirectory(), { recursive: true });
    fs.writeFileSync(claimPath(place()), text);
  };

  it('is held by a process that lives, for as long as making an index can take', () => {
    expect(claim(place())).toBe('fresh');
    expect(claim(place())).toBe('held');
    aged(11);
    // So old a claim of a living process is of one that hangs, or of another with its number.
    expect(claim(place())).toBe('fresh');
    claimFulfilled(place());
    expect(claim(place())).toBe('fresh');
    claimFailed(place());
    expect(claim(place())).toBe('failed');
    aged(61);
    expect(claim(place())).toBe('fresh');
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx.making.tmp']);
  });

  it.runIf(process.platform === 'linux')('is not held by another process that has the number of the first', () => {
    write(JSON.stringify({ pid: process.pid, born: '1', attempt: 1 }));
    expect(claim(place())).toBe('fresh');
  });

  it.runIf(process.platform === 'linux')('is not held by a process that ended and is not waited for', async () => {
    // The shell becomes a process that waits for nobody, so its child stays a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec tail -f /dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] });
    started.push(parent);
    const child = Number(await new Promise((resolve) => parent.stdout.once('data', (text) => resolve(String(text).trim()))));
    await vi.waitUntil(() => /^State:\s+Z/m.test(fs.readFileSync(`/proc/${child}/status`, 'utf8')), { timeout: 60_000 });
    write(JSON.stringify({ pid: child, attempt: 1 }));
    expect(claim(place())).toBe('fresh');
    parent.kill('SIGKILL');
  });

  it('that cannot be read is being written, for some seconds; then it is nobody\'s', () => {
    for (const text of ['', '{"pid":', '{"pid":-1,"attempt":1}', '[]', 'null']) {
      write(text);
      expect(claim(place())).toBe('held');
      aged(1);
      expect(claim(place())).toBe('fresh');
      claimFulfilled(place());
    }
  });

  it('is passed on by who has it only', () => {
    write(JSON.stringify({ pid: process.ppid, attempt: 1 }));
    passClaim(place(), 1);
    expect(JSON.parse(fs.readFileSync(claimPath(place()), 'utf8'))).toMatchObject({ pid: process.ppid });
    claimFulfilled(place());
    passClaim(place(), 1);
    claimFailed(place());
    expect(fs.readdirSync(indexDirectory())).toEqual([]);
  });
});

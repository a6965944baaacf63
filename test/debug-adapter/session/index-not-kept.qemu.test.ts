import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleAdapter, startClient } from './adapter';

let bundle: Awaited<ReturnType<typeof bundleAdapter>>;
let directory = '';
let client: DebugClient | undefined;

/** Enough functions and types that a worker reads them. */
const source = (unit: string): string =>
  `${Array.from({ length: 1600 }, (_, i) => `struct ${unit}${i} { int a; struct ${unit}${i} *next; char text[${i + 1}]; }; int ${unit}_f${i}(struct ${unit}${i} *p) { return p->next ? ${unit}_f${i}(p->next) : p->a; }\n`).join('')}void _start(void) { for (;;); }\n`;

const images = (): string[] =>
  ['one', 'two', 'three'].map((unit) => {
    const file = path.join(directory, unit);
    fs.writeFileSync(`${file}.c`, source(unit));
    execFileSync('gcc', ['-g', '-O0', '-static', '-nostdlib', '-fno-pie', '-no-pie', '-o', file, `${file}.c`]);
    return file;
  });

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'not-kept-'));
  bundle = await bundleAdapter();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await client?.stop();
  client = undefined;
});
afterAll(() => {
  bundle.remove();
  fs.rmSync(directory, { recursive: true, force: true });
});

/** A session up to where the symbols of all images are read; what it puts out. */
const outputOf = async (files: readonly string[]): Promise<string[]> => {
  client = await startClient(bundle.file);
  const output: string[] = [];
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => output.push(body.output));
  await client.initializeRequest({ adapterID: 'bootscope', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
  const ready = client.waitForEvent('initialized');
  await client.launchRequest({
    type: 'bootscope',
    qemu: ['qemu-system-x86_64', '-display', 'none', '-net', 'none', '-m', '64'],
    images: files.map((file) => ({ stage: 'userland', file, process: path.basename(file) })),
    chain: 'generic',
    stopOnEntry: true,
    serialOutput: 'event',
  } as DebugProtocol.LaunchRequestArguments);
  await ready;
  const asked = async (): Promise<string[]> => (await client!.setFunctionBreakpointsRequest({ breakpoints: files.map((file) => ({ name: `${path.basename(file)}_f7` })) })).body.breakpoints.map(({ message }) => message ?? '');
  await asked();
  await client.configurationDoneRequest();
  // One worker reads the images one after another: what is to be said of one is heard before the next is known.
  await vi.waitFor(async () => {
    for (const [i, message] of (await asked()).entries()) expect(message).toMatch(new RegExp(`^(at 0x|pending: ${path.basename(files[i] ?? '')} \\(userland\\) has the function)`));
  }, { timeout: 120_000 });
  return output;
};

describe('an index that cannot be kept', () => {
  it('is told once in each session, whatever the number of images, with the reason; the symbols are there', { timeout: 240_000 }, async () => {
    const files = images();
    const blocked = path.join(directory, 'a-file');
    fs.writeFileSync(blocked, '');
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', blocked);
    const told = (output: readonly string[]): string[] => output.filter((text) => text.includes('BS213'));
    for (let session = 0; session < 2; session++) {
      const output = await outputOf(files);
      await vi.waitUntil(() => told(output).length > 0, { timeout: 120_000, interval: 20 });
      expect(told(output)).toEqual([expect.stringMatching(/^BS213: No index of names can be kept in .*a-file.bootscope.index: .*ENOTDIR/)]);
      await client!.stop();
    }
    client = undefined;
    // Where it can be kept, each image has one, and nothing is said of it.
    const cache = path.join(directory, 'cache');
    vi.stubEnv('XDG_CACHE_HOME', cache);
    const output = await outputOf(files);
    const kept = path.join(cache, 'bootscope', 'index');
    await vi.waitUntil(() => fs.existsSync(kept) && fs.readdirSync(kept).filter((name) => name.endsWith('.idx')).length === files.length, { timeout: 120_000, interval: 20 });
    expect(told(output)).toEqual([]);
  });
});

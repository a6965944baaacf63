import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../../debug-adapter/images/open';
import { DapClient } from '../../../../debug-adapter/session/client';
import { buildRedoxLive } from '../../../guests/redox-live/build.mjs';
import type { RedoxLivePaths } from '../../../guests/redox-live/build.mjs';

interface Frame {
  readonly name: string;
  readonly line: number;
  readonly source: string | undefined;
}

interface Stop {
  readonly frames: readonly Frame[];
  readonly locals: ReadonlyMap<string, string>;
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-pdb-'));
afterAll(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

/** A session on the guest with one loader's debug information, and what a user sees where it stops. */
class LoaderSession {
  readonly #client = new DapClient();

  constructor(
    readonly guest: RedoxLivePaths,
    readonly image: object,
  ) {}

  async start(line: number): Promise<Stop> {
    const { qemu, sources } = this.guest;
    await this.#client.start({ request: 'launch', type: 'bootscope', name: 'loader', chain: 'redox', serialOutput: 'event', qemu, images: [{ stage: 'loader', ...this.image }] } as never, async () => {
      await this.#client.request('setBreakpoints', { source: { path: path.join(sources, 'loader/src/main.rs') }, breakpoints: [{ line }] });
    });
    return this.#look();
  }

  async go(how: 'continue' | 'next' | 'stepIn' | 'stepOut'): Promise<Stop> {
    await this.#client.request(how, { threadId: 1 });
    return this.#look();
  }

  /** Every stop up to the one that is wanted. */
  async goUntil(how: 'next' | 'stepIn', wanted: (frame: Frame) => boolean): Promise<Stop[]> {
    const stops: Stop[] = [];
    do stops.push(await this.go(how));
    while (!wanted(stops.at(-1)!.frames[0]!) && stops.length < 60);
    return stops;
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }

  async #look(): Promise<Stop> {
    await this.#client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped', ({ reason }) => reason === 'breakpoint' || reason === 'step');
    const { stackFrames } = await this.#client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    const { scopes } = await this.#client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: stackFrames[0]?.id ?? 0 });
    const locals = new Map<string, string>();
    for (const scope of scopes.filter(({ name }) => name !== 'Registers')) {
      const { variables } = await this.#client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: scope.variablesReference });
      for (const { name, value } of variables) if (!locals.has(name)) locals.set(name, value);
    }
    return { frames: stackFrames.map(({ name, line: at, source }) => ({ name, line: at, source: source?.name })), locals };
  }
}

/** CodeView has no generic arguments in the names of inlined functions. */
const plainName = (name: string): string => name.replace(/<.*>$/, '');
/** The loader's own part of a stack; what is below is the firmware's. */
const stackText = ({ frames }: Stop): string[] => frames.filter(({ source }) => source !== undefined).map(({ name, line, source }) => `${plainName(name)} ${source}:${line}`);
const isKnown = (value: string | undefined): value is string => value !== undefined && !value.includes('<optimised out');
/** Addresses change from boot to boot. */
const comparable = (value: string): string => value.replace(/0x[0-9a-f]{5,}/g, '0x…');

describe('the loader of redox-live with its PDB only', () => {
  let guest: RedoxLivePaths;
  let line: number;
  let first: Stop;
  let second: Stop;
  let dwarf: Stop;
  let withPdb: LoaderSession;
  let withDwarf: LoaderSession;
  afterAll(() => Promise.all([withPdb.stop(), withDwarf.stop()]));
  beforeAll(async () => {
    guest = await buildRedoxLive();
    const other = await buildRedoxLive({ loader: 'dwarf' });
    // Away from the PDB's folder nothing but the named PDB can serve.
    const loader = path.join(directory, 'bootloader.efi');
    fs.copyFileSync(guest.loader, loader);
    withPdb = new LoaderSession(guest, { file: loader, symbols: guest.loaderPdb });
    withDwarf = new LoaderSession(other, { file: other.loaderDwarf });
    line = fs.readFileSync(path.join(guest.sources, 'loader/src/main.rs'), 'utf8').split('\n').findIndex((text) => text.includes('fs.disk.read_at')) + 1;
    [first, dwarf] = await Promise.all([withPdb.start(line), withDwarf.start(line)]);
    [second] = await Promise.all([withPdb.go('continue'), withDwarf.go('continue')]);
  }, 300_000);

  it('stops in the preload loop and shows line, stack and locals as well as with DWARF', () => {
    expect(first.frames[0]).toEqual({ name: 'bootloader::main<bootloader::os::uefi::OsEfi>', line, source: 'main.rs' });
    expect(first.frames.slice(1, 3).map(({ name, source }) => [name, source])).toEqual([
      ['bootloader::os::uefi::arch::main', 'arch.rs'],
      ['bootloader::os::uefi::efi_main', 'mod.rs'],
    ]);
    const { preloadMib, sizeMib } = guest.constants;
    const known = { i: '0', size: `${sizeMib << 20}`, preload_size: `${preloadMib << 20}`, live_size: `${preloadMib << 20}`, max_preload: `${preloadMib << 20}` };
    expect(Object.fromEntries(Object.keys(known).map((name) => [name, first.locals.get(name)]))).toEqual(known);
    expect(second.locals.get('i')).toBe(`${1 << 20}`);
    expect(first.locals.get('chunk')).toMatch(/\(1048576\)$/);
    expect(first.locals.get('hwdesc')).toMatch(/^Acpi\(\d+, 36\)$/);
    expect(first.locals.get('fs')).toMatch(/^FileSystem \{ disk: DiskEfi\(0x[0-9a-f]+\), block: \d+, header: Header \{ signature: \[82, 101, /);
    // Its block is entered only behind the loop.
    expect(first.locals.has('kernel_entry')).toBe(false);

    expect(dwarf.frames[0]).toEqual(first.frames[0]);
    expect(dwarf.locals.get('hwdesc')).toMatch(/^Acpi\(\d+, 36\)$/);
  });

  it('steps into, through and out of functions at the same lines, with the same stack and values as with DWARF', async () => {
    const sessions = [withPdb, withDwarf];
    const [main, disk] = ['main.rs', 'os/uefi/disk.rs'].map((file) => fs.readFileSync(path.join(guest.sources, 'loader/src', file), 'utf8').split('\n'));
    const lineOf = (text: string, lines = main!): number => lines.findIndex((one) => one.includes(text)) + 1;
    // Where a function without code of its own before its body begins is told by DWARF's prologue_end alone.
    const insideRead = await Promise.all(sessions.map((session) => session.goUntil('stepIn', ({ line: at, source }) => source === 'disk.rs' && at === lineOf('let block_size', disk!))));
    for (const stops of insideRead) expect(stops.length).toBeLessThan(4);
    const inRead = await Promise.all(sessions.map(async (session, i) => [insideRead[i]!.at(-1)!, await session.go('next'), await session.go('next')]));
    const out = await Promise.all(sessions.map((session) => session.go('stepOut')));
    // Round the loop to its end, over its breakpoint, and on to the code behind it.
    const behind = await Promise.all(sessions.map((session) => session.goUntil('next', ({ line: at, name }) => /::main</.test(name) && at >= lineOf('area_add(OsMemoryEntry'))));
    const [pdb, other] = [0, 1].map((i) => [...inRead[i]!, out[i]!, ...behind[i]!]);

    // CodeView does not tell which rows of the line table begin a statement: it stops at some more, which DWARF has and does not mark.
    const lines = openImage(withDwarf.guest.loaderDwarf);
    const isStatement = ({ frames: [frame] }: Stop): boolean => lines.debugInfo.addressesOfLine(`src/${frame?.source}`, frame?.line ?? 0).some(({ line: at }) => at === frame?.line);
    const extra = pdb!.filter((stop) => !other!.some((one) => stackText(one)[0] === stackText(stop)[0]));
    const unmarked = extra.filter((stop) => !isStatement(stop));
    lines.close();
    expect(extra.map(stackText)).toEqual(unmarked.map(stackText));
    const ours = pdb!.filter((stop) => !extra.includes(stop));
    expect(ours.map(stackText)).toEqual(other!.map(stackText));
    expect(ours.length).toBeGreaterThan(20);
    expect(stackText(ours[0]!)).toEqual([expect.stringMatching(/read_at disk\.rs/), expect.stringMatching(/^bootloader::main main\.rs/), expect.stringMatching(/arch::main/), expect.stringMatching(/efi_main/)]);

    let equal = 0;
    const missing = new Set<string>();
    for (const [i, stop] of other!.entries()) {
      for (const [name, value] of stop.locals) {
        const mine = ours[i]?.locals.get(name);
        if (!isKnown(value)) continue;
        if (!isKnown(mine)) missing.add(name);
        else if (!/base|ptr|hwdesc/.test(name)) {
          expect([i, name, comparable(mine)]).toEqual([i, name, comparable(value)]);
          equal++;
        }
      }
    }
    expect(equal).toBeGreaterThan(150);
    expect([...missing]).toEqual([]);
  }, 300_000);
});

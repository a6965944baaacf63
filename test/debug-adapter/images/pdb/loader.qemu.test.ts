import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Boots the guest with one loader's debug information and reads what a user sees at a line of the loader, twice. */
const stopsAt = async (guest: RedoxLivePaths, image: object, line: number, function_: string): Promise<readonly Stop[]> => {
  const client = new DapClient();
  try {
    await client.start({ request: 'launch', type: 'bootscope', name: 'loader', chain: 'redox', serialOutput: 'event', qemu: guest.qemu, images: [{ stage: 'loader', ...image }] } as never, async () => {
      await client.request('setBreakpoints', { source: { path: path.join(guest.sources, 'loader/src/main.rs') }, breakpoints: [{ line }] });
    });
    const stops: Stop[] = [];
    while (stops.length < 2) {
      const { reason } = await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped');
      expect(reason).toBe('breakpoint');
      const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
      const frame = stackFrames.find(({ name }) => name.includes(function_));
      const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: frame?.id ?? 0 });
      const locals = new Map<string, string>();
      for (const scope of scopes.filter(({ name }) => name !== 'Registers')) {
        const { variables } = await client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: scope.variablesReference });
        for (const { name, value } of variables) if (!locals.has(name)) locals.set(name, value);
      }
      stops.push({ frames: stackFrames.map(({ name, line: at, source }) => ({ name, line: at, source: source?.name })), locals });
      await client.request('continue', { threadId: 1 });
    }
    return stops;
  } finally {
    await client.stop();
  }
};

describe('the loader of redox-live with its PDB only', () => {
  let guest: RedoxLivePaths;
  let line: number;
  beforeAll(async () => {
    guest = await buildRedoxLive();
    line = fs.readFileSync(path.join(guest.sources, 'loader/src/main.rs'), 'utf8').split('\n').findIndex((text) => text.includes('fs.disk.read_at')) + 1;
  }, 300_000);

  it('stops in the preload loop and shows line, stack and locals as well as with DWARF', async () => {
    // Away from the PDB's folder nothing but the named PDB can serve.
    const loader = path.join(directory, 'bootloader.efi');
    fs.copyFileSync(guest.loader, loader);
    const [first, second] = await stopsAt(guest, { file: loader, symbols: guest.loaderPdb }, line, 'main');
    expect(first?.frames[0]).toEqual({ name: 'bootloader::main<bootloader::os::uefi::OsEfi>', line, source: 'main.rs' });
    expect(first?.frames.slice(1, 3).map(({ name, source }) => [name, source])).toEqual([
      ['bootloader::os::uefi::arch::main', 'arch.rs'],
      ['bootloader::os::uefi::efi_main', 'mod.rs'],
    ]);
    const { preloadMib, sizeMib } = guest.constants;
    const known = { i: '0', size: `${sizeMib << 20}`, preload_size: `${preloadMib << 20}`, live_size: `${preloadMib << 20}`, max_preload: `${preloadMib << 20}` };
    expect(Object.fromEntries(Object.keys(known).map((name) => [name, first?.locals.get(name)]))).toEqual(known);
    expect(second?.locals.get('i')).toBe(`${1 << 20}`);
    expect(first?.locals.get('chunk')).toMatch(/\(1048576\)$/);
    expect(first?.locals.get('hwdesc')).toMatch(/^Acpi\(\d+, 36\)$/);
    expect(first?.locals.get('fs')).toMatch(/^FileSystem \{ disk: DiskEfi\(0x[0-9a-f]+\), block: \d+, header: Header \{ signature: \[82, 101, /);
    // Its block is entered only behind the loop.
    expect(first?.locals.has('kernel_entry')).toBe(false);

    const withDwarf = await buildRedoxLive({ loader: 'dwarf' });
    const [dwarf] = await stopsAt(withDwarf, { file: withDwarf.loaderDwarf }, line, 'main');
    expect(dwarf?.frames[0]).toEqual(first?.frames[0]);
    expect(dwarf?.locals.get('hwdesc')).toMatch(/^Acpi\(\d+, 36\)$/);
    for (const [name, value] of dwarf?.locals ?? []) {
      expect([...(first?.locals.keys() ?? [])]).toContain(name);
      // Addresses change from boot to boot.
      if (/^\d+$/.test(value) && !/base|ptr/.test(name)) expect([name, first?.locals.get(name)]).toEqual([name, value]);
    }
  }, 300_000);
});

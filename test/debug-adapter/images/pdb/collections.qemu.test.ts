import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DapClient } from '../../../../debug-adapter/session/client';
import { scratch } from '../support';

interface Toolchain {
  findTools(): { readonly lldLink: string };
  libraryFor(tools: object, target: string): Promise<{ readonly sysroot: string; readonly target: string }>;
  rustc(tools: object, args: readonly string[]): Promise<void>;
  vendored(tools: object, name: string): string;
}

/** The program as a UEFI application with a PDB beside it, and hashbrown, which std's maps are made of, in it. */
const buildProgram = async (folder: string): Promise<string> => {
  const { findTools, libraryFor, rustc, vendored } = (await import(path.join(__dirname, '../../../guests/redox-live/toolchain.mjs'))) as Toolchain;
  const tools = findTools();
  const library = await libraryFor(tools, 'x86_64-unknown-uefi');
  const common = ['-Zunstable-options', '--sysroot', library.sysroot, '--target', library.target, '-Cembed-bitcode=no', '-Cpanic=abort', '-Cdebuginfo=2', '-L', folder];
  await rustc(tools, ['--crate-name', 'hashbrown', '--edition', '2021', path.join(vendored(tools, 'hashbrown'), 'src/lib.rs'), '--crate-type', 'rlib', '--cap-lints', 'allow', ...common, '--out-dir', folder]);
  const output = path.join(folder, 'collections.efi');
  await rustc(tools, [
    ...['--crate-name', 'collections', '--edition', '2024', path.join(__dirname, 'programs/collections.rs'), '--crate-type', 'bin', '--extern', `hashbrown=${path.join(folder, 'libhashbrown.rlib')}`],
    ...common,
    ...[`-Clinker=${tools.lldLink}`, '-Clinker-flavor=lld-link', '-Clink-arg=/debug', '-o', output],
  ]);
  return output;
};

describe('collections of a Rust program for UEFI, from its PDB', () => {
  const client = new DapClient();
  let frameId: number;
  afterAll(() => client.stop());
  beforeAll(async () => {
    const folder = scratch();
    const program = await buildProgram(folder);
    const boot = path.join(folder, 'esp/EFI/BOOT');
    fs.mkdirSync(boot, { recursive: true });
    fs.copyFileSync(program, path.join(boot, 'BOOTX64.EFI'));
    const firmware = ['/usr/share/ovmf/OVMF.fd', '/usr/share/OVMF/OVMF_CODE.fd'].find((file) => fs.existsSync(file)) ?? '';
    const qemu = ['qemu-system-x86_64', '-machine', 'q35', '-m', '256M', '-bios', firmware, '-drive', `format=raw,file=fat:rw:${path.join(folder, 'esp')}`, '-display', 'none', '-vga', 'none', '-net', 'none'];
    await client.start({ request: 'launch', type: 'bootscope', name: 'collections', chain: 'generic', serialOutput: 'event', qemu, images: [{ stage: 'loader', file: program }] } as never, async () => {
      await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'checkpoint' }] });
    });
    await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped', ({ reason }) => reason.includes('breakpoint'));
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    expect(stackFrames.slice(0, 2).map(({ name }) => name)).toEqual(['collections::checkpoint', 'collections::efi_main']);
    frameId = stackFrames[1]?.id ?? 0;
  }, 300_000);

  const evaluate = (expression: string): Promise<DebugProtocol.EvaluateResponse['body']> => client.request('evaluate', { expression, frameId, context: 'watch' });
  const children = async (expression: string): Promise<DebugProtocol.Variable[]> => {
    const { variablesReference } = await evaluate(expression);
    return (await client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })).variables;
  };
  const entries = async (expression: string): Promise<Record<string, string>> => Object.fromEntries((await children(expression)).filter(({ name }) => name.startsWith('[')).map(({ name, value }) => [name, value]));

  it('shows maps and sets as their entries', async () => {
    expect(await entries('numbers')).toEqual(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`[${i}]`, String(i * 3)])));
    const processes = await entries('processes');
    expect(processes).toEqual({ '["init"]': 'Process { name: "/bin/init", state: Some(1) }', '["getty"]': 'Process { name: "/bin/getty", state: None }' });
    expect(Object.values(await entries('seen')).sort()).toEqual(['0', '100', '200', '300', '400']);
    expect(Object.entries(await entries('tree'))).toEqual(Array.from({ length: 40 }, (_, i) => [`[${i * 7}]`, `Some(${i})`]));
    expect(Object.values(await entries('ordered'))).toEqual(Array.from({ length: 40 }, (_, i) => String(i - 20)));
    expect(Object.values(await entries('queue'))).toEqual(Array.from({ length: 31 }, (_, i) => String(i + 9)));
    expect(await entries('empty')).toEqual({});
  });

  it('shows what else the library makes, and finds entries by key', async () => {
    expect((await evaluate('list')).result).toBe('[Some(1), None, Some(3)]');
    expect((await evaluate('*boxed')).result).toBe('Err("no medium")');
    expect((await evaluate('*shared')).result).toBe('Process { name: "shared", state: None }');
    expect((await evaluate('numbers[12]')).result).toBe('36');
    expect((await evaluate('tree[21]')).result).toBe('Some(3)');
    expect((await evaluate('processes["init"].state')).result).toBe('Some(1)');
  });
});

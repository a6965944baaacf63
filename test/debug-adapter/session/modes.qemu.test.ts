import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { AddressSpaceAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { assemble, imageFile, modesSource, qemuFor } from '../machine/guest';

let client = new DapClient();
let remove = (): void => undefined;
afterEach(async () => {
  await client.stop();
  remove();
});

const upper = 0xffff_8000_0000_0000n;
const hex = (address: bigint): string => `0x${address.toString(16)}`;

/** A machine before its first instruction, booting this sector; the addresses of its labels. */
const launch = async (source: string, ...more: string[]): Promise<(label: string) => bigint> => {
  const { image, symbols } = assemble(source);
  const disk = imageFile(image);
  ({ remove } = disk);
  client = new DapClient();
  await client.start({ request: 'launch', type: 'bootscope', name: 'modes', stopOnEntry: true, qemu: qemuFor(disk.file, ...more) } as never);
  await client.waitFor('stopped');
  return (label) => symbols[label] ?? 0n;
};

const go = async (request: 'continue' | 'stepIn'): Promise<string | undefined> => {
  await client.request(request, { threadId: 1, granularity: 'instruction' });
  return (await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped')).reason;
};
const runTo = async (address: bigint): Promise<void> => {
  await client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference: hex(address) }] });
  expect(await go('continue')).toBe('instruction breakpoint');
  await client.request('setInstructionBreakpoints', { breakpoints: [] });
};
const here = async (): Promise<string | undefined> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames[0]?.instructionPointerReference;
const code = async (count: number): Promise<string[]> =>
  (await client.request<NonNullable<DebugProtocol.DisassembleResponse['body']>>('disassemble', { memoryReference: await here(), instructionCount: count })).instructions.map(({ instruction }) => instruction.replace(/\s+/g, ' '));

describe('code of 16, 32 and 64 bits', () => {
  it('is shown and stepped as what it is, also over each switch', async () => {
    const at = await launch(modesSource);
    // Real mode: the segment moves from 0 to 0x7c0, the linear address goes on.
    await runTo(at('start'));
    expect(await code(3)).toEqual([expect.stringMatching(/^cli/), expect.stringMatching(/^xor ax, ?ax/), expect.stringMatching(/^mov ds, ?ax/)]);
    for (let i = 0; i < 5; i++) expect(await go('stepIn')).toBe('step');
    expect(await here()).toBe(hex(at('in_real')));
    // 16 to 32 bits.
    await runTo(at('in_protected16'));
    for (let i = 0; i < 2; i++) expect(await go('stepIn')).toBe('step');
    expect(await here()).toBe(hex(at('in_protected32')));
    expect(await code(3)).toEqual([expect.stringMatching(/^nop/), expect.stringMatching(/^mov eax, ?(0x)?10h?/), expect.stringMatching(/^mov ds, ?(e)?ax/)]);
    // 32 bits under long mode's tables, then 64.
    await runTo(at('in_compat32'));
    for (let i = 0; i < 2; i++) expect(await go('stepIn')).toBe('step');
    expect(await here()).toBe(hex(at('in_long')));
    expect((await code(3)).slice(1)).toEqual([expect.stringMatching(/^mov rax, ?(0x)?ffff8000/i), expect.stringMatching(/^jmp rax/)]);
    for (let i = 0; i < 3; i++) expect(await go('stepIn')).toBe('step');
    expect(await here()).toBe(hex(upper + at('in_upper')));
  });
});

describe('page tables of five levels', () => {
  const fiveLevels = modesSource
    .replace('mov $0x4000, %cx', 'mov $0x5000, %cx')
    .replace('movl $0x2003, %ds:0x1000', 'movl $0x1003, %ds:0x5000\n  movl $0x1003, %ds:0x5ff8\n  movl $0x2003, %ds:0x1000')
    .replace('or $0x20, %eax', 'or $0x1020, %eax')
    .replace('mov $0x1000, %eax\n  mov %eax, %cr3', 'mov $0x5000, %eax\n  mov %eax, %cr3');

  it('are walked for the current space and for one by its root', async () => {
    const at = await launch(fiveLevels, '-cpu', 'max');
    await runTo(upper + at('watched'));
    const space = await client.request<AddressSpaceAnswer>('bootscope/addressSpace');
    expect(BigInt(space.cr3)).toBe(0x5000n);
    // Both ends of the top level lead to the four levels below, which hold a large and a small page at each of two places.
    expect(space.ranges.map(({ start }) => BigInt(start))).toEqual([0n, 1n << 47n, 0xffff_0000_0000_0000n, upper].flatMap((start) => [start, start + 0x20_0000n]));
    const read = async (reference: string): Promise<string> =>
      Buffer.from((await client.request<NonNullable<DebugProtocol.ReadMemoryResponse['body']>>('readMemory', { memoryReference: reference, count: 4 })).data ?? '', 'base64').toString('hex');
    for (const reference of [hex(upper + 0x20_0000n), `${hex(upper + 0x20_0000n)}@0x5000`, '0x200000@0x5000']) expect(await read(reference)).toBe('34125a5a');
    expect(await go('stepIn')).toBe('step');
    expect(await here()).toBe(hex(upper + at('after_watched')));
  });
});

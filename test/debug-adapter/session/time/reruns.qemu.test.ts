import { createHash } from 'node:crypto';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointsAnswer, SerialAnswer } from '../../../../debug-adapter/api';
import { DapClient } from '../../../../debug-adapter/session/client';
import { buildRedoxLive } from '../../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** A few in a suite; `npm run test:reruns` makes it 20. */
const reruns = Number(process.env['BOOTSCOPE_RERUNS'] ?? 3);
/** The kernel's entry, and so many calls of the daemon that reads the live disk. */
const calls = 14;
const stackBytes = 1024;

/** What a client can see of a stop. */
interface Hit {
  readonly where: string;
  readonly registers: readonly string[];
  readonly stack: string;
  /** Of everything above. */
  readonly hash: string;
}

/** One way from the loader's checkpoint. */
interface Way {
  readonly hits: readonly Hit[];
  /** What the guest said on it. */
  readonly said: string;
}

const client = new DapClient();

const ask = async <T>(command: string, args: object = {}): Promise<T> => client.request<T>(command, args);

const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped', () => true, 150_000);

const variables = async (variablesReference: number): Promise<DebugProtocol.Variable[]> => (await ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })).variables;

/** Every register with its value, groups opened. */
const registersOf = async (frameId: number): Promise<string[]> => {
  const { scopes } = await ask<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
  const top = await variables(scopes.find(({ presentationHint }) => presentationHint === 'registers')?.variablesReference ?? 0);
  const all = await Promise.all(top.map(async (one) => (one.variablesReference === 0 ? [one] : await variables(one.variablesReference))));
  return all.flat().map(({ name, value }) => `${name}=${value}`);
};

const hitOf = async (): Promise<Hit> => {
  const { stackFrames } = await ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1, levels: 1 });
  const [top] = stackFrames;
  const registers = await registersOf(top?.id ?? 0);
  const sp = /^rsp=(0x[0-9a-f]+)/.exec(registers.find((one) => one.startsWith('rsp=')) ?? '')?.[1];
  const { data = '' } = await ask<NonNullable<DebugProtocol.ReadMemoryResponse['body']>>('readMemory', { memoryReference: sp, count: stackBytes });
  const where = `${top?.name ?? ''} at ${top?.instructionPointerReference ?? ''}`;
  return { where, registers, stack: data, hash: createHash('sha1').update([where, ...registers, data].join('\n')).digest('hex') };
};

/** Runs on to the kernel's entry and the calls, and looks at each stop; `from` is where the console stood. */
const goOn = async (from: number): Promise<Way> => {
  const hits: Hit[] = [];
  while (hits.length <= calls) {
    await ask('continue', { threadId: 1 });
    expect(await stopped()).toMatchObject({ reason: 'function breakpoint' });
    hits.push(await hitOf());
  }
  return { hits, said: (await ask<SerialAnswer>('bootscope/serial', { from })).text };
};

const consoleEnd = async (): Promise<number> => (await ask<SerialAnswer>('bootscope/serial')).next;

describe('running again from a checkpoint in the loader, through firmware and disk', () => {
  let first: Way;
  beforeAll(async () => {
    const guest = await buildRedoxLive({ loader: 'dwarf' });
    const images = [
      { stage: 'loader', file: guest.loaderDwarf },
      { stage: 'kernel', file: guest.kernel },
      ...(['init', 'lived', 'redoxfs'] as const).map((process) => ({ stage: 'userland', file: guest.programs[process], process })),
    ];
    await client.start({ request: 'launch', type: 'bootscope', name: 'reruns', serialOutput: 'event', timeTravel: true, chain: 'redox', qemu: guest.qemu, images } as never, async () => {
      await ask('setFunctionBreakpoints', { breakpoints: [{ name: 'kernel_entry' }, { name: 'LiveDisk::read' }] });
      await ask('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'stage', condition: 'loader' }] });
    });
    expect((await stopped()).description).toMatch(/^The stage .* was entered/);
    first = await goOn(await consoleEnd());
  });
  afterAll(async () => {
    await client.stop();
  });

  it('comes by the kernel and the daemon, and the hits differ', () => {
    expect(first.hits[0]?.where).toMatch(/::kernel_entry at /);
    for (const { where, registers, stack } of first.hits.slice(1)) {
      expect(where).toMatch(/LiveDisk.*read|read::\{async_fn/);
      expect(registers.length).toBeGreaterThan(20);
      expect(Buffer.from(stack, 'base64')).toHaveLength(stackBytes);
    }
    // A fingerprint that is always the same would show nothing.
    expect(new Set(first.hits.map(({ hash }) => hash)).size).toBe(first.hits.length);
    expect(first.said.length).toBeGreaterThan(100);
  });

  it(`reaches the same hits with the same registers, stack and console, ${reruns} times of ${reruns}`, { timeout: 120_000 + reruns * 30_000 }, async () => {
    const { checkpoints } = await ask<CheckpointsAnswer>('bootscope/checkpoints');
    expect(checkpoints.find(({ id }) => id === 'loader')).toMatchObject({ stage: 'loader', reason: 'stage' });
    for (let run = 1; run <= reruns; run++) {
      await ask('bootscope/checkpoints', { restore: 'loader' });
      expect((await stopped()).description).toContain('Back at the checkpoint');
      const way = await goOn(await consoleEnd());
      expect(way, `rerun ${run}`).toEqual(first);
    }
  });
});

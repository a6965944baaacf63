import { afterEach, describe, expect, test } from 'vitest';
import { attachQemu } from '../../../../debug-adapter/machine/attach';
import type { Machine } from '../../../../debug-adapter/machine/machine';
import type { LocatedSpec, Locations } from '../../../../debug-adapter/program/locations';
import type { Module, SymbolicProgram } from '../../../../debug-adapter/program/program';
import { LogBatch } from '../../../../debug-adapter/session/breakpoints/log-batch';
import { UserBreakpoints } from '../../../../debug-adapter/session/breakpoints/user-breakpoints';
import type { Wanted } from '../../../../debug-adapter/session/breakpoints/user-breakpoint';
import { RunController } from '../../../../debug-adapter/session/run/controller';
import type { RunningProcess } from '../../../../debug-adapter/session/whose';
import type { StopReport } from '../../../../debug-adapter/session/run/stop-report';
import { FakeQemu } from '../../../fake/qemu';

const place = 0x1002n;
const variable = 0x1100n;
const ours = 0x5000n;

let fake: FakeQemu | undefined;
let machine: Machine | undefined;
let run: RunController | undefined;
afterEach(async () => {
  await run?.close();
  await machine?.close('detach');
  fake?.stop();
  run = machine = fake = undefined;
});

/**
 * A machine on the fake stub that goes round four instructions, with a breakpoint at the third; at each round the variable at
 * 0x1100 grows by one. A condition is the value that it is to have, `unreadable` one that cannot be read.
 */
const setUp = async (wanted: Omit<Wanted, 'spec'>, { idleStep, onStep, truth, whoRuns = () => ({}) }: { idleStep?: (count: number) => boolean; onStep?: (count: number) => void; truth?: () => Promise<boolean>; whoRuns?: () => RunningProcess } = {}) => {
  const page = Buffer.alloc(4096);
  let steps = 0;
  const qemu = (fake = await FakeQemu.start({
    ...(idleStep ? { idleStep } : {}),
    fault: (request) => {
      if (!/^vCont;s/.test(request) || idleStep?.(steps++) === true) return undefined;
      page.writeUInt32LE(page.readUInt32LE(0x100) + 1, 0x100);
      onStep?.(steps);
      return undefined;
    },
  }));
  for (const number of [1n, 2n, 3n]) qemu.stub.virtual.set(number, number === 1n ? page : Buffer.alloc(4096));
  const joined = (machine = await attachQemu({ gdb: qemu.address('gdb'), silenceMs: 1000 }));
  const module = { name: 'program' } as Module;
  const program = { activeStage: 'kernel', onPlaced: () => () => undefined, isActive: (_: Module, where?: { readonly cr3?: bigint }) => where?.cr3 === ours } as unknown as SymbolicProgram;
  const located: LocatedSpec = { id: 1, spec: { kind: 'address', address: place }, resolution: { verified: true, message: '', locations: [{ address: place, module }], pending: [] } };
  const locations = { add: () => located, remove: () => undefined, complete: () => Promise.resolve(), onChanged: () => () => undefined } as unknown as Locations;
  const logged: string[] = [];
  let evaluations = 0;
  let asked = 0;
  const value = async () => {
    evaluations++;
    return Buffer.from(await (await joined.currentSpace()).read(variable, 4)).readUInt32LE();
  };
  const breakpoints = new UserBreakpoints({
    machine: joined,
    program,
    locations,
    evaluator: {
      truth: async (expression) => {
        if (truth) return truth();
        if (expression === 'unreadable') await (await joined.currentSpace()).read(0x9000n, 4);
        return (await value()) === Number(expression);
      },
      text: async () => String(await value()),
    },
    whoRuns: () => {
      asked++;
      return Promise.resolve(whoRuns());
    },
    changed: () => undefined,
    log: (text) => logged.push(text),
  });
  const reports: StopReport[] = [];
  let heard: (() => void) | undefined;
  const controller = (run = new RunController(joined, {
    stopped: (report) => {
      reports.push(report);
      heard?.();
    },
    resumed: () => undefined,
    ended: () => heard?.(),
    fault: (error) => {
      throw error;
    },
  }));
  controller.addJudge(breakpoints);
  const [entry] = breakpoints.replace('all', [{ spec: { kind: 'address', address: place }, ...wanted }]);
  const toStop = async (during: () => Promise<void> | void = () => undefined): Promise<StopReport | undefined> => {
    const told = new Promise<void>((resolve) => (heard = resolve));
    await controller.resume();
    await during();
    await told;
    return reports.at(-1);
  };
  return { breakpoints, entry, fake: qemu, joined, logged, reports, run: controller, toStop, variable: () => page.readUInt32LE(0x100), evaluations: () => evaluations, asked: () => asked };
};

/** Waits until the guest has gone some more rounds. */
const rounds = async (count: () => number, more: number): Promise<void> => {
  const from = count();
  await expect.poll(count, { timeout: 20_000, interval: 1 }).toBeGreaterThanOrEqual(from + more);
};

describe('what a stop costs before the editor is told', () => {
  /** Pieces that the stub received between its last stop packet and the report; requests of one write come in one piece. */
  const writes = async (evaluate: ((read: (address: bigint) => Promise<bigint>) => Promise<unknown>) | undefined): Promise<number> => {
    const { fake, toStop, joined } = await setUp(evaluate ? { condition: 'asked' } : {}, {
      truth: async () => {
        await evaluate?.(async (address) => BigInt(Buffer.from(await (await joined.currentSpace()).read(address, 4)).readUInt32LE()));
        return true;
      },
    });
    let received = 0;
    const { stub } = fake;
    const [say, receive] = [stub.say.bind(stub), stub.receive.bind(stub)];
    stub.say = (payload) => {
      if (payload.startsWith('T')) received = 0;
      say(payload);
    };
    stub.receive = (chunk) => {
      received++;
      receive(chunk);
    };
    await toStop();
    return received;
  };

  test('one batch of requests, and one more for each read that depends on another', async () => {
    expect(await writes(undefined)).toBe(1);
    await run?.close();
    await machine?.close('detach');
    fake?.stop();
    expect(await writes((read) => read(variable))).toBe(2);
    await run?.close();
    await machine?.close('detach');
    fake?.stop();
    // Two that do not depend on one another share theirs.
    expect(await writes((read) => Promise.all([read(variable), read(variable + 8n)]))).toBe(2);
    await run?.close();
    await machine?.close('detach');
    fake?.stop();
    // A pointer, what it points to on another page, and so on.
    expect(await writes(async (read) => read(0x2000n + (await read(0x3000n + (await read(variable)))) * 0n))).toBe(4);
  });
});

describe('a hit that stops nobody', () => {
  test('is passed over with registers and variable asked for at once, until the condition holds', async () => {
    const { entry, fake, toStop, variable } = await setUp({ condition: '40' });
    const report = await toStop();
    expect(report).toMatchObject({ reason: 'instruction breakpoint', stop: { pc: place }, hitBreakpointIds: [entry?.id] });
    expect([variable(), entry?.hits]).toEqual([40, 1]);
    const asked = fake.stub.requests.join(' ');
    // The first hit is for everybody; from the third on what the second one read is foreseen.
    expect(asked.split('vCont;c g m1100,4 vCont;s:p01.01 g vCont;c').length).toBeGreaterThan(15);
    expect(fake.stub.requests.filter((request) => request === 'm1100,4').length).toBeGreaterThan(30);
    expect(fake.stub.bytesWhileRunning).toBe(0);
  });

  test('counts towards the hit condition', async () => {
    const { entry, toStop, variable } = await setUp({ hitCondition: '== 25' });
    await toStop();
    expect([variable(), entry?.hits]).toEqual([24, 25]);
  });

  test('is told where its condition cannot be read', async () => {
    const { entry, logged, toStop } = await setUp({ condition: 'unreadable' });
    expect(await toStop()).toMatchObject({ stop: { pc: place } });
    expect(await toStop()).toMatchObject({ stop: { pc: place } });
    expect(logged).toEqual([expect.stringMatching(/^Breakpoint condition "unreadable": BS109/)]);
    expect(entry?.hits).toBe(2);
  });

  test('of another process is counted and runs on, whatever its condition', async () => {
    const { entry, fake, run, toStop, evaluations } = await setUp({ condition: 'unreadable' });
    fake.stub.registers[0]?.set('cr3', 0x7000n);
    await toStop(async () => {
      await rounds(() => entry?.elsewhere ?? 0, 20);
      run.pause();
    });
    expect([entry?.hits, evaluations()]).toEqual([0, 0]);
  });

  test.each([
    [{ condition: 'in process:sh:12' }, { name: 'sh', pid: 12 }],
    [{ condition: '40 in process:12' }, { name: 'sh', pid: 12 }],
    [{ process: 'sh:12', condition: '40' }, { name: 'worker', pid: 14, leader: { name: 'sh', pid: 12 } }],
  ])('of a sibling at the same address in the same program is counted and runs on: %j', async (wanted, own) => {
    let runs = { name: 'sh', pid: 11 } as { readonly name: string; readonly pid: number };
    const { entry, run, toStop, variable, evaluations } = await setUp(wanted, { whoRuns: () => ({ process: { root: ours, ...runs } }) });
    const report = await toStop(async () => {
      await rounds(() => entry?.elsewhere ?? 0, 20);
      expect([entry?.hits, evaluations()]).toEqual([0, 0]);
      runs = own;
      if (wanted.condition?.startsWith('40') === true && variable() > 30) run.pause();
    });
    // A guest that has gone past the condition meanwhile is paused; nothing was counted for it.
    if (report?.reason === 'pause') expect(entry?.hits).toBe(0);
    else expect([report?.hitBreakpointIds, entry?.hits]).toEqual([[entry?.id], 1]);
  });

  test('stops where nobody can tell whose it is, and says so once; not where no process runs', async () => {
    let none = true;
    const { entry, logged, toStop } = await setUp({ condition: 'in process:sh' }, { whoRuns: () => (none ? {} : { unknown: 'because the kernel has no debug information' }) });
    await toStop(async () => {
      await rounds(() => entry?.elsewhere ?? 0, 5);
      none = false;
    });
    await toStop();
    expect(logged).toEqual(['Breakpoint "in process:sh": it stops in every process, because the kernel has no debug information']);
    expect(entry?.hits).toBe(2);
  });

  test('logs in order, each once', async () => {
    const { entry, logged, run, toStop } = await setUp({ logMessage: 'value {it}' });
    const report = await toStop(async () => {
      await rounds(() => logged.length, 30);
      run.pause();
    });
    expect(report?.reason).toBe('pause');
    expect(logged).toEqual(logged.map((_, i) => `value ${i}`));
    expect(entry?.hits).toBe(logged.length);
  });

  test('whose step off the breakpoint executes nothing is not a second hit', async () => {
    const { entry, toStop, variable } = await setUp({ hitCondition: '== 20' }, { idleStep: (count) => count % 3 === 1 });
    await toStop();
    expect([variable(), entry?.hits]).toEqual([19, 20]);
  });

  test('ends with its breakpoint, taken away while the machine runs', async () => {
    const { breakpoints, entry, fake, run, toStop } = await setUp({ hitCondition: '% 1000000' });
    await toStop(async () => {
      await rounds(() => entry?.hits ?? 0, 10);
      await run.whileStopped(async () => {
        breakpoints.replace('all', []);
        await breakpoints.place();
      });
      expect(fake.stub.slots).toEqual([]);
      const hits = entry?.hits;
      expect(run.running).toBe(true);
      run.pause();
      expect(entry?.hits).toBe(hits);
    });
  });

  test('gives way to a pause', async () => {
    const { entry, run, toStop, reports } = await setUp({ condition: '-1' });
    for (let i = 0; i < 10; i++) {
      await toStop(() => {
        run.pause();
      });
    }
    expect(reports.map(({ reason }) => reason)).toEqual(Array.from({ length: 10 }, () => 'pause'));
    expect(entry?.hits).toBe(0);
  });
});

test('texts of one place that come together are told together, and none is lost', async () => {
  const told: string[] = [];
  const batch = new LogBatch((text) => told.push(text));
  batch.add('a', undefined);
  batch.add('b', undefined);
  batch.add('c', { address: 1n, file: 'x.c', line: 3 });
  expect(told).toEqual(['a\nb']);
  batch.flush();
  batch.flush();
  expect(told).toEqual(['a\nb', 'c']);
  batch.add('d', undefined);
  await expect.poll(() => told).toEqual(['a\nb', 'c', 'd']);
});

import { describe, expect, it } from 'vitest';
import { failure } from '../../../debug-adapter/errors/catalogue';
import { qemuErrors } from '../../../debug-adapter/errors/qemu';
import type { Stop } from '../../../debug-adapter/machine/machine';
import type { StopObserver } from '../../../debug-adapter/program/observer';
import { RunController } from '../../../debug-adapter/session/run/controller';
import type { Move, StepPlan, StopJudge, StopReport } from '../../../debug-adapter/session/run/stop-report';
import { FakeMachine } from './fake-machine';

const ticks = (...pcs: number[]) => pcs.map((pc) => ({ pc: BigInt(pc) }));

const setUp = (machine: FakeMachine, deaf: (error: unknown) => void = () => undefined) => {
  const reports: StopReport[] = [];
  const faults: unknown[] = [];
  let heard: (() => void) | undefined;
  let ended = 0;
  const tell = (): void => {
    heard?.();
    heard = undefined;
  };
  const run = new RunController(machine, {
    stopped: (report) => {
      reports.push(report);
      tell();
    },
    resumed: () => undefined,
    deaf,
    ended: () => {
      ended++;
      tell();
    },
    fault: (error) => {
      faults.push(error);
      tell();
    },
  });
  const heardOf = () => new Promise<void>((resolve) => (heard = resolve));
  return { run, reports, faults, heardOf, ended: () => ended };
};

const judge = (onStop: (stop: Stop) => StopReport | 'mine' | undefined): StopJudge => ({ onStop: (stop) => Promise.resolve(onStop(stop)) });

describe('the run controller', () => {
  it('runs on after stops of no interest and reports the one that counts', async () => {
    const machine = new FakeMachine(ticks(1, 2, 5, 3, 5, 4, 5));
    await machine.breakpoints.add({ kind: 'execute', address: 5n, owner: 'user' });
    const { run, reports, heardOf } = setUp(machine);
    let hits = 0;
    run.addJudge(judge((stop) => (++hits === 3 ? { stop, reason: 'breakpoint' } : 'mine')));
    const told = heardOf();
    await run.resume();
    expect(run.running).toBe(true);
    await told;
    expect(hits).toBe(3);
    expect(reports).toMatchObject([{ reason: 'breakpoint', stop: { pc: 5n } }]);
    expect(run.running).toBe(false);
  });

  it('pauses a machine that never stops by itself', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, reports, heardOf } = setUp(machine);
    const told = heardOf();
    await run.resume();
    run.pause();
    await told;
    expect(reports).toMatchObject([{ reason: 'pause' }]);
  });

  it('asks a machine that does not stop again and again, and says so once', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const deaf: unknown[] = [];
    const { run, reports, heardOf } = setUp(machine, (error) => deaf.push(error));
    // What the machine answers after some seconds of asking.
    const stops = machine.interrupt.bind(machine);
    let lost = 3;
    machine.interrupt = () => (lost-- > 0 ? Promise.reject(failure(qemuErrors.interruptIgnored, { seconds: 5 })) : stops());
    const told = heardOf();
    await run.resume();
    run.stopFor((stop) => ({ stop, reason: 'exception', description: 'words on the serial line' }));
    await told;
    expect(reports).toMatchObject([{ description: 'words on the serial line' }]);
    expect(deaf).toMatchObject([{ code: 'BS122' }]);
    expect(lost).toBe(-1);
  });

  it('asks no more once the machine has ended', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, heardOf, ended } = setUp(machine);
    let asked = 0;
    machine.interrupt = () => {
      if (++asked === 3) machine.end('gone');
      return Promise.reject(failure(qemuErrors.interruptIgnored, { seconds: 5 }));
    };
    const told = heardOf();
    await run.resume();
    run.pause();
    await told;
    expect([asked, ended()]).toEqual([3, 1]);
  });

  it('lets work in between two stops, unseen', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, reports } = setUp(machine);
    await run.resume();
    const states: string[] = [];
    await Promise.all([
      run.whileStopped(() => Promise.resolve(states.push(machine.state))),
      run.whileStopped(() => Promise.resolve(states.push(machine.state))),
    ]);
    await expect(run.whileStopped(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(states).toEqual(['stopped', 'stopped']);
    expect(reports).toEqual([]);
    expect(run.running).toBe(true);
    await run.close();
    expect(machine.state).toBe('stopped');
  });

  it('asks observers first, arms them again after a reset, and polls for them', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, reports, heardOf } = setUp(machine);
    const calls: string[] = [];
    let polls = 0;
    const observer: StopObserver = {
      arm: () => Promise.resolve(void calls.push('arm')),
      onStop: () => {
        if (++polls === 3) machine.emit('reset', { guest: true, reason: 'guest-reset' });
        if (polls === 5) run.pause();
        return Promise.resolve('pass');
      },
      pollMs: () => 1,
      dispose: () => Promise.resolve(void calls.push('dispose')),
    };
    await run.addObserver(observer);
    const told = heardOf();
    await run.resume();
    await told;
    expect(calls).toEqual(['arm', 'arm']);
    expect(reports).toMatchObject([{ reason: 'pause' }]);
    await run.close();
    expect(calls).toEqual(['arm', 'arm', 'dispose']);
  });

  it('follows a plan step by step, and a breakpoint on the way wins', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3, 4, 5, 6, 7));
    const { run, reports, heardOf } = setUp(machine);
    let disposed = 0;
    const plan = (until: bigint): StepPlan => ({
      vcpu: machine.current,
      start: () => Promise.resolve('step'),
      next: (stop): Promise<Move> => Promise.resolve(stop.pc === until ? { done: { reason: 'step' } } : 'step'),
      dispose: () => Promise.resolve(void disposed++),
    });
    run.addJudge(judge((stop) => (stop.hits.length > 0 ? { stop, reason: 'breakpoint' } : undefined)));
    let told = heardOf();
    await run.resume(plan(3n));
    await told;
    await machine.breakpoints.add({ kind: 'execute', address: 5n, owner: 'user' });
    told = heardOf();
    await run.resume(plan(7n));
    await told;
    expect(reports).toMatchObject([{ reason: 'step', stop: { pc: 3n } }, { reason: 'breakpoint', stop: { pc: 5n } }]);
    expect(disposed).toBe(2);
  });

  it('says so when the machine ends, and when a judge fails', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, reports, faults, heardOf, ended } = setUp(machine);
    const failing = judge(() => {
      throw new Error('bad judge');
    });
    run.addJudge(failing);
    let told = heardOf();
    await run.resume();
    run.pause();
    await told;
    expect(reports.length + faults.length).toBe(1);
    run.removeJudge(failing);
    told = heardOf();
    await run.resume();
    machine.end('killed');
    await told;
    expect(ended()).toBe(1);
    await run.close();
  });

  it('stops for a reason that is not at the pc', async () => {
    const machine = new FakeMachine(ticks(1, 2, 3));
    const { run, reports, heardOf } = setUp(machine);
    const told = heardOf();
    await run.resume();
    run.stopFor((stop) => ({ stop, reason: 'exception', description: 'serial said so', exception: { filter: 'serial' } }));
    await told;
    expect(reports).toMatchObject([{ reason: 'exception', description: 'serial said so' }]);
  });
});

import { describe, expect, test } from 'vitest';
import { join } from './joined';

describe('running', () => {
  test('nothing but 0x03 goes to a running machine', async () => {
    const { fake, machine } = await join();
    await machine.resume();
    await expect(machine.registers()).rejects.toThrow(/BS107/);
    await expect(machine.physical.read(0n, 1)).rejects.toThrow(/BS107/);
    await expect(machine.breakpoints.add({ kind: 'execute', address: 1n, owner: 'a' })).rejects.toThrow(/BS107/);
    await expect(machine.resume()).rejects.toThrow(/BS107/);
    const stop = await machine.interrupt();
    expect(stop.reason).toBe('interrupt');
    expect(fake.stub.bytesWhileRunning).toBe(0);
  });

  test('a stop under way is handed out once; a signal gives a wait up', async () => {
    const { machine } = await join();
    await machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' });
    const stopped = new Promise((resolve) => machine.on('stopped', resolve));
    await machine.resume();
    await stopped;
    expect((await machine.nextStop()).pc).toBe(0x1002n);
    await expect(machine.nextStop(AbortSignal.timeout(20))).rejects.toThrow(/abort|timeout/i);
  });

  test('two owners at one address share a slot, and the breakpoint at pc is stepped over on resuming', async () => {
    const { fake, machine } = await join();
    const [a] = await machine.breakpoints.addMany(['a', 'b'].map((owner) => ({ kind: 'execute' as const, address: 0x1002n, owner })));
    expect(fake.stub.slots).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      await machine.resume();
      expect((await machine.nextStop()).hits.map((hit) => hit.owner)).toEqual(['a', 'b']);
    }
    expect(fake.stub.requests.filter((r) => r.startsWith('vCont;s'))).toHaveLength(2);
    if (a !== undefined) await machine.breakpoints.remove([a]);
    expect(fake.stub.slots).toHaveLength(1);
    await machine.breakpoints.remove(machine.breakpoints.all);
    expect(fake.stub.slots).toEqual([]);
  });

  test('QEMU ends a step before its instruction: it is asked for again', async () => {
    const { fake, machine } = await join({ idleStep: (count) => count % 3 !== 2 });
    for (const pc of [0x1001n, 0x1002n, 0x1003n]) expect(await machine.step()).toMatchObject({ reason: 'step', pc });
    expect(fake.stub.requests.filter((r) => r.startsWith('vCont;s'))).toHaveLength(9);
  });

  test('QEMU ends the step over a breakpoint before its instruction: the breakpoint is not hit twice', async () => {
    const { fake, machine } = await join({ idleStep: (count) => count === 0 });
    await machine.breakpoints.add({ kind: 'execute', address: 0x1000n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).pc).toBe(0x1000n);
    const resumed: string[] = [];
    machine.on('stopped', () => resumed.push('stopped'));
    await machine.resume();
    await machine.nextStop();
    expect(fake.stub.requests.filter((r) => /^vCont;[sc]/.test(r))).toEqual(['vCont;c', 'vCont;s:p01.01', 'vCont;c', 'vCont;s:p01.01', 'vCont;c']);
    expect(resumed).toEqual(['stopped']);
  });

  test('an instruction that changes nothing ends its step all the same', async () => {
    const { fake, machine } = await join();
    fake.stub.program = [0x1000n];
    expect(await machine.step()).toMatchObject({ reason: 'step', pc: 0x1000n });
    await machine.breakpoints.add({ kind: 'execute', address: 0x1000n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).reason).toBe('breakpoint');
  });

  test.each([
    ['is on its way', undefined],
    ['is late', { kind: 'late', ms: 30 } as const],
  ])('an interrupt while the end of a step %s: one stop, and the next step is a step', async (_, fault) => {
    const { fake, machine } = await join({ fault: (request, count) => (request.startsWith('vCont;s') && count === 0 ? fault : undefined) });
    const stepped = machine.step();
    await expect.poll(() => fake.stub.requests.some((r) => r.startsWith('vCont;s'))).toBe(true);
    const [a, b] = await Promise.all([stepped, machine.interrupt()]);
    expect(a).toBe(b);
    const { pc } = await machine.step();
    expect(pc).toBe(a.pc + 1n);
  });

  test('vCPUs: the one that stopped is current, and each has its registers', async () => {
    const { fake, machine } = await join({ vcpus: 2 });
    fake.stub.registers[1]?.set('rip', 0x1003n);
    const [, second] = machine.vcpus;
    expect(machine.vcpus.map(({ id, name }) => [id, name])).toEqual([[1, 'CPU#0'], [2, 'CPU#1']]);
    expect((await machine.registers(second)).pc).toBe(0x1003n);
    const stop = await machine.step(second);
    expect([stop.vcpu.id, stop.pc]).toEqual([2, 0x1000n]);
    expect(machine.current.id).toBe(2);
    await machine.setRegister('rax', 0x1234_5678_9abcn, second);
    expect((await machine.registers(second)).get('rax')).toBe(0x1234_5678_9abcn);
    expect(fake.stub.registers[0]?.get('rax')).toBe(0n);
    await expect(machine.setRegister('bogus', 1n)).rejects.toThrow(/BS119/);
  });

  test.each([['a run', 'vCont;c'], ['a step', 'vCont;s']] as const)('QEMU stops by itself in %s, by a monitor somewhere: told as another\'s stop', async (what, request) => {
    const { fake, machine } = await join({ fault: (r) => (r.startsWith('vCont;s') && what === 'a step' ? { kind: 'lie', reply: 'T02thread:p01.01;' } : undefined) });
    if (request === 'vCont;c') {
      await machine.resume();
      fake.stub.halt('T02');
      expect((await machine.nextStop()).reason).toBe('interrupt');
    } else expect((await machine.step()).reason).toBe('interrupt');
    expect(machine.state).toBe('stopped');
  });

  test('serial and QMP events reach the listeners', async () => {
    const { fake, machine } = await join();
    const seen: string[] = [];
    const reset = new Promise((resolve) => machine.on('reset', resolve));
    const serial = new Promise<void>((resolve) => {
      machine.on('serial', ({ port, bytes }) => {
        seen.push(`${String(port)}:${Buffer.from(bytes).toString()}`);
        resolve();
      });
    });
    fake.print('login: ');
    fake.event('RESET', { guest: true, reason: 'guest-reset' });
    expect(await reset).toEqual({ guest: true, reason: 'guest-reset' });
    await serial;
    expect(seen).toEqual(['1:login: ']);
    await machine.serial[0]?.send(Buffer.from('root\n'));
    await expect.poll(() => fake.typed).toBe('root\n');
  });

  test('100 MB of guest output while debugging: every byte is heard, in order', { timeout: 120_000 }, async () => {
    const { fake, machine } = await join();
    const piece = Array.from({ length: 1 << 16 }, (_, i) => String.fromCharCode(32 + (i % 95))).join('');
    const rounds = 1600;
    let heard = 0;
    let wrong = 0;
    const all = new Promise<void>((resolve) => {
      machine.on('serial', ({ bytes }) => {
        for (const byte of bytes) if (byte !== 32 + ((heard++ % (1 << 16)) % 95)) wrong++;
        if (heard === rounds * piece.length) resolve();
      });
    });
    for (let i = 0; i < rounds; i++) {
      fake.print(piece);
      if (i % 100 === 0) await machine.step();
    }
    await all;
    expect(wrong).toBe(0);
    const { bytes, next } = machine.serial[0]?.read(0) ?? { bytes: [], next: 0 };
    expect([next, bytes.length]).toEqual([rounds * piece.length, 4 << 20]);
  });

  test('another client lets the machine run: seen by QMP, and no byte stops it', async () => {
    const { fake, machine } = await join({ qmp: { 'query-status': { running: true } } });
    const resumed = new Promise((resolve) => machine.on('resumed', resolve));
    fake.stub.running = true;
    fake.event('RESUME');
    await resumed;
    expect(machine.state).toBe('running');
    fake.stub.halt('T05');
    expect((await machine.nextStop()).pc).toBe(0x1000n);
    expect(fake.stub.bytesWhileRunning).toBe(0);
  });
});

test('another client lets it run and stops it, and no stop packet comes: QMP tells', async () => {
  let running = true;
  const { fake, machine } = await join({ qmp: { 'query-status': () => ({ running }) } });
  const resumed = new Promise((resolve) => machine.on('resumed', resolve));
  fake.event('RESUME');
  await resumed;
  running = false;
  fake.stub.registers[0]?.set('rip', 0x1003n);
  fake.event('STOP');
  expect((await machine.nextStop()).pc).toBe(0x1003n);
  expect((await machine.step()).pc).toBe(0x1000n);
});

describe('KVM', () => {
  test('user addresses and watchpoints take the four slots; one more names what holds them', async () => {
    const { machine } = await join({ kvm: true });
    expect(machine.accelerator).toBe('kvm');
    for (let i = 0; i < 3; i++) await machine.breakpoints.add({ kind: 'execute', address: 0x1000n + BigInt(i), owner: `user ${String(i)}` });
    await machine.breakpoints.add({ kind: 'write', address: 0x2000n, length: 8, owner: 'watch' });
    await expect(machine.breakpoints.add({ kind: 'execute', address: 0x1003n, owner: 'late' })).rejects.toThrow(/BS114: .*user 0 at 0x1000, user 1.*watch at 0x2000.*0x1003/);
    expect(machine.breakpoints.all).toHaveLength(4);
    await expect(machine.breakpoints.add({ kind: 'execute', address: 0xffff_ffff_8000_0000n, owner: 'kernel' })).rejects.toThrow(/BS113.*E14/);
  });
});

test('KVM patches memory for a breakpoint: the guest\'s byte is shown all the same', async () => {
  const { fake, machine } = await join({ kvm: true });
  const address = 0xffff_ffff_8000_0123n;
  const page = Buffer.alloc(4096, 0x90);
  fake.stub.virtual.set(address >> 12n, page);
  const space = await machine.currentSpace();
  const breakpoint = await machine.breakpoints.add({ kind: 'execute', address, owner: 'kernel' });
  expect([page[0x123], (await space.read(address, 1))[0]]).toEqual([0xcc, 0x90]);
  await machine.breakpoints.remove([breakpoint]);
  expect([page[0x123], (await space.read(address, 1))[0]]).toEqual([0x90, 0x90]);
});

describe('letting go', () => {
  test('detach takes the breakpoints out and lets the machine run; twice does no harm', async () => {
    const { fake, machine } = await join();
    await machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' });
    await Promise.all([machine.close('detach'), machine.close('kill')]);
    await machine.close('detach');
    expect([fake.stub.slots.length, fake.stub.detached, fake.stub.killed]).toEqual([0, true, false]);
    expect(machine.state).toBe('ended');
  });

  test('detach from a running machine, and kill by QMP or by the stub', async () => {
    const first = await join();
    await first.machine.resume();
    await first.machine.close('detach');
    expect(first.fake.stub.detached).toBe(true);
    first.fake.stop();
    const second = await join();
    await second.machine.close('kill');
    expect(second.fake.commands).toContain('quit');
    second.fake.stop();
    const third = await join({}, false);
    await third.machine.close('kill');
    expect(third.fake.stub.killed).toBe(true);
  });
});

describe('a stop that is not heard as it was said', () => {
  test.each(['a run', 'a step'])('the packet of a stop is lost in %s: QEMU tells that the machine stands, the stub where', async (what) => {
    const { fake, machine } = await join({ fault: (request) => (request.startsWith('vCont;s') ? { kind: 'drop' } : undefined) });
    let waited: Promise<unknown> = Promise.resolve();
    if (what === 'a step') {
      waited = machine.step();
      await expect.poll(() => fake.stub.requests.includes('vCont;s:p01.01')).toBe(true);
    } else {
      await machine.resume();
      await expect.poll(() => fake.stub.running).toBe(true);
      fake.stub.running = false;
      fake.stub.registers[0]?.set('rip', 0x1001n);
    }
    expect((await machine.interrupt()).pc).toBe(0x1001n);
    await waited;
    expect(machine.state).toBe('stopped');
    expect(fake.commands).toContain('query-status');
    await machine.breakpoints.add({ kind: 'execute', address: 0x1003n, owner: 'a' });
    await machine.resume();
    expect((await machine.nextStop()).pc).toBe(0x1003n);
  });

  test('a machine that runs on by QEMU\'s word is not taken for stopped', async () => {
    const { fake, machine } = await join({ qmp: { 'query-status': { running: true } } });
    await machine.resume();
    await expect.poll(() => fake.stub.running).toBe(true);
    // It says nothing of its stop, and QEMU says that it runs.
    fake.stub.running = false;
    await expect(machine.interrupt()).rejects.toThrow(/BS122/);
    expect(machine.state).toBe('running');
    fake.stub.halt('T05');
    expect((await machine.nextStop()).pc).toBe((await machine.registers()).pc);
  });

  test('the packet of a stop is damaged: it is asked for again', async () => {
    const { fake, machine } = await join();
    await machine.resume();
    await expect.poll(() => fake.stub.running).toBe(true);
    fake.stub.running = false;
    fake.stub.registers[0]?.set('rip', 0x1002n);
    fake.stub.raw('$T05thread:p01.01;#zz');
    expect((await machine.nextStop()).pc).toBe(0x1002n);
    expect((await machine.step()).pc).toBe(0x1003n);
  });

  test('a stop in one piece with an answer: the answer is taken, and a stop at the same place is no news', async () => {
    const { fake, machine } = await join({ fault: (request) => (request.startsWith('Z') ? { kind: 'merge' } : undefined) });
    const added = machine.breakpoints.add({ kind: 'execute', address: 0x1002n, owner: 'a' });
    await expect.poll(() => fake.stub.requests.some((request) => request.startsWith('Z'))).toBe(true);
    fake.stub.halt('T02');
    expect((await added).address).toBe(0x1002n);
    expect((await machine.registers()).pc).toBe(0x1000n);
    await machine.resume();
    expect((await machine.nextStop()).pc).toBe(0x1002n);
  });
});

test('another state is put in place while the machine runs, by a job: told before the next stop', async () => {
  const { fake, machine } = await join({ qmp: { 'query-jobs': [{ id: 'other', type: 'snapshot-load' }] } });
  const told: string[] = [];
  machine.on('rewound', () => told.push('rewound'));
  machine.on('stopped', () => told.push('stopped'));
  await machine.resume();
  fake.event('JOB_STATUS_CHANGE', { id: 'other', status: 'concluded' });
  await expect.poll(() => fake.commands).toContain('query-jobs');
  fake.event('JOB_STATUS_CHANGE', { id: 'other', status: 'concluded' });
  await expect.poll(() => fake.commands.filter((command) => command === 'query-jobs')).toHaveLength(2);
  expect(told).toEqual([]);
  await machine.interrupt();
  expect(told).toEqual(['rewound', 'stopped']);
});

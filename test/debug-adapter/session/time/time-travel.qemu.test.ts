import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointsAnswer, SerialAnswer } from '../../../../debug-adapter/api';
import { DapClient } from '../../../../debug-adapter/session/client';
import { buildKernel } from '../kernel';
import type { TestKernel } from '../kernel';

type Stopped = DebugProtocol.StoppedEvent['body'];

let kernel: TestKernel;
beforeAll(() => {
  kernel = buildKernel();
});
afterAll(() => {
  kernel.remove();
});

class Session {
  readonly client = new DapClient();
  readonly output: string[] = [];
  capabilities: DebugProtocol.Capabilities = {};

  constructor() {
    this.client.onEvent((event, body) => {
      if (event === 'output') this.output.push((body as DebugProtocol.OutputEvent['body']).output);
      if (event === 'capabilities') this.capabilities = (body as DebugProtocol.CapabilitiesEvent['body']).capabilities;
    });
  }

  async launch(more: object, functions: readonly string[], line = ''): Promise<void> {
    const configuration = {
      request: 'launch' as const,
      type: 'bootscope',
      name: 'time',
      timeTravel: true,
      serialOutput: 'event',
      qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32'],
      images: [{ stage: 'kernel', file: kernel.elf }],
      ...more,
    };
    await this.client.start(configuration, async () => {
      await this.functions(...functions);
      await this.line(line);
    });
  }

  async functions(...names: readonly string[]): Promise<void> {
    await this.client.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
  }

  async line(text: string): Promise<void> {
    await this.client.request('setBreakpoints', { source: { path: kernel.source }, breakpoints: text === '' ? [] : [{ line: kernel.line(text) }] });
  }

  stopped(): Promise<Stopped> {
    return this.client.waitFor<Stopped>('stopped');
  }

  async go(request: string, args: object = {}): Promise<Stopped> {
    await this.client.request(request, { threadId: 1, ...args });
    return this.stopped();
  }

  async frames(): Promise<DebugProtocol.StackFrame[]> {
    return (await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
  }

  /** Function and line of the innermost frame. */
  async here(): Promise<string> {
    const [top] = await this.frames();
    return `${top?.name ?? ''}:${top?.line ?? 0}`;
  }

  async value(expression: string): Promise<string> {
    const [top] = await this.frames();
    return (await this.client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: top?.id })).result;
  }

  async said(): Promise<string> {
    return (await this.client.request<SerialAnswer>('bootscope/serial', {})).text;
  }

  checkpoints(args: object = {}): Promise<CheckpointsAnswer> {
    return this.client.request<CheckpointsAnswer>('bootscope/checkpoints', args);
  }
}

/** Another client of QEMU's monitor. */
class Wire {
  heard = '';
  readonly #socket: net.Socket;

  constructor(file: string) {
    this.#socket = net.connect(file);
    this.#socket.on('data', (bytes: Buffer) => (this.heard += bytes.toString()));
  }

  async until(words: RegExp, from = 0): Promise<void> {
    await expect.poll(() => this.heard.slice(from), { timeout: 60_000 }).toMatch(words);
  }

  send(text: string): void {
    this.#socket.write(`${text}\n`);
  }

  async ask(text: string, answer: RegExp): Promise<void> {
    const from = this.heard.length;
    this.send(text);
    await this.until(answer, from);
  }

  end(): void {
    this.#socket.destroy();
  }
}

const times = (text: string, word: string): number => text.split(word).length - 1;

describe('going back in time', () => {
  const session = new Session();
  beforeAll(async () => {
    // Where the kernel knows what mounting gave it.
    await session.launch({}, [], 'wanted = error');
    await session.stopped();
  });
  afterAll(async () => {
    await session.client.stop();
  });

  it('is offered once the machine is known to allow it, with checkpoints at the borders of stages', async () => {
    expect(session.capabilities).toMatchObject({ supportsStepBack: true, supportsRestartRequest: true, supportsRestartFrame: true });
    const { checkpoints, unknown } = await session.checkpoints();
    expect(unknown).toBeUndefined();
    expect(checkpoints.map(({ id }) => id)).toEqual(expect.arrayContaining(['start', 'kernel']));
    expect(checkpoints.find(({ id }) => id === 'kernel')).toMatchObject({ stage: 'kernel', reason: 'stage', where: expect.stringContaining('start') as string });
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
  });

  it('runs back to the last hit of a breakpoint before now, and to the one before that', async () => {
    await session.functions('read_block');
    expect((await session.go('reverseContinue')).reason).toBe('function breakpoint');
    expect(await session.value('block')).toBe('16');
    await session.go('reverseContinue');
    expect(await session.value('block')).toBe('15');
    expect((await session.frames()).map(({ name }) => name).slice(0, 3)).toEqual(['read_block', 'mount_root', 'kmain']);
  });

  it('steps back over calls to the line before, and out to the caller', async () => {
    await session.go('stepBack');
    expect(await session.here()).toBe(`mount_root:${kernel.line('int result = read_block')}`);
    expect(await session.value('block')).toBe('15');
    await session.go('stepBack');
    expect((await session.here()).startsWith('mount_root:')).toBe(true);
    await session.functions();
    await session.go('continue');
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
    await session.go('stepBack');
    expect(await session.here()).toBe(`kmain:${kernel.line('int error = mount_root')}`);
    await session.go('continue');
  });

  it('steps back by one instruction', async () => {
    const [before] = await session.frames();
    const { instructions } = await session.client.request<NonNullable<DebugProtocol.DisassembleResponse['body']>>('disassemble', { memoryReference: before?.instructionPointerReference, instructionOffset: -1, instructionCount: 2 });
    await session.go('stepBack', { granularity: 'instruction' });
    expect((await session.frames())[0]?.instructionPointerReference).toBe(instructions[0]?.address);
    await session.go('continue');
  });

  it('goes to the last write of a variable', async () => {
    const stop = await session.client.request('bootscope/goBack', { to: 'lastWrite', expression: 'counter' }).then(() => session.stopped());
    expect(stop).toMatchObject({ reason: 'data breakpoint', description: 'counter was written here last: 16 → 17' });
    expect((await session.here()).startsWith('read_block:')).toBe(true);
    expect(await session.value('block')).toBe('16');
  });

  it('runs back to the last write that a data breakpoint would have stopped at', async () => {
    await session.functions();
    await session.go('continue');
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
    await session.line('');
    const [top] = await session.frames();
    const { dataId } = await session.client.request<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', { name: 'counter', frameId: top?.id });
    await session.client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
    for (const block of [16, 15]) {
      expect(await session.go('reverseContinue')).toMatchObject({ reason: 'data breakpoint', description: expect.stringContaining(`${block} → ${block + 1}`) as string });
      expect((await session.here()).startsWith('read_block:')).toBe(true);
      expect(await session.value('block')).toBe(`${block}`);
    }
    await session.client.request('setDataBreakpoints', { breakpoints: [] });
    await session.line('wanted = error');
    await session.go('continue');
  });

  it('stands where it stood when going back is cancelled by pause', async () => {
    const counter = await session.value('counter');
    const stop = await session.client.request('reverseContinue', { threadId: 1 }).then(() => session.go('pause'));
    expect(stop).toMatchObject({ reason: 'pause', description: expect.stringMatching(/^BS385/) as string });
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
    expect(await session.value('counter')).toBe(counter);
    // Going back still works, and no breakpoint of the run that was broken off is left.
    await session.functions('read_block');
    await session.go('reverseContinue');
    expect(await session.value('block')).toBe('16');
    await session.functions();
    await session.go('continue');
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
    const stopOfWrite = await session.client.request('bootscope/goBack', { to: 'lastWrite', expression: 'counter' }).then(() => session.stopped());
    expect(stopOfWrite.reason).toBe('data breakpoint');
  });

  it('starts a frame anew', async () => {
    const [, caller] = await session.frames();
    const stop = await session.go('restartFrame', { frameId: caller?.id });
    expect(stop.description).toBe('At the start of mount_root');
    expect(await session.value('counter')).toBe('0');
    await session.go('continue');
  });

  it('goes to the stop before this one', async () => {
    await session.line('put(error < 0');
    await session.go('continue');
    expect(await session.value('wanted')).toBe('-22');
    const stop = await session.client.request('bootscope/goBack', { to: 'previousStop' }).then(() => session.stopped());
    expect(stop.reason).toBe('breakpoint');
    expect(await session.here()).toBe(`kmain:${kernel.line('wanted = error')}`);
    expect(await session.value('wanted')).toBe('0');
  });

  it('says nothing twice on the way', async () => {
    await session.line('');
    await session.client.request('continue', { threadId: 1 });
    await expect.poll(() => session.said()).toContain('mount failed');
    const before = await session.said();
    expect(times(before, 'hello')).toBe(1);
    expect(times(before, 'mount failed')).toBe(1);
    await session.go('pause');
    await session.functions('mount_root');
    await session.go('reverseContinue');
    expect(await session.here()).toMatch(/^mount_root:/);
    await session.functions();
    await session.client.request('continue', { threadId: 1 });
    await session.go('pause');
    expect(times(await session.said(), 'mount failed')).toBe(1);
  });

  it('takes checkpoints on demand, goes back to them, and forgets them', async () => {
    await session.line('wanted = error');
    await session.go('restart');
    await session.go('continue');
    const { checkpoints } = await session.checkpoints({ create: 'Mounting has failed' });
    const mine = checkpoints.at(-1);
    expect(mine).toMatchObject({ id: 'manual-1', name: 'Mounting has failed', reason: 'manual', where: expect.stringContaining(`kernel.c:${kernel.line('wanted = error')}`) as string });
    await session.go('next');
    expect(await session.value('wanted')).toBe('-22');
    // The line before is where the checkpoint stands, in the middle of the call.
    await session.go('stepBack');
    expect([await session.here(), await session.value('wanted')]).toEqual([`kmain:${kernel.line('wanted = error')}`, '0']);
    await session.go('next');
    const stop = await session.checkpoints({ restore: 'manual-1' }).then(() => session.stopped());
    expect(stop.description).toContain('Back at the checkpoint "Mounting has failed"');
    expect(await session.value('wanted')).toBe('0');
    await session.checkpoints({ remove: 'manual-1' });
    await expect(session.checkpoints({ restore: 'manual-1' })).rejects.toThrow(/BS381: there is no checkpoint "manual-1".*kernel/s);
  });

  it('says when nothing was written before, and stands where it stood', async () => {
    const [before, counter] = [await session.here(), await session.value('counter')];
    // 16 MiB up: the kernel ends long before, and what the firmware keeps lies at the top of memory.
    await session.client.request('bootscope/goBack', { to: 'lastWrite', expression: '*(int *)0x1000000' });
    const stop = await session.stopped();
    expect(stop).toMatchObject({ reason: 'pause', description: expect.stringMatching(/^BS384: a write of .*0x1000000.* was not found before this place/) as string });
    expect(await session.here()).toBe(before);
    expect(await session.value('counter')).toBe(counter);
  });

  it('ends at a change by hand, and says so', async () => {
    await session.go('restart');
    await session.functions('read_block');
    await session.go('continue');
    await session.client.request('setExpression', { expression: 'counter', value: '100', frameId: (await session.frames())[0]?.id });
    await session.functions();
    await session.go('continue');
    expect(await session.value('counter')).toBe('117');
    await session.functions('kmain');
    const stop = await session.go('reverseContinue');
    expect(stop.description).toMatch(/going back ends here: memory was changed by hand/);
    expect(await session.value('counter')).toBe('100');
    await session.functions();
    await session.go('continue');
    expect(await session.value('counter')).toBe('117');
  });

  it('lets a call return something else', async () => {
    await session.line('wanted = error');
    await session.functions('read_block');
    await session.go('restart');
    await session.go('continue');
    const [top] = await session.frames();
    const { function: name, value } = await session.client.request<{ function: string; value: string }>('bootscope/forceReturn', { value: 'EIO', frameId: top?.id });
    expect({ name, value }).toEqual({ name: 'read_block', value: '-5' });
    expect(await session.stopped()).toMatchObject({ reason: 'step', description: 'read_block was made to return -5' });
    expect(await session.here()).toMatch(/^mount_root:/);
    await session.functions();
    await session.go('continue');
    expect(await session.value('error')).toBe('-5');
    await expect(session.client.request('bootscope/forceReturn', { value: '1' })).rejects.toThrow(/BS388/);
  });

  it('goes on from another statement of the function, and nowhere else', async () => {
    await session.line('wanted = error');
    await session.functions();
    await session.go('restart');
    await session.go('continue');
    const targetsAt = async (text: string): Promise<DebugProtocol.GotoTarget[]> =>
      (await session.client.request<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', { source: { path: kernel.source }, line: kernel.line(text) })).targets;
    const counter = await session.value('counter');
    const [mount] = await targetsAt('int error = mount_root');
    expect(mount).toMatchObject({ line: kernel.line('int error = mount_root'), label: `line ${kernel.line('int error = mount_root')}` });
    expect((await session.go('goto', { targetId: mount?.id })).reason).toBe('goto');
    expect(await session.here()).toBe(`kmain:${kernel.line('int error = mount_root')}`);
    expect(await session.value('counter')).toBe(counter);
    await session.go('continue');
    expect(Number(await session.value('counter'))).toBe(2 * Number(counter));
    // Over a statement: it is not executed.
    const [put] = await targetsAt('put(error < 0');
    await session.go('goto', { targetId: put?.id });
    expect(await session.value('wanted')).toBe('0');
    await expect(session.client.request('goto', { threadId: 1, targetId: put?.id })).rejects.toThrow(/BS387: .* it was not offered at this stop/);
    await expect(targetsAt('int result = read_block')).rejects.toThrow(/BS387: .*mount_root, which is not the function that runs/);
    expect(await session.here()).toBe(`kmain:${kernel.line('put(error < 0')}`);
  });

  it('does not go back past what was typed', async () => {
    await session.line('');
    await session.client.request('continue', { threadId: 1 });
    await session.client.request('bootscope/serial', { send: 'x' });
    await expect.poll(() => session.said()).toMatch(/x$/);
    await session.go('pause');
    await session.functions('mount_root');
    const stop = await session.go('reverseContinue');
    expect(stop.description).toMatch(/something was typed on the serial line/);
    expect(await session.said()).toMatch(/x$/);
  });
});

describe('a machine that somebody else puts another state into', () => {
  it('is known to be elsewhere, and going back ends there', async () => {
    const monitor = path.join(kernel.directory, 'monitor.sock');
    const session = new Session();
    await session.launch({ qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-monitor', `unix:${monitor},server=on,wait=off`] }, ['mount_root']);
    await session.stopped();
    const socket = net.connect(monitor);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    const command = async (text: string): Promise<void> => {
      const from = heard.length;
      socket.write(`${text}\n`);
      await expect.poll(() => heard.slice(from), { timeout: 60_000 }).toMatch(/\n\(qemu\) $/);
    };
    await expect.poll(() => heard, { timeout: 60_000 }).toMatch(/\(qemu\) $/);
    await command('savevm elsewhere');
    await session.functions('read_block');
    await session.go('continue');
    expect(await session.here()).toMatch(/^read_block:/);
    await command('loadvm elsewhere');
    await session.functions();
    await session.line('wanted = error');
    await session.go('continue');
    expect(await session.here()).toMatch(/^kmain:/);
    await session.line('');
    const back = await session.go('reverseContinue');
    expect(back.description).toMatch(/a saved state was put back from outside/);
    expect(await session.here()).toMatch(/^mount_root:/);
    socket.destroy();
    await session.client.stop();
  });

  it.each(['loadvm', 'snapshot-load', 'system_reset'])('is followed where it runs (%s): breakpoints hit as before, and going back ends there or is true', async (how) => {
    const [words, control] = ['words', 'control'].map((name) => path.join(kernel.directory, `${name}-${how}.sock`)) as [string, string];
    const session = new Session();
    await session.launch({ qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-monitor', `unix:${words},server=on,wait=off`, '-chardev', `socket,id=other,path=${control},server=on,wait=off`, '-mon', 'chardev=other,mode=control'] }, ['mount_root']);
    await session.stopped();
    const monitor = new Wire(words);
    await monitor.until(/\(qemu\) $/);
    await monitor.ask('savevm elsewhere', /\n\(qemu\) $/);
    await session.functions();
    await session.client.request('continue', { threadId: 1 });
    await expect.poll(() => session.said(), { timeout: 60_000 }).toContain('mount failed');
    await session.functions('read_block');
    if (how === 'snapshot-load') {
      const qmp = new Wire(control);
      await qmp.until(/"QMP"/);
      await qmp.ask('{"execute":"qmp_capabilities"}', /"return"/);
      await qmp.ask('{"execute":"query-block"}', /"return": \[.*\}\r\n/s);
      const [, node] = /"bootscope-states".*?"node-name": "([^"]+)"/s.exec(qmp.heard) ?? [];
      await qmp.ask(`{"execute":"snapshot-load","arguments":{"job-id":"other","tag":"elsewhere","vmstate":"${node}","devices":["${node}"]}}`, /"concluded"/);
      qmp.end();
    } else monitor.send(how === 'loadvm' ? 'loadvm elsewhere' : how);
    await session.stopped();
    expect(await session.here()).toMatch(/^read_block:/);
    expect(await session.value('block')).toBe('0');
    await session.go('continue');
    expect(await session.value('block')).toBe('1');
    if (how === 'snapshot-load') {
      await session.functions('mount_root');
      const back = (): Promise<string> => session.go('reverseContinue').then(({ description = '' }) => description, (error: unknown) => (error as Error).message);
      // The stop that the other state has led to may be a hit that was seen before.
      let said = await back();
      if (said === 'Breakpoint in read_block') said = await back();
      expect(said).toMatch(/a saved state was put back from outside/);
      expect(await session.here()).toMatch(/^read_block:/);
    } else {
      await session.go('reverseContinue');
      expect(await session.value('block')).toBe('0');
      await session.functions('mount_root');
      await session.go('reverseContinue');
      expect(await session.here()).toMatch(/^mount_root:/);
      expect(await session.value('counter')).toBe('0');
    }
    monitor.end();
    await session.client.stop();
  });
});

describe('a machine with two processors', () => {
  it('has checkpoints; going back is refused, with the reason', async () => {
    const session = new Session();
    await session.launch({ qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-smp', '2'] }, ['mount_root']);
    await session.stopped();
    expect(session.capabilities).not.toMatchObject({ supportsStepBack: true });
    for (const request of ['stepBack', 'reverseContinue']) await expect(session.client.request(request, { threadId: 1 })).rejects.toThrow(/BS380: .*it has 2 processors, whose turns are others in each run/);
    await session.checkpoints({ create: 'here' });
    await session.functions('read_block');
    await session.go('continue');
    const { checkpoints } = await session.checkpoints();
    await session.checkpoints({ restore: checkpoints.find(({ name }) => name === 'here')?.id });
    await session.stopped();
    expect(await session.here()).toMatch(/^mount_root:/);
    await session.client.stop();
  });
});

describe('a machine that is joined', () => {
  it('has no checkpoints where a drive cannot be saved, and the drive is named', async () => {
    const disk = path.join(kernel.directory, 'joined.img');
    fs.writeFileSync(disk, Buffer.alloc(65536));
    const at = (name: string): string => path.join(kernel.directory, name);
    const qemu = spawn('qemu-system-i386', ['-kernel', kernel.elf, '-display', 'none', '-m', '32', '-net', 'none', '-serial', 'null', '-S', '-drive', `file=${disk},format=raw,if=none,id=theirs`, '-device', 'virtio-blk-pci,drive=theirs', '-gdb', `unix:${at('gdb.sock')},server=on,wait=off`, '-qmp', `unix:${at('qmp.sock')},server=on,wait=off`], { stdio: 'ignore' });
    try {
      await expect.poll(() => fs.existsSync(at('gdb.sock')) && fs.existsSync(at('qmp.sock')), { timeout: 60_000 }).toBe(true);
      const session = new Session();
      await session.client.start({ request: 'attach', type: 'bootscope', name: 'joined', serialOutput: 'event', gdb: `unix:${at('gdb.sock')}`, qmp: `unix:${at('qmp.sock')}`, images: [{ stage: 'kernel', file: kernel.elf }] } as never, () => session.functions('mount_root'));
      await session.stopped();
      await expect(session.checkpoints({ create: 'one' })).rejects.toThrow(/BS128: .*the drive theirs/);
      await expect(session.client.request('stepBack', { threadId: 1 })).rejects.toThrow(/BS380/);
      await session.client.stop();
    } finally {
      qemu.kill();
    }
  });
});

describe('a machine that cannot be saved', () => {
  it('says which drive it is, and is debugged all the same', async () => {
    const disk = path.join(kernel.directory, 'raw.img');
    fs.writeFileSync(disk, Buffer.alloc(65536));
    const session = new Session();
    await session.launch({ qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-blockdev', `driver=file,node-name=mine,filename=${disk}`, '-device', 'virtio-blk-pci,drive=mine'] }, ['mount_root']);
    await session.stopped();
    expect(session.output.join('')).toMatch(/BS128: the state of the machine cannot be saved: .*mine.*the drive mine is writable/s);
    expect(session.capabilities.supportsStepBack).toBeUndefined();
    expect((await session.checkpoints()).unknown).toMatch(/^because BS128/);
    await expect(session.client.request('stepBack', { threadId: 1 })).rejects.toThrow(/BS128/);
    await expect(session.client.request('reverseContinue', { threadId: 1 })).rejects.toThrow(/BS128/);
    await expect(session.checkpoints({ create: 'one' })).rejects.toThrow(/BS128/);
    expect(await session.here()).toMatch(/^mount_root:/);
    await session.client.stop();
  });

  it('is refused what it was not launched for', async () => {
    const session = new Session();
    await session.launch({ timeTravel: false }, ['mount_root']);
    await session.stopped();
    await expect(session.client.request('stepBack', { threadId: 1 })).rejects.toThrow(/BS380: .*without "timeTravel"/);
    await expect(session.client.request('restart')).rejects.toThrow(/BS381/);
    await session.client.stop();
  });
});

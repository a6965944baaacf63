import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ForceReturnAnswer, SerialAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildReturns } from '../../guests/returns/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** One boot of the guest `returns`: it calls what is typed and says what it got back. */
class Guest {
  readonly client = new DapClient();
  #heard = 0;

  async start(guest: Awaited<ReturnType<typeof buildReturns>>, chain: string): Promise<void> {
    await this.client.start({ request: 'launch', type: 'bootscope', name: 'returns', chain, serialOutput: 'event', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }] } as never, async () => {
      await this.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'commands' }] });
    });
    await this.stopped();
    await this.functions();
  }

  stopped(): Promise<Stopped> {
    return this.client.waitFor<Stopped>('stopped', () => true, 60_000);
  }

  async functions(...names: readonly string[]): Promise<void> {
    await this.client.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
  }

  async filters(...filters: readonly { filterId: string; condition?: string }[]): Promise<readonly DebugProtocol.Breakpoint[]> {
    return (await this.client.request<NonNullable<DebugProtocol.SetExceptionBreakpointsResponse['body']>>('setExceptionBreakpoints', { filters: [], filterOptions: filters })).breakpoints ?? [];
  }

  async go(): Promise<void> {
    await this.client.request('continue', { threadId: 1 });
  }

  async type(text: string): Promise<void> {
    await this.client.request('bootscope/serial', { send: text });
  }

  /** The next whole line that the guest says. */
  async line(): Promise<string> {
    for (;;) {
      const { text } = await this.client.request<SerialAnswer>('bootscope/serial', { from: this.#heard });
      const end = text.indexOf('\n');
      if (end >= 0) {
        this.#heard += Buffer.byteLength(text.slice(0, end + 1));
        return text.slice(0, end).replace('\r', '');
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async frames(): Promise<readonly DebugProtocol.StackFrame[]> {
    return (await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
  }

  async top(): Promise<DebugProtocol.StackFrame | undefined> {
    return (await this.frames())[0];
  }

  /** The innermost frame's scope `Return`. */
  async returned(of = 'result'): Promise<string | undefined> {
    const frameId = (await this.top())?.id;
    const { scopes } = await this.client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
    const scope = scopes.find(({ name }) => name === 'Return');
    const { variables } = await this.client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: scope?.variablesReference });
    return variables.find(({ name }) => name.split('::').at(-1) === of)?.value;
  }
}

type Call = readonly [command: string, answer: string, stop?: RegExp];

/** What is typed, what the guest says then, and the stop on the way to it. */
const calls: Readonly<Record<string, readonly Call[]>> = {
  c_paths: [
    ['a0', 'c_paths = 0'],
    ['a1', 'c_paths = -19', /^c_paths returns ENODEV/],
    ['a2', 'c_paths = -22', /^c_paths returns EINVAL/],
    ['a3', 'c_paths = -5', /^c_paths returns EIO/],
    ['a4', 'c_paths = -12', /^c_paths returns ENOMEM/],
    ['a5', 'c_paths = -12', /^c_paths returns ENOMEM/],
    ['a6', 'c_paths = 12'],
  ],
  c_pointer: [['f0', 'c_pointer = 1'], ['f1', 'c_pointer = -12', /^c_pointer returns ENOMEM/]],
  r_pair: [['A0', 'r_pair = Ok(0)'], ['A1', 'r_pair = Err(Wide(22))', /^r_pair returns EINVAL/], ['A3', 'r_pair = Err(Wide(5))', /^r_pair returns EIO/]],
  r_small: [['B0', 'r_small = Ok(1)'], ['B1', 'r_small = Err(Error { errno: 19 })', /^r_small returns ENODEV/]],
  r_memory: [['C2', 'r_memory = Ok(8)'], ['C1', 'r_memory = Err(Error { errno: 22 })', /^r_memory returns EINVAL/], ['C3', 'r_memory = Err(Error { errno: 5 })', /^r_memory returns EIO/]],
  r_tail: [['D0', 'r_tail = Err(Wide(5))', /^r_tail returns EIO/], ['D2', 'r_tail = Ok(8)'], ['D1', 'r_tail = Err(Wide(22))', /^r_tail returns EINVAL/]],
  r_block_tail: [['E0', 'r_block_tail = Ok(Block { words: [9, 9, 9, 9] })'], ['E2', 'r_block_tail = Ok(Block { words: [2, 2, 3, 4] })'], ['E1', 'r_block_tail = Err(Error { errno: 5 })', /^r_block_tail returns EIO/]],
  r_poll: [['F0', 'r_poll = Pending'], ['F2', 'r_poll = Ready(Ok(2))'], ['F1', 'r_poll = Ready(Err(Error { errno: 22 }))', /^r_poll returns EINVAL/]],
  r_poll_block: [['G0', 'r_poll_block = Pending'], ['G2', 'r_poll_block = Ready(Ok(Block { words: [2, 2, 2, 2] }))'], ['G1', 'r_poll_block = Ready(Err(Error { errno: 19 }))', /^r_poll_block returns ENODEV/]],
  fetch: [['H2', 'fetch = Ok(1536)'], ['H1', 'fetch = Err(Error { errno: 5 })', /^fetch returns EIO/]],
  r_unit: [['J0', 'r_unit = Ok(())'], ['J1', 'r_unit = Err(Error { errno: 22 })', /^r_unit returns EINVAL/]],
};

const inMemory = 'unknown: because it was returned through memory whose address the function does not give back';

/** What is typed, the function that is left by a step out, and what is shown of its result. */
const shown: readonly (readonly [name: string, command: string, value: string, by32?: string])[] = [
  ['c_paths', 'a2', '-22'],
  ['c_pair', 'b1', '{value = 101, error = -22}'],
  ['c_memory', 'c1', '{words = {5, 2, 3, 4}, error = -5}'],
  ['c_mixed', 'd1', '{ratio = 1.5, count = 8}'],
  // In 32-bit code of C on the stack of the FPU.
  ['c_double', 'e1', '1.5', '<optimised out: floating point results of 32-bit code are kept in another form>'],
  ['r_small', 'B1', 'Err(Error { errno: 19 })'],
  ['r_float', 'L3', '3.5', inMemory],
  ['r_float_pair', 'N3', '(3.25, 10)', inMemory],
  ['r_array', 'O3', '[3, 12]', inMemory],
];

/** Where the breakpoint stands, what is typed, what the call is made to return, how that is told, and what the guest says it got. */
const forced: readonly (readonly [name: string, command: string, value: string | undefined, told: string, answer: string])[] = [
  ['c_paths', 'a0', 'EIO', '-5', 'c_paths = -5'],
  ['c_paths', 'a2', 'way * 10 + 3', '23', 'c_paths = 23'],
  ['c_pair', 'b0', 'given_pair', '{value = 40, error = 2}', 'c_pair = 40 2'],
  ['c_memory', 'c0', 'given_big', '{words = {10, 20, 30, 40}, error = 7}', 'c_memory = 10 20 30 40 7'],
  ['c_mixed', 'd0', 'given_mixed', '{ratio = 2.5, count = 9}', 'c_mixed = 250 9'],
  ['c_double', 'e0', '2.25', '2.25', 'c_double = 225'],
  ['c_pointer', 'f0', 'EIO', '0xfffffffffffffffb', 'c_pointer = -5'],
  ['c_void', 'g0', undefined, 'nothing', 'c_void = done'],
  ['r_pair', 'A0', 'Err(EIO)', 'Err(Wide(5))', 'r_pair = Err(Wide(5))'],
  ['r_pair', 'A1', 'Ok(77)', 'Ok(77)', 'r_pair = Ok(77)'],
  ['r_small', 'B0', 'EINVAL', 'Err(Error { errno: 22 })', 'r_small = Err(Error { errno: 22 })'],
  ['r_memory', 'C0', 'EIO', 'Err(Error { errno: 5 })', 'r_memory = Err(Error { errno: 5 })'],
  ['r_memory', 'C1', 'Result::Ok(9)', 'Ok(9)', 'r_memory = Ok(9)'],
  ['r_block', 'K0', 'ENODEV', 'Err(Error { errno: 19 })', 'r_block = Err(Error { errno: 19 })'],
  ['r_poll', 'F2', 'Pending', 'Pending', 'r_poll = Pending'],
  ['r_poll', 'F0', 'Ready(Ok(3))', 'Ready(Ok(3))', 'r_poll = Ready(Ok(3))'],
  ['r_poll_block', 'G2', 'EIO', 'Ready(Err(Error { errno: 5 }))', 'r_poll_block = Ready(Err(Error { errno: 5 }))'],
  ['r_state', 'I2', 'Idle', 'Idle', 'r_state = Idle'],
  ['r_state', 'I0', 'Busy(6)', 'Busy(6)', 'r_state = Busy(6)'],
  ['r_unit', 'J1', 'Ok(())', 'Ok(())', 'r_unit = Ok(())'],
  ['r_float', 'L0', '2.25', '2.25', 'r_float = 2.25'],
];

describe.each([
  ['clang', 2, 64, 'registers'],
  ['gcc', 2, 64, 'registers'],
  ['gcc', 0, 64, 'registers'],
  ['clang', 2, 32, 'memory'],
  ['gcc', 2, 32, 'registers'],
  ['gcc', 0, 32, 'memory'],
] as const)('functions that return in every way, by %s and rustc at -O%i, %i bits, small structs of C in %s', (cc, opt, bits, structs) => {
  const guest = new Guest();
  beforeAll(async () => {
    await guest.start(await buildReturns({ cc, opt, bits, structs }), 'redox');
    await guest.go();
    expect(await guest.line()).toBe('ready');
  });
  afterAll(() => guest.client.stop());
  beforeEach(async () => {
    await guest.functions();
    await guest.filters();
  });

  it('stops at each that fails, once, and at no other', async () => {
    for (const [name, list] of Object.entries(calls)) {
      expect(await guest.filters({ filterId: 'errno', condition: `${name} returns error` })).toMatchObject([{ verified: true }]);
      for (const [command, answer, stop] of list) {
        await guest.type(command);
        if (stop) {
          expect((await guest.stopped()).description).toMatch(stop);
          await guest.go();
        }
        expect(await guest.line()).toBe(answer);
      }
    }
  });

  it('shows after a step out what each has returned', async () => {
    const got: unknown[] = [];
    for (const [name, command] of shown) {
      await guest.functions(name);
      await guest.type(command);
      await guest.stopped();
      await guest.functions();
      await guest.client.request('stepOut', { threadId: 1 });
      await guest.stopped();
      got.push([name, await guest.returned(name)]);
      await guest.go();
      await guest.line();
    }
    expect(got).toEqual(shown.map(([name, , value, by32 = value]) => [name, bits === 64 ? value : by32]));
  });

  it.each(forced)('makes %s (%s) return %s', async (name, command, value, told, answer) => {
    await guest.functions(name);
    await guest.type(command);
    await guest.stopped();
    expect((await guest.top())?.name.split('::').at(-1)).toBe(name);
    const result = await guest.client.request<ForceReturnAnswer>('bootscope/forceReturn', value === undefined ? {} : { value }).catch((error: unknown) => error as Error);
    if (result instanceof Error) {
      // Floating point on the FPU's stack; and conventions that LLVM's optimiser makes up for 32-bit Rust.
      expect(result.message).toMatch(/BS388: .*(kept in another form|address of its result|code does not tell)/);
      expect(bits === 32 && (name === 'c_double' || (opt === 2 && name.startsWith('r_'))), result.message).toBe(true);
      await guest.functions();
      await guest.go();
      await guest.line();
      return;
    }
    expect(result.value).toBe(bits === 32 && told === '0xfffffffffffffffb' ? '0xfffffffb' : told);
    expect((await guest.stopped()).description).toMatch(new RegExp(`${name} was made to return `));
    expect((await guest.frames()).map((frame) => frame.name.split('::').at(-1))).not.toContain(name);
    await guest.go();
    expect(await guest.line()).toBe(answer);
  });

  it('refuses what the function cannot return', async () => {
    await guest.functions('c_memory', 'r_state');
    await guest.type('c0');
    await guest.stopped();
    const force = (value?: string): Promise<unknown> => guest.client.request('bootscope/forceReturn', value === undefined ? {} : { value });
    await expect(force()).rejects.toThrow(/BS388: .*none was given/);
    await expect(force('EIO')).rejects.toThrow(/BS388: .*no value of the type big means EIO/);
    await expect(force('given_pair')).rejects.toThrow(/BS356/);
    await guest.go();
    expect(await guest.line()).toBe('c_memory = 4 1 2 3 0');
    await guest.type('I0');
    await guest.stopped();
    await expect(force('Busy')).rejects.toThrow(/BS\d+/);
    await expect(force('EIO')).rejects.toThrow(/BS388: .*means EIO/);
    await guest.go();
    expect(await guest.line()).toBe('r_state = Idle');
  });

  it('stops at a panic with the message that the guest then prints', async () => {
    expect(await guest.filters({ filterId: 'panic' })).toMatchObject([{ verified: true }]);
    for (const command of ['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'p5', 'q0']) {
      await guest.type(command);
      const { description } = await guest.stopped();
      const { text: before } = await guest.client.request<SerialAnswer>('bootscope/serial', { from: 0 });
      expect(before.endsWith('\n')).toBe(true);
      await guest.go();
      let said = await guest.line();
      for (let next = await guest.line(); next !== 'ready'; next = await guest.line()) said += `\n${next}`;
      expect(description?.replace(/ \(hit \d+\)$/, '')).toBe(`The kernel panics: ${said.replace(/^panic(ked)?: /, '')}`);
    }
    // The message can be asked for.
    await guest.filters({ filterId: 'panic', condition: '/tries/' });
    await guest.type('P0');
    expect(await guest.line()).toBe('panicked: nothing more to say');
    expect(await guest.line()).toBe('ready');
    await guest.type('P1');
    expect((await guest.stopped()).description).toMatch(/^The kernel panics: cannot mount redoxfs: error 22 /);
    await guest.go();
    while ((await guest.line()) !== 'ready');
  });

  it('says of a function whose way to return the compiler has changed that it cannot be told', async () => {
    const [filter] = await guest.filters({ filterId: 'errno', condition: 'r_constant returns error' });
    // Without optimisation it is as all others.
    expect(filter).toMatchObject(opt === 0 ? { verified: true } : { verified: false, message: expect.stringMatching(/changed how r_constant returns \(DW_CC_nocall\)/) as string });
  });
});

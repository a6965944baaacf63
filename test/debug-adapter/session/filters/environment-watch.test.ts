import { describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, StageId } from '../../../../debug-adapter/api';
import { failure } from '../../../../debug-adapter/errors/catalogue';
import { qemuErrors } from '../../../../debug-adapter/errors/qemu';
import type { Breakpoint, Stop } from '../../../../debug-adapter/machine/machine';
import { EnvironmentWatch } from '../../../../debug-adapter/session/filters/environment-watch';

type Host = ConstructorParameters<typeof EnvironmentWatch>[0];

/** A machine with one page, and an environment that lies in it. */
const scene = (text: string, { refuses = false, ofAssignment = false } = {}) => {
  const memory = new Map<bigint, Buffer>([[0x1000n, Buffer.from(text)]]);
  const state: { stage: StageId; base: bigint; set: Breakpoint[] } = { stage: 'kernel', base: 0x1000n, set: [] };
  const held = (): Buffer => memory.get(state.base) ?? Buffer.alloc(0);
  const environment = (): Promise<EnvironmentAnswer> =>
    Promise.resolve({
      variables: held().toString().split('\n').map((line) => {
        const [name = '', value = ''] = line.split('=');
        return { name, values: [{ stage: state.stage, value, address: `0x${(state.base + BigInt(held().indexOf(`${name}=`) + (ofAssignment ? 0 : name.length + 1))).toString(16)}` }], readers: [], editable: true, faults: [] };
      }),
    });
  const readMany = (parts: readonly { address: bigint; length: number }[]) =>
    Promise.resolve(parts.map(({ address, length }) => (address < state.base || address + BigInt(length) > state.base + BigInt(held().length) ? undefined : held().subarray(Number(address - state.base), Number(address - state.base) + length))));
  const breakpoints = {
    addMany: (requests: readonly Omit<Breakpoint, 'id'>[]) => {
      if (refuses) return Promise.reject(failure(qemuErrors.hardwareSlots, { holders: 'the user', address: '0x1000' }));
      const added = requests.map((request, id) => ({ ...request, id }));
      state.set.push(...added);
      return Promise.resolve(added);
    },
    remove: (gone: readonly Breakpoint[]) => {
      state.set = state.set.filter((one) => !gone.includes(one));
      return Promise.resolve();
    },
  };
  const host = { machine: { currentSpace: () => Promise.resolve({ readMany }), breakpoints }, chain: { chain: { environment }, context: () => Promise.resolve({}) }, stages: { get current() { return state.stage; } } } as unknown as Host;
  return { host, state, memory, write: (to: string) => memory.set(state.base, Buffer.from(to)) };
};

describe('an environment without functions that set it', () => {
  it('is watched at the bytes of the values that are meant', async () => {
    const { host, state, write } = scene('A=one\nAB=two\nB=three');
    const watch = new EnvironmentWatch(host, 'me', 'A*');
    expect(await watch.sync()).toMatchObject({ verified: true, message: expect.stringContaining('A, AB') as string });
    expect(state.set.map(({ kind, address, length, owner }) => [kind, address, length, owner])).toEqual([['write', 0x1002n, 3, 'me'], ['write', 0x1009n, 3, 'me']]);
    expect(watch.isMine({ hits: [{ owner: 'me' }] } as unknown as Stop)).toBe(true);
    expect(watch.isMine({ hits: [{ owner: 'you' }] } as unknown as Stop)).toBe(false);
    expect(await watch.changes(true)).toEqual([]);
    write('A=one\nAB=TWO\nB=other');
    expect(await watch.changes(true)).toEqual([{ name: 'AB', before: 'two', value: 'TWO', seen: true }]);
    expect(await watch.changes(true)).toEqual([]);
    await watch.dispose();
    expect(state.set).toEqual([]);
  });

  it('is watched at the values too where the address is that of the whole assignment', async () => {
    const { host, state } = scene('A=one\nAB=two', { ofAssignment: true });
    await new EnvironmentWatch(host, 'me', 'A*').sync();
    expect(state.set.map(({ address, length }) => [address, length])).toEqual([[0x1002n, 3], [0x1009n, 3]]);
  });

  it('takes what the user wrote while it stood as the old value', async () => {
    const { host, write } = scene('A=one');
    const watch = new EnvironmentWatch(host, 'me', 'A');
    await watch.sync();
    write('A=two');
    await watch.sync();
    expect(await watch.changes(true)).toEqual([]);
  });

  it('is looked for again where the kernel has it in the next stage', async () => {
    const { host, state, memory } = scene('A=one');
    const watch = new EnvironmentWatch(host, 'me', 'A');
    await watch.sync();
    memory.set(0x9000n, Buffer.from('A=one'));
    Object.assign(state, { base: 0x9000n, stage: 'init' });
    await watch.sync();
    expect(state.set.map(({ address }) => address)).toEqual([0x9002n]);
  });

  it('is compared at each stop where the machine has no watchpoint left', async () => {
    const { host, state, write } = scene('A=one', { refuses: true });
    const watch = new EnvironmentWatch(host, 'me', 'A');
    expect(await watch.sync()).toMatchObject({ verified: true, message: expect.stringMatching(/compared at each stop: BS\d{3}: /) as string });
    expect(watch.isWatching).toBe(false);
    expect(state.set).toEqual([]);
    write('A=two');
    expect(await watch.changes(false)).toEqual([{ name: 'A', before: 'one', value: 'two', seen: false }]);
  });

  it('says so where no variable is meant', async () => {
    const { host } = scene('A=one\nEMPTY=');
    expect(await new EnvironmentWatch(host, 'me', 'Z').sync()).toEqual({ verified: false, message: 'no variable Z with a known place in memory' });
    expect((await new EnvironmentWatch(host, 'me', 'EMPTY').sync()).verified).toBe(false);
  });
});

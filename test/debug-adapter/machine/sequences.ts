import fc from 'fast-check';
import type { Breakpoint, Machine } from '../../../debug-adapter/machine/machine';

/** What a debugger may ask of a machine, in any order. `place` picks one of the guest's addresses. */
export type Action =
  | { readonly do: 'add' | 'addTwice' | 'watch'; readonly place: number }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'run' | 'runAndInterrupt' | 'step' | 'registers' | 'bothAtOnce' }
  | { readonly do: 'read' | 'write'; readonly place: number };

const place = fc.nat(3);
export const actions = (maxLength: number): fc.Arbitrary<Action[]> =>
  fc.array(
    fc.oneof(
      fc.record({ do: fc.constantFrom('add' as const, 'addTwice' as const, 'watch' as const, 'read' as const, 'write' as const), place }),
      fc.record({ do: fc.constant('remove' as const), which: fc.nat(20) }),
      fc.record({ do: fc.constantFrom('run' as const, 'runAndInterrupt' as const, 'step' as const, 'registers' as const, 'bothAtOnce' as const) }),
    ),
    { maxLength },
  );

/** Does them all; every request is answered or refused with a code, and every stop is where the machine then is. */
export async function perform(machine: Machine, places: readonly bigint[], data: bigint, list: readonly Action[]): Promise<void> {
  const at = (n: number): bigint => places[n % places.length] ?? 0n;
  const held: Breakpoint[] = [];
  for (const action of list) {
    switch (action.do) {
      case 'add':
        held.push(await machine.breakpoints.add({ kind: 'execute', address: at(action.place), owner: 'a' }));
        break;
      case 'addTwice':
        held.push(...(await machine.breakpoints.addMany(['b', 'c'].map((owner) => ({ kind: 'execute' as const, address: at(action.place), owner })))));
        break;
      case 'watch':
        held.push(await machine.breakpoints.add({ kind: 'write', address: data + 64n + BigInt(8 * action.place), length: 8, owner: 'w' }));
        break;
      case 'remove': {
        const [gone] = held.splice(action.which % Math.max(1, held.length), 1);
        if (gone !== undefined) await machine.breakpoints.remove([gone]);
        break;
      }
      case 'run':
      case 'runAndInterrupt': {
        await machine.resume();
        const willStop = action.do === 'run' && machine.breakpoints.all.some((b) => b.kind === 'execute');
        const stop = willStop ? await machine.nextStop() : await machine.interrupt();
        await same(machine, stop.pc);
        break;
      }
      case 'step':
        await same(machine, (await machine.step()).pc);
        break;
      case 'registers':
        await machine.registers();
        break;
      case 'bothAtOnce': {
        const outcomes = await Promise.allSettled([machine.resume(), machine.registers(), machine.resume(), machine.physical.read(data, 8), machine.interrupt()]);
        for (const outcome of outcomes) if (outcome.status === 'rejected' && !/^BS107/.test(String((outcome.reason as Error).message))) throw outcome.reason;
        break;
      }
      case 'read':
        await Promise.all([(await machine.currentSpace()).read(data, 100), machine.physical.read(data, 8)]);
        break;
      case 'write': {
        await machine.physical.write(data + 128n, Buffer.of(action.place));
        const [byte] = await machine.physical.read(data + 128n, 1);
        if (byte !== action.place) throw new Error('a write was not seen');
        break;
      }
    }
    if (machine.state !== 'stopped') throw new Error(`${machine.state} after ${action.do}`);
  }
}

async function same(machine: Machine, pc: bigint): Promise<void> {
  const now = (await machine.registers()).pc;
  if (now !== pc) throw new Error(`the stop said 0x${pc.toString(16)}, the machine is at 0x${now.toString(16)}`);
}

import type { StageId } from '../../../debug-adapter/api';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { detectChain } from '../../../debug-adapter/chains/detect';
import { FreebsdChain } from '../../../debug-adapter/chains/freebsd/freebsd';
import { createView } from '../../../debug-adapter/inspect/program-view';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import type { FreebsdLive, FreebsdLiveVariant } from '../../guests/freebsd-live/build.mjs';

const machines: Machine[] = [];
/** Ends every guest that was booted here. */
export const closeAll = async (): Promise<void> => {
  for (const machine of machines.splice(0)) await machine.close('kill');
};

export interface Booted {
  readonly machine: Machine;
  readonly chain: FreebsdChain;
  context(stage: StageId): ChainContext;
  said(): string;
  untilSaid(text: string): Promise<void>;
  untilAt(name: string): Promise<void>;
}

/** Boots a guest as far as its kernel is placed; it stands at its first instruction. `append` adds to its environment. */
export const boot = async (guest: FreebsdLive, variant: FreebsdLiveVariant, append?: string): Promise<Booted> => {
  const machine = await launchQemu({ argv: guest.qemu(variant, append === undefined ? {} : { append }) });
  machines.push(machine);
  const program = new PlacedProgram(machine);
  const module = await program.add({ stage: 'kernel', file: guest.kernel });
  if (module === undefined) throw new Error('no kernel');
  program.place(module, 0n, { confirmed: true });
  const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
  const id = detectChain({ hasSymbol: (name) => module.image.symbols.named(name).length > 0, serialText: said });
  return {
    machine,
    chain: new FreebsdChain(id === 'nextbsd' ? 'nextbsd' : 'freebsd'),
    said,
    context: (stage) => ({ machine, program, kernel: createView(program, module), userland: () => undefined, viewOf: (of) => createView(program, of), stage, serialText: said }),
    untilSaid: async (text) => {
      if (said().includes(text)) return;
      await new Promise<void>((resolve, reject) => {
        const off = machine.on('serial', () => { if (said().includes(text)) { off(); resolve(); } });
        machine.on('ended', ({ detail }) => reject(new Error(detail)));
        void machine.resume();
      });
      await machine.interrupt();
    },
    untilAt: async (name) => {
      const address = module.image.symbols.named(name)[0]?.address;
      if (address === undefined) throw new Error(`no ${name}`);
      const breakpoint = await machine.breakpoints.add({ kind: 'execute', address, owner: 'test' });
      await machine.resume();
      await machine.nextStop();
      await machine.breakpoints.remove([breakpoint]);
    },
  };
};

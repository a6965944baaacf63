// What run-control.bench.mjs measures below the debug adapter's protocol, bundled by it.
import { attachQemu } from '../../debug-adapter/machine/attach';

/** Joins the stub at `gdb`, runs to `place`, and steps by single instructions, each with its registers read. Steps a second; as many before are not counted. */
export const stepRate = async (gdb: string, place: bigint, steps: number): Promise<number> => {
  const machine = await attachQemu({ gdb });
  try {
    await machine.breakpoints.add({ kind: 'execute', address: place, owner: 'bench' });
    await machine.resume();
    await machine.nextStop();
    const many = async (): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        await machine.step();
        await machine.registers();
      }
    };
    await many();
    const started = performance.now();
    await many();
    return (steps * 1000) / (performance.now() - started);
  } finally {
    await machine.close('detach');
  }
};

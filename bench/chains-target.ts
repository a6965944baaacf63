// What chains.bench.mjs measures, bundled by it: the readers on a machine that was joined, with the memory they ask for written down.
import { FreebsdChain } from '../debug-adapter/chains/freebsd/freebsd';
import type { ChainContext } from '../debug-adapter/chains/chain';
import { createView } from '../debug-adapter/inspect/program-view';
import type { ProgramView } from '../debug-adapter/inspect/view';
import { attachQemu } from '../debug-adapter/machine/attach';
import { PlacedProgram } from '../debug-adapter/program/placed-program';

type Batch = readonly { readonly address: bigint; readonly length: number }[];

/** Joins the stub at `gdb`, reads the mount table with every view, and leaves. Seconds and processor milliseconds of the reading alone, and what was asked for, batch by batch. */
export const readMounts = async (gdb: string, kernel: string): Promise<{ readonly seconds: number; readonly cpu: number; readonly mounts: number; readonly views: number; readonly batches: readonly Batch[] }> => {
  const machine = await attachQemu({ gdb });
  try {
    const program = new PlacedProgram(machine);
    const module = await program.add({ stage: 'kernel', file: kernel });
    if (module === undefined) throw new Error('no kernel');
    program.place(module, 0n, { confirmed: true });
    const batches: Batch[] = [];
    const view = createView(program, module, await machine.currentSpace());
    // Made so that what is not written down costs what it costs without.
    const recorded = Object.create(view, {
      prefetch: {
        value: (requests: Batch) => {
          batches.push(requests);
          return view.prefetch(requests);
        },
      },
    }) as ProgramView;
    const context = { machine, program, kernel: recorded, stage: 'login', userland: () => undefined, viewOf: () => recorded, serialText: () => '' } satisfies ChainContext;
    // Opening debug information is not what is measured.
    for (const type of ['mount', 'vfsconf', 'proc', 'vnode', 'namecache', 'pwddesc', 'pwd', 'ucred', 'prison', 'vmspace', 'unionfs_mount']) view.hasType(type);
    const used = process.cpuUsage();
    const start = performance.now();
    const { kernel: rows, views, unknown } = await new FreebsdChain('freebsd').mounts(context, {});
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(used);
    if (unknown !== undefined) throw new Error(unknown);
    program.close();
    return { seconds, cpu: (user + system) / 1000, mounts: rows.length, views: views.length, batches };
  } finally {
    await machine.close('detach');
  }
};

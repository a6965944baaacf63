import { describe, expect, it } from 'vitest';
import type { Image } from '../../../debug-adapter/images/image';
import { Locations } from '../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { Sources } from '../../../debug-adapter/program/sources';
import { Core } from '../../../debug-adapter/session/core';
import { SymbolLoading } from '../../../debug-adapter/session/symbol-loading';
import { FakeMachine, fakeImage } from '../program/fakes';

const TEXT = 0xffff_ffff_c000_0000n;

/** A module whose symbols are big: `finish` ends what the worker does. */
const bigModule = () => {
  const image = fakeImage({ path: '/b/zfs.ko', base: 0n, functions: [{ name: 'zfs_mount', entry: 0x40n, end: 0x80n }] });
  const index = { quick: false, present: false, loads: 0, progress: undefined as ((done: number) => void) | undefined };
  let finish: (error?: Error) => void = () => undefined;
  const load = ({ signal, progress }: { signal?: AbortSignal; progress?: (done: number) => void } = {}): Promise<boolean> => {
    index.loads++;
    index.progress = progress;
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      finish = (error) => {
        index.quick = true;
        if (error) reject(error);
        else resolve(true);
      };
    });
  };
  const debugInfo = { ...image.debugInfo, index: { ...index, load, get quick() { return index.quick; } } };
  return { image: { ...image, type: 'rel', debugInfo } as unknown as Image, index, finish: (error?: Error) => finish(error) };
};

const setup = () => {
  const heard: { event: string; body: object | undefined }[] = [];
  const core = new Core((event, body) => heard.push({ event, body }), () => undefined);
  const symbols = new SymbolLoading(core);
  const program = new PlacedProgram(new FakeMachine().asMachine());
  program.onAdded(({ image }) => {
    symbols.start(image);
  });
  const locations = new Locations(program, new Sources({ roots: [] }), (image) => symbols.of(image));
  return { heard, symbols, program, locations };
};

describe('the symbols of a module that comes while the machine runs', () => {
  it('are read elsewhere: breakpoints wait for them, and the machine for the breakpoints', async () => {
    const { program, locations, symbols } = setup();
    const located = locations.add({ kind: 'function', name: 'zfs_mount' });
    const { image, index, finish } = bigModule();
    const module = program.addImage({ stage: 'kernel', image });
    program.place(module, TEXT);
    expect(located.resolution).toMatchObject({ verified: false, message: 'pending: the symbols of zfs.ko are being read' });
    const order: string[] = [];
    const complete = locations.complete().then(() => order.push('complete'));
    await Promise.resolve();
    order.push('answering');
    finish();
    await complete;
    expect(order).toEqual(['answering', 'complete']);
    expect(located.resolution).toMatchObject({ verified: true, locations: [{ address: TEXT + 0x40n }] });
    expect(symbols.settled).toBeUndefined();
    // A second process or place of the same image reads nothing again.
    program.addImage({ stage: 'kernel', image });
    expect(index.loads).toBe(1);
    locations.dispose();
  });

  it('are read when needed where the worker fails, which is told', async () => {
    const { program, locations, heard } = setup();
    const located = locations.add({ kind: 'function', name: 'zfs_mount' });
    const { image, finish } = bigModule();
    program.place(program.addImage({ stage: 'kernel', image }), TEXT);
    finish(new Error('out of luck'));
    await locations.complete();
    expect(located.resolution.verified).toBe(true);
    expect(heard).toEqual([{ event: 'output', body: { category: 'important', output: expect.stringContaining('out of luck') as string } }]);
    locations.dispose();
  });

  it('are let go with the session', async () => {
    const { program, symbols, heard, locations } = setup();
    program.addImage({ stage: 'kernel', image: bigModule().image });
    const settled = symbols.settled;
    expect(settled).toBeDefined();
    symbols.dispose();
    await settled;
    expect(heard).toEqual([]);
    locations.dispose();
  });
});

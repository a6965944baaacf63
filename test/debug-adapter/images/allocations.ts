import { vi } from 'vitest';

/** What the readers take memory with, all at once and by a size that a file may claim. */
const columns = ['Uint8Array', 'Int32Array', 'Uint32Array', 'Float64Array', 'ArrayBuffer', 'SharedArrayBuffer'] as const;
const buffers = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;

/**
 * Watches how much memory is asked for at once until `stop`; `largest` gives the most, in bytes. Unlike the size of the process it depends neither on
 * what else runs in it nor on when its memory is collected.
 */
export const watchAllocations = (): { readonly largest: () => number; readonly stop: () => void } => {
  let most = 0;
  const note = (bytes: unknown): void => {
    if (typeof bytes === 'number') most = Math.max(most, bytes);
  };
  const before = columns.map((name) => [name, globalThis[name]] as const);
  for (const [name, plain] of before) {
    const size = 'BYTES_PER_ELEMENT' in plain ? plain.BYTES_PER_ELEMENT : 1;
    const watched: object = new Proxy(plain as unknown as new (...given: unknown[]) => object, {
      construct: (target, given: unknown[], made): object => {
        if (typeof given[0] === 'number') note(given[0] * size);
        return Reflect.construct(target, given, made === watched ? target : made);
      },
    });
    Object.assign(globalThis, { [name]: watched });
  }
  const spies = buffers.map((name) => {
    const plain = Buffer[name].bind(Buffer) as (size: number, ...rest: unknown[]) => Buffer;
    return vi.spyOn(Buffer, name).mockImplementation(((size: number, ...rest: unknown[]) => {
      note(size);
      return plain(size, ...rest);
    }) as never);
  });
  return {
    largest: () => most,
    stop: () => {
      for (const [name, plain] of before) Object.assign(globalThis, { [name]: plain });
      for (const spy of spies) spy.mockRestore();
    },
  };
};

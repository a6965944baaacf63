import type { Image } from '../../debug-adapter/images/image';

/** How far a log says that the image was moved, or lets know by names beside its addresses; 0 where it does neither. */
export const offsetIn = (image: Image, log: string): bigint => kernelOffset(log) ?? (image.type === 'dyn' ? programOffset(image, log) : undefined) ?? 0n;

/** As Linux prints it behind its panics (arch/x86/kernel/setup.c, dump_kernel_offset). */
const kernelOffset = (log: string): bigint | undefined => {
  const found = /Kernel Offset: (0x[0-9a-f]+) from 0x[0-9a-f]+/i.exec(log)?.[1];
  return found === undefined ? undefined : BigInt(found);
};

/** A frame of Rust's library with its address (library/std/src/../backtrace/src/print.rs, PrintFmt::Full). */
const rustFrame = /^\s*\d+:\s+0x([0-9a-f]{6,16}) - (.+?)\s*$/i;
const pageSize = 4096n;
/** Of a name with more places than that none tells anything. */
const mostPlaces = 16;

/**
 * The one offset, a multiple of a page, at which most frames of a program's backtrace lie in the functions that they name; undefined where
 * no or not a single one does.
 */
const programOffset = (image: Image, log: string): bigint | undefined => {
  const votes = new Map<bigint, number>();
  for (const line of log.split(/\r?\n/)) {
    const [, address = '', name = ''] = rustFrame.exec(line) ?? [];
    if (name === '') continue;
    const places = image.symbols.named(plainName(name)).filter(({ kind, size }) => kind === 'function' && size > 0);
    if (places.length > mostPlaces) continue;
    for (const { address: start, size } of places) {
      // A return address may be the one behind the function's last instruction.
      const last = BigInt(`0x${address}`) - start;
      for (let offset = last - (last % pageSize); offset >= 0n && last - offset <= BigInt(size); offset -= pageSize) votes.set(offset, (votes.get(offset) ?? 0) + 1);
    }
  }
  const [first, second] = [...votes].sort(([, a], [, b]) => b - a);
  return first && (second === undefined || second[1] < first[1]) ? first[0] : undefined;
};

/** Without what tells crates and instances apart: the hash behind a legacy name, the disambiguator of a crate in a v0 one. */
const plainName = (name: string): string => name.replace(/::h[0-9a-f]{16}$/, '').replace(/\[[0-9a-f]{8,16}\]/g, '');

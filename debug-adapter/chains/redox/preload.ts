import { parseRedoxHex } from '../../../boot/environment/redox';
import { newestRedoxfsHeader, parseRedoxfsHeader, redoxfsBlockSize, redoxfsHeaderRing, type RedoxfsHeader } from '../../../boot/redoxfs-header';
import type { Memory } from '../../machine/machine';

export interface Preload {
  /** Physical. */
  readonly address: bigint;
  /** Bytes. */
  readonly size: bigint;
}

/** What the bootloader said of the live disk; undefined: not a live boot. */
export const preloadOf = (variables: ReadonlyMap<string, string>): Preload | undefined => {
  const address = parseRedoxHex(variables.get('DISK_LIVE_ADDR') ?? '');
  const size = parseRedoxHex(variables.get('DISK_LIVE_SIZE') ?? '');
  return address === undefined || size === undefined || size === 0n ? undefined : { address, size };
};

/**
 * The header of the filesystem whose start was preloaded, read physically: the kernel does not map the preload. The first
 * block is enough for the size when its hash fits; else the newest of the ring.
 */
export const readPreloadedHeader = async (physical: Memory, preload: Preload): Promise<RedoxfsHeader | undefined> => {
  const first = parseRedoxfsHeader(await physical.readSome(preload.address, redoxfsBlockSize));
  if (first?.valid === true) return first;
  const ring = BigInt(redoxfsBlockSize * redoxfsHeaderRing);
  return newestRedoxfsHeader(await physical.readSome(preload.address, Number(preload.size < ring ? preload.size : ring)));
};

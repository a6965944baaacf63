import { serialLines } from './serial-text';

/**
 * What the bootloader said of its preload, in bytes: `live: preloaded A MiB of B MiB filesystem` and `capping preload at N MiB`
 * (Red Bear local/patches/bootloader/P5-live-preload-cap-1gib.patch), else the last `live: i/N MiB` before `Switching to live
 * disk` (redox-os/bootloader src/main.rs). undefined: it did not say, or live mode was off.
 */
export const preloadFromText = (serial: string): bigint | undefined => {
  let found: bigint | undefined;
  for (const { text } of serialLines(serial)) {
    if (/^(live: disabled|Continuing without live preload)/.test(text)) found = undefined;
    const [, size] = /live: preloaded (\d{1,8}) MiB of \d+ MiB filesystem/.exec(text) ?? /capping preload at (\d{1,8}) MiB/.exec(text) ?? /^live: \d+\/(\d{1,8}) MiB/.exec(text) ?? [];
    if (size !== undefined) found = BigInt(size) << 20n;
  }
  return found;
};

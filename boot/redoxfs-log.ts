import { serialLines } from './serial-text';

/**
 * Which disks redoxfs tried and what came of each, from what it printed (redox-os/redoxfs src/bin/mount.rs; `println!("redoxfs: …")`
 * until October 2025, then the same words through the log crate: only the errors appear by default). Pure.
 */
export interface DiskAttempt {
  /** `/scheme/disk.live/0` */
  readonly disk: string;
  readonly outcome: 'opening' | 'opened' | 'other-uuid' | 'failed' | 'mounted';
  /** As redoxfs says it; the daemon's own error number is lost on the way (`RedoxFS: IO ERROR`, then EIO). */
  readonly error?: string;
  /** The filesystem found there. */
  readonly uuid?: string;
  /** Where it was mounted: `/scheme/file`. */
  readonly mountpoint?: string;
  /** What lay behind the error, from the raw line of src/disk/file.rs. */
  readonly ioError?: string;
  readonly evidence: readonly { readonly line: number; readonly text: string }[];
}

export interface RedoxfsLog {
  /** In the order in which redoxfs came to them: that of its map of schemes, not of their start. */
  readonly attempts: readonly DiskAttempt[];
  /** `not able to mount uuid …`: it gave up. */
  readonly gaveUp?: { readonly uuid: string; readonly line: number };
}

type Draft = { -readonly [K in keyof DiskAttempt]: DiskAttempt[K] } & { evidence: { line: number; text: string }[] };

export const redoxfsLog = (serial: string): RedoxfsLog => {
  const attempts: Draft[] = [];
  let gaveUp: RedoxfsLog['gaveUp'];
  let ioError: string | undefined;
  const attempt = (disk: string): Draft => {
    const last = [...attempts].reverse().find((one) => one.disk === disk);
    if (last !== undefined && (last.outcome === 'opening' || last.outcome === 'opened')) return last;
    const made: Draft = { disk, outcome: 'opening', evidence: [] };
    attempts.push(made);
    return made;
  };
  for (const { number, text } of serialLines(serial)) {
    const note = (disk: string, outcome: DiskAttempt['outcome'], more: Partial<DiskAttempt> = {}): void => {
      const found = attempt(disk);
      Object.assign(found, more, { outcome });
      found.evidence.push({ line: number, text });
    };
    const io = /RedoxFS: IO ERROR: (.{1,200})/.exec(text);
    if (io !== null) ioError = io[1];
    const opening = /redoxfs: opening (\/scheme\/\S{1,200})/.exec(text);
    if (opening?.[1] !== undefined) {
      ioError = undefined;
      note(opening[1], 'opening');
      continue;
    }
    const opened = /opened filesystem on (\/scheme\/\S{1,200}) with uuid ([0-9a-f-]{36})/.exec(text);
    if (opened?.[1] !== undefined) {
      note(opened[1], 'opened', { uuid: opened[2] ?? '' });
      continue;
    }
    const failed = /failed to open filesystem (\/scheme\/\S{1,200}?): (.{1,200})/.exec(text);
    if (failed?.[1] !== undefined) {
      note(failed[1], 'failed', { error: failed[2] ?? '', ...(ioError === undefined ? {} : { ioError }) });
      ioError = undefined;
      continue;
    }
    const mounted = /mounted filesystem on (\/scheme\/\S{1,200}) to (\/?\S{1,200})/.exec(text);
    if (mounted?.[1] !== undefined) {
      note(mounted[1], 'mounted', mounted[2] === undefined ? {} : { mountpoint: mounted[2] });
      continue;
    }
    const other = /filesystem on (\/scheme\/\S{1,200}) does not match uuid/.exec(text);
    if (other?.[1] !== undefined) {
      note(other[1], 'other-uuid');
      continue;
    }
    const given = /not able to mount uuid ([0-9a-f-]{1,40})/.exec(text);
    if (given?.[1] !== undefined) gaveUp = { uuid: given[1], line: number };
  }
  return { attempts, ...(gaveUp === undefined ? {} : { gaveUp }) };
};

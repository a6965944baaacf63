import type { PreloadedFile } from '../../api';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { cStringStep, readText } from '../c-string';
import { walkList } from '../lists';
import { hex } from '../unknown';

/** What the loader left for the kernel: its files in order, the kernel first, and where the block of variables is. */
export interface PreloadMetadata {
  readonly files: readonly PreloadedFile[];
  /** Virtual address of the block of variables. */
  readonly environment?: bigint;
}

/** Record types of the list (sys/sys/linker.h). */
const record = { end: 0x0000, name: 0x0001, type: 0x0002, address: 0x0003, size: 0x0004, environment: 0x8000 | 0x0006 };
/** A list has some dozens of records for each file; the largest, the firmware's memory map, some KiB. */
const mostRecords = 8192;
const longestRecord = 1 << 24;

/**
 * The list that the loader writes behind the last file (stand/common/modinfo.c, md_copymodules) and that `preload_metadata` points at once hammer_time has
 * taken it (sys/amd64/amd64/machdep.c). Before that it is where hammer_time's argument says: `modulep` counts from `kernbase` (sys/amd64/amd64/locore.S).
 * Needs symbols only. undefined: there is none yet.
 */
export const readPreloadMetadata = async (kernel: ProgramView, modulep: () => Promise<bigint | undefined>): Promise<PreloadMetadata | undefined> => {
  const kernbase = kernel.symbol('kernbase');
  const inForce = Buffer.from(await kernel.memory.read(kernel.symbol('preload_metadata'), 8)).readBigUInt64LE();
  const given = inForce === 0n ? ((await modulep()) ?? 0n) : 0n;
  if (inForce === 0n && given === 0n) return undefined;
  const start = inForce === 0n ? given + kernbase : inForce;
  const virtual = (address: bigint): bigint => (address >= kernbase ? address : address + kernbase);
  const files: { name: string; type: string; address: string; size: number }[] = [];
  let environment: bigint | undefined;
  const read = async (offset: number, length: number): Promise<Buffer> => Buffer.from(await kernel.memory.read(start + BigInt(offset), length));
  const text = async (offset: number, length: number): Promise<string> => (await read(offset, length)).toString('utf8').replace(/\0.*$/s, '');
  let at = 0;
  for (let count = 0; count < mostRecords; count++) {
    const head = await read(at, 8);
    const [type, length] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    if (type === record.end && length === 0) return { files, ...(environment === undefined ? {} : { environment }) };
    if (length > longestRecord) throw failure(chainErrors.listTooLong, { name: 'preload_metadata', count });
    const number = async (): Promise<bigint> => (length === 4 ? BigInt((await read(at + 8, 4)).readUInt32LE()) : (await read(at + 8, 8)).readBigUInt64LE());
    const last = files.at(-1);
    if (type === record.name) files.push({ name: await text(at + 8, length), type: '', address: '0x0', size: 0 });
    else if (type === record.environment) environment = virtual(await number());
    else if (last !== undefined && type === record.type) last.type = await text(at + 8, length);
    else if (last !== undefined && type === record.address) last.address = hex(virtual(await number()));
    else if (last !== undefined && type === record.size) last.size = Number(await number());
    at += 8 + ((length + 7) & ~7);
  }
  throw failure(chainErrors.listTooLong, { name: 'preload_metadata', count: mostRecords });
};

/** What the loader has in memory so far: `preloaded_files`, a list of `struct preloaded_file` (stand/common/bootstrap.h, module.c). Addresses are those of the kernel to come. */
export const readPreloadedFiles = async (loader: ProgramView): Promise<readonly PreloadedFile[]> => {
  const batch = new Batch(loader);
  const files = await walkList(batch, 'preloaded_files', 'preloaded_file', loader.variable('preloaded_files'), 'f_next');
  const text = async (value: Value): Promise<string> => {
    const address = await value.integer();
    if (address === 0n) return '';
    await batch.need(address, cStringStep);
    return readText(loader, address);
  };
  return Promise.all(
    files.map(async (file) => {
      const [name, type] = await Promise.all([text(file.member('f_name')), text(file.member('f_type'))]);
      return { name, type, address: hex(await file.member('f_addr').integer()), size: await file.member('f_size').number() };
    }),
  );
};

import { initfsFiles, initfsMagic, type InitfsFile } from '../../../boot/redox-initfs';
import type { Memory } from '../../machine/machine';
import type { ChainContext } from '../chain';
import { perhaps } from '../unknown';
import { bootstrapBytes } from './environment';
import { unitFromText, type FoundUnit } from './unit-files';

const pageSize = 4096n;
/** Physical addresses are below this (rmm/src/arch/x86_64.rs: 52 bits at most). */
const highest = 1n << 52n;
/** The later folder wins, as in init (base init/src/unit.rs, load_single_unit). */
const folders = ['lib/init.d/', 'etc/init.d/'] as const;
const largest = 1 << 20;

/** Units of the initfs that the running system was given, read out of memory once a boot. */
export class InitfsUnits {
  #units: readonly FoundUnit[] | undefined;

  /** A boot begins anew. */
  clear(): void {
    this.#units = undefined;
  }

  /** undefined: no initfs is in memory, or none that can be found. Needs the kernel's symbol table (level 1). */
  async read(context: ChainContext): Promise<readonly FoundUnit[] | undefined> {
    this.#units ??= await perhaps(() => unitsOf(context));
    return this.#units;
  }
}

const unitsOf = async ({ kernel, machine }: ChainContext): Promise<readonly FoundUnit[] | undefined> => {
  if (kernel === undefined) return undefined;
  const base = await findInitfs(await bootstrapBytes(kernel), machine.physical);
  if (base === undefined) return undefined;
  const files = await initfsFiles((offset, length) => machine.physical.readSome(base + BigInt(offset), length));
  if (files === undefined) return undefined;
  const wanted = new Map<string, InitfsFile>();
  for (const folder of folders) for (const file of files) if (file.path.startsWith(folder) && !file.path.slice(folder.length).includes('/') && file.length <= largest) wanted.set(file.path.slice(folder.length), file);
  const found = [...wanted].sort(([one], [other]) => (one < other ? -1 : 1));
  const contents = await machine.physical.readMany(found.map(([, { offset, length }]) => ({ address: base + BigInt(offset), length: Math.max(1, length) })));
  return found.flatMap(([id, { length }], index) => {
    const unit = unitFromText(id, Buffer.from(contents[index]?.subarray(0, length) ?? []).toString('utf8'), 1);
    return unit === undefined ? [] : [unit];
  });
};

/** Physical address of the image: `base` of `BOOTSTRAP` (kernel/src/startup/mod.rs), known by the magic that lies there. */
const findInitfs = async (bootstrap: DataView, physical: Memory): Promise<bigint | undefined> => {
  for (let offset = 0; offset + 8 <= bootstrap.byteLength; offset += 8) {
    const address = bootstrap.getBigUint64(offset, true);
    if (address === 0n || address >= highest || address % pageSize !== 0n) continue;
    if (Buffer.from(await physical.readSome(address, initfsMagic.length)).toString('latin1') === initfsMagic) return address;
  }
  return undefined;
};

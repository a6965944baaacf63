import { guidText } from '../../../boot/efi-device-path';
import type { Partition } from '../../../boot/efi-boot-entry';
import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { perhaps } from '../unknown';
import { readGeom, type Geom } from './geom';

/** DOSDSNOFF, sys/sys/disk/mbr.h: the disk's serial number in its first sector. */
const serialNumberAt = 440;

/**
 * What libefivar's find_geom_efimedia finds for a provider: `HD(1,GPT,…)` of a partition, for a label that of the partition beneath it. true: a partition
 * whose node cannot be read. false: it has none (sys/geom/part: only GPT and MBR give an efimedia).
 */
export const readPartition = async (kernel: ProgramView, batch: Batch, from: string): Promise<Partition> => {
  const geom = await readGeom(kernel, batch);
  const address = partitionOf(geom, from.replace(/^\/dev\//, ''));
  return address === undefined ? false : ((await perhaps(() => readEfimedia(batch, address))) ?? true);
};

/** Address of the partition's struct g_provider, through any labels over it. */
const partitionOf = (geom: Geom, name: string): bigint | undefined => {
  const seen = new Set<string>();
  for (let next: string | undefined = name; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const provider = geom.providers.get(next);
    if (provider?.className === 'PART') return provider.address;
    next = provider?.className === 'LABEL' ? provider.below[0] : undefined;
  }
  return undefined;
};

/** g_part_gpt_efimedia and g_part_mbr_efimedia (sys/geom/part/g_part_gpt.c, g_part_mbr.c), by `struct g_part_entry` and `g_part_table` of g_part.h. */
const readEfimedia = async (batch: Batch, address: bigint): Promise<string | false> => {
  const provider = await batch.at('g_provider', address);
  const entryAt = await provider.member('private').integer();
  const tableAt = await (await batch.at('g_geom', await provider.member('geom').integer())).member('softc').integer();
  const [entry, table] = await Promise.all([batch.at('g_part_entry', entryAt), batch.at('g_part_table', tableAt)]);
  const scheme = await (await batch.at('g_part_scheme', await table.member('gpt_scheme').integer())).member('name').string();
  const [index, start, end] = await Promise.all([entry.member('gpe_index').integer(), entry.member('gpe_start').integer(), entry.member('gpe_end').integer()]);
  const place = `0x${start.toString(16)},0x${(end - start + 1n).toString(16)}`;
  if (scheme === 'GPT') {
    const id = (await batch.at('g_part_gpt_entry', entryAt)).member('ent').member('ent_uuid');
    return `HD(${index},GPT,${guidText(await id.bytes(), 0)},${place})`;
  }
  if (scheme !== 'MBR') return false;
  const sector = Buffer.from(await (await batch.at('g_part_mbr_table', tableAt)).member('mbr').bytes());
  return `HD(${index},MBR,0x${sector.readUInt32LE(serialNumberAt).toString(16).padStart(8, '0')},${place})`;
};

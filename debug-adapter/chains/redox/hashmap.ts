import { strip } from '../../images/types';
import type { Type } from '../../images/types';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { holderOf, innerInteger } from '../members';

/** A map of more buckets than this is not one. */
const mostBuckets = 1 << 16;
/** Set in the control byte of an empty or deleted bucket. */
const freeBit = 0x80;

/**
 * Entries of a hashbrown HashMap, each a tuple of key and value, in the map's own order. Buckets lie below the control bytes,
 * last first (hashbrown src/raw/mod.rs: `RawTable`, `RawTableInner {bucket_mask, ctrl, items}`).
 */
export const hashMapEntries = async (kernel: ProgramView, map: Value): Promise<readonly Value[]> => {
  const table = rawTable(map);
  const entry = templateOf(table, 'T');
  if (entry === undefined) throw failure(chainErrors.noMember, { type: map.type.qualifiedName, member: 'T of RawTable' });
  const inner = holderOf(table, 'bucket_mask', 'ctrl', 'items');
  const mask = await inner.member('bucket_mask').number();
  if ((await inner.member('items').integer()) === 0n) return [];
  if (mask >= mostBuckets) throw failure(chainErrors.listTooLong, { name: map.type.qualifiedName, count: mostBuckets });
  const control = await innerInteger(inner.member('ctrl'));
  const bytes = await kernel.memory.read(control, mask + 1);
  const size = BigInt(strip(entry).size);
  const entries: Value[] = [];
  for (let index = 0; index <= mask; index++) if (((bytes[index] ?? freeBit) & freeBit) === 0) entries.push(kernel.value(entry, control - BigInt(index + 1) * size));
  await kernel.prefetch(entries.flatMap(({ address }) => (address === undefined ? [] : [{ address, length: Number(size) }])));
  return entries;
};

/** The raw table within the wrappers round a map. */
const rawTable = (map: Value): Value => {
  const level: Value[] = [map];
  for (let looked = 0; looked < 256; looked++) {
    const candidate = level.shift();
    if (candidate === undefined) break;
    const type = strip(candidate.type);
    if (type.kind !== 'struct') continue;
    if (/(^|::)RawTable</.test(type.name)) return candidate;
    for (const member of type.members) if (member.name !== '' && strip(member.type).kind === 'struct') level.push(candidate.member(member.name));
  }
  throw failure(chainErrors.noMember, { type: map.type.qualifiedName || map.type.name, member: 'RawTable' });
};

const templateOf = (value: Value, parameter: string): Type | undefined => {
  const type = strip(value.type);
  return type.kind === 'struct' ? type.templateParameters.find(({ name }) => name === parameter)?.type : undefined;
};

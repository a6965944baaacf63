import { duplicateEntries, entriesOf, parseBootEntries } from '../../../boot/efi-entries';
import { entryOfPath, entryOfProviderPath, type EfiEntry } from '../../../boot/efi-boot-entry';
import { stripTerminalControl } from '../../../boot/serial-text';
import { normalise } from '../../../boot/mount-rules';
import type { EfiBootEntryAnswer, EfiBootEntryArguments } from '../../api';
import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { processId } from '../process-name';
import { processForPath } from '../resolve-path';
import { isUnknown, perhaps } from '../unknown';
import { readGeom } from './geom';
import { statfsIn } from './prisons';
import type { Tables } from './tables';

const unknownAnswer = (reason: string, process?: string): EfiBootEntryAnswer => ({
  devicePath: { unknown: `because ${reason}` },
  stored: { unknown: `because ${reason}` },
  correct: { unknown: `because ${reason}` },
  agrees: false,
  ...(process === undefined ? {} : { process }),
  why: `unknown: because ${reason}`,
});

const answerOf = (entry: EfiEntry, process?: string): EfiBootEntryAnswer => ({
  devicePath: entry.stored === undefined ? { unknown: `because ${entry.why}` } : `${entry.provider}/${entry.stored}`,
  stored: entry.stored ?? { unknown: `because ${entry.why}` },
  correct: entry.correct,
  agrees: entry.stored === entry.correct,
  ...(process === undefined ? {} : { process }),
  why: entry.why,
  call: entry.call,
});

/** find_geom_efimedia: the provider itself, or for a LABEL the one beneath it, must be made by the class PART. */
const readIsPartition = async (kernel: ProgramView, batch: Batch, from: string): Promise<boolean> => {
  const { providers } = await readGeom(kernel, batch);
  const provider = providers.get(from.replace(/^\/dev\//, ''));
  if (provider?.className !== 'LABEL') return provider?.className === 'PART';
  return provider.below.some((name) => providers.get(name)?.className === 'PART');
};

/** The answer with what the console has shown of the firmware's entries: the same file twice is told by the device path, which labels do not show. */
export const withBootEntries = (answer: EfiBootEntryAnswer, console: string): EfiBootEntryAnswer => {
  const entries = parseBootEntries(stripTerminalControl(console));
  if (entries.length === 0) return answer;
  const groups = duplicateEntries(entries);
  const files = [answer.stored, answer.correct].filter((file) => typeof file === 'string');
  const duplicates = new Set(files.flatMap((file) => entriesOf(entries, file)).map(({ name }) => name));
  return {
    ...answer,
    entries: entries.map((entry) => ({ ...entry, same: (groups.find((group) => group.includes(entry)) ?? []).filter((other) => other !== entry).map(({ name }) => name) })),
    ...(duplicates.size === 0 ? {} : { duplicates: [...duplicates] }),
  };
};

/** What `efibootmgr -c -l LOADER` would store, were it run now in the root of that process (lib/libefivar/efivar-dp-xlate.c). */
export const efiBootEntry = async (kernel: ProgramView, tables: Tables, request: EfiBootEntryArguments): Promise<EfiBootEntryAnswer> => {
  const given = entryOfProviderPath(request.loader);
  if (given !== undefined) return answerOf(given);
  if (request.loader.startsWith('//')) return unknownAnswer('a path with two slashes in front is always refused (efipart_to_dp finds no partition, ENOENT)');
  const { table, global, processes, batch } = tables;
  const process = processForPath(request.process, processes, global);
  if (process === undefined) return unknownAnswer('no process has a root directory yet');
  const id = processId(process);
  const { root } = process;
  if (root === undefined || isUnknown(root) || global === undefined) return unknownAnswer(root !== undefined && isUnknown(root) ? root.unknown.replace(/^because /, '') : `${id} has no root directory`, id);
  const realPath = normalise(request.loader);
  const found = table.resolve(root, global, realPath);
  if (found === undefined) return unknownAnswer(`nothing that ${id} can reach lies on ${realPath}`, id);
  const mountedOn = statfsIn(process.prison, found.row).on;
  const isPartition = await perhaps(() => readIsPartition(kernel, batch, found.row.from));
  return answerOf(entryOfPath({ realPath, ...(isPartition === undefined ? {} : { isPartition }), mountedFrom: found.row.from, mountedOn, inFilesystem: found.path }), id);
};

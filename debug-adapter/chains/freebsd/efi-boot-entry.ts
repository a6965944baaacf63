import { entryOfPath, entryOfProviderPath, loaderForm, type EfiEntry } from '../../../boot/efi-boot-entry';
import { duplicateEntries, entriesOf, parseBootEntries, type BootEntry } from '../../../boot/efi-entries';
import { stripTerminalControl } from '../../../boot/serial-text';
import { normalise } from '../../../boot/mount-rules';
import type { EfiBootEntryAnswer, EfiBootEntryArguments } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { processId } from '../process-name';
import { processForPath } from '../resolve-path';
import { isUnknown, perhaps } from '../unknown';
import { readPartition } from './partitions';
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
  devicePath: entry.stored === undefined ? { unknown: `because ${entry.why}` } : [entry.media ?? entry.provider, entry.stored].filter((node) => node !== '').join('/'),
  stored: entry.stored ?? { unknown: `because ${entry.why}` },
  correct: entry.correct,
  agrees: entry.stored === entry.correct,
  ...(entry.media === undefined ? {} : { media: entry.media }),
  ...(process === undefined ? {} : { process }),
  why: entry.why,
  ...(entry.call === undefined ? {} : { call: entry.call }),
});

/**
 * The answer with the entries there are already: the firmware's own, else what efibootmgr has listed on the console. The same file twice is told by the device
 * path, which labels do not show.
 */
export const withBootEntries = (answer: EfiBootEntryAnswer, firmware: readonly BootEntry[] | undefined, console: string): EfiBootEntryAnswer => {
  const entries = firmware ?? parseBootEntries(stripTerminalControl(console));
  if (entries.length === 0) return answer;
  const groups = duplicateEntries(entries);
  const files = [answer.stored, answer.correct].filter((file) => typeof file === 'string' && file !== '') as string[];
  const duplicates = new Set(files.flatMap((file) => entriesOf(entries, file, answer.media)).map(({ name }) => name));
  return {
    ...answer,
    entries: entries.map((entry) => ({ ...entry, same: (groups.find((group) => group.includes(entry)) ?? []).filter((other) => other !== entry).map(({ name }) => name) })),
    entriesFrom: firmware === undefined ? 'console' : 'firmware',
    ...(duplicates.size === 0 ? {} : { duplicates: [...duplicates] }),
  };
};

/** What `efibootmgr -c -l LOADER` would store, were it run now in the root of that process (lib/libefivar/efivar-dp-xlate.c). */
export const efiBootEntry = async (kernel: ProgramView, tables: Tables, request: EfiBootEntryArguments): Promise<EfiBootEntryAnswer> => {
  const given = loaderForm(request.loader);
  if (given.form === 'provider') return answerOf(entryOfProviderPath(given.provider, given.path, await perhaps(() => readPartition(kernel, tables.batch, given.provider))));
  if (given.form === 'refused') return unknownAnswer('a path with two slashes in front is always refused (efipart_to_dp finds no partition, ENOENT)');
  const { table, global, processes, batch } = tables;
  const process = processForPath(request.process, processes, global);
  if (process === undefined) return unknownAnswer('no process has a root directory yet');
  const id = processId(process);
  const { root } = process;
  if (root === undefined || isUnknown(root) || global === undefined) return unknownAnswer(root !== undefined && isUnknown(root) ? root.unknown.replace(/^because /, '') : `${id} has no root directory`, id);
  const realPath = normalise(given.path);
  const found = table.resolve(root, global, realPath);
  if (found === undefined) return unknownAnswer(`nothing that ${id} can reach lies on ${realPath}`, id);
  const mountedOn = statfsIn(process.prison, found.row).on;
  const provider = found.row.from === 'devfs' ? realPath.slice('/dev/'.length) : found.row.from;
  const partition = await perhaps(() => readPartition(kernel, batch, provider));
  return answerOf(entryOfPath({ realPath, partition, mountedFrom: found.row.from, mountedOn, inFilesystem: found.path }), id);
};

import fs from 'node:fs';
import path from 'node:path';
import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { Cursor } from '../bytes/cursor';
import { FileBytes } from '../bytes/file';
import type { SectionBytes } from '../bytes/section-bytes';
import { ElfFile } from '../elf/elf-file';
import type { SectionSource } from '../elf/sections';
import { globalDirectories } from '../elf/separate';
import { splitLines } from './split';

/** What the file that several debug files share is known by. */
interface Link {
  readonly name: string;
  /** Build-id of the shared file, or the checksum in its `.debug_sup`; hex. */
  readonly id: string;
}

/** The file that is shared, open until it is closed. */
export interface SharedSource extends SectionSource {
  close(): void;
}

/** Its sections: units of what is common, and their names and files. */
const shared = ['.debug_info', '.debug_abbrev', '.debug_str', '.debug_line', '.debug_line_str', '.debug_sup'];

/** Whether part of a file's debug information may lie in a file that it shares with others. */
export const sharesDebugInfo = (source: SectionSource): boolean => source.section('.gnu_debugaltlink') !== undefined || source.section('.debug_sup') !== undefined;

/**
 * Sections of the supplementary file of a linked one: what `dwz -m` took out of several debug files (`.gnu_debugaltlink`: a path
 * and a build-id; DWARF 5, section 7.3.6, `.debug_sup`: a path and a checksum). Looked for where the link says, from the linked file's
 * place, and by build-id. Undefined where there is none, or only one of another build.
 */
export const supplementaryOf = (linked: SectionSource): SharedSource | undefined => {
  const link = linkOf(linked);
  for (const file of link ? candidates(linked, link) : []) {
    const found = link && readShared(file, link.id);
    if (found) return found;
  }
  return undefined;
};

/** What the supplementary file is known by, hex, and whether a file is where it could be; undefined where nothing is shared. Reads none. */
export const supplementaryId = (linked: SectionSource): { readonly id: string; readonly present: boolean } | undefined => {
  const link = linkOf(linked);
  return link && { id: link.id, present: candidates(linked, link).length > 0 };
};

/** BS214, for a supplementary file that is not there or of no use. */
export const supplementaryMissing = (linked: SectionSource): BootscopeError | undefined => {
  const link = linkOf(linked);
  if (!link) return undefined;
  const reason = candidates(linked, link).length > 0 ? `what lies there is damaged or not the one with the id ${link.id}` : `no file has that name, and none the build-id ${link.id} below ${globalDirectories().join(', ')}`;
  return failure(imageErrors.partMissing, { missing: path.resolve(folderOf(linked), link.name), file: linked.path, reason });
};

/** Bytes of the file that could be the supplementary one; 0 where there is none. */
export const supplementarySize = (linked: SectionSource): number => {
  const link = linkOf(linked);
  const [file] = link ? candidates(linked, link) : [];
  return file === undefined ? 0 : (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
};

/** What a file says of the one that it shares with others. Throws where that is damaged. */
const linkOf = (linked: SectionSource): Link | undefined => gnuLink(linked.section('.gnu_debugaltlink')) ?? standardLink(linked.section('.debug_sup'), 0);

const folderOf = ({ path: file }: SectionSource): string => path.dirname(fs.existsSync(file) ? fs.realpathSync(file) : file);

/** Files that are where the supplementary file could be. */
const candidates = (linked: SectionSource, link: Link): string[] => {
  const byId = globalDirectories().map((directory) => path.join(directory, '.build-id', link.id.slice(0, 2), `${link.id.slice(2)}.debug`));
  return [path.resolve(folderOf(linked), link.name), ...byId].filter((file) => fs.existsSync(file));
};

const gnuLink = (section: SectionBytes | undefined): Link | undefined => {
  const bytes = section?.whole();
  const end = bytes?.indexOf(0) ?? -1;
  return bytes && end > 0 && end + 1 < bytes.length ? { name: bytes.toString('utf8', 0, end), id: bytes.toString('hex', end + 1) } : undefined;
};

/** `kind`: 0 in a file that refers to another, 1 in the other. */
const standardLink = (section: SectionBytes | undefined, kind: 0 | 1): Link | undefined => {
  if (!section) return undefined;
  const cursor = new Cursor(section, 0);
  if (cursor.u16() !== 5 || cursor.u8() !== kind) return undefined;
  const name = cursor.string();
  const length = cursor.uleb();
  const id = section.range(cursor.position, cursor.position + length).toString('hex', cursor.position, cursor.position + length);
  return { name, id };
};

/** A file that cannot be read must not keep what it completes from being read. */
const readShared = (file: string, id: string): SharedSource | undefined => {
  try {
    const bytes = new FileBytes(file);
    const found = sharedSections(bytes, id);
    if (found) return { path: file, section: (name) => found.get(name), addressOf: () => undefined, packed: () => [...found.values()].filter(({ isUnmade }) => isUnmade), close: () => { bytes.close(); } };
    bytes.close();
  } catch {
    // Another place may have a good one.
  }
  return undefined;
};

/** Undefined where the file is another one, or damaged. */
const sharedSections = (bytes: FileBytes, id: string): Map<string, SectionBytes> | undefined => {
  try {
    const { buildId, sections } = new ElfFile(bytes);
    if (buildId !== id && standardLink(sections.section('.debug_sup'), 1)?.id !== id) return undefined;
    return new Map(
      shared.flatMap((name): [string, SectionBytes][] => {
        const section = sections.section(name);
        return section ? [[name === '.debug_line' ? splitLines : name, section]] : [];
      }),
    );
  } catch {
    return undefined;
  }
};

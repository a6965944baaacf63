import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { toNumber } from '../bytes/address';
import { FileBytes } from '../bytes/file';
import { Damage, leftAlone } from '../damage';
import type { OpenedFile } from '../index/background';
import { PeFile } from '../pe/pe-file';
import { PeImage } from '../pe/pe-image';
import { PeUnwind } from '../pe/unwind';
import { BarePdbImage } from './bare-image';
import { PdbFrames } from './frames';
import { isMsf } from './msf';
import { PdbContainer, PdbFile } from './pdb-file';
import type { ImageLayout } from './pdb-file';
import { pdbIndexHandle } from './pdb-index';
import { PdbInfo } from './pdb-info';
import { pdbSymbolTable } from './symbols';

/**
 * Opens the PDB that a user named for an image.
 * Errors: BS201, BS204–BS206, BS209 for the file, BS208 when it comes from another build.
 */
export const openPdb = (file: FileBytes, pe: PeFile, damage: Damage): PdbFile => {
  const container = new PdbContainer(file);
  const reason = mismatch(container, pe);
  if (reason !== undefined) throw failure(imageErrors.wrongSymbolFile, { file: pe.path, symbols: file.path, reason });
  return laidOver(container, pe, damage);
};

/** A PDB with its image's layout. Reads the heads of its parts, so that damage there is found when it is opened. */
const laidOver = (container: PdbContainer, { headers }: PeFile, damage: Damage): PdbFile => {
  const layout: ImageLayout = { base: toNumber(headers.imageBase), addressSize: headers.machine === 'x86-64' ? 8 : 4, sections: headers.sections };
  return new PdbFile(container, layout, damage, pdbIndexHandle(container, layout));
};

const imageExtensions = ['.efi', '.exe', '.dll', '.sys'];

/** A PDB opened as an image itself: by the PE beside it that names it, else on its own. */
export const openPdbAsImage = (file: FileBytes): PeImage | BarePdbImage => {
  const container = new PdbContainer(file);
  const stem = file.path.replace(/\.pdb$/i, '');
  for (const candidate of imageExtensions.map((extension) => stem + extension)) {
    if (!fs.existsSync(candidate)) continue;
    let image: FileBytes | undefined;
    try {
      image = new FileBytes(candidate);
      const pe = new PeFile(image);
      if (mismatch(container, pe) === undefined) return openPeWithPdb(candidate, pe, laidOver(container, pe, new Damage()), { path: candidate, symbols: file.path });
    } catch {
      // Whatever it is, it is not this PDB's image.
    }
    image?.close();
  }
  return new BarePdbImage(container);
};

/** As `openPdb`, by path; undefined where the file is no PDB. */
export const namedPdb = (symbols: string, pe: PeFile, damage: Damage): PdbFile | undefined => {
  const file = new FileBytes(symbols);
  try {
    if (isMsf(file.read(0, Math.min(32, file.size)) ?? new Uint8Array())) return openPdb(file, pe, damage);
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
};

/** Why a PDB is not that of an image; undefined where it is. Tools that only add to a PDB raise the age of its first stream, not DBI's. */
const mismatch = ({ info, dbi }: PdbContainer, pe: PeFile): string | undefined => {
  if (!pe.pdb) return 'the image names no PDB';
  const same = pe.pdb.guid === info.guid && (pe.pdb.age === dbi.age || pe.pdb.age === info.age);
  return same ? undefined : `GUID ${info.guid} age ${dbi.age} instead of ${pe.pdb.guid} age ${pe.pdb.age}`;
};

/** The PDB beside an image under the name that the image gives; one of another build, or unreadable, is left alone, which `damage` gets to know. */
export const findPdb = (pe: PeFile, damage: Damage): PdbFile | undefined => {
  const name = pe.pdb?.path.split(/[\\/]/).pop();
  if (name === undefined || name === '') return undefined;
  const candidate = join(dirname(pe.path), name);
  if (!fs.existsSync(candidate)) return undefined;
  let file: FileBytes | undefined;
  try {
    file = new FileBytes(candidate);
    return openPdb(file, pe, damage);
  } catch (error) {
    file?.close();
    leftAlone(damage, pe.path, candidate, error);
    return undefined;
  }
};

/** An image with its PDB, which the image closes. `opened` says how another opens the two. */
export const openPeWithPdb = (path: string, pe: PeFile, pdb: PdbFile, opened: OpenedFile = { path, symbols: pdb.path }): PeImage => {
  const base = pe.headers.imageBase;
  const info = new PdbInfo(pdb, new PdbFrames(pdb, pe, pdb.layout.base, new PeUnwind(pe, base)), opened);
  return new PeImage(path, pe, { linkedBase: base, close: () => pdb.close() }, () => pdbSymbolTable(pdb, info), () => info, pdb.damage);
};

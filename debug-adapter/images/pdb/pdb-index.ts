import type { Damage } from '../damage';
import type { OpenedFile } from '../index/background';
import { IndexHandle } from '../index/handle';
import { ImageIndex } from '../index/image-index';
import type { IndexedInfo } from '../index/image-index';
import type { UnpackedSections } from '../index/messages';
import { indexPlaceOf } from '../index/place';
import { symbolTables } from '../symbols/stored';
import type { SymbolColumns } from '../symbols/columns';
import type { FunctionIndex } from './function-index';
import { inlineeKey } from './functions';
import { filesOf } from './line-queries';
import type { Module, SymbolIndex } from './module';
import type { ImageLayout, PdbContainer, PdbFile } from './pdb-file';
import { globalTables } from './stored-globals';
import { contributionTables, moduleTables } from './stored-modules';
import { fileTables, inlinedTables } from './stored-names';
import type { ProcedureNumber } from './stored-names';
import { typeTables } from './stored-types';
import type { VariableIndex } from './type-queries';

/** The index of a PDB: kept by its GUID and age; the addresses in it depend on where its image lies. */
export const pdbIndexHandle = (container: PdbContainer, layout: ImageLayout): IndexHandle => {
  const { info, dbi, file } = container;
  const variant = [layout.base, layout.addressSize, ...layout.sections.map(({ rva, virtualSize }) => `${rva}+${virtualSize}`)].join();
  return new IndexHandle(() => indexPlaceOf(file, `${info.guid.replaceAll('-', '').toLowerCase()}${dbi.age.toString(16)}`, variant));
};

/** What an index of a PDB is made of. */
export interface PdbParts {
  readonly pdb: PdbFile;
  readonly functions: FunctionIndex;
  readonly variables: VariableIndex;
  /** Records of public symbols by address. */
  publics(): ReadonlyMap<number, number>;
  symbols(): SymbolColumns;
}

const noSymbols: SymbolIndex = { language: 'other', procedures: [], starts: [], data: [], inlined: new Map() };

/** A PDB as an index is made of it. Its streams are of the file as they are used. */
class IndexedPdb implements IndexedInfo {
  readonly isIndexable = true;
  readonly packedSize = 0;

  constructor(private readonly parts: PdbParts) {}

  get damage(): Damage {
    return this.parts.pdb.damage;
  }
  get size(): number {
    return this.parts.pdb.size;
  }
  get isRead(): boolean {
    return this.parts.functions.isRead || this.parts.pdb.index?.present === true;
  }

  *tables(progress: (done: number) => void = () => undefined): Generator<Record<string, Uint8Array>, void> {
    const { pdb, functions, variables } = this.parts;
    const { modules } = pdb;
    const symbols = modules.map((module, i) => {
      progress((i / modules.length) * 0.2);
      return pdb.tolerate(module, () => module.symbols, noSymbols);
    });
    // In one piece, so that what answers by numbers of these tables finds all of them.
    const made: Record<string, Uint8Array> = { ...moduleTables(symbols), ...contributionTables(pdb.code), ...typeTables(pdb.types.stream, pdb.ids.stream, pdb.types.udts.all(), pdb.ids.typePlaces()), ...globalTables(pdb.globals.all(), this.parts.publics()) };
    progress(0.4);
    Object.assign(made, functions.tables(), variables.tables(), this.inlined(), symbolTables(this.parts.symbols(), true));
    yield { ...made, ...fileTables(this.files((done) => { progress(0.6 + done * 0.4); })) };
  }

  unpacked(): UnpackedSections {
    return {};
  }

  adopt(): void {
    // Nothing is packed.
  }

  /** Every file that a module lists, with the procedures that have lines of it. Reads all lines. */
  private files(progress: (done: number) => void): Map<string, ProcedureNumber[]> {
    const { pdb } = this.parts;
    const files = new Map<string, ProcedureNumber[]>();
    const of = (file: string): ProcedureNumber[] => {
      const known = files.get(file) ?? [];
      if (known.length === 0 && file !== '') files.set(file, known);
      return known;
    };
    for (const module of pdb.modules) {
      progress(module.number / pdb.modules.length);
      for (const file of pdb.tolerate(module, () => filesOf(pdb, module), [])) of(file);
      for (const [number, place] of pdb.tolerate(module, () => module.procedures, []).entries())
        for (const file of new Set(pdb.tolerate(module, () => pdb.rowsOf(module, place), []).map((row) => row.file))) of(file).push({ module: module.number, number });
    }
    return files;
  }

  private inlined(): Record<string, Uint8Array> {
    const { pdb } = this.parts;
    const modules = new Map<number, Set<number>>();
    const note = (id: number, module: Module): void => {
      const known = modules.get(id);
      if (known) known.add(module.number);
      else modules.set(id, new Set([module.number]));
    };
    for (const module of pdb.modules) {
      pdb.tolerate(module, () => {
        for (const id of module.lines?.inlineeLines().keys() ?? []) note(id, module);
        for (const id of module.symbols.inlined.keys()) note(id, module);
      }, undefined);
    }
    return inlinedTables(
      [...modules].flatMap(([id, listed]) => {
        const found = pdb.damage.tolerate(() => pdb.ids.function(id), undefined, { file: pdb.path, section: 'IPI', offset: 0 });
        return found ? [{ id, key: inlineeKey(found.qualifiedName, found.signature), modules: [...listed] }] : [];
      }),
    );
  }
}

/** The index of an image with a PDB. */
export const pdbIndex = (parts: PdbParts, handle: IndexHandle, file: OpenedFile): ImageIndex => new ImageIndex(new IndexedPdb(parts), handle, file);

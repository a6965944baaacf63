import type { SymbolTable } from '../image';
import { IndexedSymbols } from '../symbols/stored';
import { columnsOf, noColumns, type FoundSymbol, type SymbolColumns } from '../symbols/columns';
import { ColumnSymbols } from '../symbols/table';
import type { Module } from './module';
import type { PdbFile } from './pdb-file';
import { symbolAt } from './symbol-records';

/** Symbols of a PDB: the public ones, with sizes where a procedure begins there, and local procedures and variables. */
export const pdbSymbols = (pdb: PdbFile): SymbolColumns => {
  const rows: FoundSymbol[] = [];
  const known = new Set<number>();
  for (const { name, segment, offset, isCode } of pdb.globals.publics()) {
    const address = pdb.segments.address(segment, offset);
    if (address === undefined || name === '') continue;
    const module = isCode ? pdb.moduleAt(address) : undefined;
    const place = module && pdb.tolerate(module, () => module.procedureAt(address), undefined);
    rows.push({ name, address, size: place?.start === address ? place.end - address : 0, kind: isCode ? 'function' : 'object', local: false, limit: pdb.segments.end(segment) });
    known.add(address);
  }
  const ofModule = (module: Module): void => {
    const { stream } = module;
    if (!stream) return;
    for (const { at, start, end } of module.procedures) {
      if (known.has(start)) continue;
      const cursor = symbolAt(stream, at);
      cursor.skip(35);
      rows.push({ name: cursor.string(), address: start, size: end - start, kind: 'function', local: true, limit: end });
    }
    for (const { at } of module.data) {
      const cursor = symbolAt(stream, at);
      cursor.skip(4);
      const offset = cursor.u32();
      const segment = cursor.u16();
      const address = pdb.segments.address(segment, offset);
      if (address === undefined || known.has(address)) continue;
      known.add(address);
      rows.push({ name: cursor.string(), address, size: 0, kind: 'object', local: true, limit: pdb.segments.end(segment) });
    }
  };
  for (const module of pdb.modules) pdb.tolerate(module, () => { ofModule(module); }, undefined);
  return columnsOf(pdb.path, 'PDB symbols', rows.filter(({ name }) => name !== ''));
};

/** The symbols of a PDB, from its index where there is one. */
export const pdbSymbolTable = (pdb: PdbFile, info: { symbolColumns(): SymbolColumns }): SymbolTable => {
  const load = (): SymbolColumns => pdb.damage.tolerate(() => info.symbolColumns(), noColumns(pdb.path), { file: pdb.path, section: 'symbols', offset: 0 });
  return pdb.index ? new IndexedSymbols(pdb.index, load) : new ColumnSymbols(load);
};

import type { DebugIndex, DebugInfo, FunctionInfo, LineAddress, LineRow, Scope, UnwindRow, VariableInfo } from '../debug-info';
import { toNumber } from '../bytes/address';
import type { UnwindTable } from '../dwarf/unwind';
import type { OpenedFile } from '../index/background';
import type { SymbolColumns } from '../symbols/columns';
import type { Type } from '../types';
import { FunctionIndex } from './function-index';
import { scopesWithin } from './functions';
import type { FunctionSurroundings } from './functions';
import { addressesOfLine, lineAt, lineRows, sourceFiles } from './line-queries';
import type { PdbFile } from './pdb-file';
import { pdbIndex } from './pdb-index';
import { publicAt, publicColumns, storedPublics } from './stored-globals';
import type { PublicColumns } from './stored-globals';
import { pdbSymbols } from './symbols';
import { typesNamed, VariableIndex } from './type-queries';

/** Unwinding that also knows the code that sets up a frame. */
export interface PdbUnwind extends UnwindTable {
  prologueSize(entry: bigint): number | undefined;
  /** Behind the code at an address that stores registers on the stack. */
  afterStores(address: bigint): bigint;
}

/** A PDB behind the interface that all debug information has. */
export class PdbInfo implements DebugInfo {
  readonly kind = 'pdb';
  readonly index: DebugIndex | undefined;
  private readonly around: FunctionSurroundings;
  private readonly functions: FunctionIndex;
  private readonly variables: VariableIndex;
  private lazyPublics: PublicColumns | undefined;
  private lazyFiles: readonly string[] | undefined;

  constructor(
    private readonly pdb: PdbFile,
    private readonly unwind: PdbUnwind,
    /** How it was opened, for another thread or process to open it too; left out where none shall. */
    opened?: OpenedFile,
  ) {
    this.around = { pdb, linkageName: (address) => this.linkageName(address), prologueSize: (entry) => unwind.prologueSize(entry), afterStores: (address) => unwind.afterStores(address) };
    this.functions = new FunctionIndex(this.around);
    this.variables = new VariableIndex(pdb);
    const { index: handle } = pdb;
    if (handle && opened) this.index = pdbIndex({ pdb, functions: this.functions, variables: this.variables, publics: () => this.publics(), symbols: () => this.symbolColumns() }, handle, opened);
  }

  functionsNamed(name: string): readonly FunctionInfo[] {
    return this.guarded(() => this.functions.named(name), []);
  }
  functionsMatching(glob: string): readonly FunctionInfo[] {
    return this.guarded(() => this.functions.matching(glob), []);
  }
  scopesAt(address: bigint): readonly Scope[] {
    const query = (): readonly Scope[] => {
      const wanted = toNumber(address);
      const module = this.pdb.moduleAt(wanted);
      const place = module?.procedureAt(wanted);
      const procedure = module && place && this.pdb.procedure(module, place);
      return procedure ? scopesWithin(this.around, procedure, place, wanted) : [];
    };
    return this.guarded(query, [], address);
  }
  lineAt(address: bigint): LineRow | undefined {
    return this.guarded(() => lineAt(this.around, address), undefined, address);
  }
  addressesOfLine(file: string, line: number): readonly LineAddress[] {
    return this.guarded(() => addressesOfLine(this.around, file, line), []);
  }
  lineRows(start: bigint, end: bigint): readonly LineRow[] {
    return this.guarded(() => lineRows(this.around, start, end), []);
  }
  sourceFiles(): readonly string[] {
    return (this.lazyFiles ??= this.guarded(() => sourceFiles(this.pdb), []));
  }
  typesNamed(name: string, near?: bigint): readonly Type[] {
    return this.guarded(() => typesNamed(this.pdb, name, near), []);
  }
  variablesNamed(name: string, near?: bigint): readonly VariableInfo[] {
    return this.guarded(() => this.variables.named(name, near), []);
  }
  vtableTypeAt(address: bigint): Type | undefined {
    return this.guarded(() => {
      const [only, another] = this.variables.holdersOf(address);
      return only && !another && only.kind !== 'void' ? only : undefined;
    }, undefined);
  }
  unwindAt(address: bigint): UnwindRow | undefined {
    return this.guarded(() => this.unwind.at(address), undefined, address);
  }
  /** Throws where the file is damaged. */
  symbolColumns(): SymbolColumns {
    return pdbSymbols(this.pdb);
  }

  private linkageName(address: number): string | undefined {
    this.lazyPublics ??= storedPublics(this.pdb.index) ?? publicColumns(this.publics());
    const at = publicAt(this.lazyPublics, address);
    return at === undefined ? undefined : this.pdb.globals.public(at).name;
  }

  /** Record of the first public symbol at each address. */
  private publics(): Map<number, number> {
    const { globals, segments } = this.pdb;
    const found = new Map<number, number>();
    for (const at of globals.all().publics) {
      const { segment, offset } = globals.public(at);
      const address = segments.address(segment, offset);
      if (address !== undefined && !found.has(address)) found.set(address, at);
    }
    return found;
  }

  /** Damage that a question cannot be answered for is noted, and nothing is the answer. */
  private guarded<T>(query: () => T, otherwise: T, address?: bigint): T {
    const { damage } = this.pdb;
    const place = { file: this.pdb.path, section: 'PDB', offset: 0 };
    return address === undefined ? damage.tolerate(query, otherwise, place) : damage.tolerateAt(address, query, otherwise, place);
  }
}

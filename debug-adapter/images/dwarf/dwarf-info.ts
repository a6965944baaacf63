import type { DebugIndex, DebugInfo, Enumerator, FunctionInfo, LineAddress, LineRow, Scope, UnwindRow, VariableInfo } from '../debug-info';
import type { SymbolTable } from '../image';
import type { Type } from '../types';
import { toNumber } from '../bytes/address';
import type { SymbolColumns } from '../symbols/columns';
import type { UnwindTable } from './unwind';
import { enumeratorNamed } from './enumerators';
import { functionsMatching, functionsNamed } from './function-queries';
import { scopesWithin } from './functions';
import { addressesOfLine, lineAt, lineRows, sourceFiles } from './line-queries';
import { outlineOf } from './outline';
import { lostVariable } from './lost-variables';
import type { Reader } from './reader';
import { symbolsFromDwarf } from './symbols';
import { typesNamed, variablesNamed } from './type-queries';
import { vtableTypeAt } from './vtables';

/** Answers kept for each kind of question. */
const mostRemembered = 2000;

/** DWARF behind the interface that all debug information has. */
export class DwarfInfo implements DebugInfo {
  readonly kind = 'dwarf';
  private lazyFiles: readonly string[] | undefined;
  /** Answers by name: chain readers ask for the same few at every stop. */
  private readonly functions = new Map<string, readonly FunctionInfo[]>();
  private readonly types = new Map<string, readonly Type[]>();
  private readonly variables = new Map<string, readonly VariableInfo[]>();
  /** By address: a breakpoint with a condition asks for the same at each hit, and stacks share their outer frames. */
  private readonly scopes = new Map<string, readonly Scope[]>();
  private readonly lines = new Map<string, { readonly row: LineRow | undefined }>();
  private readonly vtables = new Map<string, { readonly type: Type | undefined }>();
  private readonly rows = new Map<string, { readonly row: UnwindRow | undefined }>();

  constructor(
    private readonly reader: Reader,
    private readonly symbols: SymbolTable,
    private readonly unwind: UnwindTable,
    readonly index: DebugIndex | undefined,
  ) {}

  functionsNamed(name: string, options: { readonly complete?: boolean } = {}): readonly FunctionInfo[] {
    const complete = options.complete === true || this.reader.hasIndex;
    return this.remembered(this.functions, `${complete} ${name}`, () => functionsNamed(this.reader, this.symbols, name, complete), []);
  }
  functionsMatching(glob: string): readonly FunctionInfo[] {
    return this.guarded(() => functionsMatching(this.reader, glob), []);
  }
  scopesAt(address: bigint): readonly Scope[] {
    const query = (): readonly Scope[] => {
      const wanted = toNumber(address);
      const unit = this.reader.unitRanges.at(wanted);
      // Its lines are all that is known of such code: whoever shows a frame of it says why.
      if (unit?.missing) this.reader.file.damage.noteAt(address, unit.missing);
      const subprogram = unit && outlineOf(unit).functionAt(wanted);
      return subprogram ? this.named(scopesWithin(subprogram, wanted, this.reader), address) : [];
    };
    return this.remembered(this.scopes, String(address), query, [], address);
  }
  lineAt(address: bigint): LineRow | undefined {
    return this.remembered(this.lines, String(address), () => ({ row: lineAt(this.reader, address) }), { row: undefined }, address).row;
  }
  addressesOfLine(file: string, line: number): readonly LineAddress[] {
    return this.guarded(() => addressesOfLine(this.reader, file, line), []);
  }
  lineRows(start: bigint, end: bigint): readonly LineRow[] {
    return this.guarded(() => lineRows(this.reader, start, end), []);
  }
  sourceFiles(): readonly string[] {
    return (this.lazyFiles ??= this.guarded(() => sourceFiles(this.reader), []));
  }
  typesNamed(name: string, near?: bigint): readonly Type[] {
    return this.remembered(this.types, this.keyNear(name, near), () => typesNamed(this.reader, name, near), []);
  }
  variablesNamed(name: string, near?: bigint): readonly VariableInfo[] {
    return this.remembered(this.variables, this.keyNear(name, near), () => variablesNamed(this.reader, name, near), []);
  }
  enumeratorNamed(name: string, near: bigint): Enumerator | undefined {
    return this.guarded(() => enumeratorNamed(this.reader, name, near), undefined);
  }
  lostVariable(name: string, near: bigint): Type | undefined {
    return this.guarded(() => lostVariable(this.reader, name, near), undefined);
  }
  vtableTypeAt(address: bigint): Type | undefined {
    const key = String(address);
    let known = this.vtables.get(key);
    if (!known) this.vtables.set(key, (known = { type: this.guarded(() => vtableTypeAt(this.reader, address), undefined) }));
    return known.type;
  }
  unwindAt(address: bigint): UnwindRow | undefined {
    return this.remembered(this.rows, String(address), () => ({ row: this.unwind.at(address) }), { row: undefined }, address).row;
  }

  /** What this knows of functions and variables, as a symbol table. Throws where its file is damaged. */
  symbolColumns(): SymbolColumns {
    return symbolsFromDwarf(this.reader);
  }

  /** Scopes whose functions' names can be read: without them they are of no use to anybody. */
  private named(scopes: readonly Scope[], address: bigint): readonly Scope[] {
    const { damage, missing } = this.reader.file;
    const isNamed = (scope: Scope): boolean => {
      if (scope.function.qualifiedName === '' && missing) throw missing;
      return true;
    };
    return scopes.filter((scope) => damage.tolerateAt(address, () => isNamed(scope), false));
  }

  private keyNear(name: string, near: bigint | undefined): string {
    return this.guarded(() => `${near === undefined ? '' : (this.reader.unitRanges.at(toNumber(near))?.id ?? '')} ${name}`, ` ${name}`);
  }

  private remembered<T>(answers: Map<string, T>, key: string, query: () => T, otherwise: T, address?: bigint): T {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = this.guarded(query, otherwise, address);
    if (answers.size >= mostRemembered) answers.clear();
    answers.set(key, answer);
    return answer;
  }

  /** Damage that a question cannot be answered for is noted, and nothing is the answer. */
  private guarded<T>(query: () => T, otherwise: T, address?: bigint): T {
    const { source, damage } = this.reader.file;
    const place = { file: source.path, section: '.debug_info', offset: 0 };
    return address === undefined ? damage.tolerate(query, otherwise, place) : damage.tolerateAt(address, query, otherwise, place);
  }
}

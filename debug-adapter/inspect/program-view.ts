import { failure } from '../errors/catalogue';
import { chainErrors } from '../errors/chains';
import { programErrors } from '../errors/program';
import type { VariableInfo } from '../images/debug-info';
import type { ImageSymbol } from '../images/image';
import type { Type } from '../images/types';
import type { Memory } from '../machine/machine';
import { offsetIn } from '../machine/segment-space';
import { endsWithPath } from '../program/names';
import type { Module, SymbolicProgram } from '../program/program';
import { evaluateLocation, staticAddress } from './location/evaluate';
import { offsetOfPath } from './values/members';
import { TypedValue } from './values/typed-value';
import type { ProgramView } from './view';

/** What a view needs of the program: the machine's memory, and where the module is. */
export type ViewProgram = Pick<SymbolicProgram, 'machine' | 'toRuntime'>;

/**
 * The stopped machine through one module's symbols. `memory` left out: virtual memory as the machine's current vCPU sees it.
 * A module that is not placed throws BS301 at the first address asked for.
 */
export const createView = (program: ViewProgram, module: Module, memory?: Memory): ProgramView => new ModuleView(program, module, memory ?? currentMemory(program));

/** The current vCPU's memory, looked up when it is used. */
const currentMemory = ({ machine }: ViewProgram): Memory => ({
  read: async (address, length) => (await machine.currentSpace()).read(address, length),
  readSome: async (address, length) => (await machine.currentSpace()).readSome(address, length),
  readMany: async (requests) => (await machine.currentSpace()).readMany(requests),
  write: async (address, bytes) => (await machine.currentSpace()).write(address, bytes),
});

class ModuleView implements ProgramView {
  private readonly variables = new Map<string, TypedValue | undefined>();
  private readonly types = new Map<string, Type | undefined>();

  constructor(
    private readonly program: ViewProgram,
    private readonly module: Module,
    readonly memory: Memory,
  ) {}

  get level(): 0 | 1 | 2 {
    const { image } = this.module;
    return image.debugInfo.kind !== 'none' ? 2 : image.symbols.count > 0 ? 1 : 0;
  }
  get addressSize(): 4 | 8 {
    return this.module.image.addressSize;
  }
  get physical(): Memory {
    return this.program.machine.physical;
  }

  variable(name: string, file?: string): TypedValue {
    const found = this.findVariable(name, file);
    if (!found) throw failure(this.level < 2 ? chainErrors.noDebugInfo : chainErrors.noSymbol, { name: named(name, file), file: this.module.image.path });
    return found;
  }

  hasVariable(name: string, file?: string): boolean {
    return this.findVariable(name, file) !== undefined;
  }

  private findVariable(name: string, file: string | undefined): TypedValue | undefined {
    const key = `${file ?? ''}\0${name}`;
    if (!this.variables.has(key)) this.variables.set(key, this.lookUpVariable(name, file));
    return this.variables.get(key);
  }

  private lookUpVariable(name: string, file: string | undefined): TypedValue | undefined {
    const found = this.module.image.debugInfo.variablesNamed(name).filter(({ declared }) => file === undefined || (declared !== undefined && endsWithPath(declared.file, file)));
    const byAddress = new Map<bigint, VariableInfo>();
    const elsewhere: VariableInfo[] = [];
    for (const variable of found) {
      const location = variable.locationAt(0n);
      const address = location && staticAddress(location, (linked) => this.toRuntime(linked));
      if (address !== undefined) byAddress.set(address, byAddress.get(address) ?? variable);
      else if (location || variable.constant) elsewhere.push(variable);
    }
    const places = [...byAddress.entries()];
    const [first, another] = places;
    if (first && !another) return TypedValue.at(first[1].type, first[0], this.memory);
    if (first) return this.globalOf(name, places);
    const [odd] = elsewhere;
    return odd ? this.oddVariable(odd) : this.declaredOnly(name, found);
  }

  /** Of namesakes, the one that the linker makes known to all files; statics are told apart by their file only. */
  private globalOf(name: string, places: readonly (readonly [bigint, VariableInfo])[]): TypedValue {
    const [only, another] = places.filter(([address]) => this.symbols(name).some((symbol) => !symbol.local && this.toRuntime(symbol.address) === address));
    if (only && !another) return TypedValue.at(only[1].type, only[0], this.memory);
    const files = places.map(([, { declared }]) => (declared ? `${declared.file}:${declared.line}` : '?')).join(', ');
    throw failure(programErrors.ambiguousName, { name, file: this.module.image.path, places: files });
  }

  /** A variable that is a constant, or whose place must be computed. */
  private oddVariable(variable: VariableInfo): TypedValue {
    if (variable.constant) return TypedValue.of(variable.type, variable.constant, this.memory);
    const pointer = async (): Promise<bigint> => {
      const location = variable.locationAt(0n);
      const place = location && (await evaluateLocation(location, { memory: this.memory, toRuntime: (linked) => this.toRuntime(linked) }));
      if (place?.kind === 'memory') return place.address;
      throw failure(programErrors.optimisedOut, { name: variable.name, reason: place?.kind === 'absent' ? place.reason : 'it is not in memory' });
    };
    return new TypedValue(variable.type, { kind: 'behind', pointer, offset: 0 }, this.memory);
  }

  /** Declared with its type, defined by code without debug information (assembly, a linker script): the symbol says where. */
  private declaredOnly(name: string, found: readonly VariableInfo[]): TypedValue | undefined {
    const [variable] = found;
    const [symbol, another] = this.symbols(name).filter(({ kind }) => kind !== 'function');
    return variable && symbol && !another ? TypedValue.at(variable.type, this.toRuntime(symbol.address), this.memory) : undefined;
  }

  type(name: string, file?: string): Type {
    const found = this.findType(name, file);
    if (!found) throw failure(chainErrors.noType, { name: named(name, file), file: this.module.image.path });
    return found;
  }

  hasType(name: string, file?: string): boolean {
    return this.findType(name, file) !== undefined;
  }

  private findType(name: string, file: string | undefined): Type | undefined {
    const key = `${file ?? ''}\0${name}`;
    if (!this.types.has(key)) {
      const all = this.module.image.debugInfo.typesNamed(name);
      const chosen = file === undefined ? all[0] : all.find((type) => type.kind === 'struct' && type.declared !== undefined && endsWithPath(type.declared.file, file));
      this.types.set(key, chosen);
    }
    return this.types.get(key);
  }

  symbol(name: string): bigint {
    const symbol = preferred(this.symbols(name));
    if (!symbol) throw failure(chainErrors.noSymbol, { name, file: this.module.image.path });
    return this.toRuntime(symbol.address);
  }

  hasSymbol(name: string): boolean {
    return this.symbols(name).length > 0;
  }

  value(type: Type, address: bigint, memory: Memory = this.memory): TypedValue {
    return TypedValue.at(type, address, memory);
  }

  with(memory: Memory): ProgramView {
    return new ModuleView(this.program, this.module, memory);
  }

  offsetOf(type: Type, path: string): number {
    return offsetOfPath(type, path);
  }

  async prefetch(requests: readonly { readonly address: bigint; readonly length: number; readonly memory?: Memory }[]): Promise<void> {
    const byMemory = new Map<Memory, { address: bigint; length: number }[]>();
    for (const { address, length, memory = this.memory } of requests) {
      const list = byMemory.get(memory) ?? [];
      list.push({ address, length });
      byMemory.set(memory, list);
    }
    await Promise.all([...byMemory].map(([memory, list]) => memory.prefetch?.(list) ?? memory.readMany(list)));
  }

  private symbols(name: string): readonly ImageSymbol[] {
    return this.module.image.symbols.named(name);
  }

  private toRuntime(linked: bigint): bigint {
    return offsetIn(this.memory, this.program.toRuntime(this.module, linked));
  }
}

const named = (name: string, file: string | undefined): string => (file === undefined ? name : `${name} in ${file}`);

/** A global symbol before file-local ones. */
const preferred = (symbols: readonly ImageSymbol[]): ImageSymbol | undefined => symbols.find(({ local }) => !local) ?? symbols[0];

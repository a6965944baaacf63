import { chainErrors } from '../../../debug-adapter/errors/chains';
import { failure } from '../../../debug-adapter/errors/catalogue';
import type { VariableInfo } from '../../../debug-adapter/images/debug-info';
import { strip, type Type } from '../../../debug-adapter/images/types';
import type { Value } from '../../../debug-adapter/inspect/value';
import type { ProgramView } from '../../../debug-adapter/inspect/view';
import type { Memory } from '../../../debug-adapter/machine/machine';
import type { Module } from '../../../debug-adapter/program/program';
import { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';

/** DW_OP_addr and DW_OP_addrx are all that statics of a kernel need. */
const addressOf = (variable: VariableInfo, module: Module): bigint | undefined => {
  const location = variable.locationAt(0n);
  if (location === undefined) return module.image.symbols.named(variable.name)[0]?.address;
  const { expression, context } = location;
  const data = new DataView(expression.buffer, expression.byteOffset, expression.byteLength);
  if (expression[0] === 0x03) return data.getBigUint64(1, true);
  if (expression[0] === 0xa1) return context.address(expression.slice(1).reduce((sum, byte, i) => sum | ((byte & 0x7f) << (7 * i)), 0));
  return undefined;
};

/** A plain view over real debug information, for tests of the readers alone. */
export class SymbolicView implements ProgramView {
  readonly addressSize = 8;
  readonly #types = new Map<string, Type>();
  prefetches = 0;

  constructor(
    readonly module: Module,
    readonly memory: Memory,
    readonly physical: Memory,
    readonly level: 0 | 1 | 2 = 2,
  ) {}

  #run(linked: bigint): bigint {
    return BigInt.asUintN(64, linked + (this.module.slide ?? 0n));
  }
  #variable(name: string, file?: string): VariableInfo | undefined {
    if (this.level < 2) return undefined;
    const found = this.module.image.debugInfo.variablesNamed(name);
    return found.find((v) => file === undefined || v.declared?.file.endsWith(file));
  }
  variable(name: string, file?: string): Value {
    const found = this.#variable(name, file);
    const address = found === undefined ? undefined : addressOf(found, this.module);
    if (found === undefined || address === undefined) throw failure(chainErrors.noSymbol, { name, file: this.module.name });
    return TypedValue.at(found.type, this.#run(address), this.memory);
  }
  hasVariable(name: string): boolean {
    return this.#variable(name) !== undefined;
  }
  type(name: string): Type {
    const known = this.#types.get(name) ?? (this.level < 2 ? undefined : this.module.image.debugInfo.typesNamed(name).find((t) => strip(t).kind === 'struct'));
    if (known === undefined) throw failure(chainErrors.noType, { name, file: this.module.name });
    this.#types.set(name, known);
    return known;
  }
  hasType(name: string): boolean {
    return this.level > 1 && this.module.image.debugInfo.typesNamed(name).length > 0;
  }
  symbol(name: string): bigint {
    const found = this.module.image.symbols.named(name)[0];
    if (found === undefined) throw failure(chainErrors.noSymbol, { name, file: this.module.name });
    return this.#run(found.address);
  }
  hasSymbol(name: string): boolean {
    return this.module.image.symbols.named(name).length > 0;
  }
  value(type: Type, address: bigint, memory: Memory = this.memory): Value {
    return TypedValue.at(type, address, memory);
  }
  with(memory: Memory): ProgramView {
    return new SymbolicView(this.module, memory, this.physical, this.level);
  }
  offsetOf(type: Type, path: string): number {
    return Number(path.split('.').reduce<Value>((v, name) => v.member(name), TypedValue.at(type, 0n, this.memory)).address);
  }
  async prefetch(requests: readonly { readonly address: bigint; readonly length: number; readonly memory?: Memory }[]): Promise<void> {
    this.prefetches++;
    await this.memory.readMany(requests.map(({ address, length }) => ({ address, length })));
  }
}

import { chainErrors } from '../../../debug-adapter/errors/chains';
import { failure } from '../../../debug-adapter/errors/catalogue';
import type { VariableInfo } from '../../../debug-adapter/images/debug-info';
import { strip, type Type } from '../../../debug-adapter/images/types';
import type { Value } from '../../../debug-adapter/inspect/value';
import type { ProgramView } from '../../../debug-adapter/inspect/view';
import type { Memory } from '../../../debug-adapter/machine/machine';
import type { Module } from '../../../debug-adapter/program/program';
import { FakeValue } from './fake-machine';

/** A plain view over real debug information, for tests of the readers alone: C types, no registers. */
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
    return found.find((v) => file === undefined || v.declared?.file.endsWith(file)) ?? found[0];
  }
  variable(name: string, file?: string): Value {
    const found = this.#variable(name, file);
    const address = this.module.image.symbols.named(name)[0]?.address;
    if (found === undefined || address === undefined) throw failure(chainErrors.noSymbol, { name, file: this.module.name });
    return new FakeValue(found.type, this.#run(address), this.memory);
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
    return new FakeValue(type, address, memory);
  }
  with(memory: Memory): ProgramView {
    return new SymbolicView(this.module, memory, this.physical, this.level);
  }
  offsetOf(type: Type, path: string): number {
    return Number(path.split('.').reduce<Value>((v, name) => v.member(name), new FakeValue(type, 0n, this.memory)).address);
  }
  async prefetch(requests: readonly { readonly address: bigint; readonly length: number; readonly memory?: Memory }[]): Promise<void> {
    this.prefetches++;
    await this.memory.readMany(requests.map(({ address, length }) => ({ address, length })));
  }
}

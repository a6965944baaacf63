import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { VariableInfo } from '../../images/debug-info';
import type { BaseType, FunctionType, Type, VoidType } from '../../images/types';
import type { Memory } from '../../machine/machine';
import type { Module, SymbolicProgram, Where } from '../../program/program';
import { evaluateLocation } from '../location/evaluate';
import type { Frame } from '../stack/frame';
import { toBytes } from '../values/place';
import { pointerTo } from '../values/pointers';
import { TypedValue } from '../values/typed-value';
import { builtinType } from './numbers';
import type { TypeText } from './parse';

const voidType: VoidType = { kind: 'void', name: 'void', qualifiedName: 'void', language: 'c', size: 0 };

/** What names mean at a place: the frame's variables, then its file's, then those of every image that is active there. */
export class Names {
  private readonly where: Where;

  constructor(
    private readonly program: SymbolicProgram,
    private readonly frame: Frame | undefined,
    private readonly memory: Memory,
  ) {
    this.where = frame ? { cr3: frame.activation.cr3 } : {};
  }

  get addressSize(): 4 | 8 {
    return this.frame?.module?.image.addressSize ?? this.program.modules[0]?.image.addressSize ?? 8;
  }

  async value(name: string): Promise<TypedValue | undefined> {
    const local = await this.frame?.local(name);
    if (local) return local;
    for (const { module, variable } of this.globals(name)) {
      const value = await this.global(module, variable);
      if (value) return value;
    }
    return this.code(name) ?? this.symbol(name);
  }

  private globals(name: string): readonly { readonly module: Module; readonly variable: VariableInfo }[] {
    const own = this.frame?.module;
    const near = own ? own.image.debugInfo.variablesNamed(name, this.frame?.activation.linked).map((variable) => ({ module: own, variable })) : [];
    return [...near, ...this.program.variablesNamed(name, { where: this.where }).filter(({ module }) => module !== own)];
  }

  private async global(module: Module, variable: VariableInfo): Promise<TypedValue | undefined> {
    if (variable.constant) return TypedValue.of(variable.type, variable.constant, this.memory);
    const location = variable.locationAt(0n);
    if (location) {
      const place = await evaluateLocation(location, { memory: this.memory, toRuntime: (linked) => this.program.toRuntime(module, linked) });
      return new TypedValue(variable.type, place, this.memory);
    }
    // Declared here, defined without debug information.
    const symbol = module.image.symbols.named(variable.name).find(({ kind }) => kind !== 'function');
    return symbol && TypedValue.at(variable.type, this.program.toRuntime(module, symbol.address), this.memory);
  }

  private code(name: string): TypedValue | undefined {
    const found = this.program.functionsNamed(name, { where: this.where }).find(({ function: fn }) => fn.entry !== undefined);
    if (found?.function.entry === undefined) return undefined;
    const { function: fn, module } = found;
    const type: FunctionType = {
      kind: 'function',
      name: fn.name,
      qualifiedName: fn.qualifiedName,
      language: fn.language,
      size: 0,
      returns: fn.returns,
      parameters: fn.parameters.map((parameter) => parameter.type),
      variadic: fn.variadic,
    };
    return TypedValue.at(type, this.program.toRuntime(module, found.function.entry), this.memory);
  }

  /** A symbol has an address and no type: it can be cast and its address taken. */
  private symbol(name: string): TypedValue | undefined {
    for (const module of this.program.modules) {
      if (!this.program.isActive(module, this.where)) continue;
      const [symbol] = module.image.symbols.named(name);
      if (symbol) return TypedValue.at(voidType, this.program.toRuntime(module, symbol.address), this.memory);
    }
    return undefined;
  }

  async register(name: string, column: number): Promise<TypedValue> {
    const size = this.addressSize;
    const unsigned = this.builtin('usize');
    const wanted = name === 'pc' ? (size === 8 ? 'rip' : 'eip') : name === 'sp' ? (size === 8 ? 'rsp' : 'esp') : name;
    const registers = this.frame?.activation.registers;
    const number = registers?.names.numberOf(wanted);
    if (registers && number !== undefined) {
      const place = await registers.place(number);
      if (place.kind === 'register') return new TypedValue(this.builtin(place.bytes.length === 16 ? 'u128' : size === 8 ? 'u64' : 'u32'), place, this.memory);
      if (number < 50) throw failure(programErrors.unknownRegister, { column, name });
    }
    const value = (await this.program.machine.registers()).get(wanted);
    if (value === undefined) throw failure(programErrors.unknownRegister, { column, name });
    return TypedValue.of(unsigned, toBytes(value, size), this.memory);
  }

  builtin(name: string): BaseType {
    const type = builtinType(name, this.addressSize);
    if (!type) throw failure(programErrors.unknownType, { column: 1, name });
    return type;
  }

  /** A type as the user wrote it. Throws BS364. */
  type(text: TypeText): Type {
    const base = text.name === 'void' ? voidType : (this.named(text.name) ?? builtinType(text.name, this.addressSize));
    if (!base) throw failure(programErrors.unknownType, { column: text.column, name: text.name });
    let type: Type = base;
    for (let i = 0; i < text.pointers; i++) type = pointerTo(type, this.addressSize);
    return type;
  }

  private named(name: string): Type | undefined {
    const own = this.frame?.module?.image.debugInfo.typesNamed(name, this.frame.activation.linked)[0];
    return own ?? this.program.typesNamed(name, { where: this.where })[0]?.type;
  }

  /** True for a plain name in parentheses that can only be a type: no variable hides it. */
  isOnlyType(name: string): boolean {
    if (this.frame?.variables().some((variable) => variable.name === name)) return false;
    if (builtinType(name, this.addressSize)) return true;
    return this.globals(name).length === 0 && this.named(name) !== undefined;
  }
}

import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Location, VariableInfo } from '../../images/debug-info';
import { rustTypeName } from '../../images/demangle/cpp-like-names';
import { isWholeName } from '../../images/demangle/type-path';
import type { BaseType, FunctionType, Type, VoidType } from '../../images/types';
import type { Memory } from '../../machine/machine';
import { offsetIn } from '../../machine/segment-space';
import { endsWithPath } from '../../program/names';
import type { Module, SymbolicProgram, Where } from '../../program/program';
import { evaluateLocation, staticAddress } from '../location/evaluate';
import { threadLocalAddress } from '../location/thread-local';
import type { Frame } from '../stack/frame';
import type { Place } from '../values/place';
import { fromBytes, toBytes } from '../values/place';
import type { TypeOfVtable } from '../values/dynamic';
import { typeOfVtable } from '../values/dynamic';
import { arrayOf, pointerTo } from '../values/pointers';
import { TypedValue } from '../values/typed-value';
import { builtinType } from './builtin-types';
import { enumeratorOf } from './comparison';
import { errnoHere, resultHere } from './convenience';
import type { TypeSyntax } from './expression';
import type { GrammarName } from './grammar';

/** Types that a short name can mean, told in an error. */
const mostCandidates = 8;

const voidType: VoidType = { kind: 'void', name: 'void', qualifiedName: 'void', language: 'c', size: 0 };

/** Parts of a register by name, as gdb has them: bits from the start, and width. */
const partOfRegister = (name: string): { readonly whole: string; readonly shift: number; readonly bits: number } | undefined => {
  const numbered = /^(r\d+)([dwb])$/.exec(name);
  if (numbered) return { whole: numbered[1] ?? '', shift: 0, bits: { d: 32, w: 16, b: 8 }[numbered[2] ?? ''] ?? 64 };
  const letter = /^([abcd])([lh])$/.exec(name);
  if (letter) return { whole: `r${letter[1] ?? ''}x`, shift: letter[2] === 'h' ? 8 : 0, bits: 8 };
  const low = /^(si|di|bp|sp)l$/.exec(name);
  if (low) return { whole: `r${low[1] ?? ''}`, shift: 0, bits: 8 };
  const wide = /^(e?)(ax|bx|cx|dx|si|di|bp|sp|ip)$/.exec(name);
  return wide ? { whole: `r${wide[2] ?? ''}`, shift: 0, bits: wide[1] === 'e' ? 32 : 16 } : undefined;
};

/** What names mean at a place: the frame's variables, then its file's, then those of every image that is active there. */
export class Names {
  private readonly where: Where;

  constructor(
    readonly program: SymbolicProgram,
    readonly frame: Frame | undefined,
    readonly memory: Memory,
  ) {
    this.where = frame ? { cr3: frame.activation.cr3 } : {};
  }

  /** Types of trait objects, by their tables. */
  get vtables(): TypeOfVtable {
    return typeOfVtable(this.program, this.where);
  }

  get addressSize(): 4 | 8 {
    return this.frame?.module?.image.addressSize ?? this.program.modules[0]?.image.addressSize ?? 8;
  }

  /** By which grammar an expression is read first: the language of the frame's unit (DW_AT_language, or CodeView's compile symbol). */
  get language(): GrammarName {
    return this.frame?.scope?.function.language === 'rust' ? 'rust' : 'c';
  }

  /** A variable, function or symbol. `'mount.c'::name` picks among namesakes by file. */
  async value(name: string): Promise<TypedValue | undefined> {
    const [, file, plain] = /^'([^']+)'\s*::\s*(\w+)$/.exec(name) ?? [];
    if (file !== undefined && plain !== undefined) return this.ofFile(file, plain);
    const local = await this.frame?.local(name);
    if (local) return local;
    for (const { module, variable } of this.globals(name)) {
      const value = await this.global(module, variable);
      if (value) return value;
    }
    return this.code(name) ?? this.symbol(name);
  }

  /**
   * What a name means wherever this pc is reached: a variable of the frame with its location, or the runtime address of one that stays
   * where it is. 'other': something else, or a variable that only evaluation finds. undefined: no variable, function or symbol.
   */
  standing(name: string): { readonly type: Type; readonly location: Location } | { readonly type: Type; readonly address: bigint } | 'other' | undefined {
    const local = this.frame?.variables().find((candidate) => candidate.name === name);
    if (local) {
      const { linked } = this.frame?.activation ?? {};
      const location = local.constant || linked === undefined ? undefined : local.locationAt(linked);
      return location ? { type: local.type, location } : 'other';
    }
    const [first] = this.globals(name);
    if (!first) return this.code(name) ?? this.symbol(name) ? 'other' : undefined;
    const { module, variable } = first;
    const location = variable.constant ? undefined : variable.locationAt(0n);
    const address = location && staticAddress(location, (linked) => this.program.toRuntime(module, linked));
    return address === undefined ? 'other' : { type: variable.type, address };
  }

  private async ofFile(file: string, name: string): Promise<TypedValue | undefined> {
    const found = this.globals(name).find(({ variable: { declared } }) => declared !== undefined && endsWithPath(declared.file, file));
    return found ? this.global(found.module, found.variable) : this.code(`${file}:${name}`);
  }

  /** `Color::Green`: an enumerator by the path of its enum; a plain name in C, where the frame's unit has it. */
  enumerator(path: string): TypedValue | undefined {
    const { linked } = this.frame?.activation ?? {};
    const plain = linked === undefined ? undefined : this.frame?.module?.image.debugInfo.enumeratorNamed?.(path, linked);
    if (plain) return TypedValue.of(plain.type, toBytes(plain.value, plain.type.size), this.memory);
    const at = path.lastIndexOf('::');
    const type = at > 0 ? this.named(path.slice(0, at)) : undefined;
    const number = type && enumeratorOf(type, path);
    return type && number !== undefined ? TypedValue.of(type, toBytes(number, type.size), this.memory) : undefined;
  }

  /** A variable of the frame's file that the optimiser left nothing of: it has a type and no value. */
  lost(name: string): TypedValue | undefined {
    const { linked } = this.frame?.activation ?? {};
    const type = linked === undefined ? undefined : this.frame?.module?.image.debugInfo.lostVariable?.(name, linked);
    return type && new TypedValue(type, { kind: 'absent', reason: 'it was optimised out' }, this.memory);
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
      const threadPointer = this.frame?.activation.threadPointer;
      const place = await evaluateLocation(location, {
        memory: this.memory,
        toRuntime: (linked) => offsetIn(this.memory, this.program.toRuntime(module, linked)),
        ...(threadPointer === undefined ? {} : { threadLocal: (offset: bigint) => threadLocalAddress(module.image, threadPointer, offset) }),
      });
      return new TypedValue(variable.type, place, this.memory);
    }
    // Declared here, defined without debug information.
    const symbol = module.image.symbols.named(variable.name).find(({ kind }) => kind !== 'function');
    return symbol && TypedValue.at(variable.type, offsetIn(this.memory, this.program.toRuntime(module, symbol.address)), this.memory);
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
    return TypedValue.at(type, offsetIn(this.memory, this.program.toRuntime(module, found.function.entry)), this.memory);
  }

  /** A symbol has an address and no type: it can be cast and its address taken. */
  private symbol(name: string): TypedValue | undefined {
    for (const module of this.program.modules) {
      if (!this.program.isActive(module, this.where)) continue;
      const [symbol] = module.image.symbols.named(name);
      if (symbol) return TypedValue.at(voidType, offsetIn(this.memory, this.program.toRuntime(module, symbol.address)), this.memory);
    }
    return undefined;
  }

  /** `$rip` and its kin, `$pc`, `$sp`, `$fp`; `$errno` and `$result` at a function's return. Throws BS365, BS366. */
  async register(name: string, column: number): Promise<TypedValue> {
    if (name === 'errno') return errnoHere(this, column);
    if (name === 'result') return resultHere(this, column);
    const wide = this.addressSize === 8;
    const letter = wide ? 'r' : 'e';
    const wanted = name === 'pc' ? `${letter}ip` : name === 'sp' ? `${letter}sp` : name === 'fp' ? `${letter}bp` : name;
    const whole = await this.wholeRegister(wanted);
    if (whole === 'lost') throw failure(programErrors.unknownRegister, { column, name });
    if (whole) return whole;
    const part = partOfRegister(wanted);
    const found = part && (await this.wholeRegister(wide ? part.whole : part.whole.replace(/^r/, 'e')));
    if (!part || !found || found === 'lost') throw failure(programErrors.unknownRegister, { column, name });
    return found.part(this.builtin(`u${part.bits}`), part.shift / 8);
  }

  private async wholeRegister(name: string): Promise<TypedValue | 'lost' | undefined> {
    const registers = this.frame?.activation.registers;
    const number = registers?.names.numberOf(name);
    if (registers && number !== undefined) {
      const place = await registers.place(number);
      if (place.kind === 'register') return new TypedValue(this.builtin(`u${place.bytes.length * 8}`), place, this.memory);
      if (number < 50) return 'lost';
    }
    const { machine } = this.program;
    // What frames do not keep is the processor's own.
    const vcpu = registers?.vcpu;
    const known = await machine.registers(vcpu);
    const value = known.get(name);
    if (value === undefined) return undefined;
    const bits = known.all.find((one) => one.name === name)?.bits ?? 64;
    const size = bits > 64 ? 16 : this.addressSize;
    const place: Place = { kind: 'register', name, bytes: toBytes(value, size), home: { write: (bytes) => machine.setRegister(name, fromBytes(bytes), vcpu) } };
    return new TypedValue(this.builtin(`u${size * 8}`), place, this.memory);
  }

  number(type: BaseType, value: bigint): TypedValue {
    return TypedValue.of(type, toBytes(value, type.size), this.memory);
  }

  builtin(name: string): BaseType {
    const type = builtinType(name, this.addressSize);
    if (!type) throw failure(programErrors.unknownType, { column: 1, name });
    return type;
  }

  /** A type as the user wrote it. Throws BS364. */
  type(written: TypeSyntax): Type {
    switch (written.kind) {
      case 'named': {
        const type = written.name === 'void' ? voidType : (this.only(written.name, written.column) ?? builtinType(written.name, this.addressSize));
        if (!type) throw failure(programErrors.unknownType, { column: written.column, name: written.name });
        return type;
      }
      case 'pointer':
        // A reference to a slice or a trait object is a structure of its own, known by its whole name.
        return (written.name?.startsWith('&') || written.name?.includes('[') ? this.only(written.name, written.column) : undefined) ?? pointerTo(this.type(written.target), this.addressSize);
      case 'array': {
        const element = this.type(written.element);
        return written.count === undefined ? { ...arrayOf(element, 0), count: undefined } : arrayOf(element, written.count);
      }
      case 'function':
        return { kind: 'function', name: '', qualifiedName: '', language: 'c', size: 0, returns: this.type(written.returns), parameters: [], variadic: true };
    }
  }

  /** The type of that name, or the only one that it can mean in short. */
  private named(name: string): Type | undefined {
    const [first, ...more] = this.allNamed(name);
    return more.length === 0 ? first : undefined;
  }

  /** The same. Throws BS368 where it can mean several. */
  private only(name: string, column: number): Type | undefined {
    const [first, ...more] = this.allNamed(name);
    if (first === undefined || more.length === 0) return first;
    const names = [first, ...more].map(({ qualifiedName }) => rustTypeName(qualifiedName));
    const told = names.length > mostCandidates ? [...names.slice(0, mostCandidates), '…'] : names;
    throw failure(programErrors.ambiguousType, { column, name, count: names.length, candidates: told.join('; ') });
  }

  /** Of types with that very name the nearest; else all, by name, that it can mean in short. */
  private allNamed(name: string): readonly Type[] {
    const own = this.frame?.module?.image.debugInfo.typesNamed(name, this.frame.activation.linked) ?? [];
    const found = own.length > 0 ? own : this.program.typesNamed(name, { where: this.where }).map(({ type }) => type);
    const [first] = found;
    if (first === undefined || isWholeName(first.qualifiedName, name)) return found.slice(0, 1);
    return [...new Map(found.map((type) => [type.qualifiedName, type])).values()];
  }

  /** True for a plain name in parentheses that can only be a type: no variable hides it. */
  isOnlyType(name: string): boolean {
    if (this.frame?.variables().some((variable) => variable.name === name)) return false;
    if (builtinType(name, this.addressSize)) return true;
    return this.globals(name).length === 0 && this.allNamed(name).length > 0;
  }
}

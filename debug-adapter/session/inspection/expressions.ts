import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import { sessionErrors } from '../../errors/session';
import type { BaseType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { createView } from '../../inspect/program-view';
import type { Frame } from '../../inspect/stack/frame';
import { toBytes } from '../../inspect/values/place';
import { pointerTo } from '../../inspect/values/pointers';
import { TypedValue } from '../../inspect/values/typed-value';
import type { PlacedProgram } from '../../program/placed-program';

const number = (bits: 64 | 32, signed: boolean): BaseType => ({
  kind: 'base',
  name: signed ? `i${bits}` : `u${bits}`,
  qualifiedName: signed ? `i${bits}` : `u${bits}`,
  language: 'other',
  size: bits / 8,
  encoding: signed ? 'signed' : 'unsigned',
});
const boolean: BaseType = { ...number(32, false), name: 'bool', qualifiedName: 'bool', size: 1, encoding: 'boolean' };

/** Operators by strength, weakest first. */
const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<=', '>=', '<', '>'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

const token = /\s*(->|<<|>>|<=|>=|==|!=|&&|\|\||::|[-+*/%&|^~!<>()[\].]|\$\w+|0[xX][0-9a-fA-F]+|\d+|[A-Za-z_][\w]*(?:::(?:[A-Za-z_]\w*|\{[^}]*\}))*|'(?:\\.|[^'])')/y;

/** Evaluates names, member paths, dereferences, indices and arithmetic of C and Rust in a frame. Nothing is ever called or written. */
export const evaluateIn = async (program: PlacedProgram, frame: Frame, expression: string): Promise<TypedValue> => {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const text = expression.trim();
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match?.[1]) throw wrong(expression, at, 'this is not understood');
    tokens.push(match[1]);
  }
  const evaluation = new Evaluation(program, frame, expression, tokens);
  return evaluation.whole();
};

const wrong = (expression: string, column: number, detail: string): Error =>
  failure(sessionErrors.badArgument, { name: 'expression', request: 'evaluate', found: `${JSON.stringify(expression)} (column ${column + 1}: ${detail})`, expected: 'a name, a member path or arithmetic' });

/** True unless the value is zero. */
export const truthOf = async (value: TypedValue): Promise<boolean> => (await value.integer()) !== 0n;

class Evaluation {
  #position = 0;

  constructor(
    readonly program: PlacedProgram,
    readonly frame: Frame,
    readonly expression: string,
    readonly tokens: readonly string[],
  ) {}

  async whole(): Promise<TypedValue> {
    const value = await this.#binary(0);
    const rest = this.tokens[this.#position];
    if (rest !== undefined) throw wrong(this.expression, this.expression.lastIndexOf(rest), `"${rest}" is not expected here`);
    return value;
  }

  #take(...wanted: string[]): string | undefined {
    const next = this.tokens[this.#position];
    if (next === undefined || !wanted.includes(next)) return undefined;
    this.#position++;
    return next;
  }

  #constant(value: bigint, type: Type = number(64, value < 0n)): TypedValue {
    return TypedValue.of(type, toBytes(value, type.size), this.frame.memory);
  }

  async #binary(level: number): Promise<TypedValue> {
    const operators = levels[level];
    if (!operators) return this.#unary();
    let left = await this.#binary(level + 1);
    for (let operator = this.#take(...operators); operator !== undefined; operator = this.#take(...operators)) {
      const right = await this.#binary(level + 1);
      left = this.#apply(operator, await left.integer(), await right.integer(), left.type);
    }
    return left;
  }

  #apply(operator: string, a: bigint, b: bigint, type: Type): TypedValue {
    const truth = (is: boolean): TypedValue => this.#constant(is ? 1n : 0n, boolean);
    const own = strip(type);
    // A pointer moves by whole elements.
    const scale = own.kind === 'pointer' ? BigInt(Math.max(1, own.target.size)) : 1n;
    const same = (value: bigint): TypedValue => (own.kind === 'pointer' ? this.#constant(value, type) : this.#constant(BigInt.asIntN(64, value), number(64, value < 0n)));
    switch (operator) {
      case '||':
        return truth(a !== 0n || b !== 0n);
      case '&&':
        return truth(a !== 0n && b !== 0n);
      case '==':
        return truth(a === b);
      case '!=':
        return truth(a !== b);
      case '<':
        return truth(a < b);
      case '>':
        return truth(a > b);
      case '<=':
        return truth(a <= b);
      case '>=':
        return truth(a >= b);
      case '|':
        return same(a | b);
      case '^':
        return same(a ^ b);
      case '&':
        return same(a & b);
      case '<<':
        return same(a << BigInt.asUintN(6, b));
      case '>>':
        return same(a >> BigInt.asUintN(6, b));
      case '+':
        return same(a + b * scale);
      case '-':
        return same(a - b * scale);
      case '*':
        return same(a * b);
      default:
        if (b === 0n) throw wrong(this.expression, 0, 'division by zero');
        return same(operator === '/' ? a / b : a % b);
    }
  }

  async #unary(): Promise<TypedValue> {
    const operator = this.#take('*', '&', '-', '!', '~', '+');
    if (operator === undefined) return this.#postfix();
    const value = await this.#unary();
    switch (operator) {
      case '*':
        return value.deref();
      case '&':
        if (value.address === undefined) throw failure(sessionErrors.notAssignable, { name: this.expression, detail: 'it is not in memory, so it has no address' });
        return this.#constant(value.address, pointerTo(value.type, this.frame.module?.image.addressSize ?? 8));
      case '-':
        return this.#constant(-(await value.integer()), number(64, true));
      case '!':
        return this.#constant((await value.integer()) === 0n ? 1n : 0n, boolean);
      case '~':
        return this.#constant(~(await value.integer()), number(64, true));
      default:
        return value;
    }
  }

  async #postfix(): Promise<TypedValue> {
    let value = await this.#primary();
    for (;;) {
      if (this.#take('.', '->') !== undefined) {
        const name = this.tokens[this.#position++];
        if (name === undefined) throw wrong(this.expression, this.expression.length, 'a member is missing');
        value = await value.path(name);
      } else if (this.#take('[') !== undefined) {
        const index = await (await this.#binary(0)).integer();
        if (this.#take(']') === undefined) throw wrong(this.expression, this.expression.length, '"]" is missing');
        value = await this.#element(value, index);
      } else return value;
    }
  }

  async #element(value: TypedValue, index: bigint): Promise<TypedValue> {
    const type = strip(value.type);
    if (type.kind !== 'pointer') return type.kind === 'array' ? value.index(index) : (await value.deref()).index(index);
    const base = await value.integer();
    return TypedValue.at(type.target, base + index * BigInt(Math.max(1, type.target.size)), this.frame.memory);
  }

  async #primary(): Promise<TypedValue> {
    const next = this.tokens[this.#position++];
    if (next === undefined) throw wrong(this.expression, this.expression.length, 'a value is missing');
    if (next === '(') {
      const value = await this.#binary(0);
      if (this.#take(')') === undefined) throw wrong(this.expression, this.expression.length, '")" is missing');
      return value;
    }
    if (/^\d/.test(next)) return this.#constant(BigInt(next));
    if (next.startsWith("'")) return this.#constant(BigInt(next.codePointAt(next[1] === '\\' ? 2 : 1) ?? 0));
    if (next.startsWith('$')) return this.#register(next.slice(1));
    if (next === 'true' || next === 'false') return this.#constant(next === 'true' ? 1n : 0n, boolean);
    if (/^[A-Za-z_]/.test(next)) return this.#named(next);
    throw wrong(this.expression, 0, `"${next}" is not expected here`);
  }

  async #register(name: string): Promise<TypedValue> {
    const value = name === 'pc' || name === 'rip' || name === 'eip' ? this.frame.address : await this.frame.register(name);
    if (value === undefined) throw failure(programErrors.optimisedOut, { name: `$${name}`, reason: 'this register is not known in this frame' });
    return this.#constant(BigInt.asUintN(64, value), number(64, false));
  }

  async #named(name: string): Promise<TypedValue> {
    const local = await this.frame.local(name);
    if (local) return local;
    const own = this.frame.module;
    const modules = own ? [own, ...this.program.modules.filter((module) => module !== own && this.program.isActive(module))] : this.program.modules;
    for (const module of modules) {
      if (module.slide === undefined) continue;
      const view = createView(this.program, module, this.frame.memory);
      if (view.hasVariable(name)) return view.variable(name) as TypedValue;
    }
    for (const module of modules) {
      const [found] = module.slide === undefined ? [] : module.image.symbols.named(name);
      if (found) return this.#constant(this.program.toRuntime(module, found.address), number(64, false));
    }
    throw failure(sessionErrors.noSuchName, { name, frame: this.frame.name });
  }
}

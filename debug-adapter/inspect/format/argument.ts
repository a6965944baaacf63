import type { BaseType, Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import type { CodePlace, SymbolicProgram } from '../../program/program';
import { textOf } from '../render/text';
import { floatFrom } from '../values/floats';
import { fromBytes } from '../values/place';
import { isSigned, TypedValue } from '../values/typed-value';
import type { Options } from './options';
import { padded, paddedNumber } from './options';

/** A value and the function that writes it out, as a Rust program holds them for a placeholder. */
export interface FormatArgument {
  readonly value: bigint;
  readonly formatter: bigint;
}

/** Where arguments are, and what their formatters are told by. */
export interface FormatContext {
  readonly program: SymbolicProgram;
  readonly memory: Memory;
  /** Writes out `format_args!` that is itself an argument. */
  nested(value: TypedValue, depth: number): Promise<string>;
}

/** What stands where a value cannot be told. */
export const untold = '{…}';

const integer = (name: string, size: number, encoding: BaseType['encoding']): BaseType => ({ kind: 'base', name, qualifiedName: name, language: 'rust', size, encoding });
const builtin: ReadonlyMap<string, BaseType> = new Map(
  [
    ...([1, 2, 4, 8, 16] as const).flatMap((size) => [integer(`u${size * 8}`, size, 'unsigned'), integer(`i${size * 8}`, size, 'signed')]),
    integer('bool', 1, 'boolean'),
    integer('char', 4, 'utf'),
    integer('f32', 4, 'float'),
    integer('f64', 8, 'float'),
  ].map((type) => [type.name, type]),
);

const wordSized: ReadonlyMap<string, BaseType['encoding']> = new Map([
  ['usize', 'unsigned'],
  ['isize', 'signed'],
]);
const builtinNamed = (name: string, place: CodePlace): BaseType | undefined => {
  const encoding = wordSized.get(name);
  return encoding === undefined ? builtin.get(name) : integer(name, wordOf(place), encoding);
};

const radixes: Readonly<Record<string, readonly [radix: number, prefix: string]>> = { LowerHex: [16, '0x'], UpperHex: [16, '0x'], Octal: [8, '0o'], Binary: [2, '0b'] };

/** `<T as core::fmt::Trait>::fmt`, or in older mangling `<impl core::fmt::Trait for T>::fmt`. */
const implementation = (name: string): { readonly type: string; readonly trait: string } | undefined => {
  const [, type, trait] = /^<(.+) as (?:core|std|alloc)::fmt::(\w+)>::fmt/.exec(name) ?? [];
  if (type !== undefined && trait !== undefined) return { type, trait };
  const [, older, of] = /<impl (?:core|std|alloc)::fmt::(\w+) for (.+)>::fmt/.exec(name) ?? [];
  return older !== undefined && of !== undefined ? { type: of, trait: older } : undefined;
};

const nameOf = ({ symbol, scopes }: CodePlace): string => symbol?.name ?? scopes.at(-1)?.function.qualifiedName ?? '';

/** Fields of a `dyn` pointer, and where in its table the only function of a fmt trait is: behind drop, size and alignment (compiler/rustc_middle/src/ty/vtable.rs). */
const firstMethod = 3;
/** Bytes of a pointer in the code that writes an argument out. */
const wordOf = ({ module }: CodePlace): 4 | 8 => module?.image.addressSize ?? 8;
const deepest = 8;

/**
 * What an argument is written out as, told by the implementation that its formatter is: numbers, characters, text and booleans, and under
 * Debug what has a type in the debug information. A Display of the program's own is code, and stays untold.
 */
export const argumentText = async (argument: FormatArgument, options: Options, context: FormatContext, depth = 0): Promise<string> => {
  const place = context.program.placeOf(argument.formatter);
  const found = implementation(nameOf(place));
  if (!found || depth > deepest) return untold;
  if (/^core::fmt::Arguments\b/.test(found.type)) {
    const type = typeNamed('core::fmt::Arguments', place);
    return type ? context.nested(TypedValue.at(type, argument.value, context.memory), depth + 1) : untold;
  }
  const inner = /^&(?:'\w+ )?(?:mut )?(.+)$/.exec(found.type)?.[1];
  const text = inner === undefined ? await valueText(found.type, found.trait, argument, options, place, context.memory) : await behindReference(inner, found.trait, argument, options, context, depth);
  return text ?? untold;
};

const readWord = async (memory: Memory, address: bigint, word: 4 | 8): Promise<bigint> => fromBytes(await memory.read(address, word));

/** The value that a reference, of which the argument is the address, refers to. */
const behindReference = async (type: string, trait: string, argument: FormatArgument, options: Options, context: FormatContext, depth: number): Promise<string | undefined> => {
  const { memory, program } = context;
  const word = wordOf(program.placeOf(argument.formatter));
  const data = await readWord(memory, argument.value, word);
  if (type.startsWith('dyn ')) {
    const formatter = await readWord(memory, (await readWord(memory, argument.value + BigInt(word), word)) + BigInt(firstMethod * word), word);
    return argumentText({ value: data, formatter }, options, context, depth + 1);
  }
  if (type === 'str') {
    const length = Number(await readWord(memory, argument.value + BigInt(word), word));
    return length > longestText ? undefined : stringText(Buffer.from(await memory.read(data, length)).toString('utf8'), trait, options);
  }
  if (type.startsWith('&')) return behindReference(type.replace(/^&(?:mut )?/, ''), trait, { ...argument, value: data }, options, context, depth + 1);
  return valueText(type, trait, { ...argument, value: data }, options, program.placeOf(argument.formatter), memory);
};

const longestText = 1 << 16;

const stringText = (text: string, trait: string, options: Options): string | undefined => {
  if (trait === 'Debug') return padded(JSON.stringify(text), options);
  return trait === 'Display' ? padded(options.precision === undefined ? text : [...text].slice(0, options.precision).join(''), options) : undefined;
};

const valueText = async (name: string, trait: string, { value }: FormatArgument, options: Options, place: CodePlace, memory: Memory): Promise<string | undefined> => {
  const known = builtinNamed(name, place);
  const type = known ?? (trait === 'Debug' ? typeNamed(name, place) : undefined);
  if (!type) return undefined;
  const typed = TypedValue.at(type, value, memory);
  const real = strip(type);
  if (real.kind === 'base' && known !== undefined) return baseText(real, typed, trait, options);
  return textOf(typed);
};

const typeNamed = (name: string, { module }: CodePlace): Type | undefined => module?.image.debugInfo.typesNamed(name).find((type) => type.qualifiedName === name || type.name === name);

const baseText = async (type: BaseType, value: TypedValue, trait: string, options: Options): Promise<string | undefined> => {
  if (type.encoding === 'float') return floatText(floatFrom(await value.bytes()) ?? NaN, type.size, trait, options);
  const bytes = await value.bytes();
  const number = fromBytes(bytes);
  if (type.encoding === 'boolean') return number > 1n ? undefined : padded(String(number === 1n), options);
  if (type.encoding === 'utf') {
    const character = String.fromCodePoint(Number(number));
    return padded(trait === 'Debug' ? `'${character}'` : character, options);
  }
  const radix = radixes[trait];
  if (radix) {
    const digits = number.toString(radix[0]);
    return paddedNumber(false, radix[1], trait === 'UpperHex' ? digits.toUpperCase() : digits, options);
  }
  if (trait !== 'Display' && trait !== 'Debug') return undefined;
  const signed = isSigned(type) === true ? BigInt.asIntN(type.size * 8, number) : number;
  return paddedNumber(signed < 0n, '', (signed < 0n ? -signed : signed).toString(), options);
};

const floatText = (number: number, size: number, trait: string, options: Options): string | undefined => {
  if (trait !== 'Display' && trait !== 'Debug') return undefined;
  if (!Number.isFinite(number)) return padded(Number.isNaN(number) ? 'NaN' : number < 0 ? '-inf' : 'inf', options, 'right');
  // Shortest digits: JavaScript has them for doubles.
  if (options.precision === undefined && size !== 8) return undefined;
  const text = options.precision === undefined ? Math.abs(number).toString() : Math.abs(number).toFixed(options.precision);
  if (text.includes('e')) return undefined;
  return paddedNumber(number < 0 || Object.is(number, -0), '', trait === 'Debug' && options.precision === undefined && !text.includes('.') ? `${text}.0` : text, options);
};

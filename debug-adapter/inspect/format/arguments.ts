import { strip } from '../../images/types';
import type { SymbolicProgram } from '../../program/program';
import { fromBytes } from '../values/place';
import { innerPointer } from '../values/pointers';
import { TypedValue } from '../values/typed-value';
import type { FormatArgument, FormatContext } from './argument';
import { argumentText, untold } from './argument';
import type { Options } from './options';
import { optionsOf, plainOptions } from './options';

/** A template is cut off behind this many bytes: what is no template must not be read for ever. */
const longestTemplate = 1 << 16;
const mostArguments = 1024;
const chunk = 512;
const deepest = 8;

/**
 * What a `core::fmt::Arguments` would be written out as (library/core/src/fmt/mod.rs): a plain string, or a template of bytes with its arguments
 * (rustc 1.96), or pieces with the arguments between them (older compilers). What an argument is is told by `argumentText`. Throws where memory cannot be read or the
 * struct has neither form.
 */
export const formattedArguments = async (value: TypedValue, program: SymbolicProgram, depth = 0): Promise<string> => {
  const context: FormatContext = { program, memory: value.memory, nested: (inner, deeper) => (deeper > deepest ? Promise.resolve(untold) : formattedArguments(inner, program, deeper)) };
  return value.hasMember('template') ? fromTemplate(value, context, depth) : fromPieces(value, context, depth);
};

const raw = async (value: TypedValue): Promise<bigint> => fromBytes(await value.bytes());

const fromTemplate = async (value: TypedValue, context: FormatContext, depth: number): Promise<string> => {
  const args = value.member('args');
  const [start, second] = [await raw(value.member('template')), await raw(args)];
  const { memory } = value;
  if ((second & 1n) === 1n) {
    const length = Number(second >> 1n);
    if (length > longestTemplate) throw new RangeError(`${length} bytes are no message`);
    return Buffer.from(await memory.read(start, length)).toString('utf8');
  }
  const pointer = innerPointer(args.type);
  const type = pointer && strip(pointer.type);
  if (type?.kind !== 'pointer') throw new TypeError('the arguments have no type');
  const at = (index: number): TypedValue => TypedValue.at(type.target, second + BigInt(index * type.target.size), memory);
  return decodeTemplate(new TemplateReader((offset, length) => memory.readSome(start + BigInt(offset), length)), {
    text: async (index, options) => placeholder(at(index), options, context, depth),
    count: async (index) => countOf(at(index)),
  });
};

/** What a template's placeholders refer to. */
export interface TemplateArguments {
  text(index: number, options: Options): Promise<string>;
  /** A width or precision that is an argument. */
  count(index: number): Promise<number>;
}

/** Bytes one after the other, fetched in chunks. */
export class TemplateReader {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(readonly fetch: (offset: number, length: number) => Promise<Uint8Array>) {}

  async take(length: number): Promise<Uint8Array> {
    const end = this.#at + length;
    while (this.#bytes.length < end) {
      const more = end > longestTemplate ? new Uint8Array() : await this.fetch(this.#bytes.length, chunk);
      if (more.length === 0) throw new RangeError('the format template does not end');
      this.#bytes = Buffer.concat([this.#bytes, more]);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  async number(length: 1 | 2 | 4): Promise<number> {
    return Number(fromBytes(await this.take(length)));
  }
}

/** Writes a template out: pieces of text, each behind its length, and placeholders with their options (core::fmt::write). Throws RangeError for bytes that are none. */
export const decodeTemplate = async (reader: TemplateReader, args: TemplateArguments): Promise<string> => {
  let text = '';
  let index = 0;
  for (;;) {
    const head = await reader.number(1);
    if (head === 0) return text;
    if (head <= 0x80) {
      text += Buffer.from(await reader.take(head < 0x80 ? head : await reader.number(2))).toString('utf8');
      continue;
    }
    if (head < 0xc0) throw new RangeError(`0x${head.toString(16)} is neither text nor a placeholder`);
    const flags = head & 1 ? await reader.number(4) : undefined;
    let width = head & 2 ? await reader.number(2) : 0;
    let precision = head & 4 ? await reader.number(2) : 0;
    if (head & 8) index = await reader.number(2);
    if (index >= mostArguments) throw new RangeError(`there is no argument ${index}`);
    if (head & 16) width = await args.count(width);
    if (head & 32) precision = await args.count(precision);
    text += await args.text(index, flags === undefined ? plainOptions : optionsOf(flags, width, precision));
    index++;
  }
};

/** library/core/src/fmt/rt.rs, Argument. */
const placeholder = async (argument: TypedValue, options: Options, context: FormatContext, depth: number): Promise<string> => {
  const { name, payload } = await argument.member('ty').variant();
  if (name !== 'Placeholder') return untold;
  const held: FormatArgument = { value: await raw(payload.member('value')), formatter: await raw(payload.member('formatter')) };
  return argumentText(held, options, context, depth).catch(() => untold);
};

const countOf = async (argument: TypedValue): Promise<number> => {
  const { name, payload } = await argument.member('ty').variant();
  return name === 'Count' ? Number(await raw(payload.member('__0'))) : 0;
};

/** Older compilers: texts, the arguments between them, and their order where it is another. Widths are left out. */
const fromPieces = async (value: TypedValue, context: FormatContext, depth: number): Promise<string> => {
  const pieces = await elements(value.member('pieces'));
  const args = await elements(value.member('args'));
  const special = await value.member('fmt').variant();
  const order = special.name === 'Some' ? await Promise.all((await elements(special.payload.member('__0'))).map(async (one) => Number(await raw(one.member('position'))))) : args.map((_, index) => index);
  let text = '';
  for (let i = 0; i < Math.max(pieces.length, order.length); i++) {
    text += (await pieces[i]?.string()) ?? '';
    const argument = args[order[i] ?? -1];
    if (argument) text += await placeholder(argument, plainOptions, context, depth);
  }
  return text;
};

const elements = async (slice: TypedValue): Promise<readonly TypedValue[]> => {
  const content = await slice.deref();
  const type = strip(content.type);
  const count = type.kind === 'array' ? (type.count ?? 0) : 0;
  if (count > mostArguments) throw new RangeError(`${count} pieces are no message`);
  return Array.from({ length: count }, (_, index) => content.index(index));
};

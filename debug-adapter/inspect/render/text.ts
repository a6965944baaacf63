import type { Memory } from '../../machine/machine';
import { rustTypeName } from '../../images/demangle/cpp-like-names';
import { linearOf } from '../../machine/segment-space';
import { BootscopeError } from '../../errors/catalogue';
import type { StructType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { cellContent, isAtomicBool, pointsNowhere, unwrapped } from '../values/cells';
import type { Collection } from '../values/collections/collection';
import { collectionOf, isCollection } from '../values/collections/collections';
import { dynamicPointer, dynamicTarget } from '../values/dynamic';
import type { TypeOfVtable } from '../values/dynamic';
import { innerPointer, isStr, sizedMembers, sliceShape } from '../values/pointers';
import { Synthetic } from '../values/synthetic';
import type { TypedValue } from '../values/typed-value';
import { baseText, enumText, isTextElement, quoted } from './scalars';
import { isTupleLike, memberLabel, shortName } from './type-names';

/** What a value's text may ask: the symbol at a runtime address, `mountlist+8`. */
export interface RenderContext {
  symbolAt?(address: bigint): string | undefined;
  /** The type whose table of methods is at a runtime address. */
  readonly typeOfVtable?: TypeOfVtable;
}

/** Characters of one line. */
const mostText = 160;
const mostString = 200;
const mostMembers = 12;
const mostElements = 10;
const deepest = 3;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** One line for a value, as its language would write it. Never throws for what the machine or the debug information lack. */
export const textOf = async (value: TypedValue, context: RenderContext = {}): Promise<string> => shorten(await new Text(context).of(value, 0), mostText);

const shorten = (text: string, most: number): string => (text.length > most && !text.startsWith('"') ? `${text.slice(0, most - 1)}…` : text);

class Text {
  constructor(private readonly context: RenderContext) {}

  async of(value: TypedValue, depth: number): Promise<string> {
    const { absence } = value;
    if (absence !== undefined) return absence === 'it was optimised out' ? '<optimised out>' : `<optimised out: ${absence}>`;
    try {
      return await this.plain(value, depth);
    } catch (error) {
      if (!(error instanceof BootscopeError)) throw error;
      return `<${error.code === 'BS350' ? 'optimised out' : error.what.replace(/\.$/, '')}>`;
    }
  }

  private async plain(value: TypedValue, depth: number): Promise<string> {
    if (value instanceof Synthetic) return value.summary();
    const type = strip(value.type);
    switch (type.kind) {
      case 'base':
        // rustc describes `()` as a number without bytes.
        if (type.size === 0) return type.name;
        return type.encoding === 'float' ? baseText(type, await value.bytes(), 0n) : baseText(type, new Uint8Array(), await value.integer());
      case 'enum':
        return enumText(type, await value.integer());
      case 'pointer':
        return this.pointer(value, type.target);
      case 'array':
        return this.array(value, type.element, type.count, depth);
      case 'struct':
        return this.structure(value, type, depth);
      case 'function':
        return value.address === undefined ? '{code}' : `{code} ${this.symbolic(value.address, value.memory)}`;
      case 'void':
        return type.language === 'rust' ? '()' : 'void';
    }
  }

  private symbolic(address: bigint, memory: Memory): string {
    const symbol = address === 0n ? undefined : this.context.symbolAt?.(linearOf(memory, address));
    return symbol === undefined ? hex(address) : `${hex(address)} <${symbol}>`;
  }

  private async pointer(value: TypedValue, target: Type): Promise<string> {
    if (value.place.kind === 'implicit-pointer') return `&${await this.of(await value.deref(), deepest)}`;
    const address = await value.integer();
    const real = strip(target);
    if (address !== 0n && isTextElement(real)) return `${hex(address)} ${await this.string(value)}`;
    return real.kind === 'function' || real.kind === 'void' ? this.symbolic(address, value.memory) : hex(address);
  }

  private async characters(value: TypedValue): Promise<string> {
    const text = await value.string(mostString + 1);
    return text.length > mostString ? `${quoted(text.slice(0, mostString))}…` : quoted(text);
  }

  private async string(value: TypedValue): Promise<string> {
    try {
      return await this.characters(value);
    } catch (error) {
      if (error instanceof BootscopeError) return '<unreadable>';
      throw error;
    }
  }

  private async array(value: TypedValue, element: Type, count: number | undefined, depth: number): Promise<string> {
    const type = strip(value.type);
    if (isTextElement(element) && count !== 0) return this.string(value);
    if (type.kind === 'array' && isStr(type)) return this.characters(value);
    const [open, close] = value.type.language === 'c' ? ['{', '}'] : ['[', ']'];
    // A flexible array: how many elements it has stands elsewhere.
    if (count === undefined) return value.address === undefined ? `${open}…${close}` : `${open}…${close} at ${hex(value.address)}`;
    if (count === 0) return `${open}${close}`;
    if (depth >= deepest) return `${open}…${close}`;
    const shown = Math.min(count, mostElements);
    // One read for all that is shown.
    if (value.address !== undefined) await value.memory.readMany([{ address: value.address, length: shown * element.size }]);
    const parts: string[] = [];
    for (let i = 0; i < shown; i++) parts.push(await this.of(value.index(i), depth + 1));
    return `${open}${parts.join(', ')}${count > shown ? ', …' : ''}${close}${count > shown ? ` (${count})` : ''}`;
  }

  private async structure(value: TypedValue, type: StructType, depth: number): Promise<string> {
    if (type.declaration) return '<incomplete type>';
    if (type.variantPart) return this.variant(value, depth);
    if (type.language === 'c') return this.members(value, type, '', depth);
    const collection = isCollection(type) ? await collectionOf(value) : undefined;
    if (collection) return this.collection(collection, depth);
    const slice = sliceShape(type);
    if (slice) {
      if (slice.text) return this.characters(value);
      const content = await value.deref();
      const array = strip(content.type);
      return array.kind === 'array' ? this.array(content, array.element, array.count, depth) : this.of(content, depth);
    }
    const dynamic = await this.dynamic(value, type);
    if (dynamic !== undefined) return dynamic;
    const inner = innerPointer(type);
    if (inner && (await pointsNowhere(value))) return `${shortName(type)}(dangling)`;
    if (inner) return `${shortName(type)}(${hex(await value.part(inner.type, inner.offset).integer())})`;
    const content = cellContent(value);
    if (content) return this.cell(value, type, content, depth);
    const [only, another] = sizedMembers(type);
    if (isAtomicBool(type)) return `${(await unwrapped(value).integer()) !== 0n}`;
    // Wrappers that say nothing themselves: Cell, UnsafeCell, Atomic…, ManuallyDrop, MaybeUninit.
    if (only && !another && /^(core|std|alloc)::/.test(type.qualifiedName)) return this.of(value.field(only), depth);
    return this.members(value, type, type.name.startsWith('(') || type.name.startsWith('tuple$') ? '' : shortName(type), depth);
  }

  /** A pointer to a trait object: where it points, and what is there. */
  private async dynamic(value: TypedValue, type: StructType): Promise<string | undefined> {
    const { typeOfVtable } = this.context;
    const pointer = typeOfVtable && dynamicPointer(type);
    const content = pointer && (await dynamicTarget(value, typeOfVtable));
    if (!content) return undefined;
    const text = `${hex(await value.part(pointer.data.type, pointer.data.offset).integer())} as ${rustTypeName(content.type.qualifiedName)}`;
    return pointer.wrapped ? `${shortName(type)}(${text})` : text;
  }

  private async collection(collection: Collection, depth: number): Promise<string> {
    const { length } = collection;
    const [open, close] = collection.kind === 'list' ? ['[', ']'] : ['{', '}'];
    if (length === 0) return `${open}${close}`;
    if (depth >= deepest) return `${open}…${close}`;
    const shown = await collection.entries(0, mostElements);
    const parts: string[] = [];
    for (const { key, value } of shown) parts.push(`${key ? `${await this.of(key, depth + 1)}: ` : ''}${await this.of(value, depth + 1)}`);
    return `${open}${parts.join(', ')}${length > shown.length ? ', …' : ''}${close}${length > shown.length ? ` (${length})` : ''}`;
  }

  /** A cell or a lock as what it holds; the other members, which say who borrows or holds it, where they are not zero. */
  private async cell(value: TypedValue, type: StructType, content: TypedValue, depth: number): Promise<string> {
    const inner = await this.of(content, depth);
    const states: string[] = [];
    for (const member of sizedMembers(type)) {
      if (member.name === 'value' || member.name === 'data') continue;
      const field = value.field(member);
      if ((await field.bytes()).some((byte) => byte !== 0)) states.push(`${member.name}: ${await this.of(field, depth + 1)}`);
    }
    // A cell that nothing guards says nothing itself.
    if (sizedMembers(type).length === 1) return inner;
    return `${shortName(type)}(${[inner, ...states].join(', ')})`;
  }

  private async variant(value: TypedValue, depth: number): Promise<string> {
    const { name, payload } = await value.variant();
    const type = strip(payload.type);
    return type.kind === 'struct' && payload !== value ? this.members(payload, type, name, depth) : name;
  }

  private async members(value: TypedValue, type: StructType, name: string, depth: number): Promise<string> {
    const isC = type.language === 'c';
    const { members } = type;
    if (members.length === 0) return isC ? '{}' : name === '' ? '()' : name;
    const tuple = !isC && isTupleLike(members.map((member) => member.name));
    const [open, close] = tuple ? ['(', ')'] : isC ? ['{', '}'] : [`${name === '' ? '' : ' '}{ `, ' }'];
    if (depth >= deepest) return `${name}${tuple ? '(…)' : isC ? '{…}' : ' {…}'}`;
    if (value.address !== undefined && type.size <= 4096) await value.memory.readMany([{ address: value.address, length: type.size }]);
    const parts: string[] = [];
    let length = 0;
    for (const member of members.slice(0, mostMembers)) {
      const text = await this.of(value.field(member), depth + 1);
      parts.push(tuple || member.name === '' ? text : `${memberLabel(member.name, type.language)}${isC ? ' = ' : ': '}${text}`);
      length += text.length;
      if (length > mostText) break;
    }
    if (parts.length < members.length) parts.push('…');
    return `${name}${open}${parts.join(', ')}${tuple && name === '' && members.length === 1 ? ',' : ''}${close}`;
  }
}

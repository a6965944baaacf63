import { BootscopeError } from '../../errors/catalogue';
import { isReference, innerPointer, isCharacter, sliceShape } from '../../inspect/values/pointers';
import type { TypedValue } from '../../inspect/values/typed-value';
import { strip } from '../../images/types';
import type { StructType } from '../../images/types';
import { paged } from './containers';
import type { Page } from './containers';

/** A value in one line, and how many children it has. */
export interface Shown {
  readonly text: string;
  readonly type: string;
  readonly indexed: number;
  readonly named: number;
  readonly address?: bigint;
}

const longestText = 200;
const summaryMembers = 6;
/** Wrappers and structures inside a summary; deeper ones are `{…}`. */
const summaryDepth = 4;

/** A value as the editor shows it. Never throws for what the guest holds: the text says why there is none. */
export const shownValue = async (value: TypedValue): Promise<Shown> => {
  const type = value.type.name === '' ? value.type.kind : value.type.name;
  const address = value.address;
  const where = address === undefined ? {} : { address };
  if (value.absence !== undefined) return { text: `<${value.absence}>`, type, indexed: 0, named: 0, ...where };
  try {
    const { indexed, named } = await countOf(value);
    return { text: await textOf(value, 0), type, indexed, named, ...where };
  } catch (error) {
    return { text: because(error), type, indexed: 0, named: 0, ...where };
  }
};

const because = (error: unknown): string => {
  if (error instanceof BootscopeError) return `<${error.what.replace(/\.$/, '')}>`;
  throw error;
};

const countOf = async (value: TypedValue): Promise<{ indexed: number; named: number }> => {
  const type = strip(value.type);
  const slice = sliceShape(value.type);
  if (slice) {
    if (slice.text) return { indexed: 0, named: 0 };
    const content = strip((await value.deref()).type);
    return { indexed: content.kind === 'array' ? (content.count ?? 0) : 0, named: 0 };
  }
  if (type.kind === 'array') return { indexed: type.count ?? 0, named: 0 };
  if (type.kind === 'struct') return { indexed: 0, named: type.variantPart || type.members.length > 0 ? 1 : 0 };
  if (type.kind === 'pointer') {
    const target = strip(type.target);
    const leads = target.kind !== 'void' && target.kind !== 'function' && !(target.kind === 'struct' && target.declaration);
    return { indexed: 0, named: leads && !(await value.isNull()) ? 1 : 0 };
  }
  return { indexed: 0, named: 0 };
};

const hexOf = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;

const textOf = async (value: TypedValue, depth: number): Promise<string> => {
  if (value.absence !== undefined) return `<${value.absence}>`;
  const type = strip(value.type);
  const slice = sliceShape(value.type);
  if (slice) {
    if (slice.text) return JSON.stringify(await value.string(longestText));
    const content = strip((await value.deref()).type);
    return `[${content.kind === 'array' ? (content.count ?? 0) : 0} × ${slice.element.name}]`;
  }
  switch (type.kind) {
    case 'base':
      return baseText(value);
    case 'enum': {
      const number = await value.integer();
      return type.enumerators.find((candidate) => candidate.value === number)?.name ?? number.toString();
    }
    case 'pointer': {
      const address = await value.integer();
      const target = strip(type.target);
      if (address === 0n) return 'NULL';
      if (isCharacter(target)) return `${hexOf(address)} ${JSON.stringify(await value.string(longestText).catch(() => '…'))}`;
      if (depth === 0 && isReference(type) && target.kind !== 'struct') return `${hexOf(address)} → ${await textOf(await value.deref(), depth + 1).catch(because)}`;
      return hexOf(address);
    }
    case 'array':
      if (isCharacter(type.element)) return JSON.stringify(await value.string(longestText));
      return arrayText(value, type.count, depth);
    case 'struct':
      return structText(value, type, depth);
    case 'function':
      return value.address === undefined ? 'function' : `${hexOf(value.address)} function`;
    case 'void':
      return 'void';
  }
};

const baseText = async (value: TypedValue): Promise<string> => {
  const type = strip(value.type);
  if (type.kind !== 'base') return '';
  if (type.encoding === 'float') {
    const bytes = await value.bytes();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return bytes.length === 4 ? String(view.getFloat32(0, true)) : bytes.length === 8 ? String(view.getFloat64(0, true)) : `0x${Buffer.from(bytes).reverse().toString('hex')}`;
  }
  const number = await value.integer();
  if (type.encoding === 'boolean') return number === 0n ? 'false' : number === 1n ? 'true' : `${number}`;
  if ((type.encoding === 'char' || type.encoding === 'unsigned-char' || type.encoding === 'utf') && number >= 32n && number < 127n) return `${number} '${String.fromCharCode(Number(number))}'`;
  return number.toString();
};

const arrayText = async (value: TypedValue, count: number | undefined, depth: number): Promise<string> => {
  if (count === undefined || depth >= summaryDepth) return `[${count ?? ''}]`;
  const shown = Math.min(count, summaryMembers);
  const parts = await Promise.all(Array.from({ length: shown }, (_, index) => textOf(value.index(index), depth + 1)));
  return `[${parts.join(', ')}${count > shown ? ', …' : ''}]`;
};

const structText = async (value: TypedValue, type: StructType, depth: number): Promise<string> => {
  if (type.variantPart) {
    const { name, payload } = await value.variant();
    const members = strip(payload.type);
    if (members.kind !== 'struct' || payload === value || members.members.length === 0) return name;
    return `${name}${depth >= summaryDepth ? '(…)' : await membersText(payload, members, depth + 1, true)}`;
  }
  const inner = innerPointer(value.type);
  if (inner && type.language === 'rust') return hexOf(await value.part(inner.type, inner.offset).integer());
  if (depth >= summaryDepth) return '{…}';
  return membersText(value, type, depth + 1, false);
};

const membersText = async (value: TypedValue, type: StructType, depth: number, payload: boolean): Promise<string> => {
  const members = type.members.filter(({ name }) => name !== '');
  const tuple = members.length > 0 && members.every(({ name }) => /^__\d+$/.test(name));
  const parts = await Promise.all(
    members.slice(0, summaryMembers).map(async ({ name, ...found }) => {
      const text = await textOf(value.field(found), depth).catch(because);
      return tuple ? text : `${name}: ${text}`;
    }),
  );
  if (members.length > summaryMembers) parts.push('…');
  return tuple ? `(${parts.join(', ')})` : `${payload ? ' ' : ''}{${parts.join(', ')}}`;
};

export interface Child {
  readonly name: string;
  readonly value: TypedValue;
}

/** Children of a value: members, elements, what a pointer points to. */
export const childrenOf = async (value: TypedValue, page: Page): Promise<readonly Child[]> => {
  const type = strip(value.type);
  if (sliceShape(value.type)) return childrenOf(await value.deref(), page);
  switch (type.kind) {
    case 'array': {
      if (page.filter === 'named') return [];
      const indices = paged([...Array(Math.min(type.count ?? 0, 100_000)).keys()], page);
      return indices.map((index) => ({ name: `[${index}]`, value: value.index(index) }));
    }
    case 'pointer': {
      const target = await value.deref();
      return strip(target.type).kind === 'struct' ? childrenOf(target, page) : [{ name: `*`, value: target }];
    }
    case 'struct':
      return paged(await structChildren(value, type), page);
    default:
      return [];
  }
};

const structChildren = async (value: TypedValue, type: StructType): Promise<Child[]> => {
  if (type.variantPart) {
    const { name, payload } = await value.variant();
    if (payload === value) return [];
    const members = strip(payload.type);
    return members.kind === 'struct' && !members.variantPart ? structChildren(payload, members) : [{ name, value: payload }];
  }
  return type.members.flatMap(({ name, ...member }): Child[] => {
    const field = value.field(member);
    const inner = strip(member.type);
    if (name === '' && inner.kind === 'struct') return inner.members.filter((nested) => nested.name !== '').map(({ name: nested, ...found }) => ({ name: nested, value: field.field(found) }));
    return [{ name: /^__\d+$/.test(name) ? name.slice(2) : name, value: field }];
  });
};

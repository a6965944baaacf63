import { BootscopeError } from '../../errors/catalogue';
import type { Member, StructType, Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Collection } from '../values/collections/collection';
import { collectionOf, isCollection } from '../values/collections/collections';
import { dynamicTarget } from '../values/dynamic';
import { countedContent, innerPointer, sliceShape } from '../values/pointers';
import { pointsNowhere } from '../values/cells';
import { listsOf } from '../values/kernel-lists';
import type { Child, Children } from '../values/synthetic';
import { named, note, Synthetic } from '../values/synthetic';
import { TypedValue } from '../values/typed-value';
import { isTextElement, quoted } from './scalars';
import type { RenderContext } from './text';
import { textOf } from './text';
import { memberLabel } from './type-names';

/** The expression that names a part, from its parent's; undefined where nothing names it. */
export const expressionOf = ({ access, expression: own }: Child, parent: string | undefined): string | undefined => {
  if (own !== undefined || parent === undefined || access === '') return own;
  const whole = /^[\w.[\]>:-]+$/.test(parent) ? parent : `(${parent})`;
  return access.startsWith('*') ? `*${whole}${access.slice(1)}` : `${whole}${access}`;
};

/** A pointer's target is asked for nothing before the user opens it; `count` is 1 for a scalar target. */
export const childrenOf = async (value: TypedValue, context: RenderContext = {}): Promise<Children | undefined> => {
  if (value instanceof Synthetic) return value.parts?.();
  if (value.absence !== undefined) return undefined;
  const type = strip(value.type);
  switch (type.kind) {
    case 'array':
      return type.count === undefined || type.count === 0 ? undefined : elements(value, type.count);
    case 'pointer':
      return behindPointer(value, type.target);
    case 'struct':
      return ofStructure(value, type, context);
    default:
      return undefined;
  }
};

/** True when a value may have children; reads nothing, so a null pointer counts too. */
export const mayHaveChildren = (value: TypedValue): boolean => {
  if (value instanceof Synthetic) return value.parts !== undefined;
  if (value.absence !== undefined) return false;
  const type = strip(value.type);
  if (type.kind === 'array') return (type.count ?? 0) > 0;
  if (type.kind === 'pointer') return hasTarget(type.target);
  return type.kind === 'struct' && !type.declaration && (type.members.length > 0 || type.variantPart !== undefined);
};

const hasTarget = (target: Type): boolean => {
  const real = strip(target);
  return real.kind !== 'void' && real.kind !== 'function' && !(real.kind === 'struct' && real.declaration) && !isTextElement(real);
};

const elements = (array: TypedValue, count: number): Children => ({
  kind: 'indexed',
  count,
  page: async (start, wanted) => {
    const first = Math.max(0, Math.min(start, count));
    const last = Math.min(count, first + wanted);
    const type = strip(array.type);
    if (array.address !== undefined && type.kind === 'array' && last > first) {
      await array.memory.readMany([{ address: array.address + BigInt(first * type.element.size), length: (last - first) * type.element.size }]);
    }
    return Array.from({ length: last - first }, (_, i) => ({ name: `[${first + i}]`, value: array.index(first + i), access: `[${first + i}]` }));
  },
});

/** Entries of a collection: those of a map by their keys, where these are short. */
const entriesOf = (collection: Collection): Children => ({
  kind: 'indexed',
  count: collection.length,
  page: async (start, wanted) => {
    const found = await collection.entries(start, wanted);
    return Promise.all(
      found.map(async ({ key, value }, i) => {
        const index = `[${start + i}]`;
        if (!key) return { name: index, value, access: collection.kind === 'list' ? index : '' };
        return { name: `[${await textOf(key)}]`, value, access: await keyAccess(key) };
      }),
    );
  },
});

/** Longest text that stands for a key. */
const longestKey = 200;

/** How an expression asks for the entry of a key, `["init"]`; empty where it cannot. */
const keyAccess = async (key: TypedValue): Promise<string> => {
  try {
    const type = strip(key.type);
    if (type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'unsigned')) return `[${await key.integer()}]`;
    if (sliceShape(type)?.text !== true) return '';
    const text = await key.string(longestKey + 1);
    return text.length > longestKey || text.includes('\ufffd') ? '' : `[${quoted(text)}]`;
  } catch (error) {
    if (error instanceof BootscopeError) return '';
    throw error;
  }
};

const membersOf = (value: TypedValue, type: StructType, access: '.' | '->'): Child[] =>
  type.members.flatMap((member: Member) => {
    const field = value.field(member);
    const inner = strip(member.type);
    if (member.name === '' && inner.kind === 'struct') return membersOf(field, inner, access);
    if (member.name === '') return [];
    const label = memberLabel(member.name, type.language);
    return [{ name: label, value: field, access: `${access}${label}` }];
  });

const behindPointer = async (value: TypedValue, target: Type): Promise<Children | undefined> => {
  if (!hasTarget(target)) return undefined;
  if (value.place.kind !== 'implicit-pointer' && (await value.isNull())) return undefined;
  const content = await value.deref();
  const real = strip(content.type);
  if (real.kind !== 'struct' || real.variantPart || sliceShape(real) || innerPointer(real)) return named([{ name: '*', value: content, access: '*' }]);
  return named(membersOf(content, real, '->'));
};

const ofStructure = async (value: TypedValue, type: StructType, { typeOfVtable }: RenderContext): Promise<Children | undefined> => {
  if (type.declaration) return undefined;
  if (type.variantPart) {
    const { payload } = await value.variant();
    const inner = strip(payload.type);
    const common = membersOf(value, type, '.');
    if (inner.kind !== 'struct' || payload === value) return named(common);
    return named([...common, ...membersOf(payload, inner, '.')]);
  }
  if (type.language !== 'c') {
    const collection = isCollection(type) ? await collectionOf(value) : undefined;
    if (collection) return collection.length > 0 ? entriesOf(collection) : undefined;
    const slice = sliceShape(type);
    if (slice) {
      const content = await value.deref();
      const array = strip(content.type);
      return array.kind === 'array' && (array.count ?? 0) > 0 ? elements(content, array.count ?? 0) : undefined;
    }
    const object = typeOfVtable && (await dynamicTarget(value, typeOfVtable));
    if (object) return named([{ name: '*', value: object, access: '*' }, ...membersOf(value, type, '.')]);
    const pointer = innerPointer(type);
    if (pointer && hasTarget(pointer.type.target)) {
      if ((await value.isNull()) || (await pointsNowhere(value))) return undefined;
      const content = await value.deref();
      const counts = countedContent(pointer.type.target) ? await countsOf(value, pointer.type.target) : [];
      return named([{ name: '*', value: content, access: '*' }, ...counts]);
    }
  }
  return named([...(await listParts(value)), ...membersOf(value, type, '.')]);
};

/** The counters of an Rc or Arc. */
const countsOf = async (value: TypedValue, target: Type): Promise<Child[]> => {
  const pointer = innerPointer(value.type);
  const real = strip(target);
  if (!pointer || real.kind !== 'struct') return [];
  const address = await value.part(pointer.type, pointer.offset).integer();
  const inner = TypedValue.at(real, address, value.memory);
  const wrappers = pointer.path.map((name) => `.${memberLabel(name, real.language)}`).join('');
  return membersOf(inner, real, '.').flatMap((part) => (part.name === 'strong' || part.name === 'weak' ? [{ ...part, access: `${wrappers}${part.access}` }] : []));
};

/** The lists whose head this is; one that cannot be told still has its head to show. */
const listParts = async (head: TypedValue): Promise<Child[]> => {
  try {
    return await listsOf(head);
  } catch (error) {
    if (!(error instanceof BootscopeError)) throw error;
    return [{ name: 'list', value: note(head.type, head.memory, error.what.replace(/\.$/, '')), access: '' }];
  }
};

export type { Child, Children };

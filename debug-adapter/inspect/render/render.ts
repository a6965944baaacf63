import { BootscopeError } from '../../errors/catalogue';
import type { SymbolicProgram } from '../../program/program';
import type { Where } from '../../program/program';
import { strip } from '../../images/types';
import { collectionOf } from '../values/collections/collections';
import { typeOfVtable } from '../values/dynamic';
import { innerPointer, sliceShape } from '../values/pointers';
import { Synthetic } from '../values/synthetic';
import type { TypedValue } from '../values/typed-value';
import type { Children } from './children';
import { childrenOf, mayHaveChildren } from './children';
import type { RenderContext } from './text';
import { textOf } from './text';
import { displayTypeName } from './type-names';

/** A value as a debugger shows it. */
export interface Rendered {
  /** One line. */
  readonly text: string;
  readonly type: string;
  /** Runtime address to open in a memory view: of the object, or of what a pointer points to. */
  readonly memoryReference?: bigint;
  /** Elements of an array, slice or collection, so that it is opened in pages. */
  readonly indexed?: number;
  readonly expandable: boolean;
}

/** Renders a value without reading what lies behind its pointers, texts excepted. */
export const render = async (value: TypedValue, context: RenderContext = {}): Promise<Rendered> => {
  const text = await textOf(value, context);
  const reference = await memoryReference(value);
  const indexed = await lengthOf(value);
  return {
    text,
    type: displayTypeName(value.type),
    expandable: mayHaveChildren(value),
    ...(reference === undefined ? {} : { memoryReference: reference }),
    ...(indexed > 0 ? { indexed } : {}),
  };
};

/** How many elements there are to open by number; 0 where there are none or they cannot be told. */
const lengthOf = async (value: TypedValue): Promise<number> => {
  const type = strip(value.type);
  if (value instanceof Synthetic || value.absence !== undefined) return 0;
  if (type.kind === 'array') return type.count ?? 0;
  if (type.kind !== 'struct' || type.language === 'c') return 0;
  try {
    const collection = await collectionOf(value);
    if (collection) return collection.length;
    const slice = sliceShape(type) ? strip((await value.deref()).type) : undefined;
    return slice?.kind === 'array' ? (slice.count ?? 0) : 0;
  } catch (error) {
    // The text says what is wrong with it.
    if (error instanceof BootscopeError) return 0;
    throw error;
  }
};

const memoryReference = async (value: TypedValue): Promise<bigint | undefined> => {
  if (value.absence !== undefined || value instanceof Synthetic) return undefined;
  const pointer = innerPointer(value.type);
  if (!pointer) return value.address;
  try {
    return await value.part(pointer.type, pointer.offset).integer();
  } catch {
    return value.address;
  }
};

/** Names addresses by the symbols of the program's modules, and trait objects by their types. */
export const symbolContext = (program: SymbolicProgram, where?: Where): RenderContext => ({
  typeOfVtable: typeOfVtable(program, where),
  symbolAt: (address) => {
    const module = program.moduleAt(address, where);
    const linked = module && program.toLinked(module, address);
    const symbol = linked === undefined ? undefined : module?.image.symbols.at(linked);
    if (!symbol || linked === undefined) return undefined;
    const offset = linked - symbol.address;
    return offset === 0n ? symbol.name : `${symbol.name}+${offset}`;
  },
});

export { childrenOf, mayHaveChildren };
export type { Children, RenderContext };

import type { SymbolicProgram } from '../../program/program';
import type { Where } from '../../program/program';
import { strip } from '../../images/types';
import { innerPointer } from '../values/pointers';
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
  /** Elements of an array, so that it is opened in pages. */
  readonly indexed?: number;
  readonly expandable: boolean;
}

/** Renders a value without reading what lies behind its pointers, texts excepted. */
export const render = async (value: TypedValue, context: RenderContext = {}): Promise<Rendered> => {
  const text = await textOf(value, context);
  const reference = await memoryReference(value);
  const type = strip(value.type);
  const indexed = type.kind === 'array' ? (type.count ?? 0) : 0;
  return {
    text,
    type: displayTypeName(value.type),
    expandable: mayHaveChildren(value),
    ...(reference === undefined ? {} : { memoryReference: reference }),
    ...(indexed > 0 ? { indexed } : {}),
  };
};

const memoryReference = async (value: TypedValue): Promise<bigint | undefined> => {
  if (value.absence !== undefined) return undefined;
  const pointer = innerPointer(value.type);
  if (!pointer) return value.address;
  try {
    return await value.part(pointer.type, pointer.offset).integer();
  } catch {
    return value.address;
  }
};

/** Names addresses by the symbols of the program's modules. */
export const symbolContext = (program: SymbolicProgram, where?: Where): RenderContext => ({
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

import type { ArrayType, FunctionType, Type } from '../types';
import { rustBase, rustPointer, voidType } from './simple-types';
import type { TypeLookup } from './type-lookup';

const deepest = 16;

/** Arguments between the outermost angle brackets, split at the commas between them; `->` closes nothing. */
export const splitGenerics = (name: string): string[] => {
  const open = name.indexOf('<');
  if (open < 0 || !name.endsWith('>')) return [];
  const result: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < name.length; i++) {
    const c = name[i];
    if (c === '<' || c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']' || (c === '>' && name[i - 1] !== '-')) depth--;
    if ((depth === 0 || (depth === 1 && c === ',')) && i > open) {
      const part = name.slice(start, i).trim();
      if (part !== '') result.push(part);
      start = i + 1;
    }
    if (depth === 0) break;
  }
  return result;
};

const pointers = /^(ref|ref_mut|ptr_const|ptr_mut)\$</;
const arrays = /^array\$</;
/** Most elements of an array in generic arguments. */
const longest = 2 ** 40;

const arrayType = (element: Type, count: number, name: string): ArrayType => ({ kind: 'array', name, qualifiedName: name, language: 'rust', element, count, size: count * element.size });

/** What a function pointer points to, where its parts do not matter. */
const codeType: FunctionType = { kind: 'function', name: '', qualifiedName: '', language: 'rust', size: 0, returns: voidType('rust'), parameters: [], variadic: false };

/** A type by the name it has in generic arguments; what the PDB does not describe comes as a name without content. */
const namedType = (types: TypeLookup, name: string, depth: number): Type => {
  const base = rustBase(name, types.around.addressSize);
  if (base) return base;
  const index = types.udts.definition(name);
  if (index !== undefined) return types.at(index, 'rust');
  const known = depth < deepest;
  const [element, count] = known && arrays.test(name) ? splitGenerics(name) : [];
  if (element !== undefined && /^\d+$/.test(count ?? '') && Number(count) <= longest) return arrayType(namedType(types, element, depth + 1), Number(count), name);
  if (known && name.startsWith('fn') && /^fn\s*\(/.test(name)) return rustPointer(() => codeType, types.around.addressSize, 'pointer', name);
  const [inner] = known && pointers.test(name) ? splitGenerics(name) : [];
  if (inner !== undefined) return rustPointer(() => namedType(types, inner, depth + 1), types.around.addressSize, 'pointer', name);
  return voidType('rust', name);
};

/** Types of a Rust type's generic arguments, in order; CodeView keeps no names for them. */
export const genericArguments = (types: TypeLookup, name: string): { name: string; type: Type }[] =>
  splitGenerics(name).map((argument) => ({ name: '', type: namedType(types, argument, 0) }));

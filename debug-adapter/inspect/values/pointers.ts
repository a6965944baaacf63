import type { ArrayType, Language, PointerType, StructType, Type } from '../../images/types';
import { strip } from '../../images/types';

/** Wrappers in wrappers are rarely more than Box → Unique → NonNull → *const T. */
const deepest = 8;

/** Members that take room. */
export const sizedMembers = (type: StructType): StructType['members'] => type.members.filter((member) => member.type.size > 0);

/** A pointer inside wrappers that hold nothing else: NonNull, Unique, Box with an allocator, Rc, Arc, AtomicPtr, Pin. */
export interface InnerPointer {
  /** Bytes from the start of the outermost wrapper. */
  readonly offset: number;
  readonly type: PointerType;
  /** Members on the way, outermost first. */
  readonly path: readonly string[];
}

/** Finds it by structure, whatever the wrappers are called in this version of the library. */
export const innerPointer = (type: Type): InnerPointer | undefined => {
  let current = strip(type);
  let offset = 0;
  const path: string[] = [];
  for (let depth = 0; depth < deepest; depth++) {
    if (current.kind === 'pointer') return { offset, type: current, path };
    if (current.kind !== 'struct' || current.variantPart || current.language === 'c') return undefined;
    const [only, another] = sizedMembers(current);
    if (!only || another) return undefined;
    offset += only.offset;
    path.push(only.name);
    current = strip(only.type);
  }
  return undefined;
};

/** Where the content lies in what Rc and Arc point to (library/alloc/src/rc.rs RcInner, sync.rs ArcInner: strong, weak, then the value). */
export const countedContent = (type: Type): { readonly offset: number; readonly type: Type } | undefined => {
  const real = strip(type);
  if (real.kind !== 'struct' || real.language === 'c') return undefined;
  const has = (name: string): boolean => real.members.some((member) => member.name === name);
  if (!has('strong') || !has('weak') || real.members.length !== 3) return undefined;
  return real.members.find(({ name }) => name !== 'strong' && name !== 'weak');
};

/** A run of elements described by a pointer and a length. */
export interface SliceShape {
  readonly pointer: Omit<InnerPointer, 'path'>;
  /** Bytes from the start of the value, of an unsigned number of pointer size. */
  readonly lengthOffset: number;
  readonly lengthSize: number;
  readonly element: Type;
  /** Bytes from what the pointer points to, to the first element: the counters of Rc and Arc. */
  readonly start?: number;
  /** `str` and what is made of it: the elements are UTF-8 text. */
  readonly text: boolean;
  readonly kind: 'slice' | 'vec';
  /** A vector's room, in elements: a longer one is none. */
  readonly capacity?: { readonly offset: number; readonly type: Type };
}

/** `&[T]`, `&str`, `Box<[T]>` (pointer and length), `Vec<T>` and `String`; anything else gives undefined. */
export const sliceShape = (type: Type): SliceShape | undefined => {
  const real = strip(type);
  if (real.kind !== 'struct' || real.language === 'c' || real.variantPart) return undefined;
  return fatPointer(real) ?? vecShape(real) ?? wrappedShape(real);
};

const fatPointer = (type: StructType): SliceShape | undefined => {
  const data = type.members.find(({ name }) => name === 'data_ptr');
  const length = type.members.find(({ name }) => name === 'length');
  if (!data || !length) return undefined;
  const inner = innerPointer(data.type);
  if (!inner) return undefined;
  // Rc<str> and Rc<[T]> point to their counters.
  const counted = countedContent(inner.type.target);
  const target = counted?.type ?? inner.type.target;
  const unsized = textBehind(target);
  const text = unsized !== undefined || (/(^|[&<\s*])str\b/.test(type.name) && !/\[|slice2?\$/.test(type.name));
  return {
    pointer: { offset: data.offset + inner.offset, type: inner.type },
    lengthOffset: length.offset,
    lengthSize: length.type.size,
    element: unsized ?? target,
    text,
    kind: 'slice',
    ...(counted ? { start: counted.offset } : {}),
  };
};

/** `Path`, `OsStr` and `CStr` have no size of their own and wrap bytes (library/std/src/path.rs, ffi/os_str.rs, core/src/ffi/c_str.rs). */
const textBehind = (type: Type): Type | undefined => {
  let current = strip(type);
  if (current.kind !== 'struct' || !/^(?:std|core)::(?:path::Path|ffi::os_str::OsStr|ffi::c_str::CStr)$/.test(current.qualifiedName)) return undefined;
  for (let depth = 0; depth < deepest && current.kind === 'struct'; depth++) {
    const [only] = current.members;
    if (!only) return undefined;
    current = strip(only.type);
  }
  // CStr is made of c_char, a signed number to Rust.
  return current.kind === 'base' && current.size === 1 ? current : undefined;
};

/** library/alloc/src/vec/mod.rs: `buf` with the pointer somewhere inside, and `len`. */
const vecShape = (type: StructType): SliceShape | undefined => {
  const buffer = type.members.find(({ name }) => name === 'buf');
  const length = type.members.find(({ name }) => name === 'len');
  const element = type.templateParameters[0]?.type;
  if (!buffer || !length || !element || type.members.length !== 2) return undefined;
  const pointer = pointerWithin(buffer.type, buffer.offset, 0);
  const lengthType = strip(length.type);
  if (!pointer || lengthType.kind !== 'base') return undefined;
  const capacity = element.size > 0 ? numberNamed(buffer.type, 'cap', buffer.offset, 0) : undefined;
  return { pointer, lengthOffset: length.offset, lengthSize: lengthType.size, element, text: false, kind: 'vec', ...(capacity ? { capacity } : {}) };
};

const libraryText = /^(String|OsString|PathBuf|CString)$/;

/** String is `vec: Vec<u8>`; OsString, PathBuf and CString wrap it further. */
const wrappedShape = (type: StructType): SliceShape | undefined => {
  const [only, another] = sizedMembers(type);
  if (!only || another) return undefined;
  const inner = sliceShape(only.type);
  if (!inner) return undefined;
  const text = inner.text || (isCharacter(inner.element) && libraryText.test(type.name));
  return { ...inner, pointer: { ...inner.pointer, offset: inner.pointer.offset + only.offset }, lengthOffset: inner.lengthOffset + only.offset, text, ...(inner.capacity ? { capacity: { ...inner.capacity, offset: inner.capacity.offset + only.offset } } : {}) };
};

/** The first pointer anywhere inside a structure. */
export const pointerWithin = (type: Type, offset: number, depth: number): Omit<InnerPointer, 'path'> | undefined => {
  const real = strip(type);
  if (real.kind === 'pointer') return { offset, type: real };
  if (real.kind !== 'struct' || depth >= deepest) return undefined;
  for (const member of sizedMembers(real)) {
    const found = pointerWithin(member.type, offset + member.offset, depth + 1);
    if (found) return found;
  }
  return undefined;
};

/** A number by the name of its member, or of the wrapper it is the only member of. */
export const numberNamed = (type: Type, name: string, offset: number, depth: number): { readonly offset: number; readonly type: Type } | undefined => {
  const real = strip(type);
  if (real.kind !== 'struct' || depth > deepest) return undefined;
  for (const member of real.members) {
    const found = member.name === name ? onlyNumber(member.type, offset + member.offset, 0) : numberNamed(member.type, name, offset + member.offset, depth + 1);
    if (found) return found;
  }
  return undefined;
};

const onlyNumber = (type: Type, offset: number, depth: number): { readonly offset: number; readonly type: Type } | undefined => {
  const real = strip(type);
  if (real.kind === 'base') return { offset, type: real };
  const [only, another] = real.kind === 'struct' ? sizedMembers(real) : [];
  return only && !another && depth < deepest ? onlyNumber(only.type, offset + only.offset, depth + 1) : undefined;
};

/** An array type that no debug information has: the elements behind a slice, or those a user asks for. */
export const arrayOf = (element: Type, count: number, language: Language = element.language): ArrayType => {
  const name = language === 'rust' ? `[${element.name}; ${count}]` : `${element.name} [${count}]`;
  return { kind: 'array', name, qualifiedName: name, language, element, count, size: count * element.size };
};

/** The text itself behind a `&str`, which has a length and no bytes of its own in debug information. */
export const strOf = (element: Type, bytes: number): ArrayType => ({ ...arrayOf(element, bytes, 'rust'), name: 'str', qualifiedName: 'str' });

/** True for what `strOf` makes. */
export const isStr = (type: ArrayType): boolean => type.name === 'str' && type.language === 'rust';

/** A pointer type that no debug information has. */
export const pointerTo = (target: Type, size: number): PointerType => {
  const name = target.language === 'rust' ? `*${target.name}` : `${target.name} *`;
  return { kind: 'pointer', name, qualifiedName: name, language: target.language, size, flavor: 'pointer', target };
};

/**
 * True for `&T` and its kin, which a member access looks through. rustc writes them as pointers named after the source; a PDB
 * keeps no such name (`*T`) and may mean a reference.
 */
export const isReference = (type: PointerType): boolean => type.flavor !== 'pointer' || /^(&|ref(_mut)?\$<|\*(?!const |mut ))/.test(type.name);

/** One byte that C or Rust uses for text. For UEFI rustc's `u8` is a typedef of a number that has C++'s name. */
export const isCharacter = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'base' && real.size === 1 && (real.encoding === 'char' || real.encoding === 'unsigned-char' || real.name === 'u8' || real.encoding === 'utf' || (real.language === 'rust' && real.encoding === 'unsigned'));
};

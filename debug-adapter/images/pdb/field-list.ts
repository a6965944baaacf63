import { LF } from './codeview';
import { readNumeric, readSize } from './numeric';
import type { TypeStream } from './type-stream';

export type Field =
  | { readonly kind: 'member'; readonly name: string; readonly type: number; readonly offset: number }
  | { readonly kind: 'base'; readonly type: number; readonly offset: number }
  | { readonly kind: 'static'; readonly name: string; readonly type: number }
  | { readonly kind: 'enumerator'; readonly name: string; readonly value: bigint };

/** Introducing virtual methods carry the place of their table entry. */
const introduces = (attributes: number): boolean => {
  const property = (attributes >> 2) & 7;
  return property === 4 || property === 6;
};

/** Fields of an LF_FIELDLIST and of those it goes on in; methods, nested types and virtual bases are no part of the layout. */
export const readFields = (types: TypeStream, index: number): Field[] => {
  const fields: Field[] = [];
  const seen = new Set<number>();
  for (let list: number | undefined = index; list !== undefined && !seen.has(list) && types.kind(list) === LF.fieldList; ) {
    seen.add(list);
    list = readList(types, list, fields);
  }
  return fields;
};

/** Gives the list in which this one goes on. */
const readList = (types: TypeStream, index: number, fields: Field[]): number | undefined => {
  const cursor = types.record(index);
  while (!cursor.done) {
    const padding = cursor.u8();
    if (padding >= 0xf0) {
      cursor.position = Math.min(cursor.end, cursor.position + Math.max(0, (padding & 15) - 1));
      continue;
    }
    cursor.position--;
    const at = cursor.position;
    const kind = cursor.u16();
    const attributes = cursor.u16();
    switch (kind) {
      case LF.member: {
        const type = cursor.u32();
        const offset = readSize(cursor);
        fields.push({ kind: 'member', type, offset, name: cursor.string() });
        break;
      }
      case LF.staticMember: {
        const type = cursor.u32();
        fields.push({ kind: 'static', type, name: cursor.string() });
        break;
      }
      case LF.enumerate: {
        const value = readNumeric(cursor);
        fields.push({ kind: 'enumerator', value, name: cursor.string() });
        break;
      }
      case LF.baseClass: {
        const type = cursor.u32();
        fields.push({ kind: 'base', type, offset: readSize(cursor) });
        break;
      }
      case LF.virtualBaseClass:
      case LF.indirectVirtualBaseClass:
        cursor.skip(8);
        readNumeric(cursor);
        readNumeric(cursor);
        break;
      case LF.method:
      case LF.nestedType:
        cursor.skip(4);
        cursor.skipString();
        break;
      case LF.oneMethod:
        cursor.skip(introduces(attributes) ? 8 : 4);
        cursor.skipString();
        break;
      case LF.vtablePointer:
        cursor.skip(4);
        break;
      case LF.index:
        return cursor.u32();
      default:
        throw cursor.section.damaged(at, `field of kind 0x${kind.toString(16)}`);
    }
  }
  return undefined;
};

import { FORM } from './constants';

/** How far a form reaches: a size in bytes, or one of these. */
export const span = { leb: -1, string: -2, block1: -3, block2: -4, block4: -5, block: -6, indirect: -7, unknown: -8 } as const;

/** Size of a form's value in a unit, or how to find its end. */
export const formSpan = (form: number, addressSize: number, offsetSize: number, version: number): number => {
  switch (form) {
    case FORM.flag_present:
    case FORM.implicit_const:
      return 0;
    case FORM.data1:
    case FORM.flag:
    case FORM.ref1:
    case FORM.strx1:
    case FORM.addrx1:
      return 1;
    case FORM.data2:
    case FORM.ref2:
    case FORM.strx2:
    case FORM.addrx2:
      return 2;
    case FORM.strx3:
    case FORM.addrx3:
      return 3;
    case FORM.data4:
    case FORM.ref4:
    case FORM.ref_sup4:
    case FORM.strx4:
    case FORM.addrx4:
      return 4;
    case FORM.data8:
    case FORM.ref8:
    case FORM.ref_sig8:
    case FORM.ref_sup8:
      return 8;
    case FORM.data16:
      return 16;
    case FORM.addr:
      return addressSize;
    case FORM.ref_addr:
      return version <= 2 ? addressSize : offsetSize;
    case FORM.strp:
    case FORM.line_strp:
    case FORM.sec_offset:
    case FORM.strp_sup:
    case FORM.GNU_ref_alt:
    case FORM.GNU_strp_alt:
      return offsetSize;
    case FORM.sdata:
    case FORM.udata:
    case FORM.ref_udata:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
    case FORM.GNU_addr_index:
    case FORM.GNU_str_index:
      return span.leb;
    case FORM.string:
      return span.string;
    case FORM.block1:
      return span.block1;
    case FORM.block2:
      return span.block2;
    case FORM.block4:
      return span.block4;
    case FORM.block:
    case FORM.exprloc:
      return span.block;
    case FORM.indirect:
      return span.indirect;
    default:
      return span.unknown;
  }
};

/** Position after the LEB128 value read last by `readUleb`; one shared cell keeps the hot loops free of objects. */
export const leb = { next: 0 };

/** Unsigned LEB128 in a buffer; the position after it is left in `leb.next`. Past the end it reads zeros. */
export const readUleb = (buffer: Uint8Array, position: number): number => {
  let byte = buffer[position++] ?? 0;
  let result = byte & 0x7f;
  if (byte >= 0x80) {
    let scale = 128;
    for (let i = 0; byte >= 0x80 && i < 18; i++) {
      byte = buffer[position++] ?? 0;
      result += (byte & 0x7f) * scale;
      scale *= 128;
    }
  }
  leb.next = position;
  return result;
};

/** Position after a value of variable length; `how` is one of `span`. */
export const skipValue = (buffer: Uint8Array, view: DataView, position: number, how: number, addressSize: number, offsetSize: number, version: number): number => {
  switch (how) {
    case span.leb: {
      let at = position;
      while ((buffer[at++] ?? 0) >= 0x80);
      return at;
    }
    case span.string: {
      const end = buffer.indexOf(0, position);
      return end < 0 ? buffer.length + 1 : end + 1;
    }
    case span.block1:
      return position + 1 + view.getUint8(position);
    case span.block2:
      return position + 2 + view.getUint16(position, true);
    case span.block4:
      return position + 4 + view.getUint32(position, true);
    case span.block: {
      const length = readUleb(buffer, position);
      return leb.next + length;
    }
    case span.indirect: {
      const form = readUleb(buffer, position);
      const inner = form === FORM.indirect ? span.unknown : formSpan(form, addressSize, offsetSize, version);
      return inner >= 0 ? leb.next + inner : skipValue(buffer, view, leb.next, inner, addressSize, offsetSize, version);
    }
    default:
      return Infinity;
  }
};

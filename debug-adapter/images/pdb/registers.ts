/**
 * CodeView's register numbers (cvinfo.h, CV_HREG_e) as DWARF's of the psABI. A part of a register is that register:
 * debuggers read as many of its low bytes as the variable has.
 */
export interface Register {
  readonly dwarf: number;
  /** Bytes. */
  readonly size: number;
  /** AH, CH, DH, BH: the second byte. */
  readonly high?: boolean;
}

const word = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const amd64: Readonly<Record<(typeof word)[number], number>> = { ax: 0, dx: 1, cx: 2, bx: 3, si: 4, di: 5, bp: 6, sp: 7 };
const wideOrder = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'bp', 'sp'] as const;
const lowBytes = ['si', 'di', 'bp', 'sp'] as const;

/** DWARF number of one of the eight old registers. */
const old = (name: (typeof word)[number], wide: boolean): number => (wide ? amd64[name] : word.indexOf(name));

/** Undefined for registers that DWARF does not number, and for VFRAME. */
export const registerOf = (codeView: number, addressSize: 4 | 8): Register | undefined => {
  const wide = addressSize === 8;
  const pick = (names: readonly (typeof word)[number][], first: number, size: number): Register | undefined => {
    const name = names[codeView - first];
    return name === undefined ? undefined : { dwarf: old(name, wide), size };
  };
  if (codeView >= 1 && codeView <= 4) return pick(word, 1, 1);
  if (codeView >= 5 && codeView <= 8) {
    const name = word[codeView - 5];
    return name && { dwarf: old(name, wide), size: 1, high: true };
  }
  if (codeView >= 9 && codeView <= 16) return pick(word, 9, 2);
  if (codeView >= 17 && codeView <= 24) return pick(word, 17, 4);
  if (codeView >= 128 && codeView <= 135) return { dwarf: (wide ? 33 : 11) + codeView - 128, size: 10 };
  if (codeView >= 154 && codeView <= 161) return { dwarf: (wide ? 17 : 21) + codeView - 154, size: 16 };
  if (!wide) return undefined;
  if (codeView >= 252 && codeView <= 259) return { dwarf: 25 + codeView - 252, size: 16 };
  if (codeView >= 324 && codeView <= 327) return pick(lowBytes, 324, 1);
  if (codeView >= 328 && codeView <= 335) return pick(wideOrder, 328, 8);
  if (codeView >= 336 && codeView <= 343) return { dwarf: 8 + codeView - 336, size: 8 };
  if (codeView >= 344 && codeView <= 351) return { dwarf: 8 + codeView - 344, size: 1 };
  if (codeView >= 352 && codeView <= 359) return { dwarf: 8 + codeView - 352, size: 2 };
  if (codeView >= 360 && codeView <= 367) return { dwarf: 8 + codeView - 360, size: 4 };
  if (codeView >= 368 && codeView <= 383) return { dwarf: 17 + codeView - 368, size: 32 };
  return undefined;
};

/** S_FRAMEPROC's two bits for a frame register; undefined for none, and for i386's virtual frame. */
export const frameRegister = (bits: number, addressSize: 4 | 8): number | undefined => {
  if (addressSize === 8) return [undefined, amd64.sp, amd64.bp, 13][bits & 3];
  return [undefined, undefined, word.indexOf('bp'), word.indexOf('bx')][bits & 3];
};

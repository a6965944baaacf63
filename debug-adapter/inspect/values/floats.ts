/** Floating point numbers of 4, 8 and (x87, Intel SDM volume 1, 4.2.2) 10 bytes, the last to the precision of a double; undefined for other sizes. */
export const floatFrom = (bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0, true);
  if (bytes.length === 8) return view.getFloat64(0, true);
  return bytes.length >= 10 && bytes.length <= 16 ? extended(view) : undefined;
};

const extended = (view: DataView): number => {
  const top = view.getUint16(8, true);
  const bits = view.getBigUint64(0, true);
  const sign = top & 0x8000 ? -1 : 1;
  const exponent = top & 0x7fff;
  // The integer bit is explicit; infinity is a fraction of zero behind it.
  if (exponent === 0x7fff) return BigInt.asUintN(63, bits) === 0n ? sign * Infinity : NaN;
  return sign * (Number(bits) / 2 ** 63) * 2 ** (exponent - 16383);
};

/** The bytes of a number as a float of that size; undefined where the format is not written. */
export const floatBytes = (number: number, size: number): Uint8Array | undefined => {
  if (size !== 4 && size !== 8) return undefined;
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, number, true);
  else view.setFloat64(0, number, true);
  return new Uint8Array(view.buffer);
};

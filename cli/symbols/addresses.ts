import type { Image } from '../../debug-adapter/images/image';

/** An address as it is written: `0x…`; in a relocatable object, which has none, `SECTION+0x…`. */
export function writeAddress(image: Image, address: bigint): string {
  if (image.type === 'rel') {
    const section = image.sections.find((one) => one.allocated && address >= one.address && address < one.address + BigInt(one.size));
    if (section) return `${section.name}+0x${(address - section.address).toString(16)}`;
  }
  return `0x${address.toString(16)}`;
}

const withOffset = /^(.+?)\+(0x[0-9a-f]+|\d+)(?:\/0x[0-9a-f]+)?$/i;

/**
 * Reads an address: `0x…`, decimal of up to 7 digits, bare hexadecimal of 8 digits and more, `SECTION+0xOFF` in a relocatable object, or
 * `SYMBOL+0xOFF`. Undefined when there is no such section or symbol, or it ends before. Throws SyntaxError for other text.
 */
export function readAddress(image: Image, text: string): bigint | undefined {
  const wanted = text.trim();
  if (/^(0x[0-9a-f]{1,16}|\d{1,7})$/i.test(wanted)) return BigInt(wanted);
  if (/^[0-9a-f]{8,16}$/i.test(wanted)) return BigInt(`0x${wanted}`);
  const [, name, offset] = withOffset.exec(wanted) ?? [];
  if (name === undefined || offset === undefined) throw new SyntaxError('an address is 0x…, SYMBOL+0x… or, in a relocatable object, SECTION+0x…');
  const section = image.type === 'rel' ? image.sections.find((one) => one.allocated && one.name === name) : undefined;
  if (section) return BigInt(offset) < BigInt(section.size) ? section.address + BigInt(offset) : undefined;
  const [symbol] = image.symbols.named(name);
  return symbol && symbol.address + BigInt(offset);
}

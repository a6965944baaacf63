import { readAddress } from '../bytes/address';
import { SectionBytes } from '../bytes/section-bytes';
import type { SymbolColumns } from '../symbols/columns';
import { AT } from './constants';
import type { Die } from './die';
import { leb, readUleb } from './forms';
import { kinds } from './name-index';
import { linkageNameOf, nameOf } from './names';
import { rangesOf } from './ranges';
import type { Reader } from './reader';
import { sizeOf } from './types';

const DW_OP_addr = 0x03;
const DW_OP_addrx = 0xa1;

/** Address of a variable whose location is one fixed address. */
const fixedAddress = (die: Die): number | undefined => {
  const expression = die.block(AT.location);
  if (!expression) return undefined;
  const { unit } = die;
  if (expression[0] === DW_OP_addr && expression.length === 1 + unit.addressSize)
    return readAddress(new DataView(expression.buffer, expression.byteOffset, expression.length), 1, unit.addressSize);
  if (expression[0] !== DW_OP_addrx) return undefined;
  const index = readUleb(expression, 1);
  return leb.next === expression.length ? unit.file.addressEntry(unit.root.addressBase, index, unit.addressSize) : undefined;
};

/** Symbols made from DWARF, for images whose linker wrote DWARF but no symbol table (lld-link /debug:dwarf). */
export const symbolsFromDwarf = (reader: Reader): SymbolColumns => {
  const rows: { name: string; address: number; size: number; kind: number; local: boolean }[] = [];
  const external = (die: Die): boolean => die.chain().some((link) => link.flag(AT.external));
  for (const { die: read } of reader.index().all(kinds.function | kinds.variable)) {
    const die = read();
    if (!die || die.flag(AT.declaration)) continue;
    const name = linkageNameOf(die) ?? nameOf(die);
    if (name === '') continue;
    const [start, end] = rangesOf(die);
    if (start !== undefined && end !== undefined) rows.push({ name, address: start, size: end - start, kind: 0, local: !external(die) });
    else {
      const address = fixedAddress(die);
      if (address !== undefined) rows.push({ name, address, size: sizeOf(reader.types.typeOf(die)), kind: 1, local: !external(die) });
    }
  }
  const encoded = rows.map((row) => Buffer.from(`${row.name}\0`));
  const offsets = new Uint32Array(rows.length);
  let next = 1;
  encoded.forEach((text, i) => {
    offsets[i] = next;
    next += text.length;
  });
  return {
    count: rows.length,
    name: offsets,
    address: Float64Array.from(rows, (row) => row.address),
    size: Float64Array.from(rows, (row) => row.size),
    kind: Uint8Array.from(rows, (row) => row.kind),
    local: Uint8Array.from(rows, (row) => (row.local ? 1 : 0)),
    limit: Float64Array.from(rows, (row) => row.address + row.size),
    strings: SectionBytes.ofBuffer(reader.file.source.path, 'DWARF names', Buffer.concat([Buffer.alloc(1), ...encoded])),
  };
};

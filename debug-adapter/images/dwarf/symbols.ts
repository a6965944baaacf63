import { readAddress } from '../bytes/address';
import { columnsOf, type FoundSymbol, type SymbolColumns } from '../symbols/columns';
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
  const rows: FoundSymbol[] = [];
  const external = (die: Die): boolean => die.chain().some((link) => link.flag(AT.external));
  for (const { die: read } of reader.index().all(kinds.function | kinds.variable)) {
    const die = read();
    if (!die || die.flag(AT.declaration)) continue;
    const name = linkageNameOf(die) ?? nameOf(die);
    if (name === '') continue;
    const [start, end] = rangesOf(die);
    if (start !== undefined && end !== undefined) rows.push({ name, address: start, size: end - start, kind: 'function', local: !external(die), limit: end });
    else {
      const address = fixedAddress(die);
      if (address === undefined) continue;
      const size = sizeOf(reader.types.typeOf(die));
      rows.push({ name, address, size, kind: 'object', local: !external(die), limit: address + size });
    }
  }
  return columnsOf(reader.file.source.path, 'DWARF names', rows);
};

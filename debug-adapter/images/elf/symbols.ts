import { readAddress } from '../bytes/address';
import { SectionBytes } from '../bytes/section-bytes';
import type { SymbolColumns } from '../symbols/columns';
import type { ElfHeaders, ElfSection } from './headers';
import { SHT } from './headers';
import type { ElfSections } from './sections';

const STT = { notype: 0, object: 1, func: 2, section: 3, file: 4, common: 5, tls: 6, ifunc: 10 } as const;
const SHN = { undefined: 0, reserved: 0xff00, absolute: 0xfff1 } as const;

/** The symbol table to use: .symtab, else what the dynamic linker needs. */
export const symbolSection = (headers: ElfHeaders): ElfSection | undefined =>
  headers.sections.find((s) => s.type === SHT.symtab && s.size > 0) ?? headers.sections.find((s) => s.type === SHT.dynsym && s.size > 0);

/** The section with the names of the symbols. */
export const symbolStrings = (headers: ElfHeaders, sections: ElfSections): SectionBytes | undefined => {
  const table = symbolSection(headers);
  const header = table && headers.sections[table.link];
  return header?.type === SHT.strtab ? sections.content(header) : undefined;
};

/** Reads the symbols that mean an address: not undefined ones, sections, files or thread-locals. */
export const readElfSymbols = (headers: ElfHeaders, sections: ElfSections, place: (section: number) => number): SymbolColumns => {
  const table = symbolSection(headers);
  const content = table && sections.content(table);
  const strings = symbolStrings(headers, sections) ?? SectionBytes.ofBuffer(sections.path, '.strtab', Buffer.alloc(0));
  const entry = headers.wide ? 24 : 16;
  const total = content ? Math.floor(content.size / entry) : 0;
  const name = new Uint32Array(total);
  const address = new Float64Array(total);
  const size = new Float64Array(total);
  const kind = new Uint8Array(total);
  const local = new Uint8Array(total);
  const limit = new Float64Array(total);
  let count = 0;
  if (content) {
    content.whole();
    const view = content.view();
    for (let i = 1; i < total; i++) {
      const at = i * entry;
      const info = view.getUint8(at + (headers.wide ? 4 : 12));
      const section = view.getUint16(at + (headers.wide ? 6 : 14), true);
      const type = info & 15;
      if (section === SHN.undefined || type === STT.section || type === STT.file || type === STT.tls) continue;
      const holder = section < SHN.reserved ? headers.sections[section] : undefined;
      const value = headers.wide ? readAddress(view, at + 8, 8) : view.getUint32(at + 4, true);
      const start = headers.type === 'rel' && holder ? place(section) + value : value;
      name[count] = view.getUint32(at, true);
      address[count] = start;
      size[count] = headers.wide ? view.getUint32(at + 20, true) * 4294967296 + view.getUint32(at + 16, true) : view.getUint32(at + 8, true);
      kind[count] = type === STT.func || type === STT.ifunc ? 0 : type === STT.object || type === STT.common ? 1 : 2;
      local[count] = info >> 4 === 0 ? 1 : 0;
      // An absolute symbol is a number more often than a place: it covers only itself.
      limit[count] = holder ? (headers.type === 'rel' ? place(section) : holder.address) + holder.size : start + 1;
      count++;
    }
  }
  return {
    count,
    name: name.subarray(0, count),
    address: address.subarray(0, count),
    size: size.subarray(0, count),
    kind: kind.subarray(0, count),
    local: local.subarray(0, count),
    limit: limit.subarray(0, count),
    strings,
  };
};

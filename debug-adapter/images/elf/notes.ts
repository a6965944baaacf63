import type { ElfHeaders } from './headers';
import { SHT } from './headers';
import type { ElfSections } from './sections';

const NT_GNU_BUILD_ID = 3;

/** Build-id in hex from any note section. Damaged notes are skipped: they must not hide the image. */
export const readBuildId = (headers: ElfHeaders, sections: ElfSections): string | undefined => {
  for (const section of headers.sections) {
    if (section.type !== SHT.note || section.size > 1 << 20) continue;
    let notes: Buffer | undefined;
    try {
      notes = sections.content(section)?.whole();
    } catch {
      continue;
    }
    for (let at = 0; notes && at + 12 <= notes.length; ) {
      const nameSize = notes.readUInt32LE(at);
      const size = notes.readUInt32LE(at + 4);
      const type = notes.readUInt32LE(at + 8);
      const content = at + 12 + align4(nameSize);
      if (type === NT_GNU_BUILD_ID && notes.toString('latin1', at + 12, at + 16) === 'GNU\0' && content + size <= notes.length)
        return notes.toString('hex', content, content + size);
      at = content + align4(size);
    }
  }
  return undefined;
};

const align4 = (value: number): number => Math.ceil(value / 4) * 4;

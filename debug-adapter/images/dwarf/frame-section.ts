import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';
import type { Damage } from '../damage';

/** A common information entry: what its FDEs share. DWARF 5, section 6.4.1, and the LSB for .eh_frame. */
export interface CommonEntry {
  readonly version: number;
  readonly addressSize: 4 | 8;
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnRegister: number;
  readonly signalFrame: boolean;
  /** An augmentation string with `z`: its FDEs carry a length of their augmentation data. */
  readonly sizedAugmentation: boolean;
  readonly pointerEncoding: number;
  readonly instructionsStart: number;
  readonly instructionsEnd: number;
}

export interface FrameEntry {
  readonly common: CommonEntry;
  readonly start: number;
  readonly end: number;
  readonly instructionsStart: number;
  readonly instructionsEnd: number;
}

/** DW_EH_PE_*: how a pointer in .eh_frame is written. */
const encodingOmit = 0xff;

/** One .debug_frame or .eh_frame section: entries by offset, and an index of all FDEs made once. */
export class FrameSection {
  private readonly commons = new Map<number, CommonEntry>();

  constructor(
    readonly section: SectionBytes,
    private readonly eh: boolean,
    /** Linked address of .eh_frame, for pointers relative to themselves. */
    private readonly sectionAddress: number,
    private readonly addressSize: 4 | 8,
  ) {}

  /** Calls `found` for every FDE with its code range and offset. A damaged one is noted and passed over; where its length is none, all behind it is lost. */
  forEach(found: (start: number, end: number, offset: number) => void, damage: Damage): void {
    const { section } = this;
    for (let at = 0; at + 4 <= section.size; ) {
      const extent = damage.tolerate(() => this.extent(at), undefined);
      if (!extent) return;
      const { body, end, offsetSize } = extent;
      // .eh_frame may hold several terminators: one for each object that crtend closed.
      if (end === body) {
        at = end;
        continue;
      }
      const entry = damage.tolerate(() => (this.isCommon(body, offsetSize) ? undefined : this.entryAt(at)), undefined);
      if (entry && entry.end > entry.start) found(entry.start, entry.end, at);
      at = end;
    }
  }

  private extent(at: number): { body: number; end: number; offsetSize: 4 | 8 } {
    const cursor = new Cursor(this.section, at);
    let length = cursor.u32();
    let offsetSize: 4 | 8 = 4;
    if (length === 0xffffffff) {
      length = cursor.size64();
      offsetSize = 8;
    }
    const end = cursor.position + length;
    if (end > this.section.size) throw this.section.damaged(at, `entry length ${length}`);
    return { body: cursor.position, end, offsetSize };
  }

  private isCommon(body: number, offsetSize: 4 | 8): boolean {
    const cursor = new Cursor(this.section, body);
    if (this.eh) return cursor.u32() === 0;
    return offsetSize === 8 ? cursor.u64() === 0xffffffffffffffffn : cursor.u32() === 0xffffffff;
  }

  entryAt(offset: number): FrameEntry {
    const { section } = this;
    const { body, end, offsetSize } = this.extent(offset);
    const cursor = new Cursor(section, body, end);
    const pointer = this.eh ? cursor.u32() : cursor.offset(offsetSize);
    const commonAt = this.eh ? body - pointer : pointer;
    if (commonAt < 0 || commonAt >= section.size) throw section.damaged(body, 'frame entry without its common entry');
    const common = this.commonAt(commonAt);
    const start = this.pointer(cursor, common.pointerEncoding, common.addressSize);
    // The length has the same format as the address, but is relative to nothing.
    const length = this.pointer(cursor, common.pointerEncoding & 0x0f, common.addressSize);
    if (common.sizedAugmentation) cursor.skip(cursor.uleb());
    return { common, start, end: start + length, instructionsStart: cursor.position, instructionsEnd: end };
  }

  private commonAt(offset: number): CommonEntry {
    const known = this.commons.get(offset);
    if (known) return known;
    const { section } = this;
    const { body, end, offsetSize } = this.extent(offset);
    if (end === body || !this.isCommon(body, offsetSize)) throw section.damaged(offset, 'no common frame entry');
    const cursor = new Cursor(section, body + (this.eh ? 4 : offsetSize), end);
    const version = cursor.u8();
    if (version !== 1 && version !== 3 && version !== 4) throw section.damaged(offset, `frame information of version ${version}`);
    const augmentation = cursor.string();
    let addressSize: 4 | 8 = this.addressSize;
    if (version >= 4) {
      const size = cursor.u8();
      if (size !== 4 && size !== 8) throw section.damaged(offset, `address size ${size}`);
      addressSize = size;
      cursor.u8();
    }
    // gcc 2's `eh` augmentation puts a pointer here.
    if (augmentation.startsWith('eh')) cursor.skip(addressSize);
    const codeAlignment = cursor.uleb();
    const dataAlignment = cursor.sleb();
    const returnRegister = version === 1 ? cursor.u8() : cursor.uleb();
    let pointerEncoding = 0;
    let signalFrame = false;
    if (augmentation.startsWith('z')) {
      const length = cursor.uleb();
      const after = cursor.position + length;
      for (const letter of augmentation.slice(1)) {
        if (letter === 'R') pointerEncoding = cursor.u8();
        else if (letter === 'P') {
          const encoding = cursor.u8();
          if (encoding !== encodingOmit) this.pointer(cursor, encoding & 0x7f, addressSize);
        } else if (letter === 'L') cursor.u8();
        else if (letter === 'S') signalFrame = true;
        else if (letter !== 'B' && letter !== 'G') break;
      }
      cursor.position = after;
    }
    const common = {
      version, addressSize, codeAlignment, dataAlignment, returnRegister, signalFrame,
      sizedAugmentation: augmentation.startsWith('z'), pointerEncoding, instructionsStart: cursor.position, instructionsEnd: end,
    };
    this.commons.set(offset, common);
    return common;
  }

  pointer(cursor: Cursor, encoding: number, addressSize: 4 | 8): number {
    const at = cursor.position;
    const base = (encoding & 0x70) === 0x10 ? this.sectionAddress + at : 0;
    const application = encoding & 0x70;
    if (application !== 0 && application !== 0x10) throw this.section.damaged(at, `pointer encoding ${encoding}`);
    let value: number;
    switch (encoding & 0x0f) {
      case 0x00:
        value = cursor.address(addressSize);
        break;
      case 0x01:
        value = cursor.uleb();
        break;
      case 0x02:
        value = cursor.u16();
        break;
      case 0x03:
        value = cursor.u32();
        break;
      case 0x04:
      case 0x0c:
        value = cursor.address(8);
        break;
      case 0x09:
        value = cursor.sleb();
        break;
      case 0x0a:
        value = (cursor.u16() << 16) >> 16;
        break;
      case 0x0b:
        value = cursor.i32();
        break;
      default:
        throw this.section.damaged(at, `pointer encoding ${encoding}`);
    }
    const result = base + value;
    return addressSize === 4 ? result >>> 0 : result;
  }
}

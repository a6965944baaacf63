import { cpioNames, ramdiskFormat } from '../../../boot/cpio';
import { sizeInWords } from '../../../boot/environment/knowledge';
import type { InitramfsInfo, Known } from '../../api';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { ProgramView } from '../../inspect/view';
import { hex } from '../unknown';
import type { ChildNames } from './dentries';

/** struct boot_params is the boot protocol's (Documentation/arch/x86/zero-page.rst, boot.rst), so offsets are fixed. */
const fields = { extImage: 0x0c0, extSize: 0x0c4, image: 0x218, size: 0x21c, end: 0x220 } as const;
/** Headers of an archive that are looked at; a distribution's has some thousand files. */
const mostFiles = 20_000;
const headBytes = 512;

/**
 * The ramdisk the loader handed over: `boot_params` (arch/x86/kernel/setup.c). Needs a symbol only. `wanted`: the program to
 * run from it. `unpacked`: names in the root of the kernel's own rootfs, where it has been unpacked to. Throws BS400, BS408.
 */
export const readInitramfs = async (kernel: ProgramView, wanted: string, unpacked: ChildNames | undefined): Promise<InitramfsInfo | undefined> => {
  if (!kernel.hasSymbol('boot_params')) throw failure(chainErrors.noSymbol, { name: 'boot_params', file: 'the kernel' });
  const bytes = await kernel.memory.read(kernel.symbol('boot_params'), fields.end);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (low: number, high: number): bigint => BigInt(data.getUint32(low, true)) | (BigInt(data.getUint32(high, true)) << 32n);
  const [address, size] = [word(fields.image, fields.extImage), word(fields.size, fields.extSize)];
  if (address === 0n || size === 0n) return undefined;
  const parts: InitramfsInfo['parts'] = [];
  const names: string[] = [];
  let isWhole = true;
  for (let offset = 0n; offset < size; ) {
    const head = await kernel.physical.readSome(address + offset, headBytes);
    // Parts are padded with zeros.
    const padding = head.findIndex((byte) => byte !== 0);
    if (padding !== 0) {
      if (parts.length === 0) break;
      offset += BigInt(padding < 0 ? head.length || headBytes : padding & ~3 || 4);
      continue;
    }
    const format = ramdiskFormat(head);
    if (format !== 'cpio') {
      parts.push({ offset: Number(offset), format: format ?? 'not recognised' });
      isWhole = false;
      break;
    }
    const listed = await cpioNames((from, length) => kernel.physical.readSome(address + offset + BigInt(from), Math.min(length, Number(size - offset) - from)), mostFiles);
    parts.push({ offset: Number(offset), format: 'cpio', files: listed.names.length });
    names.push(...listed.names);
    if (listed.end === undefined) {
      isWhole = false;
      break;
    }
    offset += BigInt(listed.end);
  }
  return { address: hex(address), size: Number(size), parts, init: initIn(wanted, names, isWhole, parts, unpacked) };
};

const initIn = (wanted: string, names: readonly string[], isWhole: boolean, parts: InitramfsInfo['parts'], unpacked: ChildNames | undefined): Known<{ path: string; present: boolean; text: string }> => {
  const bare = wanted.replace(/^\/+/, '');
  const [first, ...below] = bare.split('/');
  if (unpacked !== undefined && below.length === 0) {
    const present = unpacked.names.has(first ?? '');
    if (present || unpacked.isComplete) return { path: wanted, present, text: present ? `${wanted} is in the kernel's rootfs` : `the kernel's rootfs holds no ${wanted}: ${[...unpacked.names].slice(0, 8).join(', ') || 'it is empty'}` };
  }
  if (names.includes(bare)) return { path: wanted, present: true, text: `${wanted} is in the archive` };
  if (isWhole && parts.length > 0) return { path: wanted, present: false, text: `the archive of ${names.length} files holds no ${wanted}` };
  const last = parts[parts.length - 1];
  if (last === undefined) return { unknown: 'because nothing is left where the loader put it: the kernel has unpacked it and freed its memory' };
  return { unknown: `because the part at ${sizeInWords(BigInt(last.offset))} is ${last.format === 'cpio' ? 'cut short' : `${last.format}-compressed`}` };
};

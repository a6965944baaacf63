import type { BootEntry } from '../../boot/efi-entries';
import { bootEntriesIn, readVariableStore, variableVolumeHeader, variableVolumeSize, type FirmwareVariable } from '../../boot/efi-variables';
import type { Machine } from '../machine/machine';
import { perhaps } from './unknown';

/** OVMF's flash ends at 4 GiB and begins with the variables: images of 4 and of 2 MiB (OvmfPkg/OvmfPkgDefines.fdf.inc). */
const usualFlash = [0xffc00000n, 0xffe00000n];
/** The firmware's own memory, where it keeps variables without flash, is at the end of the RAM below 4 GiB. */
const searched = 32n << 20n;
const piece = 1n << 20n;
const page = 4096;

interface MemoryMap {
  readonly flash: readonly bigint[];
  /** End of the RAM that begins at 0. */
  readonly ramEnd?: bigint;
}

/** Flash and RAM in what QEMU's monitor answers to `info mtree -f` (softmmu/memory.c): lines `START-END (prio 0, romd): system.flash1`. */
export const memoryMapIn = (text: string): MemoryMap => {
  const flash = new Set<bigint>();
  let ramEnd: bigint | undefined;
  for (const [, start = '', end = '', kind, name = ''] of text.matchAll(/^\s*([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, (ram|romd|rom|nv|i\/o)\): (\S+)/gm)) {
    const [from, last] = [BigInt(`0x${start}`), BigInt(`0x${end}`)];
    if (/\.flash\d+$/.test(name)) flash.add(from);
    else if (kind === 'ram' && from <= 0x100000n && last < 1n << 32n && (ramEnd === undefined || last >= ramEnd)) ramEnd = last + 1n;
  }
  return { flash: [...flash], ...(ramEnd === undefined ? {} : { ramEnd }) };
};

/**
 * The firmware's boot entries, in its own order: from its flash or, where QEMU was given the firmware by -bios, from its memory. undefined: no variables of
 * a UEFI firmware were found; also while the flash is being written, as it then answers with its state.
 */
export const readBootEntries = async (machine: Machine): Promise<readonly BootEntry[] | undefined> => {
  const map = memoryMapIn((await perhaps(() => machine.monitor('info mtree -f'))) ?? '');
  const written = await inFlash(machine, map.flash.length > 0 ? map.flash : usualFlash);
  // A firmware that was given as a ROM has an empty store in it, which nobody can write to.
  const variables = written?.length === 0 && map.flash.length === 0 && map.ramEnd !== undefined ? await inMemory(machine, map.ramEnd) : written;
  return variables === undefined ? undefined : bootEntriesIn(variables);
};

const at = async (machine: Machine, address: bigint): Promise<readonly FirmwareVariable[] | undefined> => {
  const size = variableVolumeSize(await machine.physical.read(address, variableVolumeHeader));
  return size === undefined ? undefined : readVariableStore(await machine.physical.read(address, size));
};

/** Empty: a store without variables; undefined: no store. */
const inFlash = async (machine: Machine, places: readonly bigint[]): Promise<readonly FirmwareVariable[] | undefined> => {
  let empty: readonly FirmwareVariable[] | undefined;
  for (const place of places) {
    const found = await perhaps(() => at(machine, place));
    if (found !== undefined && found.length > 0) return found;
    empty ??= found;
  }
  return empty;
};

/** EmuVariableFvbRuntimeDxe (OvmfPkg) lays the store on a page of its own; copies of the empty one are passed over. */
const inMemory = async (machine: Machine, ramEnd: bigint): Promise<readonly FirmwareVariable[] | undefined> => {
  for (let from = ramEnd - piece; from >= 0n && from >= ramEnd - searched; from -= piece) {
    const bytes = await perhaps(() => machine.physical.read(from, Number(piece)));
    for (let offset = 0; bytes !== undefined && offset + page <= bytes.length; offset += page) {
      if (variableVolumeSize(bytes.subarray(offset, offset + variableVolumeHeader)) === undefined) continue;
      const found = await perhaps(() => at(machine, from + BigInt(offset)));
      if (found !== undefined && found.length > 0) return found;
    }
  }
  return undefined;
};

/** Boot entries of the firmware as efibootmgr(8) lists them. Pure. */
export interface BootEntry {
  /** `Boot0001` */
  readonly name: string;
  readonly label: string;
  /** As printed: `HD(1,GPT,…,0x800,0x10000)/File(\\EFI\\BOOT\\BOOTX64.EFI)`. */
  readonly devicePath: string;
  /** Its place in BootOrder, from 1; left out: it is in no order, or that is not known. */
  readonly order?: number;
  /** LOAD_OPTION_ACTIVE, the asterisk that efibootmgr prints. */
  readonly active?: boolean;
}

/** usr.sbin/efibootmgr/efibootmgr.c prints ` Boot0001* label device-path`, a + in front of the entry that was started. */
const entryLine = /^[+ ]*(Boot[0-9A-Fa-f]{4})\*? (.*)$/;
const pathStart = /(?:PciRoot|HD|Acpi|VenHw|VenMedia|Fv|File)\(/;

/** Entries in the order of the text; a later listing of the same entry replaces the earlier one. */
export const parseBootEntries = (text: string): BootEntry[] => {
  const entries = new Map<string, BootEntry>();
  for (const line of text.split(/\r*\n/)) {
    const [, name, rest = ''] = entryLine.exec(line) ?? [];
    const start = rest.search(pathStart);
    if (name === undefined || start < 0) continue;
    entries.delete(name);
    entries.set(name, { name, label: rest.slice(0, start).trim(), devicePath: rest.slice(start).trim() });
  }
  return [...entries.values()];
};

/** A device path from its partition on: firmware takes the short form and the whole one for the same. FAT knows no case. */
const fromPartition = (devicePath: string): string => {
  const lower = devicePath.toLowerCase();
  const start = lower.indexOf('hd(');
  return start < 0 ? lower : lower.slice(start);
};

/** Groups of entries that start the same file of the same partition, whatever their labels say: told by the device path alone. */
export const duplicateEntries = (entries: readonly BootEntry[]): readonly (readonly BootEntry[])[] => {
  const groups = new Map<string, BootEntry[]>();
  for (const entry of entries) {
    const key = fromPartition(entry.devicePath);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
};

/** Entries for this file: of the partition `media` (`HD(…)`), where both that and the entry's partition are known. */
export const entriesOf = (entries: readonly BootEntry[], file: string, media?: string): readonly BootEntry[] =>
  entries.filter(({ devicePath }) => {
    const path = fromPartition(devicePath);
    const wanted = media !== undefined && path.startsWith('hd(') ? `${media}/${file}` : `/${file}`;
    return `/${path}`.endsWith(wanted.toLowerCase());
  });

/**
 * The firmware's variables as EDK2 keeps them in flash or, without flash, in memory: a firmware volume with a variable store behind its header.
 * EDK2 MdePkg/Include/Pi/PiFirmwareVolume.h, MdeModulePkg/Include/Guid/VariableFormat.h, Guid/SystemNvDataGuid.h, OvmfPkg/VarStore.fdf.inc. Pure.
 */
import { devicePathText, guidText } from './efi-device-path';
import type { BootEntry } from './efi-entries';

/** EFI_SYSTEM_NV_DATA_FV_GUID: the volume holds variables. */
const volumeGuid = 'fff12b8d-7696-4c8b-a985-2747075b4f50';
/** gEfiAuthenticatedVariableGuid and gEfiVariableGuid: two layouts of a variable's header. */
const authenticated = 'aaf32c78-947b-439a-a180-2e144ec37792';
const plain = 'ddcf3616-3275-4164-98b6-fe85707ffe7d';
/** EFI_GLOBAL_VARIABLE, where Boot#### and BootOrder are. */
const globalGuid = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const startId = 0x55aa;
/** VAR_ADDED; with VAR_IN_DELETED_TRANSITION the old one counts until the new one is whole. */
const [added, inTransition] = [0x3f, 0x3e];

/** Bytes of a volume that tell its size. */
export const variableVolumeHeader = 0x40;

/** Length in bytes of the volume of variables that begins here; undefined: none begins here. */
export const variableVolumeSize = (bytes: Uint8Array): number | undefined => {
  if (bytes.length < variableVolumeHeader) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(40, false) !== 0x5f465648 || guidText(bytes, 16) !== volumeGuid) return undefined;
  const length = view.getBigUint64(32, true);
  return length > 0n && length <= 1n << 24n ? Number(length) : undefined;
};

export interface FirmwareVariable {
  readonly name: string;
  readonly guid: string;
  readonly data: Uint8Array;
}

/** The variables that hold, in the order of the store. A store that is cut or damaged gives those before the damage; undefined: there is no store. */
export const readVariableStore = (volume: Uint8Array): readonly FirmwareVariable[] | undefined => {
  if (variableVolumeSize(volume) === undefined) return undefined;
  const view = new DataView(volume.buffer, volume.byteOffset, volume.byteLength);
  const store = view.getUint16(48, true);
  if (store + 28 > volume.length) return undefined;
  const layout = guidText(volume, store);
  if (layout !== authenticated && layout !== plain) return undefined;
  const head = layout === authenticated ? 60 : 32;
  const end = Math.min(volume.length, store + view.getUint32(store + 16, true));
  const found = new Map<string, FirmwareVariable & { readonly state: number }>();
  for (let at = store + 28; at + head <= end && view.getUint16(at, true) === startId; ) {
    const state = view.getUint8(at + 2);
    const [nameSize, dataSize] = [view.getUint32(at + head - 24, true), view.getUint32(at + head - 20, true)];
    const next = at + head + nameSize + dataSize;
    if (next > end) break;
    if (state === added || state === inTransition) {
      const name = new TextDecoder('utf-16le').decode(volume.subarray(at + head, at + head + nameSize)).replace(/\0[^]*$/, '');
      const guid = guidText(volume, at + head - 16);
      const key = `${guid} ${name}`;
      if (found.get(key)?.state !== added) found.set(key, { name, guid, state, data: volume.subarray(at + head + nameSize, next) });
    }
    at = (next + 3) & ~3;
  }
  return [...found.values()].map(({ name, guid, data }) => ({ name, guid, data }));
};

/** Boot#### variables, those of BootOrder first and in its order. One whose load option is malformed is left out. */
export const bootEntriesIn = (variables: readonly FirmwareVariable[]): BootEntry[] => {
  const global = variables.filter(({ guid }) => guid === globalGuid);
  const order = global.find(({ name }) => name === 'BootOrder')?.data ?? new Uint8Array();
  const numbers = Array.from({ length: order.length >> 1 }, (_, at) => (order[at * 2] ?? 0) | ((order[at * 2 + 1] ?? 0) << 8));
  const entries = global.flatMap((variable): BootEntry[] => {
    const number = /^Boot([0-9A-F]{4})$/.exec(variable.name)?.[1];
    const option = number === undefined ? undefined : loadOption(variable.data);
    if (number === undefined || option === undefined) return [];
    const position = numbers.indexOf(Number.parseInt(number, 16));
    return [{ name: variable.name, ...option, ...(position < 0 ? {} : { order: position + 1 }) }];
  });
  return entries.sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || (a.name < b.name ? -1 : 1));
};

/** EFI_LOAD_OPTION (UEFI specification 2.10, 3.1.3): attributes, length of the device paths, description, device paths. */
const loadOption = (data: Uint8Array): Pick<BootEntry, 'label' | 'devicePath' | 'active'> | undefined => {
  if (data.length < 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = 6;
  while (end + 1 < data.length && view.getUint16(end, true) !== 0) end += 2;
  const path = data.subarray(end + 2, end + 2 + view.getUint16(4, true));
  const devicePath = devicePathText(path);
  return devicePath === undefined ? undefined : { label: new TextDecoder('utf-16le').decode(data.subarray(6, end)).trim(), devicePath, active: (view.getUint32(0, true) & 1) !== 0 };
};

/**
 * Device paths of the firmware in words: UEFI specification 2.10, chapter 10; as libefivar prints them (lib/libefivar/efivar-dp-format.c, made from EDK2's
 * MdePkg/Library/UefiDevicePathLib/DevicePathToText.c). Pure.
 */

const [hardware, acpi, messaging, media, endOfPath] = [1, 2, 3, 4, 0x7f];

const hex = (value: number | bigint): string => `0x${value.toString(16).toUpperCase()}`;
const ucs2 = (bytes: Uint8Array): string => new TextDecoder('utf-16le').decode(bytes).replace(/\0[^]*$/, '');

/** A GUID as registries write it; its first three parts are little-endian. `at`: offset in bytes. Throws a RangeError beyond the end. */
export const guidText = (bytes: Uint8Array, at: number): string => {
  if (at < 0 || at + 16 > bytes.length) throw new RangeError('a GUID beyond the end');
  const part = (order: readonly number[]): string => order.map((index) => (bytes[at + index] ?? 0).toString(16).padStart(2, '0')).join('');
  return [part([3, 2, 1, 0]), part([5, 4]), part([7, 6]), part([8, 9]), part([10, 11, 12, 13, 14, 15])].join('-');
};

/** The nodes up to the end of the first instance, joined by slashes. undefined: the bytes are no device path. */
export const devicePathText = (bytes: Uint8Array): string | undefined => {
  const nodes: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [type, subtype, length] = [view.getUint8(at), view.getUint8(at + 1), view.getUint16(at + 2, true)];
    if (length < 4 || at + length > bytes.length) return undefined;
    if ((type & 0x7f) === endOfPath) return nodes.join('/');
    const body = bytes.subarray(at + 4, at + length);
    nodes.push(knownNode(type, subtype, body) ?? otherNode(type, subtype, body));
    at += length;
  }
  return undefined;
};

const knownNode = (type: number, subtype: number, body: Uint8Array): string | undefined => {
  try {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    switch (type) {
      case hardware:
        return hardwareNode(subtype, body, view);
      case acpi:
        return acpiNode(subtype, view);
      case messaging:
        return messagingNode(subtype, body, view);
      case media:
        return mediaNode(subtype, body, view);
      default:
        return undefined;
    }
  } catch (error) {
    // Shorter than its kind: shown as bytes.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const hardwareNode = (subtype: number, body: Uint8Array, view: DataView): string | undefined => {
  if (subtype === 1) return `Pci(${hex(view.getUint8(1))},${hex(view.getUint8(0))})`;
  return subtype === 4 ? vendor('VenHw', body) : undefined;
};

const acpiNode = (subtype: number, view: DataView): string | undefined => {
  if (subtype !== 1) return undefined;
  const [hid, uid] = [view.getUint32(0, true), view.getUint32(4, true)];
  // EISA's compressed id: PNP in the lower half, the number in the upper.
  if ((hid & 0xffff) !== 0x41d0) return `Acpi(${hex(hid)},${hex(uid)})`;
  const number = hid >>> 16;
  if (number === 0x0a03) return `PciRoot(${hex(uid)})`;
  return number === 0x0a08 ? `PcieRoot(${hex(uid)})` : `Acpi(PNP${number.toString(16).toUpperCase().padStart(4, '0')},${hex(uid)})`;
};

const messagingNode = (subtype: number, body: Uint8Array, view: DataView): string | undefined => {
  switch (subtype) {
    case 1:
      return `Ata(${view.getUint8(0) === 0 ? 'Primary' : 'Secondary'},${view.getUint8(1) === 0 ? 'Master' : 'Slave'},${hex(view.getUint16(2, true))})`;
    case 2:
      return `Scsi(${hex(view.getUint16(0, true))},${hex(view.getUint16(2, true))})`;
    case 5:
      return `USB(${hex(view.getUint8(0))},${hex(view.getUint8(1))})`;
    case 10:
      return vendor('VenMsg', body);
    case 11: {
      const type = view.getUint8(32);
      const address = Array.from({ length: type <= 1 ? 6 : 32 }, (_, at) => view.getUint8(at).toString(16).padStart(2, '0').toUpperCase()).join('');
      return `MAC(${address},${hex(type)})`;
    }
    case 12:
      // Without the details that stand behind the protocol in the longer form.
      return 'IPv4(0.0.0.0)';
    case 13:
      return 'IPv6(0000:0000:0000:0000:0000:0000:0000:0000)';
    case 18:
      return `Sata(${hex(view.getUint16(0, true))},${hex(view.getUint16(2, true))},${hex(view.getUint16(4, true))})`;
    case 23:
      return `NVMe(${hex(view.getUint32(0, true))},${Array.from({ length: 8 }, (_, at) => view.getUint8(4 + 7 - at).toString(16).toUpperCase().padStart(2, '0')).join('-')})`;
    case 24:
      return `Uri(${new TextDecoder().decode(body)})`;
    default:
      return undefined;
  }
};

const mediaNode = (subtype: number, body: Uint8Array, view: DataView): string | undefined => {
  switch (subtype) {
    case 1: {
      // Libefivar keeps GEOM's figures in lower case (efidp_format_device_path of 15.1, and g_part_gpt_efimedia).
      const [number, start, size, kind] = [view.getUint32(0, true), view.getBigUint64(4, true), view.getBigUint64(12, true), view.getUint8(37)];
      const lower = (value: number | bigint): string => `0x${value.toString(16)}`;
      const place = `${lower(start)},${lower(size)}`;
      if (kind === 2) return `HD(${number},GPT,${guidText(body, 20)},${place})`;
      return kind === 1 ? `HD(${number},MBR,0x${view.getUint32(20, true).toString(16).padStart(8, '0')},${place})` : `HD(${number},${kind},0,${place})`;
    }
    case 2:
      return `CDROM(${hex(view.getUint32(0, true))})`;
    case 3:
      return vendor('VenMedia', body);
    case 4:
      return `File(${ucs2(body)})`;
    case 6:
      return `FvFile(${guidText(body, 0)})`;
    case 7:
      return `Fv(${guidText(body, 0)})`;
    default:
      return undefined;
  }
};

const bytesText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
const vendor = (name: string, body: Uint8Array): string => `${name}(${guidText(body, 0)}${body.length > 16 ? `,${bytesText(body.subarray(16))}` : ''})`;
const otherNode = (type: number, subtype: number, body: Uint8Array): string => `Path(${type},${subtype}${body.length === 0 ? '' : `,${bytesText(body)}`})`;

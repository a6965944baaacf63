/**
 * What becomes of a path on its way into a firmware boot entry: libefivar prints it as `File(PATH)`, parses that text again and keeps UCS-2
 * (build_dp in FreeBSD lib/libefivar/efivar-dp-xlate.c; GetNextDeviceNodeStr, GetParamByNodeName and DevPathFromTextFilePath in efivar-dp-parse.c;
 * utf8_to_ucs2 in stand/efi/libefi/efichar.c; all 15.1). Pure.
 */

const [open, close, comma] = [0x28, 0x29, 0x2c];

/** `File(\EFI\BOOT\BOOTX64.EFI)`: a path in a filesystem as device paths write it. */
export const fileNode = (path: string): string => `File(${path.replaceAll('/', '\\')})`;

/**
 * The file node kept for these bytes of a path, as it is printed again. Empty: none is kept, the entry ends with its partition, as the parser gave up on the
 * parentheses. undefined: the text falls into several nodes.
 */
export const storedFileNode = (path: Uint8Array): string | undefined => {
  let depth = 1;
  let end: number | undefined;
  let parts = false;
  for (const [at, byte] of path.entries()) {
    if (byte === open) depth++;
    else if (byte === close) {
      depth--;
      end ??= at;
    } else if (depth === 0 && byte === comma) parts = true;
  }
  // The one that ends `File(`.
  depth--;
  if (parts) return undefined;
  if (depth !== 0) return '';
  return fileNode(ucs2(path.subarray(0, end)));
};

/** Ends at the first byte that is no UTF-8 of a character up to U+FFFF; what is malformed otherwise is taken as it comes. */
const ucs2 = (bytes: Uint8Array): string => {
  let text = '';
  let [value, more] = [0, 0];
  for (const byte of bytes) {
    if ((byte & 0xc0) === 0x80) {
      if (more === 0) return text;
      value = (value << 6) | (byte & 0x3f);
      more--;
    } else {
      if (more !== 0) return text;
      if ((byte & 0xf8) === 0xf0) [value, more] = [byte & 0x07, 3];
      else if ((byte & 0xf0) === 0xe0) [value, more] = [byte & 0x0f, 2];
      else if ((byte & 0xe0) === 0xc0) [value, more] = [byte & 0x1f, 1];
      else [value, more] = [byte & 0x7f, 0];
    }
    if (more === 0) {
      if (value > 0xffff) return text;
      text += String.fromCharCode(value);
    }
  }
  return text;
};

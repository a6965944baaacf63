import type { ProgramView } from '../inspect/view';

/** Bytes that are read of a text at once: what is prefetched for it should be as long. */
export const cStringStep = 256;

/** Text at an address up to its NUL, one character for each byte; what lies in unreadable memory, or beyond `most` bytes, is left off. */
export const readCString = async (view: ProgramView, address: bigint, most = 262_144): Promise<string> => {
  let text = '';
  while (text.length < most) {
    const bytes = await view.memory.readSome(address + BigInt(text.length), cStringStep);
    const end = bytes.indexOf(0);
    text += Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
    if (end >= 0 || bytes.length < cStringStep) break;
  }
  return text;
};

/** The same as UTF-8. */
export const readText = async (view: ProgramView, address: bigint): Promise<string> => Buffer.from(await readCString(view, address), 'latin1').toString('utf8');

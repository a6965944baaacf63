import { parseCommandLine } from '../../../boot/environment/linux';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { ProgramView } from '../../inspect/view';
import type { HeldVariable } from '../environment-book';
import { hex } from '../unknown';

/** COMMAND_LINE_SIZE is 2048 on x86 (arch/x86/include/asm/setup.h); bootconfig can make it longer. */
const longest = 16_384;

/**
 * The command line: `saved_command_line` (a pointer) once setup_command_line has run, before that the buffer
 * `boot_command_line` (init/main.c). Needs symbols only.
 */
export const readCommandLine = async (kernel: ProgramView): Promise<{ text: string; address: bigint }> => {
  if (kernel.hasSymbol('saved_command_line')) {
    const bytes = await kernel.memory.read(kernel.symbol('saved_command_line'), 8);
    const address = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
    if (address !== 0n) return { text: await cString(kernel, address), address };
  }
  if (kernel.hasSymbol('boot_command_line')) {
    const address = kernel.symbol('boot_command_line');
    const text = await cString(kernel, address);
    if (text !== '') return { text, address };
  }
  throw failure(chainErrors.notThereYet, { what: 'the command line', place: 'saved_command_line or boot_command_line' });
};

const cString = async (kernel: ProgramView, address: bigint): Promise<string> => {
  const bytes = await kernel.memory.readSome(address, 2048);
  const end = bytes.indexOf(0);
  if (end >= 0) return Buffer.from(bytes.subarray(0, end)).toString('utf8');
  const more = await kernel.memory.readSome(address, longest);
  const stop = more.indexOf(0);
  return Buffer.from(stop < 0 ? more : more.subarray(0, stop)).toString('utf8');
};

/** One variable for each parameter; a parameter given several times holds all its values, the last one last. */
export const heldParameters = ({ text, address }: { readonly text: string; readonly address: bigint }): HeldVariable[] => {
  const held = new Map<string, HeldVariable>();
  for (const word of parseCommandLine(text)) {
    const before = held.get(word.name);
    const value = before === undefined || typeof before.value !== 'string' ? word.value : `${before.value} ${word.value}`;
    held.set(word.name, { name: word.name, value, address: hex(address + BigInt(word.offset)) });
  }
  return [...held.values()];
};

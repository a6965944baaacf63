import { parseRedoxEnvironment } from '../../../boot/environment/redox';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { SetEnvironmentAnswer, SetEnvironmentArguments } from '../../api';
import { hex } from '../unknown';
import type { EnvironmentText } from './environment';

/** Numbers are written with this many hexadecimal digits (redox-os/bootloader src/main.rs). */
const digits = 16;

/**
 * Writes a variable of the boot environment in its place. It is one text whose length KernelArgs (and later the kernel's
 * slice) fixes, read line by line, so the value keeps its length; a number is filled up with zeros as the bootloader does.
 * Throws BS410, BS412, BS414.
 */
export const setRedoxVariable = async (text: EnvironmentText, { name, value }: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> => {
  if (/[\0\n\r]/.test(value)) throw failure(chainErrors.badValue, { name });
  const found = parseRedoxEnvironment(text.text).find((variable) => variable.name === name);
  if (found === undefined) throw failure(chainErrors.noVariable, { name, place: 'the boot environment' });
  const limit = Buffer.byteLength(found.value);
  const isNumber = limit === digits && /^[0-9a-f]{16}$/i.test(found.value) && /^[0-9a-f]{1,16}$/i.test(value);
  const bytes = Buffer.from(isNumber ? value.padStart(digits, '0') : value, 'utf8');
  if (bytes.length !== limit) {
    throw failure(chainErrors.valueOtherLength, { name, length: bytes.length, limit, reason: 'the environment is one text of fixed length, and programs read it line by line: another length would move the variables behind it.' });
  }
  const address = text.address + BigInt(found.offset) + BigInt(Buffer.byteLength(name) + 1);
  await text.memory.write(address, bytes);
  return { name, before: found.value, value: bytes.toString('utf8'), address: hex(address), limit, note: 'programs that read /scheme/sys/env, or were given it as variables, before this stop keep the old value.' };
};

import { kenvValueLimit } from '../../../boot/environment/freebsd';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { SetEnvironmentAnswer, SetEnvironmentArguments } from '../../api';
import type { ProgramView } from '../../inspect/view';
import { readKenv } from './kenv';
import { readLoaderEnvironment } from './loader-environment';
import { isUnknown } from '../unknown';

/**
 * Writes a variable of the kernel environment over its old text. Dynamic: each string has an allocation of exactly its
 * length (sys/kern/kern_environment.c, kern_setenv), so the new value may be as long as the old one and no longer, and not
 * above KENV_MVALLEN. Static block: strings lie end to end, so the length must stay. Throws BS410, BS411, BS412, BS414.
 */
export const setKenv = async (kernel: ProgramView, { name, value }: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> => {
  if (/[\0\n]/.test(value)) throw failure(chainErrors.badValue, { name });
  const { store, entries } = await readKenv(kernel);
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw failure(chainErrors.noVariable, { name, place: 'the kernel environment' });
  const bytes = Buffer.from(value, 'utf8');
  const limit = Buffer.byteLength(entry.value);
  if (store === 'static' && bytes.length !== limit) {
    throw failure(chainErrors.valueOtherLength, { name, length: bytes.length, limit, reason: 'the loader\'s block holds all variables end to end; another length would move those behind it.' });
  }
  if (bytes.length > limit) {
    throw failure(chainErrors.valueTooLong, { name, length: bytes.length, limit, place: 'its place in memory', reason: 'the kernel allocated just the old text; a longer one would run into what lies behind it.' });
  }
  if (bytes.length > kenvValueLimit) throw failure(chainErrors.valueTooLong, { name, length: bytes.length, limit: kenvValueLimit, place: 'the kernel environment', reason: 'no value may be longer than KENV_MVALLEN.' });
  const address = BigInt(entry.address) + BigInt(Buffer.byteLength(name) + 1);
  await kernel.memory.write(address, Buffer.concat([bytes, Buffer.from([0])]));
  return { name, before: entry.value, value, address: entry.address, limit, note: 'what read the old value before this stop keeps it: tunables are read once, at the start of their subsystem.' };
};

/**
 * Writes a variable of the loader over its old text. Values are copies of exactly their length (env_setenv in stand/libsa/environment.c), so
 * the new one may not be longer. Throws BS410, BS411, BS414.
 */
export const setLoaderVariable = async (loader: ProgramView, { name, value }: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> => {
  if (/[\0\n]/.test(value)) throw failure(chainErrors.badValue, { name });
  const entry = (await readLoaderEnvironment(loader)).find((candidate) => candidate.name === name && candidate.editable === true);
  if (entry?.address === undefined || isUnknown(entry.value)) throw failure(chainErrors.noVariable, { name, place: "the loader's list" });
  const bytes = Buffer.from(value, 'utf8');
  const limit = Buffer.byteLength(entry.value);
  if (bytes.length > limit) throw failure(chainErrors.valueTooLong, { name, length: bytes.length, limit, place: 'its place in memory', reason: 'the loader allocated just the old text; a longer one would run into what lies behind it.' });
  await loader.memory.write(BigInt(entry.address), Buffer.concat([bytes, Buffer.from([0])]));
  return { name, before: entry.value, value, address: entry.address, limit, note: 'what the loader has done by the old value stays done: files it has loaded are not loaded anew.' };
};

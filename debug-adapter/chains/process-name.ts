import { chainErrors } from '../errors/chains';
import { failure } from '../errors/catalogue';

interface Named {
  readonly pid: number;
  readonly name: string;
}

/** `name:pid`, as requests and answers write a process. */
export const processId = (process: Named): string => `${process.name}:${process.pid}`;

/** The last component of a path, since some systems name a process by the path of its program. */
export const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Does `asked` (a name, a pid, or `name:pid`) mean this process? A name may be the last component of its path. */
export const meansProcess = (asked: string, process: Named): boolean => {
  const text = asked.trim();
  if (/^\d+$/.test(text)) return process.pid === Number(text);
  const pair = /^(.*):(\d+)$/.exec(text);
  if (pair !== null) return process.pid === Number(pair[2]) && isNamed(pair[1] ?? '', process.name);
  return isNamed(text, process.name);
};

const isNamed = (asked: string, name: string): boolean => name === asked || baseName(name) === asked;

/** All processes meant; throws BS405 when there is none. */
export const pickProcesses = <P extends Named>(asked: string, processes: readonly P[]): readonly P[] => {
  const found = processes.filter((process) => meansProcess(asked, process));
  if (found.length === 0) throw failure(chainErrors.noSuchProcess, { process: asked });
  return found;
};

import type { Module } from '../../program/program';
import { isProcess } from '../../program/placement/process';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { errnoInWords, errnoNumbers } from './errnos';
import { FunctionErrnoFilter } from './errno-function';
import { ProcessErrnoFilter } from './errno-process';
import type { ActiveFilter, FilterHost } from './filter';
import { functionsMeant } from './function-sites';
import { grammars } from './grammar';
import type { Condition, Returned } from './grammar';
import { ResultReader } from './result-reader';
import type { Outcome } from './result-reader';

/** The filter `errno` in the way its condition needs. Throws BS336 for an unknown error, BS337 without a limit, BS338 for an unknown function. */
export const createErrnoFilter = async (host: FilterHost, condition: Extract<Condition, { filter: 'errno' }>): Promise<ActiveFilter> => {
  if (condition.form === 'returns') return onResult(host, condition.function, condition.returns);
  const errnos = errnoNumbers(host.chainId(), condition.errnos);
  const place = condition.in;
  if (!place) throw failure(sessionErrors.filterNeedsLimit, { chain: host.chainId() });
  if (place.kind === 'process' || (place.kind === 'either' && (await isKnownProcess(host, place.name)))) return ProcessErrnoFilter.create(host, place.name, errnos);
  return onResult(host, place.name, { kind: 'errnos', errnos: condition.errnos });
};

const onResult = async (host: FilterHost, name: string, returns: Returned): Promise<ActiveFilter> => {
  if (!host.program.modules.some((module: Module) => functionsMeant(module, name).length > 0)) throw failure(sessionErrors.filterNoFunction, { name });
  return FunctionErrnoFilter.create(host, {
    name,
    wants: wanted(host, returns),
    reader: new ResultReader(host.machine, host.program, host.chainId),
    words: ({ errno, text }) => (errno === undefined ? text : errnoInWords(host.chainId(), errno)),
  });
};

/** What a condition asks of a result. Throws BS336 for what it cannot be compared with. */
const wanted = (host: FilterHost, returns: Returned): ((outcome: Outcome) => boolean) => {
  if (returns.kind === 'error') return ({ failed }) => failed;
  if (returns.kind === 'errnos') {
    const numbers = errnoNumbers(host.chainId(), returns.errnos);
    return ({ errno }) => errno !== undefined && numbers.includes(errno);
  }
  const text = returns.text.trim();
  const compared = /^(==|!=|<=|>=|<|>)?\s*(-?)(0[xX][0-9a-fA-F]+|\d+|true|false|NULL|null)$/.exec(text);
  if (!compared) {
    throw failure(sessionErrors.filterSyntax, { filter: 'errno', column: 1, detail: `"${text}" is neither an error nor a number to compare with`, grammar: `${grammars.errno}, EXPR being a number, true, false or NULL, perhaps after ==, !=, <, <=, > or >=` });
  }
  const [, operator = '==', minus, digits = '0'] = compared;
  const plain = /^(false|null)$/i.test(digits) ? 0n : digits === 'true' ? 1n : BigInt(digits);
  const number = minus === '-' ? -plain : plain;
  return ({ integer }) => integer !== undefined && compare(operator, integer, number);
};

const compare = (operator: string, a: bigint, b: bigint): boolean => {
  switch (operator) {
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return a === b;
  }
};

/** A process of the configuration or of the kernel's list. */
const isKnownProcess = async (host: FilterHost, name: string): Promise<boolean> => {
  if (host.program.modules.some(({ process }) => process === name)) return true;
  const listed = await host.chain.processSource.processes().catch(() => []);
  return listed.some((process) => isProcess(name, process));
};

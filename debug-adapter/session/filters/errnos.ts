import { errnoByName, errnoByNumber, errnoSystemOf } from '../../../boot/errno';
import type { ChainId } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { ErrnoWord } from './grammar';
import { grammars } from './grammar';

/** Error numbers of words of a condition, in the system of the chain. Throws BS336 for a name that the system does not have. */
export const errnoNumbers = (chain: ChainId, words: readonly ErrnoWord[], column = 0): readonly number[] =>
  words.map((word) => {
    if (typeof word === 'number') return word;
    const entry = errnoByName(errnoSystemOf(chain), word);
    if (!entry) throw failure(sessionErrors.filterSyntax, { filter: 'errno', column: column + 1, detail: `${word} is no error of this system`, grammar: grammars.errno });
    return entry.number;
  });

/** `EINVAL (Invalid argument)`. */
export const errnoInWords = (chain: ChainId, number: number): string => {
  const entry = errnoByNumber(errnoSystemOf(chain), number);
  return entry ? `${entry.name} (${entry.words})` : `error ${number}`;
};

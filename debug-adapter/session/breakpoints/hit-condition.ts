import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';

/** `5` and `>= 5`: from the fifth hit on; `== 5`, `< 5`, `<= 5`, `> 5`; `% 5`: every fifth. */
export const parseHitCondition = (text: string): ((hits: number) => boolean) => {
  const match = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/.exec(text);
  const count = Number(match?.[2]);
  if (!match || !Number.isSafeInteger(count) || (match[1] === '%' && count === 0)) {
    throw failure(sessionErrors.badArgument, { name: 'hitCondition', request: 'setBreakpoints', found: JSON.stringify(text), expected: 'a count such as 5, >= 5, == 5 or % 5' });
  }
  switch (match[1]) {
    case '==':
    case '=':
      return (hits) => hits === count;
    case '<':
      return (hits) => hits < count;
    case '<=':
      return (hits) => hits <= count;
    case '>':
      return (hits) => hits > count;
    case '%':
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits >= count;
  }
};

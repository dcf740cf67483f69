/** PostgreSQL's forms of the expressions of data checks. */
import type { CheckSql } from '../../adapter/check-sql.ts';
import { mayRepeat } from './may-repeat.ts';
import { quoteText } from './quoting.ts';

export const checks: CheckSql = {
  matches: (text, pattern) => `(${text} ~ ${quoteText(pattern)})`,
  // Only decimals can be rounded to digits.
  round: (number, digits) => `round(cast(${number} as numeric), ${digits})`,
  textLength: (text) => `length(${text})`,
  arrayLength: (array) => `cardinality(${array})`,
  mayRepeat,
};

/** DuckDB's forms of the expressions of data checks. */
import type { CheckSql } from '../../adapter/check-sql.ts';
import { quoteText } from './quoting.ts';

/** Nothing between the anchors ends them early: no alternation outside of parentheses, no group that could set flags. */
const ANCHORED = /^\^((?:[^\\|()[\]]|\\[^\n]|\[\^?\]?(?:[^\\\]]|\\[^\n])*\]|\((?!\?)(?:[^\\()]|\\[^\n])*\))*)\$$/;

/** What a pattern holds between its anchors, if it has both: a match of the whole text is found twice as fast. */
function anchored(pattern: string): string | undefined {
  return ANCHORED.exec(pattern)?.[1];
}

export const checks: CheckSql = {
  matches: (text, pattern) => {
    const whole = anchored(pattern);
    return whole === undefined ? `regexp_matches(${text}, ${quoteText(pattern)})` : `regexp_full_match(${text}, ${quoteText(whole)})`;
  },
  round: (number, digits) => `round(${number}, ${digits})`,
  // Of an array, `length` would be the number of its elements; what is never computed costs nothing, and only a text can be trimmed.
  textLength: (text) => `length(case when true then ${text} else rtrim(${text}) end)`,
  // Of a text, `len` would be the number of its characters.
  arrayLength: (array) => `array_length(${array})`,
};

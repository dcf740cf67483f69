/** What DuckDB means by a refusal, and where in the query that is, told from its words where it gives no more than these. */
import type { QueryMistake } from '../../diagnostics/query-mistake.ts';
import { keyword, sqlTokens } from '../../adapter/sql-tokens.ts';
import type { SqlToken } from '../../adapter/sql-tokens.ts';

/** Functions that are there with `over` alone; without it the engine knows no such name. */
const windowFunctions: ReadonlySet<string> = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'rank_dense',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
]);

export function isWindowFunction(name: string | undefined): boolean {
  return name !== undefined && windowFunctions.has(name.toLowerCase());
}

/** In the place of the engine's words, which say that there is no such function. */
export function windowFunctionAlone(name = ''): { readonly message: string; readonly mistake: QueryMistake } {
  return { message: `the window function \`${name}\` has no \`over\``, mistake: 'window-without-over' };
}

/** What the parser itself finds, or the binder under the name of something else, and no grammar could tell. */
const found =
  /^(?:Duplicate CTE name "|window ".*" does not exist$|VALUES lists must all be the same length$|extract specifier ".*" not recognized)/;

export function isMeaningless(message: string): boolean {
  return found.test(message);
}

/** A join in which two relations have one name. */
export const aliasTwice = /^Ambiguous reference to table "(.+)" \(duplicate alias/;

const mistakes: readonly (readonly [RegExp, QueryMistake])[] = [
  [/^[Cc]olumn .+ must appear in the GROUP BY clause/, 'not-grouped'],
  [/^aggregate function calls cannot be nested/, 'nested-aggregates'],
  [/^[A-Z ]+ clause cannot contain aggregates!/, 'aggregate-in-condition'],
  [/^[A-Z ]+ clause cannot contain window functions!/, 'window-in-condition'],
  [/^Set operations can only apply to expressions with the same number|^VALUES lists must all be/, 'widths-differ'],
  [/^(?:ORDER|GROUP BY) term out of range/, 'place-of-no-column'],
  [aliasTwice, 'alias-twice'],
  [/^Subquery returns \d+ columns - expected 1/, 'several-columns'],
  [/^Cannot (?:mix values|combine types|compare values of type .* in IN)/, 'types-mixed'],
  [/^extract specifier ".*" not recognized/, 'part-of-time'],
];

export function mistakeOf(message: string): QueryMistake | undefined {
  return mistakes.find(([pattern]) => pattern.test(message))?.[1];
}

/** Of `sum(DECIMAL) -> DECIMAL` what it takes. Operators say nothing that way: their name is a sign. */
export function signaturesOf(raw: { readonly exception_message: string; readonly name?: string }): readonly string[] | undefined {
  const list = /\n\s*Candidate (?:functions|macros):\n([^]*)$/.exec(raw.exception_message)?.[1];
  const found = [...(list ?? '').matchAll(/^\s*[a-z_][\w.]*(\(.*?\))(?: -> .*)?$/gim)].map(([, taken = '']) => taken);
  return found.length === 0 ? undefined : [...new Set(found)];
}

/** What a message names, how that stands in a query, and which of the places it is; without one, only a single place is sure. */
interface Named {
  readonly pattern: RegExp;
  readonly fits: (before: string, after: string) => boolean;
  readonly nth?: number;
  /** It stands in a text. */
  readonly isText?: true;
}

const named: readonly Named[] = [
  { pattern: /^Duplicate CTE name "(.+)"$/, fits: (_, after) => after === 'as' || after === '(', nth: 1 },
  { pattern: /^window "(.+)" does not exist$/, fits: (before) => before === 'over', nth: 0 },
  { pattern: /^extract specifier "(.+)" not recognized$/, fits: () => true, isText: true },
  { pattern: /^Column "(.+)" in EXCLUDE list not found/, fits: (before) => /^(?:\(|,|exclude)$/.test(before) },
  { pattern: /^Column "(.+)" in REPLACE list not found/, fits: (before) => before === 'as' },
  { pattern: /^(Sample) sample_size .* out of range/, fits: (before) => before === 'using' || before === 'table' || before === '' },
  { pattern: /^Column "(.+)" referenced that exists in the SELECT clause/, fits: (before) => before !== 'as' && before !== '.', nth: 0 },
  { pattern: /^Catalog "(.+)" does not exist!$/, fits: (_, after) => after === '.' },
];

/** The place of what the engine names without telling where it stands. */
export function placeByWords(message: string, sql: string): number | undefined {
  if (message === 'VALUES lists must all be the same length') return placeOfOtherWidth(sql);
  if (message.startsWith('Cannot combine types ')) return placeOfRows(sql);
  for (const { pattern, fits, nth, isText } of named) {
    const [, name] = pattern.exec(message) ?? [];
    if (name === undefined) continue;
    const places = placesOf(sql, name, (tokens, at) => {
      const stands = isText === true || !sql.startsWith("'", tokens[at]?.start);
      return stands && fits(keyword(sql, tokens[at - 1]), keyword(sql, tokens[at + 1]));
    });
    return nth === undefined && places.length > 1 ? undefined : places[nth ?? 0];
  }
  return undefined;
}

/** Where a name or a text stands, without its quotes. */
function placesOf(sql: string, name: string, fits: (tokens: readonly SqlToken[], at: number) => boolean): readonly number[] {
  const tokens = [...sqlTokens(sql)];
  return tokens.flatMap((token, at) => {
    const written = sql.slice(token.start, token.end).replaceAll(/^["']|["']$/g, '');
    return written.toLowerCase() === name.toLowerCase() && fits(tokens, at) ? [token.start] : [];
  });
}

/** Of rows whose types do not go together the engine says no more; branches of a set operation may be meant as well. */
function placeOfRows(sql: string): number | undefined {
  const places = (word: string): readonly number[] => placesOf(sql, word, (tokens, at) => tokens[at]?.kind === 'word');
  const [first, ...others] = places('values');
  return others.length === 0 && places('union').length === 0 ? first : undefined;
}

/** The first row of a VALUES that is longer or shorter than the row before it. */
function placeOfOtherWidth(sql: string): number | undefined {
  const tokens = [...sqlTokens(sql)];
  for (const [at, token] of tokens.entries()) {
    if (keyword(sql, token) !== 'values') continue;
    let width: number | undefined;
    let next = at + 1;
    while (keyword(sql, tokens[next]) === '(') {
      const row = rowAt(sql, tokens, next);
      width ??= row.width;
      if (row.width !== width) return tokens[next]?.start;
      if (keyword(sql, tokens[row.end]) !== ',') break;
      next = row.end + 1;
    }
  }
  return undefined;
}

function rowAt(sql: string, tokens: readonly SqlToken[], open: number): { readonly width: number; readonly end: number } {
  let depth = 0;
  let width = 1;
  for (let at = open; at < tokens.length; at += 1) {
    const word = keyword(sql, tokens[at]);
    if (/^[([{]$/.test(word)) depth += 1;
    else if (/^[)\]}]$/.test(word)) depth -= 1;
    else if (word === ',' && depth === 1) width += 1;
    if (depth === 0) return { width, end: at + 1 };
  }
  return { width, end: tokens.length };
}

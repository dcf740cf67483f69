/** What a text that no engine can read was probably meant to be: a keyword is misspelt a word or two before the place that an engine names. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { editDistance } from '../diagnostics/nearest.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';

const keywords = [
  'select',
  'distinct',
  'from',
  'join',
  'inner',
  'left',
  'right',
  'full',
  'cross',
  'lateral',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'union',
  'except',
  'intersect',
  'between',
  'case',
  'when',
  'then',
  'else',
  'with',
  'recursive',
  'window',
  'partition',
  'over',
  'filter',
  'using',
  'values',
  'exists',
];

const known: ReadonlySet<string> = new Set([
  ...keywords,
  'as',
  'on',
  'by',
  'and',
  'or',
  'not',
  'in',
  'is',
  'null',
  'end',
  'asc',
  'desc',
  'all',
  'like',
  'cast',
  'true',
  'false',
]);

/** An engine takes a misspelt keyword for a name as long as it can. */
const mostWordsBefore = 3;

export function adviseSyntax(
  { kind }: EngineErrorDetails,
  query: { readonly sql: string; readonly offset: number } | undefined,
): string | undefined {
  if (kind !== 'syntax' || query === undefined) return undefined;
  const words: string[] = [];
  for (
    let token = nextCodeToken(query.sql, 0);
    token !== undefined && token.start <= query.offset;
    token = nextCodeToken(query.sql, token.end)
  )
    words.push(token.kind === 'word' ? query.sql.slice(token.start, token.end) : '');
  const near = words
    .slice(-mostWordsBefore)
    .toReversed()
    .flatMap((word) => {
      const keyword = keywordNear(word);
      return keyword === undefined ? [] : [{ word, keyword }];
    });
  const [found] = near;
  return found === undefined ? undefined : `is \`${found.word}\` meant to be \`${found.keyword}\`?`;
}

/** One letter more, less or another, or two of them exchanged. */
function keywordNear(word: string): string | undefined {
  const small = word.toLowerCase();
  if (small.length < 3 || known.has(small)) return undefined;
  return keywords.find((keyword) => editDistance(small, keyword, 1) <= 1);
}

/** What a column that is not there was probably meant to be, where the text of the query tells more than near names. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { Range, Tokens } from '../parse/code-tokens.ts';
import { itemName } from '../parse/sql/item-name.ts';
import { readText, seenQueries } from '../parse/sql/read-query.ts';

/** `isOfUser`: the place is written just so in the template, and by no helper. */
export function adviseColumn(
  { kind, name, candidates = [] }: EngineErrorDetails,
  query: { readonly sql: string; readonly offset: number } | undefined,
  isOfUser = true,
): string | undefined {
  if (kind !== 'unknown-column' || name === undefined || query === undefined) return undefined;
  const clause = clauseBeforeAlias(query.sql, query.offset, name.toLowerCase());
  if (clause !== undefined)
    return `\`${name}\` is made by this \`select\`, after its \`${clause}\`: repeat there what it is made of, or name it in a query of its own, \`with named as (select …)\``;
  if (!isOfUser || query.sql[query.offset] !== '"' || nearest(name, candidates).length > 0) return undefined;
  return `double quotes are for names; a text stands in single quotes: \`'${name.replaceAll("'", "''")}'\``;
}

/** The clause around an offset that is read before the select list, which gives that name. */
function clauseBeforeAlias(sql: string, offset: number, name: string): string | undefined {
  const read = readText(sql);
  if (read === undefined) return undefined;
  const { tokens } = read;
  for (const { query } of seenQueries(tokens, read.query)) {
    for (const branch of query.branches) {
      if (branch.kind !== 'select' || !branch.items.some((item) => itemName(tokens, item)?.toLowerCase() === name)) continue;
      const { where, groupBy, having, from } = branch;
      const clauses: readonly (readonly [string, Range | undefined])[] = [
        ['where', where],
        ['group by', groupBy],
        ['having', having],
        ...from.map(({ on }) => ['on', on] as const),
      ];
      const found = clauses.find(([, range]) => range !== undefined && isAround(tokens, range, offset));
      if (found !== undefined) return found[0];
    }
  }
  return undefined;
}

function isAround({ list }: Tokens, { from, to }: Range, offset: number): boolean {
  return (list[from]?.start ?? 0) <= offset && offset < (list[to - 1]?.end ?? 0);
}

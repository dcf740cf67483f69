/** Rules of SQL that a query can break whatever its tables hold, and the way out of each. */

export type QueryMistake =
  | 'not-grouped'
  | 'aggregate-in-condition'
  | 'window-in-condition'
  | 'nested-aggregates'
  | 'window-without-over'
  | 'widths-differ'
  | 'place-of-no-column'
  | 'several-columns'
  | 'alias-twice'
  | 'types-mixed'
  | 'not-a-condition'
  | 'part-of-time'
  | 'value-of-another-type'
  | 'no-cast';

const waysOut: Readonly<Record<QueryMistake, string>> = {
  'not-grouped': 'group by it too, or take one of its values with an aggregate such as `max`',
  'aggregate-in-condition': 'compare aggregates in `having`, behind `group by`',
  'window-in-condition': 'compute it in a query of its own, `with ranked as (select …)`, and compare it in the query that reads this',
  'nested-aggregates': 'compute the inner one in a query of its own, `with totals as (select …)`, and the outer one over that',
  'window-without-over': 'write `over (partition by … order by …)` behind it',
  'widths-differ': 'give all of them the same columns in the same order',
  'place-of-no-column': 'write the name of a column, or the place of one that the query gives',
  'several-columns': 'let the subquery give one column',
  'alias-twice': 'give each an alias of its own, like `orders as first join orders as second`',
  'types-mixed': 'cast them to one type, like `column::text`',
  'not-a-condition': 'compare it with something, like `column > 0`',
  'value-of-another-type': 'write a value that the type has',
  'no-cast': 'no cast leads there: compare values of one type, or compute the one from the other',
  'part-of-time': 'write a part such as `year`, `month`, `day` or `hour`',
};

export function adviseMistake(mistake: QueryMistake | undefined): string | undefined {
  return mistake === undefined ? undefined : waysOut[mistake];
}

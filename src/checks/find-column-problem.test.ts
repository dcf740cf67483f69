import { describe, expect, test } from 'vitest';
import type { CheckArguments } from './check-definition.ts';
import { findArgumentProblems, findColumnProblem } from './find-column-problem.ts';

const columns = [
  { name: 'order_id', type: 'INTEGER' },
  { name: 'Status', type: 'VARCHAR' },
];

function told(check: string, column: string, args: CheckArguments = {}, among = columns): string | undefined {
  const problem = findColumnProblem({ check, args, column, relation: 'orders', columns: among, fold: (name) => name.toLowerCase() });
  return problem === undefined ? undefined : `${problem.code}: ${problem.message} (${problem.help ?? ''})`;
}

describe('a check on a column', () => {
  test('that is there, in the spelling of the engine or another, is fine', () => {
    expect(told('unique', 'order_id')).toBeUndefined();
    expect(told('accepted_values', 'status', { values: ['a', 1] })).toBeUndefined();
  });

  test('that is missing is refused, with the columns found', () => {
    expect(told('unique', 'oder_id')).toBe(
      'check-column-not-found: `unique` stands on column `oder_id`, which `orders` does not have (did you mean `order_id`? its columns are `order_id`, `Status`)',
    );
    expect(told('unique', 'city')).toContain('(its columns are `order_id`, `Status`)');
    expect(told('unique', 'city', {}, [])).toContain('(it has no columns)');
  });

  test('that cannot hold the accepted values is refused, with the type and the values', () => {
    expect(told('accepted_values', 'order_id', { values: ['1', 'new', 'old'] })).toBe(
      'check-values-misfit: `accepted_values` compares column `order_id` of type `INTEGER` with `new`, `old` (write the values as `INTEGER`, or cast the column in the model)',
    );
  });
});

describe('columns that the arguments of a check name', () => {
  const others = { relation: 'customers', columns: [{ name: 'id', type: 'INTEGER' }] };
  const told = (check: string, args: CheckArguments, other: typeof others | 'unknown' = others): readonly string[] =>
    findArgumentProblems(
      { check, args, relation: 'orders', columns, fold: (name) => name.toLowerCase() },
      other === 'unknown' ? undefined : other,
    ).map(({ message, help }) => `${message} (${help ?? ''})`);

  test('are looked for where the check looks for them', () => {
    expect(told('relationships', { to: 'customers', field: 'ID' })).toEqual([]);
    expect(told('relationships', { to: 'customers', field: 'idd' })).toEqual([
      '`field` of `relationships` names column `idd`, which `customers` does not have (did you mean `id`? its columns are `id`)',
    ]);
    expect(told('unique_combination', { columns: ['order_id', 'STATUS', 'day'] })).toEqual([
      '`columns` of `unique_combination` names column `day`, which `orders` does not have (its columns are `order_id`, `Status`)',
    ]);
  });

  test('are not doubted where nobody knows the other relation, or where the check asks which ones are there', () => {
    expect(told('relationships', { to: 'customers', field: 'idd' }, 'unknown')).toEqual([]);
    expect(told('columns_contain', { columns: ['day'] })).toEqual([]);
  });
});

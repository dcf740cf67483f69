import { describe, expect, test } from 'vitest';
import type { Located, YamlValue } from '../project/project.ts';
import { readCheckArguments } from './read-check-arguments.ts';
import { checkNames, findCheck, findNamedCheck } from './vocabulary.ts';

const at = <T>(value: T, start = 0): Located<T> => ({ value, span: { path: 'models/m.yaml', start, end: start + 1 } });

function read(check: string, args: Readonly<Record<string, YamlValue>>, column: string | undefined = 'status') {
  const found = findNamedCheck(check);
  if (found === undefined) throw new Error(check);
  const written = Object.fromEntries(
    Object.entries(args).map(([name, value], index) => [name, { ...at(value, 10 + index), keySpan: at(name, 50 + index).span }]),
  );
  return readCheckArguments(found, { name: at(check), arguments: written, column });
}

const messages = (outcome: ReturnType<typeof read>): readonly string[] =>
  outcome.diagnostics.map(({ code, message, help }) => `${code}: ${message} (${help ?? ''})`);

describe('names', () => {
  test('canonical names come first', () => {
    expect(checkNames().slice(0, 4)).toEqual(['not_null', 'unique', 'accepted_values', 'relationships']);
  });

  test('every name that is listed is found', () => {
    for (const name of checkNames()) expect(findCheck(name)).toBeDefined();
  });

  test.each([
    ['dbt.unique', 'unique'],
    ['expect_column_values_to_be_unique', 'unique'],
    ['dbt_expectations.expect_column_values_to_not_be_null', 'not_null'],
    ['dbt_expectations.expect_column_values_to_be_in_set', 'accepted_values'],
  ])('%s is %s', (name, canonical) => {
    expect(findCheck(name)?.name).toBe(canonical);
  });

  test.each(['dbt_utils.unique', 'dbt.expect_column_values_to_be_unique', 'dbt_expectations.not_null', 'other.unique', 'Unique', ''])(
    '%j is no check, because its package has none of that name',
    (name) => {
      expect(findCheck(name)).toBeUndefined();
    },
  );
});

describe('arguments', () => {
  test('are read with their types', () => {
    expect(read('accepted_values', { values: ['a', 1, true, null, { yamlNumber: 1.1, text: '1.10' }], quote: false })).toEqual({
      value: { values: ['a', 1, true, null, 1.1], quote: false },
      diagnostics: [],
    });
  });

  test("of an alias go by the other package's names", () => {
    const alias = 'dbt_expectations.expect_column_values_to_be_in_set';
    expect(read(alias, { value_set: ['a'], quote_values: true })).toEqual({ value: { values: ['a'], quote: true }, diagnostics: [] });
    expect(messages(read(alias, { values: ['a'] }))).toEqual([
      `check-argument-unknown: \`${alias}\` has no argument \`values\` (did you mean \`value_set\`?)`,
    ]);
  });

  test('that nobody knows are named, with the near ones', () => {
    expect(messages(read('accepted_values', { value: ['a'], values: ['a'] }))).toEqual([
      'check-argument-unknown: `accepted_values` has no argument `value` (did you mean `values`?)',
    ]);
    expect(messages(read('unique', { columns: 'a' }))).toEqual([
      'check-argument-unknown: `unique` has no argument `columns` (it takes none)',
    ]);
  });

  test('that are misspelt config are told so, at their names', () => {
    const outcome = read('unique', { sevrity: 'warn' });
    expect(messages(outcome)).toEqual(['check-argument-unknown: `unique` has no argument `sevrity` (did you mean `severity`?)']);
    expect(outcome.diagnostics[0]?.span?.start).toBe(50);
  });

  test('of the wrong type are refused at their place', () => {
    const outcome = read('accepted_values', { values: 'a', quote: 'yes' });
    expect(messages(outcome)).toEqual([
      'check-argument-type: argument `values` of `accepted_values` must be a list of texts, numbers, booleans ()',
      'check-argument-type: argument `quote` of `accepted_values` must be `true` or `false` ()',
    ]);
    expect(outcome.diagnostics.map(({ span }) => span?.start)).toEqual([10, 11]);
    expect(messages(read('relationships', { to: '', field: ['a'] }))).toEqual([
      "check-argument-type: argument `to` of `relationships` must be a relation, such as `ref('customers')` ()",
      'check-argument-type: argument `field` of `relationships` must be the name of a column ()',
    ]);
    expect(messages(read('accepted_values', { values: [{ a: 1 }] }))).toHaveLength(1);
    expect(messages(read('accepted_values', { values: [] }))).toEqual([
      'check-argument-type: argument `values` of `accepted_values` must be a list of at least one value ()',
    ]);
  });

  test('a check on a column needs one', () => {
    const found = findNamedCheck('unique');
    if (found === undefined) throw new Error('unique');
    expect(messages(readCheckArguments(found, { name: at('unique'), arguments: {}, column: undefined }))).toEqual([
      'check-needs-column: `unique` looks at one column, and here it stands on none (move it to the `tests:` of a column)',
    ]);
  });
});

describe('values that a column cannot hold', () => {
  const misfits = (type: string, values: readonly (string | number | boolean)[], quote = true) =>
    findCheck('accepted_values')?.misfits?.({ values, quote }, type);

  test.each([
    ['INTEGER', [1, '2', '-3', 'x', ''], ['x', '']],
    ['DECIMAL(18,3)', ['1.5', 'x'], ['x']],
    ['double precision', ['1e5', 'x'], ['x']],
    ['BOOLEAN', [true, 'false', 1, 'maybe'], ['maybe']],
    ['DATE', ['2024-01-01', 'today'], ['today']],
    ['timestamp with time zone', ['2024-01-01 10:00:00+00', 'now'], ['now']],
    ['VARCHAR', ['x', 1, true, 1.5], [1.5]],
    ['INTEGER[]', ['x'], []],
    ['uuid', ['x'], []],
  ])('%s', (type, values, expected) => {
    expect(misfits(type, values)).toEqual(expected);
  });

  test('nobody knows what unquoted SQL gives', () => {
    expect(misfits('INTEGER', ['x'], false)).toEqual([]);
  });
});

/** Rows that fail tests are set aside, on every engine: what is published, what is held, and when it goes. */
import { build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase, Files } from './conformance-case.ts';

/** Columns of a model, each with its tests as YAML. */
function tests(columns: Readonly<Record<string, readonly string[]>>, config = ''): string {
  const list = Object.entries(columns).map(
    ([name, checks]) => `      - name: ${name}\n        tests:\n${checks.map((check) => `          - ${check}\n`).join('')}`,
  );
  return `models:\n  - name: m\n${config === '' ? '' : `    config: ${config}\n`}    columns:\n${list.join('')}`;
}

const aside = (check: string, more = ''): string => `${check}: { on_fail: quarantine${more === '' ? '' : `, ${more}`} }`;
const held = (columns: string): string => `select ${columns} from main.m__quarantine order by 1, 2`;
const published = 'select k, v from main.m order by 1, 2';

function project(rows: readonly string[], yaml: string, config = 'materialized="table"'): Files {
  return {
    [source]: csv('k,v', ...rows),
    'models/m.sql': `{{config ${config}}}\nselect k, v from {{ref "src"}}`,
    'models/m.yaml': yaml,
  };
}

const incremental = 'materialized="incremental" unique_key="k"';
const reasons = (...tests_: readonly (readonly [string, string, string?])[]): string =>
  JSON.stringify(tests_.map(([test, check, column]) => ({ test, check, ...(column === undefined ? {} : { column }) })));

export const quarantineCases: readonly ConformanceCase[] = [
  {
    name: 'rows that fail tests are set aside with all their reasons, and no table is made without need',
    files: project(
      ['1,5', '2,', ',7', ',', '3,99'],
      tests({ k: [aside('not_null')], v: [aside('not_null'), aside('in_range', 'max: 10')] }),
    ),
    acts: [
      { tx: 'build', says: ['4 of 5 rows of `m` went to `main.m__quarantine`', '4 set aside'] },
      is(published, [1, 5]),
      is(
        held('k, v, _tx_reasons'),
        [2, null, reasons(['not_null_m_v', 'not_null', 'v'])],
        [3, 99, reasons(['in_range_m_v__10', 'in_range', 'v'])],
        [null, 7, reasons(['not_null_m_k', 'not_null', 'k'])],
        [null, null, reasons(['not_null_m_k', 'not_null', 'k'], ['not_null_m_v', 'not_null', 'v'])],
      ),
      is('select count(*), count(distinct _tx_run_id), count(distinct _tx_rules) from main.m__quarantine', [4, 1, 1]),
      build,
      is('select count(*), count(distinct _tx_run_id) from main.m__quarantine', [4, 1]),
      is(published, [1, 5]),
      { write: { [source]: csv('k,v', '1,5', '2,2', '3,99') } },
      { tx: 'run', says: ['1 of 3 rows'] },
      is(held('k, v'), [3, 99]),
      is(published, [1, 5], [2, 2]),
      { write: { [source]: csv('k,v', '1,5', '3,9') } },
      build,
      is('select count(*) from main.m__quarantine', [0]),
      is(published, [1, 5], [3, 9]),
    ],
  },
  {
    name: 'no table is made where nothing fails',
    files: project(['1,5'], tests({ k: [aside('not_null'), aside('unique')] })),
    acts: [build, is(`select count(*) from information_schema.tables where table_name = 'm__quarantine'`, [0]), is(published, [1, 5])],
  },
  {
    name: 'an increment divides its own rows, and what is mended leaves',
    files: project(['1,5', '2,'], tests({ v: [aside('not_null')] }), incremental),
    acts: [
      build,
      { write: { [source]: csv('k,v', '2,', '3,', '4,8') } },
      { tx: 'build', says: ['2 of 3 rows'] },
      is(held('k, v'), [2, null], [3, null]),
      build,
      is(held('k, v'), [2, null], [3, null]),
      { write: { [source]: csv('k,v', '2,6', '5,') } },
      build,
      is(held('k, v'), [3, null], [5, null]),
      is(published, [1, 5], [2, 6], [4, 8]),
      { write: { [source]: csv('k,v', '3,1') } },
      build,
      is(held('k, v'), [5, null]),
      { tx: 'build --full-refresh' },
      is('select count(*) from main.m__quarantine', [0]),
      is(published, [3, 1]),
    ],
  },
  {
    name: 'rows with one key: none stays, or the first or last one that is good',
    files: {
      ...project(
        ['1,5', '1,7', '2,1', '2,1', '3,4', ',3', ',3'],
        tests({ k: [aside('unique', 'keep: { last: v }')], v: [aside('in_range', 'max: 6')] }),
      ),
      'models/n.sql': '{{config materialized="table"}}select k, v from {{ref "src"}}',
      'models/n.yaml': `models:\n  - name: n\n    columns:\n      - name: k\n        tests:\n          - unique: { on_fail: quarantine }\n`,
    },
    acts: [
      build,
      is(published, [1, 5], [2, 1], [3, 4], [null, 3], [null, 3]),
      is(held('k, v'), [1, 7], [2, 1]),
      is('select k, v from main.n order by 1, 2', [3, 4], [null, 3], [null, 3]),
      is('select k, v from main.n__quarantine order by 1, 2', [1, 5], [1, 7], [2, 1], [2, 1]),
    ],
  },
  {
    name: 'a key that an increment brings twice, or that stands in the table already, is set aside',
    files: project(['1,5', '2,6'], tests({ k: [aside('unique', 'keep: { first: v }')] }), 'materialized="incremental"'),
    acts: [
      build,
      { write: { [source]: csv('k,v', '3,8', '3,7') } },
      build,
      is(published, [1, 5], [2, 6], [3, 7]),
      is(held('k, v'), [3, 8]),
      { write: { [source]: csv('k,v', '1,9', '4,1', ',2', '5,3', '5,4') } },
      { tx: 'build', says: ['2 of 5 rows of `m` went to', '2 set aside'] },
      is(published, [1, 5], [2, 6], [3, 7], [4, 1], [5, 3], [null, 2]),
      is(
        held('k, v, _tx_reasons'),
        ...[
          [1, 9],
          [3, 8],
          [5, 4],
        ].map((row) => [...row, reasons(['unique_m_k', 'unique', 'k'])]),
      ),
      is(`select failures, status from _tx.check_results where node_id like '%unique_m_k%' order by recorded_at desc limit 1`, [2, 'warn']),
      // The same again: each row stands now, or is held; a NULL is no key.
      { write: { [source]: csv('k,v', '4,1', ',2') } },
      { tx: 'run', says: ['1 of 2 rows'] },
      is('select count(*) from main.m', [7]),
    ],
  },
  {
    name: 'a key that stands in a row that the increment replaces is no duplicate, and in any other it is',
    files: project(['1,5', '2,6', '3,7'], tests({ v: [aside('unique')], k: [aside('unique')] }), incremental),
    acts: [
      build,
      // 1 and 2 change places, 4 wants what 3 has, and 5 what 2 had.
      { write: { [source]: csv('k,v', '1,6', '2,5', '4,7', '5,8') } },
      { tx: 'build', says: ['1 of 4 rows'] },
      is(published, [1, 6], [2, 5], [3, 7], [5, 8]),
      is(held('k, v'), [4, 7]),
      // 3 gives it up in the same increment.
      { write: { [source]: csv('k,v', '3,9', '4,7') } },
      build,
      is(published, [1, 6], [2, 5], [3, 9], [4, 7], [5, 8]),
      is('select count(*) from main.m__quarantine', [0]),
      // A row that would make room is set aside itself, so the one that it makes room for cannot come: nothing is published.
      { write: { 'models/m.yaml': tests({ v: [aside('unique'), aside('in_range', 'max: 50')] }), [source]: csv('k,v', '3,99', '6,9') } },
      { tx: 'build', exit: 1, says: ['unique_m_v'] },
      is(published, [1, 6], [2, 5], [3, 9], [4, 7], [5, 8]),
    ],
  },
  {
    name: 'keys of several columns stand in the table, some of them with NULL, and one of the columns is new',
    files: project(
      ['1,5', '1,'],
      `models:\n  - name: m\n    tests:\n      - unique_combination: { columns: [k, v], on_fail: quarantine, error_if: "> 2" }\n`,
      'materialized="incremental" on_schema_change="append_new_columns"',
    ),
    acts: [
      build,
      { write: { [source]: csv('k,v', '1,6', '1,5', '2,') } },
      { tx: 'build', says: ['1 of 3 rows'] },
      is(published, [1, 5], [1, 6], [1, null], [2, null]),
      // As many keys as are too many.
      { write: { [source]: csv('k,v', '1,5', '1,6', '9,9', '9,9') } },
      { tx: 'build', exit: 1 },
      is(published, [1, 5], [1, 6], [1, null], [2, null]),
      {
        write: {
          'models/m.sql':
            '{{config materialized="incremental" on_schema_change="append_new_columns"}}\nselect k, v, k + 0 as w from {{ref "src"}}',
          'models/m.yaml': `models:\n  - name: m\n    columns:\n      - name: w\n        tests: [unique: { on_fail: quarantine }]\n`,
          [source]: csv('k,v', '1,5', '3,5', '3,6'),
        },
      },
      { tx: 'build', says: ['2 of 3 rows'] },
      is('select k, v, w from main.m where w is not null', [1, 5, 1]),
    ],
  },
  {
    name: 'orphans are set aside, with NULL by `on_null`',
    files: {
      ...project(['1,5', '9,6', ',7'], tests({ k: [aside('relationships', `to: ref('parent'), field: id`)] })),
      'seeds/parent.csv': csv('id,name', '1,a', '2,b'),
      'models/m.sql': '{{config materialized="table"}}\n-- {{ref "parent"}}\nselect k, v from {{ref "src"}}',
    },
    acts: [
      build,
      is(published, [1, 5], [null, 7]),
      is(held('k, v'), [9, 6]),
      { write: { 'models/m.yaml': tests({ k: [aside('relationships', `to: ref('parent'), field: id, on_null: fail`)] }) } },
      build,
      is(published, [1, 5]),
      is(held('k, v'), [9, 6], [null, 7]),
    ],
  },
  {
    name: 'too many failing rows fail the model, and nothing changes',
    files: project(['1,5', '2,', '3,'], tests({ v: [aside('not_null')] }, '{ quarantine: { max_rows: 1 } }')),
    acts: [
      { tx: 'build', exit: 1, says: ['quarantine-full', 'max_rows: 1', '`not_null_m_v` (2)'] },
      is(`select count(*) from information_schema.tables where table_schema = 'main' and table_name like 'm%'`, [0]),
      { write: { 'models/m.yaml': tests({ v: [aside('not_null')] }, '{ quarantine: { max_ratio: 66% } }') } },
      { tx: 'build', exit: 1, says: ['max_ratio: 66%'] },
      { write: { 'models/m.yaml': tests({ v: [aside('not_null')] }, '{ quarantine: { max_ratio: 67%, schema: held } }') } },
      build,
      is('select k from main_held.m__quarantine order by 1', [2], [3]),
      is(published, [1, 5]),
    ],
  },
  {
    name: 'other tests judge what is left, and `error_if` is a limit of its own',
    files: project(['1,5', '2,', '3,30'], tests({ v: [aside('not_null'), 'not_null: { name: others }', 'in_range: { max: 10 }'] })),
    acts: [
      { tx: 'build', exit: 1, says: ['in_range_m_v__10', '1 of its tests failed'] },
      is(`select count(*) from information_schema.tables where table_schema = 'main' and table_name like 'm%'`, [0]),
      { write: { [source]: csv('k,v', '1,5', '2,') } },
      { tx: 'build', says: ['1 of 2 rows'] },
      { write: { 'models/m.yaml': tests({ v: [aside('not_null', "error_if: '> 0'")] }) } },
      { tx: 'build', exit: 1, says: ['fails > 0'] },
    ],
  },
  {
    name: 'columns come, go and change their types, and names hold quotes and dots',
    files: {
      [source]: csv('k,v', '1,5', '2,'),
      'models/m.sql': `{{config ${incremental} on_schema_change="sync_all_columns"}}\nselect k, v, 1 as "a ""b"".c" from {{ref "src"}}`,
      'models/m.yaml': tests({ v: [aside('not_null')] }),
    },
    acts: [
      build,
      is('select k, v, "a ""b"".c" from main.m__quarantine', [2, null, 1]),
      {
        write: {
          [source]: csv('k,v', '3,', '4,1'),
          'models/m.sql': `{{config ${incremental} on_schema_change="sync_all_columns"}}\nselect k, v, 'x' as more, cast('y' as varchar(3)) as "a ""b"".c" from {{ref "src"}}`,
        },
      },
      build,
      is('select k, v, "a ""b"".c", more from main.m__quarantine order by k', [2, null, '1', null], [3, null, 'y', 'x']),
      {
        write: {
          'models/m.sql': `{{config ${incremental} on_schema_change="sync_all_columns"}}\nselect k, v, 'x' as more from {{ref "src"}}`,
        },
      },
      build,
      is('select k, v, "a ""b"".c", more from main.m__quarantine order by k', [2, null, '1', null], [3, null, null, 'x']),
      { tx: 'build --full-refresh' },
      is('select * from (select k, v, more from main.m__quarantine) as rows order by k', [3, null, 'x']),
    ],
  },
  {
    name: 'a quarantine is listed, shown with masks, tried once more by the rules of today, and given up',
    files: project(['1,5', '2,70', '3,80', '4,'], tests({ v: [aside('in_range', 'max: 10'), aside('not_null')] })),
    acts: [
      build,
      { tx: 'quarantine', says: ['main.m__quarantine', '3'] },
      { tx: 'quarantine list --output json', says: ['"rows":3'] },
      { tx: 'quarantine show', exit: 2, says: ['quarantine-needs-model'] },
      { tx: 'quarantine show m', says: ['not_null_m_v', 'in_range_m_v__10', '70'] },
      { tx: 'quarantine show m --limit 1 --output json', says: ['"fails":'] },
      { tx: 'quarantine show src', exit: 2 },
      {
        write: {
          'models/m.yaml': tests({ v: [aside('in_range', 'max: 75'), aside('not_null')] }).replace(
            '        tests',
            '        pii: true\n        tests',
          ),
        },
      },
      { tx: 'quarantine show m', says: ['***'] },
      { tx: 'quarantine replay m', says: ['2 of 3 rows of `m` stay in'] },
      is(published, [1, 5], [2, 70]),
      is(held('k, v'), [3, 80], [4, null]),
      { write: { 'models/m.yaml': tests({ v: ['not_null'] }) } },
      { tx: 'quarantine replay m', exit: 1, says: ['not published'] },
      is(held('k, v'), [3, 80], [4, null]),
      { write: { 'models/m.yaml': 'models: []\n' } },
      { tx: 'quarantine replay m --output json', says: ['"published":2', '"held":0'] },
      is(published, [1, 5], [2, 70], [3, 80], [4, null]),
      is('select count(*) from main.m__quarantine', [0]),
      { write: { 'models/m.yaml': tests({ v: [aside('not_null')] }) } },
      build,
      { tx: 'quarantine discard m', says: ['m: 1 row discarded'] },
      is('select count(*) from main.m__quarantine', [0]),
      { tx: 'quarantine', says: ['nothing is set aside'] },
    ],
  },
  {
    name: 'rows of an increment that are tried once more do not stand beside others of their key',
    files: project(['1,5', '1,6', '2,'], tests({ k: [aside('unique', 'keep: { first: v }')], v: [aside('not_null')] }), incremental),
    acts: [
      build,
      is(held('k, v'), [1, 6], [2, null]),
      { write: { 'models/m.yaml': tests({ k: [aside('unique', 'keep: { first: v }')] }) } },
      { tx: 'quarantine replay m' },
      is(published, [1, 5], [2, null]),
      is(held('k, v'), [1, 6]),
      { tx: 'quarantine replay m' },
      is(published, [1, 5], [2, null]),
      is(held('k, v'), [1, 6]),
    ],
  },
  {
    name: 'constraints of the table hold what is left',
    files: {
      ...project(['1,5', '2,'], ''),
      'models/m.yaml': `models:\n  - name: m\n    columns:\n      - name: v\n        data_type: integer\n        constraints: [{ type: not_null }]\n        tests: [not_null: { on_fail: quarantine }]\n`,
    },
    acts: [build, is(published, [1, 5]), is(held('k, v'), [2, null]), build, is(held('k, v'), [2, null])],
  },
];

/** What projects mean, on every engine: each case is one project, what is done with it, and the rows that must be there then. */
import { all, build, csv, is, source } from './conformance-case.ts';
import type { Act, ConformanceCase } from './conformance-case.ts';
import { columnCases } from './column-cases.ts';
import { constraintCases } from './constraint-cases.ts';
import { diffCases } from './diff-cases.ts';
import { environmentCases } from './environment-cases.ts';
import { errorCases } from './error-cases.ts';
import { historyCases } from './history-cases.ts';
import { intervalCases } from './interval-cases.ts';
import { mergeCases } from './merge-cases.ts';
import { quarantineCases } from './quarantine-cases.ts';
import { snapshotCases } from './snapshot-cases.ts';
import { storageCases } from './storage-cases.ts';

/** An incremental model over a seed, of which the second run sees other rows. */
function increment(
  config: string,
  first: readonly string[],
  second: readonly string[],
  acts: readonly Act[],
  columns = 'k, v',
): Omit<ConformanceCase, 'name'> {
  const header = columns.replaceAll(' ', '');
  return {
    files: {
      [source]: csv(header, ...first),
      'models/m.sql': `{{config materialized="incremental" ${config}}}\nselect ${columns} from {{ref "src"}}`,
    },
    acts: [build, { write: { [source]: csv(header, ...second) } }, ...acts],
  };
}

const materializations: readonly ConformanceCase[] = [
  {
    name: 'a view, a table, an ephemeral model, a seed, and an incremental table',
    files: {
      [source]: csv('id,v', '1,a', '2,b'),
      'models/v.sql': 'select id, upper(v) as v from {{ref "src"}}',
      'models/e.sql': '{{config materialized="ephemeral"}}select id * 10 as id, v from {{ref "v"}};',
      'models/t.sql': '{{config materialized="table"}}select id, v from {{ref "e"}} -- the end',
      'models/i.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "t"}}',
    },
    acts: [
      { tx: 'build', says: ['4 ok'] },
      is('select id, v from main.i order by id', [10, 'A'], [20, 'B']),
      is(
        `select table_name, table_type from information_schema.tables where table_schema = 'main' order by 1`,
        ['i', 'BASE TABLE'],
        ['src', 'BASE TABLE'],
        ['t', 'BASE TABLE'],
        ['v', 'VIEW'],
      ),
      build,
      is('select id, v from main.t order by id', [10, 'A'], [20, 'B']),
    ],
  },
  {
    name: 'what was of one kind becomes another, with what reads it',
    files: { 'models/m.sql': 'select 1 as id', 'models/above.sql': 'select id + 1 as n from {{ref "m"}}' },
    acts: [
      build,
      { write: { 'models/m.sql': '{{config materialized="table"}}select 2 as id' } },
      { tx: 'build' },
      is('select n from main.above', [3]),
      { write: { 'models/m.sql': 'select 3 as id' } },
      build,
      is('select n from main.above', [4]),
      { write: { 'models/m.sql': '{{config materialized="incremental"}}select 4 as id' } },
      build,
      { tx: 'build --force' },
      is('select n from main.above', [5], [5]),
    ],
  },
  {
    name: 'columns are added, renamed, moved and get other types, through views over views over a table',
    files: {
      'models/a.sql': `{{config materialized="table"}}select 1 as id, 'x' as v`,
      'models/b.sql': 'select * from {{ref "a"}}',
      'models/c.sql': 'select * from {{ref "b"}}',
      'models/d.sql': '{{config materialized="table"}}select * from {{ref "c"}}',
    },
    acts: [
      build,
      { write: { 'models/a.sql': `{{config materialized="table"}}select 1 as id, 'x' as v, true as more` } },
      build,
      is('select * from main.d', [1, 'x', true]),
      { write: { 'models/a.sql': `{{config materialized="table"}}select 'y' as w, cast(2 as bigint) as id` } },
      build,
      is('select * from main.c', ['y', 2]),
      is('select * from main.d', ['y', 2]),
      // Only the table: the views over it follow.
      { write: { 'models/a.sql': `{{config materialized="table"}}select 'z' as w, cast(3 as bigint) as id` } },
      { tx: 'build --select a' },
      is('select * from main.c', ['z', 3]),
    ],
  },
  {
    name: 'a view that would read itself is refused, by its own name and through another view, and stays as it was',
    files: { 'models/v.sql': 'select 1 as id', 'models/above.sql': 'select id from {{ref "v"}}' },
    acts: [
      build,
      { write: { 'models/v.sql': 'select id + 1 as id from {{this}}' } },
      { tx: 'run --select v', exit: 2, says: ['self-reference', 'models/v.sql:1:26'] },
      { write: { 'models/v.sql': 'select id + 1 as id from main.v' } },
      { tx: 'run --select v', exit: 1, says: [/self-reference|recursion detected/] },
      { write: { 'models/v.sql': 'select id + 1 as id from main.above' } },
      { tx: 'run --select v', exit: 1, says: [/self-reference|recursion detected/] },
      is('select id from main.above', [1]),
      { write: { 'models/v.sql': `select 2 as id, '{{this}}' as name -- {{this}}` } },
      build,
      is('select id from main.above', [2]),
    ],
  },
  {
    name: 'a hook cannot take away what its model has built',
    files: {
      'models/t.sql':
        '{{config materialized="table" post_hook="create table if not exists main.copy as select * from {{this}}"}}select 1 as id',
    },
    acts: [
      build,
      is('select id from main.copy', [1]),
      { write: { 'models/t.sql': '{{config materialized="table" post_hook="drop table {{this}}"}}select 2 as id' } },
      { tx: 'build', exit: 1, says: ['relation-gone', 'models/t.sql:1:'] },
      is('select id from main.t', [1]),
      {
        write: {
          'models/t.sql':
            '{{config materialized="table" post_hook=(array "drop table {{this}}" "create table {{this}} as select 3 as id")}}select 2 as id',
        },
      },
      build,
      is('select id from main.t', [3]),
    ],
  },
  {
    name: 'what others did not let tx build is not touched without a word',
    files: { 'models/m.sql': 'select 1 as id' },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.m as select 7 as id' },
      { tx: 'build', exit: 2, says: ['relation-not-owned'] },
      is('select id from main.m', [7]),
      { tx: 'build --adopt' },
      is('select id from main.m', [1]),
    ],
  },
];

const first = ['1,one', '2,two'];
const second = ['2,TWO', '3,three'];
const merged = is(all, [1, 'one'], [2, 'TWO'], [3, 'three']);

const strategies: readonly ConformanceCase[] = [
  {
    name: 'append without a key',
    ...increment('', first, second, [build, is(all, [1, 'one'], [2, 'TWO'], [2, 'two'], [3, 'three'])].map(sortedTwos)),
  },
  { name: 'a key without a strategy', ...increment('unique_key="k"', first, second, [build, merged]) },
  { name: 'delete_insert', ...increment('unique_key="k" incremental_strategy="delete_insert"', first, second, [build, merged]) },
  { name: 'merge', ...increment('unique_key="k" incremental_strategy="merge"', first, second, [build, merged, build, merged]) },
  {
    name: 'merge of keys alone',
    ...increment(
      'unique_key="k" incremental_strategy="merge"',
      ['1', '2'],
      ['2', '3'],
      [build, is('select k from main.m order by k', [1], [2], [3])],
      'k',
    ),
  },
  {
    name: 'a key of several columns, by which rows are told apart',
    ...increment(
      'unique_key=(array "k" "l") incremental_strategy="delete_insert"',
      ['1,1,a', '1,2,b'],
      ['1,2,B', '2,2,c'],
      [build, is('select k, l, v from main.m order by 1, 2', [1, 1, 'a'], [1, 2, 'B'], [2, 2, 'c'])],
      'k, l, v',
    ),
  },
  {
    name: 'an increment without rows',
    files: {
      'models/m.sql': '{{config materialized="incremental" unique_key="k"}}select 1 as k {{#if is_incremental}}where 1 = 0{{/if}}',
    },
    acts: [build, build, is('select k from main.m', [1])],
  },
  ...(['delete_insert', 'merge'] as const).flatMap((strategy): readonly ConformanceCase[] => [
    {
      name: `keys without a value are refused: ${strategy}`,
      ...increment(
        `unique_key="k" incremental_strategy="${strategy}"`,
        first,
        ['3,three', ',none'],
        [{ tx: 'build', exit: 1, says: ['key-not-unique', 'k = NULL'] }, is(all, [1, 'one'], [2, 'two'])],
      ),
    },
    {
      name: `keys that come twice are refused: ${strategy}`,
      ...increment(
        `unique_key="k" incremental_strategy="${strategy}"`,
        first,
        ['3,three', '3,again'],
        [{ tx: 'build', exit: 1, says: ['key-not-unique', 'k = 3'] }, is(all, [1, 'one'], [2, 'two'])],
      ),
    },
  ]),
  {
    name: 'keys are looked at on the first build too',
    files: { 'models/m.sql': '{{config materialized="incremental" unique_key="k"}}select 1 as k union all select 1' },
    acts: [{ tx: 'build', exit: 1, says: ['key-not-unique'] }, { tx: 'ls' }],
  },
  {
    name: 'a full refresh leaves out what is not there any more',
    ...increment('unique_key="k"', first, second, [{ tx: 'build --full-refresh' }, is(all, [2, 'TWO'], [3, 'three'])]),
  },
  {
    name: 'a table that is protected from it',
    ...increment('unique_key="k" full_refresh=false', first, second, [{ tx: 'build --full-refresh' }, merged]),
  },
  {
    name: 'the watermark of the table itself',
    files: {
      [source]: csv('k,v', ...first),
      'models/m.sql':
        '{{config materialized="incremental" unique_key="k"}}select k, v from {{ref "src"}}{{#if is_incremental}} where k > (select max(k) from {{this}}){{/if}}',
    },
    acts: [build, { write: { [source]: csv('k,v', ...second) } }, build, is(all, [1, 'one'], [2, 'two'], [3, 'three'])],
  },
  {
    name: 'a span of time',
    files: {
      'models/m.sql': `{{config materialized="incremental" unique_key="happened"}}select happened from (select timestamp '2024-01-01 12:00:00' as happened union all select timestamp '2024-01-02 00:00:00' union all select timestamp '2024-01-03 00:00:00') as t where happened >= {{interval.start}} and happened < {{interval.end}}`,
    },
    acts: [
      { tx: 'build', exit: 2, says: ['interval-missing'] },
      { tx: 'build --event-time-start 2024-01-01 --event-time-end 2024-01-02' },
      is('select happened from main.m order by happened', ['2024-01-01 12:00:00']),
      { tx: 'build --event-time-start 2024-01-02 --event-time-end 2024-01-03' },
      is('select happened from main.m order by happened', ['2024-01-01 12:00:00'], ['2024-01-02 00:00:00']),
    ],
  },
];

/** Sorting of letters differs between engines; what is meant is the set. */
function sortedTwos(act: Act): Act {
  return 'rows' in act ? is(`select k, lower(v) from main.m order by 1, 2`, [1, 'one'], [2, 'two'], [2, 'two'], [3, 'three']) : act;
}

/** A table of `id, v`, and the query that it has later. */
const schemaCase = (
  name: string,
  mode: string,
  query: string,
  acts: readonly Act[],
  started = `select 1 as id, 'a' as v`,
): ConformanceCase => {
  const model = (sql: string): string => `{{config materialized="incremental" unique_key="id" on_schema_change="${mode}"}}\n${sql}`;
  return {
    name: `${mode}: ${name}`,
    files: { 'models/m.sql': model(started) },
    acts: [build, { write: { 'models/m.sql': model(query) } }, ...acts],
  };
};

const columnsOf = `select column_name from information_schema.columns where table_schema = 'main' and table_name = 'm' order by ordinal_position`;

const schemaChanges: readonly ConformanceCase[] = [
  schemaCase('a new column is left out', 'ignore', `select 2 as id, 'b' as v, 3 as more`, [build, is(all, [1, 'a'], [2, 'b'])]),
  schemaCase('a missing column is refused', 'ignore', 'select 2 as id', [
    { tx: 'build', exit: 1, says: ['increment-column-missing'] },
    is(all, [1, 'a']),
  ]),
  schemaCase('columns in another order go where they belong', 'ignore', `select 'b' as v, 2 as id`, [build, is(all, [1, 'a'], [2, 'b'])]),
  schemaCase('a new column fails', 'fail', `select 2 as id, 'b' as v, 3 as more`, [
    { tx: 'build', exit: 1, says: ['schema-changed'] },
    is(all, [1, 'a']),
  ]),
  schemaCase('the same columns are well', 'fail', `select 2 as id, 'b' as v`, [build, is(all, [1, 'a'], [2, 'b'])]),
  schemaCase('a new column is added', 'append_new_columns', `select 2 as id, 'b' as v, 3 as more`, [
    build,
    is('select * from main.m order by 1', [1, 'a', null], [2, 'b', 3]),
  ]),
  schemaCase('a missing column is kept', 'append_new_columns', 'select 2 as id', [
    build,
    is('select * from main.m order by 1', [1, 'a'], [2, null]),
  ]),
  schemaCase('added and dropped', 'sync_all_columns', 'select 2 as id, 9 as w, true as x', [
    build,
    is(columnsOf, ['id'], ['w'], ['x']),
    is('select * from main.m order by 1', [1, null, null], [2, 9, true]),
  ]),
  schemaCase(
    'most columns are not dropped',
    'sync_all_columns',
    'select 2 as id',
    [{ tx: 'build', exit: 1, says: ['schema-change-refused'] }, is('select count(*) from main.m', [1])],
    `select 1 as id, 'a' as v, 2 as w`,
  ),
  schemaCase(
    'a wider type',
    'sync_all_columns',
    `select 2 as id, cast(5000000000 as bigint) as n`,
    [build, is('select id, n from main.m order by 1', [1, 1], [2, 5_000_000_000])],
    'select 1 as id, 1 as n',
  ),
  schemaCase(
    'no value is lost by a type',
    'sync_all_columns',
    'select 2 as id, 5 as n',
    [{ tx: 'build', exit: 1, says: ['type-change-refused'] }, is('select id, n from main.m', [1, '1.25'])],
    'select 1 as id, cast(1.25 as decimal(5,2)) as n',
  ),
];

const hooks: readonly ConformanceCase[] = [
  {
    name: 'hooks of a model and of the run, in and outside of the transaction',
    project: `on_run_start: ["create schema if not exists main", "create table if not exists main.log (what varchar(50))"]\non_run_end: ["insert into main.log values ('end')"]`,
    files: {
      'models/m.sql': `{{config materialized="table" pre_hook="insert into main.log values ('pre')" post_hook=(array "insert into main.log select 'post ' || count(*) from {{this}}" (object sql="insert into main.log values ('after')" transaction=false))}}select 1 as id`,
    },
    acts: [
      build,
      is('select what from main.log', ['pre'], ['post 1'], ['after'], ['end']),
      build,
      is('select count(*) from main.log', [8]),
    ],
  },
  {
    name: 'a hook that fails takes the build with it, and is shown where it stands',
    files: { 'models/m.sql': '{{config materialized="table" post_hook="insert into main.nowhere values (1)"}}select 1 as id' },
    acts: [
      { tx: 'build', exit: 1, says: ['nowhere'] },
      is(`select count(*) from information_schema.tables where table_schema = 'main' and table_name = 'm'`, [0]),
    ],
  },
  {
    name: 'indexes that hooks make are there once, however often the table is built',
    files: {
      'models/m.sql': '{{config materialized="table" post_hook="create index if not exists m_by_id on {{this}} (id)"}}select 1 as id',
    },
    acts: [build, build, { tx: 'build' }, is('select id from main.m', [1])],
  },
];

const seeds: readonly ConformanceCase[] = [
  {
    name: 'cells of every type, as they are written',
    files: {
      [source]: csv(
        'i,b,d,t,day,at,z,code,big,quoted',
        '1,true,1.5,text,2024-02-29,2024-01-02 03:04:05.678901,2024-01-02T03:04:05+02:00,007,9007199254740993,"a ""b"", c"',
        `-2,false,-0.25,"two\nlines",1999-12-31,2024-01-02 00:00:00,2024-01-02T00:00:00Z,0100,-1,""`,
        ',,,,,,,,,',
        `3,true,1000,naïve 日本 😀 \\N \\t 'q',0001-01-01,2024-01-02 00:00:00,2024-06-30T23:59:59Z,x,2,  spaces  `,
      ),
    },
    acts: [
      build,
      is(
        'select * from main.src order by i nulls last',
        [-2, false, -0.25, 'two\nlines', '1999-12-31', '2024-01-02 00:00:00', '2024-01-02 00:00:00+00', '0100', -1, ''],
        [1, true, 1.5, 'text', '2024-02-29', '2024-01-02 03:04:05.678901', '2024-01-02 01:04:05+00', '007', '9007199254740993', 'a "b", c'],
        [3, true, 1000, `naïve 日本 😀 \\N \\t 'q'`, '0001-01-01', '2024-01-02 00:00:00', '2024-06-30 23:59:59+00', 'x', 2, '  spaces  '],
        [null, null, null, null, null, null, null, null, null, null],
      ),
    ],
  },
  {
    name: 'declared types, another delimiter, a file that has changed',
    files: {
      [source]: 'id;price;note\n1;2.50;\n',
      'seeds/src.yaml':
        'seeds:\n  - name: src\n    config: { delimiter: ";", column_types: { id: bigint, price: "decimal(9,3)", note: varchar } }\n',
      'models/m.sql': 'select sum(price) as price from {{ref "src"}}',
    },
    acts: [
      build,
      is('select id, price, note from main.src', [1, '2.500', null]),
      { write: { [source]: 'id;price;note\n1;2.50;\n2;0.125;x\n' } },
      { tx: 'run', says: ['seed'] },
      is('select price from main.m', ['2.625']),
      { write: { [source]: 'id;price;note\n1;2.5001;\n' } },
      { tx: 'build', exit: 2, says: ['seed-value'] },
      is('select price from main.m', ['2.625']),
    ],
  },
];

const checks: readonly ConformanceCase[] = [
  {
    name: 'tests of every shape, that pass, warn and fail',
    files: {
      [source]: csv('id,kind,parent', '1,a,', '2,b,1', '3,,9'),
      'models/m.sql': '{{config materialized="table"}}select id, kind, parent from {{ref "src"}}',
      'models/m.yaml': `
models:
  - name: m
    columns:
      - name: id
        tests: [not_null, unique]
      - name: kind
        tests:
          - not_null: { severity: warn }
          - accepted_values: { arguments: { values: [a, b] } }
      - name: parent
        tests:
          - relationships: { arguments: { to: src, field: id }, config: { where: "id < 3" } }
`,
      'tests/sum_is_six.sql': 'select 1 as bad from (select sum(id) as s from {{ref "m"}}) as t where s <> 6',
    },
    acts: [
      { tx: 'build', says: [/1 warning/] },
      { tx: 'test', says: [/1 warning/] },
      { write: { [source]: csv('id,kind,parent', '1,a,', '1,z,5', ',b,1') } },
      { tx: 'build', exit: 1, says: ['audit-failed', 'not_null_m_id', 'unique_m_id', 'accepted_values', 'relationships'] },
      // Nothing of it was published.
      is('select id from main.m order by id', [1], [2], [3]),
      { tx: 'run' },
      { tx: 'test', exit: 1, says: ['unique_m_id', 'sum_is_six'] },
      { tx: 'test --select unique_m_id', exit: 1, says: ['found 1'] },
    ],
  },
  {
    name: 'tests of views, sources, ephemeral models and increments, which stop what they judge and what is below',
    files: {
      'models/s.yaml':
        'sources:\n  - name: raw\n    schema: main\n    tables:\n      - name: given\n        columns: [{ name: id, tests: [not_null] }]\n',
      'models/v.sql': 'select id from {{source "raw" "given"}}',
      'models/v.yaml':
        'models:\n  - name: v\n    columns: [{ name: id, tests: [unique] }]\n  - name: i\n    columns: [{ name: id, tests: [{ accepted_values: { arguments: { values: [1, 2] } } }] }]\n',
      'models/i.sql': '{{config materialized="incremental"}}select id from {{ref "v"}}{{#if is_incremental}} where id > 1{{/if}}',
    },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.given as select 1 as id' },
      build,
      { sql: 'insert into main.given values (3)' },
      { tx: 'build', exit: 1, says: ['accepted_values'] },
      is('select id from main.i', [1]),
      { sql: 'insert into main.given values (3)' },
      { tx: 'build', exit: 1, says: ['unique_v_id', 'skipped'] },
      { sql: 'insert into main.given values (null)' },
      { tx: 'build', exit: 1, says: ['not_null_raw_given_id', 'skipped'] },
      is('select id from main.i', [1]),
    ],
  },
  {
    name: 'a test that names its own relation sees what is about to be published',
    files: {
      [source]: csv('id,parent', '1,', '2,1'),
      'models/m.sql': '{{config materialized="table"}}select id, parent from {{ref "src"}}',
      'models/m.yaml': `models:\n  - name: m\n    columns:\n      - name: parent\n        tests: [{ relationships: { arguments: { to: m, field: id } } }]\n`,
    },
    acts: [
      build,
      { write: { [source]: csv('id,parent', '7,', '8,7') } },
      build,
      { write: { [source]: csv('id,parent', '7,', '8,1') } },
      { tx: 'build', exit: 1 },
      is('select id from main.m order by id', [7], [8]),
    ],
  },
];

const odd = `It's "odd"; --`;
const oddQuoted = `"It's ""odd""; --"`;

const names: readonly ConformanceCase[] = [
  {
    name: 'names of columns, relations and schemas that need quotes',
    files: {
      'models/m.sql': `{{config materialized="table" alias="${odd.replaceAll('"', '\\"')}" schema="select"}}select 1 as "select", 2 as "Ünï 日本", 3 as "a""b", 4 as "two words"`,
      'models/above.sql': `{{config materialized="incremental" unique_key=(array "select" "a\\"b")}}select * from {{ref "m"}}`,
    },
    acts: [
      build,
      build,
      is(`select * from main_select.${oddQuoted}`, [1, 2, 3, 4]),
      is('select "a""b", "Ünï 日本" from main.above', [3, 2]),
    ],
  },
];

const types: readonly ConformanceCase[] = [
  {
    name: 'values of every type keep what they are through a table',
    files: {
      'models/m.sql': `{{config materialized="table"}}select cast(1 as smallint) as s, cast(-2147483648 as integer) as i, cast(9223372036854775807 as bigint) as b,
  cast('12345678901234567890.123456789' as decimal(38,9)) as n, cast(0.1 as double precision) as f, cast('NaN' as double precision) as nan, true as t, cast(null as boolean) as nothing,
  cast('' as text) as empty, cast('2024-02-29' as date) as d, cast('2024-02-29 23:59:59.999999' as timestamp) as ts, cast('2024-02-29 23:59:59+02:00' as timestamp with time zone) as tz,
  cast('123e4567-e89b-12d3-a456-426614174000' as uuid) as u`,
    },
    acts: [
      build,
      is('select * from main.m', [
        1,
        -2_147_483_648,
        '9223372036854775807',
        '12345678901234567890.123456789',
        0.1,
        'NaN',
        true,
        null,
        '',
        '2024-02-29',
        '2024-02-29 23:59:59.999999',
        '2024-02-29 21:59:59+00',
        '123e4567-e89b-12d3-a456-426614174000',
      ]),
      { tx: 'show --select m --output json', says: ['"12345678901234567890.123456789"', '"2024-02-29 23:59:59.999999"'] },
    ],
  },
];

const commands: readonly ConformanceCase[] = [
  {
    name: 'plan, ls, show, compile and debug',
    files: { [source]: csv('id', '1', '2'), 'models/m.sql': '{{config materialized="table"}}select id from {{ref "src"}}' },
    acts: [
      { tx: 'plan', says: ['never built'] },
      build,
      { tx: 'plan', says: ['main.m'] },
      { tx: 'ls --output json', says: ['"m"'] },
      { tx: 'show --select m --limit 1 --output json', says: ['1'] },
      { tx: ['show', '--inline', 'select count(*) as n from {{ref "src"}}'], says: ['2'] },
      { tx: 'compile --no-analyze' },
      { tx: 'debug', says: ['ok:'] },
      { remove: 'models/m.sql' },
      { tx: 'plan', says: ['no longer built'] },
      { tx: 'docs generate' },
    ],
  },
  {
    name: 'retry builds what failed and what was left out for it, and nothing else',
    files: {
      [source]: csv('v', 'x'),
      'models/fine.sql': '{{config materialized="table"}}select v from {{ref "src"}}',
      'models/m.sql': '{{config materialized="table"}}select cast(v as int) as v from {{ref "src"}}',
      'models/below.sql': 'select v from {{ref "m"}}',
    },
    acts: [
      { tx: 'build', exit: 1, says: ['conversion-failed', /below/] },
      { write: { 'models/m.sql': `{{config materialized="table"}}select v || '!' as v from {{ref "src"}}` } },
      { tx: 'retry', says: [/\bm\b/, /\bbelow\b/], never: ['fine', 'src'] },
      is('select v from main.below', ['x!']),
      { tx: 'retry', says: ['everything in the last run succeeded'] },
    ],
  },
];

export const conformanceCases: readonly ConformanceCase[] = [
  ...materializations,
  ...strategies,
  ...schemaChanges,
  ...hooks,
  ...seeds,
  ...checks,
  ...names,
  ...types,
  ...mergeCases,
  ...intervalCases,
  ...errorCases,
  ...columnCases,
  ...storageCases,
  ...constraintCases,
  ...quarantineCases,
  ...historyCases,
  ...diffCases,
  ...snapshotCases,
  ...environmentCases,
  ...commands,
];

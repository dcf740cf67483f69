/** Contracts and constraints, on every engine. */
import { all, build, csv, is, source } from './conformance-case.ts';
import type { Act, ConformanceCase, Files } from './conformance-case.ts';

const rows: Files = { [source]: csv('id,v', '1,a', '2,b') };
const table = (query = 'select id, v from {{ref "src"}}', more = 'materialized="table"'): Files => ({
  'models/m.sql': `{{config ${more}}}${query}`,
});
const declared = (more: string): Files => ({ 'models/m.yaml': `models:\n  - name: m\n${more}` });
const contract = (columns: string): Files => declared(`    config: { contract: { enforced: true } }\n    columns: [${columns}]\n`);
const idAndText = '{ name: v, data_type: text }, { name: id, data_type: int }';
const typed = 'select cast(id as integer) as id, v from {{ref "src"}}';
const refused = (statement: string, says: string): Act => ({ refused: statement, says });
const fails = (...says: readonly (string | RegExp)[]): Act => ({ tx: 'build', exit: 1, says });
/** Without types of queries before the run, so that the run itself has to see it. */
const refuses = (...says: readonly (string | RegExp)[]): Act => ({ tx: 'build --no-analyze', exit: 1, says });

const constrained = declared(`    constraints:
      - { type: primary_key, columns: [id] }
      - { type: check, expression: "id < 100", name: small }
    columns:
      - { name: id }
      - { name: v, constraints: [{ type: not_null }, { type: unique, name: "only \\"one\\" é" }] }
`);

export const constraintCases: readonly ConformanceCase[] = [
  {
    name: 'a contract holds for names and types of a table, whatever their order and spelling',
    files: { ...rows, ...table(typed), ...contract(idAndText) },
    acts: [build, is(all, [1, 'a'], [2, 'b']), build],
  },
  {
    name: 'a query that breaks its contract changes nothing, and all differences are told',
    files: { ...rows, ...table(typed), ...contract(idAndText) },
    acts: [
      build,
      { write: table(`select cast(id as bigint) as id, 1 as "more" from {{ref "src"}}`) },
      refuses('contract-broken', /id +integer +bigint/i, /v +(text|varchar) +missing/i, /more +not declared +integer/i),
      is(all, [1, 'a'], [2, 'b']),
      { write: contract('{ name: id, data_type: no_such_type }') },
      refuses('contract-type-unknown', 'no_such_type'),
      is(all, [1, 'a'], [2, 'b']),
    ],
  },
  {
    name: 'a view has a contract too, and so has an incremental table and a seed',
    files: {
      ...rows,
      ...table('select cast(1 as bigint) as id, 2 as v', 'materialized="view"'),
      ...contract('{ name: id, data_type: bigint }, { name: v, data_type: int }'),
      'seeds/src.yaml':
        'seeds: [{ name: src, config: { contract: { enforced: true } }, columns: [{ name: id, data_type: bigint }, { name: v, data_type: text }] }]',
    },
    acts: [
      build,
      { write: table('select 1 as id', 'materialized="view"') },
      refuses('contract-broken'),
      is(all, [1, 2]),
      { write: table('select cast(1 as bigint) as id, 2 as v', 'materialized="table"') },
      build,
      { write: { [source]: csv('id,v,w', '1,a,b') } },
      refuses('contract-broken', /w +not declared/),
    ],
  },
  {
    name: 'an increment must keep the contract, and so must its table',
    files: {
      ...rows,
      ...table(typed, 'materialized="incremental" unique_key="id"'),
      ...contract(idAndText),
    },
    acts: [
      build,
      build,
      is(all, [1, 'a'], [2, 'b']),
      { write: { ...table(`${typed.replace(', v', ', v, 5 as w')}`, 'materialized="incremental" unique_key="id"') } },
      refuses('contract-broken', /w +not declared +integer/i),
      { write: contract(`${idAndText}, { name: w, data_type: int }`) },
      refuses('contract-broken', /w +integer +missing/i),
      is('select count(*) from main.m', [2]),
      {
        write: table(
          typed.replace(', v', ', v, 5 as w'),
          'materialized="incremental" unique_key="id" on_schema_change="append_new_columns"',
        ),
      },
      build,
      is('select id, v, w from main.m order by id', [1, 'a', 5], [2, 'b', 5]),
    ],
  },
  {
    name: 'constraints stand on the table after every build, once, and go when nobody asks for them any more',
    files: { ...rows, ...table(), ...constrained },
    acts: [
      build,
      { tx: 'plan --force --verbose', says: ['primary_key (id)', 'check (id < 100)', 'not_null (v)', 'unique (v)'] },
      { tx: 'build --force' },
      { tx: 'build --force' },
      { sql: `insert into main.m values (3, 'c')` },
      refused(`insert into main.m values (1, 'again')`, 'ey'),
      refused(`insert into main.m values (100, 'big')`, '(?:check|CHECK)'),
      refused(`insert into main.m values (4, null)`, 'v'),
      refused(`insert into main.m values (4, 'a')`, 'a'),
      { write: declared(`    constraints: [{ type: check, expression: "id < 1000" }]\n`) },
      build,
      { sql: `insert into main.m values (1, 'a'), (100, null), (null, null)` },
      refused(`insert into main.m values (1000, 'big')`, '(?:check|CHECK)'),
      { remove: 'models/m.yaml' },
      build,
      { sql: `insert into main.m values (1, 'a'), (1000, null), (null, null)` },
    ],
  },
  ...(
    [
      ['not_null (v)', `select 1 as id, cast(null as text) as v`, [/1 row breaks .*not_null.* on .v./, 'v = NULL']],
      ['primary_key (id)', `select 1 as id, 'a' as v union all select 1, 'b'`, [/1 key stands more than once/, 'id = 1']],
      ['unique (v)', `select 1 as id, 'a' as v union all select 2, 'a'`, [/1 key stands more than once/, 'v = a']],
      ['check', `select 100 as id, 'a' as v`, [/1 row breaks .*check.* .small./, 'id = 100, v = a']],
    ] as const
  ).map(([what, query, says]): ConformanceCase => ({
    name: `rows that break ${what} are shown, and the old table stays`,
    files: { ...rows, ...table(), ...constrained },
    acts: [
      build,
      { write: table(query) },
      fails('constraint-broken', 'm.yaml', ...says),
      is(all, [1, 'a'], [2, 'b']),
      { write: table() },
      build,
    ],
  })),
  {
    name: 'an increment is held to the constraints of its table, and these follow the properties',
    files: { ...rows, ...table(undefined, 'materialized="incremental" unique_key="id"'), ...constrained },
    acts: [
      build,
      { write: { [source]: csv('id,v', '2,B', '3,c') } },
      build,
      is(all, [1, 'a'], [2, 'B'], [3, 'c']),
      { write: { [source]: csv('id,v', '4,c') } },
      fails('constraint-broken', 'v = c'),
      is(all, [1, 'a'], [2, 'B'], [3, 'c']),
      { write: { [source]: csv('id,v', '500,e') } },
      fails('constraint-broken', 'small', 'id = 500'),
      { write: declared(`    constraints: [{ type: check, expression: "id < 1000", name: small }, { type: unique, columns: [id, v] }]\n`) },
      build,
      is(all, [1, 'a'], [2, 'B'], [3, 'c'], [500, 'e']),
      refused(`insert into main.m values (1000, 'big')`, '(?:check|CHECK)'),
      refused(`insert into main.m values (1, 'a')`, 'ey'),
      { sql: `insert into main.m values (7, null)` },
      { write: declared(`    constraints: [{ type: not_null, columns: [v] }]\n`) },
      fails('constraint-violated', 'm.yaml'),
      { sql: `delete from main.m where v is null` },
      build,
      refused(`insert into main.m values (8, null)`, 'v'),
      { sql: `insert into main.m values (1, 'a')` },
    ],
  },
  {
    name: 'new columns of an increment have constraints of their own',
    files: {
      ...rows,
      ...table(undefined, 'materialized="incremental" unique_key="id" on_schema_change="append_new_columns"'),
      ...constrained,
    },
    acts: [
      build,
      {
        write: {
          ...table(
            'select id, v, id * 2 as w from {{ref "src"}}',
            'materialized="incremental" unique_key="id" on_schema_change="append_new_columns"',
          ),
          ...declared(`    constraints: [{ type: check, expression: "w < 10" }, { type: primary_key, columns: [id] }]\n`),
        },
      },
      build,
      is('select id, v, w from main.m order by id', [1, 'a', 2], [2, 'b', 4]),
      refused(`insert into main.m (id, v, w) values (3, 'c', 10)`, '(?:check|CHECK)'),
      refused(`insert into main.m (id, v, w) values (1, 'c', 1)`, 'ey'),
    ],
  },
  {
    name: 'a constraint on a column that is not there is told where it is written',
    files: { ...rows, ...table(), ...declared(`    constraints: [{ type: unique, columns: [id, absent] }]\n`) },
    acts: [fails('absent', 'm.yaml')],
  },
  {
    name: 'seeds have constraints',
    files: {
      ...rows,
      'seeds/src.yaml': 'seeds: [{ name: src, columns: [{ name: id, constraints: [{ type: primary_key }] }] }]',
    },
    acts: [
      build,
      refused(`insert into main.src values (1, 'again')`, 'ey'),
      { write: { [source]: csv('id,v', '1,a', '1,b') } },
      fails('constraint-broken', 'src.yaml', 'id = 1'),
      is('select * from main.src order by 1', [1, 'a'], [2, 'b']),
    ],
  },
  {
    name: 'a foreign key is held, and the table that it points to is built anew all the same',
    files: {
      ...rows,
      'models/p.sql': '{{config materialized="table"}}select id from {{ref "src"}}',
      ...table('select id, v from {{ref "src"}}'),
      'models/p.yaml': `models: [{ name: p, columns: [{ name: id, constraints: [{ type: primary_key }] }] }]`,
      ...declared(`    columns: [{ name: id, constraints: [{ type: foreign_key, to: ref('p'), to_columns: [id] }] }]\n`),
    },
    acts: [
      build,
      build,
      { tx: 'build --select p' },
      { write: { [source]: csv('id,v', '1,a', '3,c') } },
      build,
      is(all, [1, 'a'], [3, 'c']),
      { write: table(`select id, v from {{ref "src"}} union all select 9, 'x'`) },
      fails(/1 row breaks .*foreign_key.* on .id./, 'id = 9, v = x', 'm.yaml'),
      is(all, [1, 'a'], [3, 'c']),
    ],
  },
];

/** What is said of mistakes, on every engine. */
import { csv, is, source } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

export const errorCases: readonly ConformanceCase[] = [
  {
    name: 'errors of the database stand on the line of the template',
    files: {
      [source]: csv('id,amount', '1,2'),
      'macros/m.sql': '{{#macro "total" "column"}}sum({{column}}){{/macro}}',
      'models/a.sql': '{{config materialized="table"}}\nselect id,\n  amout\nfrom {{ref "src"}}',
      'models/b.sql': '{{config materialized="table"}}\nselect {{total "nope"}} as n\nfrom {{ref "src"}}',
      'models/c.sql': '{{config materialized="table"}}\nselect *\nfrom main.not_there',
      'models/d.sql': `{{config materialized="table"}}\nselect cast('x' || id as integer) as n\nfrom {{ref "src"}}`,
      'models/e.sql': '{{config materialized="table"}}\nselect no_such_function(id) as n from {{ref "src"}}',
    },
    acts: [
      {
        tx: 'build --no-analyze',
        exit: 1,
        says: [
          /unknown-column\s+models\/a\.sql:3:3/,
          'amount',
          /unknown-column\s+models\/b\.sql:2/,
          /unknown-relation\s+models\/c\.sql:3:6/,
          /conversion-failed\s+models\/d\.sql:2:8/,
          /unknown-function\s+models\/e\.sql:2:8/,
        ],
      },
    ],
  },
  {
    name: 'queries are typed before anything runs, those that are new and what reads them',
    files: {
      [source]: csv('id,amount', '1,2'),
      'models/a.sql': 'select id, amount from {{ref "src"}}',
      'models/b.sql': '{{config materialized="table"}}\nselect id + 1 as n from {{ref "a"}}',
      'models/c.sql': 'select n from {{ref "b"}}',
    },
    acts: [
      { tx: 'build' },
      { write: { 'models/a.sql': 'select id as key, amount from {{ref "src"}}', 'models/d.sql': 'select no_column from {{ref "src"}}' } },
      { tx: 'build', exit: 2, says: [/unknown-column\s+models\/b\.sql:2:8/, /unknown-column\s+models\/d\.sql:1:8/] },
      is('select id from main.a', [1]),
      // Alone, it finds the view as it stands.
      { tx: 'run --select b' },
      {
        write: {
          'models/d.sql': 'select key from {{ref "a"}}',
          'models/b.sql': '{{config materialized="table"}}\nselect key + 1 as n from {{ref "a"}}',
        },
      },
      { tx: 'build' },
      is('select key from main.d', [1]),
    ],
  },
  {
    name: 'text that is no query is refused before anything runs',
    files: { 'models/a.sql': 'select 1 as a frm x', 'models/b.sql': 'select 1 as a; drop table x', 'models/c.sql': 'delete from x' },
    acts: [{ tx: 'build', exit: 2, says: ['sql-syntax', 'several-statements', 'not-a-select'] }],
  },
  {
    name: 'what failed is tried again alone, with what was left out',
    files: {
      'models/a.sql': 'select 1 as id',
      'models/b.sql': '{{config materialized="table"}}select id / nothing as id from {{ref "a"}}',
      'models/c.sql': 'select id from {{ref "b"}}',
    },
    acts: [
      { tx: 'build --no-analyze', exit: 1 },
      { write: { 'models/b.sql': '{{config materialized="table"}}select id from {{ref "a"}}' } },
      { tx: 'retry', says: ['2 ok'] },
      is('select id from main.c', [1]),
    ],
  },
  {
    name: 'queries whose parts do not fit together are refused before anything runs',
    files: {
      'models/grouped.sql': 'select id, count(*) as n\nfrom (select 1 as id) as a',
      'models/filtered.sql': 'select id\nfrom (select 1 as id) as a\nwhere count(*) > 1',
      'models/good.sql': 'select 1 as id',
    },
    acts: [
      {
        tx: 'build',
        exit: 2,
        says: [/query-invalid\s+models\/grouped\.sql:1:8/, /query-invalid\s+models\/filtered\.sql:3:7/],
      },
      { rows: `select count(*) from information_schema.tables where table_schema = 'main'`, are: [[0]] },
    ],
  },
];

/** What environments mean, on every engine: one way from a change to production. More of it stands in environments.test.ts. */
import { build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

const table = (query: string): string => `{{config materialized="table"}}${query}`;
const standing = `select table_schema, table_name from information_schema.tables where table_schema like 'main%pr\\_42' escape '\\' order by 1, 2`;

export const environmentCases: readonly ConformanceCase[] = [
  {
    name: 'a change is built beside production over what that has, published if nothing moved, and taken away',
    files: {
      [source]: csv('id,v', '1,a', '2,b'),
      'models/base.sql': table('select id, v from {{ref "src"}}'),
      'models/total.sql': table('select count(*) as n from {{ref "base"}}'),
      'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "base"}}',
      'models/log.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="n" delete_when="v = \'b\'"}}select id, v, id as n from {{ref "src"}}',
    },
    acts: [
      build,
      { sql: `insert into main.facts values (9, 'kept')` },
      {
        tx: 'clone --env pr_42 -s facts log',
        says: ['left log:', 'what is remembered of deleted ones', /facts +incremental/],
        never: ['nothing to copy'],
      },
      { tx: 'clone --env pr_42 -s log', says: ['nothing to copy'], never: ['production has no table'] },
      { write: { 'models/total.sql': table('select count(*) + 10 as n from {{ref "base"}}') } },
      { tx: 'build --env pr_42', says: ['deferred: '] },
      is(standing, ['main__pr_42', 'facts'], ['main__pr_42', 'total']),
      is('select n from main__pr_42.total', [12]),
      is('select n from main.total', [2]),
      is('select count(*) from main__pr_42.facts', [3]),
      { tx: 'build -s base --force' },
      { tx: 'promote pr_42 -s total', exit: 2, says: ['promote-moved', '`base` has other data'] },
      is('select n from main.total', [2]),
      { tx: 'build --env pr_42 -s total' },
      { tx: 'promote pr_42 -s total', says: ['total'] },
      is('select n from main.total', [12]),
      { tx: 'build', says: ['unchanged'], never: ['total '] },
      { tx: 'env ls', says: ['pr_42'] },
      { tx: 'env drop pr_42', says: ['nothing was dropped'] },
      { tx: 'env drop pr_42 --yes', says: ['dropped main__pr_42.total'] },
      is(standing),
      is('select count(*) from main.facts', [3]),
    ],
  },
  {
    name: 'state of a newer version is touched by nobody, and keeps no other environment from being listed',
    files: { 'models/m.sql': table('select 1 as id') },
    acts: [
      { tx: 'build --env pr_41' },
      { tx: 'build --env pr_42' },
      { sql: `update _tx__pr_42.meta set version = 99, tx_version = '9.9'` },
      { tx: 'env ls', says: [/pr_41 +1 /, /pr_42 +–/, 'not read: the state in `_tx__pr_42` was written by a newer `tx` (9.9)'] },
      ...['build --env pr_42', 'env drop pr_42 --yes', 'promote pr_42', 'state gc --yes --env pr_42'].map((tx) => ({
        tx,
        exit: 2,
        says: ['state-newer'],
      })),
      is(standing, ['main__pr_42', 'm']),
      is('select version from _tx__pr_42.meta', [99]),
    ],
  },
];

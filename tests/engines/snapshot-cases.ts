/** What snapshots mean, on every engine. */
import { build, csv, is, source } from './conformance-case.ts';
import type { Act, ConformanceCase } from './conformance-case.ts';

const snapshot: { readonly tx: string } = { tx: 'snapshot' };

/** A snapshot of the seed `src`, or of another relation. */
function history(config: string, relation = "ref('src')", more = ''): Record<string, string> {
  return { 'snapshots/h.yml': `snapshots:\n  - name: h\n    relation: ${relation}\n    config: { ${config} }\n${more}` };
}

const timestamp = 'strategy: timestamp, unique_key: id, updated_at: at';
const check = 'strategy: check, unique_key: id, check_cols: all';
const orders = (...rows: readonly string[]): Record<string, string> => ({ [source]: csv('id,v,at', ...rows) });

/** The versions, with what is in force as `open`. */
const versions = `select id, v, cast(dbt_valid_from as date)::text, coalesce(cast(cast(dbt_valid_to as date) as text), 'open') from main.h order by 1, dbt_valid_from, 4`;

export const snapshotCases: readonly ConformanceCase[] = [
  {
    name: 'a history that dbt has begun, or that had another name, goes on when it is adopted',
    files: { ...orders('1,b,2026-01-02 00:00:00'), ...history(timestamp) },
    acts: [
      { sql: 'create schema if not exists main' },
      {
        sql:
          `create table main.h as select 1 as id, cast('a' as varchar) as v, timestamp '2026-01-01' as at, cast('0a1b' as varchar) as dbt_scd_id, ` +
          `timestamp '2026-01-01' as dbt_updated_at, timestamp '2026-01-01' as dbt_valid_from, cast(null as timestamp) as dbt_valid_to`,
      },
      { tx: 'build', exit: 2, says: ['relation-not-owned'] },
      { tx: 'build --adopt' },
      is(versions, [1, 'a', '2026-01-01', '2026-01-02'], [1, 'b', '2026-01-02', 'open']),
      { remove: 'snapshots/h.yml' },
      { write: { 'snapshots/n.yml': `snapshots:\n  - name: n\n    relation: src\n    config: { ${timestamp}, alias: h }\n` } },
      { tx: 'build', exit: 2, says: ['rows-of-another', 'under an old name'] },
      { tx: 'build --adopt' },
      build,
      is('select count(*) from main.h', [2]),
    ],
  },
  {
    name: 'a history by time: what is later is a change, what is not is none; models read it, tests stand on it',
    files: {
      ...orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00'),
      ...history(timestamp, "ref('src')", '    columns:\n      - { name: dbt_scd_id, tests: [unique, not_null] }\n'),
      'models/now.sql': 'select id, v from {{ref "h"}} where dbt_valid_to is null',
      'models/then.sql': 'select id, v from ({{as_of (ref "h") "2026-01-03"}}) as h',
      'models/run.sql': 'select id, v from ({{as_of (ref "h") run.started_at}}) as h',
    },
    acts: [
      { tx: 'build', says: ['1 seed', '1 snapshot', '2 tests', '7 ok'] },
      is(versions, [1, 'a', '2026-01-01', 'open'], [2, 'b', '2026-01-01', 'open']),
      { write: orders('1,a2,2026-01-04 00:00:00', '2,late,2025-12-31 00:00:00', '3,c,2026-01-02 00:00:00') },
      build,
      is(
        versions,
        [1, 'a', '2026-01-01', '2026-01-04'],
        [1, 'a2', '2026-01-04', 'open'],
        [2, 'b', '2026-01-01', 'open'],
        [3, 'c', '2026-01-02', 'open'],
      ),
      is('select id, v from main.now order by 1', [1, 'a2'], [2, 'b'], [3, 'c']),
      is('select id, v from main.then order by 1', [1, 'a'], [2, 'b'], [3, 'c']),
      is('select id, v from main.run order by 1', [1, 'a2'], [2, 'b'], [3, 'c']),
      // Nothing has changed: nothing is written.
      { tx: 'snapshot', says: [/h +snapshot +0 rows/] },
      { tx: 'show -s h --limit -1 --output json', says: [/"v": ?"a"[^}]*"dbt_valid_to": ?"2026-01-04/, /"v": ?"a2"/] },
      { tx: 'plan -s h', says: ['unchanged'] },
      { tx: 'plan -s h --force', says: ['what has changed'] },
      { tx: 'build --full-refresh' },
      { tx: 'plan -s h --full-refresh', says: ['what has changed; its history is kept'] },
      is('select count(*) from main.h', [4]),
    ],
  },
  {
    name: 'rows that are gone stay in force, or end, or get a version that says so, and may come back',
    files: {
      ...orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00'),
      'snapshots/h.yml': ['ignore', 'invalidate', 'new_record']
        .map((how) => `  - name: ${how}\n    relation: src\n    config: { ${check}, hard_deletes: ${how} }\n`)
        .reduce((all, each) => all + each, 'snapshots:\n'),
    },
    acts: [
      build,
      { write: orders('1,a,2026-01-01 00:00:00') },
      build,
      is('select id, dbt_valid_to is null from main.ignore order by 1', [1, true], [2, true]),
      is('select id, dbt_valid_to is null from main.invalidate order by 1', [1, true], [2, false]),
      is(
        'select id, dbt_valid_to is null, dbt_is_deleted from main.new_record order by 1, 3',
        [1, true, 'False'],
        [2, false, 'False'],
        [2, true, 'True'],
      ),
      build,
      is('select count(*) from main.new_record', [3]),
      { write: orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00') },
      build,
      is('select count(*) from main.ignore', [2]),
      is('select id, dbt_valid_to is null from main.invalidate order by 1, dbt_valid_from', [1, true], [2, false], [2, true]),
      is(
        'select id, dbt_valid_to is null, dbt_is_deleted from main.new_record order by 1, dbt_valid_from, 3',
        [1, true, 'False'],
        [2, false, 'False'],
        [2, false, 'True'],
        [2, true, 'False'],
      ),
      // No version overlaps another one of its row.
      is(
        'select count(*) from main.new_record as a join main.new_record as b on a.id = b.id and a.dbt_scd_id <> b.dbt_scd_id ' +
          'and a.dbt_valid_from < coalesce(b.dbt_valid_to, b.dbt_valid_from) and b.dbt_valid_from < coalesce(a.dbt_valid_to, a.dbt_valid_from)',
        [0],
      ),
    ],
  },
  {
    name: 'names of its columns, a value for what is in force, keys of several columns, a NULL that changes, odd names',
    files: {
      [source]: csv('a,b,"it""s ü",found', '1,x,,1', '1,y,b,2'),
      ...history(
        `strategy: check, unique_key: [a, b], check_cols: ['it"s ü'], schema: past, alias: 'Ver''s', hard_deletes: new_record, ` +
          `dbt_valid_to_current: "cast('9999-12-31' as timestamp)", ` +
          `snapshot_meta_column_names: { dbt_valid_from: from, dbt_valid_to: "to 'now", dbt_scd_id: id, dbt_updated_at: at, dbt_is_deleted: gone }`,
      ),
    },
    acts: [
      build,
      { write: { [source]: csv('a,b,"it""s ü",found', '1,x,"",5', '1,y,b,9', '2,x,c,1') } },
      build,
      // A column that is not compared is no change.
      is(
        `select a, b, "it""s ü", found, cast("to 'now" as date)::text = '9999-12-31', gone from "main_past"."Ver's" order by 1, 2, "from"`,
        [1, 'x', null, 1, false, 'False'],
        [1, 'x', '', 5, true, 'False'],
        [1, 'y', 'b', 2, true, 'False'],
        [2, 'x', 'c', 1, true, 'False'],
      ),
    ],
  },
  {
    name: 'a column that comes has no value in old versions, one that goes has none in new ones, and another type is refused unless no value is lost',
    files: { ...history(check, "ref('m')"), 'models/m.sql': `select 1 as id, 'a' as v, 7 as n` },
    acts: [
      build,
      { write: { 'models/m.sql': `select 1 as id, 'a' as v, true as more` } },
      build,
      is(
        'select id, v, n, more, dbt_valid_to is null from main.h order by dbt_valid_from',
        [1, 'a', 7, null, false],
        [1, 'a', null, true, true],
      ),
      build,
      is('select count(*) from main.h', [2]),
      { write: { 'models/m.sql': `select cast(1 as bigint) as id, 'a' as v, 'maybe' as more` } },
      { tx: 'build', exit: 1, says: ['type-change-refused', '`more`'] },
      { write: { 'models/m.sql': `select cast(1 as bigint) as id, 'a' as v, 'true' as more` } },
      build,
      is('select count(*) from main.h', [2]),
    ],
  },
  {
    name: 'rows without a key, with the same one, or of no time are refused, and nothing has changed',
    files: { ...history(timestamp, 'm'), 'models/m.sql': `select 1 as id, timestamp '2026-01-01' as at` },
    acts: [
      build,
      { write: { 'models/m.sql': `select 1 as id, timestamp '2026-01-02' as at union all select 1, timestamp '2026-01-03'` } },
      { tx: 'build', exit: 1, says: ['key-not-unique', 'id = 1'] },
      { write: { 'models/m.sql': `select 2 as id, timestamp '2026-01-02' as at union all select 2, timestamp '2026-01-02'` } },
      { tx: 'build', exit: 1, says: ['key-not-unique', 'id = 2'] },
      { write: { 'models/m.sql': `select 1 as id, timestamp '2026-01-01' as at union all select 1, timestamp '2026-01-01'` } },
      { tx: 'build', exit: 1, says: ['key-not-unique', 'id = 1'] },
      { write: { 'models/m.sql': `select cast(null as integer) as id, timestamp '2026-01-02' as at` } },
      { tx: 'build', exit: 1, says: ['key-not-unique', 'id = NULL'] },
      { write: { 'models/m.sql': `select 1 as id, cast(null as timestamp) as at` } },
      { tx: 'build', exit: 1, says: ['snapshot-stamp-null', 'id = 1'] },
      is('select id, dbt_valid_to is null from main.h', [1, true]),
      { write: { 'models/m.sql': `select 1 as id, timestamp '2026-01-02' as at where false` } },
      build,
      is('select id, dbt_valid_to is null from main.h', [1, true]),
    ],
  },
  {
    name: 'rows are compared as the query gives them, once for all where they may be others the next time or are work to make',
    files: {
      ...history(timestamp, "ref('src')"),
      'seeds/src.csv': 'id,v,at\n1,a,2026-01-01 00:00:00\n2,b,2026-01-01 00:00:00\n',
      'models/v.sql': '{{config materialized="view"}}select * from {{ref "src"}}',
      'models/e.sql':
        '{{config materialized="ephemeral"}}select id, v, "at" from (select *, row_number() over (partition by id order by v) as r from {{ref "src"}}) as q where r = 1',
    },
    acts: [
      build,
      { tx: 'plan -s h --for snapshot --output json', says: [/"kind": ?"apply-versions"[^}]*"query": ?\{[^}]*\},\s*"steady": ?true/] },
      { write: history(timestamp, "ref('e')") },
      { tx: 'plan -s h --for snapshot --output json', says: [/"kind": ?"apply-versions"[^}]*"query": ?\{[^}]*\},\s*"steady": ?false/] },
      { write: history(timestamp) },
      { write: { 'seeds/src.csv': 'id,v,at\n1,c,2026-01-02 00:00:00\n2,b,2026-01-01 00:00:00\n3,d,2026-01-01 00:00:00\n' } },
      { tx: 'seed' },
      { tx: 'snapshot', says: [/h +snapshot +2 rows/] },
      { write: history(timestamp, "ref('v')") },
      { tx: 'plan -s h --for snapshot --output json', says: [/"kind": ?"apply-versions"[^}]*"query": ?\{[^}]*\},\s*"steady": ?false/] },
      {
        write: {
          'seeds/src.csv': 'id,v,at\n1,c,2026-01-02 00:00:00\n2,e,2026-01-03 00:00:00\n3,d,2026-01-01 00:00:00\n3,d,2026-01-01 00:00:00\n',
        },
      },
      { tx: 'seed' },
      // The one that comes twice has not changed.
      { tx: 'snapshot', exit: 1, says: ['key-not-unique', 'id = 3'] },
      { write: { 'seeds/src.csv': 'id,v,at\n1,c,2026-01-02 00:00:00\n2,e,2026-01-03 00:00:00\n3,d,2026-01-01 00:00:00\n' } },
      { tx: 'seed' },
      { tx: 'snapshot', says: [/h +snapshot +1 rows?/] },
      is(
        'select id, v, dbt_valid_to is null from main.h order by 1, 2',
        [1, 'a', false],
        [1, 'c', true],
        [2, 'b', false],
        [2, 'e', true],
        [3, 'd', true],
      ),
    ],
  },
  {
    name: 'a history of nothing, of an ephemeral model, of dates, and one that begins to tell of rows that are gone',
    files: {
      ...history('strategy: timestamp, unique_key: id, updated_at: day', "ref('e')"),
      'models/e.sql': `{{config materialized="ephemeral"}}select 1 as id, date '2026-01-01' as day where false -- end`,
    },
    acts: [
      build,
      is('select count(*) from main.h', [0]),
      {
        write: {
          'models/e.sql': `{{config materialized="ephemeral"}}select 1 as id, date '2026-01-01' as day union all select 2, date '2026-01-01'`,
        },
      },
      snapshot,
      { write: history('strategy: timestamp, unique_key: id, updated_at: day, hard_deletes: new_record', "ref('e')") },
      { write: { 'models/e.sql': `{{config materialized="ephemeral"}}select 1 as id, date '2026-01-02' as day` } },
      snapshot,
      is(
        'select id, cast(dbt_valid_from as text), cast(dbt_valid_to as text), dbt_is_deleted from main.h where id = 1 order by 2',
        [1, '2026-01-01', '2026-01-02', 'False'],
        [1, '2026-01-02', null, 'False'],
      ),
      is('select dbt_valid_to is null, dbt_is_deleted from main.h where id = 2 order by 2', [false, 'False'], [true, 'True']),
    ],
  },
  {
    name: 'another end of versions in force is refused while the table has the old one, whatever lies in the future',
    files: {
      ...orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00', '3,c,2126-01-01 00:00:00'),
      ...history(`${timestamp}, hard_deletes: invalidate, dbt_valid_to_current: "cast('9999-12-31' as timestamp)"`),
    },
    acts: [
      build,
      // Rows may be of the future, end there, and come back.
      { write: orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00', '3,d,2127-01-01 00:00:00') },
      build,
      { write: orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00') },
      build,
      { write: orders('1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00', '3,e,2026-01-01 00:00:00') },
      build,
      is(
        `select v, cast(dbt_valid_from as date)::text, cast(dbt_valid_to as date)::text from main.h where id = 3 order by 2, 3`,
        ['c', '2126-01-01', '2127-01-01'],
        ['d', '2127-01-01', '2127-01-01'],
        ['e', '2127-01-01', '9999-12-31'],
      ),
      ...[history(timestamp), history(`${timestamp}, dbt_valid_to_current: "cast('3000-01-01' as timestamp)"`)].flatMap((files): Act[] => [
        { write: files },
        { tx: 'build', exit: 1, says: ['snapshot-end-unknown', '3 rows that are there', 'id = 1; id = 2;', '9999-12-31'] },
      ]),
      is('select count(*) from main.h', [5]),
      { sql: `update main.h set dbt_valid_to = null where dbt_valid_to = timestamp '9999-12-31'` },
      { write: orders('1,a2,2026-02-01 00:00:00', '2,b,2026-01-01 00:00:00', '3,e,2026-01-01 00:00:00') },
      build,
      // NULL is known beside the value.
      is(
        `select id, v, cast(dbt_valid_to as date)::text from main.h where dbt_valid_to is null or dbt_valid_to >= timestamp '3000-01-01' order by 1`,
        [1, 'a2', '3000-01-01'],
        [2, 'b', null],
        [3, 'e', null],
      ),
    ],
  },
  {
    name: 'a failed test keeps a history as it was; hooks run with it; a table of others is left alone; what is not there is told',
    files: {
      ...orders('1,a,2026-01-01 00:00:00'),
      ...history(
        `${check}, post_hook: "insert into main.log select count(*) from {{this}}"`,
        "source('main', 'src')",
        '    columns:\n      - { name: v, tests: [accepted_values: { values: [a, b] }] }\n',
      ),
      'models/s.yml': 'sources:\n  - name: main\n    tables: [{ name: src }]\n',
    },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.log (n bigint)' },
      build,
      is('select n from main.log', [1]),
      { write: orders('1,c,2026-01-02 00:00:00') },
      { tx: 'build', exit: 1, says: ['audit-failed', 'accepted_values'] },
      is('select v, dbt_valid_to is null from main.h', ['a', true]),
      is('select n from main.log', [1]),
      { tx: 'ls --select resource_type:snapshot --output name', says: ['h'] },
      { tx: 'test --select h', says: ['1 ok'] },
      { sql: 'create table main.other as select 1 as id' },
      { write: { 'snapshots/o.yml': `snapshots:\n  - name: other\n    relation: src\n    config: { ${check} }\n` } },
      { tx: 'snapshot -s other', exit: 2, says: ['relation-not-owned'] },
      is('select id from main.other', [1]),
      { tx: 'snapshot -s other --adopt', exit: 1, says: ['snapshot-not-a-history', 'dbt_valid_from'] },
      { write: { 'snapshots/o.yml': `snapshots:\n  - name: other\n    relation: ref('srk')\n    config: { ${check} }\n` } },
      { tx: 'snapshot -s other', exit: 2, says: ['ref-not-found', 'snapshots/o.yml:3:15', '`src`'] },
    ],
  },
];

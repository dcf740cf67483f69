/** Models that are loaded interval by interval, on every engine: what is loaded when, what is refused, and what the ledger says. */
import { csv, is, source } from './conformance-case.ts';
import type { Act, ConformanceCase, Files } from './conformance-case.ts';

const run = (at: string, ...says: readonly (string | RegExp)[]): Act => ({ tx: 'build', at: `${at}Z`, says });

/** A seed of visits by their times, and a model that counts them by day. */
function visits(times: readonly string[], config = '', select = `date_trunc('day', seen_at) as day, count(*) as n`): Files {
  return {
    [source]: csv('seen_at', ...times.map((time) => `${time}:00`)),
    'models/m.sql':
      `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01" ${config}}}\n` +
      `select ${select} from {{ref "src"}} where seen_at >= {{interval.start}} and seen_at < {{interval.end}} group by 1`,
  };
}

const days = (...cells: readonly (readonly [string, number])[]): Act =>
  is('select cast(cast(day as date) as varchar), n from main.m order by 1', ...cells);

/** Ranges by entries of the ledger, in order. */
const entries = (...cells: readonly (readonly [string, string, string])[]): Act =>
  is('select event, cast(range_start as varchar), cast(range_end as varchar) from _tx.intervals order by build, recorded_at', ...cells);

/** What is loaded, in days since 1970 or parts of them. */
const loaded = (text: string): Act =>
  is(`select done from _tx.intervals where relation_name = 'm' order by build desc limit 1`, [
    JSON.stringify(
      text === ''
        ? []
        : text.split(' ').map((range) => range.split('..').map((moment) => Date.parse(moment.includes('T') ? `${moment}Z` : moment))),
    ),
  ]);

const arrived = ['2024-01-01T08:00', '2024-01-02T08:00', '2024-01-02T23:59', '2024-01-04T00:00'];

/** Moments of 2024, on the edges of months and beside them. */
const moments = ['01-01 00:00:00', '01-31 23:59:59', '02-01 00:00:00', '02-29 12:00:00', '03-01 00:00:00', '12-31 23:59:59'].map(
  (moment) => `2024-${moment}`,
);

const copyBy = (size: string): string =>
  `{{config materialized="incremental" incremental_strategy="time_interval" time_column="seen_at" begin="2024-01-01" batch_size="${size}"}}
   select id, seen_at from {{ref "src"}} where seen_at >= {{interval.start}} and seen_at < {{interval.end}}`;

/** A table holds each row of `whole` once, and nothing else. */
const same = (table: string, rows: number): Act =>
  is(
    `select count(*), count(w.id), count(distinct w.id) from main.${table} t left join main.whole w on w.id = t.id and w.seen_at = t.seen_at`,
    [rows, rows, rows],
  );

export const intervalCases: readonly ConformanceCase[] = [
  {
    name: 'days are loaded once they are over, and nothing twice',
    files: {
      ...visits(arrived),
      'models/m.yaml': 'models:\n  - name: m\n    columns:\n      - name: day\n        tests: [unique, not_null]\n',
    },
    acts: [
      run('2024-01-04T06:00', '3 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2]),
      loaded('2024-01-01..2024-01-04'),
      { tx: 'plan -s m', at: '2024-01-04T23:59:59Z', never: ['batch'] },
      run('2024-01-04T23:00', '2 tests'),
      days(['2024-01-01', 1], ['2024-01-02', 2]),
      { write: { [source]: csv('seen_at', ...[...arrived, '2024-01-02T07:00', '2024-01-05T07:00'].map((time) => `${time}:00`)) } },
      { tx: 'plan', at: '2024-01-06T00:00:00Z', says: ['2 batches of a day, 2024-01-04 to 2024-01-06', '2 tests'] },
      run('2024-01-06T00:00:00', '2 batches', '2 tests'),
      // The row of the second came too late for anybody who does not look back.
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1], ['2024-01-05', 1]),
      entries(
        ['load', '2024-01-01 00:00:00', '2024-01-02 00:00:00'],
        ['load', '2024-01-02 00:00:00', '2024-01-03 00:00:00'],
        ['load', '2024-01-03 00:00:00', '2024-01-04 00:00:00'],
        ['load', '2024-01-04 00:00:00', '2024-01-05 00:00:00'],
        ['load', '2024-01-05 00:00:00', '2024-01-06 00:00:00'],
      ),
      loaded('2024-01-01..2024-01-06'),
      // The day of a late row is loaded again by name.
      {
        tx: 'run -s m --event-time-start 2024-01-02 --event-time-end 2024-01-03',
        at: '2024-01-06T01:00:00Z',
        says: ['1 batch'],
      },
      days(['2024-01-01', 1], ['2024-01-02', 3], ['2024-01-04', 1], ['2024-01-05', 1]),
      loaded('2024-01-01..2024-01-06'),
    ],
  },
  {
    name: 'a table of which no interval is over yet is made without rows, and what reads it with it',
    files: {
      ...visits(
        arrived,
        `batch_size="month" pre_hook="insert into main.seen values ({{interval.end}})"`,
        `{{interval.start}} as day, count(*) as n`,
      ),
      'models/m.yaml': 'models: [{ name: m, columns: [{ name: day, tests: [not_null] }] }]',
      // A row whatever the interval is.
      'models/each.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" batch_size="month" begin="2024-01-01"}}' +
        `select cast({{interval.start}} as date) as day`,
      'models/total.sql': '{{config materialized="table"}}select count(*) as n from {{ref "m"}} cross join {{ref "each"}}',
    },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.seen (till timestamp)' },
      run('2024-01-31T23:59', /each .* 0 rows/, /m .* 0 rows/, '5 ok'),
      is('select n from main.total', [0]),
      is('select cast(max(till) as varchar) from main.seen', ['2024-01-01 00:00:00']),
      { tx: 'build -s each m', at: '2024-01-31T23:59:00Z', says: ['2 models unchanged'] },
      run('2024-02-01T00:00', /m .* 1 batch /, /total .* 1 row/),
      is('select n from main.total', [1]),
      loaded('2024-01-01..2024-02-01'),
      // Who asks for a range alone gets nothing else.
      { sql: 'drop table main.m' },
      { tx: 'run -s m --event-time-start 2024-03-01 --event-time-end 2024-04-01', at: '2024-02-01T00:00:00Z', says: ['nothing to do'] },
    ],
  },
  {
    name: 'a plan explains what differs beside the intervals that are missing, and nothing that does not',
    files: visits(arrived),
    acts: [
      run('2024-01-04T06:00', '3 batches'),
      { tx: 'plan --explain', at: '2024-01-06T00:00:00Z', says: ['2 batches of a day'], never: ['other data', 'asks for', 'has changed'] },
      { write: visits([...arrived, '2024-01-05T07:00']) },
      { tx: 'seed', at: '2024-01-06T00:00:00Z' },
      {
        tx: 'plan --explain',
        at: '2024-01-06T00:00:00Z',
        says: ['`src` has other data than it was built from'],
        never: ['asks for', 'SQL'],
      },
      { write: visits([...arrived, '2024-01-05T07:00'], '', `date_trunc('day', seen_at) as day, count(*) + 1 as n`) },
      { tx: 'plan --explain', at: '2024-01-06T00:00:00Z', says: ['5 batches of a day', 'its SQL has changed'] },
    ],
  },
  {
    name: 'a gap is told and filled',
    files: visits(arrived),
    acts: [
      { tx: 'build --event-time-start 2024-01-04 --event-time-end 2024-01-05', at: '2024-01-06T00:00:00Z', says: ['1 batch'] },
      loaded('2024-01-04..2024-01-05'),
      { tx: 'plan', at: '2024-01-06T00:00:00Z', says: ['4 batches of a day', 'gaps: 2024-01-01 to 2024-01-04'] },
      run('2024-01-06T00:00', '4 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1]),
      loaded('2024-01-01..2024-01-06'),
    ],
  },
  {
    name: 'new days bring those before them along',
    files: visits(arrived, 'lookback=2'),
    acts: [
      run('2024-01-05T00:00', '4 batches'),
      { write: { [source]: csv('seen_at', ...[...arrived, '2024-01-02T07:00', '2024-01-04T07:00'].map((time) => `${time}:00`)) } },
      { tx: 'plan -s m', at: '2024-01-05T06:00:00Z', never: ['batch'] },
      run('2024-01-06T00:00', '3 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 2]),
      run('2024-01-06T06:00', '1 seed'),
    ],
  },
  {
    name: 'a batch that fails stays missing, and the others are loaded',
    files: {
      ...visits(arrived, '', `date_trunc('day', seen_at) as day, max(10 / cast(extract(day from seen_at) as integer)) as n`),
      'models/m.yaml': 'models:\n  - name: m\n    columns:\n      - name: n\n        tests:\n          - in_range: { max: 6 }\n',
      'models/below.sql': '{{config materialized="table"}}select count(*) as n from {{ref "m"}}',
    },
    acts: [
      {
        tx: 'build',
        at: '2024-01-05T00:00:00Z',
        exit: 1,
        says: ['batch 2024-01-01 to 2024-01-02: its tests failed', /3 of 4 batches . 1 not published/],
      },
      is('select cast(cast(day as date) as varchar) from main.m order by 1', ['2024-01-02'], ['2024-01-04']),
      loaded('2024-01-02..2024-01-05'),
      is(`select count(*) from information_schema.tables where table_name = 'below'`, [0]),
      { tx: 'plan', at: '2024-01-05T00:00:00Z', says: ['1 batch of a day', 'gaps: 2024-01-01 to 2024-01-02'] },
      {
        write: {
          'models/m.yaml': 'models:\n  - name: m\n    columns:\n      - name: n\n        tests:\n          - in_range: { max: 20 }\n',
        },
      },
      { tx: 'retry', at: '2024-01-05T00:00:00Z', says: ['1 batch'] },
      loaded('2024-01-01..2024-01-05'),
      is('select n from main.below', [3]),
    ],
  },
  {
    name: 'after three failures in a row nothing more is tried',
    files: visits(
      ['2024-01-02T08:00', '2024-01-03T08:00', '2024-01-04T08:00'],
      '',
      `seen_at as day, cast('x' || count(*) as integer) as n`,
    ),
    acts: [{ tx: 'build', at: '2024-01-09T00:00:00Z', exit: 1, says: ['3 of 8 batches of `m` failed', '4 more were not tried'] }],
  },
  {
    name: 'rows of another interval are refused, or dropped',
    files: {
      ...visits(arrived),
      'models/m.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01" outside_interval="drop"}}\n' +
        `select date_trunc('day', seen_at) as day, count(*) as n from {{ref "src"}} group by 1`,
      'models/strict.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01"}}\n' +
        `select cast(null as timestamp) as day where {{interval.start}} < {{interval.end}}`,
    },
    acts: [
      {
        tx: 'build --event-time-start 2024-01-01 --event-time-end 2024-01-03',
        at: '2024-01-05T00:00:00Z',
        exit: 1,
        says: [
          /rows-outside-interval/,
          '1 row lies outside of the interval 2024-01-01 to 2024-01-02, it has no `day`',
          /m .* 2 rows /,
          '2 batches',
        ],
      },
      days(['2024-01-01', 1], ['2024-01-02', 2]),
    ],
  },
  {
    name: 'an interval that is not over is loaded anew each time, where that is asked for',
    files: visits(arrived, 'allow_partials=true'),
    acts: [
      run('2024-01-02T12:00', '2 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2]),
      loaded('2024-01-01..2024-01-02'),
      run('2024-01-02T13:00', '1 batch'),
      loaded('2024-01-01..2024-01-02'),
      run('2024-01-03T13:00', '2 batches'),
      loaded('2024-01-01..2024-01-03'),
    ],
  },
  {
    name: 'another query loads everything anew, or only what comes',
    files: {
      ...visits(arrived),
      'models/only.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01" forward_only=true}}\n' +
        `select {{interval.start}} as day, 1 as n`,
    },
    acts: [
      run('2024-01-03T00:00', /m .* 2 batches/),
      { write: visits(arrived, '', `date_trunc('day', seen_at) as day, count(*) * 10 as n`) },
      {
        write: {
          'models/only.sql':
            '{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01" forward_only=true}}\n' +
            `select {{interval.start}} as day, 2 as n`,
        },
      },
      run('2024-01-04T00:00', /m .* 3 batches/, /only .* 1 batch/),
      days(['2024-01-01', 10], ['2024-01-02', 20]),
      is('select n, count(*) from main.only group by 1 order by 1', [1, 2], [2, 1]),
      { tx: 'build --full-refresh', at: '2024-01-04T00:00:00Z', says: [/m .* 3 batches/, /only .* 3 batches/] },
      is('select n, count(*) from main.only group by 1 order by 1', [2, 3]),
    ],
  },
  {
    name: 'a table that was built in another way has nothing that is known to be loaded',
    files: {
      ...visits(arrived),
      'models/m.sql': `{{config materialized="table"}}select date_trunc('day', seen_at) as day, 7 as n from {{ref "src"}} group by 1`,
    },
    acts: [
      run('2024-01-05T00:00'),
      { write: visits(arrived) },
      run('2024-01-06T00:00', '5 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1]),
      { write: { 'models/m.sql': '{{config materialized="view"}}select 1 as n' } },
      run('2024-01-06T01:00'),
      { write: visits(arrived) },
      run('2024-01-06T02:00', 'incremental', '5 batches'),
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1]),
    ],
  },
  {
    name: 'days are those of the time zone, also where clocks are set',
    files: {
      [source]: csv('seen_at', '2024-03-30 22:59:59', '2024-03-30 23:00:00', '2024-03-31 21:59:59', '2024-03-31 22:00:00'),
      'models/m.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="seen_at" begin="2024-03-30" time_zone="Europe/Berlin"}}\n' +
        'select seen_at, {{interval.start}} as since, 1 as n from {{ref "src"}} where seen_at >= {{interval.start}} and seen_at < {{interval.end}}',
      'models/by_date.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="on_day" begin="2024-03-08" time_zone="America/New_York"}}\n' +
        `select cast({{interval.start}} - interval '4 hours' as date) as on_day, 1 as n`,
    },
    acts: [
      run('2024-03-31T21:59:59', /m .* 1 batch\n/),
      run('2024-03-31T22:00:00', /m .* 1 batch\n/),
      is(
        'select cast(since as varchar), count(*) from main.m group by since order by 1',
        ['2024-03-29 23:00:00', 1],
        ['2024-03-30 23:00:00', 2],
      ),
      loaded('2024-03-29T23:00..2024-03-31T22:00'),
      is('select cast(min(on_day) as varchar), cast(max(on_day) as varchar), count(*), count(distinct on_day) from main.by_date', [
        '2024-03-08',
        '2024-03-30',
        23,
        23,
      ]),
    ],
  },
  {
    name: 'batches of another size take whole intervals',
    files: visits(arrived),
    acts: [
      run('2024-01-20T00:00', '19 batches'),
      { write: visits(arrived, 'batch_size="month" forward_only=true') },
      { tx: 'plan', at: '2024-01-31T23:00:00Z', says: ['2 unchanged'] },
      run('2024-02-01T00:00', '1 batch'),
      loaded('2024-01-01..2024-02-01'),
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1]),
    ],
  },
  {
    name: 'columns come and go with the batches, keys are told apart, hooks run with each',
    files: {
      ...visits(arrived, 'on_schema_change="sync_all_columns" forward_only=true unique_key="day"'),
    },
    acts: [
      run('2024-01-03T00:00', '2 batches'),
      {
        write: visits(
          arrived,
          `on_schema_change="sync_all_columns" forward_only=true unique_key="day" post_hook="insert into main.seen values ({{interval.start}}, {{interval.end}})"`,
          `date_trunc('day', seen_at) as day, count(*) as n, 'new' as "odd ""name"""`,
        ),
      },
      { sql: 'create table main.seen (since timestamp, till timestamp)' },
      run('2024-01-06T00:00', '3 batches'),
      is(
        'select cast(cast(day as date) as varchar), n, "odd ""name""" from main.m order by 1',
        ['2024-01-01', 1, null],
        ['2024-01-02', 2, null],
        ['2024-01-04', 1, 'new'],
      ),
      is('select count(*), count(distinct since), cast(max(till) as varchar) from main.seen', [3, 3, '2024-01-06 00:00:00']),
      {
        write: visits(
          [...arrived, '2024-01-06T01:00', '2024-01-06T02:00'],
          `on_schema_change="sync_all_columns" forward_only=true unique_key="day"`,
          `seen_at - (seen_at - date_trunc('day', seen_at)) as day, count(*) as n, max(seen_at) as "odd ""name"""`,
        ),
      },
      { tx: 'run', at: '2024-01-07T00:00:00Z', exit: 1 },
      loaded('2024-01-01..2024-01-06'),
    ],
  },
  {
    name: 'a view above that has another query leaves what was loaded, and says so, once',
    files: {
      ...visits(arrived),
      'models/stg.sql': 'select * from {{ref "src"}}',
      'models/eph.sql': '{{config materialized="ephemeral"}}select * from {{ref "stg"}}',
      'models/m.sql': String(visits(arrived)['models/m.sql']).replace('src', 'eph'),
      'models/added.sql': '{{config materialized="incremental"}}select seen_at from {{ref "stg"}}',
      'models/whole.sql': '{{config materialized="table"}}select * from {{ref "m"}}',
    },
    acts: [
      run('2024-01-05T00:00', '4 batches'),
      { write: { 'models/stg.sql': `select * from {{ref "src"}} where seen_at < timestamp '2024-01-02 12:00:00'` } },
      {
        tx: 'plan',
        at: '2024-01-05T01:00:00Z',
        says: [/stg .*its SQL has changed; older rows of `added`, `m` stay: `--full-refresh` makes them anew/, /m .*unchanged/],
      },
      {
        tx: 'build -s stg m',
        at: '2024-01-05T01:00:00Z',
        says: ['SQL of `stg` has changed, and older rows of `added`, `m` stay: `--full-refresh` makes them anew'],
      },
      { tx: 'build -s stg m', at: '2024-01-05T01:00:00Z', never: ['older rows'] },
      days(['2024-01-01', 1], ['2024-01-02', 2], ['2024-01-04', 1]),
      { write: { 'models/stg.sql': 'select seen_at from {{ref "src"}}' } },
      { tx: 'run -s stg m --full-refresh', at: '2024-01-05T02:00:00Z', says: ['older rows of `added` stay'] },
    ],
  },
  {
    name: 'a range is loaded again, alone or with all that follows from it',
    files: {
      ...visits(arrived),
      'models/monthly.sql':
        '{{config materialized="incremental" incremental_strategy="time_interval" time_column="month" batch_size="month" begin="2024-01-01"}}\n' +
        `select date_trunc('month', day) as month, sum(n) as n from {{ref "m"}} where day >= {{interval.start}} and day < {{interval.end}} group by 1`,
      'models/total.sql': '{{config materialized="table"}}select sum(n) as n from {{ref "monthly"}}',
    },
    acts: [
      run('2024-02-03T00:00', /m .* 33 batches/, /monthly .* 1 batch/),
      is('select cast(n as bigint) from main.total', [4]),
      { write: { [source]: csv('seen_at', ...[...arrived, '2024-01-01T07:00', '2024-01-02T07:00'].map((time) => `${time}:00`)) } },
      { tx: 'seed', at: '2024-02-03T01:00:00Z' },
      { tx: 'backfill -s m --from 2024-01-02 --to 2024-01-03', at: '2024-02-03T02:00:00Z', says: [/m .* 1 batch\n/] },
      days(['2024-01-01', 1], ['2024-01-02', 3], ['2024-01-04', 1]),
      is('select cast(n as bigint) from main.monthly', [4]),
      is(`select event, count(*) from _tx.intervals group by 1 order by 1`, ['load', 35], ['open', 1]),
      {
        tx: 'plan --restate m --from 2024-01-01 --to 2024-01-03',
        at: '2024-02-03T03:00:00Z',
        says: ['2 batches of a day, 2024-01-01 to 2024-01-03', '1 batch of a month, 2024-01-01 to 2024-02-01', 'total'],
      },
      {
        tx: 'build --restate m --from 2024-01-01 --to 2024-01-03',
        at: '2024-02-03T04:00:00Z',
        says: [/m .* 2 batches/, /monthly .* 1 batch\n/, /total .* 1 row/],
      },
      is('select cast(n as bigint) from main.total', [6]),
      loaded('2024-01-01..2024-02-03'),
      {
        tx: 'backfill -s m --from 2023-12-25 --to 2024-01-08 --chunk 7',
        at: '2024-02-03T05:00:00Z',
        says: [/m .* 2 batches/],
        never: ['not yet over', 'left as they are'],
      },
      loaded('2023-12-25..2024-02-03'),
      { tx: 'backfill -s m --from 2023-12-20 --to 2024-01-08 --resume', at: '2024-02-03T05:00:00Z', says: [/m .* 5 batches/] },
      { tx: 'backfill -s m --from 2023-12-20 --to 2024-01-08 --resume', at: '2024-02-03T05:00:00Z', says: ['1 model unchanged'] },
      {
        tx: 'backfill -s total --from 2023-12-20 --to 2024-01-08',
        at: '2024-02-03T05:00:00Z',
        exit: 2,
        says: ['not-by-interval', /tx build -s total\s+--full-refresh/],
      },
      {
        tx: 'backfill -s m+ --from 2024-02-02 --to 2024-02-10',
        at: '2024-02-03T06:00:00Z',
        says: [
          'left as they are, since no range of them can be loaded: total; `tx build` builds them',
          '1 batch of a day, 2024-02-02 to 2024-02-03; not yet over, and not loaded: 2024-02-03 to 2024-02-10',
        ],
        never: ['total  table'],
      },
      {
        tx: 'backfill -s m --from 2024-02-03 --to 2024-02-04',
        at: '2024-02-03T06:00:00Z',
        says: ['no interval that could be loaded lies in the range from 2024-02-03 to 2024-02-04'],
      },
    ],
  },
  {
    name: 'a backfill that fails goes on where it stopped',
    files: {
      ...visits(
        ['2024-01-01T08:00', '2024-01-02T08:00', '2024-01-03T08:00'],
        '',
        `date_trunc('day', seen_at) as day, 6 / (select min(d) from main.divisor) as n`,
      ),
    },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.divisor as select 1 as d' },
      run('2024-01-04T00:00', '3 batches'),
      { sql: `drop table main.divisor` },
      { sql: `create table main.divisor as select 'x' as d` },
      { tx: 'backfill -s m --from 2024-01-01 --to 2024-01-03', at: '2024-01-04T01:00:00Z', exit: 1 },
      is(
        `select event, range_start = timestamp '2024-01-01' and range_end = timestamp '2024-01-03' from _tx.intervals where event = 'open'`,
        ['open', true],
      ),
      days(['2024-01-01', 6], ['2024-01-02', 6], ['2024-01-03', 6]),
      { sql: `drop table main.divisor` },
      { sql: `create table main.divisor as select 2 as d` },
      { tx: 'retry', at: '2024-01-04T02:00:00Z', says: ['tx backfill --select m --from 2024-01-01 --to 2024-01-03', '2 batches'] },
      days(['2024-01-01', 3], ['2024-01-02', 3], ['2024-01-03', 6]),
    ],
  },
  {
    name: 'what is loaded stands, whatever is said about it',
    files: {
      ...visits(arrived, 'forward_only=true'),
      'models/below.sql': '{{config materialized="table"}}select sum(n) as n from {{ref "m"}}',
      'models/m.yaml': 'models:\n  - name: m\n    columns:\n      - name: n\n        tests: [not_null]\n',
    },
    acts: [
      run('2024-01-05T00:00', '4 batches'),
      run('2024-01-05T06:00', /unchanged/, /^((?!batch).)*$/s),
      // Another query is for what comes; what is said of the table says nothing of its rows.
      {
        write: visits(
          arrived,
          'forward_only=true persist_docs=(object relation=true)',
          `date_trunc('day', seen_at) as day, count(*) * 10 as n`,
        ),
      },
      { write: { 'models/m.yaml': 'models:\n  - name: m\n    description: visits by day\n' } },
      { tx: 'build', at: '2024-01-05T07:00:00Z', never: ['batch'] },
      { comments: { m: 'visits by day' } },
      is('select cast(n as bigint) from main.below', [4]),
      run('2024-01-06T00:00', /m .* 1 batch\n/, /below .* 1 row/),
      loaded('2024-01-01..2024-01-06'),
      { tx: 'build --force', at: '2024-01-06T01:00:00Z', never: ['batch'] },
      loaded('2024-01-01..2024-01-06'),
    ],
  },
  {
    name: 'another query loads all again, also what was loaded before the beginning; a comment loads nothing',
    files: visits(arrived),
    acts: [
      run('2024-01-03T00:00', '2 batches'),
      { write: { [source]: csv('seen_at', ...['2023-05-01T08:00', ...arrived].map((time) => `${time}:00`)) } },
      { tx: 'seed', at: '2024-01-03T01:00:00Z' },
      { tx: 'backfill -s m --from 2023-05-01 --to 2023-05-02', at: '2024-01-03T01:00:00Z', says: ['1 batch'] },
      days(['2023-05-01', 1], ['2024-01-01', 1], ['2024-01-02', 2]),
      { write: visits(['2023-05-01T08:00', ...arrived], '', `date_trunc('day', seen_at)   as day, /* of a day */ count(*) as n`) },
      { tx: 'build -s m', at: '2024-01-03T02:00:00Z', says: ['1 model unchanged'], never: ['batch'] },
      { write: visits(['2023-05-01T08:00', ...arrived], '', `date_trunc('day', seen_at) as day, count(*) * 10 as n`) },
      { tx: 'build -s m', at: '2024-01-03T03:00:00Z', says: ['3 batches'] },
      days(['2023-05-01', 10], ['2024-01-01', 10], ['2024-01-02', 20]),
      { tx: 'build --restate m --from 2023-05-01 --to 2023-05-02', at: '2024-01-03T04:00:00Z', says: ['1 batch'] },
      { tx: 'show -s m --output csv', says: ['10'] },
    ],
  },
  {
    name: 'a batch whose rows break a test that is new is not published, wherever it stands',
    files: visits(arrived),
    acts: [
      run('2024-01-02T00:00', '1 batch'),
      {
        write: {
          'models/m.yaml': 'models:\n  - name: m\n    columns:\n      - name: n\n        tests: [{ in_range: { max: 1 } }]\n',
        },
      },
      { tx: 'build', at: '2024-01-05T00:00:00Z', exit: 1, says: [/audit-failed/, /of 3 batches of .main.m. were not published/] },
      is('select count(*) from main.m where n > 1', [0]),
    ],
  },
  {
    name: 'one batch and twelve, at once or in two runs, come to the same rows, as does a model without any',
    files: {
      [source]: csv('id,seen_at', ...moments.map((moment, at) => `${at},${moment}`)),
      ...Object.fromEntries(['year', 'month'].map((size) => [`models/by_${size}.sql`, copyBy(size)])),
      'models/whole.sql': '{{config materialized="table"}}select id, seen_at from {{ref "src"}}',
    },
    acts: [
      { tx: 'build -s src by_month', at: '2024-03-01T00:00:00Z', says: ['2 batches'] },
      { tx: 'build', at: '2025-01-01T00:00:00Z', says: ['1 batch', '10 batches'] },
      same('by_year', moments.length),
      same('by_month', moments.length),
      { tx: 'build -s by_month --full-refresh', at: '2025-01-01T00:00:00Z', says: ['12 batches'] },
      same('by_month', moments.length),
    ],
  },
];

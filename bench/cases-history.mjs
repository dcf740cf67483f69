/** What grows from run to run: the history of a table, and a table that is loaded day by day. */
import { constants, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStatements } from './databases.mjs';
import { projectFile, writeFile } from './generate.mjs';
import { measure } from './measure.mjs';
import { atMost, cpu, here, ownStepTime, stepTime, tx, wall } from './sides.mjs';

function restore(from, to) {
  rmSync(`${to}.wal`, { force: true });
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

const sourceFile = (table) => `version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables: [{ name: ${table} }]\n`;

/** By hand: what has changed is found once, ended and added. */
const historyByHand = [
  `create temp table changed as select s.* from raw.customers as s join main.history as h on h.id = s.id and h.dbt_valid_to is null where s.updated_at > h.dbt_updated_at`,
  `update main.history as h set dbt_valid_to = c.updated_at from changed as c where h.id = c.id and h.dbt_valid_to is null`,
  `insert into main.history by name select *, md5(id::varchar || '|' || updated_at::varchar) as dbt_scd_id, updated_at as dbt_updated_at, updated_at as dbt_valid_from, null::timestamp as dbt_valid_to from changed`,
  `drop table changed`,
];

const snapshot = {
  name: 'snapshot-1m',
  title: 'tx snapshot of 1,000,000 rows of which 1 % have changed, by their time; floor: the best statements by hand',
  make: async (context) => {
    const { folder, size, scratch } = context;
    writeFile(folder, 'project.yaml', projectFile('history_bench'));
    writeFile(folder, 'models/sources.yaml', sourceFile('customers'));
    writeFile(
      folder,
      'snapshots/history.yaml',
      `snapshots:\n  - name: history\n    relation: source('raw', 'customers')\n    config: { unique_key: id, strategy: timestamp, updated_at: updated_at }\n`,
    );
    const [work, base, list] = ['warehouse.duckdb', 'base.duckdb', 'statements.json'].map((name) => join(folder, name));
    const rows = `select i as id, 'customer ' || i as name, 'city ' || i % 997 as city, timestamp '2024-01-01' + i % 86400 * interval '1 second' as updated_at from range(${size.snapshotRows}) as t(i)`;
    await runStatements(work, ['create schema raw', `create table raw.customers as ${rows}`], context);
    await measure({ args: tx('snapshot'), cwd: folder }, scratch);
    const change = `update raw.customers set city = city || '!', updated_at = updated_at + interval '2 days' where id % 100 = 7`;
    await runStatements(work, [change], context);
    restore(work, base);
    writeFileSync(list, JSON.stringify(historyByHand));
    const prepare = () => restore(base, work);
    return {
      tx: { args: tx('snapshot'), cwd: folder, prepare, figures: () => stepTime(folder) },
      floor: { args: [here('floor-statements.cjs'), work, list], cwd: folder, prepare, figures: ownStepTime },
    };
  },
  rows: (medians) => [
    { measure: 'the transaction', unit: 'ms', tx: medians.tx.stepMs, floor: medians.floor.stepMs, bar: atMost.ratio(1.2) },
    wall(medians),
    cpu(medians),
  ],
};

const day = 86_400_000;
const begin = Date.UTC(2021, 0, 1);
const dateOf = (number) => new Date(begin + number * day).toISOString().slice(0, 10);

function dayByHand(number) {
  const within = `seen_at >= timestamp '${dateOf(number)}' and seen_at < timestamp '${dateOf(number + 1)}'`;
  const query = `select id, seen_at, n * 2 as n from raw.visits where ${within}`;
  if (number === 0) return [`create table main.visits as ${query}`];
  return [
    `create temp table stage as ${query}`,
    `delete from main.visits where ${within}`,
    'insert into main.visits select * from stage',
    'drop table stage',
  ];
}

const batches = {
  name: 'batches-1000',
  title: 'tx run of 1,000 daily batches of 200 rows; floor: the same statements, a transaction for each batch',
  make: async (context) => {
    const { folder, size } = context;
    writeFile(folder, 'project.yaml', projectFile('batches_bench'));
    writeFile(folder, 'models/sources.yaml', sourceFile('visits'));
    writeFile(
      folder,
      'models/visits.sql',
      `{{config materialized="incremental" incremental_strategy="time_interval" time_column="seen_at" begin="${dateOf(0)}"}}
select id, seen_at, n * 2 as n from {{source "raw" "visits"}} where seen_at >= {{interval.start}} and seen_at < {{interval.end}}
`,
    );
    const [work, base, list] = ['warehouse.duckdb', 'base.duckdb', 'statements.json'].map((name) => join(folder, name));
    const rows = `select i as id, timestamp '${dateOf(0)}' + i // 200 * interval '1 day' as seen_at, i % 100 as n from range(${size.batches * 200}) as t(i)`;
    await runStatements(work, ['create schema raw', `create table raw.visits as ${rows}`], context);
    restore(work, base);
    const days = Array.from({ length: size.batches }, (_, number) => dayByHand(number));
    writeFileSync(
      list,
      JSON.stringify(days.flatMap((statements, number) => (number === 0 ? statements : ['commit', 'begin', ...statements]))),
    );
    const prepare = () => restore(base, work);
    const window = ['--event-time-start', dateOf(0), '--event-time-end', dateOf(size.batches)];
    return {
      tx: { args: tx('run', ...window), cwd: folder, prepare, figures: () => stepTime(folder) },
      floor: { args: [here('floor-statements.cjs'), work, list], cwd: folder, prepare, figures: ownStepTime },
    };
  },
  rows: (medians) => [
    { measure: 'all batches', unit: 'ms', tx: medians.tx.stepMs, floor: medians.floor.stepMs, bar: atMost.ratio(1.3) },
    wall(medians),
    cpu(medians, 'floor', atMost.ratio(1.3)),
  ],
};

export const historyCases = [snapshot, batches];

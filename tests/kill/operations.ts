/** The operations that are killed at each of their statements: what stood before, and the run that dies. */
import { ids, seed } from '../../src/graph/graph-fixture.ts';
import type { PartitionGranularity } from '../../src/adapter/declared-partitions.ts';
import type { IntervalConfig } from '../../src/compile/compiled.ts';
import type { GraphNode } from '../../src/graph/graph.ts';
import type { RunSpec, SeedContent } from './drive.ts';
import { columnCheck, hook, quarantineCheck, queryTest, shownCheck, sqlModel, sqlSnapshot } from './fixture-nodes.ts';
import type { SqlModelOptions } from './fixture-nodes.ts';

export interface KillOperation {
  readonly name: string;
  /** SQL that makes tables which nobody builds: sources and logs. */
  readonly given?: readonly string[];
  /** Runs that came before. */
  readonly history: readonly RunSpec[];
  /** The run that is killed. */
  readonly run: RunSpec;
  /** Status of a run that is left alone; success unless said otherwise. */
  readonly expected?: 'failed';
  /** Relations that must be old or new together: `schema.name`. */
  readonly together?: readonly (readonly string[])[];
  /** The run changes none of the relations: what is to be proven is that old stays. */
  readonly changesNothing?: boolean;
  /** Only one engine has what it is about. */
  readonly only?: 'postgres' | 'duckdb';
}

const wide = (version: number, rows = 20): string =>
  `select range::integer as id, 'v${version}-' || range as v, range * ${version} as n from range(${rows})`;
const narrow = (version: number): string => `select ${version} as id, 'only' as v`;

const source = `create table main.source as select range::integer as id, 'first' as v from range(10)`;
const sourceGrows = `insert into main.source select range::integer, 'second' from range(5, 15)`;

/** Loads `main.facts` from the source, later only what the increment says. */
function facts(options: SqlModelOptions, incremental: string, full = `select id, v from main.source where v = 'first'`): RunSpec {
  return { nodes: [sqlModel('facts', full, { materialized: 'incremental', ...options, incremental })] };
}

function laterRun(name: string, options: SqlModelOptions, incremental: string, changed?: string): KillOperation {
  return {
    name,
    given: [source, sourceGrows],
    history: [facts(options, incremental)],
    run: facts(options, changed ?? incremental),
  };
}

const newest = `select id, v from main.source where v = 'second'`;
const beyond = `select id, v from main.source where id > (select max(id) from main.facts)`;
const widened = `select id, v, id * 2 as doubled, 'x' as extra from main.source where v = 'second'`;
const resynced = `select id, v || '!' as v, id::varchar as n, 2.5::double as added from main.source where v = 'second'`;
const indexed: SqlModelOptions = { postHooks: [hook('create index if not exists facts_by_v on main.facts (v)')] };

/** Every third key is deleted again; later some of these come back and others go. */
const eventLog = `create table main.log_of_source as select range::integer as id, range::integer as pos, case when range % 3 = 2 then 'D' else 'U' end as op from range(20)`;
const moreEvents = `insert into main.log_of_source select range::integer - 20, range::integer, case when range % 4 = 0 then 'D' else 'U' end from range(20, 45)`;
const eventTables = [['main.facts', 'main.facts__deleted']];

function events(first: string): RunSpec {
  const options: SqlModelOptions = {
    uniqueKey: ['id'],
    incrementalStrategy: 'merge',
    events: { sequenceBy: 'pos', deleteWhen: `op = 'D'` },
  };
  return facts(options, 'select id, pos, op from main.log_of_source', `select id, pos, op from main.log_of_source ${first}`);
}

const seedOf = (...rows: readonly (readonly (string | null)[])[]): SeedContent => ({
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'amount', type: 'decimal(10,2)' },
    { name: 'note', type: 'varchar' },
  ],
  rows,
});
const firstSeed = seedOf(['1', '1.50', 'a'], ['2', null, 'b'], ['3', '-7.25', null]);
const secondSeed = seedOf(['1', '1.75', 'a'], ['4', '0.00', 'd']);
const seeding = (content: SeedContent): RunSpec => ({ nodes: [seed('rates')], seeds: { rates: content } });

const chain = (version: number): RunSpec => ({
  nodes: [
    sqlModel('base', wide(version)),
    sqlModel('shape', `select id, n + ${version} as n from main.base`, { materialized: 'view', reads: ['base'] }),
    sqlModel('total', `select count(*) as rows, sum(n) as n, ${version} as version from main.shape`, { reads: ['shape'] }),
    sqlModel('kept', `select id, n from main.shape`, {
      materialized: 'incremental',
      uniqueKey: ['id'],
      incrementalStrategy: 'merge',
      incremental: `select id, n from main.shape where id % 2 = 0`,
      reads: ['shape'],
    }),
    columnCheck('unique', 'base', 'id'),
    queryTest('totals_agree', `select 1 from main.total as t, (select count(*) as c from main.kept) as k where t.rows <> k.c`, [
      'total',
      'kept',
    ]),
  ],
});

const logged = (version: number): RunSpec => ({
  nodes: [
    sqlModel('a', wide(version), {
      preHooks: [hook(`insert into main.log values ('pre ${version}')`)],
      postHooks: [hook(`insert into main.log values ('post ${version}')`)],
    }),
  ],
});

/** Hooks outside the transaction may run again after a kill, so theirs give the same result each time. */
const loggedOutside = (version: number): RunSpec => ({
  nodes: [
    sqlModel('a', wide(version), {
      preHooks: [hook(`create or replace table main.began as select ${version} as version`, false)],
      postHooks: [hook(`create or replace table main.ended as select ${version} as version`, false)],
    }),
  ],
});

const bracketed = (version: number): RunSpec => ({
  nodes: [sqlModel('a', wide(version))],
  onRunStart: [hook(`create or replace table main.started as select ${version} as version`)],
  onRunEnd: [
    hook(`create or replace table main.finished as select ${version} as version`),
    hook(`create or replace view main.last as select ${version} as version`),
  ],
});

const audited = (version: number, sql = wide(version)): RunSpec => ({
  nodes: [
    sqlModel('a', sql),
    columnCheck('not_null', 'a', 'id'),
    columnCheck('unique', 'a', 'id'),
    queryTest('a_is_not_empty', `select 1 from (select count(*) as c from main.a) as counted where c = 0`, ['a']),
    sqlModel('child', `select sum(n) as n from main.a`, { reads: ['a'] }),
  ],
});

/** Some rows go to another table than the others, which is made or filled anew in the same transaction. */
const dividing = (version: number): RunSpec => ({
  nodes: [
    sqlModel('a', `select case when id % ${version + 2} > 0 then id end as id, v, n from (${wide(version)}) as w`),
    quarantineCheck('not_null', 'a', 'id'),
    quarantineCheck('unique', 'a', 'id'),
    sqlModel('child', `select sum(n) as n from main.a`, { reads: ['a'] }),
  ],
});

/** Failing rows are kept with the model, and shown by a view of their own once the run has done all else. */
const showing = (version: number): RunSpec => ({
  nodes: [
    sqlModel(
      'a',
      `select case when id % ${version + 2} > 0 then id end as id, v, n${version === 1 ? '' : ', 7 as more'} from (${wide(version)}) as w`,
    ),
    shownCheck('not_null', 'a', 'id'),
  ],
});

const dividingIncrement: RunSpec = {
  nodes: [
    sqlModel('facts', `select id, case when id % 3 > 0 then v end as v from main.source where v = 'first'`, {
      materialized: 'incremental',
      uniqueKey: ['id'],
      incrementalStrategy: 'delete_insert',
      incremental: `select id, case when id % 4 > 0 then v end as v from main.source where v = 'second'`,
    }),
    quarantineCheck('not_null', 'facts', 'v'),
  ],
};

/** An index and comments that come back on the new table. */
const commented = (version: number): RunSpec => ({
  nodes: [
    sqlModel(
      'a',
      wide(version),
      version === 1
        ? {
            postHooks: [
              hook('create unique index a_by_id on main.a (id)'),
              hook(`comment on column main.a.v is 'text'`),
              hook(`comment on table main.a is 'all'`),
            ],
          }
        : {},
    ),
  ],
});

/** Times in the far future, so that no version depends on when a run was; and no id that does. */
const kept = (version: string, more = ''): RunSpec => ({
  nodes: [
    sqlSnapshot(
      'history',
      `select id, v, ${more} cast('${version === 'first' ? '2100' : '2101'}-01-01' as timestamp) as changed from main.source where v = '${version}'`,
      [hook(`update main.history set dbt_scd_id = v || cast(dbt_valid_from as varchar) || dbt_is_deleted`)],
    ),
  ],
});

const promises: SqlModelOptions = {
  contract: true,
  description: 'what is promised',
  types: { id: 'integer', v: 'varchar', n: 'integer' },
  constraints: [
    { type: 'primary_key', columns: ['id'] },
    { type: 'not_null', columns: ['v'] },
    { type: 'unique', columns: ['v'], name: 'v_once' },
    { type: 'check', columns: [], expression: 'n >= 0', name: 'n_is_positive' },
  ],
  storage: { indexes: [{ columns: ['n'], unique: false }], persistDocs: { relation: true, columns: true } },
};
const promised = (version: number, more = ''): RunSpec => ({
  nodes: [
    sqlModel(
      'a',
      `select range::integer as id, cast('v${version}-' || range as varchar) as v, cast(range * ${version} as integer) as n from range(20)${more}`,
      promises,
    ),
  ],
});
const keyed: SqlModelOptions = {
  uniqueKey: ['id'],
  incrementalStrategy: 'delete_insert',
  constraints: [
    { type: 'not_null', columns: ['v'] },
    { type: 'check', columns: [], expression: 'id < 1000', name: 'id_is_small' },
  ],
};

const parent = (version: number): GraphNode =>
  sqlModel('parent', `select 0 as id, ${version} as n`, { constraints: [{ type: 'primary_key', columns: ['id'] }] });
const child: GraphNode = sqlModel('child', 'select 0 as id', {
  reads: ['parent'],
  constraints: [
    {
      type: 'foreign_key',
      columns: ['id'],
      to: { id: ids.model('parent'), text: "ref('parent')", sql: '"main"."parent"', columns: ['id'] },
    },
  ],
});

/** Its rows are compared with new ones where the query stays, and else it is made anew. */
const materialized = (query: string): RunSpec => ({
  nodes: [sqlModel('kept', query, { materialized: 'materialized_view', storage: { indexes: [{ columns: ['id'], unique: true }] } })],
});
const latest = 'select id, max(v) as v from main.source group by id';

const one = (...args: Parameters<typeof sqlModel>): RunSpec => ({ nodes: [sqlModel(...args)] });
const view = { materialized: 'view' } as const;

/** The history ends in the night before the 15th, the run that is killed begins in its afternoon. */
const visits = `create table main.visits as select range::integer as id, timestamp '2023-11-12 03:00:00' + range * interval '5 hours' as seen_at from range(20)`;

function byDay(intervals: Partial<IntervalConfig> = {}): RunSpec {
  const sql = 'select id, seen_at from main.visits where seen_at >= {{interval.start}} and seen_at < {{interval.end}}';
  return {
    nodes: [
      sqlModel('facts', sql, {
        materialized: 'incremental',
        incrementalStrategy: 'time_interval',
        incremental: sql,
        intervals: {
          timeColumn: 'seen_at',
          batchSize: 'day',
          begin: Date.UTC(2023, 10, 12),
          lookback: 0,
          timeZone: 'UTC',
          allowPartials: false,
          outside: 'error',
          forwardOnly: false,
          ...intervals,
        },
      }),
      columnCheck('unique', 'facts', 'id'),
    ],
  };
}

/** Some months stay, some are replaced, some are new; and so for rows without one. */
const sourceOfMonths = `create table main.months as select range::integer as id, v, case when range % 5 > 0 then (date '2024-01-01' + cast(range * 20 + late * 60 as integer)) end as day
  from range(12) cross join (values ('first', 0), ('second', 1)) as t (v, late)`;

function byMonth(v: string, partitionGranularity: PartitionGranularity = 'month'): RunSpec {
  const sql = `select id, v, day from main.months where v = '${v}'`;
  return facts(
    {
      incrementalStrategy: 'insert_overwrite',
      partitionBy: ['day'],
      partitionGranularity,
      constraints: [{ type: 'not_null', columns: ['v'] }],
      storage: { indexes: [{ columns: ['id'], unique: false }] },
    },
    sql,
    sql,
  );
}

const deployed = (version: number): RunSpec => ({
  nodes: [
    sqlModel('base', wide(version)),
    sqlModel('shape', `select id, n + ${version} as n from main.base`, { materialized: 'view', reads: ['base'] }),
    sqlModel('total', `select ${version} as id, 'only' as v from main.shape where id = 0`, { reads: ['shape'] }),
    columnCheck('unique', 'base', 'id'),
  ],
});

/** Rows in files: one, or one for each value of `part`. */
const inFiles = (version: number, options: SqlModelOptions['external'], rows = 20): RunSpec => ({
  nodes: [
    sqlModel('a', `select id, v, n, id % 3 as part from (${wide(version, rows)}) as w`, {
      materialized: 'external',
      ...(options === undefined ? {} : { external: options }),
    }),
    columnCheck('unique', 'a', 'id'),
    sqlModel('child', `select sum(n) as n from main.a`, { reads: ['a'] }),
  ],
});
const oneFile = { location: 'target/external/main/a.parquet', isOwn: true, format: 'parquet', partitionBy: [], options: {} } as const;
const oneText = { ...oneFile, location: 'target/external/main/a.csv', format: 'csv' } as const;
const folder = { ...oneFile, location: 'target/external/main/a', partitionBy: ['part'] } as const;

export const operations: readonly KillOperation[] = [
  { name: 'state tables and first table', history: [], run: one('a', wide(1), { schema: 'mart' }) },
  { name: 'table first build', history: [one('other', narrow(1))], run: one('a', wide(1)) },
  { name: 'table rebuild', history: [one('a', wide(1))], run: one('a', wide(2, 30)) },
  {
    name: 'indexed table rebuild',
    history: [commented(1)],
    run: commented(2),
  },
  { name: 'table rebuild with other columns', history: [one('a', wide(1))], run: one('a', narrow(2)) },
  { name: 'view create', history: [one('other', narrow(1))], run: one('v', wide(1), view) },
  { name: 'view replace', history: [one('v', wide(1), view)], run: one('v', narrow(2), view) },
  { name: 'view becomes table', history: [one('v', wide(1), view)], run: one('v', wide(2)) },
  { name: 'table becomes view', history: [one('v', wide(1))], run: one('v', wide(2), view) },
  {
    name: 'incremental first load',
    given: [source],
    history: [one('other', narrow(1))],
    run: facts({ uniqueKey: ['id'] }, newest),
  },
  laterRun('incremental append', {}, beyond),
  laterRun('incremental delete_insert', { uniqueKey: ['id'], incrementalStrategy: 'delete_insert' }, newest),
  laterRun('incremental merge', { uniqueKey: ['id'], incrementalStrategy: 'merge' }, newest),
  laterRun('incremental insert_overwrite', { incrementalStrategy: 'insert_overwrite', partitionBy: ['v', '(id % 3)'] }, newest),
  {
    name: 'divided table first build',
    given: [sourceOfMonths],
    history: [one('other', narrow(1))],
    run: byMonth('first'),
    only: 'postgres',
  },
  {
    name: 'divided table insert_overwrite',
    given: [sourceOfMonths],
    history: [byMonth('first')],
    run: byMonth('second'),
    only: 'postgres',
  },
  {
    name: 'divided table full refresh',
    given: [sourceOfMonths],
    history: [byMonth('first')],
    run: { ...byMonth('second', 'year'), fullRefresh: true },
    only: 'postgres',
  },
  laterRun('indexed delete_insert', { uniqueKey: ['id'], incrementalStrategy: 'delete_insert', ...indexed }, newest),
  laterRun('indexed merge', { uniqueKey: ['id'], incrementalStrategy: 'merge', ...indexed }, newest),
  laterRun('incremental append_new_columns', { uniqueKey: ['id'], onSchemaChange: 'append_new_columns' }, newest, widened),
  {
    name: 'incremental sync_all_columns',
    given: [source, sourceGrows],
    history: [facts({ uniqueKey: ['id'] }, newest, `select id, v, id as n, 'gone' as dropped from main.source where v = 'first'`)],
    run: facts({ uniqueKey: ['id'], onSchemaChange: 'sync_all_columns', incrementalStrategy: 'delete_insert' }, resynced),
  },
  {
    name: 'incremental full refresh',
    given: [source, sourceGrows],
    history: [facts({ uniqueKey: ['id'] }, newest)],
    run: { ...facts({ uniqueKey: ['id'] }, newest, `select id, v || '*' as v from main.source where v = 'second'`), fullRefresh: true },
  },
  {
    name: 'events for the first time',
    given: [eventLog, moreEvents],
    history: [one('other', narrow(1))],
    run: events(''),
    together: eventTables,
  },
  {
    name: 'events that change, delete and bring back',
    given: [eventLog, moreEvents],
    history: [events('where pos < 20')],
    run: events('where pos < 20'),
    together: eventTables,
  },
  {
    name: 'events anew',
    given: [eventLog, moreEvents],
    history: [events('where pos < 20')],
    run: { ...events(''), fullRefresh: true },
    together: eventTables,
  },
  { name: 'seed first load', history: [one('other', narrow(1))], run: seeding(firstSeed) },
  { name: 'seed reload', history: [seeding(firstSeed)], run: seeding(secondSeed) },
  {
    name: 'seed reload by the engine itself',
    history: [seeding(firstSeed)],
    run: { ...seeding(secondSeed), seedFiles: true },
  },
  {
    name: 'hooks in the transaction',
    given: ['create table main.log (line varchar)'],
    history: [logged(1)],
    run: logged(2),
    together: [['main.a', 'main.log']],
  },
  { name: 'hooks around the transaction', history: [loggedOutside(1)], run: loggedOutside(2) },
  { name: 'passing audit', history: [audited(1)], run: audited(2) },
  {
    name: 'failing audit',
    history: [audited(1)],
    run: audited(2, `${wide(2)} union all select null, 'no id', 0`),
    expected: 'failed',
    changesNothing: true,
  },
  {
    name: 'failing model',
    history: [audited(1)],
    run: audited(2, 'select nope from main.source_that_is_not'),
    expected: 'failed',
    changesNothing: true,
  },
  { name: 'snapshot first build', given: [source], history: [one('other', narrow(1))], run: kept('first') },
  {
    name: 'rows set aside for the first time',
    history: [one('other', narrow(1))],
    run: dividing(1),
    together: [['main.a', 'main.a__quarantine']],
  },
  { name: 'failing rows shown for the first time', history: [one('other', narrow(1))], run: showing(1) },
  { name: 'failing rows shown with another column', history: [showing(1)], run: showing(2) },
  { name: 'rows set aside anew', history: [dividing(1)], run: dividing(2), together: [['main.a', 'main.a__quarantine']] },
  {
    name: 'rows of an increment set aside',
    given: [source, sourceGrows],
    history: [dividingIncrement],
    run: dividingIncrement,
    together: [['main.facts', 'main.facts__quarantine']],
  },
  {
    name: 'replay of rows set aside',
    // Some of them pass by now, and some do not.
    given: [source, `update main.facts__quarantine set v = 'mended' where id > 3`],
    history: [dividingIncrement],
    run: { ...dividingIncrement, replay: true },
    together: [['main.facts', 'main.facts__quarantine']],
  },
  { name: 'snapshot', given: [source, sourceGrows], history: [kept('first')], run: kept('second') },
  { name: 'snapshot with a new column', given: [source, sourceGrows], history: [kept('first')], run: kept('second', 'id * 2 as doubled,') },
  { name: 'promised table first build', history: [one('other', narrow(1))], run: promised(1) },
  { name: 'promised table rebuild', history: [promised(1)], run: promised(2) },
  {
    name: 'broken promise',
    history: [promised(1)],
    run: promised(2, ` union all select 3, 'again', 0`),
    expected: 'failed',
    changesNothing: true,
  },
  laterRun('increment of a promised table', keyed, newest),
  {
    name: 'increment that brings promises',
    given: [source, sourceGrows],
    history: [facts({ uniqueKey: ['id'], incrementalStrategy: 'delete_insert' }, newest)],
    run: facts(keyed, newest),
  },
  {
    name: 'rebuild below a view of others',
    given: ['create table main.unrelated as select 1 as id', 'create view main.theirs as select id, v from main.a'],
    history: [one('a', wide(1))],
    run: one('a', `select id, v, 1 as added from (${wide(2)}) as w`),
  },
  { name: 'a table that others point to', history: [{ nodes: [parent(1), child] }], run: { nodes: [parent(2)] }, only: 'postgres' },
  {
    name: 'materialized view refresh',
    given: [source, sourceGrows],
    history: [materialized(latest)],
    run: materialized(latest),
    only: 'postgres',
  },
  {
    name: 'materialized view rebuild',
    given: [source],
    history: [materialized(latest)],
    run: materialized('select id, v, 1 as added from main.source'),
    only: 'postgres',
  },
  { name: 'first interval', given: [visits], history: [one('other', narrow(1))], run: byDay({ begin: Date.UTC(2023, 10, 14) }) },
  { name: 'next interval', given: [visits], history: [byDay()], run: byDay() },
  {
    name: 'interval loaded again',
    given: [visits, `insert into main.visits values (99, timestamp '2023-11-13 05:00:00')`],
    history: [byDay()],
    run: { ...byDay(), loads: { window: { start: '2023-11-13', end: '2023-11-14' }, only: true, again: true, chunk: 1 } },
  },
  { name: 'first file', history: [one('other', narrow(1))], run: inFiles(1, oneFile), only: 'duckdb' },
  { name: 'file in the place of a file', history: [inFiles(1, oneText)], run: inFiles(2, oneText, 30), only: 'duckdb' },
  { name: 'first folder', history: [one('other', narrow(1))], run: inFiles(1, folder), only: 'duckdb' },
  { name: 'folder in the place of a folder', history: [inFiles(1, folder)], run: inFiles(2, folder, 30), only: 'duckdb' },
  { name: 'hooks around the run', history: [bracketed(1)], run: bracketed(2) },
  { name: 'chain of four models', history: [chain(1)], run: chain(2) },
  {
    name: 'promotion of two tables and a view',
    given: ['create schema main__pr', `create table main__pr.base as ${wide(2)}`, `create table main__pr.total as ${narrow(42)}`],
    history: [deployed(1)],
    run: {
      ...deployed(2),
      copies: {
        'model.shop.base': { relation: { schema: 'main__pr', name: 'base' }, dataVersion: 'built-there' },
        'model.shop.shape': { relation: { schema: 'main__pr', name: 'shape' }, dataVersion: 'built-there' },
        'model.shop.total': { relation: { schema: 'main__pr', name: 'total' }, dataVersion: 'built-there' },
      },
    },
  },
  {
    name: 'drop of what nobody builds any more',
    history: [chain(1)],
    run: { nodes: chain(2).nodes.filter(({ name }) => name === 'base'), drops: true },
  },
  {
    name: 'drop of a table that follows events, with what it knows of deletions',
    given: [eventLog],
    history: [one('other', narrow(1)), events('where pos < 20')],
    run: { ...one('other', narrow(2)), drops: true },
    together: eventTables,
  },
];

/** Twenty models of every kind, with enough rows that a build takes a while. */
export function largeProject(version: number, rows: number): RunSpec {
  const name = (layer: number, at: number): string => `m${layer}_${at}`;
  const nodes = [0, 1, 2, 3].flatMap((layer) =>
    [0, 1, 2, 3, 4].flatMap((at) => {
      const own = name(layer, at);
      if (layer === 0)
        return [sqlModel(own, `select range::integer as id, hash(range + ${at * 1000 + version}) % 1000 as n from range(${rows})`)];
      const reads = [name(layer - 1, at), name(layer - 1, (at + 1) % 5)];
      const [left = '', right = ''] = reads;
      const sql = `select l.id, (l.n + r.n + ${version}) % 1000 as n from main.${left} as l join main.${right} as r on l.id = r.id`;
      if (at % 5 === 1) return [sqlModel(own, sql, { materialized: 'view', reads })];
      if (at % 5 === 3) {
        const strategy = layer === 2 ? 'delete_insert' : 'merge';
        return [
          sqlModel(own, sql, {
            materialized: 'incremental',
            uniqueKey: ['id'],
            incrementalStrategy: strategy,
            incremental: `${sql} where l.id % 3 = 0`,
            reads,
          }),
        ];
      }
      return [sqlModel(own, sql, { reads }), columnCheck('unique', own, 'id')];
    }),
  );
  return { nodes, threads: 3 };
}

export const largeRows = 60_000;

/** The operation of random kills. */
export const largeBuild: KillOperation = { name: 'twenty models', history: [largeProject(1, largeRows)], run: largeProject(2, largeRows) };

/** Functions that one engine has and the other is given, so that both are asked the same. */
export const postgresFunctions: readonly string[] = [
  `create function public.range(n integer) returns table (range integer) language sql immutable as 'select generate_series(0, n - 1)'`,
  `create function public.range(a integer, b integer) returns table (range integer) language sql immutable as 'select generate_series(a, b - 1)'`,
  `create function public.hash(n integer) returns integer language sql immutable as 'select abs(hashint4(n) % 1000000)'`,
];

function toPostgres(sql: string): string {
  return sql
    .replaceAll(/create or replace table (\S+) as/g, 'drop table if exists $1; create table $1 as')
    .replaceAll('::double', '::double precision');
}

/** The same operation in the words of an engine. */
export function operationFor(operation: KillOperation, engine: 'duckdb' | 'postgres'): KillOperation {
  if (engine === 'duckdb') return operation;
  const translate = (key: string, value: unknown): unknown => (typeof value === 'string' && key !== 'name' ? toPostgres(value) : value);
  // Only texts inside are other ones.
  return JSON.parse(JSON.stringify(operation, translate)) as KillOperation;
}

export function findOperation(name: string, engine: 'duckdb' | 'postgres' = 'duckdb'): KillOperation {
  const found = [...operations, largeBuild].find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation is named ${name}`);
  return operationFor(found, engine);
}

/** Models that ask for a divided table have the same rows on every engine; where there are such tables, whole partitions change places. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const source = { 'models/s.yaml': 'sources: [{ name: main, tables: [{ name: src }] }]' };

/** Later runs bring rows whose `v` is 10 or more. */
function model(granularity: string, more = '', column = 'day'): string {
  return `{{config materialized="incremental" incremental_strategy="insert_overwrite" partition_by="${column}" partition_granularity="${granularity}" ${more}}}
select * from {{source "main" "src"}}{{#if is_incremental}} where v >= 10{{/if}}`;
}

async function build(project: EngineProject, line = 'build --force'): Promise<string> {
  const { exit, text } = await project.tx(line);
  expect(exit, text).toBe(0);
  return text;
}

async function refused(project: EngineProject, line = 'build --force'): Promise<string> {
  const { exit, text } = await project.tx(line);
  expect(exit, text).not.toBe(0);
  return text;
}

/** Fills the source anew. */
async function give(project: EngineProject, columns: string, ...rows: readonly string[]): Promise<void> {
  await project.run('create schema if not exists main', 'drop table if exists main.src', `create table main.src (${columns})`);
  if (rows.length > 0) await project.run(`insert into main.src values ${rows.map((row) => `(${row})`).join(', ')}`);
}

const rowsOf = (project: EngineProject, column = 'day') =>
  project.rows(`select cast(${column} as varchar(40)), v from main.m order by 1 nulls first, 2`);

/** Partitions of the table by bound. */
async function partitions(project: EngineProject): Promise<Readonly<Record<string, { oid: number; name: string }>>> {
  const rows = await project.rows(
    `select pg_get_expr(c.relpartbound, c.oid), c.oid::bigint, c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'main.m'::regclass`,
  );
  return Object.fromEntries(rows.map(([bound, oid, name]) => [String(bound), { oid: Number(oid), name: String(name) }]));
}

/** Somebody wants to be told of each row: partitions are not exchanged any more. */
const tellEachRow = (project: EngineProject): Promise<void> =>
  project.run(
    `create function main.f() returns trigger language plpgsql as 'begin return new; end'`,
    'create trigger t before insert on main.m for each row execute function main.f()',
  );

const month = (from: string, to: string): string => `FOR VALUES FROM ('${from}') TO ('${to}')`;
const [december, january, february, march] = [
  month('2023-12-01', '2024-01-01'),
  month('2024-01-01', '2024-02-01'),
  month('2024-02-01', '2024-03-01'),
  month('2024-03-01', '2024-04-01'),
];

const days = [`'2024-01-01', 1`, `'2024-01-31', 2`, `'2024-02-01', 3`, `null, 4`, `'2023-12-31', 5`];

describe('a model with a granularity', () => {
  describe.each(useProjectEngines())('on $name', ({ project: open }) => {
    it('has whole spans replaced, NULL among them, and gives the same when it is run again', async () => {
      const project = await open({ ...source, 'models/m.sql': model('month') });
      await give(project, 'day date, v integer', ...days);
      await build(project);
      await project.run(`insert into main.src values ('2024-01-15', 10), (null, 11), ('2024-03-09', 12)`);
      for (const turn of [1, 2]) {
        expect(await build(project), `run ${turn}`).toContain('3 rows');
        expect(await rowsOf(project)).toEqual([
          [null, 11],
          ['2023-12-31', 5],
          ['2024-01-15', 10],
          ['2024-02-01', 3],
          ['2024-03-09', 12],
        ]);
      }
    });

    it('tells moments apart by their day in UTC', async () => {
      const project = await open({ ...source, 'models/m.sql': model('day', '', 'moment') });
      await give(project, 'moment timestamp with time zone, v integer', `'2024-01-01 23:30:00+00', 1`, `'2024-01-02 00:30:00+00', 2`);
      await build(project);
      await project.run(`insert into main.src values ('2024-01-02 01:00:00+02', 10)`);
      await build(project);
      expect(await project.rows('select v from main.m order by v')).toEqual([[2], [10]]);
    });

    it('has the rows of single values replaced, however they are spelled', async () => {
      const project = await open({ ...source, 'models/m.sql': model('value', '', 'k') });
      for (const [type, values] of [
        ['numeric(6, 2)', ['1', '-1.50', 'null']],
        ['varchar(9)', [`'it''s'`, `''`, `'NULL'`, 'null', `'a, b'`]],
        ['boolean', ['true', 'false', 'null']],
        ['double precision', ['0.1', '-1', `'NaN'`, '1e30']],
      ] as const) {
        await give(project, `k ${type}, v integer`, ...values.map((value) => `${value}, 1`));
        await build(project, 'build --force --full-refresh');
        await project.run(...values.map((value, at) => `insert into main.src values (${value}, ${at + 10})`));
        for (const turn of [1, 2]) {
          await build(project);
          expect(await project.rows('select v from main.m order by v'), `${type}, run ${turn}`).toEqual(values.map((_, at) => [at + 10]));
        }
      }
    });
  });
});

describe('a divided table', () => {
  const [, engine] = useProjectEngines();

  async function filled(files: Readonly<Record<string, string>> = {}, ...rows: readonly string[]): Promise<EngineProject> {
    const project = await engine?.project({ ...source, 'models/m.sql': model('month'), ...files });
    if (project === undefined) throw new Error('no engine');
    await give(project, 'day date, v integer', ...days);
    await build(project);
    if (rows.length > 0) await project.run(`insert into main.src values ${rows.map((row) => `(${row})`).join(', ')}`);
    return project;
  }

  it('keeps the partitions that no row comes to, and has others in the place of those that are replaced', async () => {
    const project = await filled({}, `'2024-01-15', 10`, `'2024-03-09', 12`, `null, 13`);
    const before = await partitions(project);
    expect(Object.keys(before).sort()).toEqual(['DEFAULT', december, january, february].sort());
    await build(project);
    const after = await partitions(project);
    expect(Object.keys(after).sort()).toEqual(['DEFAULT', december, january, february, march].sort());
    expect([after[december], after[february]]).toEqual([before[december], before[february]]);
    expect(after[january]?.oid).not.toBe(before[january]?.oid);
    expect(after['DEFAULT']?.oid).not.toBe(before['DEFAULT']?.oid);
    for (const { name } of Object.values(after)) expect(name).toMatch(/^m_(?:null|20\d\d_\d\d)_[0-9a-f]{12}_part$/);
    // No proof of a bound is left but for the one that keeps other rows out of the default partition, and no table under a name of ours that nobody reads.
    expect(await project.rows(`select conname from pg_constraint where conname like '\\_tx%'`)).toEqual([['_tx_only_null']]);
    expect(await project.rows(`select relname from pg_class where relname like '\\_tx\\_%' and relkind in ('r', 'p')`)).toEqual([]);
  });

  it('takes no row beside NULL for which it has no partition, however its partition of NULL came to be', async () => {
    const project = await filled();
    const stray = () => project.run(`insert into main.m values ('2030-05-05', 100)`);
    await expect(stray(), 'made with the table').rejects.toThrow('_tx_only_null');
    const made = await partitions(project);
    await project.run(`insert into main.src values (null, 10)`);
    await build(project);
    await expect(stray(), 'exchanged').rejects.toThrow('_tx_only_null');
    const exchanged = await partitions(project);
    expect(exchanged['DEFAULT']?.oid).not.toBe(made['DEFAULT']?.oid);
    // Where somebody let such rows in all the same, those with NULL alone are replaced.
    await project.run(`alter table main."${exchanged['DEFAULT']?.name}" drop constraint _tx_only_null`);
    await stray();
    await build(project);
    expect(await rowsOf(project)).toContainEqual(['2030-05-05', 100]);
    // Made ahead, as a trigger keeps partitions from being exchanged.
    await project.run(`delete from main.m where v = 100`, `drop table main."${exchanged['DEFAULT']?.name}"`);
    await tellEachRow(project);
    await build(project);
    expect(await rowsOf(project)).toContainEqual([null, 10]);
    await expect(stray(), 'made ahead').rejects.toThrow('_tx_only_null');
  });

  it('keeps all that belongs to it over increments and rebuilds', async () => {
    const project = await filled({
      'models/m.sql': model(
        'month',
        'indexes=(array (object columns=(array "v")) (object columns=(array "v" "day") unique=true)) on_schema_change="append_new_columns" persist_docs=(object relation=true columns=true)',
      ),
      'models/m.yaml': `models:
  - name: m
    description: by month
    constraints: [{ type: check, expression: "v < 1000", name: v_is_small }]
    columns: [{ name: v, description: a number, constraints: [{ type: not_null }] }]`,
      'models/above.sql': 'select max(v) as v from {{ref "m"}}',
    });
    await project.run('create index by_hand on main.m (day)', 'create view main.watching as select v from main.m where v > 0');
    const indexes = () =>
      project.rows(
        `select regexp_replace(relname, '[0-9a-f]{12}', '…'), indisvalid, (select count(*) from pg_inherits j where j.inhparent = i.oid) from pg_index x join pg_class i on i.oid = x.indexrelid where indrelid = 'main.m'::regclass order by 1, 3`,
      );
    for (const line of ['build --force', 'build --force --full-refresh', 'build --force']) {
      await project.run('delete from main.src where v >= 10', `insert into main.src values ('2024-01-15', 10), (null, 11)`);
      await build(project, line);
      expect(await indexes(), line).toEqual([
        ['by_hand', true, 4],
        ['m_…_idx', true, 4],
        ['m_…_idx', true, 4],
      ]);
      expect(await project.comments(), line).toMatchObject({ m: 'by month', 'm.v': 'a number' });
      expect(await project.rows('select * from main.watching where v >= 10 order by v'), line).toEqual([[10], [11]]);
      await expect(project.run(`insert into main.m values ('2024-01-02', 1000)`)).rejects.toThrow('v_is_small');
      await expect(project.run(`insert into main.m values ('2024-01-02', null)`)).rejects.toThrow('null value');
    }
    await project.run('alter table main.src add column more text', `update main.src set more = 'x'`);
    await build(project);
    expect(await project.rows('select v, more from main.m order by v')).toEqual([
      [3, null],
      [5, null],
      [10, 'x'],
      [11, 'x'],
    ]);
  });

  it('has its rows replaced in place where something hangs on a partition, or on each row', async () => {
    const project = await filled({}, `'2024-01-15', 10`, `'2024-03-09', 12`);
    const before = await partitions(project);
    const view = `create view main.of_january as select v from main."${before[january]?.name}"`;
    const trigger = `create function main.f() returns trigger language plpgsql as 'begin raise notice ''seen''; return new; end'; create trigger t before insert on main.m for each row execute function main.f()`;
    for (const [make, unmake] of [
      [view, 'drop view main.of_january'],
      [trigger, 'drop function main.f() cascade'],
      [`comment on table main."${before[january]?.name}" is 'mine'`, `comment on table main."${before[january]?.name}" is null`],
      [`create index mine on main."${before[january]?.name}" (v)`, 'drop index main.mine'],
    ] as const) {
      await project.run(...make.split('; create trigger').map((sql, at) => (at === 0 ? sql : `create trigger${sql}`)));
      await build(project);
      const after = await partitions(project);
      expect(after[january], make).toEqual(before[january]);
      expect(after[march], make).toBeDefined();
      expect(await rowsOf(project)).toEqual([
        [null, 4],
        ['2023-12-31', 5],
        ['2024-01-15', 10],
        ['2024-02-01', 3],
        ['2024-03-09', 12],
      ]);
      await project.run(unmake);
    }
    await build(project);
    expect((await partitions(project))[january]?.oid).not.toBe(before[january]?.oid);
  });

  it('has its partitions exchanged after it was given to somebody and made anew', async (context) => {
    if (engine?.isOwn() !== true) context.skip('accounts are made on a server of our own only');
    const project = await filled({}, `'2024-01-15', 10`);
    await project.run(
      `do $$ begin if not exists (select from pg_roles where rolname = 'tx_parts') then create role tx_parts; end if; end $$`,
      'grant usage, create on schema main to tx_parts',
      'alter table main.m owner to tx_parts',
    );
    await build(project, 'build --full-refresh');
    const owners = () => project.rows(`select distinct pg_get_userbyid(relowner) from pg_class where relname ~ '^m(_.*_part)?$'`);
    expect(await owners()).toEqual([['tx_parts']]);
    await project.run('alter default privileges in schema main grant select on tables to public');
    await build(project, 'build --full-refresh');
    const before = await partitions(project);
    await build(project);
    expect((await partitions(project))[january]?.oid).not.toBe(before[january]?.oid);
    expect(await owners()).toEqual([['tx_parts']]);
  });

  it('has its rows replaced in place while something publishes it with others', async () => {
    const project = await filled({}, `'2024-01-15', 10`);
    const [[version]] = (await project.rows(`select current_setting('server_version_num')::integer`)) as [[number]];
    let before = await partitions(project);
    for (const what of ['all tables', ...(version < 150_000 ? [] : ['tables in schema main'])]) {
      // Of deletions nobody is told: the table has no key by which a subscriber would find the row.
      await project.run(`create publication tx_parts for ${what} with (publish = 'insert')`);
      const { exit, text } = await project.tx('build --force');
      await project.run('drop publication tx_parts');
      expect(exit, text).toBe(0);
      expect(await partitions(project), what).toEqual(before);
      await build(project);
      const after = await partitions(project);
      expect(after[january]?.oid, what).not.toBe(before[january]?.oid);
      before = after;
    }
  });

  it('has its partitions exchanged where their rights are those that new tables get', async () => {
    const project = await filled({}, `'2024-01-15', 10`);
    const rights = async () =>
      String((await project.rows(`select relacl from pg_class where oid = ${(await partitions(project))[january]?.oid}`))[0]?.[0]);
    const isExchanged = async () => {
      const before = await partitions(project);
      await build(project);
      return (await partitions(project))[january]?.oid !== before[january]?.oid;
    };
    await project.run('alter default privileges in schema main grant select on tables to public');
    expect(await isExchanged(), 'made before').toBe(true);
    expect(await rights()).toMatch(/[{,]=r\//);
    expect(await isExchanged(), 'made since').toBe(true);
    expect(await rights()).toMatch(/[{,]=r\//);
    // By hand; nothing else would remember it.
    await project.run(`grant insert on main."${(await partitions(project))[january]?.name}" to public`);
    expect(await isExchanged(), 'given by hand').toBe(false);
    await project.run(`revoke all on main."${(await partitions(project))[january]?.name}" from public`);
    expect(await isExchanged(), 'taken by hand').toBe(false);
  });

  it('has all rows for an older snapshot where it is published itself, and is so after a full build too', async () => {
    const project = await filled({}, `'2024-01-15', 10`);
    await project.run(`create publication tx_parts for table main.m with (publish = 'insert')`);
    const reader = new pg.Client({ connectionString: String(project.settings['url']) });
    await reader.connect();
    try {
      await build(project, 'build --full-refresh');
      await project.run(`update main.src set v = 20 where v = 10`);
      await reader.query('begin isolation level repeatable read');
      await reader.query('select from main.src');
      await build(project);
      expect((await reader.query('select v from main.m order by v')).rows.map(({ v }: { v: number }) => v)).toEqual([1, 2, 3, 4, 5, 10]);
      await reader.query('commit');
      expect((await reader.query('select v from main.m order by v')).rows.map(({ v }: { v: number }) => v)).toEqual([3, 4, 5, 20]);
    } finally {
      await reader.end();
      await project.run('drop publication tx_parts');
    }
  });

  it('lets later readers pass while it waits for one to add a partition beside that of NULL', async () => {
    const project = await filled({});
    const [reader, later] = [0, 1].map(() => new pg.Client({ connectionString: String(project.settings['url']) }));
    if (reader === undefined || later === undefined) throw new Error('no readers');
    await Promise.all([reader.connect(), later.connect()]);
    try {
      await later.query('set lock_timeout = 1000');
      for (const [at, how] of ['exchanged', 'in place'].entries()) {
        await project.run(`insert into main.src values ('2025-0${at + 1}-01', ${at + 10})`);
        await reader.query('begin');
        await reader.query('select * from main.m');
        const running = build(project);
        await expect
          .poll(async () => (await later.query('select from pg_locks where not granted')).rowCount, { timeout: 20_000, interval: 10 })
          .toBeGreaterThan(0);
        expect((await later.query('select * from main.m')).rowCount, how).toBe(5 + at);
        await reader.query('commit');
        await running;
        expect(Object.keys(await partitions(project))).toHaveLength(5 + at);
        if (at === 0) await tellEachRow(project);
      }
    } finally {
      await Promise.all([reader.end(), later.end()]);
    }
  });

  it('leaves partitions of others alone', async () => {
    const project = await filled({}, `'2024-05-01', 10`);
    const attach = (bound: string) =>
      project.run('create table main.mine (day date, v integer)', `alter table main.m attach partition main.mine ${bound}`);
    const before = await rowsOf(project);
    for (const bound of [
      month('2024-05-01', '2024-06-01'),
      month('2024-05-20', '2024-05-21'),
      month('2024-01-01', '2025-01-01').replace('2024-01-01', '2024-04-15'),
    ]) {
      await attach(bound);
      expect(await refused(project)).toContain('partition-taken');
      expect(await rowsOf(project)).toEqual(before);
      await project.run('drop table main.mine');
    }
    await attach(month('2020-01-01', '2021-01-01'));
    await project.run(`insert into main.mine values ('2020-01-01', 100)`);
    await build(project);
    expect(await rowsOf(project)).toContainEqual(['2020-01-01', 100]);
    // A rebuild cannot take the place of the table with somebody else's in it, so its rows are replaced.
    await build(project, 'build --force --full-refresh');
    expect(await project.rows(`select relispartition from pg_class where oid = 'main.mine'::regclass`)).toEqual([[true]]);
    expect(await rowsOf(project)).toEqual([...before, ['2024-05-01', 10]]);
  });

  it('is not dropped with a partition of somebody else in it', async () => {
    const project = await filled();
    await build(project, 'clone --env pr_1 -s m');
    await project.run(
      'create table main__pr_1.mine (day date, v integer)',
      `alter table main__pr_1.m attach partition main__pr_1.mine ${month('2020-01-01', '2021-01-01')}`,
    );
    const { text } = await project.tx('env drop pr_1 --yes');
    expect(text).toContain('the partition main__pr_1.mine');
    expect(await project.rows('select count(*) from main__pr_1.m')).toEqual([[5]]);
    await project.run('alter table main__pr_1.m detach partition main__pr_1.mine');
    await project.tx('env drop pr_1 --yes');
    expect(await project.rows(`select to_regclass('main__pr_1.m') is null, to_regclass('main__pr_1.mine') is null`)).toEqual([
      [true, false],
    ]);
  });

  it('is told of one that stands in another way, and is made anew when that is asked for', async () => {
    const project = await filled({}, `'2024-01-15', 10`);
    const plain = model('month').replace('partition_granularity="month"', '');
    for (const [text, said] of [
      [model('year'), 'divided by the year of `day`, and `main.m` is divided by the month of `day`'],
      [model('value'), 'divided by the value of `day`, and `main.m` is divided by the year of `day`'],
      [plain, 'is divided by the value of `day`, and the model does not ask for that any more'],
      [model('month', '', 'v').replace('month', 'value'), 'divided by the value of `v`, and `main.m` is not divided'],
    ] as const) {
      project.write({ 'models/m.sql': text });
      const refusal = await refused(project, 'plan');
      expect(refusal).toContain('partitions-differ');
      expect(refusal.replace(/\s+/g, ' ')).toContain(said);
      await build(project, 'build --full-refresh');
      expect(await rowsOf(project)).toHaveLength(6);
      await build(project);
    }
  });

  it('stays as it is where it is to be divided in another way and something hangs on it', async () => {
    const plain = model('month').replace('partition_granularity="month"', '');
    const project = await filled();
    const stands = () =>
      project.rows('select pg_get_partkeydef(oid), (select count(*) from main.m) from pg_class where oid = $$main.m$$::regclass');
    const tie = async () => project.run('create function main.v_of(main.m) returns integer language sql as $$ select $1.v $$');
    const untie = async () => project.run('drop function main.v_of(main.m)');
    await project.run('delete from main.src where v = 4');
    await tie();
    for (const text of [plain, model('year'), model('value'), model('value', '', 'v')]) {
      project.write({ 'models/m.sql': text });
      const said = (await refused(project, 'build --full-refresh')).replace(/\s+/g, ' ');
      expect(said).toContain('dependents-in-the-way');
      expect(said).toContain('divided in another way than the model asks for');
      expect(said).toContain('set `partition_by` and `partition_granularity` back');
      expect(await stands()).toEqual([['RANGE (day)', 5]]);
    }
    project.write({ 'models/m.sql': model('month') });
    await build(project, 'build --full-refresh');
    expect(await stands()).toEqual([['RANGE (day)', 4]]);
    await untie();
    project.write({ 'models/m.sql': plain });
    await build(project, 'build --full-refresh');
    await tie();
    project.write({ 'models/m.sql': model('month') });
    expect(await refused(project, 'build --full-refresh')).toContain('divided in another way');
    expect(await stands()).toEqual([[null, 4]]);
  });

  it('is no reason to say of the views over it that somebody changed them', async () => {
    const project = await filled({
      'models/p.sql': '{{config materialized="table"}}select v, day from {{source "main" "src"}}',
      'models/above.sql': 'select day, v from {{ref "p"}}',
      'models/higher.sql': 'select count(*) as n from {{ref "above"}}',
    });
    for (const query of ['day, v, 1 as more', 'day, cast(v as bigint) as v']) {
      project.write({ 'models/p.sql': `{{config materialized="table"}}select ${query} from {{source "main" "src"}}` });
      await build(project, 'run -s p');
      expect(await build(project, 'plan'), query).not.toContain('stand as it was built');
    }
    await project.run('create or replace view main.higher as select count(*) + 1 as n from main.above');
    await build(project, 'run -s p');
    expect(await build(project, 'plan')).toContain('stand as it was built');
  });

  it('has no key that each partition would keep alone', async () => {
    const project = await filled();
    for (const [more, yaml] of [
      ['indexes=(array (object columns=(array "v") unique=true))', ''],
      ['', 'models: [{ name: m, constraints: [{ type: primary_key, columns: [v] }] }]'],
      ['', 'models: [{ name: m, columns: [{ name: v, constraints: [{ type: unique }] }] }]'],
    ] as const) {
      project.write({ 'models/m.sql': model('month', more), 'models/m.yaml': yaml });
      expect(await refused(project)).toContain('partition-not-in-key');
    }
    const key = 'models: [{ name: m, constraints: [{ type: primary_key, columns: [v, day] }] }]';
    project.write({ 'models/m.sql': model('month'), 'models/m.yaml': key });
    await project.run('delete from main.src where day is null');
    await build(project, 'build --full-refresh');
    await project.run(`insert into main.src values ('2024-02-03', 10), ('2024-06-03', 10)`);
    await build(project);
    await expect(project.run(`insert into main.m values ('2024-02-03', 10)`)).rejects.toThrow('duplicate key');
  });

  it('has any name, and any column', async () => {
    const name = `${'ä'.repeat(20)} "odd" $x`;
    const project = await engine?.project({
      ...source,
      'models/m.sql': model('year', `alias='${name}'`).replace('partition_by="day"', `partition_by='Odd "day"'`),
    });
    if (project === undefined) throw new Error('no engine');
    await give(project, '"Odd ""day""" timestamp, v integer', `'2024-01-01', 1`, `'infinity', 2`, `'-infinity', 3`);
    await build(project);
    await project.run(`insert into main.src values ('2024-07-01', 10), ('infinity', 11), ('-infinity', 12), ('1999-01-01', 13)`);
    await build(project);
    expect(await project.rows(`select v from main."${name.replaceAll('"', '""')}" order by v`)).toEqual([[10], [11], [12], [13]]);
    for (const [partition] of await project.rows(`select relname from pg_class where relispartition and relkind = 'r'`))
      expect(Buffer.byteLength(String(partition))).toBeLessThanOrEqual(63);
  });

  it('is one table in environments and to whoever lists tables, and goes away as one', async () => {
    const project = await filled({}, `'2024-01-15', 10`);
    const tables = async (schema: string) =>
      (
        await project.rows(
          `select relname from pg_class c where relnamespace = to_regnamespace('${schema}') and relkind in ('r', 'p') and not relispartition order by 1`,
        )
      ).map(([name]) => name);
    await build(project, 'clone --env pr_1 -s m');
    expect(
      await project.rows(`select relkind, (select count(*) from main__pr_1.m) from pg_class where oid = 'main__pr_1.m'::regclass`),
    ).toEqual([['p', 5]]);
    project.write({ 'models/m.sql': model('month').replace('v >= 10', 'v > 9') });
    await build(project, 'build --env pr_1');
    expect(await project.rows('select v from main__pr_1.m order by v')).toEqual([[3], [4], [5], [10]]);
    await build(project, 'promote pr_1');
    expect(await project.rows('select v from main.m order by v')).toEqual([[3], [4], [5], [10]]);
    expect(Object.keys(await partitions(project)).sort()).toEqual(['DEFAULT', december, january, february].sort());
    const dropped = await build(project, 'env drop pr_1 --yes');
    expect(dropped).not.toContain('_part');
    expect(await tables('main__pr_1')).toEqual([]);
    expect(await build(project, 'docs generate')).not.toContain('_part');
    expect(await tables('main')).toEqual(['m', 'src']);
    expect(project.read('target/catalog.json')).not.toContain('_part');
    project.remove('models/m.sql');
    expect(await build(project, 'plan')).not.toContain('_part');
    await build(project, 'state gc --yes');
  });

  it('can stand in the place of another kind, and another in its', async () => {
    const project = await filled();
    for (const text of [
      '{{config materialized="view"}}select day, v from {{source "main" "src"}}',
      model('month'),
      '{{config materialized="table"}}select day, v from {{source "main" "src"}}',
      model('month'),
    ]) {
      project.write({ 'models/m.sql': text });
      await build(project, 'build --full-refresh');
      expect(await rowsOf(project)).toHaveLength(5);
    }
    expect(Object.keys(await partitions(project))).toHaveLength(4);
  });
});

/** What hangs on a relation is there as before when another has taken its place. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../adapter/connection.ts';
import { EngineError } from '../../../adapter/engine-error.ts';
import type { PublishStage, PublishView, RenderContext } from '../../../adapter/operation.ts';
import type { Attachment } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { catalog } from '../catalog.ts';
import { openTestConnection, rowsOf, useTestDatabase, valueOf } from '../open-test-session.ts';
import { publishStage } from './publish-stage.ts';
import { publishView } from './publish-view.ts';

const database = useTestDatabase();

beforeEach((context) => {
  if (!database.embedded()) context.skip('accounts are made on a server of our own only');
});

const target = { schema: 'mart "x"', name: `it's` };
const stage = { schema: target.schema, name: '_tx_stage' };
const name = `"mart ""x"""."it's"`;
const staged = `"mart ""x"""."_tx_stage"`;

interface Publication {
  readonly sameQuery?: boolean;
  readonly hooksFollow?: boolean;
  /** Names of what the run builds later. */
  readonly rebuilt?: readonly string[];
}

/** A connection, with an empty schema and roles, in which the target stands. */
async function connect(...setUp: readonly string[]): Promise<Connection> {
  const connection = await openTestConnection(database);
  await connection.run({
    sql: `drop schema if exists "mart ""x""" cascade; drop schema if exists other cascade; create schema "mart ""x"""; create schema other;
      do $$ declare r text; begin foreach r in array array['tx_reader', 'tx_owner', 'tx_other'] loop
        if not exists (select from pg_roles where rolname = r) then execute 'create role ' || r; end if; end loop; end $$;
      grant all on schema "mart ""x""", other to tx_reader, tx_owner, tx_other; grant tx_owner to current_user`,
    script: true,
  });
  if ((await valueOf(connection, `select count(*) from pg_tablespace where spcname = 'tx_fast'`)) === 0) {
    await connection.run({ sql: 'set allow_in_place_tablespaces = on' });
    await connection.run({ sql: `create tablespace tx_fast location ''` });
  }
  for (const sql of setUp) await connection.run({ sql, script: true });
  return connection;
}

async function contextFor(connection: Connection, more: Publication, kept: Attachment[]): Promise<RenderContext> {
  const [answer] = await connection.queryEach(catalog.standing?.statement(target, true) ?? { sql: '' });
  return {
    look: (...statements: readonly Statement[]) => connection.queryEach(...statements),
    standing: answer === undefined ? undefined : catalog.standing?.read(target, answer),
    lockTimeoutMs: 2000,
    onWait: () => undefined,
    isRebuilt: (relation) => more.rebuilt?.includes(relation.name) ?? false,
    keep: (attachments) => void kept.push(...attachments),
  };
}

/** Puts the rows of a query in the place of the target, in one transaction. */
async function replaceBy(connection: Connection, sql: string, more: Publication = {}): Promise<readonly Attachment[]> {
  const kept: Attachment[] = [];
  await connection.begin();
  try {
    const context = await contextFor(connection, more, kept);
    await connection.run({ sql: `create table ${staged} as (${sql})` });
    const operation: PublishStage = { kind: 'publish-stage', stage, target, existing: context.standing?.kind ?? 'table' };
    const statements = await publishStage({ ...operation, ...(more.hooksFollow === true ? { hooksFollow: true } : {}) }, context);
    for (const { sql } of statements) expect(sql).not.toMatch(/cascade|^truncate/i);
    await connection.run(...statements);
    await connection.commit();
  } catch (cause) {
    await connection.rollback();
    throw cause;
  }
  return kept;
}

/** The statements that publishing a view came to. */
async function view(connection: Connection, sql: string, more: Publication = {}): Promise<readonly Statement[]> {
  await connection.begin();
  try {
    const context = await contextFor(connection, more, []);
    const operation: PublishView = { kind: 'publish-view', target, existing: context.standing?.kind ?? 'view', query: { node: 'm', sql } };
    const statements = await publishView({ ...operation, ...(more.sameQuery === true ? { sameQuery: true } : {}) }, context);
    await connection.run(...statements);
    await connection.commit();
    return statements;
  } catch (cause) {
    await connection.rollback();
    throw cause;
  }
}

async function refused(promise: Promise<unknown>): Promise<EngineError> {
  try {
    await promise;
  } catch (cause) {
    if (cause instanceof EngineError) return cause;
    throw cause;
  }
  throw new Error('expected a refusal');
}

/** Everything that the catalog knows of the relations of both schemas, but for numbers of objects. */
async function snapshot(connection: Connection): Promise<readonly unknown[]> {
  await connection.run({ sql: `set search_path to ''` });
  const relations = await rowsOf(
    connection,
    `select c.relname, c.relkind, pg_get_userbyid(c.relowner), c.relacl::text, c.reloptions::text, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
       c.relispopulated, obj_description(c.oid, 'pg_class'), case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
       case when c.relkind = 'i' then pg_get_indexdef(c.oid) end,
       (select t.reloptions::text from pg_class t where t.oid = c.reltoastrelid), (select s.spcname from pg_tablespace s where s.oid = c.reltablespace)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('mart "x"', 'other') order by 1, 2`,
  );
  const columns = await rowsOf(
    connection,
    `select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl::text, a.attoptions::text, a.attstattarget, a.attstorage, a.attcompression,
       col_description(c.oid, a.attnum), pg_get_expr(d.adbin, d.adrelid)
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where n.nspname in ('mart "x"', 'other') and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`,
  );
  const objects = await rowsOf(
    connection,
    `with c as (select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('mart "x"', 'other'))
     select relname, conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint') from pg_constraint k join c on c.oid = k.conrelid
     union all select relname, tgname, pg_get_triggerdef(t.oid), t.tgenabled::text || coalesce(obj_description(t.oid, 'pg_trigger'), '') from pg_trigger t join c on c.oid = t.tgrelid where not t.tgisinternal
     union all select relname, rulename, pg_get_ruledef(r.oid), ev_enabled::text from pg_rewrite r join c on c.oid = r.ev_class where rulename <> '_RETURN'
     union all select relname, polname, pg_get_expr(polqual, polrelid) || coalesce(pg_get_expr(polwithcheck, polrelid), ''), polcmd::text || polpermissive::text ||
       (select string_agg(case r when 0 then 'public' else pg_get_userbyid(r) end, ',') from unnest(polroles) r) from pg_policy p join c on c.oid = p.polrelid
     union all select relname, stxname, pg_get_statisticsobjdef(s.oid), coalesce(stxstattarget::text, '-') || pg_get_userbyid(stxowner) from pg_statistic_ext s join c on c.oid = s.stxrelid
     union all select relname, pubname, '', '' from pg_publication_rel m join pg_publication p on p.oid = m.prpubid join c on c.oid = m.prrelid
     union all select relname, 'clustered', '', indisclustered::text || indisreplident::text from pg_index i join c on c.oid = i.indexrelid
     order by 1, 2, 3`,
  );
  return [...relations, ...columns, ...objects];
}

const oidOf = (connection: Connection, relation: string) =>
  valueOf(connection, `select '${relation.replaceAll("'", "''")}'::regclass::oid::bigint`);

const oidsOf = (connection: Connection) =>
  rowsOf(connection, `select relname, oid::bigint from pg_class where relname in ('direct', 'above', 'star') order by 1`);

const everything = [
  `create table other.parent (id integer primary key)`,
  `insert into other.parent values (1), (2)`,
  `create table ${name} (id integer constraint pk primary key, parent integer constraint "to parent" references other.parent,
     mother integer constraint to_self references ${name}, v text not null default 'none', price numeric(10, 2) check (price > 0), constraint only_one unique (v, price) deferrable,
     constraint apart exclude using btree (id with =)) with (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false)`,
  `insert into ${name} values (1, 1, null, 'a', 1), (2, 2, 1, 'b', 2)`,
  `create index "by V" on ${name} using btree (lower(v) desc, id) include (price) where price > 1`,
  `create unique index named on ${name} (id)`,
  `alter index "mart ""x"""."by V" alter column 1 set statistics 98`,
  `alter table ${name} cluster on "by V"; `.replace('"by V"', 'named'),
  `alter table ${name} replica identity using index named`,
  `comment on index ${name.split('.')[0] ?? ''}."by V" is 'an index'; comment on constraint pk on ${name} is 'the key'`,
  `comment on table ${name} is 'it''s a table'; comment on column ${name}.v is 'a "column"'`,
  `alter table ${name} alter column v set statistics 17, alter column v set storage external, alter column price set (n_distinct = 5)`,
  `create statistics "mart ""x""".dependence (dependencies) on id, parent from ${name}; alter statistics "mart ""x""".dependence set statistics 33`,
  `alter table ${name} enable row level security; create policy "own rows" on ${name} for select to tx_reader, tx_owner using (v <> current_user)`,
  `create policy writing on ${name} as restrictive for insert with check (id > 0)`,
  `create function other.note() returns trigger language plpgsql as 'begin return new; end'`,
  `create trigger noted after insert or update of v on ${name} for each row when (new.id > 1) execute function other.note()`,
  `alter table ${name} disable trigger noted; comment on trigger noted on ${name} is 'off'`,
  `create rule quiet as on delete to ${name} where old.id = 99 do instead nothing`,
  `drop publication if exists tx_changes; create publication tx_changes for table ${name}`,
  `alter table ${name} set tablespace tx_fast`,
  ...['"by V"', 'pk', 'only_one'].map((index) => `alter index "mart ""x""".${index} set tablespace tx_fast`),
  `grant select on ${name} to tx_reader with grant option; grant insert (v), select (id) on ${name} to tx_other; revoke truncate on ${name} from current_user`,
];

describe('a table in the place of a table', () => {
  it('keeps everything that others put on it', async () => {
    const connection = await connect(...everything);
    const before = await snapshot(connection);
    await replaceBy(connection, `select id, parent, mother, v, price from ${name}`);
    expect(await snapshot(connection)).toEqual(before);
    expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(2);
    await expect(connection.run({ sql: `insert into ${name} values (1, 1, 1, 'again', 3)` })).rejects.toThrow('(id)=(1)');
  });

  it('leaves out what has lost its columns, and says so', async () => {
    const connection = await connect(...everything);
    const kept = await replaceBy(connection, `select id, v, 1 as more from ${name}`);
    expect(kept.map((attachment) => attachment.name).sort()).toEqual(
      ['by V', `it's_price_check`, 'only_one', 'to parent', 'to_self'].sort(),
    );
    expect(kept.find((attachment) => attachment.name === 'by V')?.columns).toContain('price');
    expect(await rowsOf(connection, `select indexname from pg_indexes where schemaname = 'mart "x"' order by 1`)).toEqual([
      ['apart'],
      ['named'],
      ['pk'],
    ]);
    expect(await valueOf(connection, `select col_description('${name.replaceAll("'", "''")}'::regclass, 2)`)).toBe('a "column"');
  });

  it('fails where a constraint of others does not hold any more, and names it', async () => {
    const connection = await connect(...everything);
    const before = await snapshot(connection);
    await expect(replaceBy(connection, `select 1 as id, parent, mother, v, price from ${name}`)).rejects.toThrow('could not create');
    expect(await snapshot(connection)).toEqual(before);
  });

  it('gives hooks the first word, and puts on the rest afterwards', async () => {
    const connection = await connect(...everything);
    const before = await snapshot(connection);
    const kept = await replaceBy(connection, `select id, parent, mother, v, price from ${name}`, { hooksFollow: true });
    await connection.run({ sql: `alter table ${name} add constraint pk primary key (id)` });
    await connection.run({ sql: `create policy writing on ${name} as restrictive for insert with check (id > 0)` });
    await connection.run({ sql: `create unique index named on ${name} (id)` });
    for (const { sql } of kept) await connection.run({ sql });
    await connection.run({
      sql: `comment on constraint pk on ${name} is 'the key'; alter table ${name} cluster on named; alter table ${name} replica identity using index named;
        alter index "mart ""x""".pk set tablespace tx_fast`,
      script: true,
    });
    expect(await snapshot(connection)).toEqual(before);
  });

  it('that points to itself is ordered by its key as before', async () => {
    const connection = await connect(
      `create table ${name} (id integer constraint pk primary key, mother integer constraint to_self references ${name})`,
      `alter table ${name} cluster on pk; alter table ${name} replica identity using index pk`,
    );
    const before = await snapshot(connection);
    await replaceBy(connection, 'select 1 as id, 1 as mother');
    expect(await snapshot(connection)).toEqual(before);
  });

  it('lies where it lay, though nothing else is on it', async () => {
    const connection = await connect(`create table ${name} tablespace tx_fast as select 1 as id`);
    const before = await snapshot(connection);
    await replaceBy(connection, 'select 2 as id');
    expect(await snapshot(connection)).toEqual(before);
    expect(JSON.stringify(before)).toContain('tx_fast');
  });

  it.each([
    ['the table', `alter table ${name} set tablespace tx_fast`],
    ['an index', `create index on ${name} (id) tablespace tx_fast`],
  ])('stays where %s lies in a place in which we may make nothing, and gets its rows there', async (_, moved) => {
    const connection = await connect(
      `create table ${name} as select 1 as id`,
      moved,
      `alter table ${name} owner to tx_owner; set role tx_owner`,
    );
    const [before, oid] = [await snapshot(connection), await oidOf(connection, name)];
    await replaceBy(connection, 'select 2 as id');
    expect([await snapshot(connection), await oidOf(connection, name)]).toEqual([before, oid]);
    const { details } = await refused(replaceBy(connection, `select 2 as id, 'more' as v`));
    expect(details).toMatchObject({ kind: 'dependents', dependents: ['the tablespace tx_fast, in which tx_owner may make nothing'] });
  });

  it('belongs to whom it belonged', async () => {
    const connection = await connect(
      `create table ${name} as select 1 as id`,
      `grant select on ${name} to tx_reader`,
      `alter table ${name} owner to tx_owner`,
    );
    const before = await snapshot(connection);
    await replaceBy(connection, 'select 2 as id');
    expect(await snapshot(connection)).toEqual(before);
  });
});

describe('views over a table that is replaced', () => {
  const views = [
    `create table ${name} as select 1 as id, 'a' as v, 2.5 as price`,
    `create view other.direct with (security_barrier = true) as select id, upper(v) as v from ${name} where price > 0`,
    `create view other.above as select count(*) as n from other.direct`,
    `create view other.star as select * from ${name}`,
    `alter view other.direct alter column v set default 'x'; comment on view other.direct is 'direct'; comment on column other.direct.v is 'v'`,
    `grant select on other.direct, other.above to tx_reader; grant select on other.direct to tx_owner; grant update (v) on other.direct to tx_other; alter view other.above owner to tx_owner`,
    `create function other.note() returns trigger language plpgsql as 'begin return new; end'`,
    `create trigger instead instead of insert on other.direct for each row execute function other.note()`,
  ];

  it('stay who they are and read the new one', async () => {
    const connection = await connect(...views);
    const before = await snapshot(connection);
    const oids = await oidsOf(connection);
    await replaceBy(connection, `select 7 as id, 'new' as v, 2.5 as price`);
    expect(await snapshot(connection)).toEqual(before);
    expect(await oidsOf(connection)).toEqual(oids);
    expect(await rowsOf(connection, 'select d.id, d.v, n, s.v from other.direct d, other.above, other.star s')).toEqual([
      [7, 'NEW', 1, 'new'],
    ]);
  });

  it('are made again where a column has another type', async () => {
    const connection = await connect(...views);
    const before = (await snapshot(connection)).filter((row) => JSON.stringify(row).includes('above'));
    await replaceBy(connection, `select cast(7 as bigint) as id, 'new' as v, 2.5 as price`);
    expect((await snapshot(connection)).filter((row) => JSON.stringify(row).includes('above'))).toEqual(before);
    expect(
      await rowsOf(
        connection,
        `select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'other.direct'::regclass and attname = 'id'`,
      ),
    ).toEqual([['bigint']]);
    expect(
      await rowsOf(
        connection,
        `select obj_description('other.direct'::regclass), relacl::text like '%tx_reader=r%', reloptions::text from pg_class where oid = 'other.direct'::regclass`,
      ),
    ).toEqual([['direct', true, '{security_barrier=true}']]);
    await expect(connection.run({ sql: `insert into other.direct (id) values (1)` })).resolves.toBeDefined();
  });

  it('keep a column that they read from going away, whoever they belong to', async () => {
    const connection = await connect(...views);
    const before = await snapshot(connection);
    const error = await refused(replaceBy(connection, `select 7 as id, 2.5 as price`));
    expect(error.details).toMatchObject({ kind: 'unknown-column', name: 'v' });
    expect(await snapshot(connection)).toEqual(before);
  });

  it('are left to their own build where this run builds them later', async () => {
    const connection = await connect(...views);
    await replaceBy(connection, `select 7 as id, 2.5 as price`, { rebuilt: ['direct', 'above', 'star'] });
    expect(await rowsOf(connection, `select viewname from pg_views where schemaname = 'other'`)).toEqual([]);
    // Only those that do not fit.
    const again = await connect(...views);
    await replaceBy(again, `select 7 as id, 'new' as v`, { rebuilt: ['direct', 'above', 'star'] });
    expect(await rowsOf(again, `select viewname from pg_views where schemaname = 'other'`)).toEqual([]);
    const third = await connect(...views, 'drop view other.above; drop view other.star; create view other.ids as select id from ' + name);
    await replaceBy(third, `select 7 as id, 'new' as v`, { rebuilt: ['direct'] });
    expect(await rowsOf(third, `select viewname from pg_views where schemaname = 'other'`)).toEqual([['ids']]);
  });

  it('are not lost for one of their kind that this run does not build', async () => {
    const connection = await connect(...views);
    const before = await snapshot(connection);
    await expect(replaceBy(connection, `select 7 as id, 2.5 as price`, { rebuilt: ['direct'] })).rejects.toThrow();
    expect(await snapshot(connection)).toEqual(before);
  });

  it('are made again with their rows and indexes where they are materialized, and so is what reads them', async () => {
    const connection = await connect(
      ...views,
      `create materialized view other.stored as select id, v from ${name} with data`,
      `create unique index stored_id on other.stored (id); comment on materialized view other.stored is 'stored'`,
      `create index stored_low on other.stored (lower(v)); alter index other.stored_low alter column 1 set statistics 98`,
      `alter materialized view other.stored alter column v set statistics 17, alter column v set storage external, alter column id set (n_distinct = 5),
         alter column v set compression pglz`,
      `create view other.reads_stored as select id from other.stored; alter materialized view other.stored owner to tx_owner`,
      `alter materialized view other.stored set tablespace tx_fast; alter index other.stored_id set tablespace tx_fast`,
    );
    const before = await snapshot(connection);
    await replaceBy(connection, `select 7 as id, 'new' as v, 2.5 as price`);
    expect(await snapshot(connection)).toEqual(before);
    expect(await valueOf(connection, 'select id from other.reads_stored')).toBe(7);
  });

  it('of other sessions, which vanish with these, let the rows be replaced in place', async () => {
    const connection = await connect(`create table ${name} as select 1 as id`);
    const other = await openTestConnection(database);
    await other.run({ sql: `create temporary view looking as select id from ${name}` });
    const oid = await oidOf(connection, name);
    await replaceBy(connection, 'select 8 as id');
    expect(await oidOf(connection, name)).toBe(oid);
    expect(await valueOf(other, 'select id from looking')).toBe(8);
  });

  it('keep how they look at rights, and what they let in', async () => {
    const connection = await connect(`create table ${name} as select 1 as id`);
    const recent = Number(await valueOf(connection, `select current_setting('server_version_num')`)) >= 150_000;
    await connection.run({
      sql: `create view other.guarded with (${recent ? 'security_invoker = true, ' : ''}check_option = 'local') as select id from ${name} where id > 0`,
    });
    const before = await snapshot(connection);
    await replaceBy(connection, 'select 8 as id');
    expect(await snapshot(connection)).toEqual(before);
    await expect(connection.run({ sql: 'insert into other.guarded values (-1)' })).rejects.toThrow('check option');
    await replaceBy(connection, 'select cast(8 as bigint) as id');
    await expect(connection.run({ sql: 'insert into other.guarded values (-1)' })).rejects.toThrow('check option');
  });

  it('read whole rows, and are made again for the new type', async () => {
    const connection = await connect(
      `create table ${name} as select 1 as id`,
      `create view other.whole as select t as r, (t).id from ${name} t`,
    );
    const before = await snapshot(connection);
    await replaceBy(connection, 'select 8 as id');
    expect(await snapshot(connection)).toEqual(before);
    expect(await valueOf(connection, 'select id from other.whole')).toBe(8);
  });
});

describe('what cannot be carried over', () => {
  const obstacles: Readonly<Record<string, readonly string[]>> = {
    'a foreign key that points here': [
      `alter table ${name} add primary key (id)`,
      `create table other.lines (id integer constraint up references ${name})`,
    ],
    'a table that inherits': [`create table other.child () inherits (${name})`],
    'a function over its rows': [`create function other.total(r ${name}) returns integer language sql as 'select (r).id'`],
    'a function that reads it, by a body that the server knows': [
      `create function other.n() returns bigint language sql begin atomic select count(*) from ${name}; end`,
    ],
    'a table that it is a partition of': [
      `create table other.whole (id integer, v text) partition by list (id); alter table other.whole attach partition ${name} default`,
    ],
    'a table that it inherits from': [`create table other.parent (id integer); alter table ${name} inherit other.parent`],
    'an identity column': [`alter table ${name} alter id set not null, alter id add generated always as identity (start 7)`],
    'a sequence that a column owns': [`create sequence ${name.split('.')[0] ?? ''}.numbers owned by ${name}.id`],
    'a publication of somebody else': [
      `drop publication if exists tx_changes; create publication tx_changes for table ${name}; alter table ${name} replica identity full, owner to tx_owner`,
      'set role tx_owner',
    ],
    'a policy of another table': [
      `create table other.guarded (id integer)`,
      `create policy p on other.guarded using (id in (select id from ${name}))`,
    ],
  };

  it.each(Object.entries(obstacles))('%s: rows are replaced in place', async (_, setUp) => {
    const connection = await connect(`create table ${name} as select 1 as id, 'a' as v`, ...setUp);
    const before = await snapshot(connection);
    const oid = await oidOf(connection, name);
    await replaceBy(connection, `select 'new' as v, 1 as id`);
    expect(await snapshot(connection)).toEqual(before);
    expect(await oidOf(connection, name)).toBe(oid);
    expect(await rowsOf(connection, `select id, v from only ${name}`)).toEqual([[1, 'new']]);
  });

  it.each(Object.entries(obstacles))('%s: nothing is done where columns change', async (_, setUp) => {
    const connection = await connect(`create table ${name} as select 1 as id, 'a' as v`, ...setUp);
    const before = await snapshot(connection);
    const { details } = await refused(replaceBy(connection, `select 1 as id`));
    expect(details).toMatchObject({ kind: 'dependents', retry: 'never', relation: target });
    expect(details.dependents).toHaveLength(1);
    expect(await snapshot(connection)).toEqual(before);
  });
});

it('a publication of some columns needs something to tell rows by, and the server says so', async () => {
  const connection = await connect(
    `create table ${name} as select 1 as id, 'a' as v`,
    `drop publication if exists tx_changes; create publication tx_changes for table ${name} (id)`,
  );
  const { details } = await refused(replaceBy(connection, `select 2 as id, 'b' as v`));
  expect(details.message).toContain('does not have a replica identity and publishes deletes');
  await connection.run({ sql: `alter table ${name} add primary key (id)` });
  await replaceBy(connection, `select 2 as id, 'b' as v`);
  expect(await rowsOf(connection, `select id, v from ${name}`)).toEqual([[2, 'b']]);
});

describe('a view in the place of a view', () => {
  const above = [
    `create view ${name} with (security_barrier = true) as select 1 as id, 'a' as v`,
    `create view other.above as select id from ${name}; grant select on ${name} to tx_reader`,
  ];

  it('stays who it is where its columns stay, and with columns behind them', async () => {
    const connection = await connect(...above);
    const before = await snapshot(connection);
    const oid = await oidOf(connection, name);
    await view(connection, `select 2 as id, 'b' as v -- end`);
    expect((await snapshot(connection)).length).toBe(before.length);
    await view(connection, `select 2 as id, 'b' as v, true as more;`);
    expect(await oidOf(connection, name)).toBe(oid);
    expect(await rowsOf(connection, `select * from ${name}, other.above`)).toEqual([[2, 'b', true, 2]]);
    expect(await valueOf(connection, `select reloptions::text || relacl::text from pg_class where oid = ${String(oid)}`)).toContain(
      '{security_barrier=true}',
    );
  });

  it('is not touched where nothing has changed', async () => {
    const connection = await connect(...above);
    expect(await view(connection, `select 1 as id, 'a' as v`, { sameQuery: true })).toEqual([]);
    expect(await view(connection, `select 1 as id, 'a' as v, 3 as more`, { sameQuery: true })).not.toEqual([]);
  });

  it('takes its place where columns change, with its rights and with what reads it', async () => {
    const connection = await connect(...above);
    await view(connection, `select 'b' as v, 3 as id`);
    expect(await rowsOf(connection, `select i.*, a.id from ${name} i, other.above a`)).toEqual([['b', 3, 3]]);
    expect(
      await valueOf(
        connection,
        `select relacl::text like '%tx_reader=r/%' from pg_class where oid = '${name.replaceAll("'", "''")}'::regclass`,
      ),
    ).toBe(true);
    expect(await valueOf(connection, `select count(*) from pg_class where relname like '\\_tx\\_%'`)).toBe(0);
  });

  it('and a table take the place of each other', async () => {
    const connection = await connect(...above);
    await replaceBy(connection, `select 4 as id, 'c' as v`);
    expect(await valueOf(connection, 'select id from other.above')).toBe(4);
    await connection.run({ sql: `create index on ${name} (id)` });
    await view(connection, `select 5 as id, 'd' as v`);
    expect(await valueOf(connection, 'select id from other.above')).toBe(5);
    expect(await rowsOf(connection, `select relkind from pg_class where relname = 'it''s'`)).toEqual([['v']]);
  });

  it('tells where the text of the user is wrong', async () => {
    const connection = await connect(...above);
    const { details } = await refused(view(connection, `select 1 as id, nope`));
    expect(details).toMatchObject({ kind: 'unknown-column', name: 'nope' });
  });
});

describe('readers', () => {
  it('are let go first, and one that does not end keeps the step from waiting for ever', async () => {
    const connection = await connect(`create table ${name} as select 1 as id`);
    const reader = await openTestConnection(database);
    await reader.begin();
    await reader.query({ sql: `select * from ${name}` });
    const { details } = await refused(replaceBy(connection, 'select 2 as id'));
    expect(details).toMatchObject({ kind: 'lock-timeout', retry: 'later' });
    expect(details.message).toContain('is in use, and was not let go in time');
    const release = new Promise<void>((resolve) => setTimeout(() => void reader.rollback().then(resolve), 400));
    await replaceBy(connection, 'select 2 as id');
    await release;
    expect(await valueOf(connection, `select id from ${name}`)).toBe(2);
  });
});

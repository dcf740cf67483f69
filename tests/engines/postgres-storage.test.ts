/** How a relation is kept on PostgreSQL: what only a server with other users has. */
import { beforeEach, describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

const [, engine] = useProjectEngines();

beforeEach((context) => {
  if (engine?.isOwn() !== true) context.skip('accounts are made on a server of our own only');
});

const config = (more: string): string => `{{config materialized="table" ${more}}}select 1 as id, 'a' as v`;

describe('grants', () => {
  it('are just those of the config, whoever else has some, and stay over rebuilds', async () => {
    const project = await engine?.project({ 'models/m.sql': config('grants=(object select=(array "tx_a" "public") insert="tx_a")') });
    if (project === undefined) throw new Error('no engine');
    await project.run(
      `do $$ declare r text; begin foreach r in array array['tx_a', 'tx_b'] loop if not exists (select from pg_roles where rolname = r) then execute 'create role ' || r; end if; end loop; end $$`,
    );
    const rights = () =>
      project.rows(
        `select case grantee when 0 then 'public' else grantee::regrole::text end, privilege_type from pg_class c, aclexplode(relacl)
         where c.oid = 'main.m'::regclass and grantee <> relowner order by 1, 2`,
      );
    const wanted = [
      ['public', 'SELECT'],
      ['tx_a', 'INSERT'],
      ['tx_a', 'SELECT'],
    ];
    expect((await project.tx('build')).exit).toBe(0);
    expect(await rights()).toEqual(wanted);
    await project.run('grant delete on main.m to tx_b', 'revoke insert on main.m from tx_a');
    expect((await project.tx('build --force')).exit).toBe(0);
    expect(await rights()).toEqual(wanted);
    const table = await project.rows(`select 'main.m'::regclass::oid::bigint, count(*) from main.m`);
    project.write({ 'models/m.sql': config('grants=(object)') });
    expect((await project.tx('build')).exit).toBe(0);
    expect(await rights()).toEqual([]);
    // Rights are set on the table that stands.
    expect(await project.rows(`select 'main.m'::regclass::oid::bigint, count(*) from main.m`)).toEqual(table);
    expect(await project.rows(`select reason from _tx.node_runs order by started_at desc limit 1`)).toEqual([['metadata-changed']]);
    // Without the key nothing is given or taken.
    project.write({ 'models/m.sql': config('') });
    await project.run('grant select on main.m to tx_b');
    expect((await project.tx('build')).exit).toBe(0);
    expect(await rights()).toEqual([['tx_b', 'SELECT']]);
    project.write({ 'models/m.sql': config('grants=(object select="tx_nobody")') });
    const { exit, text } = await project.tx('build');
    expect(exit).toBe(1);
    expect(text).toContain('role "tx_nobody" does not exist');
  });
});

describe('a materialized view', () => {
  it('is brought up to date beside its readers where it has a key, is built anew where not, and keeps what reads it', async () => {
    const model = (more: string, query: string): string => `{{config materialized="materialized_view" ${more}}}${query}`;
    const project = await engine?.project({
      'models/s.yaml': 'sources: [{ name: main, tables: [{ name: src }] }]',
      'models/m.sql': model('', 'select id, v from {{source "main" "src"}}'),
      'models/above.sql': 'select count(*) as n, max(v) as v from {{ref "m"}}',
      'models/m.yaml': 'models: [{ name: m, columns: [{ name: id, tests: [not_null, unique] }] }]',
    });
    if (project === undefined) throw new Error('no engine');
    const build = async (): Promise<void> => {
      const { exit, text } = await project.tx('build');
      expect(exit, text).toBe(0);
    };
    const oid = async () => (await project.rows(`select oid::bigint from pg_class where relname = 'm' and relkind = 'm'`))[0]?.[0];
    await project.run('create schema main', `create table main.src as select 1 as id, 'a' as v`);
    await build();
    const first = await oid();
    await project.run(`insert into main.src values (2, 'b')`);
    await build();
    expect(await project.rows('select n, v from main.above')).toEqual([[2, 'b']]);
    expect(await oid()).not.toBe(first);
    const keyed = model('indexes=(array (object columns="id" unique=true))', 'select id, v from {{source "main" "src"}}');
    project.write({ 'models/m.sql': keyed });
    await build();
    const second = await oid();
    await project.run(`insert into main.src values (3, 'c')`);
    await build();
    expect(await project.rows('select n, v from main.above')).toEqual([[3, 'c']]);
    expect(await oid()).toBe(second);
    project.write({ 'models/m.sql': keyed.replace('id, v from', `id, v || '!' as v, true as more from`) });
    await build();
    expect(await project.rows('select n, v from main.above')).toEqual([[3, 'c!']]);
    expect(await project.rows(`select count(*) from pg_indexes where tablename = 'm'`)).toEqual([[1]]);
    await project.run(`insert into main.src values (1, 'b')`);
    expect((await project.tx('build')).exit).toBe(1);
    expect(await project.rows('select n, v from main.above')).toEqual([[3, 'c!']]);
    // Of another kind, and back.
    await project.run('delete from main.src where id > 1', `delete from main.src where v = 'b'`);
    project.write({ 'models/m.sql': 'select id, v from {{source "main" "src"}}' });
    await build();
    project.write({ 'models/m.sql': keyed });
    await build();
    expect(await project.rows('select n, v from main.above')).toEqual([[1, 'a']]);
    expect(await project.rows(`select count(*) from pg_class where relname like '\\_tx\\_%'`)).toEqual([[0]]);
  });
});

describe('tables', () => {
  it('are unlogged, and have indexes of every form, which the next build makes again', async () => {
    const indexes =
      '(array (object columns=(array "id") include=(array "v") where="id > 0" unique=true) (object columns=(array "v") type="hash"))';
    const project = await engine?.project({ 'models/m.sql': config(`unlogged=true indexes=${indexes}`) });
    if (project === undefined) throw new Error('no engine');
    const table = () =>
      project.rows(
        `select relpersistence, (select array_agg(regexp_replace(indexdef, '^.* USING', '') || coalesce(' in ' || tablespace, '') order by indexdef)::text from pg_indexes where tablename = 'm') from pg_class where oid = 'main.m'::regclass`,
      );
    for (const place of ['', ' in tx_slow']) {
      expect((await project.tx('build --force')).exit).toBe(0);
      expect(await table()).toEqual([['u', `{" hash (v)${place}"," btree (id) INCLUDE (v) WHERE (id > 0)${place}"}`]]);
      if (place !== '') continue;
      await project.run('set allow_in_place_tablespaces = on', `create tablespace tx_slow location ''`);
      await project.run('alter index all in tablespace pg_default set tablespace tx_slow');
    }
    project.write({ 'models/m.sql': config('indexes=(array)') });
    expect((await project.tx('build')).exit).toBe(0);
    expect(await table()).toEqual([['p', null]]);
    const wrong = '(array (object columns=(array "(id + 1) desc nulls last") where="idd > 0"))';
    project.write({ 'models/m.sql': config(`indexes=${wrong}`) });
    const { exit, text } = await project.tx('compile');
    expect([exit, text.match(/condition-wrong/g)]).toEqual([2, ['condition-wrong']]);
    expect(text).toContain('`idd > 0`: column "idd" does not exist');
    const named = '(array (object columns=(array "(m.id + 1)") where="m.id > 0"))';
    const seed = (config: string): Readonly<Record<string, string>> => ({
      'seeds/s.csv': 'id\n1\n',
      'seeds/s.yaml': `seeds:\n  - name: s\n    config: ${config}\n`,
    });
    project.write({ 'models/m.sql': config(`indexes=${named}`), ...seed('{indexes: [{columns: ["(s.id + 1)"]}]}') });
    const refused = await project.tx('compile');
    expect([refused.exit, refused.text.match(/condition-wrong +[a-z]+\/[a-z.]+|leave `[a-z]+\.` away/g)]).toEqual([
      2,
      [
        'condition-wrong  models/m.sql',
        'leave `m.` away',
        'condition-wrong  models/m.sql',
        'leave `m.` away',
        'condition-wrong  seeds/s.yaml',
        'leave `s.` away',
      ],
    ]);
    project.write({ 'models/m.sql': config(`indexes=${wrong.replace('idd', 'id')}`), ...seed('{indexes: [{columns: ["(id + 1)"]}]}') });
    expect((await project.tx('build')).exit).toBe(0);
    expect(await table()).toEqual([['p', '{" btree (((id + 1)) DESC NULLS LAST) WHERE (id > 0)"}']]);
  });
});

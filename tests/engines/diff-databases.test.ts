/** `tx diff` between two databases of a server, which no query reads together. */
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { runIn, twoDatabases } from './two-databases.ts';

const database = useTestDatabase();

const files = {
  'models/m.sql': `{{config materialized="table"}}
select cast(id as text) as id, cast(id * 10 as numeric(10, 2)) as amount, case when id % 7 = 0 then null else 'Ä' || id end as name, cast(id as double precision) / 2 as half
from generate_series(1, 5000) as s (id)
union all select 'é', 1, 'b', 1 union all select 'Z', 2, 'c', 2 union all select 'z', 3, 'd', 3`,
  'models/m.yaml': 'models: [{ name: m, columns: [{ name: id, tests: [unique] }, { name: name, pii: name }] }]\n',
  'models/far.sql': `{{config materialized="table"}}select 1 as id, cast('1e400' as numeric) as n`,
  'models/bare.sql': `{{config materialized="table"}}select id % 3 as a, null as b from generate_series(1, 9) as s (id)`,
};

describe('tx diff with another database', () => {
  it('finds rows that are missing, added and changed in any of its parts, and masks what is personal', async () => {
    const { project, other } = await twoDatabases(database, files);
    for (const target of ['dev', 'prod']) expect((await project.run(['build', '-q', '-t', target])).code).toBe(0);
    const same = await project.run(['diff', '--against', 'prod']);
    expect([same.code, same.stderr]).toEqual([0, 'against target prod\n']);
    expect(same.stdout).toMatch(/= m +5,003 rows, by id \(unique test\)/);
    expect(same.stdout).toContain('= bare  9 rows, whole rows, without a key');
    await runIn(
      other,
      `delete from shop.m where id in ('1', '4999')`,
      `insert into shop.m values ('ö', 1, 'x', 1)`,
      `update shop.m set amount = 21 where id = '2'`,
      `update shop.m set name = 'new', half = half + 0.001 where id = '21'`,
      'delete from shop.bare where ctid in (select min(ctid) from shop.bare where a = 1)',
      'insert into shop.bare values (7, null)',
    );
    const { code, stdout } = await project.run(['diff', '--against', 'prod']);
    expect(code).toBe(1);
    for (const line of [
      'rows      5,003 here, 5,002 there',
      'found     4,999 the same, 2 changed, 2 only here, 1 only there',
      /\n +2 +amount +20 +21\n/,
      /\n +21 +name +NULL +\*\*\*\n/,
      /only here\n +id +amount +name +half\n +1 +10 +\*\*\* +0\.5\n +4999 /,
      /only there\n +id +amount +name +half\n +ö +1 /,
      'found     1 only here, 1 only there',
    ])
      expect(stdout).toMatch(typeof line === 'string' ? new RegExp(line.replaceAll('.', '\\.')) : line);
    const near = await project.run(['diff', '--against', 'target:prod', '-s', 'm', '--tolerance', '0.01', '--output', 'json', '-q']);
    expect(near.code).toBe(1);
    expect(JSON.parse(near.stdout)).toMatchObject({
      nodes: [{ rows: { changed: 2, columns: [{ differing: 1 }, { differing: 1 }, { differing: 0 }] } }],
    });
    const detailed = await project.run(['diff', '--against', 'prod', '--detailed-exitcode']);
    expect(detailed.code).toBe(2);
  });

  it('says which keys are not unique, which relations and columns are missing, and which database is not there', async () => {
    const { project, other } = await twoDatabases(database, files);
    for (const target of ['dev', 'prod']) expect((await project.run(['build', '-q', '-t', target])).code).toBe(0);
    await runIn(
      other,
      `update shop.m set id = '3' where id = '4'`,
      'alter table shop.m add extra integer',
      'drop table shop.bare',
      // No double has room for what stands on the other side.
      'alter table shop.far alter n type double precision using 1',
    );
    await runIn(database.url(), 'create schema beside', 'create table beside.far as select 1 as id, cast(1 as double precision) as n');
    const beside = await project.run(['diff', '--against', 'beside', '-s', 'far', 'm']);
    expect([beside.code, beside.stdout]).toEqual([1, expect.stringMatching(/far  not compared: .*\n(?:.*\n)*.*1 not compared/)]);
    const { code, stdout } = await project.run(['diff', '--against', 'prod']);
    expect(code).toBe(1);
    for (const line of [
      /id \(unique test\) is not unique/,
      /keys of several rows there\n +id +rows\n +3 +2\n/,
      /only there: extra/,
      /far  not compared: /,
      /2 of 3 nodes differ, 1 not compared/,
      /bare/,
    ])
      expect(stdout).toMatch(line);
    const lost = await project.run(['diff', '--against', 'lost']);
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('does not exist')]);
    const unbuilt = await project.run(['diff', '--against', 'prod', '-s', 'bare']);
    expect([unbuilt.code, unbuilt.stdout]).toEqual([1, expect.stringContaining('only here: "shop"."bare" does not exist')]);
  });
});

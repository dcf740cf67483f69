import { describe, expect, it } from 'vitest';
import { linesOf, shop } from './shop.ts';

describe('tx query', () => {
  it('joins what the project says, what the database has and what the last run did', async () => {
    const project = await shop({
      'models/marts.yaml':
        'models:\n  - name: total\n    description: All of it.\n    meta: {owner: ann}\n    columns:\n      - {name: TOTAL, description: Money}\n      - {name: gone, description: Not there}\n',
    });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    expect((await project.tx(['docs', '-q'])).code).toBe(0);
    const query = async (sql: string): Promise<readonly string[]> => {
      const { code, stdout, stderr } = await project.tx(['query', sql, '--output', 'csv']);
      expect([code, stderr]).toEqual([0, '']);
      return linesOf(stdout).slice(1);
    };
    expect(
      await query(`select name, tags[1], meta->>'owner', materialized, row_count from nodes where name in ('total', 'stg') order by 1`),
    ).toEqual(['stg,,,view,', 'total,nightly,ann,table,1']);
    expect(await query(`select name, position, type is not null, description from columns where node = 'total' order by 2`)).toEqual([
      'total,1,true,Money',
      'gone,,false,Not there',
    ]);
    expect(await query(`select parent, child from edges where child like '%.total'`)).toEqual(['model.shop.stg,model.shop.total']);
    expect(await query('select check_name, node, column_name, severity from tests order by 1')).toEqual([
      'not_null,model.shop.stg,id,error',
      'unique,model.shop.stg,id,error',
      ',,,error',
    ]);
    expect(await query('select status, count(*), bool_and(completed_at >= started_at) from results group by 1 order by 1')).toEqual([
      'pass,3,true',
      'success,3,true',
    ]);
    expect(await query(`select command, status, started_at > timestamp '2020-01-01', arguments->>'full_refresh' from runs`)).toEqual([
      'build,success,true,false',
    ]);
  });

  it('gives values with parts to programs as arrays and objects', async () => {
    const project = await shop({
      'models/marts.yaml': 'models:\n  - name: total\n    meta: {owner: ann, levels: [1, 2.5]}\n',
    });
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    const sql = `select name, tags, meta, {'a': [1, null], 'b': 'x'} as s, tags as "TAGS too", null::varchar[] as none from nodes where name = 'total'`;
    const { code, stdout } = await project.tx(['query', sql, '--output', 'json', '-q']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        name: 'total',
        tags: ['nightly'],
        meta: { owner: 'ann', levels: [1, 2.5] },
        s: { a: [1, null], b: 'x' },
        'TAGS too': ['nightly'],
        none: null,
      },
    ]);
    // The place of a mistake is the same with it.
    const wrong = await project.tx(['query', `select tags, tags[1]::int as n from nodes where name = 'total'`, '--output', 'json']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('select tags, tags[1]::int');
  });

  it('knows which column goes into which, once `tx docs` or `tx lineage` has found out', async () => {
    const project = await shop({
      'models/late.sql':
        'select t.total * 2 as double, s.id from {{ref "total"}} as t join {{ref "stg"}} as s on s.amount > 5 where s.id < 3',
    });
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    const sql = `select from_node, from_column, to_column, kind, direct from column_edges where to_node = 'model.shop.late' order by all`;
    const query = async () => project.tx(['query', sql, '--output', 'csv']);
    const before = await query();
    expect(linesOf(before.stdout)).toHaveLength(1);
    expect(before.stderr).toContain('there is no target/column_edges.json');
    // Who does not name it hears nothing of it.
    expect((await project.tx(['query', 'select 1 as one from edges'])).stderr).not.toContain('column_edges');
    expect((await project.tx(['lineage', 'stg.id', '-q'])).code).toBe(0);
    const expected = [
      'model.shop.stg,amount,,join,false',
      'model.shop.stg,id,id,identity,true',
      'model.shop.stg,id,,filter,false',
      'model.shop.total,total,double,transformation,true',
    ];
    const after = await query();
    expect([linesOf(after.stdout).slice(1), after.stderr]).toEqual([expected, '']);
    const written = project.read('target/column_edges.json');
    expect((await project.tx(['docs', '-q'])).code).toBe(0);
    expect(project.read('target/column_edges.json')).toBe(written);
    project.write('target/column_edges.json', written.replace('"format":1', '"format":99'));
    const newer = await query();
    expect([newer.code, newer.stderr]).toEqual([2, expect.stringContaining('artifact-unreadable')]);
    // Only those who need it.
    expect((await project.tx(['query', 'select 1 as one from edges'])).code).toBe(0);
  });

  it('knows exposures, and what they read', async () => {
    const project = await shop({
      'models/exposures.yaml':
        'exposures:\n  - name: board\n    label: The Board\n    type: dashboard\n    owner: { name: Ann, email: ann@shop.test }\n    depends_on: [ref("total")]\n',
    });
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    const sql = `select e.name, label, type, owner_name, owner_email, owner->>'name', maturity, parent from exposures e join edges on child = unique_id`;
    const { code, stdout, stderr } = await project.tx(['query', sql, '--output', 'csv']);
    expect([code, stderr, linesOf(stdout).slice(1)]).toEqual([
      0,
      '',
      ['board,The Board,dashboard,Ann,ann@shop.test,Ann,,model.shop.total'],
    ]);
  });

  it('shows so many rows, and tells people that there are more', async () => {
    const project = await shop();
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    const some = await project.tx(['query', 'select name from nodes order by name', '--limit', '2', '--output', 'json']);
    expect(JSON.parse(some.stdout)).toEqual([{ name: 'not_null_stg_id' }, { name: 'raw' }]);
    expect(some.stderr).toBe('there are more rows than these: --limit -1 shows all\n');
    const many = await project.tx(['query', 'select * from range(150)', '--output', 'csv']);
    expect(linesOf(many.stdout)).toHaveLength(151);
    const people = await project.tx(['query', 'select * from range(150)']);
    expect(linesOf(people.stdout)).toHaveLength(102);
  });

  it('is one query, and its mistakes are shown where they are', async () => {
    const project = await shop();
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    const wrong = await project.tx(['query', 'select nam\nfrom nodes']);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('error unknown-column  query:1:8\n');
    expect(wrong.stderr).toContain('did you mean `name`?');
    for (const [sql, help] of [
      ['select * from stg', /help +`tx query` knows the artifacts alone.*`tx show --inline 'select \* from \{\{ref "stg"\}\}'`/],
      ['select * from main.stg', /`tx show --inline 'select \* from \{\{ref "stg"\}\}'`/],
      ['select * from {{ref "stg"}}', /for rows of your own tables: `tx show --inline/],
      ['select * from node', /did you mean `nodes`\?; `tx query` knows/],
    ] as const) {
      const told = await project.tx(['query', sql]);
      expect([told.code, told.stderr.replaceAll(/\s+/g, ' ')]).toEqual([2, expect.stringMatching(help)]);
    }
    for (const sql of ["copy nodes to 'x.csv'", 'select 1; drop table nodes', '', 'select 1) as q; select (2']) {
      const refused = await project.tx(['query', sql]);
      expect(refused.code, sql).toBe(2);
    }
    expect((await project.tx(['query', 'select 1 as one; -- the end', '--output', 'csv'])).stdout).toBe('one\n1\n');
  });

  it('works for a project whose target is a server that is not there', async () => {
    const project = await shop({
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: postgres, url: "postgres://127.0.0.1:1/none", schema: main }\n',
    });
    expect((await project.tx(['compile', '-q', '--no-analyze'])).code).toBe(0);
    const { stdout, code } = await project.tx([
      'query',
      `select count(*) as n from nodes where resource_type = 'model'`,
      '--output',
      'csv',
    ]);
    expect([code, stdout]).toEqual([0, 'n\n2\n']);
  });
});

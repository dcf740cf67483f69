/** What reads none of the columns that have changed stays as it is, and what may have changed another way is built. */
import { describe, expect, it } from 'vitest';
import { useFirstEngine, useProjectEngines } from './engine-project.ts';
import type { EngineProject, ProjectEngine, TxEnd } from './engine-project.ts';

const base = {
  'seeds/raw.csv': 'id,a,b,f\n1,10,x,0.5\n2,20,y,1.5\n3,30,x,2.5\n',
  'models/parent.sql': '{{config materialized="table"}}select id, a, b from {{ref "raw"}}',
  'models/child.sql': '{{config materialized="table"}}select b, sum(a) as a from {{ref "parent"}} group by b',
};

async function ok(project: EngineProject, line: string): Promise<TxEnd> {
  const end = await project.tx(line);
  if (end.exit !== 0) throw new Error(`${line}\n${end.text}`);
  return end;
}

/** The names of nodes that the last run built. */
function builtBy(project: EngineProject): readonly string[] {
  // The form of dbt's artifact.
  const { results } = JSON.parse(project.read('target/run_results.json')) as {
    readonly results: readonly { readonly status: string; readonly unique_id: string }[];
  };
  return results.flatMap(({ status, unique_id: id }) => (status === 'success' ? [id.split('.').at(-1) ?? ''] : []));
}

const parent = (sql: string) => ({ 'models/parent.sql': `{{config materialized="table"}}${sql}` });

/** Names of what a build makes after an edit; nothing is left to do after it. */
async function builtAfter(
  open: ProjectEngine['project'],
  files: Readonly<Record<string, string>>,
  edit: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const project = await open({ ...base, ...files });
  await ok(project, 'build');
  project.write(edit);
  await ok(project, 'build');
  const names = builtBy(project);
  await ok(project, 'build');
  expect(builtBy(project), 'the next build').toEqual([]);
  return names;
}

/** Queries that the parent is given, by what is done to it, and what becomes of the child. */
const edits: readonly (readonly [edit: string, sql: string, child: 'stays' | 'is built'])[] = [
  ['a column is added', 'select id, a, b, f from {{ref "raw"}}', 'stays'],
  ['a column is added in the middle', 'select id, f, a, b from {{ref "raw"}}', 'stays'],
  ['a column that nobody reads is computed another way', 'select id + 1 as id, a, b from {{ref "raw"}}', 'stays'],
  ['a column that nobody reads is gone', 'select a, b from {{ref "raw"}}', 'stays'],
  ['the same is written with a common table expression', 'with r as (select * from {{ref "raw"}}) select id, a, b from r', 'stays'],
  ['a filter', 'select id, a, b from {{ref "raw"}} where a > 10', 'is built'],
  ['DISTINCT', 'select distinct id, a, b from {{ref "raw"}}', 'is built'],
  ['a limit', 'select id, a, b from {{ref "raw"}} limit 2', 'is built'],
  ['a join', 'select r.id, r.a, r.b from {{ref "raw"}} as r join {{ref "raw"}} as s on r.id <= s.id', 'is built'],
  ['UNION ALL', 'select id, a, b from {{ref "raw"}} union all select id, a, b from {{ref "raw"}}', 'is built'],
  ['a column that it reads', 'select id, a * 2 as a, b from {{ref "raw"}}', 'is built'],
  ['its type', 'select id, a::decimal(10, 2) as a, b from {{ref "raw"}}', 'is built'],
  ['rows by an unnested list', 'select id, a, b, unnest(array[1, 2]) as n from {{ref "raw"}}', 'is built'],
  [
    'a subquery for each row',
    'select id, a, b, (select max(s.a) from {{ref "raw"}} as s where s.id <= r.id) as m from {{ref "raw"}} as r',
    'is built',
  ],
];

const engines = useProjectEngines();

describe.each(engines)('columns that changed on $name', ({ project: open }) => {
  it('are no reason to build what reads others, and the plan says so', async () => {
    const project = await open(base);
    await ok(project, 'build');
    project.write(parent('select id, upper(b) as big, a, b from {{ref "raw"}}'));
    const { text } = await ok(project, 'plan --explain');
    expect(text).toMatch(/parent .*its SQL has changed/);
    expect(text).toMatch(/child .*unchanged\n\s+reads none of the changed columns of `parent`/);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent']);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual([]);
    // What the child counts as built from now is the new state: an edit of what it reads is found.
    project.write(parent('select id, upper(b) as big, a + 1 as a, b from {{ref "raw"}}'));
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent', 'child']);
    expect(await project.rows('select b, a::integer from main.child order by b')).toEqual([
      ['x', 42],
      ['y', 21],
    ]);
  });

  it('are told by the query also where a contract says them, which changes no data', async () => {
    const contract = (...columns: readonly string[]) => ({
      'models/parent.yaml': `models:
  - name: parent
    config: { contract: { enforced: true } }
    columns: [${columns.map((column) => `{ name: ${column} }`).join(', ')}]`,
    });
    const [id, a, b] = ['id, data_type: integer', 'a, data_type: integer', 'b, data_type: varchar'];
    const typed = 'select id::integer as id, a::integer as a, b::varchar as b';
    const project = await open({ ...base, ...parent(`${typed} from {{ref "raw"}}`), ...contract(id, a, b) });
    await ok(project, 'build');
    project.write({
      ...parent(`${typed}, f::double precision as f from {{ref "raw"}}`),
      ...contract(id, a, b, 'f, data_type: double precision'),
    });
    expect((await ok(project, 'plan --env pr')).text).toMatch(/child[^]*reads none of the changed columns of `parent`/);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent']);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual([]);
    // Neither does it hide a change of what is read.
    project.write({
      ...parent(`${typed.replace('a::integer', 'a::bigint')} from {{ref "raw"}}`),
      ...contract(id, 'a, data_type: bigint', b),
    });
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent', 'child']);
  });

  it('are no reason to build what reads none of them, whatever else the query says, and one where rows or what is read may be others', async () => {
    const child = (at: number): string => `{{config materialized="table"}}select b, sum(a) as a from {{ref "parent_${at}"}} group by b`;
    const table = (query: string): string => `{{config materialized="table"}}${query}`;
    const perEdit = (file: (sql: string, at: number) => readonly [string, string]): Record<string, string> =>
      Object.fromEntries(edits.map(([, sql], at) => file(sql, at)));
    const names = await builtAfter(
      open,
      {
        ...perEdit((_, at) => [`models/parent_${at}.sql`, table('select id, a, b from {{ref "raw"}}')]),
        ...perEdit((_, at) => [`models/child_${at}.sql`, child(at)]),
      },
      perEdit((sql, at) => [`models/parent_${at}.sql`, table(sql)]),
    );
    expect(edits.flatMap(([edit], at) => (names.includes(`parent_${at}`) ? [] : [edit]))).toEqual([]);
    expect(edits.map(([edit, sql], at) => [edit, sql, names.includes(`child_${at}`) ? 'is built' : 'stays'])).toEqual(edits);
  });

  it('of a table are followed through views, ephemeral models and tables below', async () => {
    const files = {
      'models/through.sql': 'select * from {{ref "parent"}}',
      'models/inside.sql': '{{config materialized="ephemeral"}}select id, a, b from {{ref "through"}}',
      'models/reads_id.sql': '{{config materialized="table"}}select id from {{ref "through"}}',
      'models/reads_a.sql': '{{config materialized="table"}}select a + 1 as more, b from {{ref "inside"}}',
      'models/below_a.sql': '{{config materialized="table"}}select more from {{ref "reads_a"}}',
      'models/below_b.sql': '{{config materialized="table"}}select b from {{ref "reads_a"}}',
      'models/all.sql': '{{config materialized="table"}}select * from {{ref "through"}}',
    };
    const names = await builtAfter(open, files, parent('select id, a * 2 as a, b from {{ref "raw"}}'));
    expect(names).toEqual(expect.arrayContaining(['parent', 'through', 'child', 'reads_a', 'below_a', 'all']));
    expect(names).not.toContain('reads_id');
    expect(names).not.toContain('below_b');
  });

  it('are found by what decides about rows', async () => {
    const files = {
      'models/filtered.sql': '{{config materialized="table"}}select b from {{ref "parent"}} where a > 15',
      'models/ordered.sql': '{{config materialized="table"}}select b, rank() over (order by a) as r from {{ref "parent"}}',
      'models/joined.sql': '{{config materialized="table"}}select l.b from {{ref "raw"}} as l join {{ref "parent"}} as r on l.a = r.a',
      'models/within.sql': '{{config materialized="table"}}select b from {{ref "raw"}} where a in (select a from {{ref "parent"}})',
      'models/counted.sql': '{{config materialized="table"}}select count(*) as n from {{ref "parent"}}',
    };
    const names = await builtAfter(open, files, parent('select id, a * 2 as a, b from {{ref "raw"}}'));
    expect(names).toEqual(expect.arrayContaining(['filtered', 'ordered', 'joined', 'within']));
    expect(names).not.toContain('counted');
  });

  it.each([
    [
      'takes a row without a full order',
      'select id, a, b from (select *, row_number() over (partition by b order by b) as place from {{ref "raw"}}) as q where place = 1',
    ],
    ['asks for chance', 'select id, a, b, random() as r from {{ref "raw"}}'],
  ])('of a parent that %s: the child is built', async (_, sql) => {
    const project = await open({ ...base, ...parent(sql) });
    await ok(project, 'build');
    project.write(parent(sql.replace('select id,', 'select id, 1 as one,')));
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(expect.arrayContaining(['parent', 'child']));
  });

  it('a name that a new column takes: the child is built', async () => {
    const files = {
      'models/child.sql':
        '{{config materialized="table"}}select r.id from {{ref "raw"}} as r where exists (select 1 from {{ref "parent"}} where f > 1)',
      'models/natural.sql': '{{config materialized="table"}}select a from {{ref "parent"}} natural join {{ref "raw"}}',
    };
    expect(await builtAfter(open, files, parent('select id, a, b, f + 1 as f from {{ref "raw"}}'))).toEqual(
      expect.arrayContaining(['parent', 'child', 'natural']),
    );
  });
});

/** What the planner makes of what the engine has said. */
describe.each(useFirstEngine(engines))('what reads columns that changed on $name', ({ project: open }) => {
  it.each([
    [
      'the config of the parent changes too',
      { 'models/parent.sql': '{{config materialized="table" pre_hook="select 1"}}select id, f, a, b from {{ref "raw"}}' },
    ],
    ['the file above has changed too', { ...parent('select id, f, a, b from {{ref "raw"}}'), 'seeds/raw.csv': 'id,a,b,f\n1,11,x,0.5\n' }],
    [
      'the text of the child changes too',
      {
        ...parent('select id, f, a, b from {{ref "raw"}}'),
        'models/child.sql': '{{config materialized="table"}}select b, max(a) as a from {{ref "parent"}} group by b',
      },
    ],
  ])('%s: the child is built', async (_, edit) => {
    const project = await open(base);
    await ok(project, 'build');
    project.write(edit);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(expect.arrayContaining(['parent', 'child']));
  });

  it('a parent whose build fails keeps the child as it was, and the next build makes good', async () => {
    const project = await open(base);
    await ok(project, 'build');
    project.write(parent(`select id, a, b, cast(b as integer) as broken from {{ref "raw"}}`));
    expect((await project.tx('build')).exit).not.toBe(0);
    project.write(parent('select id, a * 2 as a, b from {{ref "raw"}}'));
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent', 'child']);
  });

  it('what was not there for the last build of its parent is built', async () => {
    const project = await open(base);
    await ok(project, 'build');
    project.write(parent('select id, a * 2 as a, b from {{ref "raw"}}'));
    await ok(project, 'build -s parent');
    project.write(parent('select id, a * 2 as a, b, f from {{ref "raw"}}'));
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent', 'child']);
  });

  it('in an environment leave to production what reads others, and a promotion keeps it there', async () => {
    const project = await open({
      ...base,
      'models/shape.sql': 'select id, a from {{ref "parent"}}',
      'models/below.sql': '{{config materialized="table"}}select sum(a) as a from {{ref "shape"}}',
      'models/wide.sql': '{{config materialized="table"}}select * from {{ref "parent"}}',
      'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id from {{ref "parent"}}',
      'models/child.yaml': 'models: [{ name: child, columns: [{ name: b, tests: [unique] }] }]',
    });
    await ok(project, 'build');
    const before = await project.rows('select b, a::integer from main.child order by b');
    project.write(parent('select id, upper(b) as big, a, b from {{ref "raw"}}'));
    const plan = (await ok(project, 'plan --env pr')).text;
    expect(plan).toMatch(
      /left to the other environment[^]*\n {4}child {2}reads none of the changed columns of `parent`\n {4}shape {2}reads none/,
    );
    expect((await ok(project, 'build --env pr')).text).toContain('left to target dev, as no column that differs is read: child, shape');
    const there = `select table_name from information_schema.tables where table_schema = 'main__pr' order by 1`;
    expect(await project.rows(there)).toEqual([['facts'], ['parent'], ['wide']]);
    expect((await ok(project, 'build --env pr -s child')).text).toContain('nothing of it differs');
    expect((await ok(project, 'show --env pr -s child --output csv')).text).toContain('x,40');
    const { text } = await ok(project, 'promote pr');
    expect(text).toContain('kept as production has it, as no column that differs is read: child, shape');
    expect(builtBy(project).toSorted()).toEqual(['facts', 'parent', 'shape', 'wide']);
    expect(await project.rows('select big from main.wide order by id')).toEqual([['X'], ['Y'], ['X']]);
    expect(await project.rows('select b, a::integer from main.child order by b')).toEqual(before);
    await ok(project, 'build');
    expect(builtBy(project)).toEqual([]);
    // What is kept counts as built from what was published: a change of what it reads is found.
    project.write(parent('select id, upper(b) as big, a + 1 as a, b from {{ref "raw"}}'));
    await ok(project, 'build --env pr');
    expect(await project.rows('select b, a::integer from main__pr.child order by b')).toEqual([
      ['x', 42],
      ['y', 21],
    ]);
  });

  it('in an environment spare nothing that is behind in production', async () => {
    const project = await open(base);
    await ok(project, 'build');
    project.write({ 'seeds/raw.csv': 'id,a,b,f\n1,11,x,0.5\n2,20,y,1.5\n3,30,x,2.5\n' });
    await ok(project, 'seed');
    project.write(parent('select id, upper(b) as big, a, b from {{ref "raw"}}'));
    await ok(project, 'build --env pr');
    await ok(project, 'promote pr');
    expect(await project.rows('select b, a::integer from main.child order by b')).toEqual([
      ['x', 41],
      ['y', 20],
    ]);
  });

  it('in an environment spare nothing that reads other rows too, though no column of them', async () => {
    const project = await open({
      ...base,
      'seeds/other.csv': 'x\n1\n2\n',
      'models/child.sql': '{{config materialized="table"}}select p.id from {{ref "parent"}} as p cross join {{ref "other"}} as o',
      'models/counted.sql': '{{config materialized="table"}}select id, (select count(*) from {{ref "other"}}) as n from {{ref "parent"}}',
    });
    await ok(project, 'build');
    project.write({ ...parent('select id, a + 1 as a, b from {{ref "raw"}}'), 'seeds/other.csv': 'x\n1\n' });
    await ok(project, 'build --env pr');
    await ok(project, 'promote pr');
    expect(await project.rows('select id from main.child order by id')).toEqual([[1], [2], [3]]);
    expect((await project.rows('select n from main.counted')).map(([n]) => Number(n))).toEqual([1, 1, 1]);
  });

  it('in an environment are followed by what was built there', async () => {
    const project = await open(base);
    await ok(project, 'build');
    project.write(parent('select id, a * 2 as a, b from {{ref "raw"}}'));
    await ok(project, 'build --env pr');
    project.write(parent('select id, a * 2 as a, b, f from {{ref "raw"}}'));
    const { text } = await ok(project, 'plan --explain --env pr');
    expect(text).toMatch(/child .*unchanged\n\s+reads none of the changed columns of `parent`/);
    await ok(project, 'build --env pr');
    expect(await project.rows('select count(f) from main__pr.parent')).toEqual([[3]]);
    project.write(parent('select id, a * 3 as a, b, f from {{ref "raw"}}'));
    await ok(project, 'build --env pr');
    expect(await project.rows('select b, a::integer from main__pr.child order by b')).toEqual([
      ['x', 120],
      ['y', 60],
    ]);
    // Production is as it was: there the columns that the child reads have changed.
    await ok(project, 'build');
    expect(builtBy(project)).toEqual(['parent', 'child']);
  });
});

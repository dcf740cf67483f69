/** Constraints on PostgreSQL: what only a server with names, foreign keys and other users of tables has. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const engine = useProjectEngines().at(1);

async function open(files: Readonly<Record<string, string>>): Promise<EngineProject> {
  const project = await engine?.project(files);
  if (project === undefined) throw new Error('no engine');
  return project;
}

async function tx(project: EngineProject, line: string, exit = 0): Promise<string> {
  const end = await project.tx(line);
  expect(end.exit, end.text).toBe(exit);
  return end.text;
}

/** Servers before 18 give NOT NULL no name: a check stands beside it. */
const constraintsOf = (project: EngineProject, table: string) =>
  project.rows(
    `select * from (select case when conname ~ '_[0-9a-f]{12}_(con|req)$' then 'own' else conname end as name,
       regexp_replace(pg_get_constraintdef(oid), '^CHECK \\(\\((\\w+) IS NOT NULL\\)\\)$', 'NOT NULL \\1')
     from pg_constraint where conrelid = '${table}'::regclass) as c order by name collate "C" desc`,
  );
const oidOf = async (project: EngineProject, table: string) => (await project.rows(`select '${table}'::regclass::oid::bigint`))[0]?.[0];

const parent = (query: string): Readonly<Record<string, string>> => ({ 'models/p.sql': `{{config materialized="table"}}${query}` });
const family = {
  ...parent('select 1 as id union all select 2'),
  'models/c.sql': '{{config materialized="table"}}select 1 as id, 2 as p',
  'models/all.yaml': `models:
  - { name: p, columns: [{ name: id, constraints: [{ type: primary_key, name: p_key }] }] }
  - name: c
    columns:
      - { name: id, constraints: [{ type: not_null }] }
      - { name: p, constraints: [{ type: foreign_key, to: ref('p'), to_columns: [id], name: to_p }] }
`,
};
const key = ['to_p', 'FOREIGN KEY (p) REFERENCES p(id)'];

describe('constraints', () => {
  it('have the names that are asked for, and are put on once by any number of builds', async () => {
    const project = await open(family);
    for (let build = 0; build < 3; build += 1) {
      await tx(project, 'build');
      expect(await constraintsOf(project, 'main.c')).toEqual([key, ['own', 'NOT NULL id']]);
      expect((await constraintsOf(project, 'main.p')).filter(([, text]) => !String(text).startsWith('NOT NULL'))).toEqual([
        ['p_key', 'PRIMARY KEY (id)'],
      ]);
      // The newest servers give what a key asks of its columns a name.
      const implied = (await constraintsOf(project, 'main.p')).filter(([, text]) => String(text).startsWith('NOT NULL'));
      expect([[], [['p_id_not_null', 'NOT NULL id']]]).toContainEqual(implied);
    }
    const required = (name: string) =>
      project.rows(`select attnotnull from pg_attribute where attrelid = 'main.${name}'::regclass and attname = 'id'`);
    expect(await required('c')).toEqual([[true]]);
    project.write({ 'models/all.yaml': '' });
    await tx(project, 'build --select c');
    await tx(project, 'build');
    expect(await constraintsOf(project, 'main.c')).toEqual([]);
    expect(await constraintsOf(project, 'main.p')).toEqual([]);
    expect([await required('c'), await required('p')]).toEqual([[[false]], [[false]]]);
  });

  it('take the place of those of the same name or kind that somebody else made, and leave the others', async () => {
    const project = await open(family);
    await project.run(
      'create schema main',
      'create table main.p (id integer constraint old_key primary key, constraint p_key check (id > 0), constraint theirs check (id < 9))',
    );
    await tx(project, 'build --adopt');
    await tx(project, 'build');
    const found = (await constraintsOf(project, 'main.p')).filter(([, text]) => !String(text).startsWith('NOT NULL'));
    expect(found).toEqual([
      ['theirs', 'CHECK ((id < 9))'],
      ['p_key', 'PRIMARY KEY (id)'],
    ]);
  });
});

describe('a foreign key', () => {
  it('moves to the table that takes the place of the one it points to', async () => {
    const project = await open(family);
    await tx(project, 'build');
    const child = await oidOf(project, 'main.c');
    await tx(project, 'build --select p');
    expect(await oidOf(project, 'main.c')).toBe(child);
    expect(await constraintsOf(project, 'main.c')).toContainEqual(key);
    await expect(project.run('insert into main.c values (2, 9)')).rejects.toThrow('to_p');
    project.write(parent('select 1 as id, 0 as more union all select 2, 0'));
    await tx(project, 'build --select p');
    await expect(project.run('insert into main.c values (2, 9)')).rejects.toThrow('to_p');
  });

  it('keeps a table from losing rows that a model needs which the run does not build', async () => {
    const project = await open(family);
    await tx(project, 'build');
    project.write(parent('select 1 as id'));
    expect(await tx(project, 'build --select p', 1)).toMatch(/foreign key .*to_p/);
    expect(await project.rows('select id from main.p order by 1')).toEqual([[1], [2]]);
    expect(await constraintsOf(project, 'main.c')).toContainEqual(key);
    // With the model that needs it, the run decides by the rows that come.
    project.write({ 'models/c.sql': '{{config materialized="table"}}select 1 as id, 1 as p' });
    await tx(project, 'build');
    expect(await project.rows('select * from main.c')).toEqual([[1, 1]]);
    expect(await constraintsOf(project, 'main.c')).toContainEqual(key);
  });

  it('does not keep readers of the other table waiting while its own table is built anew', async () => {
    const project = await open(family);
    await tx(project, 'build');
    const child = await oidOf(project, 'main.c');
    const reading = project.rows('select count(*) from main.p, pg_sleep(3)');
    const began = performance.now();
    await tx(project, 'build --select c');
    expect(performance.now() - began).toBeLessThan(2500);
    await reading;
    expect(await oidOf(project, 'main.c')).toBe(child);
    expect(await constraintsOf(project, 'main.c')).toContainEqual(key);
  });

  it('goes along a chain of tables, one of which others point to as well', async () => {
    const project = await open({
      ...family,
      'models/d.sql': '{{config materialized="incremental" unique_key="c"}}select 1 as c',
      'models/d.yaml': `models: [{ name: d, columns: [{ name: c, constraints: [{ type: foreign_key, to: ref('c'), to_columns: [id] }] }] }]`,
      'models/all.yaml': family['models/all.yaml'].replace('type: not_null', 'type: primary_key'),
    });
    await tx(project, 'build');
    await project.run('create table main.others (c integer references main.c (id))', 'insert into main.others values (1)');
    for (const line of ['build', 'build --select c', 'build --select p c', 'build --select d', 'build']) {
      await tx(project, line);
      expect(await project.rows(`select count(*) from pg_constraint where contype = 'f' and connamespace = 'main'::regnamespace`)).toEqual([
        [3],
      ]);
    }
    project.write({ 'models/c.sql': '{{config materialized="table"}}select 3 as id, 2 as p' });
    expect(await tx(project, 'build --select c', 1)).toContain('foreign key');
    expect(await project.rows('select id from main.c')).toEqual([[1]]);
  });
});

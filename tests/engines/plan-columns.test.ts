/** `tx plan` tells what becomes of columns, and which columns, models and exposures that reaches. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const files = {
  'seeds/raw.csv': 'id,a,b\n1,10,x\n2,20,y\n',
  'models/parent.sql': '{{config materialized="table"}}select id, a, b from {{ref "raw"}}',
  'models/child.sql': '{{config materialized="table"}}select b as name, a + 1 as more from {{ref "parent"}} where id > 0',
  'models/leaf.sql': 'select name, more from {{ref "child"}}',
  'models/log.sql':
    '{{config materialized="incremental" unique_key="id" on_schema_change="append_new_columns"}}select id, a from {{ref "raw"}}',
  'models/m.yaml':
    'exposures:\n  - {name: of_leaf, type: dashboard, owner: {name: a}, depends_on: [leaf]}\n  - {name: of_log, type: dashboard, owner: {name: a}, depends_on: [log]}\n',
};

async function say(project: EngineProject, line: string, exit = 0): Promise<string> {
  const end = await project.tx(line);
  if (end.exit !== exit) throw new Error(`${line}\n${end.text}`);
  return end.text;
}

/** The block about columns, without colour and what stands before and behind. */
function columnsIn(text: string): readonly string[] {
  const lines = text.split('\n');
  const at = lines.indexOf('  columns');
  return at < 0
    ? []
    : lines
        .slice(at + 1)
        .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
        .filter((line) => line !== '');
}

describe.each(useProjectEngines())('columns in plans on $name', ({ name, project: open }) => {
  const isDuckdb = name === 'duckdb';

  it('are told where they come, go, and are of another type, with all that this reaches', async () => {
    const project = await open(files);
    await say(project, 'build');
    expect(columnsIn(await say(project, 'plan'))).toEqual([]);
    project.write({
      'models/parent.sql': `{{config materialized="table"}}select id, cast(a as bigint) as a, b, 'n' as fresh from {{ref "raw"}}`,
      'models/log.sql':
        '{{config materialized="incremental" unique_key="id" on_schema_change="append_new_columns"}}select id, a as other from {{ref "raw"}}',
    });
    const told = columnsIn(await say(project, 'plan'));
    expect(told).toContain('~ a | ' + (isDuckdb ? 'INTEGER to BIGINT' : 'integer to bigint') + ' | reaches child.more, leaf.more');
    expect(told).toContain(`+ fresh | ${isDuckdb ? 'VARCHAR' : 'text'}`);
    // The increment leaves what is not there any more.
    expect(told).toContain(`+ other | ${isDuckdb ? 'INTEGER' : 'integer'}`);
    expect(told.filter((line) => line.startsWith('-'))).toEqual([]);
    expect(told.at(-1)).toBe('exposures that this reaches: of_leaf, of_log');
    // What was told is what is done.
    await say(project, 'build');
    expect(columnsIn(await say(project, 'plan'))).toEqual([]);
    expect((await project.rows('select * from main.log order by id'))[0]).toHaveLength(3);
  });

  it('name what could not be built any more, selected or not', async () => {
    const project = await open(files);
    await say(project, 'build');
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, b from {{ref "raw"}}' });
    const told = columnsIn(await say(project, 'plan -s parent'));
    expect(told).toContain(`- a | ${isDuckdb ? 'INTEGER' : 'integer'}`);
    expect(told).toContain('could not be built any more: child');
    // With the child in the plan, that is an error at the place of the column.
    expect(await say(project, 'plan', 2)).toContain('models/child.sql:1:');
  });

  it('of a table that keeps what its query does not give any more are still there for who reads them', async () => {
    const reads = {
      'models/of_log.sql': '{{config materialized="table"}}select * from {{ref "log"}}',
      'models/of_a.sql': '{{config materialized="table"}}select a from {{ref "log"}}',
    };
    const project = await open({ ...files, ...reads });
    await say(project, 'build');
    project.write({
      'models/log.sql':
        '{{config materialized="incremental" unique_key="id" on_schema_change="append_new_columns"}}select id, b from {{ref "raw"}}',
    });
    const type = isDuckdb ? 'VARCHAR' : 'text';
    expect(columnsIn(await say(project, 'plan')).slice(0, 4)).toEqual([
      'log',
      `+ b | ${type} | reaches of_log.b`,
      'of_log',
      `+ b | ${type}`,
    ]);
    await say(project, 'build');
    expect(await project.rows('select * from main.of_log order by id')).toEqual([
      [1, null, 'x'],
      [2, null, 'y'],
    ]);
    expect(await project.rows('select a from main.of_a')).toEqual([[null], [null]]);
    // Without a plan nobody knows what the table keeps.
    const config = (column: string): string =>
      `{{config materialized="incremental" unique_key="id" on_schema_change="append_new_columns" incremental_predicates=(array "target.${column} is null") indexes=(array (object columns=(array "${column}" "(${column} + 1)")))}}select id, b from {{ref "raw"}}`;
    project.write({ 'models/log.sql': config('a') });
    await say(project, 'compile -s log');
    await say(project, 'build');
    project.write({ 'models/log.sql': config('nope') });
    expect((await say(project, 'build', 2)).match(/error [a-z-]+/g)?.toSorted()).toEqual([
      'error condition-wrong',
      'error condition-wrong',
      'error index-column-missing',
    ]);
  });

  it('are shown beside the error where something cannot be built any more', async () => {
    const project = await open(files);
    await say(project, 'build');
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, a from {{ref "raw"}}' });
    const text = await say(project, 'plan', 2);
    expect(text).toContain('unknown-column');
    expect(columnsIn(text)).toEqual(
      expect.arrayContaining([
        'parent',
        `- b | ${isDuckdb ? 'VARCHAR' : 'text'}`,
        'could not be built any more: child',
        'exposures that this reaches: of_leaf',
      ]),
    );
    expect(text).not.toContain('plan of tx build');
    // JSON says the same, and nothing of steps, which nobody would carry out.
    const json = await say(project, 'plan --output json', 2);
    const told = JSON.parse(json.slice(json.indexOf('{\n'), json.lastIndexOf('\n}') + 2)) as Record<string, unknown>;
    expect(told).toMatchObject({
      columns: [{ node: 'model.shop.parent', columns: [{ name: 'b', how: 'removed' }], exposures: ['exposure.shop.of_leaf'] }],
      refused: ['model.shop.child'],
    });
    expect(Object.keys(told)).toEqual(['columns', 'refused']);
  });

  it('are looked for in what was built alone since, by all that is built upon it', async () => {
    const project = await open({
      ...files,
      'models/middle.sql': '{{config materialized="ephemeral"}}select a + 1 as more, b from {{ref "parent"}}',
      'models/child.sql': '{{config materialized="table"}}select b as name, more from {{ref "middle"}}',
    });
    await say(project, 'build');
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, a, b as c from {{ref "raw"}}' });
    await say(project, 'build -s parent');
    for (const command of ['plan', 'build', 'run', 'run -s child']) {
      const text = await say(project, command, 2);
      expect(text).toContain(`error unknown-column  models/middle.sql:1:58`);
      expect(text).not.toContain('child.sql');
    }
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, a, b from {{ref "raw"}}' });
    await say(project, 'build');
    expect(await project.rows('select name from main.leaf order by 1')).toEqual([['x'], ['y']]);
  });

  it('stand in JSON with names, types and ids', async () => {
    const project = await open(files);
    await say(project, 'build');
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, a, upper(b) as b from {{ref "raw"}} where a < 15' });
    const { columns, refused } = JSON.parse(await say(project, 'plan --output json')) as Record<string, unknown>;
    expect(refused).toEqual([]);
    const type = isDuckdb ? 'VARCHAR' : 'text';
    expect(columns).toEqual([
      {
        node: 'model.shop.parent',
        rows: 'others',
        columns: [
          {
            name: 'b',
            how: 'changed',
            before: type,
            after: type,
            reaches: [
              { node: 'model.shop.child', column: 'name' },
              { node: 'model.shop.leaf', column: 'name' },
            ],
            decides: [],
          },
        ],
        exposures: ['exposure.shop.of_leaf'],
      },
    ]);
    expect(columnsIn(await say(project, 'plan'))).toContain('~ other rows are chosen, which all that reads them sees');
  });

  it('reach exposures only by what these read', async () => {
    const project = await open({
      ...files,
      'models/leaf.sql': 'select name from {{ref "child"}}',
    });
    await say(project, 'build');
    project.write({ 'models/parent.sql': '{{config materialized="table"}}select id, cast(a as bigint) as a, b from {{ref "raw"}}' });
    const told = columnsIn(await say(project, 'plan'));
    expect(told.some((line) => line.endsWith('reaches child.more'))).toBe(true);
    expect(told.filter((line) => line.startsWith('exposures'))).toEqual([]);
  });
});

describe.each(useProjectEngines())('columns in lists on $name', ({ name, project: open }) => {
  it('are all that there are, with their types, and what is said of them or of what they hand on', async () => {
    const project = await open({
      ...files,
      'seeds/s.yaml':
        'seeds:\n  - name: raw\n    columns:\n      - {name: id, description: the number, meta: {owner: ann}}\n      - {name: b, description: other words}\n',
      'models/p.yaml':
        'models:\n  - name: parent\n    columns:\n      - {name: b, description: a letter}\n      - {name: gone, description: never there}\n',
    });
    await say(project, 'seed');
    const { columns } = JSON.parse(await say(project, 'ls -s parent --output-keys name columns')) as {
      readonly columns: Readonly<
        Record<string, { readonly data_type: string | null; readonly description: string; readonly meta: unknown }>
      >;
    };
    const [int, text] = name === 'duckdb' ? ['INTEGER', 'VARCHAR'] : ['integer', 'text'];
    expect(Object.values(columns).map(({ data_type: type, description, meta }) => [type, description, meta])).toEqual([
      [int, 'the number', { owner: 'ann' }],
      [int, '', {}],
      [text, 'a letter', {}],
      [null, 'never there', {}],
    ]);
    expect(Object.keys(columns)).toEqual(['id', 'a', 'b', 'gone']);
  });
});

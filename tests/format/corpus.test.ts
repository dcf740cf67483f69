/** Formats a corpus of templates with the built program; what they should look like was written down by people. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFiles } from '../../src/compile/compile-fixture.ts';
import { REPOSITORY, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const HOME = join(REPOSITORY, 'tests', 'format');

/** File names and texts of a folder. */
function textsOf(...folder: readonly string[]): ReadonlyMap<string, string> {
  const path = join(HOME, ...folder);
  const names = readdirSync(path).filter((name) => name.endsWith('.sql'));
  return new Map(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

const stubs = {
  'models/stubs/orders.sql': 'select 1 as id\n',
  'models/stubs/customers.sql': 'select 1 as id\n',
  'models/stubs/returns.sql': 'select 1 as id\n',
  'models/stubs/wide.sql': 'select 1 as id\n',
  'models/stubs/stubs.yaml':
    'models:\n  - name: orders\n    columns:\n      - name: status\n        tests:\n          - accepted_values: { values: [new, paid] }\n',
};

type EngineName = 'duckdb' | 'postgres';

/** Templates are formatted alike for all engines. */
const projectYaml = 'name: corpus\ntargets:\n  dev: { type: duckdb, path: warehouse.duckdb, schema: main }\n';

async function corpusProject(engine: EngineName): Promise<TempProject> {
  const models = [...textsOf('corpus', engine)].map(([name, text]) => [`models/${name}`, text]);
  const macros = [...textsOf('corpus', 'macros')].map(([name, text]) => [`macros/${name}`, text]);
  return await tempProject({
    'project.yaml': projectYaml,
    ...stubs,
    ...Object.fromEntries([...models, ...macros]),
  });
}

/** The compiled text of each model of the folder as it stands. */
async function compile(project: TempProject): Promise<ReadonlyMap<string, string>> {
  const paths = readdirSync(project.root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(?:models|macros)\/.*\.(?:sql|yaml)$/.test(path),
  );
  const { project: compiled, diagnostics } = await compileFiles(Object.fromEntries(paths.map((path) => [path, project.read(path)])));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return new Map(
    compiled.models.map(({ path, full, incremental }) => [path, full.sql + (incremental === undefined ? '' : `;\n${incremental.sql}`)]),
  );
}

type Tree = (sql: string) => Promise<unknown>;

/** Trees of PostgreSQL's own parser, without places. */
const postgresTree: Tree = async (sql) => {
  await loadModule();
  return withoutPlaces(parseSync(sql));
};

function withoutPlaces(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutPlaces);
  if (typeof tree !== 'object' || tree === null) return tree;
  const kept = Object.entries(tree).filter(
    ([key]) => !/^(?:location|stmt_len|stmt_location|rexpr_list_start|rexpr_list_end|list_start|list_end)$/.test(key),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutPlaces(value)]));
}

/** Trees of DuckDB's own parser, without places. What it cannot serialise is the text itself, blanks apart. */
async function duckdbTrees(): Promise<Tree> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  return async (sql) => {
    const result = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [sql]);
    const tree = JSON.parse(String(result.getRowsJson()[0]?.[0])) as { readonly error: boolean; readonly error_message?: string };
    // Only `pivot` statements have no tree of their own.
    if (tree.error) expect(tree.error_message).toMatch(/Only SELECT statements/);
    return JSON.parse(
      JSON.stringify(tree.error ? sql.split(/\s+/).join(' ') : tree, (key, value: unknown) => (key === 'query_location' ? 0 : value)),
    );
  };
}

describe.each(['duckdb', 'postgres'] as const)('the corpus for %s', (engine) => {
  const expected = textsOf('expected', engine);
  let project: TempProject;
  let before: ReadonlyMap<string, string>;
  let after: ReadonlyMap<string, string>;

  beforeAll(async () => {
    project = await corpusProject(engine);
    before = await compile(project);
    const { code, stderr } = await project.run(['fmt']);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('left as it is');
    after = await compile(project);
  });

  it.each([...expected.keys()])('%s looks as it should', (name) => {
    expect(project.read(`models/${name}`)).toBe(expected.get(name));
  });

  it('has an expectation for every template', () => {
    expect([...expected.keys()]).toEqual([...textsOf('corpus', engine).keys()]);
  });

  it.each([...textsOf('expected', 'macros')])('macros/%s looks as it should', (name, text) => {
    expect(project.read(`macros/${name}`)).toBe(text);
  });

  it('compiles to what it compiled to, by the parser of the engine', async () => {
    const tree = engine === 'duckdb' ? await duckdbTrees() : postgresTree;
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, sql] of before) expect(await tree(after.get(name) ?? ''), name).toEqual(await tree(sql));
  });

  it('is formatted once it was formatted', async () => {
    project.remove();
    const again = await tempProject({
      'project.yaml': projectYaml,
      ...stubs,
      ...Object.fromEntries([...expected].map(([name, text]) => [`models/${name}`, text])),
    });
    const { code, stdout } = await again.run(['fmt', '--check']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

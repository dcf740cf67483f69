import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, runTx, tempFolder } from '../support/tx.ts';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

const HOOK = fileURLToPath(new URL('./count-reads-and-statements.cjs', import.meta.url));
const DRIVER = createRequire(import.meta.url).resolve('@duckdb/node-bindings');

/** What {@link HOOK} writes. */
interface Counts {
  readonly reads: readonly string[];
  readonly statements: readonly string[];
  readonly libraries: readonly string[];
}

/** Runs a command, which must succeed, and tells what it read and sent. */
async function count(project: Shop, args: readonly string[], withDriver: boolean): Promise<Counts> {
  const file = join(tempFolder(), 'counts.json');
  const env = { NODE_OPTIONS: `--require ${HOOK}`, COUNT_FILE: file, ...(withDriver ? { COUNT_DRIVER: DRIVER } : {}) };
  const result = await project.tx(args, { env, spawn: true });
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(readFileSync(file, 'utf8')) as Counts;
}

/** The packages and modules of this repository whose code a command loaded, by the source maps of what was evaluated. */
async function loadedBy(cwd: string, args: readonly string[]): Promise<readonly string[]> {
  const folder = tempFolder();
  await runTx(args, { cwd, env: { NODE_V8_COVERAGE: folder } });
  const scripts = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly result: readonly { readonly url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  });
  return scripts.flatMap((url) => {
    const path = fileURLToPath(url);
    if (!relative(join(REPOSITORY, 'dist'), path).startsWith('..')) {
      const { sources } = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { readonly sources: readonly string[] };
      return sources.map((source) => relative(REPOSITORY, join(REPOSITORY, 'dist', source)));
    }
    return [relative(REPOSITORY, path)];
  });
}

const packagesIn = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))].sort();

describe('what a command loads', () => {
  it('--version and --help: nothing but the launcher', async () => {
    const home = tempFolder();
    expect(await loadedBy(home, ['--version'])).toEqual(['bin/tx.cjs']);
    expect(await loadedBy(home, ['--help'])).toEqual(['bin/tx.cjs']);
  });

  it('the help of a command, and a mistake in its flags: no parser of templates or YAML, no driver', async () => {
    const home = tempFolder();
    for (const args of [['build', '--help'], ['build', '--selct'], ['biuld']]) {
      const packages = packagesIn(await loadedBy(home, args));
      expect(packages).toContain('commander');
      for (const name of packages) expect(name).not.toMatch(/handlebars|yaml|duckdb|valibot|picomatch/);
    }
  });

  it('a listing of what has not changed: neither the compiler nor a driver', async () => {
    const project = await shop();
    await project.tx(['ls'], { spawn: true });
    const paths = await loadedBy(project.root, ['ls', '-s', 'stg+']);
    expect(paths).toContain('src/graph/select.ts');
    expect(
      paths.filter((path) => /handlebars|src\/parse\/parse-|src\/compile\/render|node-bindings|node_modules\/pg\//.test(path)),
    ).toEqual([]);
  });

  it('commands that do not watch: nothing that listens to files', async () => {
    const project = await shop();
    for (const args of [['build'], ['compile', '-s', 'stg'], ['build', '--help']]) {
      const paths = await loadedBy(project.root, args);
      expect(
        paths.filter((path) => /chokidar|src\/watch|src\/cli\/watch/.test(path)),
        args.join(' '),
      ).toEqual([]);
    }
  });

  it('ls and compile of nothing: no driver', async () => {
    const project = await shop();
    for (const args of [
      ['ls'],
      ['ls', '--output', 'json', '-s', '+total'],
      ['compile', '-s', 'tag:hourly'],
      ['clean'],
      ['explain', 'ref-not-found'],
    ]) {
      expect(
        packagesIn(await loadedBy(project.root, args)).filter((name) => name.includes('duckdb')),
        args.join(' '),
      ).toEqual([]);
    }
    const { libraries } = await count(project, ['ls'], false);
    expect(libraries.filter((path) => path.includes('duckdb'))).toEqual([]);
    const built = await count(project, ['build'], true);
    expect(built.libraries.filter((path) => path.includes('duckdb'))).not.toEqual([]);
  });
});

describe('what a command asks the engine', () => {
  it('compile, lineage and the pages: nothing about queries that it was asked about before', async () => {
    const project = await shop();
    const first = await count(project, ['compile'], true);
    expect(first.statements.length).toBeGreaterThan(10);
    expect(first.statements.join('\n')).toContain('sum(amount)');
    for (const args of [['compile'], ['lineage', 'total.total', '--output', 'json']]) {
      const { statements } = await count(project, args, true);
      expect(statements, args.join(' ')).toEqual([]);
    }
    // The pages tell of the tables that stand, too.
    const { statements: ofPages } = await count(project, ['docs', '-q'], true);
    expect(ofPages.join('\n')).not.toMatch(/sum\(amount\)|create (or replace )?table/);
    const { statements: without } = await count(project, ['compile', '--no-cache'], true);
    expect(without.length).toBeGreaterThan(10);
  });

  it('a change: about the query that has changed and no other', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`models/many/m${index}.sql`, `select ${index} as number\n`]),
    );
    const project = await shop(files);
    await project.tx(['compile'], { spawn: true });
    project.write('models/many/m7.sql', 'select 70 as number\n');
    const { statements } = await count(project, ['compile'], true);
    const asked = statements.filter((sql) => /\d+ as number/.test(sql)).join('\n');
    expect(asked).toContain('70 as number');
    expect(asked).not.toMatch(/\b8 as number/);
  });
});

describe('what a command reads', () => {
  it('every file of the project once, and after that none that did not change', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`models/many/m${index}.sql`, 'select 1 as id\n']));
    const project = await shop({
      ...files,
      '.env': 'TEST_NOTHING=1\n',
      'macros/m.sql': '{{#macro "one"}}1{{/macro}}\n',
      'models/m.sql': 'select {{one}} as one\n',
      'docs/notes.md': '{{#docs "note"}}text{{/docs}}\n',
    });
    const expected = [
      ...Object.keys(files),
      '.env',
      'docs/notes.md',
      'macros/m.sql',
      'models/m.sql',
      'models/marts/total.sql',
      'models/shop.yaml',
      'models/staging/stg.sql',
      'project.yaml',
      'tests/data/total_is_positive.sql',
    ].sort();
    const below = (path: string): string => relative(project.root, path);
    const readBy = async (...args: string[]): Promise<readonly string[]> => {
      const { reads } = await count(project, args, false);
      return reads
        .map(below)
        .filter((path) => !/^\.\.|^target\/|^seeds\/|duckdb/.test(path))
        .sort();
    };
    for (const args of [['ls'], ['compile'], ['build'], ['plan'], ['test'], ['run']])
      expect(await readBy(...args, '--no-cache'), args.join(' ')).toEqual(expected);
    expect(await readBy('ls')).toEqual(expected);
    for (const args of [['ls'], ['compile'], ['build'], ['plan'], ['test'], ['run']])
      expect(await readBy(...args), args.join(' ')).toEqual(['.env']);
    project.write('models/many/m7.sql', 'select 2 as id\n');
    expect(await readBy('plan')).toEqual(['.env', 'models/many/m7.sql']);
  });

  it('seeds once for the manifest, and at most twice when they are loaded', async () => {
    const project = await shop();
    const seeds = async (...args: string[]): Promise<number> =>
      (await count(project, args, false)).reads.filter((path) => path.endsWith('raw.csv')).length;
    expect(await seeds('ls')).toBe(0);
    // For its hash, and for the types of its columns.
    expect(await seeds('compile')).toBe(2);
    expect(await seeds('compile', '--no-analyze')).toBe(1);
    expect(await seeds('build')).toBeLessThanOrEqual(3);
    expect(await seeds('test')).toBe(1);
    // Large ones only when they are loaded.
    project.write('seeds/raw.csv', `id,amount\n${Array.from({ length: 100_000 }, (_, id) => `${id},1234567`).join('\n')}\n`);
    expect(await seeds('compile')).toBe(2);
    expect(await seeds('compile')).toBe(1);
    expect(await seeds('compile', '--no-analyze')).toBe(0);
  });
});

describe('what a run sends', () => {
  /** A shop with `size` models of one kind, each with one test. */
  async function models(size: number, materialized: string): Promise<Shop> {
    const files: Record<string, string> = { 'models/many.yaml': 'models:\n' };
    for (let index = 0; index < size; index += 1) {
      files[`models/many/m${index}.sql`] = `{{config materialized="${materialized}"}}\nselect ${index} as id\n`;
      files['models/many.yaml'] += `  - name: m${index}\n    columns:\n      - name: id\n        tests: [not_null, unique]\n`;
    }
    return await shop(files);
  }

  const readsCatalog = (sql: string): boolean =>
    /\b(?:duckdb_(?:tables|views|columns|schemas|databases)|information_schema|pragma_|pg_catalog|sqlite_master)\b/i.test(sql);

  /** Texts that belong to models: the number of threads may change beside them. */
  const countTexts = (list: readonly string[]): number => list.filter((sql) => !sql.startsWith('set global threads')).length;

  it.each([
    // BEGIN with the staging, publishing, the checks in one statement, the records with COMMIT.
    ['table', 4],
    // BEGIN with the view itself, the checks, the records with COMMIT.
    ['view', 3],
  ])('for a %s with two checks one transaction in %i texts, and few questions to the catalog', async (materialized, texts) => {
    const run = async (size: number): Promise<readonly string[]> => {
      const project = await models(size, materialized);
      await count(project, ['build', '-q', '--threads', '2'], true);
      return (await count(project, ['build', '-q', '--force', '--threads', '2'], true)).statements;
    };
    const [small, large] = [await run(10), await run(60)];
    expect((countTexts(large) - countTexts(small)) / 50, large.slice(20, 40).join('\n;;;\n')).toBe(texts);
    expect(small.filter(readsCatalog).length).toBeLessThanOrEqual(3);
    expect(large.filter(readsCatalog)).toHaveLength(small.filter(readsCatalog).length);
  });

  it('nothing but two questions for what is unchanged, however much that is', async () => {
    const run = async (size: number): Promise<readonly string[]> => {
      const project = await models(size, 'table');
      await count(project, ['build', '-q'], true);
      return (await count(project, ['build', '-q'], true)).statements;
    };
    const [small, large] = [await run(3), await run(40)];
    expect(large.filter((sql) => /^\s*(?:insert|create|update|delete|begin|commit|drop|alter)\b/i.test(sql))).toEqual([]);
    expect(large.filter(readsCatalog)).toHaveLength(1);
    expect(large.filter((sql) => sql.includes('"_tx"."records"'))).toHaveLength(1);
    expect(large).toHaveLength(small.length);
  });

  it.each([
    // The number of rows is known only before the next statement.
    ['table', 2],
    ['view', 1],
  ])('for a %s without tests one transaction in %i texts', async (materialized, texts) => {
    const run = async (size: number): Promise<readonly string[]> => {
      const files = Object.fromEntries(
        Array.from({ length: size }, (_, index) => [
          `models/many/m${index}.sql`,
          `{{config materialized="${materialized}"}}\nselect 1 as id\n`,
        ]),
      );
      const project = await shop(files);
      await count(project, ['run', '-q'], true);
      return (await count(project, ['run', '-q'], true)).statements;
    };
    const [small, large] = [await run(10), await run(60)];
    expect((countTexts(large) - countTexts(small)) / 50, large.slice(20, 40).join('\n;;;\n')).toBe(texts);
  });

  it('for a plan: nothing that writes', async () => {
    const project = await models(5, 'table');
    await count(project, ['build', '-q'], true);
    const { statements } = await count(project, ['plan'], true);
    expect(
      statements.filter((sql) => /^\s*(?:insert|update|delete|create|drop|alter|merge|copy|begin|commit|checkpoint)\b/i.test(sql)),
    ).toEqual([]);
    expect(statements.filter(readsCatalog)).toHaveLength(1);
  });
});

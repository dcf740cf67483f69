import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/tx.ts';
import { linesOf, PROJECT, shop } from './shop.ts';
import type { Shop } from './shop.ts';

const isSources = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(join(REPOSITORY, 'tests', 'schemas', 'dbt', 'sources-v3.json'), 'utf8')) as object,
);

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly [key: string]: unknown;
}

function resultsOf(project: Shop, path = 'target/sources.json'): readonly Result[] {
  const artifact = JSON.parse(project.read(path)) as { readonly results: readonly Result[] };
  expect(isSources(artifact), JSON.stringify(isSources.errors)).toBe(true);
  return artifact.results;
}

/** `hours` ago, as a date and time without a zone. */
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/** A project with one source of files, whose tables have their newest row so many hours ago. */
async function watched(ages: Readonly<Record<string, number>>, yaml: string): Promise<Shop> {
  const files = Object.entries(ages).map(([name, hours]) => [`data/${name}.csv`, `id,seen\n1,${ago(hours + 500)}\n2,${ago(hours)}\n`]);
  return shop({
    'models/s.yaml': yaml,
    ...Object.fromEntries(files),
  });
}

const LIMITS = `sources:
  - name: files
    external: data/{name}.csv
    freshness: { warn_after: { count: 12, period: hour }, error_after: { count: 2, period: day } }
    loaded_at_field: seen
    tables: [{ name: fresh }, { name: old }, { name: stale }]
`;

describe('tx freshness', () => {
  it('tells fresh sources from old ones, and fails for those that are too old', async () => {
    const project = await watched({ fresh: 1, old: 30, stale: 60 }, LIMITS);
    const result = await project.tx(['freshness', '--threads', '1']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
    expect(linesOf(result.stderr)).toEqual([
      'tx 0.1.0 · target dev (duckdb shop.duckdb) · 3 sources',
      '✔ 1/3  files.fresh  1h 00m old',
      '! 2/3  files.old    1d 6h old, more than 12 hours',
      '✖ 3/3  files.stale  2d 12h old, more than 2 days',
      '',
      expect.stringMatching(/^✖ 1 too old · 1 old · 1 fresh {2}in /),
    ]);
    const [fresh, old, stale] = resultsOf(project);
    expect([fresh, old, stale].map((entry) => [entry?.unique_id, entry?.status])).toEqual([
      ['source.shop.files.fresh', 'pass'],
      ['source.shop.files.old', 'warn'],
      ['source.shop.files.stale', 'error'],
    ]);
    expect(fresh?.['criteria']).toEqual({
      warn_after: { count: 12, period: 'hour' },
      error_after: { count: 2, period: 'day' },
      filter: null,
    });
    expect(Math.round(Number(stale?.['max_loaded_at_time_ago_in_s']) / 3600)).toBe(60);
  });

  it('succeeds with a warning, and takes what is selected', async () => {
    const project = await watched({ fresh: 1, old: 30, stale: 60 }, LIMITS);
    expect((await project.tx(['source', 'freshness', '--exclude', 'source:files.stale'])).code).toBe(0);
    expect(resultsOf(project).map(({ status }) => status)).toEqual(['pass', 'warn']);
    expect((await project.tx(['freshness', '-s', 'source:files.fresh', '--threads', '1', '-o', 'here.json'])).code).toBe(0);
    expect(resultsOf(project, 'here.json').map(({ status }) => status)).toEqual(['pass']);
    expect(await project.tx(['freshness', '-s', 'stg'])).toMatchObject({
      code: 0,
      stderr: 'nothing to do: nothing that is selected has `freshness`\n',
    });
    const quiet = await project.tx(['freshness', '-s', 'source:files.fresh', '--quiet']);
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('looks at models, seeds and snapshots too, as their files, properties and folders say', async () => {
    const project = await shop({
      'project.yaml': `${PROJECT}models:\n  facts:\n    freshness: { warn_after: { count: 2, period: hour }, error_after: { count: 1, period: day } }\n    loaded_at_field: loaded\n`,
      'models/facts/new.sql': `{{config materialized="table"}}select timestamp '${ago(1)}' as loaded`,
      'models/facts/old.sql': `select timestamp '${ago(3)}' as loaded, 'x' as kind union all select timestamp '${ago(0)}', 'y'`,
      'models/facts/one.sql': `{{config materialized="ephemeral"}}select timestamp '${ago(500)}' as loaded`,
      'models/facts/old.yaml': `models:\n  - name: old\n    config: { freshness: { filter: "kind = 'x'" } }\n`,
      'models/facts/asked.sql': `{{config loaded_at_query="select max(loaded) - interval 30 hour from {{this}}"}}select timestamp '${ago(1)}' as loaded`,
      'seeds/raw.csv': `id,amount,seen\n1,10,${ago(30)}\n`,
      'seeds/raw.yaml':
        'seeds:\n  - name: raw\n    config: { freshness: { error_after: { count: 1, period: day } }, loaded_at_field: cast(seen as timestamp) }\n',
      'snapshots/s.yaml': `snapshots:
  - name: raw_history
    relation: ref('raw')
    config: { strategy: check, unique_key: id, check_cols: all, freshness: { warn_after: { count: 1, period: hour } }, loaded_at_field: dbt_valid_from }
`,
      'models/never.sql': `{{config enabled=true}}select 1 as loaded`,
      'models/never.yaml': `models:\n  - name: never\n    config: { freshness: { warn_after: { count: 1, period: day } }, loaded_at_field: loaded }\n`,
    });
    expect((await project.tx(['build', '--exclude', 'never'])).code).toBe(0);
    const result = await project.tx(['freshness', '--exclude', 'asked', 'never', '--threads', '1']);
    expect([result.code, linesOf(result.stderr)[0]]).toEqual([1, expect.stringMatching(/ 4 relations$/)]);
    expect(resultsOf(project).map(({ unique_id: id, status }) => [id, status])).toEqual([
      ['model.shop.new', 'pass'],
      ['model.shop.old', 'warn'],
      ['seed.shop.raw', 'error'],
      ['snapshot.shop.raw_history', 'pass'],
    ]);
    // What the file says replaces what the folder says.
    expect((await project.tx(['freshness', '-s', 'asked'])).code).toBe(1);
    expect(resultsOf(project).map(({ status }) => status)).toEqual(['error']);
    project.write('models/twice.sql', '{{config loaded_at_field="loaded" loaded_at_query="select 1"}}select 1 as loaded');
    project.write('models/twice.yaml', 'models:\n  - name: twice\n    config: { freshness: { warn_after: { count: 1, period: day } } }\n');
    const twice = await project.tx(['freshness', '-s', 'twice']);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('loaded-at-twice')]);
    // What is not built cannot be asked.
    const missing = await project.tx(['freshness', '-s', 'never']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('never')]);
    expect(resultsOf(project).map(({ status }) => status)).toEqual(['runtime error']);
  });

  it('understands what tables take over from their source, replace and switch off', async () => {
    const project = await watched(
      { a: 30, b: 30, c: 30, d: 30, e: 30 },
      `sources:
  - name: files
    external: data/{name}.csv
    config:
      freshness: { warn_after: { count: 1, period: hour }, error_after: { count: 1, period: day }, filter: "id > 0" }
      loaded_at_field: seen
    tables:
      - { name: a, freshness: { error_after: { count: 3, period: day } } }
      - { name: b, freshness: { warn_after: , error_after: { count: 3, period: day } } }
      - { name: c, freshness: }
      - { name: d, freshness: { filter: "id = 1", error_after: { count: 100, period: day } } }
      - { name: e, loaded_at_query: "select max(seen) from {{this}}", freshness: { filter: } }
`,
    );
    expect((await project.tx(['freshness'])).code).toBe(1);
    expect(resultsOf(project).map(({ unique_id: id, status }) => [id.slice(-1), status])).toEqual([
      ['a', 'warn'],
      ['b', 'pass'],
      ['d', 'warn'],
      ['e', 'error'],
    ]);
  });

  it('reads dates, times with a zone, text, and says when a source has no rows', async () => {
    const project = await shop({
      'seeds/raw.csv': 'id,amount\n1,10\n2,20\n3,30\n',
      'models/s.yaml': `sources:
  - name: main
    schema: main
    freshness: { error_after: { count: 36, period: hour } }
    tables:
      - { name: t, loaded_at_field: day }
      - { name: zoned, loaded_at_field: zoned, identifier: t }
      - { name: texts, loaded_at_field: texts, identifier: t }
      - { name: fine, loaded_at_field: "cast(fine as timestamp)", identifier: t }
      - { name: none, loaded_at_field: day, identifier: t, freshness: { filter: "false" } }
`,
      'models/t.sql': `{{config materialized="table"}}
select current_date - 1 as day, (now() at time zone 'UTC') - interval 1 hour as fine,
  (now() - interval 1 hour) at time zone 'UTC' at time zone 'Asia/Tokyo' + interval 9 hour as zoned, '${ago(40)}' as texts
`,
    });
    expect((await project.tx(['run', '-s', 't'])).code).toBe(0);
    await project.tx(['freshness']);
    expect(resultsOf(project).map(({ unique_id: id, status }) => [id.split('.').at(-1), status])).toEqual([
      ['fine', 'pass'],
      ['none', 'error'],
      ['t', expect.stringMatching(/pass|error/)],
      ['texts', 'error'],
      ['zoned', 'pass'],
    ]);
    expect(resultsOf(project)[1]).toMatchObject({ max_loaded_at: '0001-01-01T00:00:00.000Z' });
  });

  it('reports what cannot be checked, each at its place, and goes on with the rest', async () => {
    const project = await watched(
      { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 },
      `sources:
  - name: files
    external: data/{name}.csv
    freshness: { warn_after: { count: 1, period: day } }
    tables:
      - { name: a, loaded_at_field: sene }
      - { name: b }
      - { name: c, loaded_at_field: id }
      - { name: d, loaded_at_field: seen }
      - { name: e, loaded_at_field: "case id when 1 then timestamp 'infinity' else seen end", freshness: { filter: id > 0 } }
      - { name: f, loaded_at_query: "select timestamp 'infinity'" }
`,
    );
    const { code, stderr } = await project.tx(['freshness']);
    expect(code).toBe(1);
    expect(stderr).toContain('error unknown-column  models/s.yaml:6:37');
    expect(stderr).toContain('error freshness-without-time  models/s.yaml:4:16');
    expect(stderr).toContain('error freshness-not-a-time  models/s.yaml:8:37');
    expect(stderr).toMatch(/what says when `files\.f` was loaded is\s`infinity`, which is no moment/);
    expect(stderr).toContain('✖ 4 not checked · 2 fresh');
    const failed = 'runtime error';
    expect(resultsOf(project).map(({ status }) => status)).toEqual([failed, failed, failed, 'pass', 'pass', failed]);
    expect(resultsOf(project)[1]).toMatchObject({ error: 'nothing says when `files.b` was loaded' });
  });

  it('tells programs by one line of JSON for each source', async () => {
    const isEvent = new Ajv({ strict: false, validateFormats: false }).compile(
      JSON.parse(readFileSync(join(REPOSITORY, 'schemas', 'log-event.schema.json'), 'utf8')) as object,
    );
    const project = await watched({ fresh: 1, old: 30, stale: 60 }, LIMITS.replace('seen\n', 'id\n'));
    const { stderr } = await project.tx(['freshness', '--log-format', 'json', '-s', 'source:files.fresh']);
    const events = linesOf(stderr).map((line): unknown => JSON.parse(line));
    for (const event of events) expect(isEvent(event), JSON.stringify(isEvent.errors)).toBe(true);
    expect(events).toMatchObject([
      { event: 'freshness_checked', status: 'runtime error', name: 'files.fresh' },
      { event: 'diagnostic', code: 'freshness-not-a-time' },
    ]);
  });

  it('gives source_status:fresher what it compares with', async () => {
    const project = await watched({ fresh: 1, old: 30, stale: 60 }, LIMITS);
    await project.tx(['freshness', '-o', 'before/sources.json']);
    await project.tx(['freshness']);
    const fresher = async (): Promise<readonly string[]> => {
      const { stdout, code } = await project.tx(['ls', '-s', 'source_status:fresher', '--state', 'before', '--output', 'name']);
      expect(code).toBe(0);
      return linesOf(stdout);
    };
    expect(await fresher()).toEqual([]);
    project.write('data/old.csv', `id,seen\n1,${ago(1)}\n`);
    await project.tx(['freshness']);
    expect(await fresher()).toEqual(['files.old']);
  });

  it('waits for no database that is not there', async () => {
    const project = await shop({
      'project.yaml': PROJECT,
      'models/s.yaml':
        'sources: [{name: s, freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: seen, tables: [{name: t}]}]\n',
    });
    const { code, stderr } = await project.tx(['freshness']);
    expect(code).toBe(2);
    expect(stderr).toContain('error missing-database');
  });
});

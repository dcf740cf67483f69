/** Other programs read what `tx` wrote: they are installed by `npm run test:readers`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyProject, REPOSITORY, runProgram, runTx } from '../support/tx.ts';

const PROGRAMS = join(REPOSITORY, 'node_modules', '.cache', 'readers', process.platform === 'win32' ? 'Scripts' : 'bin');
const installed = existsSync(join(REPOSITORY, 'node_modules', '.cache', 'readers', 'requirements.txt'));

/** They say something about use to their makers unless they are told not to. */
const SILENT = { DO_NOT_TRACK: '1', DOCGLOW_TELEMETRY: '0' };

const FRESHNESS = `sources:
  - name: watched
    external: data/{name}.csv
    freshness: { warn_after: { count: 1, period: day }, error_after: { count: 36500, period: day } }
    loaded_at_field: "cast('2024-01-01' as timestamp)"
    tables: [{ name: web_sessions }]
`;

type Edges = Readonly<Record<string, readonly string[]>>;

describe('readers of dbt artifacts', () => {
  let folder = '';
  let nodes: readonly {
    readonly unique_id: string;
    readonly resource_type: string;
    readonly depends_on?: { readonly nodes: readonly string[] };
  }[];

  beforeAll(async () => {
    if (!installed) return;
    folder = copyProject(REPOSITORY, ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data']);
    writeFileSync(join(folder, 'models', 'watched.yaml'), FRESHNESS);
    for (const args of [['build', '--quiet'], ['docs', 'generate'], ['freshness']]) {
      const result = await runTx(args, { cwd: folder });
      expect(result.code, result.stderr).toBe(0);
    }
    const { stdout } = await runTx(['ls', '--output-keys', 'unique_id', 'resource_type', 'depends_on'], { cwd: folder });
    nodes = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as (typeof nodes)[number]);
  });

  const ofKind = (...kinds: readonly string[]): readonly string[] =>
    nodes
      .filter((node) => kinds.includes(node.resource_type))
      .map((node) => node.unique_id)
      .sort();

  const read = async (program: string, args: readonly string[]): Promise<string> => {
    const result = await runProgram(join(PROGRAMS, program), args, { cwd: folder, env: { ...SILENT, HOME: folder } });
    expect(result.code, result.stdout + result.stderr).toBe(0);
    return result.stdout;
  };

  const needReaders = ({ skip }: { readonly skip: (note: string) => void }): void => {
    if (!installed) skip('`npm run test:readers` installs them');
  };

  it('parse all four strictly, by their versions', async (context) => {
    needReaders(context);
    const seen = JSON.parse(await read('python', [join(REPOSITORY, 'tests', 'readers', 'parse-artifacts.py'), 'target'])) as {
      readonly classes: readonly string[];
      readonly nodes: readonly string[];
      readonly sources: readonly string[];
      readonly parents: Edges;
      readonly columns: Edges;
      readonly results: Readonly<Record<string, string>>;
      readonly [key: string]: unknown;
    };
    expect(seen.classes).toEqual(['ManifestV12', 'CatalogV1', 'RunResultsV6', 'SourcesV3']);
    expect(seen.nodes).toEqual(ofKind('model', 'seed', 'test'));
    expect(seen.sources).toEqual(ofKind('source'));
    for (const { unique_id: id, depends_on: parents } of nodes) expect(seen.parents[id]).toEqual([...(parents?.nodes ?? [])].sort());
    expect(seen.columns['seed.shop.stores']).toContain('store_id');
    expect(Object.keys(seen.results).length).toBeGreaterThan(100);
    expect(new Set(Object.values(seen.results))).not.toContain('error');
    expect(seen['freshness']).toEqual({ 'source.shop.watched.web_sessions': 'warn' });
    expect(seen['adapter']).toBe('duckdb');
  });

  it('find the lineage of columns in the compiled SQL', async (context) => {
    needReaders(context);
    await read('colibri', ['generate', '--disable-telemetry', '--output-dir', 'colibri']);
    const report = JSON.parse(readFileSync(join(folder, 'colibri', 'colibri-manifest.json'), 'utf8')) as {
      readonly nodes: Readonly<Record<string, unknown>>;
      readonly lineage: {
        readonly edges: readonly { readonly source: string }[];
        readonly parents: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>;
      };
    };
    for (const model of ofKind('model')) expect(report.nodes).toHaveProperty([model]);
    // Every relation that the SQL names is known to it as a node.
    expect(report.lineage.edges.length).toBeGreaterThan(200);
    const known = ofKind('model', 'seed', 'source');
    expect(report.lineage.edges.filter(({ source }) => !known.includes(source))).toEqual([]);
    expect(report.lineage.parents['model.shop.fct_orders']?.['order_id']).toEqual([
      expect.objectContaining({ dbt_node: 'model.shop.stg_orders', column: 'order_id' }),
    ]);
  });

  it('write documentation with the same graph', async (context) => {
    needReaders(context);
    await read('docglow', ['generate', '--project-dir', '.', '--target-dir', 'target', '--output-dir', 'docglow']);
    const site = JSON.parse(readFileSync(join(folder, 'docglow', 'docglow-data.json'), 'utf8')) as {
      readonly models: object;
      readonly sources: object;
      readonly seeds: object;
      readonly lineage: { readonly edges: readonly { readonly source: string; readonly target: string }[] };
    };
    expect(Object.keys(site.models).sort()).toEqual(ofKind('model'));
    expect(Object.keys(site.sources).sort()).toEqual(ofKind('source'));
    expect(Object.keys(site.seeds).sort()).toEqual(ofKind('seed'));
    const drawn = site.lineage.edges.map(({ source, target }) => `${source} ${target}`);
    const expected = nodes
      .filter((node) => node.resource_type === 'model')
      .flatMap(({ unique_id: id, depends_on: parents }) => (parents?.nodes ?? []).map((parent) => `${parent} ${id}`));
    expect(expected.filter((edge) => !drawn.includes(edge))).toEqual([]);
  });
});

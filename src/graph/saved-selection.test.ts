import { describe, expect, test as it } from 'vitest';
import type { CompiledModel, CompiledText } from '../compile/compiled.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { buildGraph } from './build-graph.ts';
import { contentHash } from './content-hash.ts';
import { ids, model, projectOf, seed, shortNames, source, test } from './graph-fixture.ts';
import type { Graph, GraphNode } from './graph.ts';
import { facetsOf, plainConfig, plainConstraint, sourceFacts } from './node-facets.ts';
import { readSavedManifest } from './read-saved.ts';
import type { SavedFile, SavedFileName } from './saved-state.ts';
import { select } from './select.ts';

const dialect = { relation: ({ schema, name }: { readonly schema: string; readonly name: string }) => `"${schema}"."${name}"` };

function sql(text: string): CompiledText {
  return { sql: text, map: { files: [], segments: [] }, slots: [] };
}

/** The nodes of a small project; `schema` is where its target puts them. */
function nodes(schema = 'main'): readonly GraphNode[] {
  const orders = model({ name: 'orders', needs: [ids.source('raw.orders')], schema, tags: ['a'], meta: { owner: 'ann' } });
  return [
    source('raw', 'orders'),
    seed('cities', schema),
    { ...orders, full: sql('select id from "raw"."orders"'), macros: ['cents'] },
    { ...model({ name: 'daily', needs: [ids.model('orders')], schema }), full: sql(`select * from "${schema}"."orders" -- all of them`) },
    test({ name: 'unique_orders', check: 'unique', needs: [ids.model('orders')] }),
  ];
}

const macros = [{ name: 'cents', path: 'macros/m.sql', description: '', text: 'one' }];

function graphFrom(list: readonly GraphNode[], text = 'one'): Graph {
  return buildGraph({ ...projectOf(list), macros: macros.map((macro) => ({ ...macro, text })) }).value;
}

/** The nodes with one model changed. */
function changed(name: string, change: (node: CompiledModel) => CompiledModel): readonly GraphNode[] {
  return nodes().map((node) => (node.resourceType === 'model' && node.name === name ? change(node) : node));
}

const content = (graph: Graph, seedHash = 'abc'): ReturnType<typeof contentHash> => contentHash(graph, dialect, () => seedHash);

/** A manifest of `graph` in the form of the file, as far as it is compared. */
function manifestOf(graph: Graph, env: object = { TX_VERSION: '1' }): string {
  const hash = content(graph);
  const entries = [...graph.nodes.values()].map((node): [string, object] => {
    const columns = 'columns' in node ? node.columns : [];
    const constraints = 'constraints' in node ? node.constraints : [];
    const written = (isWanted: (constraint: (typeof constraints)[number]) => boolean): readonly object[] =>
      constraints.filter(isWanted).map(plainConstraint);
    return [
      node.id,
      {
        fqn: node.fqn,
        description: node.description,
        config: plainConfig(node),
        columns: Object.fromEntries(
          columns.map(({ name, description, dataType }) => [
            name,
            {
              description,
              data_type: dataType ?? null,
              constraints: written((constraint) => constraint.onColumn && constraint.columns[0] === name),
            },
          ]),
        ),
        constraints: written(({ onColumn }) => !onColumn),
        ...(node.resourceType === 'source'
          ? { schema: node.relation.schema, identifier: node.relation.name, ...sourceFacts(node) }
          : { checksum: { name: 'sha256', checksum: hash(node) } }),
      },
    ];
  });
  return JSON.stringify({
    metadata: { env },
    nodes: Object.fromEntries(entries.filter(([id]) => !id.startsWith('source.'))),
    sources: Object.fromEntries(entries.filter(([id]) => id.startsWith('source.'))),
    macros: Object.fromEntries(graph.macros.map(({ name, text }) => [`macro.shop.${name}`, { name, macro_sql: text }])),
  });
}

type Files = Readonly<Partial<Record<SavedFileName, string>>>;

function chosen(graph: Graph, specs: readonly string[], state: Files | undefined, target: Files = {}): readonly string[] {
  const reader =
    (files: Files) =>
    (name: SavedFileName): SavedFile => {
      const text = files[name];
      return text === undefined ? { kind: 'missing', path: name } : { kind: 'found', path: name, text };
    };
  const saved = {
    files: { fromState: state === undefined ? undefined : reader(state), fromTarget: reader(target) },
    content: content(graph),
  };
  const { value, diagnostics } = select(graph, { select: specs, exclude: [], indirect: 'empty', saved });
  expect(diagnostics.filter((entry) => entry.severity === 'error')).toEqual([]);
  return shortNames(graph, value.nodes);
}

const before = manifestOf(graphFrom(nodes()));
const all = ['raw.orders', 'cities', 'orders', 'daily', 'unique_orders'];
const state = (graph: Graph, word: string, manifest = before): readonly string[] =>
  chosen(graph, [`state:${word}`], { 'manifest.json': manifest });

describe('state', () => {
  it('finds no change in the same project', () => {
    const graph = graphFrom(nodes());
    for (const word of [
      'new',
      'modified',
      'modified.body',
      'modified.configs',
      'modified.persisted_descriptions',
      'modified.relation',
      'modified.macros',
      'modified.contract',
    ]) {
      expect(state(graph, word), word).toEqual([]);
    }
    expect([...state(graph, 'old')].sort()).toEqual([...all].sort());
    expect([...state(graph, 'unmodified')].sort()).toEqual([...all].sort());
  });

  it('finds no change in the same project on another target', () => {
    const elsewhere = graphFrom(nodes('dev_ann'));
    expect(state(elsewhere, 'modified')).toEqual([]);
    expect(state(elsewhere, 'modified.relation')).toEqual([]);
  });

  it('takes no notice of white space and comments', () => {
    const graph = graphFrom(changed('daily', (node) => ({ ...node, full: sql('/* new */ select\n  *\nfrom   "main"."orders"') })));
    expect(state(graph, 'modified')).toEqual([]);
  });

  it('compares the SQL of a first and of a later run, and of hooks', () => {
    const hook = (text: string): CompiledModel['preHooks'] => [{ text: sql(text), transaction: true }];
    for (const change of [
      { full: sql('select id, 1 as one from "raw"."orders"') },
      { full: sql(`select id from "raw"."orders" where name = 'a  b'`) },
      { incremental: sql('select id from "raw"."orders" where true') },
      { preHooks: hook('select 1') },
      { postHooks: hook('select 1') },
    ]) {
      const graph = graphFrom(changed('orders', (node) => ({ ...node, ...change })));
      expect(state(graph, 'modified')).toEqual(['orders']);
      expect(state(graph, 'modified.body')).toEqual(['orders']);
      expect(state(graph, 'modified.configs')).toEqual([]);
    }
  });

  it('keeps texts apart that differ inside quotes only', () => {
    const one = graphFrom(changed('daily', (node) => ({ ...node, full: sql("select 'a  b' as x") })));
    const other = graphFrom(changed('daily', (node) => ({ ...node, full: sql("select 'a b' as x") })));
    expect(state(other, 'modified', manifestOf(one))).toEqual(['daily']);
  });

  it('compares config, but for words that only find a node', () => {
    const config = (change: Partial<CompiledModel['config']>): Graph =>
      graphFrom(changed('orders', (node) => ({ ...node, config: { ...node.config, ...change }, tags: change.tags ?? node.tags })));
    expect(state(config({ materialized: 'table' }), 'modified')).toEqual(['orders']);
    expect(state(config({ materialized: 'table' }), 'modified.configs')).toEqual(['orders']);
    expect(state(config({ meta: { owner: 'bob' } }), 'modified.configs')).toEqual(['orders']);
    expect(state(config({ tags: ['b'] }), 'modified')).toEqual([]);
    expect(state(config({ schema: 'sales' }), 'modified.configs')).toEqual([]);
    expect(state(config({ schema: 'sales' }), 'modified.relation')).toEqual(['orders']);
    expect(state(config({ alias: 'o' }), 'modified')).toEqual(['orders']);
    // What a model says of its tests is config of these.
    const tests: Located<YamlValue> = { value: { severity: 'warn' }, span: { path: 'models/p.yaml', start: 0, end: 1 } };
    const said = changed('orders', (node) => ({ ...node, rawConfig: { ...node.rawConfig, tests } })).map((node): GraphNode =>
      node.resourceType === 'test' ? { ...node, config: { ...node.config, severity: 'warn' } } : node,
    );
    expect(state(graphFrom(said), 'modified')).toEqual(['unique_orders']);
    expect(state(graphFrom(said), 'modified.configs')).toEqual(['unique_orders']);
  });

  it('tells descriptions and declared types apart from what is built', () => {
    const column = { name: '1', description: 'first', dataType: 'int', meta: {}, tags: [] };
    const described = graphFrom(changed('orders', (node) => ({ ...node, description: 'all orders' })));
    const typed = graphFrom(changed('orders', (node) => ({ ...node, columns: [column] })));
    expect(state(described, 'modified')).toEqual([]);
    expect(state(described, 'modified.persisted_descriptions')).toEqual(['orders']);
    expect(state(typed, 'modified.persisted_descriptions')).toEqual(['orders']);
    expect(state(typed, 'modified.contract')).toEqual(['orders']);
    expect(state(typed, 'modified')).toEqual([]);
    expect(
      state(
        graphFrom(changed('orders', (node) => ({ ...node, columns: [{ ...column, dataType: 'text' }] }))),
        'modified.contract',
        manifestOf(typed),
      ),
    ).toEqual(['orders']);
  });

  it('takes notice of descriptions that stand in the database too', () => {
    const column = { name: 'id', description: 'first', meta: {}, tags: [] };
    const span = { path: 'models/m.yaml', start: 0, end: 0 };
    const described = (docs: YamlValue, description: string, ofColumn: string): Graph =>
      graphFrom(
        changed('orders', (node) => ({
          ...node,
          description,
          columns: [{ ...column, description: ofColumn }],
          rawConfig: { persist_docs: { value: docs, span } },
        })),
      );
    const changes = (docs: YamlValue, description: string, ofColumn: string): readonly string[] =>
      state(described(docs, description, ofColumn), 'modified', manifestOf(described(docs, 'a', 'b')));
    expect(changes({ relation: true, columns: true }, 'a', 'b')).toEqual([]);
    expect(changes({ relation: true }, 'other', 'b')).toEqual(['orders']);
    expect(changes({ relation: true }, 'a', 'other')).toEqual([]);
    expect(changes({ relation: false, columns: true }, 'a', 'other')).toEqual(['orders']);
    expect(changes({ relation: false, columns: true }, 'other', 'b')).toEqual([]);
  });

  it('takes notice of declared columns where a contract holds, and of constraints in any case', () => {
    const column = { name: 'id', description: '', dataType: 'int', meta: {}, tags: [] };
    const span = { path: 'models/m.yaml', start: 0, end: 0 };
    const key = { type: 'primary_key', columns: ['id'], onColumn: false, span } as const;
    const withNode = (change: (node: CompiledModel) => Partial<CompiledModel>): Graph =>
      graphFrom(changed('orders', (node) => ({ ...node, ...change(node) })));
    const typed = withNode(() => ({ columns: [column] }));
    const enforce = (dataType: string): Graph =>
      withNode(() => ({ columns: [{ ...column, dataType }], rawConfig: { contract: { value: { enforced: true }, span } } }));
    // A contract that comes, and one that asks for another type.
    expect(state(enforce('int'), 'modified', manifestOf(typed))).toEqual(['orders']);
    expect(state(typed, 'modified', manifestOf(enforce('int')))).toEqual(['orders']);
    expect(state(enforce('text'), 'modified', manifestOf(enforce('int')))).toEqual(['orders']);
    expect(state(enforce('int'), 'modified', manifestOf(enforce('int')))).toEqual([]);
    for (const constraint of [
      key,
      { ...key, onColumn: true },
      { type: 'check', columns: [], onColumn: false, expression: 'id > 0', span },
    ] as const) {
      const constrained = withNode(() => ({ columns: [column], constraints: [constraint] }));
      expect(state(constrained, 'modified', manifestOf(typed)), constraint.type).toEqual(['orders']);
      expect(state(constrained, 'modified.contract', manifestOf(typed)), constraint.type).toEqual(['orders']);
      expect(state(constrained, 'modified.configs', manifestOf(typed)), constraint.type).toEqual([]);
      expect(state(constrained, 'modified', manifestOf(constrained)), constraint.type).toEqual([]);
      // Where it stands in the file says nothing.
      const moved = withNode(() => ({ columns: [column], constraints: [{ ...constraint, span: { ...span, start: 9 } }] }));
      expect(state(moved, 'modified', manifestOf(constrained)), constraint.type).toEqual([]);
    }
  });

  it('finds a file that moved to another folder', () => {
    expect(state(graphFrom(changed('orders', (node) => ({ ...node, fqn: ['shop', 'marts', 'orders'] }))), 'modified')).toEqual(['orders']);
  });

  it('compares the content of seeds and the place of sources', () => {
    const graph = graphFrom(nodes());
    const saved = {
      files: {
        fromState: (name: SavedFileName): SavedFile => ({ kind: 'found', path: name, text: before }),
        fromTarget: (name: SavedFileName): SavedFile => ({ kind: 'missing', path: name }),
      },
      content: content(graph, 'def'),
    };
    expect(shortNames(graph, select(graph, { select: ['state:modified'], exclude: [], indirect: 'empty', saved }).value.nodes)).toEqual([
      'cities',
    ]);
    const moved = graphFrom(
      nodes().map((node) => (node.resourceType === 'source' ? { ...node, relation: { schema: 'raw2', name: 'orders' } } : node)),
    );
    expect(state(moved, 'modified.relation')).toEqual(['raw.orders']);
    const file = graphFrom(nodes().map((node) => (node.resourceType === 'source' ? { ...node, external: "'orders.csv'" } : node)));
    expect(state(file, 'modified.body')).toEqual(['raw.orders']);
  });

  it('finds what uses a changed macro, even where its SQL stayed as it was', () => {
    const graph = graphFrom(nodes(), 'two');
    expect(state(graph, 'modified.macros')).toEqual(['orders']);
    expect(state(graph, 'modified')).toEqual([]);
  });

  it('counts what is new as modified in every respect but that of macros', () => {
    const graph = graphFrom([...nodes(), model({ name: 'fresh' })]);
    for (const word of [
      'new',
      'modified',
      'modified.body',
      'modified.configs',
      'modified.relation',
      'modified.contract',
      'modified.persisted_descriptions',
    ]) {
      expect(state(graph, word), word).toEqual(['fresh']);
    }
    expect(state(graph, 'unmodified')).not.toContain('fresh');
    expect(state(graph, 'old')).not.toContain('fresh');
  });

  it('goes on along the graph', () => {
    const graph = graphFrom(changed('orders', (node) => ({ ...node, full: sql('select 2') })));
    expect(chosen(graph, ['state:modified+'], { 'manifest.json': before })).toEqual(['orders', 'daily', 'unique_orders']);
    expect(chosen(graph, ['state:modified,daily'], { 'manifest.json': before })).toEqual([]);
  });

  it('reads a manifest of dbt, whose SQL it cannot compare', () => {
    const foreign = manifestOf(graphFrom(nodes()), {});
    const graph = graphFrom([...nodes(), model({ name: 'fresh' })]);
    expect(state(graph, 'new', foreign)).toEqual(['fresh']);
    expect(state(graph, 'modified.relation', foreign)).toEqual(['fresh']);
    expect([...state(graph, 'modified.body', foreign)].sort()).toEqual([...all.filter((name) => name !== 'raw.orders'), 'fresh'].sort());
    expect(readSavedManifest('{"metadata":{},"nodes":{"model.a.b":{}},"sources":{}}')?.nodes.get('model.a.b')).toMatchObject({ fqn: '[]' });
  });

  it('is written so that reading gives back what was compared', () => {
    const graph = graphFrom(nodes());
    const saved = readSavedManifest(manifestOf(graph))?.nodes;
    for (const node of graph.nodes.values()) expect(saved?.get(node.id)).toEqual(facetsOf(node, content(graph)));
  });
});

describe('result', () => {
  const results = JSON.stringify({
    results: [
      { unique_id: 'model.shop.orders', status: 'error' },
      { unique_id: 'model.shop.daily', status: 'skipped' },
      { unique_id: 'source.shop.raw.orders', status: 'runtime error' },
      { unique_id: 'seed.shop.cities', status: 'success' },
      { unique_id: 'model.shop.gone', status: 'error' },
    ],
  });
  const graph = graphFrom(nodes());

  it('selects what ended so in the state, or else in the last run', () => {
    expect(chosen(graph, ['result:error'], { 'run_results.json': results })).toEqual(['orders']);
    expect(chosen(graph, ['result:error'], undefined, { 'run_results.json': results })).toEqual(['orders']);
    expect(chosen(graph, ['result:error+', 'result:success'], { 'run_results.json': results })).toEqual([
      'cities',
      'orders',
      'daily',
      'unique_orders',
    ]);
    expect(chosen(graph, ['result:error'], { 'run_results.json': '{"results":[]}' }, { 'run_results.json': results })).toEqual([]);
  });

  it('has results of two words', () => {
    expect(chosen(graph, ['result:runtime_error'], { 'run_results.json': results })).toEqual(['raw.orders']);
  });
});

describe('source_status', () => {
  const loaded = (time: string | undefined, status = 'pass'): string =>
    JSON.stringify({ results: [{ unique_id: 'source.shop.raw.orders', status, ...(time === undefined ? {} : { max_loaded_at: time }) }] });
  const graph = graphFrom(nodes());
  const error = loaded(undefined, 'runtime error');

  it.each([
    [loaded('2024-01-01T00:00:00Z'), loaded('2024-01-02T00:00:00Z'), ['raw.orders']],
    [loaded('2024-01-01T00:00:00Z'), loaded('2024-01-01T00:00:00+00:00'), []],
    [loaded('2024-01-02T00:00:00Z'), loaded('2024-01-01T00:00:00Z'), []],
    [error, loaded('2024-01-01T00:00:00Z'), ['raw.orders']],
    [loaded('2024-01-01T00:00:00Z'), error, []],
    ['{"results":[]}', loaded('2024-01-01T00:00:00Z'), ['raw.orders']],
  ])('fresher from %s to %s: %j', (previous, now, expected) => {
    expect(chosen(graph, ['source_status:fresher'], { 'sources.json': previous }, { 'sources.json': now })).toEqual(expected);
  });
});

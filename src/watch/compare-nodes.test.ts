import { describe, expect, it } from 'vitest';
import type { CompiledModel } from '../compile/compiled.ts';
import { graphOf, ids, model, seed, source, test } from '../graph/graph-fixture.ts';
import type { GraphNode } from '../graph/graph.ts';
import { compareNodes } from './compare-nodes.ts';
import type { ProjectNodes } from './compare-nodes.ts';

function projectOf(nodes: readonly GraphNode[], broken: readonly string[] = []): ProjectNodes {
  const graph = graphOf(nodes);
  return {
    graph: { nodes: graph.nodes, broken: new Set(graph.order.filter((id) => broken.includes(id))) },
    nodesOf: (path) => graph.order.filter((id) => graph.nodes.get(id)?.path === path),
  };
}

const orders = (sql: string, more: Partial<CompiledModel> = {}): CompiledModel => {
  const base = model({ name: 'orders' });
  return { ...base, full: { ...base.full, sql }, ...more };
};

function compare(
  before: readonly GraphNode[],
  after: readonly GraphNode[],
  paths = ['models/orders.sql'],
  seeds: readonly string[] = [],
): Record<string, readonly string[]> {
  const { work, meaning, removed } = compareNodes(projectOf(before), projectOf(after), paths, new Set(seeds));
  return { work: [...work], meaning: [...meaning], removed: [...removed] };
}

const nothing = { work: [], meaning: [], removed: [] };
const id = ids.model('orders');

describe('what a change means', () => {
  it('is nothing for comments, white space, descriptions and tags', () => {
    expect(compare([orders('select 1 as a')], [orders('-- why\nselect  1\n  as a /* so */')])).toEqual(nothing);
    expect(compare([orders('select 1')], [orders('select 1', { description: 'all of them', tags: ['nightly'] })])).toEqual(nothing);
  });

  it('is work for SQL, also within strings, for config, relations and hooks', () => {
    const work = { work: [id], meaning: [id], removed: [] };
    expect(compare([orders('select 1')], [orders('select 2')])).toEqual(work);
    expect(compare([orders("select 'a b'")], [orders("select 'a  b'")])).toEqual(work);
    const base = orders('select 1');
    expect(compare([base], [orders('select 1', { config: { ...base.config, materialized: 'table' } })])).toEqual(work);
    expect(compare([base], [orders('select 1', { relation: { schema: 'other', name: 'orders' } })])).toEqual(work);
    expect(compare([base], [orders('select 1', { postHooks: [{ text: { ...base.full, sql: 'analyze' }, transaction: true }] })])).toEqual(
      work,
    );
  });

  it('is work for what is new, and for what compiles again or no longer', () => {
    const work = { work: [id], meaning: [id], removed: [] };
    expect(compare([], [orders('select 1')])).toEqual(work);
    const sound = projectOf([orders('select 1')]);
    const broken = projectOf([orders('select 1')], [id]);
    expect([...compareNodes(sound, broken, ['models/orders.sql']).work]).toEqual([id]);
    expect([...compareNodes(broken, sound, ['models/orders.sql']).work]).toEqual([id]);
    expect([...compareNodes(undefined, sound, ['models/orders.sql']).work]).toEqual([id]);
  });

  it('is told of what is gone', () => {
    expect(compare([orders('select 1')], [])).toEqual({ work: [], meaning: [], removed: [id] });
  });

  it('is a check without work for declared types, and for sources', () => {
    const typed = orders('select 1 as a', { columns: [{ name: 'a', description: '', dataType: 'integer', meta: {}, tags: [] }] });
    expect(compare([orders('select 1 as a')], [typed])).toEqual({ work: [], meaning: [id], removed: [] });
    const raw = source('raw', 'orders');
    expect(compare([raw], [{ ...raw, relation: { schema: 'lake', name: 'orders' } }], ['models/sources.yaml'])).toEqual({
      work: [],
      meaning: [ids.source('raw.orders')],
      removed: [],
    });
  });

  it('is work for all that config says of the verdict of tests', () => {
    const unique = test({ name: 'T', check: 'unique', needs: [id] });
    const changes: readonly Partial<typeof unique.config>[] = [
      { where: 'a > 1' },
      { limit: 2 },
      { onNull: 'fail' },
      { groupBy: ['a'] },
      { onFail: 'quarantine' },
      { keep: { which: 'last', column: 'a' } },
      { storeFailures: true },
      { failuresSchema: 'audit' },
    ];
    for (const change of changes) {
      const other = { ...unique, config: { ...unique.config, ...change } };
      expect(
        compare([orders('select 1'), unique], [orders('select 1'), other], ['models/schema.yaml'])['work'],
        JSON.stringify(change),
      ).toEqual([unique.id]);
    }
  });

  it('is work for the data of seeds, and for the severity of tests', () => {
    expect(compare([seed('raw')], [seed('raw')], ['seeds/raw.csv'])).toEqual(nothing);
    expect(compare([seed('raw')], [seed('raw')], ['seeds/raw.csv'], ['seeds/raw.csv'])['work']).toEqual([ids.seed('raw')]);
    const on = (severity: 'error' | 'warn'): readonly GraphNode[] => [
      orders('select 1'),
      test({ name: 'T', check: 'unique', needs: [id], severity }),
    ];
    expect(compare(on('error'), on('warn'), ['models/schema.yaml'])['work']).toEqual([ids.test('T')]);
    expect(compare(on('warn'), on('warn'), ['models/schema.yaml'])).toEqual(nothing);
  });

  it('does not look at other files', () => {
    expect(compare([orders('select 1')], [orders('select 2')], ['models/other.sql'])).toEqual(nothing);
  });
});

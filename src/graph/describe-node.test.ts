import { describe, expect, test as it } from 'vitest';
import { describeNode, nameNodes } from './describe-node.ts';
import { graphOf, ids, model, seed, shop, source, test } from './graph-fixture.ts';
import type { Graph } from './graph.ts';
import { select } from './select.ts';

const node = (graph: Graph, id: string) => [...graph.nodes.values()].find((entry) => entry.id === id) ?? expect.unreachable(id);

describe('the object of a node', () => {
  it('has the words of dbt, and config with its defaults', () => {
    const graph = shop();
    expect(describeNode(graph, node(graph, ids.model('customers')))).toEqual({
      name: 'customers',
      unique_id: 'model.shop.customers',
      resource_type: 'model',
      package_name: 'shop',
      original_file_path: 'models/marts/customers.sql',
      fqn: ['shop', 'marts', 'customers'],
      schema: 'main',
      alias: 'customers',
      description: '',
      config: {
        enabled: true,
        materialized: 'table',
        tags: ['nightly', 'finance'],
        meta: { pii: true, owner: { team: 'crm' } },
        on_schema_change: 'ignore',
      },
      tags: ['nightly', 'finance'],
      depends_on: { nodes: ['model.shop.orders', 'model.shop.stg_customers'] },
    });
  });

  it('of a source is named by its table', () => {
    const graph = shop();
    expect(describeNode(graph, node(graph, ids.source('raw.orders')))).toMatchObject({
      name: 'orders',
      source_name: 'raw',
      schema: 'raw',
      alias: 'orders',
    });
  });

  it('of a test and of a seed is plain JSON', () => {
    const graph = graphOf([
      seed('rates'),
      model({ name: 'a', config: { version: { yamlNumber: 1.1, text: '1.10' }, list: [1, { x: null }] } }),
      test({ name: 't', check: 'unique', needs: [ids.model('a')] }),
    ]);
    for (const entry of graph.nodes.values()) {
      const described = describeNode(graph, entry);
      expect(JSON.parse(JSON.stringify(described))).toEqual(described);
    }
    expect(describeNode(graph, node(graph, ids.model('a'))).config).toMatchObject({ version: 1.1, list: [1, { x: null }] });
    expect(describeNode(graph, node(graph, ids.test('t'))).config).toMatchObject({ severity: 'error', warn_if: '!= 0' });
    expect(describeNode(graph, node(graph, ids.seed('rates'))).config).toMatchObject({ materialized: 'seed', column_types: {} });
  });
});

describe('the word of a node', () => {
  it('is its selector, its name or its file', () => {
    const graph = shop();
    const words = (id: string): readonly string[] =>
      (['selector', 'name', 'path'] as const).map((form) => nameNodes(graph, form)(node(graph, id)));
    expect(words(ids.model('orders'))).toEqual(['shop.marts.orders', 'orders', 'models/marts/orders.sql']);
    expect(words(ids.source('raw.orders'))).toEqual(['source:shop.raw.orders', 'raw.orders', 'models/sources.yaml']);
    expect(words(ids.test('T2'))).toEqual(['shop.marts.T2', 'T2', 'models/marts/schema.yaml']);
  });

  it('as a selector means that node alone', () => {
    const graph = graphOf([
      source('raw', 'orders'),
      source('raw', 'order lines'),
      seed('rates'),
      model({ name: 'marts', folder: 'core' }),
      model({ name: 'orders', folder: 'marts' }),
      model({ name: 'late', folder: 'marts/orders' }),
      model({ name: 'x', folder: 'shop/marts' }),
      model({ name: 'my model, (old)+1', folder: 'odd names' }),
      model({ name: 'v1.sql' }),
      test({ name: 'T1', check: 'unique', needs: [ids.model('orders')], folder: 'marts' }),
      test({ name: 'late', check: 'unique', needs: [ids.model('late')], folder: 'marts/orders' }),
      test({ name: 'singular', needs: [ids.model('orders')] }),
    ]);
    const selectorOf = nameNodes(graph, 'selector');
    for (const entry of graph.nodes.values()) {
      const { value, diagnostics } = select(graph, { select: [selectorOf(entry)], exclude: [], indirect: 'empty' });
      expect(diagnostics).toEqual([]);
      expect([...value.nodes]).toEqual([entry.id]);
    }
  });
});

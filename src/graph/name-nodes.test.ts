import { describe, expect, test as it } from 'vitest';
import { graphOf, ids, model, seed, shop, source, test } from './graph-fixture.ts';
import type { Graph } from './graph.ts';
import { nameNodes } from './name-nodes.ts';
import { select } from './select.ts';

const node = (graph: Graph, id: string) => [...graph.nodes.values()].find((entry) => entry.id === id) ?? expect.unreachable(id);

describe('the word of a node', () => {
  it('is its selector, its name or its file', () => {
    const graph = shop();
    const words = (id: string): readonly string[] =>
      (['selector', 'name', 'path'] as const).map((form) => nameNodes(graph, form)(node(graph, id)));
    expect(words(ids.model('orders'))).toEqual(['shop.marts.orders', 'orders', 'models/marts/orders.sql']);
    expect(words(ids.source('raw.orders'))).toEqual(['source:shop.raw.orders', 'raw.orders', 'models/sources.yaml']);
    expect(words(ids.test('T2'))).toEqual(['shop.marts.T2', 'T2', 'models/marts/schema.yaml']);
  });

  it('as a selector holds nothing that a terminal would obey', () => {
    const graph = graphOf([model({ name: 'a\u001b[31m\u009bb\u202e' })]);
    expect(nameNodes(graph, 'selector')(node(graph, 'model.shop.a\u001b[31m\u009bb\u202e'))).toBe('shop.a?[[]31m?b?');
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
      model({ name: 'my-model, (old)+1', folder: 'odd names' }),
      ...[' ', '-', ',', '(', ')', '+', '*', '?', '[', ']', '\\', ':', '@', '\u00a0'].map((odd) => model({ name: `a${odd}b` })),
      model({ name: '[x', folder: 'f' }),
      model({ name: 'late', folder: 'a[ ],(b)*?' }),
      model({ name: 'a+' }),
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

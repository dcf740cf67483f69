import { describe, expect, it } from 'vitest';
import { makeLineage, nameOf, selectNodes } from './client/shown-nodes.ts';
import { selectorWord } from './selector-word.ts';
import type { NodeRow } from './site-data.ts';

describe('selectorWord', () => {
  it.each([
    ['model', 'orders', 'orders'],
    ['model', 'my orders', 'shop.marts.my[ ]orders'],
    ['source', 'web.my visits', 'source:web.my[ ]visits'],
    ['exposure', 'a+b', 'exposure:a[+]b'],
    ['model', 'orders.sql', 'fqn:orders.sql'],
  ])('writes the %s `%s` as `%s`', (kind, label, word) => {
    expect(selectorWord({ kind, label, fqn: `shop.marts.${label}` })).toBe(word);
  });

  it('selects the node and no other', () => {
    const labels = ['my orders', 'my', 'orders', 'a+1', 'b,c', '(d)', '[e]', 'f*', 'f1', '@g', 'tag:h', 'i.sql', 'j?'];
    const rows = [...labels.map((label) => [label, 0] as const), ...['s.my t', 's.u+v', 's.w'].map((label) => [label, 1] as const), ['my board', 2] as const];
    const nodes = rows.map(([label, kind]): NodeRow => [label, kind, '', 'models/x.sql', `marts/${label}`, 0, 0, [], '', -1]);
    const lineage = makeLineage({
      project: 'shop',
      kinds: ['model', 'source', 'exposure'],
      forms: [],
      tags: [],
      groups: [],
      nodes,
      children: nodes.map(() => []),
    });
    for (const at of nodes.keys()) expect(selectNodes(lineage, nameOf(lineage, at)), nameOf(lineage, at)).toEqual({ nodes: new Set([at]) });
  });
});

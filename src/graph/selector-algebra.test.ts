import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import type { NodeId } from '../compile/compiled.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import { indirectSelections } from '../project/indirect-selection.ts';
import { graphOf, ids, model, source, test } from './graph-fixture.ts';
import type { Graph, GraphNode } from './graph.ts';
import { select } from './select.ts';
import { ancestors, descendants } from './traverse.ts';

/** Graphs of a source, up to twelve models in folders with tags, and tests of one or two of them. */
const graphs: fc.Arbitrary<Graph> = fc
  .tuple(
    fc.array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        folder: fc.constantFrom('', 'staging', 'marts'),
        tags: fc.subarray(['red', 'blue']),
      }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    fc.array(fc.record({ needs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), check: fc.constantFrom('unique', 'relationships') }), {
      maxLength: 10,
    }),
  )
  .map(([models, tests]) => {
    const nodes: GraphNode[] = [source('raw', 'a'), source('raw', 'b')];
    const sources = nodes.map((node) => node.id);
    models.forEach(({ needs, folder, tags }, at) => {
      const earlier = [...sources, ...Array.from({ length: at }, (_, other) => ids.model(`m${other}`))];
      nodes.push(model({ name: `m${at}`, folder, tags, needs: needs.flatMap((need) => earlier[need % earlier.length] ?? []) }));
    });
    const testable = nodes.map((node) => node.id);
    tests.forEach(({ needs, check }, at) => {
      nodes.push(test({ name: `t${at}`, check, folder: 'marts', needs: needs.flatMap((need) => testable[need % testable.length] ?? []) }));
    });
    return graphOf(nodes);
  });

const values = fc.constantFrom(
  'tag:red',
  'tag:blue',
  'fqn:marts',
  'm0',
  '*m1*',
  'source:raw.a',
  'source:raw',
  'test_name:unique',
  'resource_type:test',
  'path:models/staging',
  'package:this',
  'tag:none',
);
const modes = fc.constantFrom<IndirectSelection>(...indirectSelections);

/** Specs with and without operators, commas and groups. */
const specs: fc.Arbitrary<string> = fc.letrec<{ readonly spec: string; readonly primary: string }>((tie) => ({
  primary: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    values,
    fc.tuple(tie('spec'), tie('spec')).map(([a, b]) => `(${a} ${b})`),
    fc.tuple(tie('spec'), tie('spec')).map(([a, b]) => `(${a},${b})`),
  ),
  spec: fc.oneof(
    tie('primary'),
    fc.tuple(fc.constantFrom('', '+', '1+'), tie('primary'), fc.constantFrom('', '+', '+1')).map(([a, x, b]) => `${a}${x}${b}`),
    tie('primary').map((x) => `@${x}`),
  ),
})).spec;

function chosen(graph: Graph, spec: string | readonly string[], indirect: IndirectSelection): readonly NodeId[] {
  const { value, diagnostics } = select(graph, { select: typeof spec === 'string' ? [spec] : spec, exclude: [], indirect });
  expect(diagnostics.filter((entry) => entry.severity === 'error')).toEqual([]);
  return [...value.nodes];
}

function holdsFor(check: (graph: Graph, mode: IndirectSelection, a: string, b: string) => void): void {
  const property = fc.property(graphs, modes, specs, specs, (graph, mode, a, b) => {
    check(graph, mode, a, b);
  });
  fc.assert(property, { numRuns: 150 });
}

describe('for every graph, mode and spec', () => {
  it('a group of one is that one', () => {
    holdsFor((graph, mode, a) => expect(chosen(graph, `(${a})`, mode)).toEqual(chosen(graph, a, mode)));
  });

  it('union and intersection commute', () => {
    holdsFor((graph, mode, a, b) => {
      expect(chosen(graph, `${a} ${b}`, mode)).toEqual(chosen(graph, `${b} ${a}`, mode));
      expect(chosen(graph, `${a},${b}`, mode)).toEqual(chosen(graph, `${b},${a}`, mode));
    });
  });

  it('a space, a second argument and a group around both mean the same', () => {
    holdsFor((graph, mode, a, b) => {
      const expected = chosen(graph, `${a} ${b}`, mode);
      expect(chosen(graph, [a, b], mode)).toEqual(expected);
      expect(chosen(graph, `(${a} ${b})`, mode)).toEqual(expected);
    });
  });

  it('a graph operator on a union is the union of the operators', () => {
    holdsFor((graph, mode, a, b) => {
      // `buildable` asks for ancestors of what is selected, and an intersection takes some of them away: no law holds there.
      if (mode === 'buildable' && `${a} ${b}`.includes(',')) return;
      for (const [before, after] of [
        ['', '+'],
        ['', '+1'],
        ['', '+2'],
        ['+', ''],
        ['1+', ''],
        ['2+', ''],
        ['@', ''],
        ['1+', '+1'],
      ]) {
        const parts = [`(${a})`, `(${b})`].map((part) => `${before}${part}${after}`);
        expect(chosen(graph, `${before}(${a} ${b})${after}`, mode)).toEqual(chosen(graph, parts.join(' '), mode));
      }
    });
  });

  it('an operator never takes away', () => {
    holdsFor((graph, mode, a) => {
      const wider = new Set(chosen(graph, `(${a})+`, mode));
      expect(chosen(graph, a, mode).filter((id) => !wider.has(id))).toEqual([]);
    });
  });

  it('nodes come out in the order of the graph', () => {
    holdsFor((graph, mode, a) => {
      const found = new Set(chosen(graph, a, mode));
      expect([...found]).toEqual(graph.order.filter((id) => found.has(id)));
    });
  });

  it('excluding a selection from everything leaves the rest', () => {
    holdsFor((graph, mode, a) => {
      const { value } = select(graph, { select: [], exclude: [a], indirect: mode });
      const gone = new Set(chosen(graph, a, mode));
      expect([...value.nodes]).toEqual(graph.order.filter((id) => !gone.has(id)));
    });
  });

  it('many names mean the same as each name alone', () => {
    fc.assert(
      fc.property(graphs, modes, (graph, mode) => {
        const names = [...graph.nodes.values()]
          .filter((node) => node.resourceType !== 'source')
          .flatMap((node) => [node.name, node.fqn.join('.'), node.fqn.slice(1).join('.'), node.fqn.slice(0, -1).join('.')]);
        const each = new Set(names.flatMap((name) => chosen(graph, name, mode === 'eager' ? 'eager' : 'empty')));
        expect(chosen(graph, names, mode === 'eager' ? 'eager' : 'empty')).toEqual(graph.order.filter((id) => each.has(id)));
      }),
    );
  });
});

/** Distance from every node of `from` along `edges`, by repeated relaxation. */
function distances(graph: Graph, edges: ReadonlyMap<NodeId, readonly NodeId[]>, from: ReadonlySet<NodeId>): ReadonlyMap<NodeId, number> {
  const found = new Map<NodeId, number>([...from].map((id) => [id, 0]));
  for (let round = 0; round < graph.order.length; round += 1) {
    for (const [id, distance] of Array.from(found)) {
      for (const next of edges.get(id) ?? []) found.set(next, Math.min(found.get(next) ?? Infinity, distance + 1));
    }
  }
  return found;
}

describe('walks agree with a naive search', () => {
  const starts = graphs.chain((graph) => fc.tuple(fc.constant(graph), fc.subarray([...graph.order]), fc.integer({ min: 0, max: 4 })));

  it('for every depth and direction', () => {
    fc.assert(
      fc.property(starts, ([graph, from, depth]) => {
        const start = new Set(from);
        for (const [walk, edges] of [
          [ancestors, graph.parents],
          [descendants, graph.children],
        ] as const) {
          const within = (limit: number): readonly NodeId[] =>
            [...distances(graph, edges, start)]
              .filter(([id, distance]) => distance <= limit && !start.has(id))
              .map(([id]) => id)
              .sort();
          expect([...walk(graph, start, depth)].sort()).toEqual(within(depth));
          expect([...walk(graph, start)].sort()).toEqual(within(Infinity));
        }
      }),
    );
  });

  it('for @', () => {
    fc.assert(
      fc.property(graphs, values, (graph, value) => {
        const members = new Set(chosen(graph, value, 'empty'));
        const below = new Set(distances(graph, graph.children, members).keys());
        const needed = new Set(distances(graph, graph.parents, below).keys());
        expect(chosen(graph, `@${value}`, 'empty')).toEqual(graph.order.filter((id) => needed.has(id)));
      }),
    );
  });
});

it('tests come along as each mode says, for every graph and plain spec', () => {
  fc.assert(
    fc.property(graphs, modes, values, (graph, mode, value) => {
      const named = new Set(chosen(graph, value, 'empty'));
      const above = new Set(distances(graph, graph.parents, named).keys());
      const expected = graph.order.filter((id) => {
        const node = graph.nodes.get(id);
        const parents = graph.parents.get(id) ?? [];
        if (named.has(id) || node?.resourceType !== 'test' || mode === 'empty') return named.has(id);
        if (!parents.some((parent) => named.has(parent))) return false;
        if (mode === 'eager') return true;
        return parents.every(
          (parent) =>
            named.has(parent) || (mode === 'buildable' && (above.has(parent) || graph.nodes.get(parent)?.resourceType === 'source')),
        );
      });
      expect(chosen(graph, value, mode)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import { buildGraph } from './build-graph.ts';
import { buildFrom, graphOf, ids, model, projectOf, seed, shop, shortNames, source, test } from './graph-fixture.ts';
import type { GraphNode } from './graph.ts';
import { brokenFor, compareOrder } from './traverse.ts';

/** Models m0 … mn, each needing some of those before it. */
const acyclicModels = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .map((needs) =>
    needs.map((list, at) => model({ name: `m${at}`, needs: at === 0 ? [] : list.map((other) => ids.model(`m${other % at}`)) })),
  );

describe('edges', () => {
  it('run from what is needed to what needs it, each once and in order of first mention', () => {
    const graph = graphOf([
      model({ name: 'a' }),
      model({ name: 'b' }),
      model({ name: 'c', needs: [ids.model('b'), ids.model('a'), ids.model('b')] }),
    ]);
    expect(graph.parents.get(ids.model('c'))).toEqual([ids.model('b'), ids.model('a')]);
    expect(graph.children.get(ids.model('a'))).toEqual([ids.model('c')]);
    expect(graph.children.get(ids.model('c'))).toEqual([]);
  });

  it('put tests below everything they read and never between models', () => {
    const graph = shop();
    expect(graph.parents.get(ids.test('T2'))).toEqual([ids.model('orders'), ids.model('stg_customers')]);
    expect(graph.children.get(ids.test('T2'))).toEqual([]);
    expect(graph.parents.get(ids.model('orders'))).toEqual([ids.model('stg_orders')]);
  });

  it('hang a generic test below its node even when no argument mentions it', () => {
    const unattached = { ...test({ name: 't', check: 'unique', needs: [ids.model('a')] }), dependsOn: [] };
    expect(graphOf([model({ name: 'a' }), unattached]).parents.get(ids.test('t'))).toEqual([ids.model('a')]);
  });

  it('belong to the first of two nodes with one id', () => {
    const graph = graphOf([model({ name: 'a' }), model({ name: 'a', folder: 'other' }), model({ name: 'b', needs: [ids.model('a')] })]);
    expect([...graph.nodes.values()].map((node) => node.path)).toEqual(['models/a.sql', 'models/b.sql']);
    expect(graph.parents.get(ids.model('b'))).toEqual([ids.model('a')]);
  });

  it('to something that is nowhere are a bug', () => {
    expect(() => buildFrom([model({ name: 'a', needs: [ids.model('gone')] })])).toThrow(/not in the project/);
  });
});

describe('order', () => {
  it('goes by depth and then by id', () => {
    const graph = shop();
    expect(shortNames(graph, graph.order)).toEqual([
      'raw.customers',
      'raw.orders',
      'stg_customers',
      'stg_orders',
      'orders',
      'T1',
      'customers',
      'T2',
      'T3',
    ]);
  });

  it('has every node once and after all its parents', () => {
    fc.assert(
      fc.property(acyclicModels, (models) => {
        const graph = graphOf(models);
        expect(new Set(graph.order).size).toBe(models.length);
        const position = new Map(graph.order.map((id, at) => [id, at]));
        for (const [id, parents] of graph.parents) {
          for (const parent of parents) expect(position.get(parent)).toBeLessThan(position.get(id) ?? -1);
        }
      }),
    );
  });

  it('does not depend on the order in which nodes were given', () => {
    const shuffled = acyclicModels.chain((models) =>
      fc.tuple(fc.constant(models), fc.shuffledSubarray(models, { minLength: models.length, maxLength: models.length })),
    );
    fc.assert(
      fc.property(shuffled, ([models, other]) => {
        expect(graphOf(other).order).toEqual(graphOf(models).order);
      }),
    );
  });

  it('sorts ids by compareOrder', () => {
    const graph = shop();
    expect([ids.model('customers'), ids.source('raw.orders'), ids.model('orders')].sort(compareOrder(graph))).toEqual([
      ids.source('raw.orders'),
      ids.model('orders'),
      ids.model('customers'),
    ]);
  });

  it('of a chain of 20,000 models takes no recursion and little time', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => model({ name: `m${at}`, needs: at === 0 ? [] : [ids.model(`m${at - 1}`)] }));
    const start = performance.now();
    const graph = graphOf(chain);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(graph.order[19_999]).toBe(ids.model('m19999'));
    expect(graph.order[1]).toBe(ids.model('m1'));
  });
});

describe('cycles', () => {
  const circle = (...names: readonly string[]): readonly GraphNode[] =>
    names.map((name, at) => model({ name, needs: [ids.model(names[(at + 1) % names.length] ?? '')] }));

  it('are told as the whole path with files, at the ref that closes it', () => {
    const { value, diagnostics } = buildFrom([...circle('c', 'a', 'b'), model({ name: 'd', needs: [ids.model('a')] })]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: 'dependency-cycle',
      message: 'models need each other in a circle: `a -> b -> c -> a`',
      span: { path: 'models/c.sql', start: 0, end: 5 },
      notes: [
        { message: '`a` (models/a.sql) needs `b`', span: { path: 'models/a.sql' } },
        { message: '`b` (models/b.sql) needs `c`', span: { path: 'models/b.sql' } },
      ],
    });
    // A problem of the project as such, which stops every command.
    expect(diagnostics[0]?.node).toBeUndefined();
    expect(value.order).toHaveLength(4);
  });

  it('of one model say to use `this`', () => {
    const { diagnostics } = buildFrom([model({ name: 'a', needs: [ids.model('b'), ids.model('a')] }), model({ name: 'b' })]);
    expect(diagnostics).toMatchObject([
      { code: 'self-reference', message: 'model `a` refers to itself', span: { path: 'models/a.sql', start: 10, end: 15 } },
    ]);
    expect(diagnostics[0]?.help).toContain('{{this}}');
  });

  it('are told once for each knot, by a shortest one in it', () => {
    const needs = (name: string, ...others: readonly string[]): GraphNode =>
      model({ name, needs: others.map((other) => ids.model(other)) });
    const { diagnostics } = buildFrom([
      needs('a', 'b'),
      needs('b', 'c'),
      needs('c', 'd'),
      needs('d', 'a', 'c'),
      needs('x', 'y'),
      needs('y', 'x'),
      needs('below', 'a', 'x'),
    ]);
    expect(diagnostics.map((entry) => entry.message)).toEqual([
      'models need each other in a circle: `c -> d -> c`',
      'models need each other in a circle: `x -> y -> x`',
    ]);
  });

  it('of 20,000 models are found without recursion', () => {
    const { diagnostics } = buildFrom(circle(...Array.from({ length: 20_000 }, (_, at) => `m${at}`)));
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain('m0 -> m1 -> m2 -> ');
    expect(diagnostics[0]?.message).toContain('m19999 -> m0');
    expect(diagnostics[0]?.notes.at(-1)?.message).toBe('and 19987 more');
  });

  it('exist exactly where following refs comes back', () => {
    const anyModels = fc
      .array(fc.array(fc.nat(), { maxLength: 2 }), { minLength: 1, maxLength: 12 })
      .map((needs) => needs.map((list) => [...new Set(list.map((other) => other % needs.length))]));
    fc.assert(
      fc.property(anyModels, (needs) => {
        const models = needs.map((list, at) => model({ name: `m${at}`, needs: list.map((other) => ids.model(`m${other}`)) }));
        const { value, diagnostics } = buildFrom(models);
        const from = (at: number): ReadonlySet<number> => {
          const seen = new Set<number>();
          const visit = (node: number): void =>
            needs[node]?.forEach((next) => {
              if (seen.has(next)) return;
              seen.add(next);
              visit(next);
            });
          visit(at);
          return seen;
        };
        const reach = needs.map((_, at) => from(at));
        const onCycle = needs.flatMap((_, at) => (reach[at]?.has(at) ? [at] : []));
        const knots = new Set(onCycle.map((at) => onCycle.find((other) => reach[at]?.has(other) && reach[other]?.has(at))));
        expect(diagnostics).toHaveLength(knots.size);
        expect(new Set(value.order).size).toBe(models.length);
      }),
    );
  });
});

describe('a source that the project builds itself', () => {
  const reader = model({ name: 'reader', needs: [ids.source('raw.countries')] });

  it('waits for its builder, and the warning offers ref', () => {
    const { value, diagnostics } = buildFrom([seed('countries', 'raw'), source('raw', 'countries'), reader]);
    expect(value.parents.get(ids.source('raw.countries'))).toEqual([ids.seed('countries')]);
    expect(diagnostics).toMatchObject([
      {
        code: 'source-built-here',
        severity: 'warning',
        message: 'source `raw.countries` is the table that seed `countries` of this project builds',
        span: { path: 'models/reader.sql', start: 0, end: 5 },
      },
    ]);
    expect(diagnostics[0]?.help).toContain('{{ref "countries"}}');
  });

  it('is found by names as the engine folds them', () => {
    const project = projectOf([seed('Countries', 'RAW'), source('raw', 'countries'), reader]);
    expect(buildGraph(project).diagnostics).toEqual([]);
    const { value } = buildGraph(project, (name) => name.toLowerCase());
    expect(value.parents.get(ids.source('raw.countries'))).toEqual([ids.seed('Countries')]);
  });

  it('gets no edge that would close a cycle', () => {
    const { value, diagnostics } = buildFrom([
      source('main', 'events'),
      model({ name: 'clean', needs: [ids.source('main.events')] }),
      model({ name: 'events', needs: [ids.model('clean')] }),
    ]);
    expect(value.parents.get(ids.source('main.events'))).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: 'source-closes-cycle', severity: 'warning', span: { path: 'models/clean.sql' } }]);
    expect(shortNames(value, value.order)).toEqual(['main.events', 'clean', 'events']);
  });

  it('is an error where a view would read itself through it, at the one that reads the source', () => {
    const reads = (
      name: string,
      sql: string,
      needs: readonly string[],
      materialized: 'view' | 'table' | 'ephemeral' = 'view',
    ): GraphNode => {
      const node = model({ name, needs, materialized });
      return { ...node, full: { ...node.full, sql } };
    };
    const events = reads('events', 'select * from main.clean', [ids.model('clean')]);
    const codesOf = (...nodes: readonly GraphNode[]): readonly unknown[] =>
      buildFrom([source('main', 'events'), ...nodes]).diagnostics.map(({ code, node }) => [code, node]);
    expect(codesOf(reads('events', 'select * from main.events', [ids.source('main.events')]))).toEqual([
      ['self-reference', ids.model('events')],
    ]);
    const clean = 'select * from main.events';
    for (const kind of ['view', 'ephemeral'] as const) {
      expect(codesOf(reads('clean', clean, [ids.source('main.events')], kind), events)).toEqual([['self-reference', ids.model('clean')]]);
    }
    // A table holds what it read, and a hook is no query.
    expect(codesOf(reads('clean', clean, [ids.source('main.events')], 'table'), events)).toEqual([
      ['source-closes-cycle', ids.model('clean')],
    ]);
    expect(codesOf(reads('clean', 'select 1', [ids.source('main.events')]), events)).toEqual([['source-closes-cycle', ids.model('clean')]]);
    const other = reads('clean', 'select * from main.events', [ids.source('main.events')]);
    const two = buildFrom([
      source('main', 'events'),
      source('main', 'clean'),
      other,
      reads('events', 'select * from main.clean', [ids.source('main.clean')]),
    ]);
    expect(two.diagnostics.map(({ code }) => code)).toEqual(['self-reference', 'self-reference']);
  });

  it('is linked without a word when no model reads it', () => {
    const { value, diagnostics } = buildFrom([seed('countries', 'raw'), source('raw', 'countries')]);
    expect(value.parents.get(ids.source('raw.countries'))).toEqual([ids.seed('countries')]);
    expect(diagnostics).toEqual([]);
  });

  it('is not one when it is a file read in place, or the model is ephemeral', () => {
    const file = { ...source('main', 'a'), external: "'data/a.csv'" };
    const { value } = buildFrom([file, source('main', 'b'), model({ name: 'a' }), model({ name: 'b', materialized: 'ephemeral' })]);
    expect(value.parents.get(ids.source('main.a'))).toEqual([]);
    expect(value.parents.get(ids.source('main.b'))).toEqual([]);
  });
});

describe('broken nodes', () => {
  it('stop only what needs them', () => {
    const nodes = [model({ name: 'a' }), model({ name: 'b', needs: [ids.model('a')] }), model({ name: 'c' })];
    const { value } = buildFrom(nodes, { broken: [ids.model('a')] });
    expect(brokenFor(value, new Set([ids.model('b'), ids.model('c')]))).toEqual([ids.model('a')]);
    expect(brokenFor(value, new Set([ids.model('c')]))).toEqual([]);
  });

  it('are also those that refer to something absent that is broken or turned off', () => {
    const { value } = buildFrom([model({ name: 'b', needs: [ids.model('a')] }), model({ name: 'c', needs: [ids.model('off')] })], {
      broken: [ids.model('a')],
      disabled: [{ id: ids.model('off'), name: 'off' }],
    });
    expect([...value.broken]).toEqual([ids.model('b'), ids.model('c')]);
  });
});

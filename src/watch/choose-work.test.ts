import { describe, expect, it } from 'vitest';
import type { NodeId } from '../compile/compiled.ts';
import { graphOf, ids, model, seed, shop, shortNames, test } from '../graph/graph-fixture.ts';
import type { Graph } from '../graph/graph.ts';
import { chooseWork, decideDuringRun } from './choose-work.ts';
import type { WatchedCommand, WorkKind } from './choose-work.ts';

const all = (graph: Graph): ReadonlySet<NodeId> => new Set(graph.order);

function chosen(
  graph: Graph,
  command: WatchedCommand,
  kind: WorkKind,
  touched: readonly NodeId[],
  rest: { selected?: ReadonlySet<NodeId>; failed?: readonly NodeId[] } = {},
): readonly string[] {
  const { selected = all(graph), failed = [] } = rest;
  return [...shortNames(graph, chooseWork(kind, { graph, selected, command, touched: new Set(touched), failed: new Set(failed) }))].sort();
}

describe('what a save is about', () => {
  const graph = shop();

  it('is the model and, where tests belong to the command, the tests on it', () => {
    expect(chosen(graph, 'run', 'changed', [ids.model('orders')])).toEqual(['orders']);
    expect(chosen(graph, 'build', 'changed', [ids.model('orders')])).toEqual(['T2', 'T3', 'orders']);
    expect(chosen(graph, 'test', 'changed', [ids.model('orders')])).toEqual(['T2', 'T3']);
    expect(chosen(graph, 'compile', 'changed', [ids.model('orders')])).toEqual(['orders']);
  });

  it('is a test that changed, for commands that test', () => {
    expect(chosen(graph, 'build', 'changed', [ids.test('T1')])).toEqual(['T1']);
    expect(chosen(graph, 'run', 'changed', [ids.test('T1')])).toEqual([]);
  });

  it('is a seed, or for a run the models that load it', () => {
    const seeded = graphOf([
      seed('raw'),
      model({ name: 'a', needs: [ids.seed('raw')] }),
      model({ name: 'b', needs: [ids.model('a')] }),
      test({ name: 'T', check: 'unique', needs: [ids.seed('raw')] }),
    ]);
    expect(chosen(seeded, 'build', 'changed', [ids.seed('raw')])).toEqual(['T', 'raw']);
    expect(chosen(seeded, 'run', 'changed', [ids.seed('raw')])).toEqual(['a']);
    expect(chosen(seeded, 'test', 'changed', [ids.seed('raw')])).toEqual(['T']);
  });

  it('never leaves the selection', () => {
    const selected = new Set([ids.model('stg_orders'), ids.model('customers')]);
    expect(chosen(graph, 'build', 'changed', [ids.model('orders')], { selected })).toEqual([]);
    expect(chosen(graph, 'build', 'downstream', [ids.model('stg_orders')], { selected })).toEqual(['customers', 'stg_orders']);
    expect(chosen(graph, 'build', 'all', [], { selected })).toEqual(['customers', 'stg_orders']);
  });
});

describe('what a key is about', () => {
  const graph = shop();

  it('is what lies below, tests, failures or all', () => {
    expect(chosen(graph, 'run', 'downstream', [ids.model('stg_orders')])).toEqual(['customers', 'orders', 'stg_orders']);
    expect(chosen(graph, 'build', 'downstream', [ids.model('orders')])).toEqual(['T2', 'T3', 'customers', 'orders']);
    expect(chosen(graph, 'run', 'test', [ids.model('orders')])).toEqual(['T2', 'T3']);
    expect(chosen(graph, 'run', 'failed', [], { failed: [ids.model('orders'), ids.model('gone')] })).toEqual(['orders']);
    expect(chosen(graph, 'run', 'all', []).length).toBe(graph.nodes.size);
  });
});

describe('a change while a run goes on', () => {
  const graph = shop();
  const decide = (changed: readonly string[], open: readonly string[]): string =>
    decideDuringRun(graph, new Set(changed.map((name) => ids.model(name))), new Set(open.map((name) => ids.model(name))));

  it('stops the run when it still has to do what changed, or what reads that', () => {
    expect(decide(['orders'], ['orders'])).toBe('cancel');
    expect(decide(['stg_orders'], ['customers'])).toBe('cancel');
  });

  it('waits for it when that is done or of no concern', () => {
    expect(decide(['orders'], ['stg_customers'])).toBe('queue');
    expect(decide(['customers'], ['orders'])).toBe('queue');
    expect(decide(['orders'], [])).toBe('queue');
  });
});

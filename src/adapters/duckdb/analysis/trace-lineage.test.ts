import { describe, expect, it } from 'vitest';
import { createInputTable } from '../../../adapter/lineage/input-table.ts';
import { influenceOf, flattenInfluences } from '../../../adapter/lineage/influences.ts';
import { kindOfEdge, sourceOfEdge } from '../../../adapter/lineage/column-lineage.ts';
import { columnAt } from '../../../adapter/lineage/row-flow.ts';
import type { Operator } from './plan.ts';
import { traceLineage } from './trace-lineage.ts';

/** What a scan of `t` with these columns looks like in a plan. */
function scan(...names: readonly string[]): object {
  return {
    type: 'LOGICAL_GET',
    children: [],
    name: 'seq_scan',
    names,
    function_data: { schema: 'main', table: 't' },
    column_indexes: names.map((_, index) => ({ index })),
    projection_ids: [],
  };
}

const reference = (index: number): object => ({ expression_class: 'BOUND_REF', index, return_type: { id: 'INTEGER' } });

/** Lineage of column `at`, in words. */
function trace(plan: object, at: number): { edges: readonly string[]; rows: readonly string[]; keys: unknown; opaque: unknown } {
  const inputs = createInputTable();
  // Plans of an engine that does not exist yet.
  const { flow, opaque } = traceLineage(plan as Operator, {
    inputs,
    origin: (schema, name) => ({ kind: 'relation', relation: { schema, name }, notNull: new Set(['a']), unique: [['a']] }),
  });
  const name = (source: Parameters<typeof inputs.source>[0]): string => inputs.source(source).column;
  return {
    edges: (columnAt(flow, at)?.edges ?? []).map((edge) => `${kindOfEdge(edge)} ${name(sourceOfEdge(edge))}`),
    rows: [...flattenInfluences(flow.influences)].map((id) => `${influenceOf(id).kind} ${name(influenceOf(id).source)}`),
    keys: flow.keys,
    opaque,
  };
}

describe('what the walker does not know', () => {
  it('an operator makes everything of everything, in any column', () => {
    const plan = { type: 'LOGICAL_TIME_TRAVEL', children: [scan('a', 'b')] };
    const everything = {
      edges: ['opaque a', 'opaque b'],
      rows: ['opaque a', 'opaque b'],
      keys: [],
      opaque: [{ kind: 'operator', name: 'LOGICAL_TIME_TRAVEL' }],
    };
    expect(trace(plan, 0)).toEqual(everything);
    expect(trace(plan, 7)).toEqual(everything);
  });
  it('columns beside an unknown operator have no certain place', () => {
    const plan = { type: 'LOGICAL_CROSS_PRODUCT', children: [scan('a'), { type: 'LOGICAL_TIME_TRAVEL', children: [scan('b')] }] };
    expect(trace(plan, 0)).toMatchObject({ edges: ['opaque a', 'opaque b'], rows: ['opaque b'], keys: [] });
  });
  it('what is known above an unknown operator stays opaque', () => {
    const plan = {
      type: 'LOGICAL_PROJECTION',
      expressions: [reference(3)],
      children: [{ type: 'LOGICAL_TIME_TRAVEL', children: [scan('a')] }],
    };
    expect(trace(plan, 0)).toMatchObject({ edges: ['opaque a'], rows: ['opaque a'] });
  });
  it('an expression may be made of every column below it', () => {
    const plan = {
      type: 'LOGICAL_PROJECTION',
      expressions: [reference(0), { expression_class: 'BOUND_ORACLE', return_type: { id: 'INTEGER' } }],
      children: [scan('a', 'b')],
    };
    expect(trace(plan, 0)).toMatchObject({ edges: ['identity a'], rows: [] });
    expect(trace(plan, 1)).toMatchObject({
      edges: ['opaque a', 'opaque b'],
      rows: [],
      opaque: [{ kind: 'expression', name: 'BOUND_ORACLE' }],
    });
  });
  it('a reference to a column that is not there is no column at all', () => {
    const plan = { type: 'LOGICAL_PROJECTION', expressions: [reference(5)], children: [scan('a', 'b')] };
    expect(trace(plan, 0)).toMatchObject({ edges: ['opaque a', 'opaque b'], opaque: [{ kind: 'expression', name: 'reference 5' }] });
  });
  it('a join of an unknown kind', () => {
    const plan = {
      type: 'LOGICAL_COMPARISON_JOIN',
      join_type: 'SIDEWAYS',
      left_projection_map: [],
      right_projection_map: [],
      children: [scan('a'), scan('b')],
    };
    expect(trace(plan, 1)).toMatchObject({
      edges: ['opaque a', 'opaque b'],
      opaque: [{ kind: 'operator', name: 'LOGICAL_COMPARISON_JOIN' }],
    });
  });
  it('a CTE and an outer column that nobody defined', () => {
    expect(trace({ type: 'LOGICAL_CTE_REF', cte_index: 3, children: [] }, 0)).toMatchObject({
      edges: [],
      opaque: [{ name: 'LOGICAL_CTE_REF' }],
    });
    expect(trace({ type: 'LOGICAL_DELIM_GET', table_index: 3, chunk_types: [], children: [] }, 0)).toMatchObject({
      opaque: [{ name: 'LOGICAL_DELIM_GET' }],
    });
  });
});

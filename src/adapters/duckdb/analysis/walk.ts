/** What the rules for single operators need of the walk that they are part of. */
import { noLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { columnAt, opaqueFlow } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { projectKeys } from '../../../adapter/lineage/row-keys.ts';
import { repeatedPlace } from './null-rules.ts';
import type { Expression, LogicalType, Operator } from './plan.ts';
import type { Surroundings } from './trace-expression.ts';
import type { ScanNames } from './scan-names.ts';

/** Columns of an outer query that a subquery below a join repeats. */
export interface OuterColumns {
  readonly columns: readonly ColumnLineage[];
  readonly types: readonly LogicalType[];
}

/** One walk. It remembers what operators refer to by number. */
export interface Walk extends ScanNames, Surroundings {
  readonly trace: (operator: Operator) => RowFlow;
  readonly expressions: (expressions: readonly Expression[], flow: RowFlow) => readonly ColumnLineage[];
  /** Runs `job` with these columns as the nearest outer ones. */
  readonly inside: <T>(outer: OuterColumns, job: () => T) => T;
  readonly rememberCte: (table: number, flow: RowFlow) => void;
}

/** Never wrong: everything below may have come into everything. */
export function unknownOperator(operator: { readonly type: string; readonly children: readonly Operator[] }, walk: Walk): RowFlow {
  walk.report({ kind: 'operator', name: operator.type });
  return opaqueFlow(operator.children.map((child) => walk.trace(child)));
}

/** The flow of the only child, or of the first. */
export function below(operator: Operator, walk: Walk): RowFlow {
  const [child] = operator.children;
  return child === undefined ? unknownOperator(operator, walk) : walk.trace(child);
}

/** A flow with these columns in place of its own. */
export function projected(flow: RowFlow, expressions: readonly Expression[], walk: Walk): RowFlow {
  return {
    columns: walk.expressions(expressions, flow),
    influences: flow.influences,
    // Most rows have no key, and then nobody asks where a column comes from.
    keys: flow.keys.length === 0 ? flow.keys : projectKeys(flow.keys, expressions.map(repeatedPlace)),
  };
}

/** Only these columns go up; an empty list means all of them. */
export function picked(flow: RowFlow, places: readonly number[] | undefined): RowFlow {
  if (places === undefined || places.length === 0 || flow.any !== undefined) return flow;
  return { ...flow, columns: places.map((at) => columnAt(flow, at) ?? noLineage), keys: projectKeys(flow.keys, places) };
}

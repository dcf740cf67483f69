/** What an operator of a plan hands up: its columns, and what is known of its rows. Shared by all engines. */
import type { InfluenceKind } from '../analysis.ts';
import { influencesOf, makeLineage, noLineage, withNotNull } from './column-lineage.ts';
import type { ColumnLineage } from './column-lineage.ts';
import { joinInfluences, noInfluences } from './influences.ts';
import type { Influences } from './influences.ts';
import { keysWithout } from './row-keys.ts';
import type { Key } from './row-keys.ts';

export interface RowFlow {
  readonly columns: readonly ColumnLineage[];
  /** What decides which rows there are. */
  readonly influences: Influences;
  readonly keys: readonly Key[];
  /** For an operator that could not be followed: what any column may be. `columns` and `keys` are then empty. */
  readonly any?: ColumnLineage;
}

export const noRows: RowFlow = { columns: [], influences: noInfluences, keys: [] };

/** The column at a place, or undefined when the flow is narrower. */
export function columnAt(flow: RowFlow, at: number): ColumnLineage | undefined {
  return flow.columns[at] ?? flow.any;
}

/** Two flows beside each other, as a join makes them. */
export function besideFlow(left: RowFlow, right: RowFlow, keys: readonly Key[]): RowFlow {
  const influences = joinInfluences([left.influences, right.influences]);
  if (left.any === undefined && right.any === undefined) return { columns: [...left.columns, ...right.columns], influences, keys };
  // Behind a part of unknown width no place is certain.
  return { columns: [], influences, keys: [], any: anyOf([left, right]) };
}

/** A flow with more columns behind its own; its rows stay. */
export function widenFlow(flow: RowFlow, columns: readonly ColumnLineage[], keys: readonly Key[] = flow.keys): RowFlow {
  return besideFlow(flow, { ...noRows, columns }, keys);
}

/** What could be made of these flows in a way that nobody knows: everything of everything, in any column and in the choice of rows. */
export function opaqueFlow(flows: readonly RowFlow[]): RowFlow {
  const any = anyOf(flows);
  const influences = joinInfluences([...flows.map((flow) => flow.influences), influencesOf([any], 'opaque')]);
  return { columns: [], influences, keys: [], any };
}

/** All columns of these flows in one opaque lineage. */
export function anyOf(flows: readonly RowFlow[]): ColumnLineage {
  return makeLineage(
    flows.flatMap((flow) => [...flow.columns, flow.any ?? noLineage]),
    'opaque',
  );
}

/** The same columns, with rows decided by more. */
export function withRowInfluence(flow: RowFlow, by: readonly ColumnLineage[], kind: InfluenceKind): RowFlow {
  return by.length === 0 ? flow : { ...flow, influences: joinInfluences([flow.influences, influencesOf(by, kind)]) };
}

/** What a condition that every row satisfies says: places that are not NULL, and places that hold one value in all rows. */
export interface Condition {
  readonly notNull: readonly number[];
  readonly constant: readonly number[];
}

export function underCondition(flow: RowFlow, { notNull, constant }: Condition): RowFlow {
  let { columns } = flow;
  for (const at of notNull) {
    const column = columns[at];
    if (column?.notNull === false) columns = columns.with(at, withNotNull(column, true));
  }
  const keys = keysWithout(flow.keys, constant);
  return columns === flow.columns && keys === flow.keys ? flow : { ...flow, columns, keys };
}

/** The side of an outer join that may have met nothing. */
export function nullableFlow(flow: RowFlow): RowFlow {
  return { ...flow, columns: flow.columns.map((column) => withNotNull(column, false)) };
}

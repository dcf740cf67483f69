/** The columns of what a query reads, declared relations and table functions, and of rows that it writes down. */
import { makeLineage, mergeLineages, noLineage, sourceLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import { columnAt, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { Key } from '../../../adapter/lineage/row-keys.ts';
import { isNone } from './plan.ts';
import type { Get, Values } from './plan.ts';
import { below } from './walk.ts';
import type { Walk } from './walk.ts';
import type { Origin, ScanNames } from './scan-names.ts';

export function traceGet(get: Get, walk: Walk): RowFlow {
  return get.children.length === 0 ? traceScan(get, walk) : traceCorrelated(get, below(get, walk));
}

export function traceValues(values: Values, walk: Walk): RowFlow {
  const flow = below(values, walk);
  const rows = values.expressions.map((row) => walk.expressions(row, flow));
  const columns = (rows[0] ?? []).map((_, at) => mergeLineages(rows.map((row) => row[at] ?? noLineage)));
  return { columns, influences: flow.influences, keys: rows.length === 1 ? flow.keys : [] };
}

function traceScan(get: Get, { inputs, origin }: ScanNames): RowFlow {
  const { name, function_data: data, parameters, named_parameters: named } = get;
  const from: Origin =
    data?.table === undefined || data.schema === undefined
      ? { kind: 'function', name, call: JSON.stringify([parameters, named]) }
      : origin(data.schema, data.table);
  const input = from.kind === 'relation' ? inputs.relation(from.relation) : inputs.tableFunction(from.name, from.call);
  const notNull = from.kind === 'relation' ? from.notNull : undefined;
  const names = scannedNames(get);
  return {
    // Row numbers and other columns that no relation declares come from nowhere.
    columns: names.map((column) => (column === undefined ? noLineage : sourceLineage(inputs.column(input, column), notNull?.has(column)))),
    influences: noInfluences,
    keys: from.kind === 'relation' ? keysAmong(names, from.unique) : [],
  };
}

function scannedNames({ column_indexes: read, projection_ids: kept, names }: Get): readonly (string | undefined)[] {
  const all = read.map(({ index }) => (isNone(index) ? undefined : names[index]));
  return kept.length === 0 ? all : kept.map((at) => all[at]);
}

function keysAmong(names: readonly (string | undefined)[], unique: readonly (readonly string[])[]): readonly Key[] {
  const keys: Key[] = [];
  for (const key of unique) {
    const places = key.map((name) => names.indexOf(name));
    if (!places.includes(-1)) keys.push(places);
  }
  return smallestKeys(keys);
}

/** A function of columns computes: everything it gives, and how many rows, follows from its arguments. */
function traceCorrelated(get: Get, flow: RowFlow): RowFlow {
  const args = flow.any === undefined ? flow.columns.slice(0, get.input_table_types?.length) : [flow.any];
  const elements = get.name === 'unnest' ? args[0]?.elements : undefined;
  const value: ColumnLineage = { ...(elements ?? makeLineage(args, 'transformation')), notNull: false };
  const passed = (get.projected_input ?? []).map((at) => columnAt(flow, at) ?? noLineage);
  const columns = [...scannedNames(get).map(() => value), ...passed];
  return withRowInfluence({ columns, influences: flow.influences, keys: [] }, elements === undefined ? args : [], 'join');
}

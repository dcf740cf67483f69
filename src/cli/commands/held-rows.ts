/** Reads what was set aside of a model, as people may see it. */
import type { Connection, ResultSet } from '../../adapter/connection.ts';
import type { CatalogRelation, Relation } from '../../adapter/relation.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import type { Dialect } from '../../adapter/dialect.ts';
import { presentRows } from '../../execute/failing-rows.ts';
import type { Graph } from '../../graph/graph.ts';
import { keyColumns, maskedColumns } from '../../plan/plan-tests.ts';

/** What is held of one model. */
export interface HeldModel {
  readonly model: CompiledModel;
  readonly table: Relation;
  readonly columns: CatalogRelation['columns'];
}

/** The newest rows with the names of the tests that they fail, masked; a hash of a row says too much of what is in it. */
export async function readHeldRows(
  dialect: Dialect,
  connection: Connection,
  graph: Graph,
  { model, table, columns }: HeldModel,
  limit: number,
): Promise<ResultSet> {
  const own = columns.filter(({ name }) => !name.startsWith('_tx_'));
  const list = [...own.map(({ name }) => dialect.quoteIdentifier(name)), '_tx_reasons', '_tx_quarantined_at', '_tx_run_id'].join(', ');
  const order = `_tx_quarantined_at desc, ${own.length === 0 ? '' : own.map((_column, at) => at + 1).join(', ')}`;
  const most = Number.isFinite(limit) ? ` limit ${limit}` : '';
  const { rows } = await connection.query({ sql: `select ${list} from ${dialect.relation(table)} order by ${order}${most}` });
  const type = dialect.typeName('text');
  const told = {
    columns: [...own, ...['fails', 'since', 'run'].map((name) => ({ name, type }))],
    rows: rows.map((row) => row.map((cell, at) => (at === own.length ? testsIn(String(cell)) : cell))),
  };
  return presentRows(told, [...keyColumns(graph, model)], maskedColumns(model));
}

/** The names in a JSON list of reasons. */
function testsIn(reasons: string): string {
  // Written by `setAside`.
  const list = JSON.parse(reasons) as readonly { readonly test: string }[];
  return list.map(({ test }) => test).join(', ');
}

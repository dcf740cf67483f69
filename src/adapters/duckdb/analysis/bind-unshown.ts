/** Binds a query whose plan the engine cannot write down: with tables in the place of its files, else by its columns alone. */
import type { Binding, BoundQuery } from '../../../adapter/analysis.ts';
import { influencesOf, sourceLineage } from '../../../adapter/lineage/column-lineage.ts';
import { describeQuery } from '../../../adapter/lineage/describe-query.ts';
import { createInputTable } from '../../../adapter/lineage/input-table.ts';
import { anyOf, noRows } from '../../../adapter/lineage/row-flow.ts';
import { engineError } from '../errors.ts';
import type { BindContext } from './bind-context.ts';
import { describePlan } from './describe-plan.ts';
import { applyEdits } from '../../../adapter/query-edits.ts';
import { withPositionsBefore } from './edited-positions.ts';
import { findTables } from './query-tree.ts';
import { readPlan, readTrees, requestPlans, wrapped, wrapperLength } from './read-plans.ts';

export async function bindUnshown(context: BindContext, sql: string): Promise<Binding> {
  const [tree] = await readTrees(context.connection, [sql]);
  const query = (await bindOverTables(context, sql, tree)) ?? (await bindByColumns(context, sql, tree));
  return query;
}

async function bindOverTables(context: BindContext, sql: string, tree: unknown): Promise<Binding | undefined> {
  const edits = await context.files.edits(sql, tree);
  if (edits === undefined || edits.length === 0) return undefined;
  const edited = applyEdits(sql, edits);
  const [text = ''] = await requestPlans(context.connection, [wrapped(edited)]);
  const plan = readPlan(text);
  return 'error' in plan ? undefined : withPositionsBefore(edits, { kind: 'bound', query: describePlan(plan, edited, context) });
}

/** The binder's own names and types, and opaque edges from every column of every relation that the query names. */
async function bindByColumns(context: BindContext, sql: string, tree: unknown): Promise<Binding> {
  try {
    const statement = await context.connection.prepare(wrapped(sql));
    const columns = Array.from({ length: statement.columnCount }, (_, at) => ({
      name: statement.columnName(at),
      type: statement.columnType(at).alias ?? String(statement.columnType(at)),
    }));
    statement.destroySync();
    return { kind: 'bound', query: opaqueQuery(context, columns, tree) };
  } catch (cause) {
    return { kind: 'refused', error: engineError(cause, wrapped(sql), wrapperLength).details };
  }
}

function opaqueQuery(
  { registry }: BindContext,
  columns: readonly { readonly name: string; readonly type: string }[],
  tree: unknown,
): BoundQuery {
  const inputs = createInputTable();
  const read = findTables(tree).flatMap(({ schema, name }) => {
    const stub = registry.stub(schema, name);
    if (stub === undefined) return [];
    const input = inputs.relation(stub.relation);
    return stub.columns.map((column) => sourceLineage(inputs.column(input, column.name)));
  });
  const any = anyOf([{ ...noRows, columns: read }]);
  return describeQuery({
    columns,
    lineages: columns.map(() => any),
    duplicates: [],
    influences: influencesOf([any], 'opaque'),
    inputs,
    proofs: { notNull: [], unique: [] },
    misfits: [],
    opaque: [{ kind: 'plan', name: 'query' }],
  });
}

/** Plans how rows that were set aside are tried once more: like an increment whose query is the quarantine. */
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import type { CatalogRelation, Column } from '../adapter/relation.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { assumption } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { incrementTable } from './plan-table.ts';
import { quarantineRelation } from './quarantine-table.ts';

/** Hooks belong to builds and do not run. Undefined when a diagnostic says why there is no step. */
export function planReplay(
  context: BuildContext,
  model: CompiledModel,
  existing: CatalogRelation | undefined,
  strategy: IncrementalStrategy,
): BuildPart | undefined {
  const held = context.standing.existing(quarantineRelation(model));
  if (held === undefined || existing?.kind !== 'table') {
    const reason = held === undefined ? 'there is no quarantine' : 'the table of the model is not there';
    const span = { path: model.path, start: 0, end: 0 };
    context.report(diagnose('quarantine-impossible', { test: undefined, model: model.name, reason }, { node: model.id, span }));
    return undefined;
  }
  const query = { node: `${model.id}:quarantine`, sql: heldRows(context, existing.columns, held) };
  return {
    kind: 'build',
    id: model.id,
    node: model.id,
    name: model.name,
    path: model.path,
    resourceType: 'model',
    materialization: model.config.materialized,
    strategy,
    relation: model.relation,
    relationKind: 'table',
    // It stays the table of the query that built it.
    contentHash: context.standing.recorded(model.relation)?.contentHash ?? '',
    assumes: assumption(context, model.relation, existing),
    reason: 'replay',
    before: [],
    work: incrementTable(context, model, query, existing, strategy),
    closing: [],
    after: [],
  };
}

/** With the columns and types that the table of the model has now. */
function heldRows({ input: { dialect } }: BuildContext, columns: readonly Column[], held: CatalogRelation): string {
  const fold = dialect.foldIdentifier;
  const found = new Map(held.columns.map((column) => [fold(column.name), column]));
  const list = columns.map(({ name, type }) => {
    const column = found.get(fold(name));
    const quoted = dialect.quoteIdentifier(name);
    if (column?.type === type) return quoted;
    return `cast(${column === undefined ? 'null' : quoted} as ${type}) as ${quoted}`;
  });
  return `select ${list.join(', ')} from ${dialect.relation(held.relation)}`;
}

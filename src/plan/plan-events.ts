/** Plans how rows that are events become rows of a table, and where it is remembered what was deleted. */
import { deletionMarker } from '../adapter/event-sql.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { isBuilt } from '../graph/graph.ts';
import { operation } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import { deletionsRelation, isDeletionsTable } from './deletions-table.ts';
import type { EventRules } from './event-rules.ts';
import type { Action } from './action.ts';
import { maskedColumns } from './plan-tests.ts';

/** Whether deletions can be remembered where they belong. Where they were remembered before and cannot be found, rows would come back. */
export function checkDeletions(context: BuildContext, model: CompiledModel, isIncrement: boolean): boolean {
  const { events, uniqueKey } = model.config;
  if (events?.deleteWhen === undefined) return true;
  const { graph, dialect } = context.input;
  const { foldIdentifier: fold } = dialect;
  const table = deletionsRelation(model.relation);
  const relation = `${table.schema}.${table.name}`;
  const where = { node: model.id, span: model.rawConfig['delete_when']?.span };
  const standing = context.standing.existing(table);
  const columns = new Set(standing?.columns.map(({ name }) => fold(name)));
  const isSame = (other: Relation): boolean => fold(other.schema) === fold(table.schema) && fold(other.name) === fold(table.name);
  let isNode = false;
  for (const node of graph.nodes.values()) if (isBuilt(node) && isSame(node.relation)) isNode = true;
  if (isNode || (standing !== undefined && !isDeletionsTable(standing))) {
    context.report(diagnose('deletions-taken', { relation, model: model.name }, where));
    return false;
  }
  if (!isIncrement) return true;
  const wanted = [...uniqueKey, events.sequenceBy, deletionMarker].map(fold);
  const fits = wanted.length === columns.size && wanted.every((column) => columns.has(column));
  const before = context.standing.recorded(model.relation)?.memory?.fingerprint;
  const wasKept = before?.['deletions'] !== undefined;
  const problem =
    standing === undefined ? (wasKept ? 'gone' : undefined) : whyUnusable({ fits, wasUnused: before !== undefined && !wasKept });
  if (problem === undefined) return true;
  context.report(diagnose('deletions-unknown', { relation, model: model.name, problem }, where));
  return false;
}

/** What was deleted, and what came back, while nobody noted it there would be undone by an event that comes late. */
function whyUnusable({ fits, wasUnused }: { readonly fits: boolean; readonly wasUnused: boolean }): 'unused' | 'other columns' | undefined {
  if (wasUnused) return 'unused';
  return fits ? undefined : 'other columns';
}

function rulesOf(context: BuildContext, model: CompiledModel): EventRules | undefined {
  const { config, rawConfig } = model;
  const { events, uniqueKey: key, mergeColumns } = config;
  if (events === undefined) return undefined;
  const { sequenceBy: sequence, deleteWhen } = events;
  const relation = deletionsRelation(model.relation);
  const span = (name: string): Pick<EventRules, 'sequenceSpan'>['sequenceSpan'] => rawConfig[name]?.span;
  const [keySpan, sequenceSpan, deleteSpan] = [span('unique_key'), span('sequence_by'), span('delete_when')];
  return {
    key,
    sequence,
    ...(deleteWhen === undefined ? {} : { deleteWhen, deletions: { relation, exists: context.standing.existing(relation) !== undefined } }),
    ...(mergeColumns === undefined ? {} : { mergeColumns }),
    masked: maskedColumns(model),
    ...(keySpan === undefined ? {} : { keySpan }),
    ...(sequenceSpan === undefined ? {} : { sequenceSpan }),
    ...(deleteSpan === undefined ? {} : { deleteSpan }),
  };
}

/** What is asked of staged events, and what settles them; undefined for rows that are none. */
export function eventActions(
  context: BuildContext,
  model: CompiledModel,
  stage: Relation,
  existing?: CatalogRelation,
): { readonly check: Action; readonly settle: Action } | undefined {
  const rules = rulesOf(context, model);
  if (rules === undefined) return undefined;
  const table =
    existing === undefined
      ? {}
      : { table: { target: model.relation, targetColumns: existing.columns, onSchemaChange: model.config.onSchemaChange } };
  return { check: { kind: 'require-events', stage, rules }, settle: { kind: 'settle-events', stage, rules, ...table } };
}

/** Where a table is made anew: its events are settled before its rows are staged, and the query of these. */
export function settleFirst(
  context: BuildContext,
  model: CompiledModel,
  query: Query,
  stage: Relation,
): { readonly before: readonly Action[]; readonly query: Query; readonly after: readonly Action[] } | undefined {
  const { dialect } = context.input;
  const events = { schema: dialect.temporarySchema, name: `${stage.name}_events` };
  const actions = eventActions(context, model, events);
  if (actions === undefined) return undefined;
  return {
    before: [operation({ kind: 'stage-query', stage: events, temporary: true, query }), actions.check, actions.settle],
    query: { node: query.node, sql: `select * from ${dialect.relation(events)}` },
    after: [operation({ kind: 'drop', relation: events, relationKind: 'table', temporary: true })],
  };
}

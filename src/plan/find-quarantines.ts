/** Finds the models whose failing rows are set aside, and says where that cannot be done. */
import type { Relation } from '../adapter/relation.ts';
import { dividesRows } from '../checks/partition-sql.ts';
import type { CompiledModel, CompiledTest, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { isBuilt } from '../graph/graph.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ancestors, descendants } from '../graph/traverse.ts';
import { namesRelation, nodeOf, placeTests, planQuestion } from './plan-tests.ts';
import { quarantineRelation } from './quarantine-table.ts';

/** What of a model is set aside, and where to. */
export interface Quarantine {
  readonly model: CompiledModel;
  readonly table: Relation;
  readonly tests: readonly CompiledTest[];
}

export interface Quarantines {
  readonly byNode: ReadonlyMap<NodeId, Quarantine>;
  /** All tests that belong to one. */
  readonly tests: ReadonlySet<NodeId>;
}

/** Rules of a quarantine are part of how a model is built: they hold whoever selects their tests. */
export function findQuarantines(context: BuildContext, parts: ReadonlyMap<NodeId, BuildPart>): Quarantines {
  const { graph } = context.input;
  const byNode = new Map<NodeId, Quarantine>();
  const all = new Set<NodeId>();
  for (const [id, part] of parts) {
    const model = nodeOf(graph, id);
    if (model.resourceType !== 'model') continue;
    const tests = rulesOf(context, part, model);
    if (tests.length === 0 && context.input.replay !== true) continue;
    const table = quarantineRelation(model);
    checkTable(context, model, table);
    for (const test of tests) all.add(test.id);
    byNode.set(id, { model, table, tests });
  }
  return { byNode, tests: all };
}

function rulesOf(context: BuildContext, part: BuildPart, model: CompiledModel): readonly CompiledTest[] {
  const { input } = context;
  const wanted = (input.graph.children.get(model.id) ?? []).flatMap((id) => {
    const node = input.graph.nodes.get(id);
    if (node?.resourceType !== 'test' || node.test.kind !== 'generic' || node.test.attachedTo !== model.id) return [];
    return node.config.onFail === 'quarantine' ? [node] : [];
  });
  if (wanted.length === 0) return [];
  const { inside } = placeTests(input.graph, wanted, new Set([model.id]));
  const placed = new Set(inside.get(model.id));
  return wanted.filter((test) => {
    const problem = problemOf(context, part, model, test, placed.has(test));
    if (problem !== undefined && test.config.onFailIfPossible !== true) {
      const unread = problem === builtLater ? callsOfUnread(context, model, test) : [];
      const parameters = { test: test.name, model: model.name, reason: problem, unread };
      context.report(diagnose('quarantine-impossible', parameters, { node: model.id, span: test.span }));
    }
    return problem === undefined;
  });
}

const builtLater = 'it reads what is not built before the model';

/** How the model would name what only its test reads; nothing where that is built from the model. */
function callsOfUnread({ input: { graph } }: BuildContext, model: CompiledModel, test: CompiledTest): readonly string[] {
  const above = ancestors(graph, [model.id]);
  const unread = (graph.parents.get(test.id) ?? []).filter((id) => id !== model.id && !above.has(id));
  const below = descendants(graph, [model.id]);
  return unread.some((id) => below.has(id)) ? [] : unread.map((id) => callOf(nodeOf(graph, id)));
}

function callOf(node: GraphNode): string {
  return node.resourceType === 'source' ? `{{source "${node.sourceName}" "${node.name}"}}` : `{{ref "${node.name}"}}`;
}

function problemOf(
  { input }: BuildContext,
  part: BuildPart,
  model: CompiledModel,
  test: CompiledTest,
  isPlaced: boolean,
): string | undefined {
  const { materialized } = model.config;
  if (part.batches !== undefined) return 'the model is loaded interval by interval, and rows are set aside by their keys';
  if (model.config.events !== undefined) return 'the rows of its query are events, and some of them only say what is to go';
  if (part.strategy === 'insert_overwrite') return 'the model is loaded partition by partition, and rows are set aside by their keys';
  if (materialized === 'external') return 'the rows are on their way into files';
  if (part.relationKind !== 'table') return `a ${materialized.replaceAll('_', ' ')} has no rows of its own`;
  if (test.test.text !== undefined || !dividesRows(planQuestion(input, test, model).shape))
    return 'it does not say of each row whether it fails';
  if (!isPlaced) return builtLater;
  return namesRelation(input, test, part.relation) ? 'it reads the table that the model is about to change' : undefined;
}

/** Refuses to put rows into a table that is something else. */
function checkTable(context: BuildContext, model: CompiledModel, table: Relation): void {
  const { graph, dialect } = context.input;
  const key = ({ schema, name }: Relation): string => `${dialect.foldIdentifier(schema)}\n${dialect.foldIdentifier(name)}`;
  const existing = context.standing.existing(table);
  const isOurs = existing === undefined || (existing.kind === 'table' && existing.columns.some(({ name }) => name === '_tx_row_id'));
  const wanted = key(table);
  let isNode = false;
  for (const node of graph.nodes.values()) if (isBuilt(node) && key(node.relation) === wanted) isNode = true;
  if (isOurs && !isNode) return;
  const relation = `${table.schema}.${table.name}`;
  context.report(
    diagnose('quarantine-taken', { relation, model: model.name }, { node: model.id, span: { path: model.path, start: 0, end: 0 } }),
  );
}

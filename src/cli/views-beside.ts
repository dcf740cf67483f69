/** Finds the views that a run does not build, and that an engine may make again because it exchanges what they read. */
import type { Dialect } from '../adapter/dialect.ts';
import type { NodeId } from '../compile/compiled.ts';
import { descendants } from '../graph/traverse.ts';
import type { Plan } from '../plan/plan.ts';
import { standsAsLeft } from '../state/shape-hash.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

/** Those that stand as they were left: what somebody else has changed stays noticed. */
export function viewsBeside(plan: Plan, { graph }: LoadedGraph, { catalog, state }: Standing, dialect: Dialect): readonly RecordedBuild[] {
  const built: ReadonlySet<NodeId> = new Set(plan.steps.flatMap((step) => (step.kind === 'build' ? [step.node] : [])));
  const beside: ReadonlySet<string> = new Set([...descendants(graph, built)].filter((id) => !built.has(id)));
  const views = state.builds.filter(({ node, relationKind }) => relationKind !== 'table' && beside.has(node));
  const named = new Set(views.map(({ relation }) => buildSubject(relation, dialect)));
  const standing = new Map(
    catalog.map((entry) => [buildSubject(entry.relation, dialect), entry] as const).filter(([subject]) => named.has(subject)),
  );
  return views.filter(({ relation }) => {
    const subject = buildSubject(relation, dialect);
    const entry = standing.get(subject);
    return entry !== undefined && standsAsLeft(state.shapes[subject], entry);
  });
}

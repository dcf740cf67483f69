/** Which queries to compare with those before them, so that what reads none of the columns that have changed need not be built. */
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { nodeOf } from './plan-tests.ts';
import type { BuildStep, Plan } from './plan.ts';
import { relationsRead } from './relations-read.ts';

/** A node whose query is to be compared. */
export interface ToCompare {
  readonly node: CompiledModel;
  /** Its text is another one than that of the build. */
  readonly recorded: RecordedBuild;
  readonly hasNewText: boolean;
  /** The nodes with a relation that its text reads, those behind ephemeral models included. */
  readonly reads: readonly NodeId[];
}

/**
 * What to compare before anything is built: models of which only the text has changed, and what is built because of them,
 * in the order of the graph. Nothing where no table could stay as it is.
 */
export function findComparable(plan: Plan, graph: Graph, builds: readonly RecordedBuild[]): readonly ToCompare[] {
  const steps = plan.steps.filter((step): step is BuildStep => step.kind === 'build' && isCandidate(step));
  if (!steps.some(({ reason }) => reason === 'sql-changed') || !steps.some(canStay)) return [];
  const recorded = new Map(builds.map((build) => [build.node, build]));
  const found = new Map<NodeId, ToCompare>();
  let staying = false;
  for (const step of steps) {
    const node = nodeOf(graph, step.node);
    const build = recorded.get(step.node);
    if (node.resourceType !== 'model' || build?.memory === undefined || node.full.slots.length > 0) continue;
    const reads = relationsRead(graph, step.node);
    const hasNewText = step.reason === 'sql-changed';
    if (!hasNewText && !reads.some((id) => found.has(id))) continue;
    found.set(step.node, { node, recorded: build, hasNewText, reads });
    staying ||= canStay(step);
  }
  return staying ? [...found.values()] : [];
}

function isCandidate({ resourceType, materialization, reason, assumes }: BuildStep): boolean {
  if (resourceType !== 'model' || assumes.kind === undefined) return false;
  return (materialization === 'table' || materialization === 'view') && (reason === 'sql-changed' || reason === 'upstream-rebuilt');
}

const canStay = ({ materialization, reason }: BuildStep): boolean => materialization === 'table' && reason === 'upstream-rebuilt';

/** Finds what a plan builds from something else than what stands was built from. */
import type { NodeId } from '../compile/compiled.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Graph } from '../graph/graph.ts';
import type { Plan } from './plan.ts';

/** Ids of models and seeds whose text or file is new, has changed, or has no relation to show for it. */
export function findChangedBuilds(plan: Plan, builds: readonly RecordedBuild[]): ReadonlySet<NodeId> {
  const standing = new Set(builds.map(buildKey));
  return new Set(
    plan.steps.flatMap((step) =>
      step.kind === 'build' && (step.assumes.kind === undefined || !standing.has(buildKey(step))) ? [step.node] : [],
    ),
  );
}

function buildKey({ node, relation, contentHash }: Pick<RecordedBuild, 'node' | 'relation' | 'contentHash'>): string {
  return [node, relation.schema, relation.name, contentHash].join('\n');
}

/** Ids of models of which something else than the text has changed that decides about their relation: a key, say. */
export function findReconfigured(plan: Plan, builds: readonly RecordedBuild[]): ReadonlySet<NodeId> {
  const recorded = new Map(builds.map((build) => [build.node, build.memory?.fingerprint]));
  return new Set(
    plan.steps.flatMap((step) => {
      const [now, before] = step.kind === 'build' ? [step.memory?.fingerprint, recorded.get(step.node)] : [];
      return step.kind === 'build' && now !== undefined && before !== undefined && differ(now, before) ? [step.node] : [];
    }),
  );
}

/**
 * Ids of what a plan builds that was last built before something that it reads: that may have other columns by now, and
 * whoever built it alone did not look at its readers.
 */
export function findLeftBehind({ steps }: Plan, graph: Graph, builds: readonly RecordedBuild[]): ReadonlySet<NodeId> {
  const recorded = new Map(builds.map((build) => [placeKey(build), build]));
  const lastOf = (id: NodeId): RecordedBuild | undefined => {
    const node = graph.nodes.get(id);
    return node !== undefined && isBuilt(node) ? recorded.get(placeKey({ node: id, relation: node.relation })) : undefined;
  };
  const isBehind = (id: NodeId, own: RecordedBuild): boolean =>
    (graph.parents.get(id) ?? []).some((parent) => {
      const node = graph.nodes.get(parent);
      if (node?.resourceType === 'model' && node.config.materialized === 'ephemeral') return isBehind(parent, own);
      const found = lastOf(parent);
      return found !== undefined && found.runId !== own.runId && found.startedAt > own.startedAt;
    });
  return new Set(
    steps.flatMap((step) => {
      const own = step.kind === 'build' ? lastOf(step.node) : undefined;
      return step.kind === 'build' && own !== undefined && isBehind(step.node, own) ? [step.node] : [];
    }),
  );
}

const placeKey = ({ node, relation }: Pick<RecordedBuild, 'node' | 'relation'>): string =>
  [node, relation.schema, relation.name].join('\n');

function differ(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].some((key) => a[key] !== b[key]);
}

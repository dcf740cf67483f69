/** Finds what a plan builds from something else than what stands was built from. */
import type { NodeId } from '../compile/compiled.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
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

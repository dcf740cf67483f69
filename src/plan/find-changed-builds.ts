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

function differ(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].some((key) => a[key] !== b[key]);
}

/** Tells what a run builds after a step, and because of the order it has: only after. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { Plan } from '../plan/plan.ts';

/** Whether a relation is built by a step that depends on this one, directly or through others. */
export function laterBuilds(plan: Plan, step: string, dialect: Dialect): (relation: Relation) => boolean {
  let later: ReadonlySet<string> | undefined;
  const find = (): ReadonlySet<string> => {
    const reached = new Set([step]);
    const built = new Set<string>();
    // Steps stand behind those they depend on.
    for (const candidate of plan.steps) {
      if (!candidate.dependsOn.some((id) => reached.has(id))) continue;
      reached.add(candidate.id);
      if (candidate.kind === 'build') built.add(dialect.relation(candidate.relation));
    }
    return built;
  };
  return (relation) => (later ??= find()).has(dialect.relation(relation));
}

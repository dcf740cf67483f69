/** Shows what a plan tells of and does nothing to: what is read or left elsewhere, and what no node builds any more. */
import { plainLine } from '../diagnostics/plain.ts';
import type { Plan } from '../plan/plan.ts';
import { nameRelation } from './name-relation.ts';
import { nameOf } from './step-progress.ts';

export function renderDeferred(deferred: NonNullable<Plan['deferred']>): string {
  const lines = deferred.map(({ name, relation }) => `    ${plainLine(name)}  ${nameRelation(relation)}`);
  return ['  read in another environment:', ...lines].join('\n');
}

export function renderSpared(spared: NonNullable<Plan['spared']>): string {
  const lines = spared.map(({ name, why }) => `    ${plainLine(name)}  ${plainLine(why)}`);
  return ['  left to the other environment, where it is what it would be here:', ...lines].join('\n');
}

export function renderLeftovers(plan: Plan): string {
  const lines = plan.noLongerBuilt.map(({ node, relation }) => `    ${nameRelation(relation)}  (was ${plainLine(nameOf(node))})`);
  return ['  no longer built by any node; nothing is dropped:', ...lines].join('\n');
}

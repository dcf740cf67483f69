/** Freezes a plan all the way down: what was shown is what will be done. */
import type { Plan } from './plan.ts';

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freezeDeep(member);
}

export function freezePlan(plan: Plan): Plan {
  freezeDeep(plan);
  return plan;
}

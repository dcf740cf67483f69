/** Notices a clock that is behind what earlier runs saw: times of this run would lie before theirs. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { PlanInput } from './plan-input.ts';

/** Clocks of several machines differ a little, and a run may have begun while this one was being planned. */
const toleranceMs = 60_000;

/** Builds are ordered by their count, so this is a warning: what it misleads is SQL that goes by the time of the run. */
export function findSlowClock({ run, state }: Pick<PlanInput, 'run' | 'state'>): Diagnostic | undefined {
  let latest: { readonly at: number; readonly node: string } | undefined;
  for (const { startedAt, node } of state.builds) {
    const at = Date.parse(startedAt);
    if (!Number.isNaN(at) && at > (latest?.at ?? 0)) latest = { at, node };
  }
  if (latest === undefined || latest.at - Date.parse(run.startedAt) <= toleranceMs) return undefined;
  const built = new Date(latest.at).toISOString();
  return diagnose('clock-behind', { now: run.startedAt, built, node: latest.node.split('.').slice(2).join('.') });
}

/** What is said of a plan before it is carried out: what it leaves as it is, and how much it will be. */
import type { Connection } from '../adapter/connection.ts';
import type { Plan } from '../plan/plan.ts';
import { listOlderRows } from '../report/older-rows.ts';
import { describeNothing } from './describe-nothing.ts';
import { estimateBackfill } from './estimate-backfill.ts';
import type { Standing } from './open-database.ts';
import type { RunOptions } from './options.ts';
import type { Screen } from './screen.ts';

interface Known {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly known: Parameters<typeof estimateBackfill>[1];
  readonly standing: Standing;
  readonly ask: <T>(job: (connection: Connection) => Promise<T>) => Promise<T | undefined>;
}

export async function tellBeforeRun(screen: Screen, options: RunOptions, plan: Plan, { known, standing, ask, now }: Known): Promise<void> {
  const { resume, backfill, restate = [] } = options;
  const isIdle = !plan.steps.some(({ kind }) => kind === 'build');
  if (isIdle && backfill === true && resume !== true) screen.note(describeNothing(options, now));
  if (isIdle && resume === true)
    screen.note('nothing of the range is missing: it is loaded, or was never opened; without `--resume` all of it is loaded again');
  for (const line of listOlderRows(plan)) screen.note(line);
  if (backfill !== true && restate.length === 0) return;
  for (const line of await estimateBackfill(plan, known, standing, ask)) screen.note(line);
}

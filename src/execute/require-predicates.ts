/** Asks the engine whether it understands the conditions that an increment puts to the rows of its table. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/plan.ts';
import { queryRows } from './perform.ts';
import type { StepPlace } from './reconcile-columns.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

type ApplyIncrement = Extract<Action, { kind: 'apply-increment' }>;

/** Gives the conditions. One that is no condition is told at the place where it is written, not somewhere in a statement of ours. */
export async function requirePredicates(
  { dialect }: Pick<Adapter, 'dialect'>,
  connection: Connection,
  { target, predicates }: ApplyIncrement,
  place: StepPlace,
): Promise<{ readonly predicates?: readonly string[] }> {
  if (predicates === undefined) return {};
  const { conditions, span } = predicates;
  const where = { node: place.node, span: span ?? place.span ?? { path: place.path, start: 0, end: 0 } };
  for (const condition of conditions) {
    try {
      await queryRows(connection, { sql: `select 1 from ${dialect.relation(target)} as target where (${condition}\n) limit 0` });
    } catch (cause) {
      if (!(cause instanceof StatementFailure) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
      throw new StepFailure([
        diagnose('condition-wrong', { key: 'incremental_predicates', condition, message: cause.details.message }, where),
      ]);
    }
  }
  return { predicates: conditions };
}

/** Asks the engine whether it understands a condition that config gives. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Relation } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Where } from '../diagnostics/diagnostic.ts';
import { queryRows } from './perform.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

interface Asked {
  readonly key: string;
  readonly relation: Relation;
  readonly condition: string;
  /** What of it the user wrote; all without it. */
  readonly said?: string;
}

/** One that it does not understand is told at the place where it is written, not somewhere in a statement of ours. */
export async function requireCondition(
  { dialect }: Pick<Adapter, 'dialect'>,
  connection: Connection,
  { key, relation, condition, said = condition }: Asked,
  where: Where,
): Promise<void> {
  try {
    await queryRows(connection, { sql: `select 1 from ${dialect.relation(relation)} as target where (${condition}\n) limit 0` });
  } catch (cause) {
    if (!(cause instanceof StatementFailure) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
    throw new StepFailure([diagnose('condition-wrong', { key, condition: said, message: cause.details.message }, where)]);
  }
}

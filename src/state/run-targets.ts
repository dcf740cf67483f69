/** Reads for which target runs were, by their ids. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { stateRelation } from './state-tables.ts';

/** One statement. The tables must exist (see `inspectStateLayout`). */
export async function readRunTargets(connection: Connection, schema: string, dialect: Dialect): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query({
    sql: `select distinct run_id, target from ${dialect.relation(stateRelation(schema, 'runs'))}`,
  });
  return new Map(rows.map(([run, target]) => [String(run), String(target)]));
}

/** Reads the failing rows that were kept of a test. */
import type { Cell, Connection, ResultSet } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { stateRelation } from './state-tables.ts';
import type { RecordEntry } from './state-tables.ts';

export interface KeptFailures {
  readonly runId: string;
  /** As the entry has it: ISO 8601 in UTC. */
  readonly at: string;
  readonly rows: ResultSet;
}

/** What the last run kept that failed; undefined when none did. The tables must exist (see `inspectStateLayout`). */
export async function readKeptFailures(
  connection: Connection,
  test: string,
  { schema, dialect }: { readonly schema: string; readonly dialect: Dialect },
): Promise<KeptFailures | undefined> {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const sql = `select entry from ${records} where kind = 'rows' and subject = ${dialect.literal(test)} order by recorded_at desc limit 1`;
  const [[entry] = []] = (await connection.query({ sql })).rows;
  if (typeof entry !== 'string') return undefined;
  // Written by `failureEntry`; another version may leave fields out.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'test_failures'>>;
  const columns = JSON.parse(String(fields.columns ?? '[]')) as readonly string[];
  const rows = JSON.parse(String(fields.rows ?? '[]')) as readonly (readonly Cell[])[];
  const type = dialect.typeName('text');
  return {
    runId: String(fields.run_id ?? ''),
    at: String(fields.recorded_at ?? ''),
    rows: { columns: columns.map((name) => ({ name, type })), rows },
  };
}

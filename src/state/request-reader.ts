/** Reads what runs that somebody has named have done so far. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { stateViews, StateTableName } from './state-tables.ts';
import type { RunRequestRecord, RunStatus } from './state-writer.ts';

/** A run under that name: the first has it for its id, later ones a number behind it. */
export interface NamedRun {
  readonly runId: string;
  readonly status: RunStatus;
  /** ISO 8601 in UTC, of its last row. */
  readonly at: string;
  /** Undefined where it did not get so far as to write it. */
  readonly request: RunRequestRecord | undefined;
  /** Unique ids of nodes that it has built or tested. Of one that succeeded, all that it was asked for. */
  readonly finished: ReadonlySet<string>;
}

/** Between the name of a run and the number of a later one. */
const separator = '#';

export function runIdFor(name: string, earlier: readonly NamedRun[]): string {
  return earlier.length === 0 ? name : `${name}${separator}${earlier.length + 1}`;
}

/** In order. Three statements; the tables must exist (see `inspectStateLayout`). */
export async function readNamedRuns(connection: Connection, schema: string, dialect: Dialect, name: string): Promise<readonly NamedRun[]> {
  const table = (name: StateTableName | keyof typeof stateViews): string => dialect.relation({ schema, name });
  const start = `${name}${separator}`;
  const isOne = `(run_id = ${dialect.literal(name)} or left(run_id, ${start.length}) = ${dialect.literal(start)})`;
  const statuses = await connection.query({
    sql: `select run_id, status, recorded_at from ${table('runs')} where ${isOne} order by recorded_at`,
  });
  const entries = await connection.query({
    sql: `select entry from ${table('records')} where kind = 'request' and subject = ${dialect.literal(name)} order by ordinal`,
  });
  const nodes = await connection.query({
    sql:
      `select run_id, node_id from ${table('node_runs')} where ${isOne} and status = 'success'` +
      ` union select run_id, node_id from ${table('check_results')} where ${isOne} and status in ('pass', 'warn')`,
  });
  const last = new Map(statuses.rows.map(([run, status, at]) => [String(run), { status: String(status), at: isoTime(String(at)) }]));
  // Written by `createStateWriter`.
  const requests = entries.rows.map(([entry]) => JSON.parse(String(entry)) as RunRequestRecord);
  return [...last].map(([runId, { status, at }]) => {
    const request = requests.find((each) => each.runId === runId);
    const done = nodes.rows.flatMap(([run, node]) => (run === runId ? [String(node)] : []));
    const finished = new Set(status === 'success' ? [...done, ...(request?.nodes ?? [])] : done);
    // The tables hold these words alone.
    return { runId, status: status as RunStatus, at, request, finished };
  });
}

function isoTime(text: string): string {
  const date = new Date(`${text.replace(' ', 'T').replace(/(?:Z|[+-]\d{2}(?::?\d{2})?)?$/, '')}Z`);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

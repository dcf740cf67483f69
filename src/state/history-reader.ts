/** Reads how the last runs went, for reports: runs, builds and verdicts, the newest first. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { stateRelation } from './state-tables.ts';
import { resetReason } from './state-writer.ts';
import type { RecordEntry } from './state-tables.ts';

export interface PastRun {
  readonly runId: string;
  readonly command: string;
  readonly target: string;
  /** `running` for a run that has not ended. */
  readonly status: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
}

/** One attempt to build a node. */
export interface PastBuild {
  readonly runId: string;
  readonly node: string;
  readonly status: string;
  readonly reason: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly rows: number | undefined;
  /** Rows that were set aside; undefined where that was not asked for. */
  readonly quarantined: number | undefined;
  readonly errorCode: string | undefined;
}

/** One verdict of a test. */
export interface PastCheck {
  readonly runId: string;
  readonly node: string;
  readonly status: string;
  readonly failures: number | undefined;
  readonly rows: number | undefined;
  readonly at: string;
}

/** By the ids of nodes; the newest first. */
export interface History {
  readonly runs: readonly PastRun[];
  readonly builds: ReadonlyMap<string, readonly PastBuild[]>;
  readonly checks: ReadonlyMap<string, readonly PastCheck[]>;
}

export const noHistory: History = { runs: [], builds: new Map(), checks: new Map() };

/** How much of the past is read: records of one node, and runs. */
export const historyDepth = { records: 20, runs: 50 } as const;

/** Two statements. The tables must exist (see `inspectStateLayout`). */
export async function readHistory(connection: Connection, schema: string, dialect: Dialect): Promise<History> {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const text = dialect.typeName('text');
  const recent = await connection.query({
    sql: `
select kind, entry from (
  select kind, entry, row_number() over (partition by kind, subject order by recorded_at desc, ordinal desc) as place
  from ${records} where kind <> 'rows'
) as ranked where place <= ${historyDepth.records}`,
  });
  const runs = await connection.query({
    sql: `
select run_id, status, command, target, cast(recorded_at as ${text}) from ${dialect.relation(stateRelation(schema, 'runs'))}
order by recorded_at desc, status limit ${historyDepth.runs * 2}`,
  });
  const builds = new Map<string, PastBuild[]>();
  const checks = new Map<string, PastCheck[]>();
  // The database gives rows in no order.
  const entries = recent.rows.map(([kind, entry]) => [String(kind), String(entry)] as const).sort(([, a], [, b]) => compare(a, b));
  for (const [kind, entry] of entries) {
    if (kind === 'check' || kind === 'measure' || kind === 'point') push(checks, readCheck(entry));
    else {
      const build = readBuild(entry);
      // What was given up was not built then.
      if (build.status !== 'forgotten' && build.reason !== resetReason) push(builds, build);
    }
  }
  for (const list of builds.values()) {
    list.sort((a, b) => compare(b.startedAt, a.startedAt));
    list.length = Math.min(list.length, historyDepth.records);
  }
  for (const list of checks.values()) list.sort((a, b) => compare(b.at, a.at));
  return { runs: readRuns(runs.rows), builds, checks };
}

/** A run has a row for its start and one for its end; of a process that died there is only the first. */
function readRuns(rows: readonly (readonly unknown[])[]): readonly PastRun[] {
  const runs = new Map<string, PastRun>();
  for (const row of rows) {
    const [runId = '', status = '', command = '', target = '', at = ''] = row.map(String);
    const time = isoOf(at);
    const known = runs.get(runId);
    const started = known === undefined || time < known.startedAt ? time : known.startedAt;
    const isEnd = status !== 'running';
    runs.set(runId, {
      runId,
      command,
      target,
      status: isEnd || known === undefined ? status : known.status,
      startedAt: started,
      endedAt: isEnd ? time : known?.endedAt,
    });
  }
  return [...runs.values()].sort((a, b) => compare(b.startedAt, a.startedAt) || compare(a.runId, b.runId)).slice(0, historyDepth.runs);
}

function readBuild(entry: string): PastBuild {
  // Written by the state writer; another version may leave fields out.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'node_runs'>>;
  return {
    runId: String(fields.run_id ?? ''),
    node: String(fields.node_id ?? ''),
    status: String(fields.status ?? ''),
    reason: String(fields.reason ?? ''),
    startedAt: isoOf(String(fields.started_at ?? '')),
    durationMs: Number(fields.duration_ms ?? 0),
    rows: count(fields.row_count),
    quarantined: count(fields.quarantined),
    errorCode: typeof fields.error_code === 'string' ? fields.error_code : undefined,
  };
}

function readCheck(entry: string): PastCheck {
  // As above.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'check_results'>>;
  return {
    runId: String(fields.run_id ?? ''),
    node: String(fields.node_id ?? ''),
    status: String(fields.status ?? ''),
    failures: count(fields.failures),
    rows: count(fields.row_count),
    at: isoOf(String(fields.recorded_at ?? '')),
  };
}

function count(value: string | number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

/** Engines print a timestamp with a space and as many digits as it has. */
export function isoOf(time: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,3}))?/.exec(time);
  return match === null ? time : `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0')}Z`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function push<T extends { readonly node: string }>(map: Map<string, T[]>, entry: T): void {
  const list = map.get(entry.node);
  if (list === undefined) map.set(entry.node, [entry]);
  else list.push(entry);
}

/** Makes the statements that add to the memory; the caller runs them in the transaction they belong to. */
import type { Cell } from '../adapter/connection.ts';
import type { Dialect, SqlScalar } from '../adapter/dialect.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import { keptPoints } from '../checks/anomaly-rule.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import { bug } from '../diagnostics/bug.ts';
import { insertRows } from './insert-rows.ts';
import { writeRanges } from './ledger-text.ts';
import { buildSubject, stateRelation } from './state-tables.ts';
import type { RecordEntry, RecordKind, StateTableName } from './state-tables.ts';

export type RunStatus = 'running' | 'success' | 'failed' | 'cancelled' | 'interrupted';

export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  readonly at: string;
  readonly command: string;
  readonly target: string;
  readonly txVersion: string;
}

/** From what a relation was made, and which state of its data that gave: what the next run compares with. */
export interface BuildMemory {
  /** What decides about the relation beside the data that it reads: a value or a hash for each thing by its name. */
  readonly fingerprint: Readonly<Record<string, string>>;
  /** The state of each node that was read directly, by its id. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Of what is said about the relation and is not in it. */
  readonly metadata: string;
  /** The run that made the data, or what else tells them from others. */
  readonly dataVersion: string;
}

/** Why there is a record of a build that was none: what is known of the relation was given up, and it stays ours. */
export const resetReason = 'reset';

/** Of a build that took the rows of the same node elsewhere. */
export const copiedReason = 'copied';

export interface NodeRunRecord {
  readonly runId: string;
  readonly node: string;
  readonly attempt: number;
  /** `retried`: it failed, and another attempt followed. `forgotten`: the relation is not one of ours any more. */
  readonly status: 'success' | 'error' | 'cancelled' | 'retried' | 'forgotten';
  readonly reason: string;
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Null where nobody counted them. */
  readonly rows: number | null;
  /** Rows that were set aside; null where that was not asked for. */
  readonly quarantined?: number | null;
  readonly contentHash: string;
  /** Absent where the next run must not take the relation for granted. */
  readonly memory?: BuildMemory;
  /** Of a build that succeeded, and of what is forgotten: how many there were of its relation, with this one. */
  readonly ordinal?: number;
  readonly errorCode?: string;
}

/** What a run was asked that has a name. */
export interface RunRequestRecord {
  readonly runId: string;
  /** As it was typed. */
  readonly line: string;
  /** Flags that make of the same nodes something else. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Unique ids of all that it was to build or test. */
  readonly nodes: readonly string[];
}

export interface CheckRecord {
  readonly runId: string;
  readonly node: string;
  readonly testedNode: string;
  readonly status: string;
  readonly failures: number | null;
  readonly total: number | null;
  /** The value that an aggregate had, or the columns, as text. */
  readonly measured?: string;
  /** The next run compares with it. */
  readonly remembered?: boolean;
  /** When the bucket began for which later runs compare with it, in milliseconds since 1970. */
  readonly point?: number;
  /** What was asked, and of which state of the data; where the verdict holds for the same question about the same state. */
  readonly asked?: { readonly identity: string; readonly dataVersion: string };
  /** The build of the relation that it passed without a failure, where the next one builds upon that. */
  readonly passed?: { readonly ordinal: number; readonly fingerprint: string };
}

/** Failing rows of a test: names of columns, and cells as they are shown. */
export interface FailureRecord {
  readonly runId: string;
  readonly node: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Tests of which failing rows, or points, were added. */
export interface GrownTests {
  readonly rows: readonly string[];
  readonly points: readonly string[];
}

/** Of each test the failing rows of so many runs are kept. */
export const keptFailures = 20;

/** Most rows of one failure that are kept. */
export const keptRows = 100;

/** How far somebody has looked at the rows of a source. */
export interface SourceMark {
  /** Of the expressions that were looked at: the times of others are not to be compared with these. */
  readonly by: string;
  /** When the newest row was loaded, as the database prints it; null where there was none. */
  readonly at: string | null;
  /** How many rows were loaded just then. */
  readonly rows: number;
}

/** What a model by interval knows of what it reads: what came into it since is late. */
export interface LedgersSeen {
  /** By the ids of sources that say when their rows come. */
  readonly sources?: Readonly<Record<string, SourceMark>>;
  /** By `buildSubject`, the ordinals of their newest entries when the run was planned. */
  readonly ordinals: Readonly<Record<string, number>>;
  /** That run: what it loaded of them itself is known too. */
  readonly run: string;
}

/** What has become of the ledger of a relation. */
export interface LedgerRecord {
  readonly runId: string;
  readonly node: string;
  readonly relation: Relation;
  /** A range was loaded, or is to be loaded again. */
  readonly event: 'load' | 'open';
  readonly range: Range;
  readonly rows: number | null;
  readonly version: string;
  /** Of the newest build. */
  readonly build: number;
  readonly dataVersion: string;
  /** All that is loaded now. */
  readonly done: RangeSet;
  readonly seen?: LedgersSeen;
  readonly ordinal: number;
}

/** The columns that a relation had, as a hash. */
export interface ShapeRecord {
  readonly relation: Relation;
  /** Of the build that left it so. */
  readonly ordinal: number;
  readonly columns: string;
  /** In an environment: what the target had of the node then. */
  readonly base?: string;
}

/** What a run notes of relations when it ends. */
export interface Notes {
  readonly shapes: readonly ShapeRecord[];
  /** Texts that builds were made from. */
  readonly texts?: readonly { readonly relation: Relation; readonly ordinal: number; readonly text: string }[];
  /** Other states of their parents from which builds would be made the same. */
  readonly kept?: readonly { readonly relation: Relation; readonly ordinal: number; readonly inputs: BuildMemory['inputs'] }[];
}

/** What one transaction adds: the outcome of a node, verdicts of tests, or both. */
export interface Outcome {
  readonly at: string;
  readonly nodeRun?: NodeRunRecord;
  readonly checks?: readonly CheckRecord[];
  readonly failures?: readonly FailureRecord[];
  readonly ledgers?: readonly LedgerRecord[];
}

/** Writes of the state schema, as pure text. */
export interface StateWriter {
  readonly run: (record: RunRecord) => Statement;
  /** One statement for all that one transaction records. */
  readonly outcome: (outcome: Outcome) => Statement;
  /** One statement for all that is noted, which must be something. */
  readonly notes: (at: string, notes: Notes) => Statement;
  /** Under that name, as the so-maniest. */
  readonly request: (at: string, name: string, ordinal: number, request: RunRequestRecord) => Statement;
  /** Takes away what is kept too long of these tests; nothing for none. */
  readonly prune: (tests: GrownTests) => readonly Statement[];
}

export function createStateWriter(schema: string, dialect: Dialect): StateWriter {
  const insert = (table: StateTableName, rows: readonly (readonly SqlScalar[])[]): Statement => insertRows(schema, dialect, table, rows);
  return {
    run: (record) =>
      insert('runs', [[record.runId, record.status, { timestamp: record.at }, record.command, record.target, record.txVersion]]),
    outcome: ({ at, nodeRun, checks = [], failures = [], ledgers = [] }) => {
      const row = rowAt(at);
      const builds = nodeRun === undefined ? [] : [nodeRun];
      return insert('records', [
        ...builds.map((run) => row(kindOf(run), buildSubject(run.relation, dialect), ordinalOf(run), nodeRunEntry(run))),
        ...checks.map((check) => row(kindOfCheck(check), check.node, check.point ?? check.passed?.ordinal ?? 0, checkEntry(check, at))),
        ...failures.map((entry) => row('rows', entry.node, 0, failureEntry(entry, at))),
        ...ledgers.map((entry) => row('ledger', buildSubject(entry.relation, dialect), entry.ordinal, ledgerEntry(entry, at))),
      ]);
    },
    notes: (at, { shapes, texts = [], kept = [] }) => {
      const row = rowAt(at);
      const subjectOf = (relation: Relation): string => buildSubject(relation, dialect);
      return insert('records', [
        ...shapes.map(({ relation, ordinal, columns, base }) => {
          const subject = subjectOf(relation);
          return row('shape', subject, ordinal, { subject, columns, ...(base === undefined ? {} : { base }) });
        }),
        ...texts.map(({ relation, ordinal, text }) => row('text', subjectOf(relation), ordinal, { text })),
        ...kept.map(({ relation, ordinal, inputs }) => {
          const subject = subjectOf(relation);
          return row('kept', subject, ordinal, { subject, inputs });
        }),
      ]);
    },
    request: (at, name, ordinal, request) => insert('records', [rowAt(at)('request', name, ordinal, request)]),
    prune: (tests) => {
      const records = dialect.relation(stateRelation(schema, 'records'));
      const oldRows = tests.rows.map((test) => {
        const own = `kind = 'rows' and subject = ${dialect.literal(test)}`;
        const newest = `select recorded_at from ${records} where ${own} order by recorded_at desc limit ${keptFailures}`;
        return { sql: `delete from ${records} where ${own} and recorded_at not in (${newest})` };
      });
      const oldPoints = tests.points.map((test) => {
        const own = `kind = 'point' and subject = ${dialect.literal(test)}`;
        const oldest = `select distinct ordinal from ${records} where ${own} order by ordinal desc limit 1 offset ${keptPoints - 1}`;
        return { sql: `delete from ${records} where ${own} and ordinal < (${oldest})` };
      });
      return [...oldRows, ...oldPoints];
    },
  };
}

/** Makes rows of `records`. */
function rowAt(at: string): (kind: RecordKind, subject: string, ordinal: number, entry: object) => readonly SqlScalar[] {
  return (kind, subject, ordinal, entry) => [kind, subject, ordinal, { timestamp: at }, JSON.stringify(entry)];
}

function kindOf({ status }: NodeRunRecord): RecordKind {
  return changesWhatStands(status) ? 'build' : 'failure';
}

/** Whether what was known of the relation before counts no more. */
function changesWhatStands(status: NodeRunRecord['status']): boolean {
  return status === 'success' || status === 'forgotten';
}

function kindOfCheck({ point, remembered }: CheckRecord): RecordKind {
  if (point !== undefined) return 'point';
  return remembered === true ? 'measure' : 'check';
}

function ordinalOf({ status, ordinal }: NodeRunRecord): number {
  return changesWhatStands(status) ? (ordinal ?? bug('a build without its ordinal')) : 0;
}

function nodeRunEntry(record: NodeRunRecord): RecordEntry<'node_runs'> {
  return {
    run_id: record.runId,
    node_id: record.node,
    attempt: record.attempt,
    status: record.status,
    reason: record.reason,
    schema_name: record.relation.schema,
    relation_name: record.relation.name,
    relation_kind: record.relationKind,
    started_at: record.startedAt,
    duration_ms: record.durationMs,
    row_count: record.rows,
    quarantined: record.quarantined ?? null,
    content_hash: record.contentHash,
    error_code: record.errorCode ?? null,
    data_version: record.memory?.dataVersion ?? null,
    fingerprint: record.memory === undefined ? null : JSON.stringify(record.memory.fingerprint),
    inputs: record.memory === undefined ? null : JSON.stringify(record.memory.inputs),
    metadata_hash: record.memory?.metadata ?? null,
  };
}

function checkEntry(record: CheckRecord, at: string): RecordEntry<'check_results'> {
  return {
    run_id: record.runId,
    node_id: record.node,
    tested_node_id: record.testedNode,
    status: record.status,
    failures: record.failures,
    row_count: record.total,
    measured: record.measured ?? null,
    fingerprint: record.passed?.fingerprint ?? null,
    recorded_at: at,
    identity: record.asked?.identity ?? null,
    data_version: record.asked?.dataVersion ?? null,
  };
}

function failureEntry({ runId, node, columns, rows }: FailureRecord, at: string): RecordEntry<'test_failures'> {
  return { run_id: runId, node_id: node, columns: JSON.stringify(columns), rows: JSON.stringify(rows), recorded_at: at };
}

function ledgerEntry(record: LedgerRecord, at: string): RecordEntry<'intervals'> & Pick<LedgerRecord, 'seen'> {
  return {
    run_id: record.runId,
    node_id: record.node,
    schema_name: record.relation.schema,
    relation_name: record.relation.name,
    event: record.event,
    range_start: new Date(record.range.start).toISOString(),
    range_end: new Date(record.range.end).toISOString(),
    row_count: record.rows,
    version: record.version,
    build: record.build,
    data_version: record.dataVersion,
    done: writeRanges(record.done),
    ...(record.seen === undefined ? {} : { seen: record.seen }),
    recorded_at: at,
  };
}

/** Reads what earlier runs left behind, in one query. */
import type { Cell, Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Point } from '../checks/anomaly-rule.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import { readSeen } from './ledger-loads.ts';
import { readRanges } from './ledger-text.ts';
import type { RangeSet } from '../intervals/range-set.ts';
import { buildSubject, stateRelation, stateVersion } from './state-tables.ts';
import type { RecordEntry, RecordKind, StateTableName } from './state-tables.ts';
import { copiedReason, resetReason } from './state-writer.ts';
import type { BuildMemory, LedgersSeen } from './state-writer.ts';

/** The newest successful build of one relation. */
export interface RecordedBuild {
  readonly node: string;
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  readonly contentHash: string;
  readonly runId: string;
  /** When, by the clock of the machine that built it. */
  readonly startedAt: string;
  /** How many builds of the relation there were with this one. */
  readonly ordinal: number;
  /** Rows it had then, where that was counted. */
  readonly rows: number | undefined;
  /** From what it was made; absent where nobody noted that, or it must not be relied on. */
  readonly memory?: BuildMemory;
  /** Somebody wants it to be built from nothing. */
  readonly isReset?: true;
  /** Its rows were taken from another environment. */
  readonly isCopy?: true;
}

/** A relation that `tx` built once and does not take for its own any more. */
export interface ForgottenBuild {
  readonly relation: Relation;
  readonly ordinal: number;
}

/** The last verdict of a test that holds for the same question about the same data. */
export interface RecordedVerdict {
  readonly status: string;
  readonly identity: string;
  readonly dataVersion: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** What of a relation is loaded, of those that are loaded interval by interval. */
export interface RecordedLedger {
  readonly relation: Relation;
  /** Of the query that loaded it. */
  readonly version: string;
  /** Ordinal of the build that it belongs to. */
  readonly build: number;
  /** Of that build: where the table has other data, it says nothing any more. */
  readonly dataVersion: string;
  readonly done: RangeSet;
  readonly seen?: LedgersSeen;
  /** How many entries there were with this one. */
  readonly ordinal: number;
}

export interface StateSnapshot {
  /** Version of the state tables; 0 when there are none yet. */
  readonly version: number;
  readonly txVersion: string;
  readonly builds: readonly RecordedBuild[];
  /** Whoever builds these again counts on. */
  readonly forgotten: readonly ForgottenBuild[];
  /** Runs that started and never ended: their process died. */
  readonly openRuns: readonly string[];
  /** What tests measured when they last ran, by their ids; of those that compare with it. */
  readonly measures: Readonly<Record<string, string>>;
  /** What tests for anomalies measured in each bucket last, by their ids. */
  readonly points: Readonly<Record<string, readonly Point[]>>;
  /** The newest builds of incremental models that tests passed without a failure, by the ids of the tests. */
  readonly passes: Readonly<Record<string, RecordedPass>>;
  readonly ledgers: readonly RecordedLedger[];
  /** By the ids of tests. */
  readonly verdicts: Readonly<Record<string, RecordedVerdict>>;
  /** The columns that relations had when a run last looked at them, as hashes, by `buildSubject`. */
  readonly shapes: Readonly<Record<string, string>>;
  /** Of an environment: what the target had of relations when they were built here, with the ordinal of that build, by `buildSubject`. */
  readonly bases: Readonly<Record<string, { readonly base: string; readonly ordinal: number }>>;
}

/** A test, as it was, passed a build of the relation that it looks at. */
export interface RecordedPass {
  readonly ordinal: number;
  readonly fingerprint: string;
}

export const emptyState: StateSnapshot = {
  version: 0,
  txVersion: '',
  builds: [],
  forgotten: [],
  openRuns: [],
  measures: {},
  points: {},
  passes: {},
  ledgers: [],
  verdicts: {},
  shapes: {},
  bases: {},
};

/** Reads the whole memory in one statement. The tables must exist (see `inspectStateLayout`). */
export async function readState(connection: Connection, schema: string, dialect: Dialect): Promise<StateSnapshot> {
  const table = (name: StateTableName): string => dialect.relation(stateRelation(schema, name));
  const bigint = dialect.typeName('bigint');
  // Entries are long and mostly old, so the newest are found first by the columns beside them.
  const sql = `
select 'build' as what, entry as content, ordinal as number
from ${table('records')} as record join (
  select subject, max(ordinal) as ordinal from ${table('records')} where kind = 'build' group by subject
) as newest using (subject, ordinal)
where kind = 'build'
union all
select 'pass', entry, ordinal
from ${table('records')} as record join (
  select subject, max(ordinal) as ordinal from ${table('records')} where kind = 'check' and ordinal > 0 group by subject
) as newest using (subject, ordinal)
where kind = 'check'
union all
select 'ledger', entry, ordinal
from ${table('records')} as record join (
  select subject, max(ordinal) as ordinal from ${table('records')} where kind = 'ledger' group by subject
) as newest using (subject, ordinal)
where kind = 'ledger'
union all
select 'measure', record.entry, cast(null as ${bigint})
from ${table('records')} as record join (
  select subject, max(recorded_at) as recorded_at from ${table('records')} where kind = 'measure' group by subject
) as newest on newest.subject = record.subject and newest.recorded_at = record.recorded_at
where record.kind = 'measure'
union all
select 'point', subject || chr(10) || (cast(record.entry as json) ->> 'measured'), ordinal
from ${table('records')} as record join (
  select subject, ordinal, max(recorded_at) as recorded_at from ${table('records')} where kind = 'point' group by subject, ordinal
) as newest using (subject, ordinal, recorded_at)
where kind = 'point'
union all
select 'verdict', record.entry, cast(null as ${bigint})
from ${table('records')} as record join (
  select subject, max(recorded_at) as recorded_at from ${table('records')} where kind = 'check' group by subject
) as newest on newest.subject = record.subject and newest.recorded_at = record.recorded_at
where record.kind = 'check'
union all
select 'shape', entry, ordinal
from ${table('records')} as record join (
  select subject, max(ordinal) as ordinal from ${table('records')} where kind = 'shape' group by subject
) as newest using (subject, ordinal)
where kind = 'shape'
union all
select 'kept', record.entry, record.ordinal
from ${table('records')} as record join (
  select subject, ordinal, max(recorded_at) as recorded_at from ${table('records')} where kind = 'kept' group by subject, ordinal
) as newest on newest.subject = record.subject and newest.ordinal = record.ordinal and newest.recorded_at = record.recorded_at
where record.kind = 'kept'
union all
select 'open', run_id, cast(null as ${bigint}) from ${table('runs')} group by run_id having count(*) = 1
union all
select 'version', tx_version, cast(version as ${bigint}) from ${table('meta')} where version = (select max(version) from ${table('meta')})`;
  const { rows } = await connection.query({ sql });
  return gather(rows, (relation) => buildSubject(relation, dialect));
}

function gather(rows: readonly (readonly Cell[])[], subjectOf: (relation: Relation) => string): StateSnapshot {
  const builds: RecordedBuild[] = [];
  const forgotten: ForgottenBuild[] = [];
  const openRuns: string[] = [];
  const measures: Record<string, string> = {};
  const points: Record<string, Point[]> = {};
  const passes: Record<string, RecordedPass> = {};
  const ledgers: RecordedLedger[] = [];
  const verdicts: Record<string, RecordedVerdict> = {};
  const shapes: Record<string, string> = {};
  const bases: Record<string, StateSnapshot['bases'][string]> = {};
  const kept = new Map<string, BuildMemory['inputs']>();
  // Whoever emptied the table of versions left the others as this version makes them, or they would not be ours.
  let version: number = stateVersion;
  let txVersion = '';
  for (const [what, content, number] of rows) {
    const text = String(content);
    if (what === 'build') noteBuild(text, Number(number), builds, forgotten);
    else if (what === 'measure') noteMeasure(text, measures);
    else if (what === 'point') notePoint(text, Number(number), points);
    else if (what === 'pass') notePass(text, Number(number), passes);
    else if (what === 'ledger') ledgers.push(readLedger(text, Number(number)));
    else if (what === 'verdict') noteVerdict(text, verdicts);
    else if (what === 'shape') noteShape(text, Number(number), shapes, bases);
    else if (what === 'kept') noteKept(text, Number(number), kept);
    else if (what === 'open') openRuns.push(text);
    else {
      version = Number(number);
      txVersion = text;
    }
  }
  for (const [at, build] of kept.size === 0 ? [] : builds.entries()) {
    const inputs = kept.get(keptKey(subjectOf(build.relation), build.ordinal));
    if (inputs !== undefined && build.memory !== undefined) builds[at] = { ...build, memory: { ...build.memory, inputs } };
  }
  return { version, txVersion, builds, forgotten, openRuns, measures, points, passes, verdicts, shapes, bases, ledgers };
}

function noteMeasure(entry: string, measures: Record<string, string>): void {
  // Written by `checkEntry`; a later version may leave fields out or add some.
  const { node_id: test, measured } = JSON.parse(entry) as Partial<RecordEntry<'check_results'>>;
  if (typeof test === 'string' && typeof measured === 'string') measures[test] = measured;
}

/** Of a point only what counts is read: there may be many. */
function notePoint(text: string, at: number, points: Record<string, Point[]>): void {
  const end = text.lastIndexOf('\n');
  if (end === -1) return;
  const [test, value] = [text.slice(0, end), Number(text.slice(end + 1))];
  const list = points[test];
  if (list === undefined) points[test] = [{ at, value }];
  else list.push({ at, value });
}

function notePass(entry: string, ordinal: number, passes: Record<string, RecordedPass>): void {
  // As above.
  const { node_id: test, fingerprint } = JSON.parse(entry) as Partial<RecordEntry<'check_results'>>;
  if (typeof test === 'string' && typeof fingerprint === 'string') passes[test] = { ordinal, fingerprint };
}

function noteVerdict(entry: string, verdicts: Record<string, RecordedVerdict>): void {
  // As above.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'check_results'>>;
  const { node_id: test, status, identity, data_version: dataVersion, recorded_at: at } = fields;
  if (typeof test !== 'string' || typeof identity !== 'string' || typeof dataVersion !== 'string') return;
  verdicts[test] = { status: String(status), identity, dataVersion, at: String(at) };
}

function noteShape(
  entry: string,
  ordinal: number,
  shapes: Record<string, string>,
  bases: Record<string, StateSnapshot['bases'][string]>,
): void {
  // Written by `createStateWriter`; as above.
  const { subject, columns, base } = JSON.parse(entry) as {
    readonly subject?: unknown;
    readonly columns?: unknown;
    readonly base?: unknown;
  };
  if (typeof subject !== 'string' || typeof columns !== 'string') return;
  shapes[subject] = columns;
  if (typeof base === 'string') bases[subject] = { base, ordinal };
}

function noteKept(entry: string, ordinal: number, kept: Map<string, BuildMemory['inputs']>): void {
  // Written by `createStateWriter`; as above.
  const { subject, inputs } = JSON.parse(entry) as { readonly subject?: unknown; readonly inputs?: unknown };
  if (typeof subject !== 'string' || typeof inputs !== 'object' || inputs === null) return;
  const states = Object.entries(inputs).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  kept.set(keptKey(subject, ordinal), Object.fromEntries(states));
}

const keptKey = (subject: string, ordinal: number): string => `${ordinal} ${subject}`;

/** A query for the texts that were noted of a relation, newest first; `readTexts` takes its rows. */
export function recordedTexts(schema: string, relation: Relation, dialect: Dialect): Statement {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const subject = dialect.literal(buildSubject(relation, dialect));
  return { sql: `select entry from ${records} where kind = 'text' and subject = ${subject} order by ordinal desc limit 8` };
}

export function readTexts(rows: readonly (readonly Cell[])[]): readonly string[] {
  return rows.flatMap(([entry]) => {
    // As above.
    const { text } = JSON.parse(String(entry)) as { readonly text?: unknown };
    return typeof text === 'string' ? [text] : [];
  });
}

/** A query for the ordinals of the newest build and ledger entry of a relation, 0 without one: what `readState` knew of them may be old by now. */
export function latestOrdinals(schema: string, relation: Relation, dialect: Dialect): Statement {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const subject = dialect.literal(buildSubject(relation, dialect));
  const latest = (kind: RecordKind): string =>
    `(select coalesce(max(ordinal), 0) from ${records} where kind = ${dialect.literal(kind)} and subject = ${subject})`;
  return { sql: `select ${latest('build')}, ${latest('ledger')}` };
}

/** A query for the newest entry in the ledger of a relation; `readLatestLedger` takes its rows. */
export function latestLedger(schema: string, relation: Relation, dialect: Dialect): Statement {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const subject = dialect.literal(buildSubject(relation, dialect));
  return { sql: `select entry, ordinal from ${records} where kind = 'ledger' and subject = ${subject} order by ordinal desc limit 1` };
}

export function readLatestLedger([row]: readonly (readonly Cell[])[]): RecordedLedger | undefined {
  return row === undefined ? undefined : readLedger(String(row[0]), Number(row[1]));
}

/** What is no kind of relation to this version is a table. */
function readKind(kind: Cell | undefined): RelationKind {
  return kind === 'view' || kind === 'materialized view' ? kind : 'table';
}

function readLedger(entry: string, ordinal: number): RecordedLedger {
  // Written by `ledgerEntry`; a later version may leave fields out or add some.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'intervals'>> & { readonly seen?: unknown };
  return {
    ...readSeen(fields.seen),
    relation: { schema: String(fields.schema_name ?? ''), name: String(fields.relation_name ?? '') },
    version: String(fields.version ?? ''),
    build: Number(fields.build ?? 0),
    dataVersion: String(fields.data_version ?? ''),
    done: readRanges(String(fields.done ?? '[]')),
    ordinal,
  };
}

function noteBuild(entry: string, ordinal: number, builds: RecordedBuild[], forgotten: ForgottenBuild[]): void {
  // Written by `nodeRunEntry`; a later version may leave fields out or add some.
  const fields = JSON.parse(entry) as Partial<RecordEntry<'node_runs'>>;
  const build = readBuild(fields, ordinal);
  if (fields.status === 'forgotten') forgotten.push({ relation: build.relation, ordinal });
  else builds.push(build);
}

function readBuild(fields: Partial<RecordEntry<'node_runs'>>, ordinal: number): RecordedBuild {
  const text = (value: Cell | undefined): string => String(value ?? '');
  const { row_count: rows } = fields;
  return {
    node: text(fields.node_id),
    relation: { schema: text(fields.schema_name), name: text(fields.relation_name) },
    relationKind: readKind(fields.relation_kind),
    contentHash: text(fields.content_hash),
    runId: text(fields.run_id),
    startedAt: text(fields.started_at),
    ordinal,
    rows: rows === null || rows === undefined ? undefined : Number(rows),
    ...readMemory(fields),
    ...(fields.reason === resetReason ? { isReset: true } : {}),
    ...(fields.reason === copiedReason ? { isCopy: true } : {}),
  };
}

function readMemory(fields: Partial<RecordEntry<'node_runs'>>): Pick<RecordedBuild, 'memory'> {
  const { fingerprint, inputs, data_version: dataVersion, metadata_hash: metadata } = fields;
  if (typeof fingerprint !== 'string' || typeof inputs !== 'string' || typeof dataVersion !== 'string') return {};
  // Both were written from a `BuildMemory`.
  const memory = { fingerprint: JSON.parse(fingerprint) as Record<string, string>, inputs: JSON.parse(inputs) as Record<string, string> };
  return { memory: { ...memory, dataVersion, metadata: String(metadata ?? '') } };
}

/** Brings staged rows into an existing table: keys first, then columns, then the rows. */
import type { Span } from '../diagnostics/span.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { Cell, Connection } from '../adapter/connection.ts';
import type { Column } from '../adapter/relation.ts';
import { spanStart } from '../adapter/declared-partitions.ts';
import type { ReplacePartitions } from '../adapter/operation.ts';
import { partitionSql } from '../adapter/replace-partitions-sql.ts';
import { embed } from '../adapter/statement.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { Batch } from './batch-step.ts';
import { boundsOf } from './interval-bounds.ts';
import { updatesOf } from './merge-updates.ts';
import { queryRows, runOperation } from './perform.ts';
import type { Situation } from './perform.ts';
import { reconcileColumns, requireColumns } from './reconcile-columns.ts';
import type { StepPlace } from './reconcile-columns.ts';
import { requireCondition } from './require-condition.ts';
import type { Settled } from './settle-events.ts';
import { StepFailure } from './step-failure.ts';

type RequireKeys = Extract<Action, { kind: 'require-keys' }>;
type ApplyIncrement = Extract<Action, { kind: 'apply-increment' }>;
type AppendQuery = Extract<Action, { kind: 'append-query' }>;

/** With the columns of the stage, where an earlier action has read them. */
export interface StagedPlace extends StepPlace {
  readonly staged: readonly Column[] | undefined;
  readonly batch?: Batch | undefined;
  /** Of events: what was done before with those that are left. */
  readonly settled?: Settled | undefined;
  readonly situation?: Situation;
}

const sampleSize = 5;

/**
 * Fails when a key of the staged rows is NULL or stands twice; else gives the columns of the stage. One grouped query; counts and samples are
 * read only when something is wrong.
 */
export async function requireKeys(
  adapter: Adapter,
  connection: Connection,
  action: RequireKeys,
  place: StepPlace,
): Promise<readonly Column[]> {
  const { dialect } = adapter;
  const stage = dialect.relation(action.stage);
  const staged = await adapter.catalog.columns(connection, action.stage, action.stage.schema === dialect.temporarySchema);
  const columns = names(staged);
  const missing = action.key.filter((key) => !includesName(adapter, columns, key));
  if (missing.length > 0) {
    throw new StepFailure(
      missing.map((key) => diagnose('key-column-missing', { key, columns }, { node: place.node, span: placeOf(place) })),
    );
  }
  const keys = action.key.map(dialect.quoteIdentifier);
  const isNull = keys.map((key) => `${key} is null`).join(' or ');
  const grouped = `select ${keys.join(', ')}, count(*) from ${stage} group by ${keys.join(', ')} having count(*) > 1 or ${isNull}`;
  const order = keys.map((_, index) => index + 1).join(', ');
  const samples = await queryRows(connection, { sql: `${grouped} order by ${order} limit ${sampleSize}` });
  if (samples.rows.length === 0) return staged;
  // Under names of our own, since a column of the user may be called anything.
  const own = keys.map((_, index) => `key_${index}`);
  const ownNull = own.map((key) => `${key} is null`).join(' or ');
  const counts = await queryRows(connection, {
    sql:
      `select coalesce(sum(case when ${ownNull} then found else 0 end), 0), coalesce(sum(case when ${ownNull} then 0 else 1 end), 0) ` +
      `from (${grouped}) as bad (${[...own, 'found'].join(', ')})`,
  });
  const [nulls, duplicates] = counts.rows[0] ?? [];
  const hidden = new Set(action.masked.map(dialect.foldIdentifier));
  const show = (key: string, cell: Cell | undefined): string =>
    cell === null || cell === undefined ? 'NULL' : hidden.has(dialect.foldIdentifier(key)) ? '***' : String(cell);
  const shown = samples.rows.map((row) => action.key.map((key, index) => `${key} = ${show(key, row[index])}`).join(', '));
  throw new StepFailure([
    diagnose(
      'key-not-unique',
      { relation: place.name, key: action.key, nulls: Number(nulls ?? 0), duplicates: Number(duplicates ?? 0), samples: shown },
      { node: place.node, span: placeOf(place) },
    ),
  ]);
}

/** Applies the staged rows by the strategy of the plan; gives the number of staged rows. */
export async function applyIncrement(
  adapter: Adapter,
  connection: Connection,
  action: ApplyIncrement,
  place: StagedPlace,
): Promise<number> {
  const staged = place.staged ?? (await adapter.catalog.columns(connection, action.stage, true));
  const columns = place.settled?.columns ?? (await reconcileColumns(adapter, connection, action, staged, place));
  const { stage, target, key } = action;
  const predicates = await predicatesOf(adapter, connection, action, place);
  switch (action.strategy) {
    case 'append':
      return runOperation(adapter, connection, { kind: 'append', stage, target, columns });
    case 'delete_insert':
      return runOperation(adapter, connection, { kind: 'delete-insert', stage, target, columns, key, ...predicates });
    case 'time_interval': {
      const time = action.time ?? bug('intervals without a column of times');
      const range = place.batch?.range ?? bug('an interval is brought in without a batch');
      const column = action.targetColumns.find(({ name }) => sameName(adapter, name, time.column));
      const bounds = boundsOf(adapter.dialect, time, column?.type ?? bug(`a table without ${time.column}`), range);
      return runOperation(adapter, connection, { kind: 'replace-range', stage, target, columns, ...bounds });
    }
    case 'insert_overwrite': {
      const partitions = await partitionsOf(adapter, connection, action, place);
      return replacePartitions(adapter, connection, { kind: 'replace-partitions', stage, target, columns, ...partitions }, place);
    }
    case 'merge': {
      const updates = updatesOf(adapter, action, columns, place);
      const changed = updates === undefined ? {} : { updates };
      const written = await runOperation(adapter, connection, { kind: 'merge', stage, target, columns, key, ...changed, ...predicates });
      return written + (place.settled?.deleted ?? 0);
    }
    default:
      return unreachable(action.strategy);
  }
}

/** The number of rows is that of the stage: where partitions change places, no statement tells it. */
async function replacePartitions(
  adapter: Adapter,
  connection: Connection,
  operation: ReplacePartitions,
  { situation }: StagedPlace,
): Promise<number> {
  const written = await runOperation(adapter, connection, operation, situation);
  if (operation.declared === undefined) return written;
  const { rows } = await queryRows(connection, { sql: `select count(*) from ${adapter.dialect.relation(operation.stage)}` });
  return Number(rows[0]?.[0]);
}

/** What partitions are told apart by, once the engine has understood it. */
async function partitionsOf(
  adapter: Adapter,
  connection: Connection,
  { target: relation, targetColumns, partitions }: ApplyIncrement,
  place: StepPlace,
): Promise<Pick<ReplacePartitions, 'partitions' | 'declared'>> {
  const { by: entries, span, granularity, declared } = partitions ?? bug('partitions that nothing tells apart');
  const type = (entry: string): string => targetColumns.find(({ name }) => sameName(adapter, name, entry))?.type ?? '';
  const by =
    granularity === undefined || granularity === 'value'
      ? entries
      : entries.map((entry) => `(${spanStart(adapter.dialect.quoteIdentifier(entry), type(entry), granularity)})`);
  for (const [index, entry] of by.entries()) {
    const condition = `${partitionSql(entry, adapter.dialect.quoteIdentifier)} is null`;
    await requireCondition(
      adapter,
      connection,
      { key: 'partition_by', relation, condition, said: entries[index] ?? entry },
      { node: place.node, span: span ?? placeOf(place) },
    );
  }
  return { partitions: by, ...(declared === undefined ? {} : { declared }) };
}

/** The conditions on rows of the table, once the engine has understood them. */
async function predicatesOf(
  adapter: Adapter,
  connection: Connection,
  { target: relation, predicates }: ApplyIncrement,
  place: StepPlace,
): Promise<{ readonly predicates?: readonly string[] }> {
  if (predicates === undefined) return {};
  const where = { node: place.node, span: predicates.span ?? placeOf(place) };
  for (const condition of predicates.conditions)
    await requireCondition(adapter, connection, { key: 'incremental_predicates', relation, condition }, where);
  return { predicates: predicates.conditions };
}

/**
 * Adds the rows of the query to the table; gives their number. A query that reads no row knows its columns. Where their types are
 * not those of the table, the rows are staged after all, so that none of them is changed by a cast.
 */
export async function appendQuery(adapter: Adapter, connection: Connection, action: AppendQuery, place: StepPlace): Promise<number> {
  const { stage, target, targetColumns, query } = action;
  const fold = adapter.dialect.foldIdentifier;
  const { columns } = await queryRows(connection, embed('select * from (\n', query, '\n) as increment limit 0'));
  const found = new Map(columns.map((column) => [fold(column.name), column.type]));
  const common = targetColumns.filter((column) => found.has(fold(column.name)));
  requireColumns(
    target,
    targetColumns.filter((column) => !found.has(fold(column.name))),
    place,
  );
  if (common.every((column) => found.get(fold(column.name)) === column.type)) {
    return runOperation(adapter, connection, { kind: 'append-query', target, columns: names(common), query });
  }
  const increment = { stage, target, targetColumns, strategy: 'append', key: [], onSchemaChange: 'ignore' } as const;
  await runOperation(adapter, connection, { kind: 'stage-query', stage, temporary: true, query });
  const rows = await applyIncrement(adapter, connection, { kind: 'apply-increment', ...increment }, { ...place, staged: undefined });
  await runOperation(adapter, connection, { kind: 'drop', relation: stage, relationKind: 'table', temporary: true });
  return rows;
}

function sameName(adapter: Adapter, one: string, other: string): boolean {
  return adapter.dialect.foldIdentifier(one) === adapter.dialect.foldIdentifier(other);
}

function includesName(adapter: Adapter, columns: readonly string[], name: string): boolean {
  const wanted = adapter.dialect.foldIdentifier(name);
  return columns.some((column) => adapter.dialect.foldIdentifier(column) === wanted);
}

const names = (columns: readonly Column[]): readonly string[] => columns.map((column) => column.name);
const placeOf = (place: StepPlace): Span => place.span ?? { path: place.path, start: 0, end: 0 };

/** Brings staged rows into an existing table: keys first, then columns, then the rows. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Cell, Connection } from '../adapter/connection.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import { embed } from '../adapter/statement.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/plan.ts';
import { queryRows, runOperation } from './perform.ts';
import { StepFailure } from './step-failure.ts';

type RequireKeys = Extract<Action, { kind: 'require-keys' }>;
type ApplyIncrement = Extract<Action, { kind: 'apply-increment' }>;
type AppendQuery = Extract<Action, { kind: 'append-query' }>;

/** What diagnostics of this step carry. */
export interface StepPlace {
  readonly node: string;
  readonly name: string;
  readonly path: string;
}

/** With the columns of the stage, where an earlier action has read them. */
export interface StagedPlace extends StepPlace {
  readonly staged: readonly Column[] | undefined;
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
  const staged = await stageColumns(adapter, connection, action.stage);
  const columns = names(staged);
  const missing = action.key.filter((key) => !includesName(adapter, columns, key));
  if (missing.length > 0) {
    throw new StepFailure(
      missing.map((key) => diagnose('key-column-missing', { key, columns }, { node: place.node, span: fileStart(place) })),
    );
  }
  const keys = action.key.map(dialect.quoteIdentifier);
  const isNull = keys.map((key) => `${key} is null`).join(' or ');
  const grouped = `select ${keys.join(', ')}, count(*) as n from ${stage} group by ${keys.join(', ')} having count(*) > 1 or ${isNull}`;
  const samples = await queryRows(connection, { sql: `${grouped} order by ${keys.join(', ')} limit ${sampleSize}` });
  if (samples.rows.length === 0) return staged;
  const counts = await queryRows(connection, {
    sql: `select coalesce(sum(case when ${isNull} then n else 0 end), 0), coalesce(sum(case when ${isNull} then 0 else 1 end), 0) from (${grouped}) as bad`,
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
      { node: place.node, span: fileStart(place) },
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
  const columns = await reconcileColumns(adapter, connection, action, place);
  const { stage, target, key } = action;
  switch (action.strategy) {
    case 'append':
      return runOperation(adapter, connection, { kind: 'append', stage, target, columns });
    case 'delete_insert':
      return runOperation(adapter, connection, { kind: 'delete-insert', stage, target, columns, key });
    case 'merge':
      return runOperation(adapter, connection, { kind: 'merge', stage, target, columns, key });
    default:
      return unreachable(action.strategy);
  }
}

/** Adds the rows of the query to the table; gives their number. A query that reads no row knows its columns. */
export async function appendQuery(adapter: Adapter, connection: Connection, action: AppendQuery, place: StepPlace): Promise<number> {
  const { target, targetColumns, query } = action;
  const { columns } = await queryRows(connection, embed('select * from (\n', query, '\n) as increment limit 0'));
  const found = new Set(columns.map((column) => adapter.dialect.foldIdentifier(column.name)));
  const isFound = (column: Column): boolean => found.has(adapter.dialect.foldIdentifier(column.name));
  requireColumns(
    target,
    targetColumns.filter((column) => !isFound(column)),
    place,
  );
  return runOperation(adapter, connection, { kind: 'append-query', target, columns: names(targetColumns.filter(isFound)), query });
}

/** Names of the columns to write, after `on_schema_change` had its way with the target. */
async function reconcileColumns(
  adapter: Adapter,
  connection: Connection,
  action: ApplyIncrement,
  place: StagedPlace,
): Promise<readonly string[]> {
  const fold = adapter.dialect.foldIdentifier;
  // Only a comparison of types needs the catalog's spelling of them.
  const known = action.onSchemaChange === 'ignore' ? place.staged : undefined;
  const staged = known ?? (await adapter.catalog.columns(connection, action.stage, true));
  const stagedByName = new Map(staged.map((column) => [fold(column.name), column]));
  const targetNames = new Set(action.targetColumns.map((column) => fold(column.name)));
  const added = staged.filter((column) => !targetNames.has(fold(column.name)));
  const removed = action.targetColumns.filter((column) => !stagedByName.has(fold(column.name)));
  const common = action.targetColumns.filter((column) => stagedByName.has(fold(column.name)));
  const retyped = common.flatMap((column) => {
    const type = stagedByName.get(fold(column.name))?.type ?? bug('a common column is staged');
    return type === column.type ? [] : [{ name: column.name, type }];
  });
  const where = { node: place.node, span: fileStart(place) };
  const relation = `${action.target.schema}.${action.target.name}`;
  switch (action.onSchemaChange) {
    case 'ignore':
      requireColumns(action.target, removed, place);
      return names(common);
    case 'fail':
      if (added.length + removed.length + retyped.length > 0) {
        throw new StepFailure([
          diagnose('schema-changed', { relation, added: names(added), removed: names(removed), retyped: names(retyped) }, where),
        ]);
      }
      return names(common);
    case 'append_new_columns':
      await alter(adapter, connection, action, { add: added, drop: [], retype: [] });
      return [...names(common), ...names(added)];
    case 'sync_all_columns':
      if (removed.length * 2 > action.targetColumns.length) {
        throw new StepFailure([
          diagnose('schema-change-refused', { relation, removed: names(removed), total: action.targetColumns.length }, where),
        ]);
      }
      await alter(adapter, connection, action, { add: added, drop: names(removed), retype: retyped });
      return [...names(common), ...names(added)];
    default:
      return unreachable(action.onSchemaChange);
  }
}

/** Fails when columns of the table are missing in the rows that are to be added to it. */
function requireColumns(target: Relation, missing: readonly Column[], place: StepPlace): void {
  if (missing.length === 0) return;
  const params = { columns: names(missing), relation: `${target.schema}.${target.name}` };
  throw new StepFailure([diagnose('increment-column-missing', params, { node: place.node, span: fileStart(place) })]);
}

async function alter(
  adapter: Adapter,
  connection: Connection,
  action: ApplyIncrement,
  change: { readonly add: readonly Column[]; readonly drop: readonly string[]; readonly retype: readonly Column[] },
): Promise<void> {
  if (change.add.length + change.drop.length + change.retype.length === 0) return;
  await runOperation(adapter, connection, { kind: 'alter-columns', target: action.target, ...change });
}

/** A stage's columns without asking the catalog: a query that reads no row knows them. */
async function stageColumns(adapter: Adapter, connection: Connection, stage: RequireKeys['stage']): Promise<readonly Column[]> {
  const { columns } = await queryRows(connection, { sql: `select * from ${adapter.dialect.relation(stage)} limit 0` });
  return columns;
}

function includesName(adapter: Adapter, columns: readonly string[], name: string): boolean {
  const wanted = adapter.dialect.foldIdentifier(name);
  return columns.some((column) => adapter.dialect.foldIdentifier(column) === wanted);
}

const names = (columns: readonly Column[]): readonly string[] => columns.map((column) => column.name);
const fileStart = (place: StepPlace): { path: string; start: number; end: number } => ({ path: place.path, start: 0, end: 0 });

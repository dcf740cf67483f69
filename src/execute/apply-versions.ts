/** Carries the history of rows on: what has changed ends one version and begins another. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Cell, Connection } from '../adapter/connection.ts';
import type { ComparedColumn, VersionRules } from '../adapter/operation.ts';
import type { Column } from '../adapter/relation.ts';
import { embed } from '../adapter/statement.ts';
import type { Query } from '../adapter/statement.ts';
import { changeColumn, changeKinds, countChangesSql, unknownEndsSql } from '../adapter/version-sql.ts';
import { listMetaColumns } from '../compile/snapshots.ts';
import { findVersionProblems } from '../compile/version-problems.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import { requireKeys } from './apply-increment.ts';
import { queryRows, renderOperation, runOperation, runStatements } from './perform.ts';
import { reconcileColumns } from './reconcile-columns.ts';
import type { StepPlace } from './reconcile-columns.ts';
import { StepFailure } from './step-failure.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

const sampleSize = 5;

/** Fails when the rows lack a column that versions need, or have one that versions add. A query that reads no row knows its columns. */
export async function requireVersions(
  adapter: Adapter,
  connection: Connection,
  { query, versions, places }: ActionOf<'require-versions'>,
  { node, name }: StepPlace & { readonly node: NodeId },
): Promise<void> {
  const { columns } = await queryRows(connection, embed('select * from (\n', query, '\n) as kept limit 0'));
  const problems = findVersionProblems({ id: node, name, rules: versions, places }, columns, adapter.dialect.foldIdentifier);
  if (problems.length > 0) throw new StepFailure(problems);
}

/** Fails when a row does not say when it changed. */
export async function requireStamps(
  { dialect }: Adapter,
  connection: Connection,
  { stage, versions, masked, span }: ActionOf<'require-stamps'>,
  { node, name }: StepPlace,
): Promise<void> {
  const column = versions.updatedAt ?? bug('there is no column of times to look at');
  const keys = versions.key.map(dialect.quoteIdentifier).join(', ');
  const from = `from ${dialect.relation(stage)} where ${dialect.quoteIdentifier(column)} is null`;
  const { rows } = await queryRows(connection, { sql: `select ${keys} ${from} order by ${keys} limit ${sampleSize}` });
  if (rows.length === 0) return;
  const counted = await queryRows(connection, { sql: `select count(*) ${from}` });
  const samples = rows.map((row) => describeKey(versions, row, masked, dialect.foldIdentifier));
  const found = { name, column, rows: Number(counted.rows[0]?.[0] ?? 0), samples };
  throw new StepFailure([diagnose('snapshot-stamp-null', found, { node, span })]);
}

/**
 * Gives the number of rows that changed, came, or went. Where nothing has changed, nothing is written. Rows are compared as the query
 * gives them; they are kept only where columns have to be brought in line first, or where one of them must not be there: then it is
 * looked for.
 */
export async function applyVersions(
  adapter: Adapter,
  connection: Connection,
  action: ActionOf<'apply-versions'>,
  place: StepPlace & { readonly node: NodeId },
): Promise<number> {
  const { query, steady, stage, changes, target, versions } = action;
  const staged = await columnsOfQuery(adapter, connection, action);
  const rowColumns = await requireHistory(adapter, connection, action, place);
  const isKept = !areInLine(adapter, rowColumns, staged);
  const keep = (): Promise<number> => runOperation(adapter, connection, { kind: 'stage-query', stage, temporary: true, query });
  if (isKept) await keep();
  const reconciling = { stage, target, targetColumns: rowColumns, onSchemaChange: 'append_new_columns' } as const;
  const columns = await reconcileColumns(adapter, connection, reconciling, staged, place);
  const rules = spelled(adapter, versions, columns);
  const compared = comparedColumns(adapter, rules, rowColumns, staged);
  const shared = { changes, target, columns, versions: rules };
  const compare: Compare = async (direct) => {
    await runOperation(adapter, connection, { kind: 'stage-changes', stage, ...direct, compared, ...shared });
    return countChanges(adapter, connection, shared);
  };
  const drop = (relation: typeof stage): Promise<number> =>
    runOperation(adapter, connection, { kind: 'drop', relation, relationKind: 'table', temporary: true });
  const checked = { ...action, versions: rules };
  let found = await compare(isKept ? {} : { direct: { query, steady } });
  const isWrong = !isSound(found) || (found.fresh + found.other > 0 && (await hasDoubled(adapter, connection, checked, columns)));
  if (isWrong && !isKept) {
    await drop(changes);
    await keep();
    found = await compare({});
  }
  if (isWrong) await explain(adapter, connection, { action: checked, found, columns }, place);
  if (found.fresh > 0) await requireKnownEnds(adapter, connection, checked, { ...place, columns });
  if (found.fresh + found.other > 0) {
    const apply = { kind: 'apply-changes', mayReturn: found.fresh > 0, ...shared } as const;
    await runStatements(connection, ...(await renderOperation(adapter, connection, apply)));
  }
  await drop(changes);
  if (isKept || isWrong) await drop(stage);
  return found.fresh + found.other;
}

type Compare = (direct: { readonly direct?: { readonly query: Query; readonly steady: boolean } }) => Promise<Found>;

/** The columns that a table of the rows would have. Nothing runs for it. */
async function columnsOfQuery(
  adapter: Adapter,
  connection: Connection,
  { stage, query }: ActionOf<'apply-versions'>,
): Promise<readonly Column[]> {
  await runOperation(adapter, connection, { kind: 'stage-view', stage, query });
  const columns = await adapter.catalog.columns(connection, stage, true);
  await runOperation(adapter, connection, { kind: 'drop', relation: stage, relationKind: 'view', temporary: true });
  return columns;
}

/** Whether the rows have the columns of the table with their types; they may have more. */
function areInLine({ dialect }: Adapter, before: readonly Column[], staged: readonly Column[]): boolean {
  const types = new Map(staged.map(({ name, type }) => [dialect.foldIdentifier(name), type]));
  return before.every(({ name, type }) => types.get(dialect.foldIdentifier(name)) === type);
}

/** What the changes count. */
interface Found {
  readonly staged: number;
  readonly stamped: number;
  readonly inForce: number;
  readonly fresh: number;
  readonly gone: number;
  readonly absent: number;
  readonly keyless: number;
  /** Changes other than fresh ones. */
  readonly other: number;
}

async function countChanges({ dialect }: Adapter, connection: Connection, shared: Parameters<typeof countChangesSql>[0]): Promise<Found> {
  const { rows } = await queryRows(connection, { sql: countChangesSql(shared, dialect) });
  const [staged = 0, stamped = 0, inForce = 0, fresh = 0, gone = 0, absent = 0, keyless = 0, all = 0] = (rows[0] ?? []).map(Number);
  return { staged, stamped, inForce, fresh, gone, absent, keyless, other: all - absent - fresh };
}

/**
 * That no key comes twice is told by numbers alone, which takes a fraction of the time of looking for keys that do; only where they
 * do not add up, rows are looked at.
 */
function isSound({ staged, stamped, inForce, fresh, gone, absent, keyless }: Found): boolean {
  return keyless === 0 && staged - fresh === inForce - gone - absent && stamped === staged;
}

interface ToExplain {
  readonly action: ActionOf<'apply-versions'>;
  readonly found: Found;
  readonly columns: readonly string[];
}

/** Fails with what is wrong with the rows of the stage, if anything is. */
async function explain(
  adapter: Adapter,
  connection: Connection,
  { action, found, columns }: ToExplain,
  place: StepPlace & { readonly node: NodeId },
): Promise<void> {
  const { stage, versions, masked, places } = action;
  const { staged, stamped, inForce, fresh, gone, absent, keyless } = found;
  if (keyless > 0 || staged - fresh !== inForce - gone - absent)
    await requireKeys(
      adapter,
      connection,
      { kind: 'require-keys', stage, key: versions.key, masked },
      { ...place, span: places.uniqueKey },
    );
  if (stamped < staged)
    await requireStamps(adapter, connection, { kind: 'require-stamps', stage, versions, masked, span: places.updatedAt }, place);
  if (found.fresh + found.other > 0) await requireOneEach(adapter, connection, action, columns, place);
}

/** The columns of the table that are those of rows. Adds the column of deletions where it was not wanted before. */
async function requireHistory(
  { dialect, operations }: Adapter,
  connection: Connection,
  { target, targetColumns, versions, places }: ActionOf<'apply-versions'>,
  { node }: StepPlace,
): Promise<readonly Column[]> {
  const fold = dialect.foldIdentifier;
  const standing = new Set(targetColumns.map((column) => fold(column.name)));
  const { isDeleted, ...needed } = versions.columns;
  const missing = listMetaColumns(needed).filter((column) => !standing.has(fold(column)));
  if (missing.length > 0)
    throw new StepFailure([
      diagnose('snapshot-not-a-history', { relation: `${target.schema}.${target.name}`, missing }, { node, span: places.name }),
    ]);
  if (isDeleted !== undefined && !standing.has(fold(isDeleted))) {
    const add = [{ name: isDeleted, type: dialect.typeName('text') }];
    await runOperation({ operations }, connection, { kind: 'alter-columns', target, add, drop: [], retype: [] });
    await runStatements(connection, { sql: `update ${dialect.relation(target)} set ${dialect.quoteIdentifier(isDeleted)} = 'False'` });
  }
  const own = new Set(listMetaColumns(versions.columns).map(fold));
  return targetColumns.filter((column) => !own.has(fold(column.name)));
}

/** The rules with columns as the table spells them: keys may be written in another case. */
function spelled({ dialect }: Adapter, versions: VersionRules, columns: readonly string[]): VersionRules {
  const names = new Map(columns.map((column) => [dialect.foldIdentifier(column), column]));
  const spell = (column: string): string => names.get(dialect.foldIdentifier(column)) ?? column;
  const { key, updatedAt } = versions;
  return { ...versions, key: key.map(spell), ...(updatedAt === undefined ? {} : { updatedAt: spell(updatedAt) }) };
}

/** Of all columns those that both sides have: one that is gone from the rows changes none of them. A new one has no value in old versions. */
function comparedColumns(
  { dialect }: Adapter,
  { compare, key }: VersionRules,
  before: readonly Column[],
  staged: readonly Column[],
): readonly ComparedColumn[] {
  if (compare === undefined) return [];
  const fold = dialect.foldIdentifier;
  const types = new Map([...staged, ...before].map((column) => [fold(column.name), column]));
  const keys = new Set(key.map(fold));
  const wanted = compare === 'all' ? staged.map((column) => column.name).filter((name) => !keys.has(fold(name))) : compare;
  return wanted.map((name) => {
    const column = types.get(fold(name)) ?? bug(`${name} is compared and not there`);
    return { name: column.name, asText: dialect.json.holds(column.type) };
  });
}

/** Keys of the changes, and those that come twice. */
function doubledKeys(
  { dialect }: Adapter,
  { changes, versions }: ActionOf<'apply-versions'>,
  columns: readonly string[],
): { readonly keys: string; readonly doubled: string } {
  const keys = versions.key.map((key) => changeColumn(columns.indexOf(key))).join(', ');
  const counted = `kind not in ('${changeKinds.absent}', '${changeKinds.rows}')`;
  return { keys, doubled: `select ${keys} from ${dialect.relation(changes)} where ${counted} group by ${keys} having count(*) > 1` };
}

async function hasDoubled(
  adapter: Adapter,
  connection: Connection,
  action: ActionOf<'apply-versions'>,
  columns: readonly string[],
): Promise<boolean> {
  const { rows } = await queryRows(connection, { sql: `${doubledKeys(adapter, action, columns).doubled} limit 1` });
  return rows.length > 0;
}

/** A new row that comes twice would become two, and of two versions that are both in force two would follow. */
async function requireOneEach(
  adapter: Adapter,
  connection: Connection,
  action: ActionOf<'apply-versions'>,
  columns: readonly string[],
  place: StepPlace,
): Promise<void> {
  const { stage, target, versions, masked, places } = action;
  const { dialect } = adapter;
  const { keys, doubled } = doubledKeys(adapter, action, columns);
  const { rows } = await queryRows(connection, { sql: `${doubled} order by ${keys} limit ${sampleSize}` });
  if (rows.length === 0) return;
  await requireKeys(adapter, connection, { kind: 'require-keys', stage, key: versions.key, masked }, { ...place, span: places.uniqueKey });
  const counted = await queryRows(connection, { sql: `select count(*) from (${doubled}) as doubled` });
  const samples = rows.map((row) => describeKey(versions, row, masked, dialect.foldIdentifier));
  const found = { relation: `${target.schema}.${target.name}`, keys: Number(counted.rows[0]?.[0] ?? 0), samples };
  throw new StepFailure([diagnose('snapshot-versions-overlap', found, { node: place.node, span: places.name })]);
}

/** Every version that was in force would get a second one behind it, which begins when the first one never ends. */
async function requireKnownEnds(
  { dialect }: Adapter,
  connection: Connection,
  { changes, target, versions, masked, places }: ActionOf<'apply-versions'>,
  { node, columns }: StepPlace & { readonly columns: readonly string[] },
): Promise<void> {
  const unknown = unknownEndsSql({ changes, target, columns, versions }, dialect);
  const { rows } = await queryRows(connection, {
    sql: `${unknown} order by ${versions.key.map((_, at) => at + 1).join(', ')} limit ${sampleSize}`,
  });
  const [first] = rows;
  if (first === undefined) return;
  const counted = await queryRows(connection, { sql: `select count(*) from (${unknown}) as unknown` });
  const samples = rows.map((row) => describeKey(versions, row, masked, dialect.foldIdentifier));
  const found = {
    relation: `${target.schema}.${target.name}`,
    rows: Number(counted.rows[0]?.[0] ?? 0),
    end: String(first.at(-1)),
    samples,
  };
  throw new StepFailure([diagnose('snapshot-end-unknown', found, { node, span: places.name })]);
}

function describeKey({ key }: VersionRules, row: readonly Cell[], masked: readonly string[], fold: (name: string) => string): string {
  const hidden = new Set(masked.map(fold));
  return key.map((name, at) => `${name} = ${hidden.has(fold(name)) ? '***' : String(row[at] ?? 'NULL')}`).join(', ');
}

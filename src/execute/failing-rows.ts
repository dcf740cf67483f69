/** Reads the rows for which a test fails: keys first, and nothing that must not be seen. */
import type { Cell, Connection, ResultSet } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { ColumnFault } from '../checks/catalog-rule.ts';
import { judgeCatalog } from '../checks/catalog-rule.ts';
import { sampleQuery } from '../checks/check-statements.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Action, PlannedCheck, PlannedQueryTest } from '../plan/action.ts';
import { placeChecks } from './check-places.ts';
import type { PlaceTools } from './check-places.ts';
import { queryRows } from './perform.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** What of failing rows somebody wants to see. */
export interface FailuresWanted {
  readonly limit: number;
  /** The select list of these columns where they are to be spelled another way; they keep their types all the same. */
  readonly spell?: ((columns: readonly Column[]) => string | undefined) | undefined;
}

/** The failing rows of the one test of an audit, whatever its verdict is. */
export async function readFailures(tools: PlaceTools, audit: Audit, wanted: FailuresWanted): Promise<ResultSet> {
  const { limit } = wanted;
  const { connection, dialect } = tools;
  const [query] = audit.queries;
  if (query !== undefined) return spelledRows(connection, query, failuresOf(query, limit), wanted);
  const check = audit.checks[0] ?? bug('an audit without a test');
  if (check.shape.kind === 'catalog') {
    const from = audit.relation.startsWith('(') ? `${audit.relation} as checked` : audit.relation;
    const { columns } = await queryRows(connection, { sql: `select * from ${from} limit 0` }, undefined, check.id);
    return faultRows(dialect, judgeCatalog(check.shape.rule, columns, dialect.foldIdentifier).faults, limit);
  }
  const [place] = await placeChecks(tools, audit);
  if (place === undefined) return bug(`check ${check.id} has no place`);
  return spelledRows(connection, check, sampleQuery(place.check, place.relation, limit), wanted);
}

async function spelledRows(
  connection: Connection,
  test: PlannedCheck | PlannedQueryTest,
  sql: string,
  { limit, spell }: FailuresWanted,
): Promise<ResultSet> {
  if (spell === undefined) return failingRows(connection, test, sql, limit);
  const from = `from (\n${sql}\n) as spelled`;
  const { columns } = await queryRows(connection, { sql: `select * ${from} limit 0` }, 0, test.id);
  const list = spell(columns);
  if (list === undefined) return failingRows(connection, test, sql, limit);
  const { rows } = await queryRows(connection, { sql: `select ${list} ${from}` }, limit, test.id);
  return present({ columns, rows }, test);
}

/** The rows of a test with SQL of its own. */
export function failuresOf({ query }: PlannedQueryTest, limit: number): string {
  return `select * from (\n${query.sql}\n) as failures limit ${limit}`;
}

export async function failingRows(
  connection: Connection,
  test: PlannedCheck | PlannedQueryTest,
  sql: string,
  limit: number,
): Promise<ResultSet> {
  const rows = await queryRows(connection, { sql }, limit, test.id);
  return present(rows, test);
}

function present(rows: ResultSet, test: PlannedCheck | PlannedQueryTest): ResultSet {
  return presentRows(rows, 'leadingColumns' in test ? test.leadingColumns : [], hiddenColumns(test));
}

/** Rows as people may see them: some columns first, and the values of others not at all. */
export function presentRows(rows: ResultSet, leading: readonly string[], masked: readonly string[]): ResultSet {
  return mask(lead(rows, leading), masked);
}

/** What is wrong with columns, as rows. */
export function faultRows(dialect: Pick<Dialect, 'typeName'>, faults: readonly ColumnFault[], limit: number): ResultSet {
  return {
    columns: ['column', 'expected', 'found'].map((name) => ({ name, type: dialect.typeName('text') })),
    rows: faults.slice(0, limit).map(({ column, expected, found }) => [column, expected, found]),
  };
}

/** A value that is made of a masked column is one itself, whatever it is called. */
function hiddenColumns(test: PlannedCheck | PlannedQueryTest): readonly string[] {
  if (!('shape' in test)) return test.maskedColumns;
  const { kind } = test.shape;
  if (kind !== 'aggregate' && kind !== 'query') return test.maskedColumns;
  const text = JSON.stringify(test.shape).toLowerCase();
  const isMasked = test.maskedColumns.some((name) => text.includes(name.toLowerCase()));
  return isMasked ? [...test.maskedColumns, 'value'] : test.maskedColumns;
}

/** Puts some columns before the others, whose order stays. */
function lead(result: ResultSet, leading: readonly string[]): ResultSet {
  const rank = new Map(leading.map((name, index) => [name.toLowerCase(), index]));
  const rankOf = (index: number): number => rank.get((result.columns[index]?.name ?? '').toLowerCase()) ?? leading.length;
  const order = result.columns.map((_, index) => index).sort((a, b) => rankOf(a) - rankOf(b) || a - b);
  const arrange = <T>(list: readonly T[]): readonly T[] => order.flatMap((index) => list.slice(index, index + 1));
  return { columns: arrange(result.columns), rows: result.rows.map(arrange) };
}

/** Replaces the values of masked columns; NULL stays visible, because it is often the point. */
function mask(result: ResultSet, masked: readonly string[]): ResultSet {
  if (masked.length === 0) return result;
  const hidden = new Set(masked.map((name) => name.toLowerCase()));
  const hide = (cell: Cell, index: number): Cell =>
    cell !== null && hidden.has((result.columns[index]?.name ?? '').toLowerCase()) ? '***' : cell;
  return { columns: result.columns, rows: result.rows.map((row) => row.map(hide)) };
}

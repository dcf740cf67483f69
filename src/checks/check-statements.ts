/** Packs all checks of one relation into as few statements as their size allows, and reads the answer. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Cell } from '../adapter/connection.ts';
import type { RelationKind } from '../adapter/relation.ts';
import { bug } from '../diagnostics/bug.ts';
import type { CheckShape } from './check-definition.ts';
import type { CheckedRows } from './shape-sql.ts';
import { enclose, fromRelation, shapeSql } from './shape-sql.ts';

/** One check to be counted. */
export interface CheckToCount {
  readonly id: string;
  readonly shape: CheckShape;
  /** SQL condition of the user; rows where it is not true are left out. */
  readonly where?: string | undefined;
  /** Whether a threshold in percent asks for the number of rows left after `where`. */
  readonly needsTotal: boolean;
}

/** A relation under test. */
export interface RelationToCheck {
  /** SQL text: a quoted name, or a query in parentheses. */
  readonly relation: string;
  readonly relationKind: RelationKind;
  readonly form: Capabilities['rowCheckForm'];
}

export interface CheckInput extends RelationToCheck {
  readonly checks: readonly CheckToCount[];
}

/** A query whose rows are `check_index, failures, failing_rows, total`; the index counts in the list that was planned. */
export interface CheckStatement {
  readonly sql: string;
  /** Ids of the checks that it counts. */
  readonly checks: readonly string[];
}

/** What one check found. */
export interface CheckCount {
  readonly index: number;
  /** In the unit of the check: rows, or duplicated keys. */
  readonly failures: number;
  readonly failingRows: number;
  /** Rows left after `where`, when asked for. */
  readonly total: number | undefined;
}

/** Engines limit the length of a statement; all take this one. */
const sizeLimit = 256 * 1024;

interface Indexed {
  readonly index: number;
  readonly check: CheckToCount;
}

/** Only tables of a column store are answered from statistics; a view would be computed anew for every count. */
function checkedRows(relation: RelationToCheck, where: string | undefined): CheckedRows {
  const columnar = relation.form === 'union-of-counts' && relation.relationKind === 'table';
  return { relation: relation.relation, where, columnar };
}

const noTotal = 'cast(null as bigint)';

function ownBranch({ index, check }: Indexed, relation: RelationToCheck): string {
  const rows = checkedRows(relation, check.where);
  const { failures, failingRows, from } = shapeSql(check.shape, rows).count();
  const where = check.where === undefined ? '' : ` where ${enclose(check.where)}`;
  const total = check.needsTotal ? `(select count(*) from ${fromRelation(rows)}${where})` : noTotal;
  return `select ${index} as check_index, ${failures} as failures, ${failingRows} as failing_rows, ${total} as total from ${from}`;
}

interface Scanned extends Indexed {
  readonly violation: string;
}

function filteredCount(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'count(*)' : `count(*) filter (where ${conditions.join(' and ')})`;
}

/** One scan with a filtered count per check, its one row turned into a row per check. */
function scanBranch(scanned: readonly Scanned[], relation: RelationToCheck): string {
  const counts: string[] = [];
  const failures: string[] = [];
  const totals: string[] = [];
  for (const { index, check, violation } of scanned) {
    const where = check.where === undefined ? [] : [enclose(check.where)];
    counts.push(`${filteredCount([...where, `(${violation})`])} as f${index}`);
    failures.push(`when ${index} then f${index}`);
    if (!check.needsTotal) continue;
    counts.push(`${filteredCount(where)} as t${index}`);
    totals.push(`when ${index} then t${index}`);
  }
  const scan = `(select ${counts.join(', ')} from ${fromRelation(checkedRows(relation, undefined))}) as _tx_scan`;
  const indexes = `(values ${scanned.map(({ index }) => `(${index})`).join(', ')}) as _tx_checks(check_index)`;
  const failed = `case check_index ${failures.join(' ')} end`;
  const total = totals.length === 0 ? noTotal : `case check_index ${totals.join(' ')} end`;
  return `select check_index, ${failed} as failures, ${failed} as failing_rows, ${total} as total from ${scan} cross join ${indexes}`;
}

function pack(checks: readonly Indexed[], relation: RelationToCheck): string {
  const scanned: Scanned[] = [];
  const branches: string[] = [];
  for (const entry of checks) {
    const violation = shapeSql(entry.check.shape, checkedRows(relation, entry.check.where)).scanned;
    if (violation === undefined) branches.push(ownBranch(entry, relation));
    else scanned.push({ ...entry, violation });
  }
  if (scanned.length > 0) branches.unshift(scanBranch(scanned, relation));
  return branches.join('\nunion all\n');
}

function packWithin(checks: readonly Indexed[], relation: RelationToCheck, limit: number): readonly CheckStatement[] {
  if (checks.length === 0) return [];
  const sql = pack(checks, relation);
  if (checks.length === 1 || sql.length <= limit) return [{ sql, checks: checks.map(({ check }) => check.id) }];
  const middle = checks.length >> 1;
  return [...packWithin(checks.slice(0, middle), relation, limit), ...packWithin(checks.slice(middle), relation, limit)];
}

/** One statement for all checks of a relation; more only where the text would grow beyond `limit` characters. */
export function planCheckStatements(input: CheckInput, limit: number = sizeLimit): readonly CheckStatement[] {
  return packWithin(
    input.checks.map((check, index) => ({ index, check })),
    input,
    limit,
  );
}

/** The statement of one check alone, with the index that it has in `input`: tells which check a failing statement failed for. */
export function singleCheckStatement(input: CheckInput, index: number): CheckStatement {
  const check = input.checks[index] ?? bug(`there is no check ${index}`);
  return { sql: pack([{ index, check }], input), checks: [check.id] };
}

/**
 * A select of what violates a check, for display: whole rows; for duplicated keys the key, for values the value, both
 * with `row_count`, most rows first.
 */
export function sampleQuery(check: Pick<CheckToCount, 'shape' | 'where'>, relation: RelationToCheck, limit: number): string {
  return `${shapeSql(check.shape, checkedRows(relation, check.where)).sample()} limit ${limit}`;
}

function countOf(cell: Cell | undefined): number {
  const count = typeof cell === 'string' ? Number(cell) : cell;
  return typeof count === 'number' && Number.isSafeInteger(count) ? count : bug(`${String(cell)} is no count`);
}

/** Reads the rows of check statements. */
export function decodeCheckRows(rows: readonly (readonly Cell[])[]): readonly CheckCount[] {
  return rows.map(([index, failures, failingRows, total]) => ({
    index: countOf(index),
    failures: countOf(failures),
    failingRows: countOf(failingRows),
    total: total === null ? undefined : countOf(total),
  }));
}

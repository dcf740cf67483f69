/** Packs all checks of one relation into as few statements as their size allows, and reads the answer. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { CheckSql } from '../adapter/check-sql.ts';
import type { Cell } from '../adapter/connection.ts';
import type { RelationKind } from '../adapter/relation.ts';
import { bug } from '../diagnostics/bug.ts';
import type { AggregateShape, CheckShape } from './check-definition.ts';
import type { CheckedRows, ScanPart } from './shape-sql.ts';
import { enclose, fill, filteredCall, fromRelation, metricName, metricsQuery, shapeSql, violatingParts } from './shape-sql.ts';

/** One check to be counted. */
export interface CheckToCount {
  readonly id: string;
  readonly shape: CheckShape;
  /** SQL condition of the user; rows where it is not true are left out. */
  readonly where?: string | undefined;
  /** Quoted columns: the check is made for each group of rows that agree on them. */
  readonly groupBy?: readonly string[] | undefined;
  /** What a predicate means that a NULL keeps from being decided; it passes where nothing is said. */
  readonly onNull?: 'pass' | 'fail' | undefined;
  /** Whether a threshold in percent asks for the number of rows left after `where`, or of groups. */
  readonly needsTotal: boolean;
}

/** A relation under test. */
export interface RelationToCheck {
  /** SQL text: a quoted name, or a query in parentheses. */
  readonly relation: string;
  readonly relationKind: RelationKind;
  readonly form: Capabilities['rowCheckForm'];
  /** The engine's cheap proof that keys are unique, for tables. */
  readonly mayRepeat?: CheckSql['mayRepeat'];
}

export interface CheckInput extends RelationToCheck {
  readonly checks: readonly CheckToCount[];
}

/** A query whose rows are `check_index, failures, failing_rows, total, measured`; the index counts in the list that was planned. */
export interface CheckStatement {
  readonly sql: string;
  /** Ids of the checks that it counts. */
  readonly checks: readonly string[];
}

/** What one check found. */
export interface CheckCount {
  readonly index: number;
  /** In the unit of the check. */
  readonly failures: number;
  readonly failingRows: number;
  /** Rows left after `where`, or groups, when asked for. */
  readonly total: number | undefined;
  /** The value that an aggregate has, as text; undefined for other checks, for groups, and where there is none. */
  readonly measured: string | undefined;
}

/** Engines limit the length of a statement; all take this one. */
const sizeLimit = 256 * 1024;

interface Indexed {
  readonly index: number;
  readonly check: CheckToCount;
}

/** Only tables of a column store are answered from statistics; a view would be computed anew for every count. */
function checkedRows(relation: RelationToCheck, check: Pick<CheckToCount, 'where' | 'groupBy' | 'onNull'>): CheckedRows {
  const columnar = relation.form === 'union-of-counts' && relation.relationKind === 'table';
  const { where, groupBy = [], onNull = 'pass' } = check;
  const mayRepeat = relation.relationKind === 'table' ? relation.mayRepeat : undefined;
  return { relation: relation.relation, where, groupBy, onNull, columnar, mayRepeat };
}

const nothing = { total: 'cast(null as bigint)', measured: 'cast(null as varchar)' } as const;

/** The columns of the answer for one check, as SQL. */
interface Answer {
  readonly index: number;
  readonly failures: string;
  readonly total?: string | undefined;
  readonly measured?: string | undefined;
}

function ownBranch({ index, check }: Indexed, relation: RelationToCheck): string {
  const rows = checkedRows(relation, check);
  const { failures, failingRows, from } = shapeSql(check.shape, rows).count();
  const where = check.where === undefined ? '' : ` where ${enclose(check.where)}`;
  const total = check.needsTotal ? `(select count(*) from ${fromRelation(rows)}${where})` : nothing.total;
  const columns = `${failures} as failures, ${failingRows} as failing_rows, ${total} as total, ${nothing.measured} as measured`;
  return `select ${index} as check_index, ${columns} from ${from}`;
}

/** Turns the one row of `source` into a row per check. */
function pivot(source: string, answers: readonly Answer[]): string {
  const alone = answers.length === 1;
  const choose = (of: (answer: Answer) => string | undefined, otherwise: string): string => {
    const given = answers.flatMap((answer) => {
      const sql = of(answer);
      return sql === undefined ? [] : [alone ? sql : `when ${answer.index} then ${sql}`];
    });
    if (given.length === 0) return otherwise;
    return alone ? given.join('') : `case check_index ${given.join(' ')} end`;
  };
  const failures = `cast(${choose((answer) => answer.failures, nothing.total)} as bigint)`;
  const total = choose((answer) => answer.total, nothing.total);
  const measured = choose((answer) => answer.measured, nothing.measured);
  const columns = `${failures} as failures, ${failures} as failing_rows, ${total} as total, ${measured} as measured`;
  const indexes = answers.map(({ index }) => `(${index})`).join(', ');
  return alone
    ? `select ${answers[0]?.index} as check_index, ${columns} from ${source}`
    : `select check_index, ${columns} from ${source} cross join (values ${indexes}) as _tx_checks(check_index)`;
}

interface Scanned extends Indexed {
  readonly part: ScanPart;
}

const asText = (expression: string): string => `cast(${expression} as varchar)`;

/** One scan that computes each aggregate once, however many checks look at it. */
function scanBranch(scanned: readonly Scanned[], relation: RelationToCheck): string {
  const metrics = new Map<string, string>();
  const nameOf = (metric: string): string => {
    const name = metrics.get(metric) ?? metricName(metrics.size);
    metrics.set(metric, name);
    return name;
  };
  const answers = scanned.map(({ index, check, part }): Answer => {
    const names = part.metrics.map(nameOf);
    const where = check.where === undefined ? [] : [enclose(check.where)];
    return {
      index,
      failures: fill(part.failures, names),
      total: check.needsTotal ? nameOf(filteredCall('count(*)', ...where)) : undefined,
      measured: part.measured === undefined ? undefined : asText(fill(part.measured, names)),
    };
  });
  const columns = [...metrics].map(([metric, name]) => `${metric} as ${name}`).join(', ');
  return pivot(`(select ${columns} from ${fromRelation(relation)}) as _tx_scan`, answers);
}

interface Grouped extends Indexed {
  readonly shape: AggregateShape;
}

/** Aggregates over the same groups of the same rows. */
function groupedBranch(grouped: readonly Grouped[], relation: RelationToCheck): string {
  const metrics: string[] = [];
  const columns: string[] = ['count(*) as _tx_groups'];
  const answers = grouped.map(({ index, check, shape }): Answer => {
    const names = shape.metrics.map((metric) => {
      const at = metrics.indexOf(metric);
      return metricName(at === -1 ? metrics.push(metric) - 1 : at);
    });
    const bad = fill(violatingParts(shape.violation, checkedRows(relation, check)), names);
    columns.push(`count(*) filter (where ${bad}) as _tx_f${index}`);
    const single = check.groupBy === undefined || check.groupBy.length === 0;
    if (single) columns.push(`max(${asText(fill(shape.value, names))}) as _tx_v${index}`);
    return {
      index,
      failures: `_tx_f${index}`,
      total: check.needsTotal ? '_tx_groups' : undefined,
      measured: single ? `_tx_v${index}` : undefined,
    };
  });
  const [first = bug('no checks')] = grouped;
  const groups = metricsQuery(metrics, checkedRows(relation, first.check));
  return pivot(`(select ${columns.join(', ')} from (${groups}) as _tx_values) as _tx_scan`, answers);
}

/** Computed from statistics where nothing else is asked for in the same query. */
const CHEAP = /^(count\(\*\)|(min|max)\("[^"]*"\))$/;

function pack(checks: readonly Indexed[], relation: RelationToCheck): string {
  const { columnar } = checkedRows(relation, {});
  const cheap: Scanned[] = [];
  const scanned: Scanned[] = [];
  const grouped = new Map<string, Grouped[]>();
  const branches: string[] = [];
  for (const entry of checks) {
    const { check } = entry;
    const part = shapeSql(check.shape, checkedRows(relation, check)).scanned;
    if (part !== undefined) (columnar && part.metrics.every((metric) => CHEAP.test(metric)) ? cheap : scanned).push({ ...entry, part });
    else if (check.shape.kind === 'aggregate') {
      const key = JSON.stringify([check.where, check.groupBy ?? []]);
      const group = grouped.get(key) ?? [];
      group.push({ ...entry, shape: check.shape });
      grouped.set(key, group);
    } else branches.push(ownBranch(entry, relation));
  }
  for (const group of grouped.values()) branches.unshift(groupedBranch(group, relation));
  for (const scan of [scanned, cheap]) if (scan.length > 0) branches.unshift(scanBranch(scan, relation));
  return branches.join('\nunion all\n');
}

function packWithin(checks: readonly Indexed[], relation: RelationToCheck, limit: number): readonly CheckStatement[] {
  if (checks.length === 0) return [];
  const sql = pack(checks, relation);
  if (checks.length === 1 || sql.length <= limit) return [{ sql, checks: checks.map(({ check }) => check.id) }];
  const middle = checks.length >> 1;
  return [...packWithin(checks.slice(0, middle), relation, limit), ...packWithin(checks.slice(middle), relation, limit)];
}

/** One statement for all checks of a relation that read rows; more only where the text would grow beyond `limit` characters. */
export function planCheckStatements(input: CheckInput, limit: number = sizeLimit): readonly CheckStatement[] {
  const checks = input.checks.map((check, index) => ({ index, check })).filter(({ check }) => check.shape.kind !== 'catalog');
  return packWithin(checks, input, limit);
}

/** The statement of one check alone, with the index that it has in `input`: tells which check a failing statement failed for. */
export function singleCheckStatement(input: CheckInput, index: number): CheckStatement {
  const check = input.checks[index] ?? bug(`there is no check ${index}`);
  return { sql: pack([{ index, check }], input), checks: [check.id] };
}

/**
 * A select of what violates a check, for display: whole rows; for duplicated keys the key, for values the value, both
 * with `row_count`, most rows first; for aggregates the value.
 */
export function sampleQuery(check: Omit<CheckToCount, 'id' | 'needsTotal'>, relation: RelationToCheck, limit: number): string {
  return `${shapeSql(check.shape, checkedRows(relation, check)).sample()} limit ${limit}`;
}

function countOf(cell: Cell | undefined): number {
  const count = typeof cell === 'string' ? Number(cell) : cell;
  return typeof count === 'number' && Number.isSafeInteger(count) ? count : bug(`${String(cell)} is no count`);
}

/** Reads the rows of check statements. */
export function decodeCheckRows(rows: readonly (readonly Cell[])[]): readonly CheckCount[] {
  return rows.map(([index, failures, failingRows, total, measured]) => ({
    index: countOf(index),
    failures: countOf(failures),
    failingRows: countOf(failingRows),
    total: total === null ? undefined : countOf(total),
    measured: typeof measured === 'string' ? measured : undefined,
  }));
}

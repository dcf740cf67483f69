/** Spells each shape of a check as SQL: what to count, and which rows to show. */
import type { CheckSql } from '../adapter/check-sql.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import type {
  AggregateShape,
  AntiJoinShape,
  CheckShape,
  GroupsShape,
  Parts,
  QueryShape,
  RowsShape,
  ValuesShape,
} from './check-definition.ts';

/** The rows that a check looks at, and how it looks at them. */
export interface CheckedRows {
  /** SQL text: a quoted name, or a query in parentheses. */
  readonly relation: string;
  /** SQL condition of the user; rows where it is not true are left out. */
  readonly where: string | undefined;
  /** Quoted columns: the check is made for each group of rows that agree on them. */
  readonly groupBy: readonly string[];
  /** What a predicate means that a NULL keeps from being decided. */
  readonly onNull: 'pass' | 'fail';
  /** A column store that answers from statistics and stops early; false for row stores and for views anywhere. */
  readonly columnar: boolean;
  /** The engine's cheap proof that no key can stand twice. */
  readonly mayRepeat: CheckSql['mayRepeat'];
}

/** A query of one row: two counts over `from`, which carries its own WHERE and GROUP BY. */
export interface CountQuery {
  readonly failures: string;
  readonly failingRows: string;
  readonly from: string;
}

/** What the shared scan of a relation computes for a check: aggregates, and what follows from them. */
export interface ScanPart {
  /** Aggregate calls with their filters; the numbers in the other fields are places in this list. */
  readonly metrics: readonly string[];
  readonly failures: Parts;
  readonly measured?: Parts;
}

/** One check as SQL. */
export interface ShapeSql {
  /** Where the shared scan of the relation may answer it; undefined where a query of its own is better. */
  readonly scanned: ScanPart | undefined;
  readonly count: () => CountQuery;
  /** A select of what violates, without limit. */
  readonly sample: () => string;
}

/** A condition in parentheses of its own; the line ends keep a comment at its end from eating the closing one. */
export function enclose(condition: string): string {
  return `(\n${condition}\n)`;
}

/** The relation as it stands after FROM: a query gets a name, a table keeps its own, which a condition may use. */
export function fromRelation(rows: Pick<CheckedRows, 'relation'>): string {
  return rows.relation.startsWith('(') ? `${rows.relation} as _tx_checked` : rows.relation;
}

export function filtered(rows: Pick<CheckedRows, 'relation' | 'where'>, ...conditions: readonly string[]): string {
  const all = rows.where === undefined ? conditions : [enclose(rows.where), ...conditions];
  return all.length === 0 ? fromRelation(rows) : `${fromRelation(rows)} where ${all.join(' and ')}`;
}

/** Puts names in the places that `parts` leaves open. */
export function fill(parts: Parts, names: readonly string[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : (names[part] ?? bug(`there is no part ${part}`)))).join('');
}

/** An aggregate call over those rows where all conditions are true. */
export function filteredCall(call: string, ...conditions: readonly string[]): string {
  return conditions.length === 0 ? call : `${call} filter (where ${conditions.join(' and ')})`;
}

/** True for a violating row. */
export function violating(violation: string, { onNull }: Pick<CheckedRows, 'onNull'>): string {
  return onNull === 'fail' ? `((${violation}) is not false)` : `(${violation})`;
}

/** Sums are wider than counts in some engines; all branches of a statement must agree. */
function sum(expression: string): string {
  return `cast(coalesce(sum(${expression}), 0) as bigint)`;
}

function countRows(from: string): CountQuery {
  return { failures: 'count(*)', failingRows: 'count(*)', from };
}

function scanRows(violation: string, rows: CheckedRows): ScanPart {
  const where = rows.where === undefined ? [] : [enclose(rows.where)];
  return { metrics: [filteredCall('count(*)', ...where, violating(violation, rows))], failures: [0] };
}

function rowsSql(shape: RowsShape, rows: CheckedRows): ShapeSql {
  const from = filtered(rows, violating(shape.violation, rows));
  return {
    scanned: rows.columnar && shape.prunable ? undefined : scanRows(shape.violation, rows),
    count: () => countRows(from),
    sample: () => `select * from ${from}`,
  };
}

/** Groups before it decides: a condition outside would be pushed below the grouping and run once per row. */
function perDistinctValue({ column, violation }: ValuesShape, rows: CheckedRows): string {
  const values = `select ${column}, count(*) as _tx_rows from ${filtered(rows)} group by ${column}`;
  return `(select ${column}, _tx_rows, ${violating(violation, rows)} as _tx_bad from (${values}) as _tx_values) as _tx_judged`;
}

function valuesSql(shape: ValuesShape, rows: CheckedRows): ShapeSql {
  const judged = perDistinctValue(shape, rows);
  return {
    scanned: rows.columnar ? undefined : scanRows(shape.violation, rows),
    count: () => {
      const failures = sum('case when _tx_bad then _tx_rows else 0 end');
      return { failures, failingRows: failures, from: judged };
    },
    sample: () => `select ${shape.column}, _tx_rows as row_count from ${judged} where _tx_bad order by 2 desc, 1`,
  };
}

/**
 * A source of one row, or of none when the key proves unique because it only ever increases: then the grouping beside
 * it reads nothing. The proof holds in whatever order rows arrive, and costs little where it fails.
 */
function unlessIncreasing(key: string, rows: CheckedRows): string {
  const steps = `select ${key} as _tx_key, lag(${key}) over () as _tx_before from ${filtered(rows, `${key} is not null`)}`;
  return `(select 1 as _tx_gate from (${steps}) as _tx_steps where not (_tx_before < _tx_key) limit 1) as _tx_proof`;
}

function groupsSql({ keys: own, ignoredNulls }: GroupsShape, rows: CheckedRows): ShapeSql {
  const keys = [...rows.groupBy, ...own];
  const given = own.map((key) => `${key} is not null`);
  const counted = ignoredNulls === 'any' ? given : ignoredNulls === 'all' ? [`(${given.join(' or ')})`] : [];
  const source = filtered(rows, ...counted);
  const list = keys.join(', ');
  const order = [`${keys.length + 1} desc`, ...keys.map((_key, index) => index + 1)].join(', ');
  const [key, ...others] = keys;
  const repeats = rows.mayRepeat?.({
    relation: rows.relation,
    source,
    keys: own,
    groups: rows.groupBy,
    countsNulls: ignoredNulls !== 'any',
  });
  const gate = repeats === undefined ? [] : [repeats];
  const provable = rows.columnar && ignoredNulls !== 'never' && key !== undefined && others.length === 0;
  return {
    scanned: undefined,
    count: () => {
      const gated = provable
        ? `(select ${key} from ${source}) as _tx_keys cross join ${unlessIncreasing(key, rows)}`
        : filtered(rows, ...counted, ...gate);
      const groups = `select count(*) as _tx_rows from ${gated} group by ${list} having count(*) > 1`;
      return { failures: 'count(*)', failingRows: sum('_tx_rows'), from: `(${groups}) as _tx_groups` };
    },
    sample: () => `select ${list}, count(*) as row_count from ${source} group by ${list} having count(*) > 1 order by ${order}`,
  };
}

function antiJoinSql({ column, parent, parentColumn, parentWhere }: AntiJoinShape, rows: CheckedRows): ShapeSql {
  const children = `(select * from ${filtered(rows, ...(rows.onNull === 'pass' ? [`${column} is not null`] : []))}) as _tx_child`;
  const other = parent.startsWith('(') ? `${parent} as _tx_other` : parent;
  const parents = `(select ${parentColumn} as _tx_key from ${other}${parentWhere === undefined ? '' : ` where ${enclose(parentWhere)}`}) as _tx_parent`;
  const orphans = `${children} where not exists (select 1 from ${parents} where _tx_parent._tx_key = _tx_child.${column})`;
  return {
    scanned: undefined,
    count: () => countRows(orphans),
    sample: () => `select _tx_child.* from ${orphans}`,
  };
}

/** Names of metrics where they are columns of a query. */
export const metricName = (at: number): string => `_tx_m${at}`;

/** A query that computes metrics over all rows, or for each group. */
export function metricsQuery(metrics: readonly string[], rows: CheckedRows): string {
  const columns = [...rows.groupBy, ...metrics.map((metric, at) => `${metric} as ${metricName(at)}`)];
  const groups = rows.groupBy.length === 0 ? '' : ` group by ${rows.groupBy.join(', ')}`;
  return `select ${columns.join(', ')} from ${filtered(rows)}${groups}`;
}

function scanAggregate({ metrics, value, violation }: AggregateShape, rows: CheckedRows): ScanPart {
  const where = rows.where === undefined ? [] : [enclose(rows.where)];
  return {
    metrics: metrics.map((call) => filteredCall(call, ...where)),
    failures: ['case when ', ...violatingParts(violation, rows), ' then 1 else 0 end'],
    measured: value,
  };
}

/** True for a value that violates. */
export function violatingParts(violation: Parts, { onNull }: CheckedRows): Parts {
  return onNull === 'fail' ? ['((', ...violation, ') is not false)'] : ['(', ...violation, ')'];
}

function aggregateSql(shape: AggregateShape, rows: CheckedRows): ShapeSql {
  const names = shape.metrics.map((_metric, at) => metricName(at));
  const from = `(${metricsQuery(shape.metrics, rows)}) as _tx_values where ${fill(violatingParts(shape.violation, rows), names)}`;
  const beside = Object.entries(shape.beside ?? {}).map(([name, sql]) => `${sql} as ${name}`);
  const columns = [...rows.groupBy, `${fill(shape.value, names)} as value`, ...beside];
  return {
    scanned: shape.ownSql || rows.groupBy.length > 0 ? undefined : scanAggregate(shape, rows),
    count: () => countRows(from),
    sample: () => `select ${columns.join(', ')} from ${from}`,
  };
}

function querySql({ query }: QueryShape, rows: CheckedRows): ShapeSql {
  const source = rows.where === undefined ? fromRelation(rows) : `(select * from ${filtered(rows)}) as _tx_rows`;
  const from = `(${fill(query, [source])}) as _tx_found`;
  return { scanned: undefined, count: () => countRows(from), sample: () => `select * from ${from}` };
}

/** Spells one shape over one set of rows. */
export function shapeSql(shape: CheckShape, rows: CheckedRows): ShapeSql {
  switch (shape.kind) {
    case 'rows':
      return rowsSql(shape, rows);
    case 'values':
      return valuesSql(shape, rows);
    case 'groups':
      return groupsSql(shape, rows);
    case 'anti-join':
      return antiJoinSql(shape, rows);
    case 'aggregate':
      return aggregateSql(shape, rows);
    case 'query':
      return querySql(shape, rows);
    case 'catalog':
      return bug('a rule about columns is no SQL');
    default:
      return unreachable(shape);
  }
}

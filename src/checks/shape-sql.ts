/** Spells each shape of a check as SQL: what to count, and which rows to show. */
import { unreachable } from '../diagnostics/bug.ts';
import type { AntiJoinShape, CheckShape, GroupsShape, RowsShape, ValuesShape } from './check-definition.ts';

/** The rows that a check looks at. */
export interface CheckedRows {
  /** SQL text: a quoted name, or a query in parentheses. */
  readonly relation: string;
  /** SQL condition of the user; rows where it is not true are left out. */
  readonly where: string | undefined;
  /** A column store that answers from statistics and stops early; false for row stores and for views anywhere. */
  readonly columnar: boolean;
}

/** A query of one row: two counts over `from`, which carries its own WHERE and GROUP BY. */
export interface CountQuery {
  readonly failures: string;
  readonly failingRows: string;
  readonly from: string;
}

/** One check as SQL. */
export interface ShapeSql {
  /** True for a violating row, where the shared scan of the relation may count it; undefined where a query of its own is better. */
  readonly scanned: string | undefined;
  readonly count: () => CountQuery;
  /** A select of what violates, without limit. */
  readonly sample: () => string;
}

/** A condition in parentheses of its own; the line ends keep a comment at its end from eating the closing one. */
export function enclose(condition: string): string {
  return `(\n${condition}\n)`;
}

/** The relation as it stands after FROM: a query gets a name, a table keeps its own, which a condition may use. */
export function fromRelation(rows: CheckedRows): string {
  return rows.relation.startsWith('(') ? `${rows.relation} as _tx_checked` : rows.relation;
}

function filtered(rows: CheckedRows, ...conditions: readonly string[]): string {
  const all = rows.where === undefined ? conditions : [enclose(rows.where), ...conditions];
  return all.length === 0 ? fromRelation(rows) : `${fromRelation(rows)} where ${all.join(' and ')}`;
}

/** Sums are wider than counts in some engines; all branches of a statement must agree. */
function sum(expression: string): string {
  return `cast(coalesce(sum(${expression}), 0) as bigint)`;
}

function countRows(from: string): CountQuery {
  return { failures: 'count(*)', failingRows: 'count(*)', from };
}

function rowsSql(shape: RowsShape, rows: CheckedRows): ShapeSql {
  const violating = filtered(rows, `(${shape.violation})`);
  return {
    scanned: rows.columnar && shape.prunable ? undefined : shape.violation,
    count: () => countRows(violating),
    sample: () => `select * from ${violating}`,
  };
}

/** Groups before it decides: a condition outside would be pushed below the grouping and run once per row. */
function perDistinctValue({ column, violation }: ValuesShape, rows: CheckedRows): string {
  const values = `select ${column}, count(*) as _tx_rows from ${filtered(rows)} group by ${column}`;
  return `(select ${column}, _tx_rows, (${violation}) as _tx_bad from (${values}) as _tx_values) as _tx_judged`;
}

function valuesSql(shape: ValuesShape, rows: CheckedRows): ShapeSql {
  const judged = perDistinctValue(shape, rows);
  return {
    scanned: rows.columnar ? undefined : shape.violation,
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

function countDuplicates(shape: GroupsShape, rows: CheckedRows, source: string): CountQuery {
  const [key, ...others] = shape.keys;
  const provable = rows.columnar && shape.ignoreNullKeys && key !== undefined && others.length === 0;
  const gated = provable ? `(select ${key} from ${source}) as _tx_keys cross join ${unlessIncreasing(key, rows)}` : source;
  const groups = `select count(*) as _tx_rows from ${gated} group by ${shape.keys.join(', ')} having count(*) > 1`;
  return { failures: 'count(*)', failingRows: sum('_tx_rows'), from: `(${groups}) as _tx_groups` };
}

function groupsSql(shape: GroupsShape, rows: CheckedRows): ShapeSql {
  const source = filtered(rows, ...(shape.ignoreNullKeys ? shape.keys.map((key) => `${key} is not null`) : []));
  const keys = shape.keys.join(', ');
  const order = [`${shape.keys.length + 1} desc`, ...shape.keys.map((_key, index) => index + 1)].join(', ');
  return {
    scanned: undefined,
    count: () => countDuplicates(shape, rows, source),
    sample: () => `select ${keys}, count(*) as row_count from ${source} group by ${keys} having count(*) > 1 order by ${order}`,
  };
}

function antiJoinSql({ column, parent, parentColumn }: AntiJoinShape, rows: CheckedRows): ShapeSql {
  const children = `(select * from ${filtered(rows, `${column} is not null`)}) as _tx_child`;
  const parents = `(select ${parentColumn} as _tx_key from ${parent.startsWith('(') ? `${parent} as _tx_other` : parent}) as _tx_parent`;
  const orphans = `${children} where not exists (select 1 from ${parents} where _tx_parent._tx_key = _tx_child.${column})`;
  return {
    scanned: undefined,
    count: () => countRows(orphans),
    sample: () => `select _tx_child.* from ${orphans}`,
  };
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
    default:
      return unreachable(shape);
  }
}

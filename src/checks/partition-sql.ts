/** Spells the division of staged rows: which of them fail rules, and which rules each of them fails. */
import { bug } from '../diagnostics/bug.ts';
import type { AntiJoinShape, CheckShape, GroupsShape } from './check-definition.ts';
import { enclose, violating } from './shape-sql.ts';

/** A check whose failing rows are set aside. */
export interface RowRule {
  readonly shape: CheckShape;
  /** Text that stands for it among the reasons of a row: JSON. */
  readonly reason: string;
  /** SQL condition of the user; rows where it is not true pass. */
  readonly where?: string | undefined;
  /** Quoted columns. */
  readonly groupBy?: readonly string[] | undefined;
  readonly onNull?: 'pass' | 'fail' | undefined;
  /** Which of the rows with one key stays: that with the lowest or highest value of a quoted column. Without it, none does. */
  readonly keep?: { readonly which: 'first' | 'last'; readonly column: string } | undefined;
}

export interface RowsToDivide {
  /** SQL text of the staged rows, a table. */
  readonly stage: string;
  /** The name that conditions may call it by, quoted. */
  readonly alias: string;
  /** What tells its rows apart, whatever is in them. */
  readonly rowId: string;
  /** Rows that are published already: whose key is among these is a duplicate. */
  readonly published?: string;
  readonly literal: (text: string) => string;
}

/** Whether a check of this shape says of each row whether it fails. */
export function dividesRows({ kind }: CheckShape): boolean {
  return kind === 'rows' || kind === 'values' || kind === 'anti-join' || kind === 'groups';
}

const flag = (at: number): string => `_tx_f${at}`;

/** True, or else false: a NULL would let a row be in neither part, or in both. */
const decided = (...conditions: readonly string[]): string => `coalesce(${conditions.join(' and ')}, false)`;

function ruleWhere({ where }: RowRule): readonly string[] {
  return where === undefined ? [] : [enclose(where)];
}

function rowCondition(rule: RowRule): string {
  const { shape, onNull = 'pass' } = rule;
  switch (shape.kind) {
    case 'rows':
    case 'values':
      return decided(...ruleWhere(rule), violating(shape.violation, { onNull }));
    case 'anti-join':
      return decided(...ruleWhere(rule), ...(onNull === 'pass' ? [`${shape.column} is not null`] : []), isOrphan(shape));
    default:
      return bug(`a ${shape.kind} does not judge single rows`);
  }
}

function isOrphan({ column, parent, parentColumn, parentWhere }: AntiJoinShape): string {
  const other = parent.startsWith('(') ? `${parent} as _tx_other` : parent;
  const where = parentWhere === undefined ? '' : ` where ${enclose(parentWhere)}`;
  return `not exists (select 1 from (select ${parentColumn} as _tx_key from ${other}${where}) as _tx_parent where _tx_parent._tx_key = ${column})`;
}

/** The rows among which a key may stand only once. */
function countedRows(rule: RowRule, { keys, ignoredNulls }: GroupsShape): string {
  const given = keys.map((key) => `${key} is not null`);
  const nulls = ignoredNulls === 'any' ? given : ignoredNulls === 'all' ? [`(${given.join(' or ')})`] : [];
  const conditions = [...ruleWhere(rule), ...nulls];
  return conditions.length === 0 ? 'true' : decided(...conditions);
}

const keysOf = ({ groupBy = [] }: RowRule, { keys }: GroupsShape): readonly string[] => [...groupBy, ...keys];

/** A row that fails for itself goes in any case: it is not the one that stays as long as there is another. */
function groupCondition(rule: RowRule, shape: GroupsShape, others: readonly string[], published: string | undefined): string {
  const keys = keysOf(rule, shape);
  const counted = countedRows(rule, shape);
  const { keep } = rule;
  const partition = `partition by ${[counted, ...keys].join(', ')}`;
  const worst = others.length === 0 ? [] : [`(${others.join(' or ')})`];
  const bad =
    keep === undefined
      ? `count(*) over (${partition}) > 1`
      : `row_number() over (${partition} order by ${[...worst, order(keep), '_tx_text'].join(', ')}) > 1`;
  const stands = published === undefined ? '' : ` or ${isPublished(rule, shape, keys, published)}`;
  return `case when ${counted} then ${bad}${stands} else false end`;
}

const order = ({ which, column }: NonNullable<RowRule['keep']>): string => `${column} ${which === 'first' ? 'asc' : 'desc'} nulls last`;

function isPublished(rule: RowRule, shape: GroupsShape, keys: readonly string[], published: string): string {
  const columns = keys.map((key, at) => `${key} as _tx_k${at}`).join(', ');
  // Keys of which no part is NULL can be joined by any engine.
  const given = shape.ignoredNulls === 'any' ? keys.length - shape.keys.length : keys.length;
  const same = keys.map((key, at) => `_tx_published._tx_k${at} ${at < given ? 'is not distinct from' : '='} ${key}`).join(' and ');
  const rows = `select ${columns} from ${published} where ${countedRows(rule, shape)}`;
  return `exists (select 1 from (${rows}) as _tx_published where ${same})`;
}

/** A query of rows, if there is one whose key stands among the published ones already; undefined without rules for keys. */
export function clashQuery(rules: readonly RowRule[], rows: RowsToDivide & { readonly published: string }): string | undefined {
  const clashes = rules.flatMap((rule) => {
    const { shape } = rule;
    if (shape.kind !== 'groups') return [];
    // Conditions side by side, so that every engine can join for the second.
    const conditions = [countedRows(rule, shape), isPublished(rule, shape, keysOf(rule, shape), rows.published)];
    return [`(select 1 from ${rows.stage} as ${rows.alias} where ${conditions.join(' and ')} limit 1)`];
  });
  return clashes.length === 0 ? undefined : clashes.join(' union all ');
}

/** A query that counts the keys that stand more than once, among the staged rows and the published ones together. */
export function wrongKeysQuery(rule: RowRule, rows: RowsToDivide & { readonly published: string }): string {
  const { shape } = rule;
  if (shape.kind !== 'groups') return bug(`a ${shape.kind} has no keys`);
  const keys = keysOf(rule, shape);
  const stands = `case when ${isPublished(rule, shape, keys, rows.published)} then 1 else 0 end`;
  const counted = `select ${[...keys.map((key, at) => `${key} as _tx_k${at}`), `${stands} as _tx_stands`].join(', ')} from ${rows.stage} as ${rows.alias} where ${countedRows(rule, shape)}`;
  const groups = keys.map((_key, at) => `_tx_k${at}`).join(', ');
  return `select count(*) from (select 1 from (${counted}) as _tx_counted group by ${groups} having count(*) + max(_tx_stands) > 1) as _tx_wrong`;
}

/** A query of the rows that fail at least one rule: `_tx_row` tells the row, `_tx_reasons` is a JSON list of what it fails. */
export function failingRowsQuery(rules: readonly RowRule[], rows: RowsToDivide): string {
  const singles: string[] = [];
  const groups: string[] = [];
  const own = rules.flatMap(({ shape }, at) => (shape.kind === 'groups' ? [] : [flag(at)]));
  let keeps = false;
  for (const [at, rule] of rules.entries()) {
    const { shape } = rule;
    if (shape.kind === 'groups') {
      groups.push(`${groupCondition(rule, shape, own, rows.published)} as ${flag(at)}`);
      keeps ||= rule.keep !== undefined;
    } else singles.push(`${rowCondition(rule)} as ${flag(at)}`);
  }
  const from = `${rows.stage} as ${rows.alias}`;
  const first = ['*', `${rows.rowId} as _tx_row`, ...(keeps ? [`cast(${rows.alias} as varchar) as _tx_text`] : []), ...singles];
  const judged = `(select ${first.join(', ')} from ${from}) as ${rows.alias}`;
  const ranked = groups.length === 0 ? judged : `(select *, ${groups.join(', ')} from ${judged}) as _tx_judged`;
  const reasons = rules.map(({ reason }, at) => `case when ${flag(at)} then ${rows.literal(reason)} end`).join(', ');
  const fails = rules.map((_rule, at) => flag(at)).join(' or ');
  return `select _tx_row, '[' || concat_ws(',', ${reasons}) || ']' as _tx_reasons from ${ranked} where ${fails}`;
}

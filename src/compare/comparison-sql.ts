/** Writes the statements that compare two relations: each is one pass over both, and gives counts or a few rows. */
import type { Tolerance } from '../adapter/compare-sql.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Sides } from './comparison.ts';
import type { SharedColumn } from './compare-schemas.ts';

export interface ComparedRelations {
  readonly dialect: Pick<Dialect, 'compare' | 'quoteIdentifier'>;
  /** Both relations as SQL. */
  readonly from: Sides<string>;
  readonly keys: readonly SharedColumn[];
  /** The columns beside the key. */
  readonly values: readonly SharedColumn[];
  readonly tolerance: Tolerance | undefined;
}

/**
 * A row as the statements see it: keys are `k0`, `k1` …, other columns `v0` …; a row that is there has the mark 1. Of a key whose
 * form is not for people there is one in `s0`, `s1` … that is.
 */
const mark = 'is_there';

type Side = keyof Sides<unknown>;

/** The columns of one side under the names above, ready to be compared with those of the other. */
function columnsOf({ dialect, keys, values }: ComparedRelations, side: Side): readonly string[] {
  const form = ({ here, there }: SharedColumn): string => {
    const typed = (column: SharedColumn[Side]) => ({ sql: dialect.quoteIdentifier(column.name), type: column.type });
    const [first, second] = dialect.compare.pair(typed(here), typed(there));
    return side === 'here' ? first : second;
  };
  return [
    ...keys.flatMap((column, at) => {
      const meaning = meaningOf(dialect, column, form(column));
      return meaning === undefined ? [`${form(column)} as k${at}`] : [`${meaning} as k${at}`, `${form(column)} as s${at}`];
    }),
    ...values.map((column, at) => `${form(column)} as v${at}`),
  ];
}

function meaningOf({ compare }: ComparedRelations['dialect'], { here, there }: SharedColumn, form: string): string | undefined {
  return compare.meaning?.(form, [here.type, there.type]);
}

/** The keys as people read them. */
function shownKeys({ dialect, keys }: ComparedRelations): readonly string[] {
  return keys.map((column, at) => (meaningOf(dialect, column, '') === undefined ? `k${at}` : `s${at}`));
}

/** Whether values may be the same although they differ in the form that is compared first. */
export function hasMeanings({ dialect, values }: ComparedRelations): boolean {
  return values.some((column) => meaningOf(dialect, column, '') !== undefined);
}

const numbered = (columns: readonly unknown[], letter: string): readonly string[] => columns.map((_, at) => `${letter}${at}`);

function sides(relations: ComparedRelations, more: string): string {
  const query = (side: Side): string => `select ${[...columnsOf(relations, side), more].join(', ')} from ${relations.from[side]}`;
  return `with here as (${query('here')}), there as (${query('there')})`;
}

/** Whether the values of one column are the same in a row of both. Numbers keep their own types here. */
function sameValue({ dialect: { compare }, values, tolerance }: ComparedRelations, at: number): string {
  const [here, there] = [`here.v${at}`, `there.v${at}`];
  const same = `${here} is not distinct from ${there}`;
  const column = values[at];
  if (tolerance === undefined || column === undefined) return same;
  const types = [column.here.type, column.there.type];
  if (!types.every(compare.isNumber)) return same;
  const near = compare.within({ sql: here, type: column.here.type }, { sql: there, type: column.there.type }, tolerance);
  return `(${same} or coalesce(${near}, false))`;
}

/**
 * Pairs of rows in which something differs, as far as forms tell: `here` and `there` side by side as `h0`, `t0` …, and for each
 * column whether it is the same as `same0` …, by what the values mean.
 */
function unlikePairs(relations: ComparedRelations, hasNulls: boolean): string {
  const { dialect, values } = relations;
  const keys = shownKeys(relations).map((key) => `here.${key}`);
  const sames = values.map((_, at) => sameValue(relations, at));
  const cells = values.flatMap((_, at) => [`here.v${at} as h${at}`, `there.v${at} as t${at}`, `${sames[at] ?? 'true'} as f${at}`]);
  const same = values.map((column, at) => {
    const form = (side: string): string => meaningOf(dialect, column, `case when not f${at} then ${side}${at} end`) ?? '';
    return form('') === '' ? `f${at} as same${at}` : `(f${at} or coalesce(${form('h')} = ${form('t')}, false)) as same${at}`;
  });
  const pairs = `select ${[...keys, ...cells].join(', ')} ${join(relations, 'inner', hasNulls)} where not (${sames.join(' and ')})`;
  return `(select ${['*', ...same].join(', ')} from (${pairs}) as unlike) as pairs`;
}

/** One row: pairs of rows that differ, and those that do in each column, by what the values mean. */
export function unlikeStatement(relations: ComparedRelations, hasNulls: boolean): string {
  const same = numbered(relations.values, 'same');
  const counts = [`not (${same.join(' and ')})`, ...same.map((each) => `not ${each}`)].map((each) => `count(*) filter (where ${each})`);
  return `${sides(relations, `1 as ${mark}`)}\nselect ${counts.join(', ')} from ${unlikePairs(relations, hasNulls)}`;
}

const isPaired = `here.${mark} = 1 and there.${mark} = 1`;

/** Numbers of rows, duplicate keys and keys with a NULL: a row for each side. */
export function keysStatement(relations: ComparedRelations): string {
  const keys = numbered(relations.keys, 'k');
  const groups = (side: Side): string =>
    `select ${keys.join(', ')}, count(*) as n, max(case when ${keys.map((key) => `${key} is null`).join(' or ')} then 1 else 0 end) as has_null from ${side} group by ${keys.join(', ')}`;
  const row = (side: Side, at: number): string =>
    `select ${at} as side, coalesce(sum(n), 0), count(*) filter (where n > 1), coalesce(sum(n) filter (where has_null = 1), 0) from (${groups(side)}) as grouped`;
  return `${sides({ ...relations, values: [] }, `1 as ${mark}`)}\n${row('here', 0)}\nunion all\n${row('there', 1)}\norder by side`;
}

/** Some of the keys that several rows have, and how many. */
export function duplicatesStatement(relations: ComparedRelations, side: Side, limit: number): string {
  const keys = numbered(relations.keys, 'k');
  const shown = shownKeys(relations).map((name, at) => (name === keys[at] ? name : `min(${name})`));
  return `${sides({ ...relations, values: [] }, `1 as ${mark}`)}\nselect ${shown.join(', ')}, count(*) as n from ${side} group by ${keys.join(', ')} having count(*) > 1 order by n desc, ${keys.join(', ')} limit ${limit}`;
}

function join(relations: ComparedRelations, kind: string, hasNulls: boolean): string {
  const pairs = numbered(relations.keys, 'k').map((key) => [`here.${key}`, `there.${key}`] as const);
  return `from here ${kind} join there on ${relations.dialect.compare.sameKey(pairs, hasNulls)}`;
}

/** One row: rows on one side only (here, there), rows on both, those that differ, and the rows that differ in each column. */
export function joinStatement(relations: ComparedRelations, hasNulls: boolean): string {
  const count = (condition: string): string => `count(*) filter (where ${condition})`;
  const same = relations.values.map((_, at) => sameValue(relations, at));
  return [
    sides(relations, `1 as ${mark}`),
    `select ${[
      count(`there.${mark} is null`),
      count(`here.${mark} is null`),
      count(isPaired),
      same.length === 0 ? '0' : count(`${isPaired} and not (${same.join(' and ')})`),
      ...same.map((each) => count(`${isPaired} and not ${each}`)),
    ].join(', ')}`,
    join(relations, 'full', hasNulls),
  ].join('\n');
}

/** Some rows with a counterpart that differs: keys, then for each of `columns` (positions in `values`) both values and whether they are the same. */
export function changedStatement(relations: ComparedRelations, hasNulls: boolean, columns: readonly number[], limit: number): string {
  const keys = shownKeys(relations);
  const same = columns.map((at) => `same${at}`);
  const cells = columns.flatMap((at) => [`h${at}`, `t${at}`, `same${at}`]);
  return [
    sides(relations, `1 as ${mark}`),
    `select ${[...keys, ...cells].join(', ')} from ${unlikePairs(relations, hasNulls)}`,
    `where not (${same.join(' and ')})`,
    `order by ${keys.join(', ')} limit ${limit}`,
  ].join('\n');
}

/** Some rows of one side that have no counterpart: keys, then all other columns. */
export function withoutStatement(relations: ComparedRelations, side: Side, hasNulls: boolean, limit: number): string {
  const columns = [...shownKeys(relations), ...numbered(relations.values, 'v')].map((name) => `${side}.${name}`);
  const keys = numbered(relations.keys, 'k').map((key) => `${side}.${key}`);
  const other = side === 'here' ? 'there' : 'here';
  return [
    sides(relations, `1 as ${mark}`),
    `select ${columns.join(', ')}`,
    join(relations, side === 'here' ? 'left' : 'right', hasNulls),
    `where ${other}.${mark} is null`,
    `order by ${keys.join(', ')} limit ${limit}`,
  ].join('\n');
}

/** Equal rows of both sides together, with how many there are on each. */
function bags(relations: ComparedRelations): string {
  const values = numbered(relations.values, 'v').join(', ');
  const part = (side: Side): string =>
    `select ${[...columnsOf(relations, side), `${side === 'here' ? '1 as h, 0 as t' : '0 as h, 1 as t'}`].join(', ')} from ${relations.from[side]}`;
  return `select ${values}, sum(h) as h, sum(t) as t from (${part('here')} union all ${part('there')}) as both_sides group by ${values}`;
}

/** The bags that differ, once more: those whose rows mean the same are one. */
function unlikeBags(relations: ComparedRelations): string {
  const meanings = relations.values.map((column, at) => meaningOf(relations.dialect, column, `v${at}`) ?? `v${at}`);
  const marked = meanings.map((meaning, at) => `${meaning} as m${at}`);
  const shown = meanings.map((_, at) => `min(v${at}) as v${at}`);
  const rows = `select *, ${marked.join(', ')} from (select * from (${bags(relations)}) as bags where h <> t) as unlike`;
  return `select ${shown.join(', ')}, sum(h) as h, sum(t) as t from (${rows}) as meant group by ${numbered(meanings, 'm').join(', ')}`;
}

const sum = (number: string): string => `coalesce(sum(${number}), 0)`;

/** One row: rows here, rows there, and those that the other side has less often. */
export function bagsStatement(relations: ComparedRelations): string {
  return `select ${[sum('h'), sum('t'), sum('greatest(h - t, 0)'), sum('greatest(t - h, 0)')].join(', ')} from (${bags(relations)}) as bags`;
}

/** One row: those that the other side has less often, by what the values mean. */
export function unlikeBagsStatement(relations: ComparedRelations): string {
  return `select ${[sum('greatest(h - t, 0)'), sum('greatest(t - h, 0)')].join(', ')} from (${unlikeBags(relations)}) as bags`;
}

/** Some rows that one side has more often, with how many more. */
export function surplusStatement(relations: ComparedRelations, side: Side, limit: number): string {
  const values = numbered(relations.values, 'v').join(', ');
  const surplus = side === 'here' ? 'h - t' : 't - h';
  const all = hasMeanings(relations) ? unlikeBags(relations) : bags(relations);
  return `select ${values}, ${surplus} from (${all}) as bags where ${surplus} > 0 order by ${values} limit ${limit}`;
}

/** One row: rows here, rows there. */
export function countsStatement({ from }: ComparedRelations): string {
  return `select (select count(*) from ${from.here}), (select count(*) from ${from.there})`;
}

/** Finds which partitions rows belong to: their bounds as the server takes them, and what its rows have in common. */
import { spanStart } from '../../../adapter/declared-partitions.ts';
import type { DeclaredPartitions } from '../../../adapter/declared-partitions.ts';
import type { Cell, ResultSet } from '../../../adapter/connection.ts';
import { isMoment } from '../../../adapter/declared-partitions.ts';
import type { Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';

/** A partition that there is or is to be. */
export interface PartitionKey {
  /** As a statement spells it, from `FOR VALUES` on; `DEFAULT` of the one that holds NULL beside spans of time. */
  readonly bound: string;
  /** A condition that all its rows meet, and no others. */
  readonly condition: string;
  /** What people read in its name. */
  readonly label: string;
}

/** What the rows look like, by the type of the column in the table. */
export interface Rows {
  readonly rows: Relation;
  readonly declared: DeclaredPartitions;
  readonly type: string;
}

const span = { day: '1 day', month: '1 month', year: '1 year' } as const;
const spanLabel = { day: 'YYYY_MM_DD', month: 'YYYY_MM', year: 'YYYY' } as const;

/** Before this, no month or year begins that the server could tell: what has no beginning ends here. */
const earliest = `timestamp '4713-01-01 BC'`;

/** Asks for the keys of the rows. `standing` are the values of the partitions of a list, in the server's words: equal ones are spelled like these. */
export function keysStatement({ rows, declared: { column, granularity }, type }: Rows, standing: readonly string[]): Statement {
  const value = `cast(${quoteIdentifier(column)} as ${type})`;
  const from = dialect.relation(rows);
  if (granularity === 'value') {
    const known =
      standing.length === 0
        ? `(select null::pg_catalog.text as t where false)`
        : `(values ${standing.map((text) => `(${quoteText(text)})`).join(', ')})`;
    return {
      sql: `select coalesce(e.t, case when keys.k is not null then pg_catalog.format('%s', keys.k) end)
        from (select distinct ${value} as k from ${from}) as keys left join ${known} as e (t) on cast(e.t as ${type}) = keys.k order by 1`,
    };
  }
  const back = (time: string): string => (isMoment(type) ? `(${time}) at time zone 'UTC'` : `cast(${time} as ${type})`);
  return {
    sql: `select cast(${back('s')} as pg_catalog.text), cast(${back(`greatest(s + interval '${span[granularity]}', ${earliest})`)} as pg_catalog.text),
        pg_catalog.to_char(s, '${spanLabel[granularity]}')
      from (select distinct ${spanStart(value, type, granularity)} as s from ${from}) as spans order by s`,
  };
}

export function readKeys(answer: ResultSet | undefined, { declared, type }: Rows): readonly PartitionKey[] {
  const column = quoteIdentifier(declared.column);
  const constant = (text: string): string => `cast(${quoteText(text)} as ${type})`;
  return (answer?.rows ?? []).map(([first, second, label]): PartitionKey => {
    if (first === null || first === undefined) {
      const bound = declared.granularity === 'value' ? 'FOR VALUES IN (NULL)' : 'DEFAULT';
      return { bound, condition: `${column} is null`, label: 'null' };
    }
    const value = String(first);
    if (declared.granularity !== 'value') return spanKey(column, [value, String(second)], textOf(label), constant);
    const text = type === 'boolean' ? ({ t: 'true', f: 'false' }[value] ?? value) : value;
    return {
      bound: `FOR VALUES IN (${quoteText(text)})`,
      condition: `${column} is not null and ${column} = ${constant(text)}`,
      label: text,
    };
  });
}

const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));

/** Times without end have a partition of their own at either side. */
function spanKey(column: string, [from, to]: readonly [string, string], label: string, constant: (text: string) => string): PartitionKey {
  const lower = from === '-infinity' ? undefined : from;
  const upper = from === 'infinity' ? undefined : to;
  const conditions = [
    `${column} is not null`,
    ...(lower === undefined ? [] : [`${column} >= ${constant(lower)}`]),
    ...(upper === undefined ? [] : [`${column} < ${constant(upper)}`]),
  ];
  const end = (text: string | undefined, open: string): string => (text === undefined ? open : quoteText(text));
  return {
    bound: `FOR VALUES FROM (${end(lower, 'MINVALUE')}) TO (${end(upper, 'MAXVALUE')})`,
    condition: conditions.join(' and '),
    label: label === '' ? from : label,
  };
}

/** The value of a list of one, in the server's words; undefined for NULL and for what is no list of one. */
export function listedValue(bound: string): string | undefined {
  const inside = /^FOR VALUES IN \((.*)\)$/s.exec(bound)?.[1];
  if (inside === undefined || inside === 'NULL') return undefined;
  return inside.startsWith(`'`) ? inside.slice(1, -1).replaceAll(`''`, `'`) : inside;
}

/** A bound in one spelling: the server leaves numbers without quotes. */
export function sameSpelling(bound: string): string {
  const value = listedValue(bound);
  return value === undefined ? bound : `FOR VALUES IN (${quoteText(value)})`;
}

/** What a bound holds of a time; undefined where its words do not tell. */
export function spanOf(bound: string): 'day' | 'month' | 'year' | undefined {
  const [, from, to] = /^FOR VALUES FROM \('(\d{4}-\d\d-\d\d)[^']*'\) TO \('(\d{4}-\d\d-\d\d)[^']*'\)$/.exec(bound) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return days < 2 ? 'day' : days < 32 ? 'month' : 'year';
}

/** Compares values of two tables in PostgreSQL's SQL. */
import type { CompareSql, Tolerance, TypedSql } from '../../adapter/compare-sql.ts';

type Family = 'integer' | 'numeric' | 'float' | 'moment' | 'text' | 'other';

function familyOf(type: string): Family {
  if (/^(?:smallint|integer|bigint)$/.test(type)) return 'integer';
  if (/^numeric\b/.test(type) && !type.endsWith('[]')) return 'numeric';
  if (/^(?:real|double precision)$/.test(type)) return 'float';
  if (/^(?:date|timestamp(?:\(\d\))? with(?:out)? time zone)$/.test(type)) return 'moment';
  return /^(?:text|(?:character varying|character)(?:\(\d+\))?)$/.test(type) ? 'text' : 'other';
}

const numbers: ReadonlySet<Family> = new Set<Family>(['integer', 'numeric', 'float']);

/** Types whose `=` is missing, or compares areas and lengths. */
const asText = /^(?:xml|point|line|lseg|box|path|polygon|circle)(?:\[\])*$/;

function alone({ sql, type }: TypedSql): string {
  if (type === 'json') return `cast(${sql} as jsonb)`;
  if (type === 'json[]') return `cast(${sql} as jsonb[])`;
  return asText.test(type) ? `cast(${sql} as text)` : sql;
}

/** The type that values of both types have a place in. */
function commonType(here: string, there: string): string {
  const families = [familyOf(here), familyOf(there)];
  if (families.every((family) => numbers.has(family))) return families.includes('float') ? 'double precision' : 'numeric';
  if (families.every((family) => family === 'moment')) {
    return [here, there].some((type) => type.endsWith('with time zone')) ? 'timestamp with time zone' : 'timestamp without time zone';
  }
  return 'text';
}

function pair(here: TypedSql, there: TypedSql): readonly [string, string] {
  if (here.type === there.type) return [alone(here), alone(there)];
  const type = commonType(here.type, there.type);
  return [`cast(${alone(here)} as ${type})`, `cast(${alone(there)} as ${type})`];
}

/** Numbers and intervals have several forms for one value. */
function oneForm(sql: string, type: string): string {
  if (/^numeric\b/.test(type) && !type.endsWith('[]')) return `pg_catalog.trim_scale(${sql})`;
  if (familyOf(type) === 'float') return `(${sql} + 0)`;
  return /^interval\b/.test(type) && !type.endsWith('[]') ? `pg_catalog.justify_interval(${sql})` : sql;
}

function pairApart(here: TypedSql, there: TypedSql): readonly [string, string] {
  const [first, second] = pair(here, there);
  const type = here.type === there.type ? here.type : commonType(here.type, there.type);
  return [oneForm(first, type), oneForm(second, type)];
}

/** Databases may sort by different languages: bytes are the same everywhere, and so are their digits. */
function sortText(sql: string): string {
  return `pg_catalog.convert_to(cast(${sql} as text), 'UTF8')`;
}

function within(here: TypedSql, there: TypedSql, { value, percent }: Tolerance): string {
  const [a, b] = [`cast(${here.sql} as numeric)`, `cast(${there.sql} as numeric)`];
  // What is not a number is greater than infinity here.
  const finite = [a, b].map((number) => `abs(${number}) < cast('Infinity' as numeric)`).join(' and ');
  const most = percent ? `${String(value)} / 100.0 * greatest(abs(${a}), abs(${b}))` : String(value);
  return `${finite} and abs(${a} - ${b}) <= ${most}`;
}

/** A full join needs a condition that can be hashed or sorted: records can, and in them NULL equals NULL. */
function sameKey(pairs: readonly (readonly [string, string])[], hasNulls: boolean): string {
  if (!hasNulls) return pairs.map(([here, there]) => `${here} = ${there}`).join(' and ');
  const record = (side: 0 | 1): string => `cast(row(${pairs.map((each) => each[side]).join(', ')}) as record)`;
  return `${record(0)} = ${record(1)}`;
}

export const compare: CompareSql = { isNumber: (type) => numbers.has(familyOf(type)), pair, pairApart, sortText, within, sameKey };

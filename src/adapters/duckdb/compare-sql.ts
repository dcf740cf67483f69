/** Compares values of two tables in DuckDB's SQL. */
import type { CompareSql, Tolerance, TypedSql } from '../../adapter/compare-sql.ts';

type Family = 'integer' | 'huge' | 'decimal' | 'wide decimal' | 'float' | 'moment' | 'text' | 'json' | 'other';

const integers = /^(?:U?(?:TINYINT|SMALLINT|INTEGER|BIGINT))$/i;
const mostDigits = 38;
/** Decimals of two types, or beside an integer, are compared as decimals up to here. */
const narrowDecimal = 18;

function familyOf(type: string): Family {
  if (integers.test(type)) return 'integer';
  if (/^U?HUGEINT$/i.test(type)) return 'huge';
  if (/^(?:FLOAT|DOUBLE)$/i.test(type)) return 'float';
  const digits = /^DECIMAL\((\d+),\s*\d+\)$/i.exec(type)?.[1];
  if (digits !== undefined) return Number(digits) <= narrowDecimal ? 'decimal' : 'wide decimal';
  if (/^(?:DATE|TIMESTAMP(?:_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/i.test(type)) return 'moment';
  if (/^VARCHAR$/i.test(type)) return 'text';
  return /^JSON$/i.test(type) ? 'json' : 'other';
}

const numbers: ReadonlySet<Family> = new Set<Family>(['integer', 'huge', 'decimal', 'wide decimal', 'float']);

const double = (sql: string): string => `cast(${sql} as double)`;

/** JSON goes by its text as it stands: what the engine's own functions make of it has rounded numbers. */
function alone({ sql, type }: TypedSql): string {
  return familyOf(type) === 'json' ? `cast(${sql} as varchar)` : sql;
}

function pair(here: TypedSql, there: TypedSql): readonly [string, string] {
  if (here.type.toUpperCase() === there.type.toUpperCase()) return [alone(here), alone(there)];
  const families: readonly [Family, Family] = [familyOf(here.type), familyOf(there.type)];
  const both = (allowed: readonly Family[]): boolean => families.every((family) => allowed.includes(family));
  if (both(['integer', 'huge']) || both(['integer', 'decimal']) || both(['moment'])) return [here.sql, there.sql];
  if (families.every((family) => numbers.has(family))) return [double(here.sql), double(there.sql)];
  return [`cast(${alone(here)} as varchar)`, `cast(${alone(there)} as varchar)`];
}

/**
 * The same JSON in which each string begins with `s` and each number is a string that begins with `n`: the engine's own functions
 * round numbers with a point, and integers that have no place in 64 bits. The last number is one that is added, so that every search
 * for the next one ends outside of strings.
 */
function withWordedNumbers(text: string): string {
  const strings = String.raw`regexp_replace(${text}, '"((?:[^"\\]|\\.)*)"', '"s\1"', 'gs')`;
  return String.raw`regexp_replace('[' || ${strings} || ',0]', '((?:[^"0-9-]|-[^"0-9]|"[^"\\]*(?:\\.[^"\\]*)*")*)(-?[0-9][0-9.eE+-]*)', '\1"n\2"', 'gs')`;
}

/** A number of {@link withWordedNumbers} as its digits and a power of ten: one form for each value, and nothing is rounded. */
function exactNumber(word: string): string {
  const mantissa = `ltrim(replace(regexp_extract(${word}, '[0-9.]+'), '.', ''), '0')`;
  const digits = `rtrim(${mantissa}, '0')`;
  const written = `coalesce(nullif(regexp_extract(${word}, '[eE][+]?(-?[0-9]+)', 1), ''), '0')`;
  const scale = `length(regexp_extract(${word}, '[.]([0-9]+)', 1))`;
  const power = `cast(try_cast(${written} as bigint) as hugeint) - ${scale} + length(${mantissa}) - length(${digits})`;
  const sign = `case when starts_with(${word}, '"n-') then '-' else '' end`;
  return `case when ${digits} = '' then '0' else coalesce(${sign} || ${digits} || 'e' || (${power}), ${word}) end`;
}

/**
 * All values of a JSON text with the way to each, sorted: whatever the order of names in objects, and however numbers are written.
 * The ways are not quoted, so that names with signs of their own could be read in two ways, as could a name that stands twice: such a
 * text stands for itself.
 */
function jsonMeaning(text: string): string {
  const word = `cast(atom as varchar)`;
  const value = [
    `case when type = 'OBJECT' then '{}' when type = 'ARRAY' then '[]'`,
    `when starts_with(${word}, '"n') then ${exactNumber(word)} else coalesce(${word}, 'null') end`,
  ].join(' ');
  // DISTINCT would keep the whole text with each of its values.
  const isPlain = String.raw`bool_and(key is null or not regexp_matches(key, '[.\[\x00-\x1f]')) and count(*) = list_unique(list(fullkey))`;
  const itself = `[[min(case when parent is null then cast(value as varchar) end)]]`;
  const all = `list_sort(list([fullkey, ${value}]))`;
  return `(select case when ${isPlain} then ${all} when count(*) > 0 then ${itself} end from json_tree(${withWordedNumbers(text)}))`;
}

/** Whether the difference of two decimals keeps all digits that there can be. */
function subtractsExactly(...types: readonly [string, string]): boolean {
  const parts = types
    .map((type) => /^DECIMAL\((\d+),\s*(\d+)\)$/i.exec(type))
    .map((found) => [Number(found?.[1]), Number(found?.[2])] as const);
  const whole = Math.max(...parts.map(([digits, scale]) => digits - scale));
  return whole + Math.max(...parts.map(([, scale]) => scale)) + 1 <= mostDigits;
}

function within(here: TypedSql, there: TypedSql, { value, percent }: Tolerance): string {
  const families = [familyOf(here.type), familyOf(there.type)];
  if (!percent && subtractsExactly(here.type, there.type)) return `abs(${here.sql} - ${there.sql}) <= ${String(value)}`;
  if (!percent && families.every((family) => family === 'integer')) {
    return `abs(cast(${here.sql} as hugeint) - cast(${there.sql} as hugeint)) <= ${String(value)}`;
  }
  const [a, b] = [double(here.sql), double(there.sql)];
  const finite = `isfinite(${a}) and isfinite(${b})`;
  if (percent) return `${finite} and abs(${a} - ${b}) <= ${String(value / 100)} * greatest(abs(${a}), abs(${b}))`;
  return `${finite} and abs(${a} - ${b}) <= ${String(value)}`;
}

export const compare: CompareSql = {
  isNumber: (type) => numbers.has(familyOf(type)),
  pair,
  meaning: (form, types) => (types.every((type) => familyOf(type) === 'json') ? jsonMeaning(form) : undefined),
  within,
  sameKey: (pairs, hasNulls) => pairs.map(([here, there]) => `${here} ${hasNulls ? 'is not distinct from' : '='} ${there}`).join(' and '),
};

/** PostgreSQL's forms of the functions that templates offer, with the same values on every engine. */
import type { DeduplicateOptions, PivotOptions, SqlLibrary, UnpivotOptions } from '../../adapter/library.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { safeCast } from './safe-cast.ts';

const TEXT_LITERAL = /^\s*'(?:[^']|'')*'\s*$/;

/** A bare text literal has no type that date functions accept. Adding nothing makes a date a timestamp, and keeps the others. */
function moment(expression: string): string {
  return TEXT_LITERAL.test(expression) ? asTimestamp(expression) : `((${expression}) + interval '0')`;
}

function asText(expression: string): string {
  return `cast(${expression} as text)`;
}

function asTimestamp(expression: string): string {
  return `cast(${expression} as timestamp)`;
}

/** The engine has no interval of a quarter. */
function step(part: string): string {
  return part === 'quarter' ? `interval '3 months'` : `interval '1 ${part}'`;
}

const typeNames: Readonly<Record<Parameters<SqlLibrary['type_name']>[0], string>> = {
  string: 'text',
  timestamp: 'timestamp',
  float: 'double precision',
  numeric: 'numeric(28, 6)',
  bigint: 'bigint',
  int: 'integer',
  boolean: 'boolean',
};

function surrogateKey(fields: readonly string[]): string {
  const parts = fields.map((field) => `coalesce(${asText(field)}, '_dbt_utils_surrogate_key_null_')`);
  return `md5(${parts.join(` || '-' || `)})`;
}

/** Steps are counted from the start, so that monthly steps from the 31st do not drift to the 28th. */
function dateSpine(part: string, start: string, end: string): string {
  const column = `date_${part}`;
  const steps = `generate_series(0, greatest(${dateDiff('bounds.first', 'bounds.last', part)}, 0) + 1)`;
  return [
    `select ${column} from (`,
    `  select bounds.first + steps.n * ${step(part)} as ${column}, bounds.last`,
    `  from (select ${asTimestamp(start)} as first, ${asTimestamp(end)} as last) as bounds`,
    `  cross join lateral ${steps} as steps(n)`,
    `) as spine where ${column} < last`,
  ].join('\n');
}

/** Boundaries of the part between two moments. Weeks begin on Sunday. */
function dateDiff(first: string, second: string, part: string): string {
  const [from, to] = [asTimestamp(first), asTimestamp(second)];
  const field = (name: string): string => `(extract(${name} from ${to}) - extract(${name} from ${from}))`;
  const sunday = (value: string): string => `cast(date_trunc('week', ${value} + interval '1 day') as date)`;
  const elapsed = (unit: string): string => `extract(epoch from date_trunc('${unit}', ${to}) - date_trunc('${unit}', ${from}))`;
  switch (part) {
    case 'year':
      return asCount(field('year'));
    case 'quarter':
      return asCount(`${field('year')} * 4 + ${field('quarter')}`);
    case 'month':
      return asCount(`${field('year')} * 12 + ${field('month')}`);
    case 'week':
      return asCount(`(${sunday(to)} - ${sunday(from)}) / 7`);
    case 'day':
      return asCount(`cast(${to} as date) - cast(${from} as date)`);
    case 'hour':
      return asCount(`${elapsed(part)} / 3600`);
    case 'minute':
      return asCount(`${elapsed(part)} / 60`);
    case 'second':
      return asCount(elapsed(part));
    case 'millisecond':
      return asCount(`${elapsed('milliseconds')} * 1000`);
    default:
      return asCount(`${elapsed('microseconds')} * 1000000`);
  }
}

function asCount(expression: string): string {
  return `cast(${expression} as bigint)`;
}

function dateAdd(part: string, amount: string, from: string): string {
  return `(${moment(from)} + (${step(part)} * cast((${amount}) as bigint)))`;
}

function lastDay(date: string, part: string): string {
  return `cast(date_trunc('${part}', ${moment(date)}) + ${step(part)} - interval '1 day' as date)`;
}

function deduplicate({ relation, partitionBy, orderBy }: DeduplicateOptions): string {
  const order = orderBy.trim() === '' ? '' : `, ${orderBy}`;
  return `select distinct on (${partitionBy}) * from ${relation} as deduplicated\norder by ${partitionBy}${order}`;
}

/** An identifier that needs no quotes: lower case, words joined by underscores, no digit first. */
function slug(text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/[ -]+/g, '_')
    .replaceAll(/[^a-z0-9_]+/g, '');
  return /^\d/.test(words) ? `_${words}` : words;
}

function pivot(options: PivotOptions): string {
  const columns = options.values.map((value) => {
    const name = `${options.prefix}${String(value)}${options.suffix}`;
    const chosen = `case when ${options.column} = ${quoteText(String(value))} then ${options.then} else ${options.else} end`;
    return `${options.agg}(${chosen}) as ${options.quote ? quoteIdentifier(name) : slug(name)}`;
  });
  return columns.join(',\n');
}

function unpivot(options: UnpivotOptions): string {
  const kept = options.exclude.map((column) => `${quoteIdentifier(column)}, `).join('');
  const names = [quoteIdentifier(options.fieldName), quoteIdentifier(options.valueName)] as const;
  const from = `from ${options.relation} as unpivoted`;
  if (options.columns.length === 0) {
    return `select ${kept}cast(null as text) as ${names[0]}, cast(null as ${options.castTo}) as ${names[1]} ${from} where false`;
  }
  return options.columns
    .map((column) => {
      const value = `cast(${quoteIdentifier(column)} as ${options.castTo})`;
      return `select ${kept}cast(${quoteText(column)} as text) as ${names[0]}, ${value} as ${names[1]} ${from}`;
    })
    .join('\nunion all\n');
}

function listAgg(measure: string, delimiter: string, orderBy: string | undefined, limit: number | undefined): string {
  const text = asText(measure);
  const clause = orderBy === undefined || orderBy.trim() === '' ? '' : ` order by ${orderBy.replace(/^\s*order\s+by\s+/i, '')}`;
  if (limit === undefined) return `string_agg(${text}, ${delimiter}${clause})`;
  return `array_to_string((array_agg(${text}${clause}) filter (where (${measure}) is not null))[1:${limit}], ${delimiter})`;
}

/** Shows the last characters, and none of a text that is not longer than what may be seen. */
function maskPartial(field: string, visible: number): string {
  const text = asText(field);
  return `case when length(${text}) > ${visible} then repeat('*', length(${text}) - ${visible}) || right(${text}, ${visible}) else repeat('*', length(${text})) end`;
}

function maskEmail(field: string): string {
  const text = asText(field);
  return `case when strpos(${text}, '@') > 1 then left(${text}, 1) || '***' || substr(${text}, strpos(${text}, '@')) when ${text} is not null then '***' end`;
}

function haversine(lat1: string, lon1: string, lat2: string, lon2: string): string {
  const radian = (value: string): string => `radians(cast(${value} as double precision))`;
  const half = (a: string, b: string): string => `power(sin((${radian(b)} - ${radian(a)}) / 2), 2)`;
  return `2 * 3961 * asin(sqrt(${half(lat1, lat2)} + cos(${radian(lat1)}) * cos(${radian(lat2)}) * ${half(lon1, lon2)}))`;
}

function widthBucket(expression: string, min: string, max: string, buckets: string): string {
  const double = (value: string): string => `cast((${value}) as double precision)`;
  const position = `(${double(expression)} - (${min})) * (${buckets}) / (${double(max)} - (${min}))`;
  return `cast(case when (${expression}) < (${min}) then 0 when (${expression}) >= (${max}) then (${buckets}) + 1 else floor(${position}) + 1 end as bigint)`;
}

function nullcheck(columns: readonly string[]): string {
  return columns
    .map((column) => {
      const name = quoteIdentifier(column);
      return `case when trim(${asText(name)}) <> '' then ${name} end as ${name}`;
    })
    .join(',\n');
}

export const library: SqlLibrary = {
  surrogate_key: surrogateKey,
  hash: (field) => `md5(${asText(field)})`,
  date_spine: dateSpine,
  deduplicate,
  safe_divide: (numerator, denominator) => `cast((${numerator}) as double precision) / nullif((${denominator}), 0)`,
  dateadd: dateAdd,
  datediff: dateDiff,
  date_trunc: (part, from) => `date_trunc('${part}', ${moment(from)})`,
  last_day: lastDay,
  pivot,
  unpivot,
  mask_hash: (field) => `md5(${asText(field)})`,
  mask_partial: maskPartial,
  mask_null: (field) => `case when true then null else ${field} end`,
  mask_email: maskEmail,
  cast: (field, type) => `cast(${field} as ${type})`,
  safe_cast: safeCast,
  listagg: listAgg,
  // The engine's own `any_value` is as young as version 16.
  any_value: (expression) => `(array_agg(${expression}) filter (where (${expression}) is not null))[1]`,
  bool_or: (expression) => `bool_or(${expression})`,
  concat_ws: (separator, fields) => `concat_ws(${[separator, ...fields.map(asText)].join(', ')})`,
  split_part: (text, delimiter, part) => `split_part(${text}, ${delimiter}, ${part})`,
  position: (substring, text) => `strpos(${text}, ${substring})`,
  current_timestamp: () => 'current_timestamp',
  generate_series: (upperBound) => `select generated_number from generate_series(1, ${upperBound}) as numbers(generated_number)`,
  haversine_distance: (lat1, lon1, lat2, lon2, unit) => {
    const miles = haversine(lat1, lon1, lat2, lon2);
    return unit === 'km' ? `(${miles} * 1.60934)` : `(${miles})`;
  },
  width_bucket: widthBucket,
  nullcheck,
  type_name: (type) => typeNames[type],
};

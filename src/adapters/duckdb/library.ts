/** DuckDB's forms of the functions that templates offer, with the same values on every engine. */
import type { DeduplicateOptions, PivotOptions, SqlLibrary, UnpivotOptions } from '../../adapter/library.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const TEXT_LITERAL = /^\s*'(?:[^']|'')*'\s*$/;

/** A bare text literal has no type that date functions accept; anything else keeps its own. */
function moment(expression: string): string {
  return TEXT_LITERAL.test(expression) ? `cast(${expression} as timestamp)` : `(${expression})`;
}

function asText(expression: string): string {
  return `cast(${expression} as varchar)`;
}

function asTimestamp(expression: string): string {
  return `cast(${expression} as timestamp)`;
}

const typeNames: Readonly<Record<Parameters<SqlLibrary['type_name']>[0], string>> = {
  string: 'varchar',
  timestamp: 'timestamp',
  float: 'double',
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
  return [
    `select ${column} from (`,
    `  select first + n * interval '1 ${part}' as ${column}, last from (`,
    `    select first, last, unnest(range(0, greatest(date_diff('${part}', first, last), 0) + 1)) as n`,
    `    from (select ${asTimestamp(start)} as first, ${asTimestamp(end)} as last)`,
    `  )`,
    `) where ${column} < last`,
  ].join('\n');
}

/** Weeks begin on Sunday here; the engine's own `week` counts from the epoch's Thursday. */
function dateDiff(first: string, second: string, part: string): string {
  if (part !== 'week') return `date_diff('${part}', ${asTimestamp(first)}, ${asTimestamp(second)})`;
  const sunday = (value: string): string => `date_trunc('week', ${asTimestamp(value)} + interval '1 day')`;
  return `(date_diff('day', ${sunday(first)}, ${sunday(second)}) // 7)`;
}

function dateAdd(part: string, amount: string, from: string): string {
  return `(${moment(from)} + (interval '1 ${part}' * cast((${amount}) as bigint)))`;
}

function lastDay(date: string, part: string): string {
  return `cast(date_trunc('${part}', ${moment(date)}) + interval '1 ${part}' - interval '1 day' as date)`;
}

function deduplicate({ relation, partitionBy, orderBy }: DeduplicateOptions): string {
  const order = orderBy.trim() === '' ? '' : ` order by ${orderBy}`;
  return `select * from ${relation} as deduplicated\nqualify row_number() over (partition by ${partitionBy}${order}) = 1`;
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
  if (options.columns.length === 0) {
    return `select ${kept}cast(null as varchar) as ${names[0]}, cast(null as ${options.castTo}) as ${names[1]} from ${options.relation} where false`;
  }
  return options.columns
    .map((column) => {
      const value = `cast(${quoteIdentifier(column)} as ${options.castTo})`;
      return `select ${kept}cast(${quoteText(column)} as varchar) as ${names[0]}, ${value} as ${names[1]} from ${options.relation}`;
    })
    .join('\nunion all\n');
}

function listAgg(measure: string, delimiter: string, orderBy: string | undefined, limit: number | undefined): string {
  const text = asText(measure);
  const clause = orderBy === undefined || orderBy.trim() === '' ? '' : ` order by ${orderBy.replace(/^\s*order\s+by\s+/i, '')}`;
  if (limit === undefined) return `string_agg(${text}, ${delimiter}${clause})`;
  return `array_to_string((list(${text}${clause}) filter (where (${measure}) is not null))[1:${limit}], ${delimiter})`;
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
  const radian = (value: string): string => `radians(cast(${value} as double))`;
  const half = (a: string, b: string): string => `power(sin((${radian(b)} - ${radian(a)}) / 2), 2)`;
  return `2 * 3961 * asin(sqrt(${half(lat1, lat2)} + cos(${radian(lat1)}) * cos(${radian(lat2)}) * ${half(lon1, lon2)}))`;
}

function widthBucket(expression: string, min: string, max: string, buckets: string): string {
  const position = `(cast((${expression}) as double) - (${min})) * (${buckets}) / (cast((${max}) as double) - (${min}))`;
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
  safe_divide: (numerator, denominator) => `(${numerator}) / nullif((${denominator}), 0)`,
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
  safe_cast: (field, type) => `try_cast(${field} as ${type})`,
  listagg: listAgg,
  any_value: (expression) => `any_value(${expression})`,
  bool_or: (expression) => `bool_or(${expression})`,
  concat_ws: (separator, fields) => `concat_ws(${[separator, ...fields].join(', ')})`,
  split_part: (text, delimiter, part) => `split_part(${text}, ${delimiter}, ${part})`,
  position: (substring, text) => `strpos(${text}, ${substring})`,
  current_timestamp: () => 'current_timestamp',
  generate_series: (upperBound) => `select unnest(range(1, ${upperBound} + 1)) as generated_number`,
  haversine_distance: (lat1, lon1, lat2, lon2, unit) => {
    const miles = haversine(lat1, lon1, lat2, lon2);
    return unit === 'km' ? `(${miles} * 1.60934)` : `(${miles})`;
  },
  width_bucket: widthBucket,
  nullcheck,
  type_name: (type) => typeNames[type],
};

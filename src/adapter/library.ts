/**
 * The SQL functions that templates offer on every engine with the same values (language reference, section 2).
 * Each takes and gives SQL text; each engine has one implementation of the whole interface.
 */

export interface PivotOptions {
  readonly column: string;
  readonly values: readonly (string | number | boolean)[];
  readonly agg: string;
  readonly then: string;
  readonly else: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly quote: boolean;
}

export interface UnpivotOptions {
  readonly relation: string;
  readonly castTo: string;
  readonly exclude: readonly string[];
  readonly columns: readonly string[];
  readonly fieldName: string;
  readonly valueName: string;
}

export interface DeduplicateOptions {
  readonly relation: string;
  readonly partitionBy: string;
  readonly orderBy: string;
}

export interface SqlLibrary {
  readonly surrogate_key: (fields: readonly string[]) => string;
  readonly hash: (field: string) => string;
  /** A select of one column `date_<part>` of type timestamp from `start` to before `end` (SQL expressions). */
  readonly date_spine: (part: string, start: string, end: string) => string;
  readonly deduplicate: (options: DeduplicateOptions) => string;
  readonly safe_divide: (numerator: string, denominator: string) => string;
  readonly dateadd: (part: string, amount: string, from: string) => string;
  readonly datediff: (first: string, second: string, part: string) => string;
  readonly date_trunc: (part: string, from: string) => string;
  readonly last_day: (date: string, part: string) => string;
  readonly pivot: (options: PivotOptions) => string;
  readonly unpivot: (options: UnpivotOptions) => string;
  readonly mask_hash: (field: string) => string;
  readonly mask_partial: (field: string, visible: number) => string;
  readonly mask_null: (field: string) => string;
  readonly mask_email: (field: string) => string;
  readonly cast: (field: string, type: string) => string;
  readonly safe_cast: (field: string, type: string) => string;
  readonly listagg: (measure: string, delimiter: string, orderBy: string | undefined, limit: number | undefined) => string;
  readonly any_value: (expression: string) => string;
  readonly bool_or: (expression: string) => string;
  readonly concat_ws: (separator: string, fields: readonly string[]) => string;
  readonly split_part: (text: string, delimiter: string, part: number) => string;
  readonly position: (substring: string, text: string) => string;
  readonly current_timestamp: () => string;
  /** A select of one column `generated_number` from 1 to `upperBound`. */
  readonly generate_series: (upperBound: number) => string;
  readonly haversine_distance: (lat1: string, lon1: string, lat2: string, lon2: string, unit: 'mi' | 'km') => string;
  readonly width_bucket: (expression: string, min: string, max: string, buckets: string) => string;
  readonly nullcheck: (columns: readonly string[]) => string;
  readonly type_name: (type: 'string' | 'timestamp' | 'float' | 'numeric' | 'bigint' | 'int' | 'boolean') => string;
}

/** The date parts that date functions accept. */
export const dateParts = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'] as const;
export type DatePart = (typeof dateParts)[number];

/** What dbt's own functions are called in a template of `tx`, where there is a counterpart that takes the same values. */

export interface JinjaFunction {
  /** Its name here, where it differs. */
  readonly name?: string;
  /** The names under which Jinja may give what stands here by position. */
  readonly parameters?: readonly string[];
  /** Named arguments with their names here. No others have a counterpart. */
  readonly named?: Readonly<Record<string, string>>;
}

/** Functions of `dbt` and `dbt_utils`. */
export const packageFunctions: Readonly<Record<string, JinjaFunction>> = {
  any_value: { parameters: ['expression'] },
  bool_or: { parameters: ['expression'] },
  cast: { parameters: ['field', 'type'] },
  current_timestamp: {},
  date_spine: { parameters: ['datepart', 'start_date', 'end_date'] },
  date_trunc: { parameters: ['datepart', 'date'] },
  dateadd: { parameters: ['datepart', 'interval', 'from_date_or_timestamp'] },
  datediff: { parameters: ['first_date', 'second_date', 'datepart'] },
  deduplicate: { parameters: ['relation'], named: { partition_by: 'partition_by', order_by: 'order_by' } },
  generate_series: { parameters: ['upper_bound'] },
  generate_surrogate_key: { name: 'surrogate_key', parameters: ['field_list'] },
  hash: { parameters: ['field'] },
  get_filtered_columns_in_relation: { name: 'columns', parameters: ['from'], named: { except: 'except' } },
  haversine_distance: { parameters: ['lat1', 'lon1', 'lat2', 'lon2'], named: { unit: 'unit' } },
  last_day: { parameters: ['date', 'datepart'] },
  listagg: { parameters: ['measure', 'delimiter_text'] },
  pivot: {
    parameters: ['column', 'values'],
    named: { agg: 'agg', prefix: 'prefix', suffix: 'suffix', then_value: 'then', else_value: 'else', quote_identifiers: 'quote' },
  },
  position: { parameters: ['substring_text', 'string_text'] },
  safe_cast: { parameters: ['field', 'type'] },
  safe_divide: { parameters: ['numerator', 'denominator'] },
  split_part: { parameters: ['string_text', 'delimiter_text', 'part_number'] },
  star: {
    parameters: ['from'],
    named: { relation_alias: 'alias', except: 'except', prefix: 'prefix', suffix: 'suffix' },
  },
  surrogate_key: { parameters: ['field_list'] },
  type_bigint: {},
  type_boolean: {},
  type_float: {},
  type_int: {},
  type_numeric: {},
  type_string: {},
  type_timestamp: {},
  union_relations: {
    parameters: ['relations'],
    named: { include: 'include', exclude: 'exclude', where: 'where', source_column_name: 'source_column' },
  },
  width_bucket: { parameters: ['expr', 'min_value', 'max_value', 'num_buckets'] },
};

/** Filters and methods that have a counterpart; the value comes first there too, but for `join` as a method. */
export const filters: Readonly<Record<string, string>> = {
  abs: 'abs',
  count: 'length',
  default: 'default',
  endswith: 'ends_with',
  first: 'first',
  join: 'join',
  keys: 'keys',
  last: 'last',
  length: 'length',
  lower: 'lower',
  replace: 'replace',
  reverse: 'reverse',
  round: 'round',
  sort: 'sort',
  split: 'split',
  startswith: 'starts_with',
  strip: 'trim',
  tojson: 'json',
  trim: 'trim',
  unique: 'unique',
  upper: 'upper',
  values: 'values',
};

/** Names of Jinja's and dbt's contexts that mean nothing in a template here. */
export const foreignNames: ReadonlySet<string> = new Set([
  'adapter',
  'api',
  'builtins',
  'caller',
  'context',
  'env_var',
  'exceptions',
  'execute',
  'flags',
  'graph',
  'invocation_id',
  'log',
  'modules',
  'namespace',
  'print',
  'project_name',
  'return',
  'run_query',
  'statement',
  'varargs',
  'kwargs',
]);

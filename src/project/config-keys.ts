/** The vocabulary of config: which keys each kind of node knows, what their values are, and how levels merge. */
import * as v from 'valibot';
import { batchSizes } from '../intervals/batch-size.ts';
import { beginPattern } from '../intervals/local-time.ts';
import { materializations } from '../adapter/capabilities.ts';
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import { partitionGranularities } from '../adapter/declared-partitions.ts';
import { fileFormats } from '../adapter/file-form.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Located, YamlValue } from './project.ts';
import type { Shape } from './shape.ts';
import { describeValue, either, expectedBy, flag, keysOf, listOf, mapOf, oneOf, optional, text, valueHelp } from './shape.ts';
import { names, testConfigShapes, toList } from './test-config-shapes.ts';
import { isYamlNumber } from './yaml/yaml-node.ts';

export type ConfigResource = 'model' | 'seed' | 'snapshot' | 'test' | 'source' | 'exposure' | 'unit_test';

/** What a deeper level does to the value of the level above. `nest`: to each key of it what that key says. */
export type MergeRule = 'append' | 'merge' | 'nest' | 'overwrite';

export interface ConfigKey {
  /** Canonical spelling, dbt's where dbt has one. */
  readonly name: ConfigKeyName;
  /** Other spellings of the same key. */
  readonly aliases: readonly string[];
  readonly resources: readonly ConfigResource[];
  readonly merge: MergeRule;
}

/** The columns that a snapshot adds to those of its relation. */
export const metaColumnNames = ['dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] as const;

/** One hook as written: SQL alone runs inside the transaction of its node. */
const hook = either(
  [text('SQL'), keysOf({ sql: text('SQL'), transaction: optional(flag()) })],
  'SQL, or a mapping with `sql` and `transaction`',
);
const hooksExpected = 'SQL, a mapping with `sql` and `transaction`, or a list of these';

type HookInput = v.InferInput<typeof hook>;

const toHook = (value: HookInput): { readonly sql: string; readonly transaction: boolean } =>
  typeof value === 'string' ? { sql: value, transaction: true } : { sql: value.sql, transaction: value.transaction ?? true };

/** Hooks in each of their spellings; the output is always a list. */
export const hooksShape = v.pipe(
  either([text('SQL'), keysOf({ sql: text('SQL'), transaction: optional(flag()) }), listOf(hook)], hooksExpected),
  v.transform((value) => (Array.isArray(value) ? value.map(toHook) : [toHook(value)])),
);

const strategies = {
  append: 'append',
  merge: 'merge',
  delete_insert: 'delete_insert',
  'delete+insert': 'delete_insert',
  insert_overwrite: 'insert_overwrite',
  time_interval: 'time_interval',
  microbatch: 'time_interval',
} as const satisfies Record<string, IncrementalStrategy>;

/** An age of data, as dbt writes it. */
const freshnessThreshold = keysOf(
  {
    count: v.pipe(v.number('a whole number above 0'), v.integer('a whole number above 0'), v.minValue(1, 'a whole number above 0')),
    period: oneOf(['minute', 'hour', 'day']),
  },
  'an age such as `{count: 12, period: hour}`',
);

const wholeNumber = (least: number): v.GenericSchema<number> => {
  const expected = least === 0 ? 'a whole number' : 'a whole number above 0';
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected));
};

/** The shape of each key's value; the output is the canonical form. */
export const configShapes = {
  materialized: oneOf(materializations),
  alias: text('a relation name'),
  group: text('the name of a group'),
  database: text('the database of the target'),
  docs: keysOf({ show: optional(flag()), node_color: optional(text('a colour')) }, 'a mapping with `show` and `node_color`'),
  access: oneOf(['private', 'protected', 'public']),
  unique_key: v.pipe(
    either([text(), listOf(text())], 'a column or a list of columns'),
    v.transform(toList),
    v.check((columns) => columns.length > 0 && !columns.includes(''), 'a column or a list of columns'),
    v.check((columns) => new Set(columns).size === columns.length, 'a list that names each column once'),
  ),
  incremental_strategy: v.pipe(
    oneOf(['append', 'merge', 'delete_insert', 'delete+insert', 'insert_overwrite', 'time_interval', 'microbatch']),
    v.transform((value): IncrementalStrategy => strategies[value]),
  ),
  merge_update_columns: v.pipe(listOf(text('a column')), v.minLength(1, 'a list of columns')),
  merge_exclude_columns: v.pipe(listOf(text('a column')), v.minLength(1, 'a list of columns')),
  incremental_predicates: v.pipe(
    either([text(), listOf(text())], 'an SQL condition or a list of them'),
    v.transform(toList),
    v.check((list) => list.length > 0 && list.every((entry) => entry.trim() !== ''), 'an SQL condition or a list of them'),
  ),
  partition_by: v.pipe(
    either([text(), listOf(text())], 'a column, an SQL expression in parentheses, or a list of these'),
    v.transform(toList),
    v.check((list) => list.length > 0 && !list.includes(''), 'a column, an SQL expression in parentheses, or a list of these'),
  ),
  partition_granularity: oneOf(partitionGranularities),
  location: v.pipe(text('the path of a file or a folder'), v.minLength(1, 'the path of a file or a folder')),
  format: oneOf(fileFormats),
  options: keysOf(
    {
      compression: optional(text('a way to pack files, such as `zstd`')),
      compression_level: optional(wholeNumber(1)),
      row_group_size: optional(wholeNumber(1)),
      delimiter: optional(v.pipe(text('one character'), v.length(1, 'one character'))),
      header: optional(flag()),
      array: optional(flag()),
    },
    'a mapping with `compression`, `compression_level`, `row_group_size`, `delimiter`, `header` and `array`',
  ),
  sequence_by: v.pipe(text('a column'), v.minLength(1, 'a column')),
  delete_when: v.pipe(text('an SQL condition'), v.minLength(1, 'an SQL condition')),
  time_column: v.pipe(text('a column'), v.minLength(1, 'a column')),
  batch_size: oneOf(batchSizes),
  begin: v.pipe(text('a date such as `2024-01-01`'), v.regex(beginPattern, 'a date such as `2024-01-01`, or a date and time')),
  lookback: v.pipe(v.number('a number of batches'), v.integer('a number of batches'), v.minValue(0, 'a number of batches')),
  time_zone: text('a time zone such as `Europe/Berlin`'),
  allow_partials: flag(),
  outside_interval: oneOf(['error', 'drop']),
  forward_only: flag(),
  concurrent_batches: flag(),
  on_schema_change: oneOf(['ignore', 'fail', 'append_new_columns', 'sync_all_columns']),
  full_refresh: flag(),
  strategy: oneOf(['timestamp', 'check']),
  updated_at: v.pipe(text('a column'), v.minLength(1, 'a column')),
  check_cols: either(
    [oneOf(['all']), v.pipe(listOf(text('a column')), v.minLength(1, '`all` or a list of columns'))],
    '`all` or a list of columns',
  ),
  hard_deletes: oneOf(['ignore', 'invalidate', 'new_record']),
  dbt_valid_to_current: v.pipe(text('an SQL expression'), v.minLength(1, 'an SQL expression')),
  snapshot_meta_column_names: keysOf(
    Object.fromEntries(metaColumnNames.map((name) => [name, optional(v.pipe(text('a column name'), v.minLength(1, 'a column name')))])),
    'a mapping of meta columns to names',
  ),
  unlogged: flag(),
  indexes: listOf(
    keysOf(
      {
        columns: names,
        unique: optional(flag()),
        type: optional(text('a method such as `btree`')),
        where: optional(text('an SQL condition')),
        include: optional(names),
      },
      'a mapping with `columns`, `unique`, `type`, `where` and `include`',
    ),
    'a list of indexes',
  ),
  grants: mapOf(names, 'a mapping of rights to roles'),
  persist_docs: keysOf({ relation: optional(flag()), columns: optional(flag()) }, 'a mapping with `relation` and `columns`'),
  contract: keysOf({ enforced: flag() }, 'a mapping with `enforced`'),
  pre_hook: hooksShape,
  post_hook: hooksShape,
  delimiter: v.pipe(text('one character'), v.length(1, 'one character')),
  column_types: mapOf(text('a column type'), 'a mapping of columns to types'),
  freshness: keysOf(
    { warn_after: optional(freshnessThreshold), error_after: optional(freshnessThreshold), filter: optional(text('an SQL condition')) },
    'a mapping with `warn_after`, `error_after` and `filter`',
  ),
  loaded_at_field: text('a column or an SQL expression'),
  loaded_at_query: text('a query that gives one time'),
  event_time: text('a column or an SQL expression'),
  quarantine: keysOf(
    {
      schema: optional(text('a schema name')),
      max_ratio: optional(v.pipe(text('a percentage such as `1%`'), v.regex(/^\d+(?:\.\d+)?%$/, 'a percentage such as `1%`'))),
      max_rows: optional(v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number'))),
    },
    'a mapping with `schema`, `max_ratio` and `max_rows`',
  ),
  ...testConfigShapes,
  tests: keysOf(
    Object.fromEntries(Object.entries(testConfigShapes).map(([name, shape]) => [name, optional(shape)])),
    'a mapping of config of tests',
  ),
} as const;

export type ConfigKeyName = keyof typeof configShapes;

/** The canonical value of each key. */
export type ConfigValues = { readonly [K in ConfigKeyName]: v.InferOutput<(typeof configShapes)[K]> };

function key(
  name: ConfigKeyName,
  resources: readonly ConfigResource[],
  merge: MergeRule = 'overwrite',
  aliases: readonly string[] = [],
): ConfigKey {
  return { name, aliases, resources, merge };
}

export const configKeys: readonly ConfigKey[] = [
  key('materialized', ['model']),
  key('enabled', ['model', 'seed', 'snapshot', 'test', 'source', 'exposure', 'unit_test']),
  key('schema', ['model', 'seed', 'snapshot', 'test']),
  key('alias', ['model', 'seed', 'snapshot']),
  key('database', ['model', 'seed', 'snapshot']),
  key('tags', ['model', 'seed', 'snapshot', 'test', 'source', 'exposure', 'unit_test'], 'append'),
  key('meta', ['model', 'seed', 'snapshot', 'test', 'source', 'exposure', 'unit_test'], 'merge'),
  key('group', ['model', 'seed', 'snapshot']),
  key('access', ['model']),
  key('docs', ['model', 'seed', 'snapshot'], 'merge'),
  key('unique_key', ['model', 'snapshot']),
  key('strategy', ['snapshot']),
  key('updated_at', ['snapshot']),
  key('check_cols', ['snapshot']),
  key('hard_deletes', ['snapshot']),
  key('dbt_valid_to_current', ['snapshot']),
  key('snapshot_meta_column_names', ['snapshot'], 'merge'),
  key('incremental_strategy', ['model'], 'overwrite', ['strategy']),
  key('merge_update_columns', ['model']),
  key('merge_exclude_columns', ['model']),
  key('partition_by', ['model']),
  key('partition_granularity', ['model']),
  key('location', ['model']),
  key('format', ['model']),
  key('options', ['model'], 'merge'),
  key('sequence_by', ['model']),
  key('delete_when', ['model']),
  key('incremental_predicates', ['model'], 'overwrite', ['predicates']),
  key('time_column', ['model'], 'overwrite', ['event_time']),
  key('batch_size', ['model']),
  key('begin', ['model']),
  key('lookback', ['model']),
  key('time_zone', ['model']),
  key('allow_partials', ['model']),
  key('outside_interval', ['model']),
  key('forward_only', ['model']),
  key('concurrent_batches', ['model']),
  key('on_schema_change', ['model']),
  key('full_refresh', ['model']),
  key('unlogged', ['model', 'seed']),
  key('indexes', ['model', 'seed', 'snapshot']),
  key('grants', ['model', 'seed', 'snapshot'], 'merge'),
  key('quarantine', ['model'], 'merge'),
  key('tests', ['model', 'seed', 'snapshot', 'source'], 'nest'),
  key('persist_docs', ['model', 'seed', 'snapshot'], 'merge'),
  key('contract', ['model', 'seed'], 'merge'),
  key('pre_hook', ['model', 'seed', 'snapshot'], 'append', ['pre-hook']),
  key('post_hook', ['model', 'seed', 'snapshot'], 'append', ['post-hook']),
  key('delimiter', ['seed']),
  key('column_types', ['seed'], 'merge'),
  key('freshness', ['model', 'seed', 'snapshot', 'source'], 'merge'),
  key('loaded_at_field', ['model', 'seed', 'snapshot', 'source']),
  key('loaded_at_query', ['model', 'seed', 'snapshot', 'source']),
  key('event_time', ['source']),
  key('severity', ['test']),
  key('warn_if', ['test']),
  key('error_if', ['test']),
  key('where', ['test']),
  key('on_null', ['test']),
  key('group_by', ['test']),
  key('limit', ['test']),
  key('store_failures', ['test']),
  key('on_fail', ['test']),
  key('keep', ['test']),
];

const resources: readonly ConfigResource[] = ['model', 'seed', 'snapshot', 'test', 'source', 'exposure', 'unit_test'];

const bySpelling: ReadonlyMap<ConfigResource, ReadonlyMap<string, ConfigKey>> = new Map(
  resources.map((resource) => [
    resource,
    new Map(
      configKeys
        .filter((entry) => entry.resources.includes(resource))
        .flatMap((entry) => [entry.name, ...entry.aliases].map((spelling): [string, ConfigKey] => [spelling, entry])),
    ),
  ]),
);

/** The config key that `spelling` names for that kind of node, by its name or an alias. */
export function findConfigKey(resource: ConfigResource, spelling: string): ConfigKey | undefined {
  return bySpelling.get(resource)?.get(spelling);
}

/** Every spelling that {@link findConfigKey} knows for that kind of node. */
export function configSpellings(resource: ConfigResource): readonly string[] {
  return [...(bySpelling.get(resource)?.keys() ?? [])];
}

/**
 * Checks one value of a config key, from YAML or from a template, and gives its canonical form:
 * lists for `tags`, `unique_key` and hooks. Undefined, with a diagnostic, when the value does not fit.
 */
export function readConfigValue<K extends ConfigKeyName>(name: K, located: Located<YamlValue>): Outcome<ConfigValues[K] | undefined> {
  const shape = configShapes[name];
  const { value, span } = located;
  const result = v.safeParse(shape, shape.type === 'strict_object' ? withNumbers(value) : isYamlNumber(value) ? value.yamlNumber : value);
  // safeParse gives the output of exactly this key's shape, which the compiler does not follow through the index.
  if (result.success) return { value: result.output as ConfigValues[K], diagnostics: [] };
  const issue = result.issues[0];
  // A misspelt key is told as such, and not as one that is missing.
  const told = result.issues.find(({ expected }) => expected === 'never') ?? issue;
  const inside = shape.type === 'strict_object' ? issueInside(name, shape, told, span) : undefined;
  if (inside !== undefined) return { value: undefined, diagnostics: [inside] };
  const expected = issue.path === undefined ? issue.message : expectedBy(shape);
  const found = issue.type === 'check' && Array.isArray(value) ? `\`[${value.map(String).join(', ')}]\`` : describeValue(value);
  const parameters = { key: name, expected, found, help: valueHelp(shape, value) };
  return { value: undefined, diagnostics: [diagnose('wrong-value', parameters, { span })] };
}

/** The value with plain numbers, in mappings too: how a number was written decides about nothing here. */
function withNumbers(value: YamlValue): YamlValue {
  if (isYamlNumber(value)) return value.yamlNumber;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNumbers(inner)]));
}

/** What is wrong with one key of a value that is a mapping of just some keys; undefined where it is none at all. */
function issueInside(
  name: ConfigKeyName,
  shape: { readonly entries: v.ObjectEntries },
  { type, path, expected, input, message }: v.BaseIssue<unknown>,
  span: Span,
): Diagnostic | undefined {
  const keys = path?.map((item) => String(item.key)) ?? [];
  const key = keys.at(-1);
  if (key === undefined) return undefined;
  const place = `\`${[name, ...keys.slice(0, -1)].join('.')}\``;
  const known = keys.length === 1 ? Object.keys(shape.entries) : [];
  if (expected === 'never') return diagnose('unknown-key', { key, known, place }, { span });
  if (type === 'strict_object' && input === undefined) return diagnose('missing-key', { key, place }, { span });
  // What came from YAML or a template is a value of YAML in all its parts.
  const found = describeValue(input as YamlValue);
  const entry = shape.entries[key];
  // Entries are shapes; valibot's type of them has asynchronous ones too, and none is declared here.
  const help = keys.length > 1 || entry === undefined ? undefined : valueHelp(entry as Shape, input as YamlValue);
  return diagnose('wrong-value', { key: [name, ...keys].join('.'), expected: message, found, help }, { span });
}

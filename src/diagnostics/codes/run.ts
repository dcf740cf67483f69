/** Codes of a run: what goes wrong while steps are carried out. */
import { didYouMean } from '../nearest.ts';
import { error, warning } from '../code-entry.ts';
import { selectorName, shellWord } from '../pasteable.ts';

/** With commas between thousands. `Intl` would cost every start fifteen milliseconds. */
const digits = { format: (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',') };
const counted = (failures: number, total: number | undefined): string =>
  total === undefined ? digits.format(failures) : `${digits.format(failures)} of ${digits.format(total)}`;
interface TestFinding {
  readonly test: string;
  readonly failures: number;
  readonly unit: string;
  readonly total: number | undefined;
  /** The value that a test of one value found, where it may be told. */
  readonly measured: string | undefined;
  readonly threshold: string;
}

function found({ failures, total, unit, measured }: TestFinding): string {
  if (unit === 'value') return measured === undefined ? 'does not hold' : `measured ${measured}`;
  return `found ${counted(failures, total)} ${failures === 1 && total === undefined ? unit.replace(/s$/, '') : unit}`;
}
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const waysToKeys = ({ nulls, duplicates }: { readonly nulls: number; readonly duplicates: number }): readonly string[] => [
  ...(nulls > 0 ? ['leave rows without a key out in the query, or give them one'] : []),
  ...(duplicates > 0 ? ['make the key unique in the query, or extend `unique_key`'] : []),
];

/** Most names that are listed. */
const mostNames = 6;

function shortList(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return rest <= 1 ? list(names) : `${list(names.slice(0, mostNames))} and ${rest} more`;
}

interface NotBuilt {
  readonly tests: readonly string[];
  readonly names: readonly string[];
  /** The command builds, but not those. */
  readonly builds: boolean;
}

const statements = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');

/** What a setting would do to a table. */
const wouldRun = (alters: readonly string[]): string => (alters.length === 0 ? '' : ` (${statements(alters)})`);

export const runCodes = {
  'freshness-without-time': error<{ readonly source: string }>(
    ({ source }) => `nothing says when \`${source}\` was loaded`,
    () => 'add `loaded_at_field` with the column that holds the time, or `loaded_at_query`',
  ),
  'freshness-not-a-time': error<{
    readonly source: string;
    readonly key?: 'loaded_at_field' | 'event_time';
    /** A time that is no moment. */
    readonly value?: string;
  }>(
    ({ source, key, value }) =>
      `what says when ${key === 'event_time' ? `rows of \`${source}\` happened` : `\`${source}\` was loaded`} is ${value === undefined ? 'no date or timestamp' : `\`${value}\`, which is no moment`}`,
    ({ key = 'loaded_at_field', value }) =>
      value === undefined
        ? `name a column of dates or timestamps in \`${key}\`, or cast it there: \`cast(${key === 'event_time' ? 'happened' : 'loaded'} as timestamp)\``
        : 'leave such rows out of the query, e.g. `where isfinite(loaded)`',
  ),
  'files-not-written': error<{ readonly location: string; readonly code: string }>(
    ({ location, code }) => `the files of \`${location}\` cannot be put there: ${code}`,
    () => 'make room for them, and let `tx` write into the folder that they are in; what was there before is there still',
  ),
  'not-built': error<NotBuilt>(
    ({ tests: [test = '', ...others], names }) =>
      others.length === 0
        ? `test \`${test}\` reads ${list(names)}, which ${names.length === 1 ? 'is' : 'are'} not built yet`
        : `${others.length + 1} tests read ${shortList(names)}, which ${names.length === 1 ? 'is' : 'are'} not built yet`,
    ({ names, builds }) => {
      const command = `tx build${names.length > mostNames ? '' : ` --select ${names.map((name) => shellWord(`+${selectorName(name)}`)).join(' ')}`}`;
      return builds
        ? `build ${names.length === 1 ? 'it' : 'them'} too: \`${command}\`; or leave out tests that read more than what is selected: \`--indirect-selection cautious\`, or \`buildable\`, which keeps those that read what is above it`
        : `build first: \`${command}\``;
    },
  ),
  'parent-not-built': error<{ readonly kind: string; readonly name: string; readonly reader: string }>(
    ({ kind, name }) => `${kind} \`${name}\` is not built yet: the database of the target does not have it`,
    ({ reader, name }) =>
      `build it first, and all that it reads: \`tx build --select ${shellWord(`+${selectorName(reader === '' ? name : reader)}`)}\``,
  ),
  'self-not-built': error<{ readonly name: string }>(
    ({ name }) => `\`{{this}}\` is not there: \`${name}\` is not built yet`,
    () => 'read it within `{{#if is_incremental}}…{{/if}}` only: then it is there',
  ),
  'source-not-there': error<{ readonly name: string; readonly relation: string }>(
    ({ name, relation }) => `source \`${name}\` is not there: the database of the target has no \`${relation}\``,
    () => 'load it, or correct `schema` and `identifier` where the source is declared; `tx debug` shows the target',
  ),
  'key-not-unique': error<{ relation: string; key: readonly string[]; nulls: number; duplicates: number; samples: readonly string[] }>(
    (p) =>
      `the new rows of \`${p.relation}\` cannot be told apart by ${list(p.key)}: ` +
      [
        p.nulls > 0 ? `${p.nulls} with a NULL key` : '',
        p.duplicates > 0 ? `${p.duplicates} ${p.duplicates === 1 ? 'key' : 'keys'} more than once` : '',
      ]
        .filter(Boolean)
        .join(', '),
    (p) => `nothing was changed; ${waysToKeys(p).join('; ')}${p.samples.length > 0 ? `; for example ${p.samples.join('; ')}` : ''}`,
  ),
  'time-column-missing': error<{ column: string; columns: readonly string[] }>(
    (p) => `the query gives no column \`${p.column}\`, by which its rows belong to an interval`,
    (p) => didYouMean(p.column, p.columns) ?? `it gives ${list(p.columns)}; name one of them in \`time_column\``,
  ),
  'time-column-type': error<{ column: string; type: string }>(
    (p) => `\`${p.column}\` tells the interval of a row, and is of type ${p.type}`,
    () => 'cast it to a timestamp or a date in the query',
  ),
  'rows-outside-interval': error<{
    column: string;
    count: number;
    nulls: number;
    interval: string;
    samples: readonly string[];
  }>(
    (p) =>
      `${p.count} ${p.count === 1 ? 'row lies' : 'rows lie'} outside of the interval ${p.interval}` +
      (p.nulls === 0
        ? ''
        : `, ${p.nulls === p.count ? (p.nulls === 1 ? 'it has' : 'all have') : `${p.nulls} of them with`} no \`${p.column}\``),
    (p) =>
      `keep to the interval in the query: \`where ${p.column} >= {{interval.start}} and ${p.column} < {{interval.end}}\`, or set \`outside_interval="drop"\`` +
      (p.samples.length === 0 ? '' : `; there are rows of ${p.samples.join(' and ')}`),
  ),
  'batches-failed': error<{ model: string; failed: number; total: number; untried: number; first: string }>(
    (p) =>
      `${p.failed} of ${p.total} ${p.total === 1 ? 'batch' : 'batches'} of \`${p.model}\` failed, the first is ${p.first}` +
      (p.untried === 0 ? '' : `; ${p.untried} more ${p.untried === 1 ? 'was' : 'were'} not tried`),
    () => 'what failed stays missing: the same command loads it, and nothing twice',
  ),
  'contract-broken': error<{ relation: string; ofTable: boolean; count: number }>(
    ({ relation, ofTable, count }) =>
      `${ofTable ? `the table \`${relation}\`` : `the query of \`${relation}\``} does not keep its contract: ${count} ${count === 1 ? 'column differs' : 'columns differ'}`,
    ({ ofTable }) =>
      ofTable
        ? 'nothing was changed; set `on_schema_change="append_new_columns"`, or build it anew with `--full-refresh`'
        : 'nothing was changed; cast or name the columns in the query, or correct `columns:`',
  ),
  'contract-type-unknown': error<{ engine: string; message: string }>(
    ({ engine, message }) => `a \`data_type\` of the contract is no type: ${engine}: ${message}`,
    () => 'write types as the database spells them',
  ),
  'constraint-broken': error<{ relation: string; constraint: string; rows: number; keys: boolean; samples: readonly string[] }>(
    ({ relation, constraint, rows, keys }) => {
      const [one, many] = keys ? ['key stands', 'keys stand'] : ['row breaks', 'rows break'];
      return `${rows} ${rows === 1 ? one : many} ${keys ? 'more than once, against ' : ''}${constraint} of \`${relation}\``;
    },
    ({ samples }) =>
      `nothing was changed; correct the query, or the constraint${samples.length > 0 ? `; for example ${samples.join('; ')}` : ''}`,
  ),
  'key-column-missing': error<{ key: string; columns: readonly string[] }>(
    (p) => `the key column \`${p.key}\` is not among the columns of the query`,
    (p) => `the query has ${list(p.columns)}`,
  ),
  'merge-column-missing': error<{ readonly column: string; readonly columns: readonly string[] }>(
    (p) => `the merge names column \`${p.column}\`, which neither the query nor the table has`,
    (p) => didYouMean(p.column, p.columns) ?? `the columns are ${p.columns.map((column) => `\`${column}\``).join(', ')}`,
  ),
  'condition-wrong': error<{ readonly key: string; readonly condition: string; readonly message: string }>(
    (p) => `\`${p.key}\` has what the database refuses, \`${p.condition}\`: ${p.message}`,
    () => 'nothing was changed; write SQL that names columns of the model',
  ),
  'sequence-wrong': error<
    { readonly column: string; readonly relation: string } & (
      | { readonly problem: 'no column'; readonly columns: readonly string[] }
      | { readonly problem: 'no value'; readonly rows: number }
      | { readonly problem: 'not in the table' }
    )
  >(
    (p) =>
      p.problem === 'no column'
        ? `the sequence column \`${p.column}\` is not among the columns of the query`
        : p.problem === 'no value'
          ? `${p.rows} new ${p.rows === 1 ? 'row' : 'rows'} of \`${p.relation}\` ${p.rows === 1 ? 'has' : 'have'} no \`${p.column}\`, so nothing tells which event is newer`
          : `the table of \`${p.relation}\` has no column \`${p.column}\`, so nothing tells how old its rows are`,
    (p) =>
      p.problem === 'no column'
        ? (didYouMean(p.column, p.columns) ?? `the query has ${list(p.columns)}`)
        : p.problem === 'no value'
          ? 'nothing was changed; leave such rows out, or give them a place in the sequence'
          : 'nothing was changed; rebuild it with `--full-refresh`, or set `on_schema_change` to `append_new_columns`',
  ),
  'partition-column-missing': error<{
    readonly column: string;
    readonly columns: readonly string[];
    /** Of files, whose folders are named by columns alone. */
    readonly inFolders: boolean;
  }>(
    (p) => `\`partition_by\` names column \`${p.column}\`, which the query does not have`,
    (p) =>
      didYouMean(p.column, p.columns) ?? `the query has ${list(p.columns)}${p.inFolders ? '' : '; an expression stands in parentheses'}`,
  ),
  'index-column-missing': error<{ readonly node: string; readonly column: string; readonly columns: readonly string[] }>(
    (p) => `\`indexes\` names column \`${p.column}\`, which \`${p.node}\` does not have`,
    (p) =>
      didYouMean(p.column, p.columns) ??
      `${p.columns.length === 0 ? 'name one of its columns' : `it has ${list(p.columns)}`}; an expression stands in parentheses`,
  ),
  'increment-column-missing': error<{ columns: readonly string[]; relation: string; alters: readonly string[] }>(
    (p) => `the query no longer has ${list(p.columns)}, which \`${p.relation}\` has`,
    (p) =>
      'put the column back, set `on_schema_change` to `append_new_columns`, which keeps it, or to `sync_all_columns`' +
      `${wouldRun(p.alters)}, or rebuild with \`--full-refresh\``,
  ),
  'schema-changed': error<{
    relation: string;
    added: readonly string[];
    removed: readonly string[];
    retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
    alters: readonly string[];
  }>(
    (p) =>
      `the columns of \`${p.relation}\` changed: ` +
      [
        p.added.length > 0 ? `new ${list(p.added)}` : '',
        p.removed.length > 0 ? `gone ${list(p.removed)}` : '',
        p.retyped.length > 0 ? `other type ${p.retyped.map(({ name, from, to }) => `\`${name}\` (${from} is now ${to})`).join(', ')}` : '',
      ]
        .filter(Boolean)
        .join(', '),
    (p) =>
      '`on_schema_change` is `fail`: nothing was changed; use `append_new_columns`, which drops nothing, or `sync_all_columns`' +
      `${wouldRun(p.alters)}, or rebuild with \`--full-refresh\``,
  ),
  'schema-change-refused': error<{ relation: string; removed: readonly string[]; total: number; alters: readonly string[] }>(
    (p) => `this change would drop ${p.removed.length} of ${p.total} columns of \`${p.relation}\`: ${list(p.removed)}`,
    (p) =>
      `more than half of the columns looks like a mistake and is refused; if it is meant, rebuild with \`--full-refresh\` or run ${statements(p.alters)}`,
  ),
  'type-change-refused': error<{
    relation: string;
    column: string;
    from: string;
    to: string;
    /** How many the cast would change; undefined when there is one that cannot be cast. */
    values: number | undefined;
    /** Of the table, or of the new rows. */
    stored: boolean;
  }>(
    ({ relation, column, from, to, values, stored }) => {
      const which = stored ? 'stored' : 'new';
      const lost =
        values === undefined
          ? `not every ${which} value can be cast`
          : `the cast would change ${digits.format(values)} ${which} ${values === 1 ? 'value' : 'values'}`;
      return stored
        ? `column \`${column}\` of \`${relation}\` cannot change from ${from} to ${to}: ${lost}`
        : `column \`${column}\` of \`${relation}\` is ${to}, and the query gives ${from}: ${lost}`;
    },
    ({ from, to, stored }) =>
      `nothing was changed; cast the column to ${stored ? from : to} in the query, or rebuild with \`--full-refresh\``,
  ),
  'audit-failed': error<{ relation: string; tests: number; batches?: { readonly failed: number; readonly total: number } }>(
    ({ relation, tests, batches }) =>
      batches === undefined
        ? `\`${relation}\` was not published: ${tests} of its tests failed`
        : `${batches.failed} of ${batches.total} batches of \`${relation}\` were not published: ${tests} of its tests failed`,
    ({ batches }) =>
      batches === undefined
        ? 'what was there before is untouched'
        : 'what was not published stays missing, with the rows that were there before; the other batches are in the table',
  ),
  'test-failed': error<TestFinding>((p) => `test \`${p.test}\` ${found(p)}${p.threshold === '!= 0' ? '' : ` (fails ${p.threshold})`}`),
  'test-warned': warning<TestFinding>((p) => `test \`${p.test}\` ${found(p)}${p.threshold === '!= 0' ? '' : ` (warns ${p.threshold})`}`),
  'rows-quarantined': warning<{ model: string; table: string; rows: number; staged: number; stays: boolean }>(
    (p) =>
      `${digits.format(p.rows)} of ${digits.format(p.staged)} rows of \`${p.model}\` ${p.stays ? 'stay in' : 'went to'} \`${p.table}\``,
    ({ model }) => `see them with \`tx quarantine show ${model}\``,
  ),
  'quarantine-full': error<{
    model: string;
    rows: number;
    staged: number;
    limit: string;
    tests: readonly { readonly name: string; readonly failures: number }[];
  }>(
    (p) =>
      `${digits.format(p.rows)} of ${digits.format(p.staged)} rows of \`${p.model}\` fail tests that set rows aside, more than \`${p.limit}\` allows`,
    ({ tests }) =>
      `nothing was changed; they fail ${tests.map(({ name, failures }) => `\`${name}\` (${digits.format(failures)})`).join(', ')}`,
  ),
  'empty-table': warning<{ relation: string }>(
    (p) => `\`${p.relation}\` had rows before and has none now`,
    () => 'most tests pass on an empty table; look at the sources',
  ),
  'index-not-kept': warning<{ kind: string; index: string; relation: string; columns: readonly string[] }>(
    (p) => `the ${p.kind} \`${p.index}\` of \`${p.relation}\` is gone: the table has no ${list(p.columns)} any more`,
    ({ kind }) => `make ${kind === 'index' ? 'an index' : 'a constraint'} over columns that are there, for example in a \`post_hook\``,
  ),
  'view-broken': warning<{ view: string; relation: string; message: string }>(
    (p) => `the view \`${p.view}\` reads \`${p.relation}\` and cannot be read any more: ${p.message}`,
    () => 'change the view, or keep the columns that it reads',
  ),
  'relation-gone': error<{ relation: string }>(
    ({ relation }) => `\`${relation}\` is gone after the hooks of its model have run`,
    () => 'nothing was changed; a hook that drops or renames what was just built leaves nothing of it: take that statement away',
  ),
  'hook-failed': error<{ hook: string; message: string }>((p) => `hook \`${p.hook}\` failed: ${p.message}`),
};

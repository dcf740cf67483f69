/** Words of dbt that mean nothing here, and what to write instead: who comes from dbt types them first. */

/** The page that tells more, by `tx explain`. */
export const dbtGuide = 'coming-from-dbt';

type Words = Readonly<Record<string, string>>;

export const dbtFlags: Words = {
  '-m': 'write `--select`, or `-s`',
  '--models': 'write `--select`, or `-s`',
  '--profiles-dir': 'connections stand under `targets` in project.yaml; `--project-dir` names its folder',
  '--defer-state': 'write `--state`, which `--defer` and `state:` share',
  '--empty': '`tx compile` types every query without running it',
  '--sample': 'limit rows in the model with a variable: `{{#if (var "sample" default=false)}}limit 100{{/if}}`',
  '--store-failures': 'write `store_failures: true` in the config of tests',
  '--warn-error': 'warnings do not change the exit code; a test fails with `severity: error`',
  '--no-partial-parse': 'write `--no-cache`',
  '--partial-parse': 'the cache is in use unless `--no-cache` says otherwise',
  '--debug': '`tx compile` prints the SQL, `--profile <file>` writes every statement',
  '-d': '`tx compile` prints the SQL, `--profile <file>` writes every statement',
  '--args': 'there is no `run-operation`; SQL of your own stands in hooks',
};

export const dbtCommands: Words = {
  deps: 'there are no packages: copy macros that you need into `macros/`',
  'run-operation': 'SQL of your own stands in `on_run_start`, `on_run_end`, `pre_hook` or `post_hook`',
  parse: 'write `tx ls`, or `tx compile` for the SQL',
  source: 'write `tx source freshness`, or `tx freshness`',
};

/** Keys of dbt_project.yml and of property files. */
export const dbtKeys: Words = {
  profile: 'connections stand in project.yaml itself, under `targets`',
  'config-version': 'leave it out',
  'require-dbt-version': 'leave it out',
  'clean-targets': 'leave it out: `tx clean` removes what `tx` wrote',
  'packages-install-path': 'leave it out: there are no packages',
  packages: 'there are no packages: copy macros that you need into `macros/`',
  dispatch: 'leave it out: a macro has one form for each engine, by `{{#macro … engine="…"}}`',
  'query-comment': 'leave it out',
  quoting: 'leave it out: names are always quoted',
  'analysis-paths': 'leave it out: an analysis is an ephemeral model, or `tx compile --inline`',
  'log-path': 'leave it out: `--log-format json` writes the log to stderr',
  invalidate_hard_deletes: 'write `hard_deletes: invalidate`',
  target_schema: 'write `schema`',
  target_database: 'leave it out: a target has one database',
  metrics: 'there is no semantic layer; a model can hold the numbers',
  semantic_models: 'there is no semantic layer; a model can hold the numbers',
  saved_queries: 'there is no semantic layer; a model can hold the numbers',
  analyses: 'leave it out: an analysis is an ephemeral model, or `tx compile --inline`',
  alias_types: 'leave it out: types are compared as the database spells them',
  warn_unenforced: 'leave it out: a constraint that is not enforced is a warning',
  warn_unsupported: 'leave it out: a constraint that is not enforced is a warning',
  store_failures_as: 'write `store_failures: true`: failing rows are kept in the state',
  fail_calc: 'write a test as a query: each of its rows is a failure',
  sql_header: 'write a `pre_hook`, or `settings` of the target',
};

/** What to write instead of a word that only dbt knows; undefined for any other word. */
export function adviceForDbt(words: Words, word: string): string | undefined {
  const advice = Object.hasOwn(words, word) ? words[word] : undefined;
  return advice === undefined ? undefined : `${advice}. \`tx explain ${dbtGuide}\` tells more`;
}

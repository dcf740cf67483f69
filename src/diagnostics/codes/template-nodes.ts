/** Codes for what templates and property files refer to: models, sources, config, docs. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

/** What a name is where `ref` looked for a model. */
interface RefNotFound {
  readonly name: string;
  readonly known: readonly string[];
  /** `source "shop" "orders"` when a source has a table of that name. */
  readonly source: string | undefined;
}

const referenceCodes = {
  'ref-not-found': error<RefNotFound>(
    ({ name }) => `there is no model or seed \`${name}\``,
    ({ name, known, source }) => (source === undefined ? didYouMean(name, known) : `a source has a table of that name: \`{{${source}}}\``),
  ),
  'disabled-ref': error<{ readonly kind: string; readonly name: string }>(
    ({ kind, name }) => `${kind} \`${name}\` is turned off`,
    () => 'turn it on again, or put what reads it in an `{{#if}}`: a branch that is not taken may name a model that is off',
  ),
  'broken-ref': error<{ readonly name: string }>(
    ({ name }) => `model \`${name}\` does not compile, so nothing can read it`,
    () => 'put it in order first: `tx compile` shows what is wrong with it',
  ),
  'ephemeral-chain-too-long': error<{ readonly longest: number }>(
    ({ longest }) => `more than ${longest} ephemeral models stand above one another here`,
    () => 'make some of them views or tables: what reads the last of a chain holds the queries of all',
  ),
  'ephemeral-in-hook': error<{ readonly name: string }>(
    ({ name }) => `model \`${name}\` is ephemeral, and a hook has no place for its query`,
    () => 'make it a view, or write what the hook needs in SQL',
  ),
  'unknown-package': error<{ readonly name: string; readonly project: string }>(
    ({ name }) => `there is no package \`${name}\``,
    ({ project }) => `every model belongs to \`${project}\`; write \`{{ref "model"}}\` with one name`,
  ),
  'model-without-versions': error<{ readonly name: string }>(
    ({ name }) => `model \`${name}\` has no versions`,
    () => 'take `version=` away',
  ),
  'source-not-found': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no source \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? 'declare it under `sources:` in a property file',
  ),
  'source-unreadable': error<{ readonly name: string; readonly problem: string; readonly readsFiles: boolean }>(
    ({ name, problem }) => `source \`${name}\` cannot be read in place: ${problem}`,
    ({ readsFiles }) =>
      readsFiles
        ? 'give `format:`, or name a file that ends in `.csv`, `.json` or `.parquet`'
        : 'load the file into a table of the database and leave out `external:`, or make a seed of it',
  ),
  'ref-not-allowed': error<{ readonly what: string; readonly place: string }>(
    ({ what, place }) => `${place} cannot use \`${what}\``,
    ({ place }) =>
      place === 'config'
        ? 'config is read before models are linked; use variables, `target` and macros of these'
        : 'write what is meant without it',
  ),
  'unknown-doc': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no doc block \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? `write \`{{#docs "${name}"}}…{{/docs}}\` in a Markdown file of \`docs_paths\``,
  ),
  'duplicate-doc': error<{ readonly name: string; readonly first: string; readonly second: string }>(
    ({ name, first, second }) =>
      first === second
        ? `doc block \`${name}\` is written twice in \`${first}\``
        : `doc block \`${name}\` is written in \`${first}\` and in \`${second}\``,
    () => 'rename one of them',
  ),
};

const configCodes = {
  'idle-config': warning<
    { readonly key: string } & (
      | { readonly materialized: string }
      | { readonly strategy: string; readonly needed: string }
      | { readonly source: string }
    )
  >(
    ({ key, ...why }) =>
      'source' in why
        ? `\`${key}\` does nothing here: no \`loaded_at_field\` says when rows of \`${why.source}\` were loaded`
        : `\`${key}\` does nothing here: the model is ${'strategy' in why ? `brought up to date by \`${why.strategy}\`` : described(why.materialized)}`,
    ({ key, ...why }) =>
      'source' in why
        ? 'add `loaded_at_field` with the column that holds that time, or take it away'
        : 'strategy' in why
          ? `take it away, or set \`incremental_strategy="${why.needed}"\``
          : adviseIdle(key, why.materialized),
  ),
  'interval-config-missing': error<{ readonly name: string; readonly key: string; readonly why: string }>(
    (p) => `\`${p.name}\` is loaded interval by interval and has no \`${p.key}\`, which ${p.why}`,
    (p) => `add \`${p.key}="…"\` to its config`,
  ),
  'unique-key-missing': error<{ strategy: string }>(
    (p) => `incremental strategy \`${p.strategy}\` needs a \`unique_key\``,
    () => 'add `unique_key="…"` to the config, or use `incremental_strategy="append"`',
  ),
  'increment-config-missing': error<{ readonly name: string; readonly key: string; readonly given: string; readonly why: string }>(
    (p) => `\`${p.name}\` has \`${p.given}\` and no \`${p.key}\`, which ${p.why}`,
    (p) => `add \`${p.key}="…"\` to its config`,
  ),
  'location-not-possible': error<{ readonly location: string; readonly why: string }>(
    ({ location, why }) => `files cannot be kept in \`${location}\`: ${why}`,
    () => 'name a file or a folder of their own, such as `exports/orders.parquet`, or leave `location` away',
  ),
  'file-option-wrong': error<{ readonly what: string; readonly expected: string }>(
    ({ what }) => what,
    ({ expected }) => expected,
  ),
  'config-in-conflict': error<{ readonly first: string; readonly second: string; readonly why: string }>(
    (p) => `\`${p.first}\` and \`${p.second}\` do not go together: ${p.why}`,
    () => 'take one of them away',
  ),
  'time-zone-unknown': error<{ readonly zone: string }>(
    (p) => `there is no time zone \`${p.zone}\``,
    () => 'name it as the database of time zones does, such as `Europe/Berlin` or `UTC`',
  ),
  'begin-wrong': error<{ readonly begin: string }>(
    (p) => `\`begin\` is \`${p.begin}\`, and there is no such date`,
    () => 'write a date such as `2024-01-01`',
  ),
  'constraint-wrong': error<{ readonly type: string; readonly problem: string }>(
    ({ type, problem }) => `the \`${type}\` constraint ${problem}`,
    ({ type }) =>
      type === 'check'
        ? 'write `expression: price > 0`'
        : type === 'foreign_key'
          ? "write `to: ref('customers')` and `to_columns: [id]`, and one column for each of its own"
          : 'a constraint on a column says its `type`, one beside `columns:` also its `columns`',
  ),
  'constraint-without-effect': warning<{ readonly type: string; readonly materialized: string }>(
    ({ type, materialized }) => `the \`${type}\` constraint is not enforced: the model is ${described(materialized)}`,
    ({ type }) =>
      `set \`materialized="table"\`, or declare a test${type === 'not_null' || type === 'unique' ? `: \`tests: [${type}]\`` : ''}`,
  ),
  'contract-incomplete': error<{ readonly untyped: readonly string[] }>(
    ({ untyped }) =>
      untyped.length === 0
        ? 'the contract says no columns'
        : `the contract does not say the type of ${untyped.map((name) => `\`${name}\``).join(', ')}`,
    () => 'list every column of the query below `columns:`, each with its `data_type`',
  ),
  'ephemeral-with-hook': error<{ readonly key: string }>(
    ({ key }) => `\`${key}\` would never run: an ephemeral model is not built`,
    () => 'make it a view or a table, or give the hook to the models that read it',
  ),
  'config-misplaced': error<{ readonly problem: string }>(
    ({ problem }) => problem,
    () => 'write `{{config key="value"}}` in the file of the model, outside of loops and macros; `{{#if}}` around it is fine',
  ),
  'other-database': error<{ readonly wanted: string; readonly database: string; readonly target: string }>(
    ({ wanted, database, target }) => `\`database\` is \`${wanted}\`, and target \`${target}\` builds in \`${database}\``,
    () => 'take it away, or choose a target of that database with `--target`',
  ),
  'config-duplicate': error<{ readonly key: string }>(
    ({ key }) => `\`${key}\` is set twice in this file`,
    () => 'keep one of them',
  ),
  'unused-config': warning<{ readonly folder: string; readonly kind: string; readonly known: readonly string[] }>(
    ({ folder, kind }) => `no ${kind} is in \`${folder}\`, so its config does nothing`,
    ({ folder, known }) => didYouMean(folder, known) ?? 'folders are named as they stand below the path, without the name of the project',
  ),
  'unused-properties': warning<{ readonly kind: string; readonly name: string; readonly known: readonly string[] }>(
    ({ kind, name }) => `there is no ${kind} \`${name}\`, so what is said of it here does nothing`,
    ({ name, known }) => didYouMean(name, known),
  ),
};

const namingCodes = {
  'duplicate-name': error<{ readonly name: string; readonly first: string; readonly second: string }>(
    ({ name, first, second }) => `\`${name}\` is the name of \`${first}\` and of \`${second}\``,
    () => 'rename one of the files: `ref` finds models and seeds by their name alone; the table keeps its name with `alias`',
  ),
  'names-too-alike': error<{ readonly name: string; readonly other: string }>(
    ({ name, other }) => `the names \`${name}\` and \`${other}\` differ only in case or in how an accent is written`,
    () => 'rename one of the files: databases and file systems take them for the same',
  ),
  'relation-collision': error<{ readonly relation: string; readonly first: string; readonly second: string }>(
    ({ relation, first, second }) => `\`${first}\` and \`${second}\` are both built as ${relation}`,
    () => 'give one of them another `alias` or `schema`',
  ),
  'bad-identifier': error<{ readonly name: string; readonly problem: string }>(
    ({ name, problem }) => `\`${printable(name)}\` cannot be a name in the database: it ${problem}`,
    () => 'choose another name, or set `alias` or `schema`',
  ),
  'schema-holds-state': error<{ readonly schema: string }>(
    ({ schema }) => `\`${schema}\` is the schema in which \`tx\` keeps its state`,
    () => 'choose another `schema`, or another `state_schema` in project.yaml',
  ),
};

/** Control characters would spoil the terminal: they are shown by their code. */
function printable(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return name.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (sign) => `\\u{${sign.charCodeAt(0).toString(16)}}`);
}

/** What a model is, with its article. */
const described = (materialized: string): string =>
  materialized === 'ephemeral' || materialized === 'external' ? materialized : `a ${materialized}`;

function adviseIdle(key: string, materialized: string): string {
  const takes = materialized === 'ephemeral' && (key === 'alias' || key === 'schema' || key === 'contract');
  if (key === 'location' || key === 'format' || key === 'options') return 'take it away, or set `materialized="external"`';
  return takes ? 'take it away' : 'take it away, or set `materialized="incremental"`';
}

export const nodeCodes = { ...referenceCodes, ...configCodes, ...namingCodes };

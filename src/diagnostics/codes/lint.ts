/** Codes of the linter: each but the last two is a rule that a project can turn off or make an error. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const described: Readonly<Record<string, string>> = { model: 'model', seed: 'seed', source: 'source' };

/** The rules, by the names under which people turn them off. */
export const lintRules = {
  'hard-coded-relation': warning<{
    readonly written: string;
    readonly kind: string;
    readonly name: string;
    readonly call: string;
    readonly makesCycle: boolean;
  }>(
    ({ written, kind, name }) => `\`${written}\` is written out, although it is the ${described[kind] ?? kind} \`${name}\``,
    ({ call, makesCycle }) =>
      makesCycle
        ? `\`${call}\` would make a cycle here: what this model reads is built from this model`
        : `write \`${call}\`, so that the order of building, other targets and lineage know of it`,
  ),
  'select-star': warning<{ readonly relation: string }>(
    ({ relation }) => `the columns of this model are whatever \`${relation}\` has`,
    () => 'name the columns: who reads a mart relies on them',
  ),
  'unused-model': warning<{ readonly name: string; readonly materialized: string }>(
    ({ name }) => `nothing reads the model \`${name}\``,
    () => 'delete it, or name what uses it as an exposure',
  ),
  'unused-macro': warning<{ readonly name: string }>(
    ({ name }) => `nothing calls the macro \`${name}\``,
    () => 'delete it',
  ),
  'unread-variable': warning<{ readonly name: string }>(
    ({ name }) => `nothing reads the variable \`${name}\``,
    () => 'delete it, or read it with `{{var "…"}}`',
  ),
  'unused-source': warning<{ readonly name: string }>(
    ({ name }) => `nothing reads the source \`${name}\``,
    () => 'delete its entry, or name what uses it as an exposure',
  ),
  'missing-description': warning<{ readonly name: string }>(
    ({ name }) => `the model \`${name}\` has no description`,
    () => 'say in a property file what one row is; `tx generate yaml` writes the entries',
  ),
  'missing-tests': warning<{ readonly name: string }>(
    ({ name }) => `the model \`${name}\` has no tests`,
    () => 'begin with its key: `unique` and `not_null`',
  ),
  'missing-key-test': warning<{ readonly name: string }>(
    ({ name }) => `no test of the model \`${name}\` says what tells its rows apart`,
    () => 'put `unique` on its key, or `unique_combination` where it has several columns',
  ),
  'fan-out-join': warning<{
    readonly relation: string;
    readonly columns: readonly string[];
    readonly keys: string;
    readonly summed?: string;
  }>(
    ({ relation, columns, summed }) =>
      summed === undefined
        ? `\`${relation}\` can have several rows for one ${list(columns)}: this join repeats the rows before it`
        : `\`${summed}\` is added up once for every row of \`${relation}\` that this join finds`,
    ({ relation, keys }) => `rows of \`${relation}\` are told apart by ${keys}: join on that, or group \`${relation}\` first`,
  ),
  'model-naming': warning<{ readonly name: string; readonly folder: string; readonly prefixes: readonly string[] }>(
    ({ name, folder, prefixes }) => `the name of \`${name}\` in \`${folder}\` does not begin with ${list(prefixes, 'or')}`,
    () => 'rename the file, or say under `naming` in `lint:` of project.yaml how names begin',
  ),
  'filtered-left-join': warning<{ readonly alias: string; readonly condition: string }>(
    ({ alias, condition }) => `\`${condition}\` drops the rows for which this left join finds nothing in \`${alias}\``,
    () => 'put the condition into `on` to keep those rows, or write `join` if they should go',
  ),
  'idle-order': warning<{ readonly materialized: string }>(
    ({ materialized }) => `who reads this ${materialized} gets its rows in any order`,
    () => 'put `order by` where rows are shown; here it only takes time',
  ),
  'layer-reference': warning<{
    readonly name: string;
    readonly layer: string;
    readonly read: string;
    readonly of: string;
    readonly first: string;
  }>(
    ({ name, layer, read, of }) => `\`${name}\` of \`${layer}\` reads ${of === 'source' ? 'the source' : `\`${of}\`:`} \`${read}\``,
    ({ of, first, layer }) =>
      of === 'source'
        ? `read it in a model of \`${first}\`, and that model here`
        : `what \`${layer}\` needs belongs into \`${layer}\` or before it`,
  ),
  'idle-ignore': warning<{ readonly rule: string; readonly known: readonly string[] | undefined }>(
    ({ rule, known }) => (known === undefined ? `\`tx-ignore: ${rule}\` silences nothing` : `there is no rule \`${rule}\` to ignore`),
    ({ rule, known }) => (known === undefined ? 'delete the comment' : (didYouMean(rule, known) ?? `rules: ${known.join(', ')}`)),
  ),
};

export const lintCodes = {
  ...lintRules,
  'lint-rule-unknown': error<{ readonly rule: string; readonly known: readonly string[] }>(
    ({ rule }) => `there is no rule \`${rule}\``,
    ({ rule, known }) => didYouMean(rule, known) ?? `rules: ${known.join(', ')}`,
  ),
};

/** `a`, `a` and `b`; `a`, `b` and `c`. */
function list(names: readonly string[], word = 'and'): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} ${word} ${last}`;
}

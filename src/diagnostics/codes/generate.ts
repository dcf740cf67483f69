/** Codes of what is written for people to go on with. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

/** What each kind takes, with an example. */
const named: Readonly<Record<string, readonly [what: string, example: string]>> = {
  source: ['a schema', 'raw'],
  staging: ['a table', 'raw.orders'],
  'unit-test': ['a model', 'fct_orders'],
};

export const generateCodes = {
  'generate-usage': error<{ readonly what: string; readonly problem: 'missing' | 'surplus' }>(
    ({ what, problem }) =>
      problem === 'surplus' ? `\`tx generate ${what}\` takes no name` : `\`tx generate ${what}\` needs ${named[what]?.[0] ?? 'a name'}`,
    ({ what, problem }) =>
      problem === 'surplus' ? 'name models with `--select`' : `write \`tx generate ${what} ${named[what]?.[1] ?? '<name>'}\``,
  ),
  'generate-schema-empty': error<{ readonly schema: string; readonly own: number }>(
    ({ schema, own }) =>
      own === 0
        ? `there is no table or view in the schema \`${schema}\``
        : `all that stands in the schema \`${schema}\` is built by this project`,
    ({ own }) => (own === 0 ? 'name a schema of the database of the target' : undefined),
  ),
  'generate-source-unknown': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no table \`${name}\` of a source`,
    ({ name, known }) => didYouMean(name, known) ?? 'declare it first: `tx generate source` does',
  ),
  'generate-columns-unknown': error<{ readonly name: string }>(
    ({ name }) => `nobody tells the columns of \`${name}\``,
    () => 'make the table, or list its columns in the property file',
  ),
  'generate-file-exists': error<{ readonly path: string }>(
    ({ path }) => `\`${path}\` is there already`,
    () => 'nothing that somebody wrote is replaced; remove the file or rename it first',
  ),
  'generate-not-added': warning<{ readonly path: string; readonly why: 'form' | 'changed' }>(
    ({ path, why }) =>
      why === 'form'
        ? `nothing is added to \`${path}\` here: what stands there would have to be written anew`
        : `\`${path}\` changed meanwhile`,
    ({ why }) => (why === 'form' ? 'write lists of mappings, one `- name: …` per line, without aliases' : 'run the command again'),
  ),
  'generate-model-unknown': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no model \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? '`tx ls --resource-type model` lists the models',
  ),
  'generate-input-unreadable': error<{ readonly input: string; readonly model: string }>(
    ({ input, model }) => `\`${input}\`, which \`${model}\` reads, cannot be read in the target`,
    ({ model }) => `build what the model reads first: \`tx build -s +${model} --exclude ${model}\``,
  ),
  'generate-no-rows': error<{ readonly model: string }>(
    ({ model }) => `nothing that \`${model}\` reads has a row in the target`,
    () => 'take a target that holds data with `--target`',
  ),
  'generate-many-rows': error<{ readonly model: string; readonly given: number; readonly rows: number }>(
    ({ model, given, rows }) => `\`${model}\` makes ${rows} rows of ${given}: that is no test that people can read`,
    () => 'let a variable say how far its calendar or series goes, and write the test with a short one under `overrides`',
  ),
  'generate-nothing-steady': error<{ readonly model: string }>(
    ({ model }) => `\`${model}\` gives other values each time for the same rows`,
    () => 'take times from `{{run.started_at}}`, and give `order by` enough columns to decide',
  ),
  'generate-unsteady': warning<{ readonly model: string; readonly what: string }>(
    ({ model, what }) => `\`${model}\` asks \`${what}\`: its unit test may fail another day`,
    () => 'take times from `{{run.started_at}}`, which a unit test sets, and read relations by `ref` and `source`',
  ),
};

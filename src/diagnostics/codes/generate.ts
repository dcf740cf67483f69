/** Codes of what is written for people to go on with. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

export const generateCodes = {
  'generate-usage': error<{ readonly what: string; readonly problem: 'missing' | 'surplus' }>(
    ({ what, problem }) =>
      problem === 'surplus'
        ? `\`tx generate ${what}\` takes no name`
        : `\`tx generate ${what}\` needs ${what === 'source' ? 'a schema' : 'a table'}`,
    ({ what, problem }) => {
      if (problem === 'surplus') return 'name models with `--select`';
      return what === 'source' ? 'write `tx generate source raw`' : 'write `tx generate staging raw.orders`';
    },
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
};

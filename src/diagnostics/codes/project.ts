/** Codes of the `project` area: files, YAML, project.yaml and property files. */
import { error, warning } from '../code-entry.ts';
import { adviceForDbt, dbtGuide, dbtKeys } from '../dbt-words.ts';
import { didYouMean } from '../nearest.ts';

type NumberProblem = 'leading-zero' | 'other-base' | 'underscore' | 'too-large' | 'not-finite';

const numberProblems: Readonly<Record<NumberProblem, string>> = {
  'leading-zero': 'has a leading zero that a number would lose',
  'other-base': 'is a number in another base than ten',
  underscore: 'has underscores between its digits',
  'too-large': 'is too large to be kept exactly as a number',
  'not-finite': 'is no finite number',
};

const codes = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** Problems with files and folders. */
const fileCodes = {
  'project-not-found': error<{
    readonly folder: string;
    /** The folders above were searched too. */
    readonly above: boolean;
    /** A project of dbt is there. */
    readonly dbt?: boolean;
  }>(
    ({ folder, above }) => `no project.yaml in \`${folder}\`${above ? ' or in any folder above it' : ''}`,
    ({ dbt = false }) =>
      dbt
        ? `dbt_project.yml is there: write a project.yaml beside it; \`tx explain ${dbtGuide}\` says how`
        : 'change to the folder of a project, name it with `--project-dir`, or make one with `tx init`',
  ),
  'env-file-line': warning<{ readonly line: number; /** A quote that is opened and not closed. */ readonly quote: boolean }>(
    ({ line, quote }) => `line ${line} of \`.env\` is passed over: ${quote ? 'its quote is never closed' : 'it is no assignment'}`,
    () => 'write `NAME=value`, with `#` in front of a remark',
  ),
  'env-file-variable': warning<{ readonly name: string }>(
    ({ name }) => `\`${name}\` in \`.env\` has no effect: of the variables of \`tx\` only \`TX_TARGET\` is read from there`,
    () => 'set it in the shell, or write the flag',
  ),
  'two-project-files': error<{ readonly first: string; readonly second: string }>(
    ({ first, second }) => `both \`${first}\` and \`${second}\` are here, and only one can be the project file`,
    ({ second }) => `move what you need out of \`${second}\` and delete it`,
  ),
  'file-unreadable': error<{ readonly path: string; readonly reason: string }>(
    ({ path, reason }) => `cannot read \`${path}\`: ${reason}`,
    ({ reason }) => (/EACCES|EPERM/.test(reason) ? 'give your user the right to read it' : undefined),
  ),
  'link-loop': error<{ readonly path: string }>(
    ({ path }) => `link \`${path}\` leads back to a folder that it is in`,
    () => 'remove the link',
  ),
  'link-broken': error<{ readonly path: string }>(
    ({ path }) => `link \`${path}\` leads to nothing`,
    () => 'remove the link, or make what it points to',
  ),
  'link-outside-project': error<{ readonly path: string }>(
    ({ path }) => `link \`${path}\` leads out of the project`,
    () => 'copy the files into the project',
  ),
  'path-outside-project': error<{ readonly key: string; readonly path: string }>(
    ({ key, path }) => `\`${path}\` in \`${key}\` is not a folder inside the project`,
    () => 'write a path relative to the folder of project.yaml, without `..`',
  ),
  'path-not-found': warning<{ readonly key: string; readonly path: string }>(
    ({ key, path }) => `\`${key}\` names the folder \`${path}\`, which does not exist`,
    () => 'make the folder, or take it out of the list',
  ),
  'paths-overlap': error<{ readonly path: string; readonly first: string; readonly second: string }>(
    ({ path, first, second }) => `\`${path}\` stands in both \`${first}\` and \`${second}\`, so its files could be either`,
    () => 'give each kind of file a folder of its own',
  ),
  'not-utf8': error<{ readonly path: string; readonly offset: number; readonly line: number; readonly encoding?: string | undefined }>(
    ({ path, offset, line, encoding }) =>
      encoding === undefined
        ? `\`${path}\` is not UTF-8: on line ${line}, byte ${offset} of the file does not belong there`
        : `\`${path}\` is not UTF-8: it starts like ${encoding}`,
    () => 'save the file as UTF-8',
  ),
  'control-character': error<{ readonly path: string; readonly codePoint: string; readonly line: number; readonly column: number }>(
    ({ path, codePoint, line, column }) => `\`${path}\` contains the control character ${codePoint}, on line ${line} at column ${column}`,
    () => 'delete it; it may be invisible in your editor',
  ),
  'file-too-large': error<{ readonly path: string; readonly size: number; readonly limit: number }>(
    ({ path, size, limit }) =>
      `\`${path}\` has ${size.toLocaleString('en')} bytes, and a text file of a project may have ${limit.toLocaleString('en')}`,
    () => 'split the file; data belongs in a seed or a source',
  ),
  'loaded-at-twice': error<Readonly<Record<string, never>>>(
    () => '`loaded_at_field` and `loaded_at_query` both say when this was loaded',
    () => 'keep one of them',
  ),
  'freshness-filter-misplaced': error<Readonly<Record<string, never>>>(
    () => '`filter` has no rows to choose from: `loaded_at_query` gives the time by itself',
    () => 'put the condition into the query',
  ),
  'unused-file': warning<{ readonly path: string }>(
    ({ path }) => `nothing reads \`${path}\``,
    ({ path }) => unusedFileHelp(path),
  ),
} as const;

function unusedFileHelp(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (extension === 'csv' || extension === 'tsv') return 'move it to a seed path';
  if (extension === 'md') return 'doc blocks are read from `docs_paths`; move it there';
  if (extension === 'js') return 'JavaScript macros are read from `macro_paths`; move it there';
  return 'a model path holds `.sql`, `.yaml` and `.yml`; rename the file, move it, or start its name with a dot';
}

/** Problems with a YAML document itself. */
const yamlCodes = {
  'yaml-syntax': error<{ readonly line: number; readonly reason: string; readonly help?: string | undefined }>(
    ({ line, reason }) => `line ${line} is not valid YAML: ${reason}`,
    ({ help }) => help,
  ),
  'yaml-tab': error<{ readonly line: number }>(
    ({ line }) => `line ${line} is indented with a tab`,
    () => 'YAML takes spaces only; replace the tab by spaces',
  ),
  'yaml-indentation': error<{ readonly line: number }>(
    ({ line }) => `line ${line} does not fit the lines above it: wrong indentation, or a \`:\` inside an unquoted value`,
    () => 'give the keys of one mapping the same indentation, and quote values that contain `: `',
  ),
  'yaml-duplicate-key': error<{ readonly key: string; readonly firstLine: number; readonly secondLine: number }>(
    ({ key, firstLine, secondLine }) =>
      firstLine === secondLine
        ? `key \`${key}\` is given twice`
        : `key \`${key}\` is given twice, on line ${firstLine} and on line ${secondLine}`,
    () => 'keep one of them',
  ),
  'yaml-limit': error<{ readonly what: 'aliases' | 'nodes' | 'levels'; readonly limit: number }>(
    ({ what, limit }) => `this YAML has more than ${limit} ${what}`,
    ({ what }) => (what === 'nodes' ? 'split the file; aliases count as often as they are used' : 'write it flatter'),
  ),
  'yaml-circular-anchor': error<{ readonly name: string }>(
    ({ name }) => `\`*${name}\` stands inside \`&${name}\`, so it would contain itself`,
    () => 'write the value out',
  ),
  'yaml-unknown-anchor': error<{ readonly name: string }>(
    ({ name }) => `\`*${name}\` has no \`&${name}\` before it`,
    ({ name }) => `quote it if it is text: \`"*${name}"\``,
  ),
  'yaml-tag': error<{ readonly tag: string }>(
    ({ tag }) => `the tag \`${tag}\` is not supported`,
    () => 'remove the tag, and quote the value if it is text',
  ),
  'yaml-several-documents': error<Record<string, never>>(
    () => 'a file holds one YAML document, and here a second one starts',
    () => 'move it to a file of its own',
  ),
  'yaml-number': error<{ readonly text: string; readonly problem: NumberProblem }>(
    ({ text, problem }) => `\`${text}\` ${numberProblems[problem]}`,
    ({ text }) => `quote it: \`"${text}"\``,
  ),
  'yaml-key': error<{ readonly found: string }>(
    ({ found }) => `a key must be text, not ${found}`,
    () => 'quote a value that starts with `{{`, `{` or `[` if it is meant as text',
  ),
} as const;

/** Problems with the meaning of project.yaml and property files. */
const shapeCodes = {
  'unknown-key': error<{ readonly key: string; readonly known: readonly string[]; readonly place?: string | undefined }>(
    ({ key, place }) => (place === undefined ? `unknown key \`${key}\`` : `unknown key \`${key}\` in ${place}`),
    ({ key, known }) =>
      (key === 'vars' ? 'variables stand under `vars:` of project.yaml, of a target in it, or at the top of a property file' : undefined) ??
      adviceForDbt(dbtKeys, key.replace(/^\+/, '')) ??
      didYouMean(key, known) ??
      (known.length === 0 ? undefined : `known keys: ${codes([...known].sort())}`),
  ),
  'wrong-value': error<{ readonly key: string; readonly expected: string; readonly found: string; readonly help?: string | undefined }>(
    ({ key, expected, found }) => `\`${key}\` must be ${expected}, not ${found}`,
    ({ help }) => help,
  ),
  'missing-key': error<{ readonly key: string; readonly place: string }>(
    ({ key, place }) => `${place} has no \`${key}\``,
    ({ key }) => `add \`${key}:\``,
  ),
  'same-meaning-keys': error<{ readonly first: string; readonly second: string }>(
    ({ first, second }) => `\`${first}\` and \`${second}\` say the same thing, and both are given here`,
    ({ second }) => `move what \`${second}\` says into the other and delete it`,
  ),
  'unknown-target': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `the project has no target \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? `targets: ${codes(known)}`,
  ),
  'target-not-chosen': error<{ readonly known: readonly string[] }>(
    ({ known }) => `the project has several targets and no \`default_target\`: ${codes(known)}`,
    ({ known }) => `add \`default_target: ${known[0] ?? 'dev'}\`, or choose one with \`--target\``,
  ),
  'target-setting': error<{ readonly key: string; readonly message: string }>(({ key, message }) => `\`${key}\` ${message}`),
  'environment-variable-unset': error<{ readonly name: string; readonly place: string; readonly said?: string | undefined }>(
    ({ name, place, said }) => `environment variable \`${name}\` is not set, and ${place} needs it${said === undefined ? '' : `: ${said}`}`,
    ({ name }) => `set it in the shell or in \`.env\`, or give a default: \`\${${name}:-value}\``,
  ),
  'bad-interpolation': error<{ readonly text: string }>(
    ({ text }) => `\`${text}\` is not a reference to an environment variable`,
    () => 'write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`; a plain `${` is written `$${`',
  ),
  'state-schema-is-target': error<{ readonly schema: string; readonly target: string }>(
    ({ schema, target }) => `\`state_schema\` is \`${schema}\`, which is also the schema of target \`${target}\``,
    () => 'give the state a schema of its own; without the key it is `_tx`',
  ),
  'duplicate-properties': error<{ readonly kind: string; readonly name: string; readonly first: string; readonly second: string }>(
    ({ kind, name, first, second }) =>
      first === second
        ? `${kind} \`${name}\` is described twice in \`${first}\``
        : `${kind} \`${name}\` is described in \`${first}\` and in \`${second}\``,
    () => 'keep one of the two entries',
  ),
  'docs-block-unclosed': error<{ readonly name: string; readonly line: number }>(
    ({ name, line }) => `doc block \`${name}\`, opened on line ${line}, is not closed`,
    () => 'end it with `{{/docs}}`',
  ),
  'docs-block-malformed': error<{ readonly text: string }>(
    ({ text }) => `\`${text}\` does not belong here`,
    () => 'a doc block is written `{{#docs "name"}} … {{/docs}}`, and blocks cannot stand inside each other',
  ),
} as const;

export const projectCodes = { ...fileCodes, ...yamlCodes, ...shapeCodes };

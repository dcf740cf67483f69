/** Codes for expressions: names, calls, values, macros, JavaScript helpers. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const nameCodes = {
  'unknown-name': error<{
    readonly name: string;
    readonly known: readonly string[];
    readonly isVariable: boolean;
    /** It is handed to something that may take a text. */
    readonly isArgument: boolean;
  }>(
    ({ name }) => `there is no value \`${name}\` here`,
    ({ name, known, isVariable, isArgument }) => {
      if (name === 'loop') return 'inside `{{#each}}` there are `@index`, `@first`, `@last` and `@key`';
      const named = isVariable ? `variables are read with \`(var "${name}")\`` : didYouMean(name, known);
      if (!isArgument) return named;
      const quoted = `a text stands in quotes: \`"${name}"\``;
      return named === undefined ? quoted : `${quoted}; ${named}`;
    },
  ),
  'unknown-helper': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no helper or macro \`${name}\``,
    ({ name, known }) =>
      didYouMean(name, known) ??
      `define it in a file of \`macros/\`: \`{{#macro "${name}"}}…{{/macro}}\`, or take one of ${listed(known.toSorted())}`,
  ),
  'unknown-member': error<{ readonly of: string; readonly member: string; readonly known: readonly string[] }>(
    ({ of, member }) => `\`${of}\` has no \`${member}\``,
    ({ member, known }) => didYouMean(member, known) ?? (known.length === 0 ? undefined : `it has ${listed(known)}`),
  ),
  'unknown-variable': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `variable \`${name}\` is not set in the project, its target or \`--vars\`, and has no default`,
    ({ name, known }) => didYouMean(name, known) ?? `set it under \`vars:\` in project.yaml, or write \`{{var "${name}" default=…}}\``,
  ),
  'call-without-parentheses': error<{ readonly name: string }>(
    ({ name }) => `\`${name}\` is called, so as an argument it stands in parentheses`,
    ({ name }) => `write \`(${name})\``,
  ),
  'not-callable': error<{ readonly name: string; readonly what: string; readonly parts: readonly string[] }>(
    ({ name, what }) => `\`${name}\` is ${what} and takes no arguments`,
    ({ name, parts }) =>
      parts.length === 0
        ? `write \`{{${name}}}\` alone, or rename it if a helper is meant`
        : `write \`{{${name}.${parts[0]}}}\`; it has ${listed(parts)}`,
  ),
  'secret-in-template': error<Record<string, never>>(
    () => 'templates cannot read environment variables',
    () => 'use `{{var "name"}}`; `${NAME}` works in the targets of project.yaml only, so that no secret reaches compiled SQL',
  ),
  'shadows-built-in': warning<{ readonly name: string; readonly what: string }>(
    ({ name, what }) => `${what} \`${name}\` hides the built-in of that name`,
    () => 'choose another name',
  ),
};

const valueCodes = {
  'helper-arguments': error<{ readonly helper: string; readonly problem: string; readonly form: string }>(
    ({ helper, problem }) => `\`${helper}\` ${problem}`,
    ({ form }) => `write \`${form}\``,
  ),
  'value-missing': error<{ readonly name: string }>(
    ({ name }) => `\`${name}\` has no value`,
    ({ name }) => `give one with \`(default ${name} …)\``,
  ),
  'value-not-text': error<{ readonly what: string }>(
    ({ what }) => `${what} cannot be printed as SQL`,
    () => 'print its items: `{{join list ", "}}`, `{{literals list}}`, or `{{#join list ", " as |item|}}…{{/join}}`',
  ),
  'value-at-run-time': error<{ readonly name: string; readonly use: string }>(
    ({ name, use }) => `\`${name}\` is known only when the model runs, so ${use} cannot use it`,
    () => 'print it where the SQL needs it, and let the database decide',
  ),
  'block-form': error<{ readonly block: string; readonly problem: string; readonly form: string }>(
    ({ block, problem }) => `\`{{#${block}}}\` ${problem}`,
    ({ form }) => `write \`${form}\``,
  ),
};

const macroCodes = {
  'duplicate-macro': error<{ readonly name: string; readonly first: string; readonly second: string }>(
    ({ name, first, second }) =>
      first === second
        ? `macro \`${name}\` is defined twice in \`${first}\``
        : `macro \`${name}\` is defined in \`${first}\` and in \`${second}\``,
    () => 'rename one of them; variants of one macro differ in `engine="…"`',
  ),
  'macro-engine-missing': error<{ readonly name: string; readonly engine: string; readonly known: readonly string[] }>(
    ({ name, engine }) => `macro \`${name}\` has no variant for ${engine}`,
    ({ known }) => `it has variants for ${listed(known)}; add one without \`engine=\` for all others`,
  ),
  'macro-recursion': error<{ readonly path: readonly string[] }>(
    ({ path }) => `macros call each other in a circle: \`${path.join(' -> ')}\``,
    () => 'a macro cannot call itself; write a loop with `{{#each}}`',
  ),
  'macro-arguments': error<{ readonly name: string; readonly problem: string; readonly form: string }>(
    ({ name, problem }) => `macro \`${name}\` ${problem}`,
    ({ form }) => `it is called \`${form}\``,
  ),
  'yield-misplaced': error<{ readonly macro: string | undefined }>(
    ({ macro }) =>
      macro === undefined
        ? '`{{yield}}` stands in no macro'
        : `macro \`${macro}\` was called without a block, and \`{{yield}}\` prints one`,
    ({ macro }) => (macro === undefined ? undefined : `call it as a block: \`{{#${macro}}}…{{/${macro}}}\``),
  ),
};

const jsCodes = {
  'js-file': error<{ readonly path: string; readonly problem: string }>(
    ({ path, problem }) => `\`${path}\` cannot be loaded: ${problem}`,
    () => 'a file of helpers is an ES module that exports functions: `export function name(a, b) { … }`',
  ),
  'js-helper-async': error<{ readonly name: string }>(
    ({ name }) => `helper \`${name}\` is asynchronous`,
    () => 'compiling waits for nothing: make it a plain function that returns its value',
  ),
  'js-helper-failed': error<{ readonly name: string; readonly message: string }>(
    ({ name, message }) => `helper \`${name}\` failed: ${message}`,
  ),
  'js-helper-result': error<{ readonly name: string; readonly found: string }>(
    ({ name, found }) => `helper \`${name}\` returned ${found}`,
    () => 'return text, a number, a boolean, null, a list or a plain object',
  ),
};

export const expressionCodes = { ...nameCodes, ...valueCodes, ...macroCodes, ...jsCodes };

/** Codes of the `template` area: what is wrong in a template, in what it names, or in the SQL that it gives. */
import { error } from '../code-entry.ts';
import { expressionCodes } from './template-expressions.ts';
import { nodeCodes } from './template-nodes.ts';
import { queryCodes } from './template-queries.ts';
import { testCodes } from './template-tests.ts';

/** Problems with the text of a template. */
const syntaxCodes = {
  'template-syntax': error<{ readonly problem: string; readonly hint: string | undefined }>(
    ({ problem }) => problem,
    ({ hint }) => hint,
  ),
  'template-unclosed': error<{ readonly what: string; readonly line: number; readonly end: string }>(
    ({ what, line }) => `\`${what}\`, opened on line ${line}, is not closed`,
    ({ what, end }) => `end it with \`${end}\`${what === '{{' ? '; braces that belong to the SQL are written `\\{{`' : ''}`,
  ),
  'template-wrong-close': error<{ readonly closed: string; readonly opened: string; readonly line: number }>(
    ({ closed, opened, line }) => `\`{{/${closed}}}\` closes the block \`${opened}\` of line ${line}`,
    ({ opened }) => `close \`${opened}\` first: \`{{/${opened}}}\``,
  ),
  'template-unsupported': error<{ readonly what: string; readonly form: string }>(
    ({ what }) => `${what} is not part of the template language`,
    ({ form }) => form,
  ),
  'template-limit': error<{ readonly what: string; readonly limit: string }>(
    ({ what, limit }) => `${what} than the limit of ${limit}`,
    () => 'split the template; large data belongs in a seed or a source',
  ),
  'jinja-syntax': error<{ readonly found: string; readonly form: string | undefined; readonly foreign?: string | undefined }>(
    ({ found }) => `\`${oneLine(found)}\` is Jinja`,
    ({ form, foreign }) => {
      if (form !== undefined) return `write \`${form}\``;
      return foreign === undefined
        ? 'templates are written with Handlebars: `{{ref "orders"}}`, `{{#if (and a (not b))}}…{{/if}}`'
        : `\`${foreign}\` has no counterpart here: write the SQL itself, or a macro of your own in a file of \`macros/\``;
    },
  ),
  'macro-file-content': error<{ readonly word: 'macro' | 'test' }>(
    ({ word }) =>
      word === 'macro'
        ? 'a macro file holds macros and comments, nothing else'
        : 'a file that defines tests holds their definitions and comments, nothing else',
    ({ word }) => `put it between \`{{#${word} "name"}}\` and \`{{/${word}}}\``,
  ),
  'macro-definition': error<{ readonly problem: string; readonly word: 'macro' | 'test' }>(
    ({ problem }) => problem,
    ({ word }) => `write \`{{#${word} "name"${word === 'macro' ? '' : ' "model"'} "argument" other=1}}…{{/${word}}}\``,
  ),
};

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

export const templateCodes = { ...syntaxCodes, ...expressionCodes, ...nodeCodes, ...queryCodes, ...testCodes };

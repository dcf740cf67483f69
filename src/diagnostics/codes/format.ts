/** Codes of the formatter. */
import { error, warning } from '../code-entry.ts';

/** Why a file cannot be formatted without a risk. */
export type FormatRefusal = 'unclosed' | 'brackets' | 'unreadable' | 'unproven' | 'unstable' | 'compiled' | 'changed' | 'quoted';

const reasons: Readonly<Record<FormatRefusal, string>> = {
  unclosed: 'a quote or comment that begins here does not end',
  brackets: 'this bracket or `case` has no partner, read from top to bottom through all branches',
  unreadable: 'its clauses do not nest as those of SQL do',
  unproven: 'here the formatted text would not be the same SQL',
  unstable: 'formatting it twice would not give the same as once',
  compiled: 'the formatted text would compile to other SQL',
  changed: 'the file changed while it was formatted',
  quoted: 'its text may become part of a string, where white space shows',
};

const helps: Readonly<Record<FormatRefusal, string | undefined>> = {
  unclosed: 'end it on the same side of every tag',
  brackets: 'give each branch whole brackets',
  unreadable: 'give each branch whole clauses, or list the file under `ignore` in `format:` of project.yaml',
  unproven: 'put white space or a line end between the tag and its neighbour',
  unstable: 'list the file under `ignore` in `format:` of project.yaml',
  compiled: 'white space matters in what this file makes: list it under `ignore` in `format:` of project.yaml',
  changed: 'run `tx fmt` again',
  quoted: 'write it on one line, or use it outside of quotes, of arguments and of longer words only',
};

export const formatCodes = {
  'format-refused': warning<{
    readonly path: string;
    readonly why: FormatRefusal;
    /** What is left as it is, when it is not the whole file. */ readonly part?: string;
  }>(
    ({ path, why, part }) => `${part === undefined ? '' : `\`${part}\` in `}\`${path}\` is left as it is: ${reasons[why]}`,
    ({ why }) => helps[why],
  ),
  'format-path-not-found': error<{ readonly path: string; readonly problem: 'missing' | 'outside' }>(
    ({ path, problem }) => (problem === 'missing' ? `there is no \`${path}\` to format` : `\`${path}\` is not in this project`),
    () => 'name files or folders of the project, from where you stand; without any, all templates are formatted',
  ),
};

/** The environment of a project: the shell's variables over those in `.env` beside project.yaml. */
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from './file-system.ts';
import type { Environment } from './interpolate.ts';
import { kindAt, readText } from './read-text.ts';

const file = '.env';
const place = { span: { path: file, start: 0, end: 0 } };

const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(["'`]?)/y;

/**
 * The variables of a `.env`. Lines that are none are told and left out, because the parser would take them and the next
 * line for one name. No message shows what a line says.
 */
function readAssignments(text: string): { readonly variables: Environment; readonly diagnostics: readonly Diagnostic[] } {
  const kept: string[] = [];
  const diagnostics: Diagnostic[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    let end = lineEnd(text, at);
    ASSIGNMENT.lastIndex = at;
    const match = ASSIGNMENT.exec(text);
    const quote = match?.[1] ?? '';
    const closing = quote === '' ? -1 : text.indexOf(quote, ASSIGNMENT.lastIndex);
    if (match !== null && (quote === '' || closing >= 0)) {
      if (closing > end) end = lineEnd(text, closing);
      kept.push(text.slice(at, end));
    } else if (!/^\s*(?:#.*)?$/.test(text.slice(at, end))) {
      diagnostics.push(diagnose('env-file-line', { line, quote: match !== null }, place));
    }
    line += text.slice(at, end).split('\n').length;
    at = end + 1;
  }
  return { variables: parseEnv(kept.join('\n')), diagnostics };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Variables of `tx` that stand in the file and have no effect there: the command line was read before the project was found. */
function findUnread(variables: Environment, settings: string): readonly Diagnostic[] {
  return Object.keys(variables).flatMap((name) =>
    name.startsWith('TX_') && name !== 'TX_TARGET' && !settings.includes(`\${${name}`)
      ? [diagnose('env-file-variable', { name }, place)]
      : [],
  );
}

/**
 * Reads `.env` in the project folder and lays the shell's variables over it. `settings` is the text of project.yaml,
 * which may use any variable. An empty `TX_*` variable counts as unset, in either place.
 */
export function readEnvironment(root: string, shell: Environment, files: FileSystem, settings = ''): Outcome<Environment> {
  const read = kindAt(files, join(root, file)) === undefined ? { value: undefined, diagnostics: [] } : readText(files, root, file);
  const { variables, diagnostics } = readAssignments(read.value ?? '');
  const environment: Record<string, string | undefined> = {};
  for (const layer of [variables, shell]) {
    for (const [name, value] of Object.entries(layer)) {
      if (value !== undefined && !(value === '' && name.startsWith('TX_'))) environment[name] = value;
    }
  }
  return { value: environment, diagnostics: [...read.diagnostics, ...diagnostics, ...findUnread(variables, settings)] };
}

/** What a command prints: diagnostics drawn on the user's files, results on stdout, secrets masked everywhere. */
import { sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../diagnostics/frame.ts';
import type { Style } from '../diagnostics/paint.ts';
import { plain } from '../diagnostics/plain.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { writeJson } from '../report/write-json.ts';
import { createMask } from '../report/mask.ts';
import type { Mask } from '../report/mask.ts';
import { maskSecrets } from '../report/output.ts';
import type { Output } from '../report/output.ts';
import { styleOf } from '../report/style.ts';
import { renderLogDiagnostic, renderLogOutput } from '../report/json-log.ts';
import type { Host } from './host.ts';
import type { OutputOptions } from './options.ts';

export interface Screen {
  /** The sink; masks every secret that was added. */
  readonly output: Output;
  readonly json: boolean;
  readonly quiet: boolean;
  /** How results on stdout are drawn; their tables are cut for the eyes only. */
  readonly resultStyle: Style;
  /** How progress and diagnostics on stderr are drawn. */
  readonly progressStyle: Style;
  /** Masks text that goes elsewhere: artifacts. */
  readonly mask: () => Mask;
  readonly addSources: (sources: readonly SourceFile[]) => void;
  /** Where texts are to be had that were not added. */
  readonly addTexts: (textOf: (path: string) => string | undefined) => void;
  /** What was shown already is not shown again: the command runs once more. */
  readonly startOver: () => void;
  readonly addSecrets: (secrets: readonly string[]) => void;
  readonly sources: (path: string) => SourceFile | undefined;
  /** Prints diagnostics on stderr, sorted; warnings are left out when quiet. */
  readonly showDiagnostics: (diagnostics: readonly Diagnostic[]) => void;
  /** Prints a result on stdout. */
  readonly result: (text: string) => void;
  /** Prints a result on stdout as JSON, on one line unless `indent` is given. */
  readonly data: (value: unknown, indent?: number) => void;
  /** Prints a remark on stderr unless quiet. */
  readonly note: (text: string) => void;
  /** Hands on what a helper of the project printed. */
  readonly helperOutput: (text: string, level: 'info' | 'warn') => void;
}

export function createScreen(host: Host, options: OutputOptions): Screen {
  const files = new Map<string, SourceFile>();
  const secrets: string[] = [];
  let mask = createMask(secrets);
  const output = maskSecrets(plainIf(options.color === false, host.output), { apply: (text) => mask.apply(text) });
  const json = options.logFormat === 'json';
  const quiet = options.quiet === true;
  const shown = new Set<string>();
  let isAgain = false;
  let textOf: (path: string) => string | undefined = () => undefined;
  const sources = (path: string): SourceFile | undefined => {
    const text = files.has(path) ? undefined : textOf(path);
    return text === undefined ? files.get(path) : { path, text };
  };
  const { fromVariables = {} } = options;
  // What a variable said is shown as what it said, not as a flag that nobody wrote.
  const placed = (entry: Diagnostic): Diagnostic => {
    const { span } = entry;
    const variable = span === undefined || !Object.hasOwn(fromVariables, span.path) ? undefined : fromVariables[span.path];
    if (span === undefined || variable === undefined) return entry;
    const source = files.get(span.path);
    if (source !== undefined) files.set(variable, { ...source, path: variable });
    return { ...entry, span: { ...span, path: variable } };
  };
  const tell = (text: string): void => {
    if (!isAgain || !shown.has(text)) output.stderr.write(text);
    shown.add(text);
  };
  const progressStyle = styleOf(output.stderr);
  return {
    output,
    json,
    quiet,
    resultStyle: { ...styleOf(output.stdout), width: output.stdout.tableColumns ?? output.stdout.columns },
    progressStyle,
    mask: () => mask,
    sources,
    addSources: (added) => {
      for (const source of added) files.set(source.path, source);
    },
    addTexts: (given) => {
      textOf = given;
    },
    startOver: () => {
      isAgain = true;
    },
    addSecrets: (added) => {
      secrets.push(...added);
      mask = createMask(secrets);
    },
    showDiagnostics: (diagnostics) => {
      for (const entry of sortDiagnostics(diagnostics.map(placed))) {
        if (quiet && entry.severity === 'warning') continue;
        if (json) tell(`${renderLogDiagnostic(entry, { at: host.clock.now(), sources })}\n`);
        else tell(`${renderDiagnostic(entry, { ...progressStyle, sources, findSecrets: (text) => mask.find(text) })}\n\n`);
      }
    },
    result: (text) => output.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    data: (value, indent) => output.stdout.write(`${writeJson(value, indent)}\n`),
    note: (text) => {
      if (!quiet && !json) tell(`${plain(text)}\n`);
    },
    helperOutput: (text, level) =>
      output.stderr.write(json ? `${renderLogOutput(text.replace(/\n$/, ''), { at: host.clock.now(), level })}\n` : text),
  };
}

/** Turns colours off where the user asked for that. */
function plainIf(plain: boolean, output: Output): Output {
  if (!plain) return output;
  return { stdout: { ...output.stdout, colour: false }, stderr: { ...output.stderr, colour: false } };
}

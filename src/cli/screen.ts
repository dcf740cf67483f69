/** What a command prints: diagnostics drawn on the user's files, results on stdout, secrets masked everywhere. */
import { renderDiagnostic } from '../diagnostics/frame.ts';
import { sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { diagnosticLine } from '../report/json-log.ts';
import { maskSecrets } from '../report/output.ts';
import type { Output } from '../report/output.ts';
import { createPaint } from '../report/paint.ts';
import type { Host } from './host.ts';
import type { OutputOptions } from './options.ts';

export interface Screen {
  /** The sink; masks every secret that was added. */
  readonly output: Output;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly colour: boolean;
  readonly addSources: (sources: readonly SourceFile[]) => void;
  readonly addSecrets: (secrets: readonly string[]) => void;
  readonly sources: (path: string) => SourceFile | undefined;
  /** Prints diagnostics on stderr, sorted; warnings are left out when quiet. */
  readonly showDiagnostics: (diagnostics: readonly Diagnostic[]) => void;
  /** Prints a result on stdout. */
  readonly result: (text: string) => void;
  /** Prints a remark on stderr unless quiet. */
  readonly note: (text: string) => void;
}

export function createScreen(host: Host, options: OutputOptions): Screen {
  const files = new Map<string, SourceFile>();
  const secrets: string[] = [];
  const output = maskSecrets(host.output, () => secrets);
  const colour = options.color !== false && host.output.colour;
  const json = options.logFormat === 'json';
  const quiet = options.quiet === true;
  const paint = createPaint(colour);
  const sources = (path: string): SourceFile | undefined => files.get(path);
  return {
    output,
    json,
    quiet,
    colour,
    sources,
    addSources: (added) => {
      for (const source of added) files.set(source.path, source);
    },
    addSecrets: (added) => {
      secrets.push(...added);
    },
    showDiagnostics: (diagnostics) => {
      for (const entry of sortDiagnostics(diagnostics)) {
        if (quiet && entry.severity === 'warning') continue;
        const now = new Date(host.clock.now()).toISOString();
        output.stderr(json ? `${diagnosticLine(entry, now, sources)}\n` : `${renderDiagnostic(entry, { sources, paint, width: output.columns, ascii: output.ascii })}\n\n`);
      }
    },
    result: (text) => output.stdout(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => {
      if (!quiet && !json) output.stderr(`${text}\n`);
    },
  };
}

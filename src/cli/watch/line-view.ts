/** The view of a log: a line for each event, in words or as JSON, and problems as they come. */
import { stripVTControlCharacters } from 'node:util';
import type { RunReporter } from '../../report/console-reporter.ts';
import { createJsonLog } from '../../report/json-log.ts';
import type { Output } from '../../report/output.ts';
import { renderWatchLine, renderWatchLog } from '../../watch/watch-line.ts';
import type { Host } from '../host.ts';
import { followWatchedRun } from './follow-run.ts';
import type { WatchView } from './watch-view.ts';

export interface LineOptions {
  readonly json: boolean;
  /** Problems only. */
  readonly quiet: boolean;
}

export function createLineView(
  { clock, version }: Pick<Host, 'clock' | 'version'>,
  output: Output,
  { json, quiet }: LineOptions,
): WatchView {
  const { stderr } = output;
  const tell: WatchView['tell'] = (event) => {
    if (quiet && !json) return;
    const line = json ? renderWatchLog(event, clock.now()) : renderWatchLine(event);
    if (line !== undefined) stderr.write(`${line}\n`);
  };
  // Warnings that stay are told when they come, and not with each change.
  let told = new Set<string>();
  const outputForProblems = (): Output => {
    const before = told;
    told = new Set();
    const write = (text: string): void => {
      const isWarning = json ? text.includes('"level":"warn"') : stripVTControlCharacters(text).startsWith('warning');
      const key = json ? text.replace(/"ts":"[^"]*"/, '') : text;
      if (isWarning) told.add(key);
      if (!isWarning || !before.has(key)) stderr.write(text);
    };
    return { stdout: output.stdout, stderr: { ...stderr, write, isTty: false, columns: stderr.columns } };
  };
  const reporter: WatchView['reporter'] = ({ plan }, screen): RunReporter =>
    json
      ? createJsonLog({ channel: screen.output.stderr, now: clock.now, sources: screen.sources, version })
      : followWatchedRun(plan, screen, { tell, lines: !quiet });
  return {
    tell,
    outputFor: (section) =>
      section === 'problems'
        ? outputForProblems()
        : { stdout: output.stdout, stderr: { ...stderr, isTty: false, columns: stderr.columns } },
    reporter,
    close: () => undefined,
  };
}

/** `tx retry`: runs again what failed, was skipped or cancelled in the last run, and nothing else. */
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { indirectSelections } from '../../project/indirect-selection.ts';
import { readRunResults } from '../../report/run-results.ts';
import type { RecordedRun } from '../../report/run-results.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, RunOptions } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { runResultsPath } from '../run-report.ts';
import type { Screen } from '../screen.ts';

export interface RetryOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  readonly threads?: number;
  readonly failFast?: boolean;
  readonly lockTimeout?: number;
  readonly output?: 'text' | 'json';
}

const done = new Set(['success', 'pass', 'warn']);

export async function retryCommand(host: Host, screen: Screen, options: RetryOptions): Promise<ExitCode> {
  const recorded = await readLastRun(host, screen, options);
  const failed = new Set(recorded.results.filter((result) => !done.has(result.status)).map((result) => result.id));
  if (failed.size === 0) {
    screen.note('nothing to retry: everything in the last run succeeded');
    if (options.output === 'json') screen.data({ results: [] });
    return exitCodes.ok;
  }
  const retried = { failed, recorded: new Set(recorded.results.map((result) => result.id)) };
  return runCommand(host, screen, { command: recorded.command, retried, options: mergeOptions(options, recorded) });
}

async function readLastRun(host: Host, screen: Screen, options: RetryOptions): Promise<RecordedRun> {
  const { project } = await openProject(host, screen, options);
  const path = runResultsPath(project);
  const absolute = join(project.root, path);
  if (host.files.stat(absolute) === undefined) throw new Stop(exitCodes.usage, [diagnose('nothing-to-retry', { path })]);
  const recorded = readRunResults(new TextDecoder().decode(host.files.readBytes(absolute)));
  if (recorded === undefined) throw new Stop(exitCodes.usage, [diagnose('retry-unreadable', { path })]);
  return recorded;
}

/** The flags of the last run, those of its selection too, with what may be changed on a retry: variables, target, threads, fail-fast. */
function mergeOptions(options: RetryOptions, recorded: RecordedRun): RunOptions {
  const { args } = recorded;
  const text = (name: string): string | undefined => (typeof args[name] === 'string' ? args[name] : undefined);
  const list = (name: string): readonly string[] => {
    const value = args[name];
    return typeof value === 'object' && value !== null ? value : [];
  };
  const selector = text('selector');
  const state = text('state');
  const indirect = indirectSelections.find((mode) => mode === args['indirect_selection']);
  const vars = options.vars ?? text('vars');
  const target = options.target ?? text('target');
  const start = text('event_time_start');
  const end = text('event_time_end');
  return {
    ...options,
    select: list('select'),
    exclude: list('exclude'),
    resourceType: list('resource_types'),
    excludeResourceType: list('exclude_resource_types'),
    ...(selector === undefined ? {} : { selector }),
    ...(state === undefined ? {} : { state }),
    ...(indirect === undefined ? {} : { indirectSelection: indirect }),
    fullRefresh: args['full_refresh'] === true,
    adopt: args['adopt'] === true,
    audit: args['audit'] !== false,
    ...(vars === undefined ? {} : { vars }),
    ...(target === undefined ? {} : { target }),
    ...(start === undefined ? {} : { eventTimeStart: start }),
    ...(end === undefined ? {} : { eventTimeEnd: end }),
  };
}

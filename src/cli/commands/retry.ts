/** `tx retry`: runs again what failed, was skipped or cancelled in the last run, and nothing else. */
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { UnfinishedRun } from '../../report/unfinished-run.ts';
import { commandLine } from '../../report/run-arguments.ts';
import { readRunResults } from '../../report/run-results.ts';
import type { RecordedRun } from '../../report/run-results.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions } from '../options.ts';
import { argumentsOf, optionsFrom } from '../run-arguments.ts';
import { runCommand } from '../run-command.ts';
import type { Screen } from '../screen.ts';
import { besideName } from '../target-records.ts';
import { unfinishedName, unfinishedRunIn } from '../unfinished-mark.ts';

export interface RetryOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  readonly threads?: number;
  readonly failFast?: boolean;
  readonly lockTimeout?: number;
  readonly output?: 'text' | 'json';
  readonly runId?: string;
}

const done = new Set(['success', 'no-op', 'pass', 'warn']);

export async function retryCommand(host: Host, screen: Screen, options: RetryOptions): Promise<ExitCode> {
  const recorded = await readLastRun(host, screen, options);
  const line = commandLine(recorded.command, recorded.args);
  const failed = new Set(recorded.results.filter((result) => !done.has(result.status)).map((result) => result.id));
  if (failed.size === 0) {
    if (!recorded.succeeded) throw new Stop(exitCodes.usage, [diagnose('retry-hooks-only', { line })]);
    screen.note(`nothing to retry: everything in the last run succeeded, \`${line}\`${when(recorded.startedAt)}`);
    if (options.output === 'json') screen.data({ results: [] });
    return exitCodes.ok;
  }
  const merged = optionsFrom(recorded.args, options);
  screen.note(`again, with the flags${when(recorded.startedAt)}:  ${commandLine(recorded.command, argumentsOf(merged))}`);
  const { promote, clone } = recorded.args;
  if (options.runId !== undefined && (typeof promote === 'string' || clone === true))
    throw new Stop(exitCodes.usage, [diagnose('run-id-of-copies', { line })]);
  // Both take over what is not there yet.
  const { force: _force, ...again } = merged;
  if (typeof promote === 'string') return (await import('./promote.ts')).promoteCommand(host, screen, { ...again, args: [promote] });
  if (clone === true) return (await import('./clone.ts')).cloneCommand(host, screen, again);
  const retried = { failed, recorded: new Set(recorded.results.map((result) => result.id)) };
  return runCommand(host, screen, { command: recorded.command, retried, options: merged });
}

async function readLastRun(host: Host, screen: Screen, options: RetryOptions): Promise<RecordedRun> {
  const { project } = await openProject(host, screen, options);
  const nameOf = (name: string): string => (options.target === undefined ? undefined : besideName(name, project)) ?? name;
  const unfinished = unfinishedRunIn(host, join(project.root, project.paths.target, nameOf(unfinishedName)));
  if (unfinished !== undefined) throw new Stop(exitCodes.usage, [describeUnfinished(host, unfinished)]);
  const path = `${project.paths.target}/${nameOf('run_results.json')}`;
  const absolute = join(project.root, path);
  if (host.files.stat(absolute) === undefined) throw new Stop(exitCodes.usage, [diagnose('nothing-to-retry', { path })]);
  const recorded = readRunResults(new TextDecoder().decode(host.files.readBytes(absolute)));
  if (recorded === undefined) throw new Stop(exitCodes.usage, [diagnose('retry-unreadable', { path })]);
  return recorded;
}

function describeUnfinished(host: Host, { command, args, startedAt, pid, exitCode, isOpen }: UnfinishedRun): Diagnostic {
  const isRunning = exitCode === undefined && pid !== host.pid && host.isRunning(pid);
  return diagnose('last-run-unfinished', {
    line: commandLine(command, args),
    time: when(startedAt),
    exitCode,
    pid: isRunning ? pid : undefined,
    // What a backfill opened counts as missing until it is loaded, whoever loads it. Before that nothing of it is missing.
    resume:
      isOpen === true && args['backfill'] === true && args['resume'] !== true && exitCode === undefined
        ? commandLine(command, { ...args, resume: true })
        : undefined,
  });
}

/** ` of 2026-11-19 08:00:00 UTC` */
function when(time: string | undefined): string {
  return time === undefined ? '' : ` of ${time.slice(0, 19).replace('T', ' ')} UTC`;
}

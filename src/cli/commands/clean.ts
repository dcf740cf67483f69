/** `tx clean`: removes the target folder, and nothing that could be missed. */
import { join, resolve } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import { commandLine } from '../../report/run-arguments.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { environmentsFolder, removeOutput, rowsFolder, whyLeftAlone } from '../target-folder.ts';
import { unfinishedName, unfinishedRunIn } from '../unfinished-mark.ts';

export async function cleanCommand(host: Host, screen: Screen, options: ProjectOptions & OutputOptions): Promise<ExitCode> {
  const { project } = await openProject(host, screen, options);
  const path = project.paths.target;
  const folder = resolve(project.root, path);
  const why = whyLeftAlone(host, project, folder);
  if (why !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('clean-refused', { path, why }, { span: { path: project.file.path, start: 0, end: 0 } })]);
  if (host.files.stat(folder) === undefined) {
    screen.note(`nothing to clean: ${path} does not exist`);
    return exitCodes.ok;
  }
  noteRunAtWork(host, screen, folder);
  const { kept, count } = removeOutput(host, folder);
  const what = kept.length === 0 ? `removed ${path}` : count > 0 ? `removed what tx wrote to ${path}` : `nothing to clean in ${path}`;
  screen.note([what, ...describeKept(kept)].join('; '));
  return exitCodes.ok;
}

/** Rows cannot be written again without a build, and environments have output of their own. */
function describeKept(kept: readonly string[]): readonly string[] {
  const others = kept.filter((name) => name !== rowsFolder && name !== environmentsFolder);
  return [
    ...(kept.includes(rowsFolder) ? [`kept ${rowsFolder}, the rows of external models`] : []),
    ...(kept.includes(environmentsFolder)
      ? [`kept ${environmentsFolder}, the output of environments: \`tx clean --env <name>\` and \`tx env drop <name>\` remove it`]
      : []),
    ...(others.length > 0 ? [`kept what is not its own: ${listShort(others)}`] : []),
  ];
}

/** Removing output of a run that goes on does it no harm, but what it writes at its end is there again. */
function noteRunAtWork(host: Host, screen: Screen, folder: string): void {
  const run = unfinishedRunIn(host, join(folder, unfinishedName));
  if (run === undefined || run.exitCode !== undefined || run.pid === host.pid || !host.isRunning(run.pid)) return;
  screen.note(`\`${commandLine(run.command, run.args)}\` may be at work in process ${run.pid}: what it writes comes back`);
}

const mostNamed = 5;

function listShort(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map(plainLine).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

/** `tx clean`: removes the target folder, and nothing that could be missed. */
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import { readEnvironment } from '../../project/environment.ts';
import { interpolateValue } from '../../project/interpolate.ts';
import type { Project } from '../../project/project.ts';
import { commandLine } from '../../report/run-arguments.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { entriesOf, valueOf } from '../../project/yaml/yaml-node.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { unfinishedName, unfinishedRunIn } from '../unfinished-mark.ts';

/** What `tx` writes into the target folder; what else is there belongs to somebody. */
const outputs: readonly string[] = [
  'cache',
  'compiled',
  'manifest.json',
  'run_results.json',
  unfinishedName,
  'catalog.json',
  'column_edges.json',
  'sources.json',
  'docs',
  'docs.html',
];
/** What a killed command leaves of such a file. */
const leftover = new RegExp(`^\\.(?:${outputs.map((name) => name.replace('.', '\\.')).join('|')})\\.[\\d-]+\\.tmp$`);

export async function cleanCommand(host: Host, screen: Screen, options: ProjectOptions & OutputOptions): Promise<ExitCode> {
  const { project } = await openProject(host, screen, options);
  const path = project.paths.target;
  const folder = resolve(project.root, path);
  const why = refusal(host, project, folder);
  if (why !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('clean-refused', { path, why }, { span: { path: project.file.path, start: 0, end: 0 } })]);
  if (host.files.stat(folder) === undefined) {
    screen.note(`nothing to clean: ${path} does not exist`);
    return exitCodes.ok;
  }
  noteRunAtWork(host, screen, folder);
  const names = host.files.list(folder).map(({ name }) => name);
  const kept = names.filter((name) => !outputs.includes(name) && !leftover.test(name)).sort();
  if (kept.length === 0) {
    host.files.remove(folder);
    screen.note(`removed ${path}`);
    return exitCodes.ok;
  }
  for (const name of names) if (!kept.includes(name)) host.files.remove(join(folder, name));
  const what = kept.length < names.length ? `removed what tx wrote to ${path}` : `nothing to clean in ${path}`;
  screen.note(`${what}; kept what is not its own: ${listShort(kept)}`);
  return exitCodes.ok;
}

/** Removing output of a run that goes on does it no harm, but what it writes at its end is there again. */
function noteRunAtWork(host: Host, screen: Screen, folder: string): void {
  const run = unfinishedRunIn(host, folder);
  if (run === undefined || run.exitCode !== undefined || run.pid === host.pid || !host.isRunning(run.pid)) return;
  screen.note(`\`${commandLine(run.command, run.args)}\` may be at work in process ${run.pid}: what it writes comes back`);
}

const mostNamed = 5;

function listShort(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map(plainLine).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way));
}

/** Where a path really leads, links followed as far as something is there. */
function realPathOf(host: Host, path: string): string {
  const parent = dirname(path);
  if (parent === path) return path;
  return host.files.stat(path) === undefined ? join(realPathOf(host, parent), basename(path)) : host.files.realPath(path);
}

/** Why `folder` must stay, or undefined when it holds nothing but output. */
function refusal(host: Host, project: Project, folder: string): string | undefined {
  if (!isInside(project.root, folder) || folder === project.root) return 'it is not a folder inside the project';
  const parent = resolve(folder, '..');
  const entry =
    host.files.stat(parent) === undefined ? undefined : host.files.list(parent).find(({ name }) => join(parent, name) === folder);
  if (entry === undefined) return undefined;
  if (entry.kind !== 'directory') return entry.kind === 'link' ? 'it is a link' : 'it is not a folder';
  const real = realPathOf(host, folder);
  if (relative(realPathOf(host, project.root), real) !== relative(project.root, folder)) return 'a link leads to it';
  const holds = (path: string): boolean => isInside(real, realPathOf(host, resolve(project.root, path)));
  const ours = [project.file.path, ...[...project.files, ...project.seeds].map((file) => file.path)];
  const held = ours.find(holds);
  if (held !== undefined) return `it holds \`${held}\` of the project`;
  const database = databasePaths(host, project).find(holds);
  return database === undefined ? undefined : `it holds the database \`${database}\``;
}

/** The files in which the targets keep their data: all targets, not only the chosen one. */
function databasePaths(host: Host, project: Project): readonly string[] {
  const { file, root } = project;
  const environment = readEnvironment(root, host.env, host.files).value;
  return entriesOf(valueOf(parseYaml(file).value, 'targets')).flatMap(({ key, value }) => {
    const path = valueOf(value, 'path');
    if (path === undefined) return [];
    // A variable that only another target needs may be unset: that is no problem of this command.
    const context = { path: file.path, text: file.text, environment, diagnostics: [], secrets: new Set<string>() };
    const filled = interpolateValue(path, `targets.${key}.path`, context);
    return typeof filled === 'string' && filled !== '' && filled !== ':memory:' ? [filled] : [];
  });
}

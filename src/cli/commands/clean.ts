/** `tx clean`: removes the target folder, and nothing that could be missed. */
import { join, relative, resolve, sep } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { readEnvironment } from '../../project/environment.ts';
import { interpolateValue } from '../../project/interpolate.ts';
import type { Project } from '../../project/project.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { entriesOf, valueOf } from '../../project/yaml/yaml-node.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';

export function cleanCommand(host: Host, screen: Screen, options: ProjectOptions & OutputOptions): ExitCode {
  const { project } = openProject(host, screen, options);
  const path = project.paths.target;
  const folder = resolve(project.root, path);
  const why = refusal(host, project, folder);
  if (why !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('clean-refused', { path, why }, { span: { path: project.file.path, start: 0, end: 0 } })]);
  if (host.files.stat(folder) === undefined) {
    screen.note(`nothing to clean: ${path} does not exist`);
    return exitCodes.ok;
  }
  host.files.removeFolder(folder);
  screen.note(`removed ${path}`);
  return exitCodes.ok;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !way.startsWith(sep));
}

/** Why `folder` must stay, or undefined when it holds nothing but output. */
function refusal(host: Host, project: Project, folder: string): string | undefined {
  if (!isInside(project.root, folder) || folder === project.root) return 'it is not a folder inside the project';
  const parent = resolve(folder, '..');
  const entry =
    host.files.stat(parent) === undefined ? undefined : host.files.list(parent).find(({ name }) => join(parent, name) === folder);
  if (entry === undefined) return undefined;
  if (entry.kind !== 'directory') return entry.kind === 'link' ? 'it is a link' : 'it is not a folder';
  const ours = [project.file.path, ...project.sources.map((source) => source.path), ...project.seeds.map((seed) => seed.path)];
  const held = ours.find((path) => isInside(folder, join(project.root, path)));
  if (held !== undefined) return `it holds \`${held}\` of the project`;
  const database = databasePaths(host, project).find((path) => isInside(folder, resolve(project.root, path)));
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

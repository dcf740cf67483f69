/** The folder that commands write into: what of it is their own, and when it must be left alone. */
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readEnvironment } from '../project/environment.ts';
import { interpolateValue } from '../project/interpolate.ts';
import type { Project } from '../project/project.ts';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import { entriesOf, valueOf } from '../project/yaml/yaml-node.ts';
import type { Host } from './host.ts';
import { unfinishedName } from './unfinished-mark.ts';

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
/** Records and marks of a target, and what a killed command leaves of them. */
const ofTarget = /^\.?(?:run_results|unfinished_run)\..+\.json(?:\.[\d-]+\.tmp)?$/;

/** Where models keep their rows that are in files and have no place of their own. */
export const rowsFolder = 'external';

/** Where the output of environments is. */
export const environmentsFolder = 'env';

export interface Removed {
  /** Names that are left. */
  readonly kept: readonly string[];
  readonly count: number;
}

/** Removes what commands wrote into `folder`, and `more` of it; the folder too, when nothing is left in it. */
export function removeOutput(host: Host, folder: string, more: readonly string[] = []): Removed {
  const names = host.files.list(folder).map(({ name }) => name);
  const kept = names
    .filter((name) => !outputs.includes(name) && !leftover.test(name) && !ofTarget.test(name) && !more.includes(name))
    .sort();
  if (kept.length === 0) host.files.remove(folder);
  else for (const name of names) if (!kept.includes(name)) host.files.remove(join(folder, name));
  return { kept, count: names.length - kept.length };
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
export function whyLeftAlone(host: Host, project: Project, folder: string): string | undefined {
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

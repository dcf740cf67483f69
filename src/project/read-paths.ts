/** Reads the path settings of project.yaml: relative folders inside the project, one kind of file each. */
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from './file-system.ts';
import type { ProjectPaths } from './project.ts';
import { kindAt } from './read-text.ts';
import type { YamlNode, YamlScalar } from './yaml/yaml-node.ts';
import { itemsOf, spanOf, valueOf } from './yaml/yaml-node.ts';

type Role = Exclude<keyof ProjectPaths, 'target'>;

const settings: readonly { readonly key: string; readonly role: Role; readonly folder: string }[] = [
  { key: 'model_paths', role: 'models', folder: 'models' },
  { key: 'macro_paths', role: 'macros', folder: 'macros' },
  { key: 'seed_paths', role: 'seeds', folder: 'seeds' },
  { key: 'test_paths', role: 'tests', folder: 'tests' },
  { key: 'docs_paths', role: 'docs', folder: 'docs' },
  { key: 'snapshot_paths', role: 'snapshots', folder: 'snapshots' },
];

/** Kinds of folders whose `.sql` files mean different things: no folder can be two of them. */
const exclusive: ReadonlySet<Role> = new Set<Role>(['models', 'macros', 'tests']);

export interface PathContext {
  readonly file: string;
  readonly root: string;
  readonly files: FileSystem;
  readonly diagnostics: Diagnostic[];
}

/** The folders of the project, defaults filled in. */
export function readPaths(project: YamlNode, context: PathContext): ProjectPaths {
  const paths: Record<Role, string[]> = { models: [], macros: [], seeds: [], tests: [], docs: [], snapshots: [] };
  for (const { key, role, folder } of settings) {
    const value = valueOf(project, key);
    if (value === undefined) paths[role].push(folder);
    else for (const item of textItems(value)) addPath(paths[role], key, item, context);
  }
  const target = valueOf(project, 'target_path');
  const targets: string[] = [];
  if (target?.kind === 'scalar' && typeof target.value === 'string') addTarget(targets, { ...target, value: target.value }, context);
  reportOverlaps(project, paths, context);
  const [made = 'target'] = targets;
  const { length } = context.diagnostics;
  reportInside(project, paths, made, context);
  // Nothing is written beside sources, not even that the run did not start.
  return { ...paths, target: context.diagnostics.length === length ? made : 'target' };
}

/** The folder for what is made, which nothing but project.yaml itself decides. */
export function readTargetPath(project: YamlNode): string {
  const node = valueOf(project, 'target_path');
  const path = node?.kind === 'scalar' && typeof node.value === 'string' ? normalise(node.value) : undefined;
  return path === undefined || path === '.' ? 'target' : path;
}

type TextNode = YamlScalar & { readonly value: string };

function isText(node: YamlNode): node is TextNode {
  return node.kind === 'scalar' && typeof node.value === 'string';
}

function textItems(value: YamlNode): readonly TextNode[] {
  return (value.kind === 'list' ? itemsOf(value) : [value]).filter(isText);
}

/** `./models/` and `models` are one path; undefined for a path that leaves the project. */
function normalise(path: string): string | undefined {
  if (/^(?:[\\/~]|[A-Za-z]:)/.test(path)) return undefined;
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/') || '.';
}

function addPath(paths: string[], key: string, node: TextNode, context: PathContext): void {
  const path = normalise(node.value);
  const where = { span: spanOf(context.file, node) };
  if (path === undefined) context.diagnostics.push(diagnose('path-outside-project', { key, path: node.value }, where));
  else if (!paths.includes(path)) {
    paths.push(path);
    if (kindAt(context.files, join(context.root, path)) === undefined)
      context.diagnostics.push(diagnose('path-not-found', { key, path }, where));
  }
}

function addTarget(paths: string[], node: TextNode, context: PathContext): void {
  const path = normalise(node.value);
  if (path !== undefined && path !== '.') paths.push(path);
  else
    context.diagnostics.push(
      diagnose('path-outside-project', { key: 'target_path', path: node.value }, { span: spanOf(context.file, node) }),
    );
}

const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** What is made is no source: nothing is looked for in its folder. */
function reportInside(project: YamlNode, paths: Readonly<Record<Role, readonly string[]>>, target: string, context: PathContext): void {
  for (const { key, role } of settings) {
    for (const path of paths[role]) {
      if (!isInside(path, target) || (role === 'docs' && valueOf(project, key) === undefined)) continue;
      const place = valueOf(project, 'target_path') ?? valueOf(project, key);
      const problem = { path, first: key, second: 'target_path' };
      context.diagnostics.push(diagnose('paths-overlap', problem, { span: place && spanOf(context.file, place) }));
    }
  }
}

function reportOverlaps(project: YamlNode, paths: Readonly<Record<Role, readonly string[]>>, context: PathContext): void {
  const owners = new Map<string, string>();
  for (const { key, role } of settings) {
    if (!exclusive.has(role)) continue;
    for (const path of paths[role]) {
      const first = owners.get(path);
      owners.set(path, first ?? key);
      if (first === undefined) continue;
      const value = valueOf(project, key) ?? valueOf(project, first);
      const item = value === undefined ? undefined : textItems(value).find((node) => normalise(node.value) === path);
      context.diagnostics.push(diagnose('paths-overlap', { path, first, second: key }, { span: item && spanOf(context.file, item) }));
    }
  }
}

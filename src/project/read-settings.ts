/** Understands project.yaml: its shape, and the config and hooks in it. What this says depends on the file alone. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { ConfigTree, Hook, Project } from './project.ts';
import type { EngineSettings } from './project-shape.ts';
import { projectShape } from './project-shape.ts';
import { eitherKey } from './read-config.ts';
import { readHooks } from './read-hooks.ts';
import { readTree } from './read-tree.ts';
import { checkShape } from './shape.ts';
import { parseYaml } from './yaml/parse-yaml.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { valueOf } from './yaml/yaml-node.ts';

/** The tree of the file; an empty mapping where it has none. */
export function readSettings(file: SourceFile, engines: readonly EngineSettings[]): Outcome<YamlNode> {
  const parsed = parseYaml(file);
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  const top: YamlNode = parsed.value ?? { kind: 'map', entries: [], start: 0, end: 0 };
  if (parsed.value !== undefined || diagnostics.length === 0)
    checkShape(projectShape(engines), top, file.path, { path: file.path, diagnostics, place: `\`${file.path}\`` });
  return { value: top, diagnostics };
}

/** What project.yaml says of nodes and runs. */
export type ProjectConfig = Pick<Project, 'configTrees' | 'onRunStart' | 'onRunEnd'>;

/** Whether the folders of that name, from the top of a tree, exist below one of its paths. */
export type IsFolder = (kind: keyof Project['configTrees'], folders: readonly string[]) => boolean;

/** Config trees and hooks of `top`, which {@link readSettings} has checked. */
export function readProjectConfig(path: string, top: YamlNode, isFolder: IsFolder): Outcome<ProjectConfig> {
  const diagnostics: Diagnostic[] = [];
  const hooks = (key: 'on_run_start' | 'on_run_end'): readonly Hook[] => {
    const value = eitherKey(path, top, [key, key.replaceAll('_', '-')], diagnostics);
    return value === undefined ? [] : readHooks(path, value);
  };
  const [onRunStart, onRunEnd] = [hooks('on_run_start'), hooks('on_run_end')];
  const configTrees: Partial<Record<'models' | 'seeds' | 'snapshots' | 'tests', ConfigTree>> = {};
  for (const [key, resource] of [
    ['models', 'model'],
    ['seeds', 'seed'],
    ['snapshots', 'snapshot'],
    ['tests', 'test'],
  ] as const) {
    const node = valueOf(top, key);
    if (node?.kind !== 'map') continue;
    configTrees[key] = readTree(node, { path, resource, isFolder: (folders) => isFolder(key, folders), diagnostics });
  }
  return { value: { configTrees, onRunStart, onRunEnd }, diagnostics };
}

/** Loads a project: its settings, its target, and every file it names, each read once. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { DiscoveredFiles } from './discover-files.ts';
import { discoverFiles } from './discover-files.ts';
import { readEnvironment } from './environment.ts';
import type { FileSystem } from './file-system.ts';
import { projectFileIn } from './find-project.ts';
import { indirectSelections } from './indirect-selection.ts';
import type { Environment } from './interpolate.ts';
import type { ConfigTree, Hook, Project, ProjectPaths, ProjectSource, Target } from './project.ts';
import type { EngineSettings } from './project-shape.ts';
import { projectShape } from './project-shape.ts';
import { eitherKey } from './read-config.ts';
import { readHooks } from './read-hooks.ts';
import { readPaths } from './read-paths.ts';
import { readTarget } from './read-target.ts';
import { readText } from './read-text.ts';
import { readTree } from './read-tree.ts';
import { checkShape } from './shape.ts';
import type { Tracer } from './tracer.ts';
import { traced } from './tracer.ts';
import type { Vars } from './vars.ts';
import { layVars, readVars } from './vars.ts';
import { parseYaml } from './yaml/parse-yaml.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { spanOf, textOf, valueOf } from './yaml/yaml-node.ts';

export interface LoadOptions {
  /** Absolute folder that holds project.yaml. */
  readonly root: string;
  /** The target that a flag asks for. */
  readonly targetName?: string | undefined;
  /** Variables that flags set. */
  readonly vars: Vars;
  /** The shell's environment. */
  readonly env: Environment;
}

/** A loaded project; where it could not be loaded, still what is needed to show why, without showing secrets. */
export interface LoadedProject extends Outcome<Project | undefined> {
  /** Every text that was read: diagnostics are drawn on these. */
  readonly sources: readonly SourceFile[];
  readonly secrets: readonly string[];
}

/** Loads the project in `options.root`. The value is undefined when project.yaml gives no name or no target. */
export function loadProject(
  options: LoadOptions,
  ports: { readonly files: FileSystem; readonly tracer?: Tracer | undefined },
  engines: readonly EngineSettings[],
): LoadedProject {
  const { root } = options;
  const { files } = ports;
  const name = projectFileIn(root, files);
  if (name.value === undefined) return failed([...name.diagnostics, ...(name.diagnostics.length > 0 ? [] : [notFound(root)])]);
  const text = readText(files, root, name.value);
  if (text.value === undefined) return failed(text.diagnostics);
  const file: SourceFile = { path: name.value, text: text.value };
  const parsed = parseYaml(file);
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  const secrets = new Set<string>();
  const top: YamlNode = parsed.value ?? { kind: 'map', entries: [], start: 0, end: 0 };
  if (parsed.value !== undefined || diagnostics.length === 0)
    checkShape(projectShape(engines), top, file.path, { path: file.path, diagnostics, place: `\`${file.path}\`` });
  const environment = readEnvironment(root, options.env, files, file.text);
  diagnostics.push(...environment.diagnostics);
  const wanted = options.targetName ?? environment.value['TX_TARGET'];
  const context = { file, project: top, wanted, flagVars: options.vars, environment: environment.value, engines, diagnostics, secrets };
  const target = readTarget(context);
  const paths = readPaths(top, { file: file.path, root, files, diagnostics });
  const discovered = traced(ports.tracer, 'discover', () => discoverFiles(root, paths, files));
  diagnostics.push(...discovered.diagnostics);
  const sources = traced(ports.tracer, 'read', () => readSources(root, discovered, files, diagnostics));
  const settings: Settings = { options, file, top, target, paths, discovered, sources, secrets, diagnostics };
  return { value: assemble(settings), diagnostics, sources: [file, ...sources], secrets: [...secrets] };
}

function failed(diagnostics: readonly Diagnostic[]): LoadedProject {
  return { value: undefined, diagnostics, sources: [], secrets: [] };
}

function notFound(root: string): Diagnostic {
  return diagnose('project-not-found', { folder: root, above: false });
}

function readSources(root: string, discovered: DiscoveredFiles, files: FileSystem, diagnostics: Diagnostic[]): readonly ProjectSource[] {
  const sources: ProjectSource[] = [];
  for (const file of discovered.files) {
    if (file.kind === 'seed') continue;
    const read = readText(files, root, file.path);
    if (read.value === undefined) diagnostics.push(...read.diagnostics);
    else sources.push({ kind: file.kind, path: file.path, base: file.base, text: read.value });
  }
  return sources;
}

interface Settings {
  readonly options: LoadOptions;
  readonly file: SourceFile;
  readonly top: YamlNode;
  readonly target: Target | undefined;
  readonly paths: ProjectPaths;
  readonly discovered: DiscoveredFiles;
  readonly sources: readonly ProjectSource[];
  readonly secrets: ReadonlySet<string>;
  readonly diagnostics: Diagnostic[];
}

function assemble(settings: Settings): Project | undefined {
  const { options, file, top, target, paths, discovered, sources, secrets } = settings;
  const stateSchema = readStateSchema(settings);
  const onRunStart = readRunHooks('on_run_start', settings);
  const onRunEnd = readRunHooks('on_run_end', settings);
  const configTrees = readTrees(settings);
  const name = textOf(top, 'name');
  const version = textOf(top, 'version');
  const flags = valueOf(top, 'flags');
  const mode = flags === undefined ? undefined : textOf(flags, 'indirect_selection');
  const indirectSelection = indirectSelections.find((known) => known === mode);
  if (name === undefined || target === undefined) return undefined;
  return {
    name,
    ...(version === undefined ? {} : { version }),
    root: options.root,
    file,
    target,
    targetNames: targetNames(top),
    paths,
    stateSchema,
    ...(indirectSelection === undefined ? {} : { indirectSelection }),
    vars: layVars(readVars(file.path, valueOf(top, 'vars')), target.vars, options.vars),
    configTrees,
    onRunStart,
    onRunEnd,
    sources,
    seeds: discovered.files.filter((entry) => entry.kind === 'seed'),
    secrets: [...secrets],
  };
}

function targetNames(top: YamlNode): readonly string[] {
  const targets = valueOf(top, 'targets');
  return targets?.kind === 'map' ? targets.entries.map((entry) => entry.key) : [];
}

/** The state schema may not be the schema of any target: what is written for the chosen one could be another's tomorrow. */
function readStateSchema({ top, file, target, diagnostics }: Settings): string {
  const given = valueOf(top, 'state_schema');
  const schema = textOf(top, 'state_schema') ?? '_tx';
  const targets = valueOf(top, 'targets');
  for (const entry of targets?.kind === 'map' ? targets.entries : []) {
    const resolved = entry.key === target?.name ? target.schema : textOf(entry.value, 'schema');
    if (resolved?.toLowerCase() !== schema.toLowerCase()) continue;
    const node = given ?? valueOf(entry.value, 'schema');
    diagnostics.push(diagnose('state-schema-is-target', { schema, target: entry.key }, { span: node && spanOf(file.path, node) }));
  }
  return schema;
}

function readRunHooks(key: 'on_run_start' | 'on_run_end', { top, file, diagnostics }: Settings): readonly Hook[] {
  const value = eitherKey(file.path, top, [key, key.replaceAll('_', '-')], diagnostics);
  return value === undefined ? [] : readHooks(file.path, value);
}

function readTrees(settings: Settings): Project['configTrees'] {
  const { top, file, paths, discovered, diagnostics } = settings;
  const trees: Partial<Record<'models' | 'seeds' | 'tests', ConfigTree>> = {};
  for (const [key, resource] of [
    ['models', 'model'],
    ['seeds', 'seed'],
    ['tests', 'test'],
  ] as const) {
    const node = valueOf(top, key);
    if (node?.kind !== 'map') continue;
    const isFolder = (folders: readonly string[]): boolean =>
      paths[key].some((path) => discovered.folders.has([...(path === '.' ? [] : [path]), ...folders].join('/')));
    trees[key] = readTree(node, { path: file.path, resource, isFolder, diagnostics });
  }
  return trees;
}

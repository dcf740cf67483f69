/** Loads a project: its settings, its target, and which files it has. No file but project.yaml and `.env` is read. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { DiscoveredFiles } from './discover-files.ts';
import { discoverFiles } from './discover-files.ts';
import { inEnvironment, outputIn } from './target-environment.ts';
import { readEnvironment } from './environment.ts';
import type { FileSystem } from './file-system.ts';
import { projectFileIn } from './find-project.ts';
import { indirectSelections } from './indirect-selection.ts';
import type { Environment } from './interpolate.ts';
import type { Project, ProjectPaths, Target } from './project.ts';
import type { EngineSettings } from './project-shape.ts';
import { readPaths } from './read-paths.ts';
import type { IsFolder, ProjectConfig } from './read-settings.ts';
import { readTarget } from './read-target.ts';
import { readText } from './read-text.ts';
import type { Tracer } from './tracer.ts';
import { traced } from './tracer.ts';
import type { Vars } from './vars.ts';
import { layVars, readVars } from './vars.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { spanOf, textOf, valueOf } from './yaml/yaml-node.ts';

export interface LoadOptions {
  /** Absolute folder that holds project.yaml. */
  readonly root: string;
  /** The target that a flag asks for. */
  readonly targetName?: string | undefined;
  /** The environment that a flag asks for. */
  readonly envName?: string | undefined;
  /** Variables that flags set. */
  readonly vars: Vars;
  /** The shell's environment. */
  readonly env: Environment;
}

/** What project.yaml says, apart from environment, flags and target; without mistakes in it. */
export interface Settings {
  readonly file: SourceFile;
  readonly top: YamlNode;
  readonly config: ProjectConfig;
  /** Folders that the reader of the config asked for, and whether they were there: with other answers it reads otherwise. */
  readonly folders: readonly { readonly path: string; readonly exists: boolean }[];
}

/** A loaded project; where it could not be loaded, still what is needed to show why, without showing secrets. */
export interface LoadedProject extends Outcome<Project | undefined> {
  /** Every text that was read: diagnostics are drawn on these. */
  readonly sources: readonly SourceFile[];
  /** Undefined unless project.yaml is without a mistake. */
  readonly settings: Settings | undefined;
  readonly secrets: readonly string[];
  /** Folder for output, relative to the root; undefined where project.yaml cannot be read. */
  readonly targetPath: string | undefined;
}

/**
 * Loads the project in `options.root`. The value is undefined when project.yaml gives no name or no target.
 * `known` is what an earlier command learned of project.yaml, if that has not changed.
 */
export async function loadProject(
  options: LoadOptions,
  ports: { readonly files: FileSystem; readonly tracer?: Tracer | undefined },
  engines: readonly EngineSettings[],
  known?: Settings,
): Promise<LoadedProject> {
  const { root } = options;
  const { files } = ports;
  const read = known === undefined ? await readProjectFile(root, files, engines) : { value: known, diagnostics: [] };
  if (read.value === undefined)
    return { value: undefined, diagnostics: read.diagnostics, sources: [], settings: undefined, secrets: [], targetPath: undefined };
  const { file, top } = read.value;
  const diagnostics: Diagnostic[] = [...read.diagnostics];
  const secrets = new Set<string>();
  const environment = readEnvironment(root, options.env, files, file.text);
  diagnostics.push(...environment.diagnostics);
  const wanted = options.targetName ?? environment.value['TX_TARGET'];
  const context = { file, project: top, wanted, flagVars: options.vars, environment: environment.value, engines, diagnostics, secrets };
  const target = readTarget(context);
  const { envName } = options;
  const paths = readPaths(top, { file: file.path, root, files, diagnostics });
  const discovered = traced(ports.tracer, 'discover', () => discoverFiles(root, paths, files));
  diagnostics.push(...discovered.diagnostics);
  const configured = await readConfig(read.value, { paths, discovered }, known);
  diagnostics.push(...configured.diagnostics);
  const settings = configured.value;
  return {
    value: inEnvironment(assemble({ options, settings, target, paths, discovered, secrets, diagnostics }), envName, diagnostics),
    diagnostics,
    sources: [file],
    settings: read.diagnostics.length + configured.diagnostics.length > 0 ? undefined : settings,
    secrets: [...secrets],
    targetPath: outputIn(paths.target, envName),
  };
}

type ReadFile = Pick<Settings, 'file' | 'top'>;

async function readProjectFile(
  root: string,
  files: FileSystem,
  engines: readonly EngineSettings[],
): Promise<Outcome<ReadFile | undefined>> {
  const name = projectFileIn(root, files);
  if (name.value === undefined) {
    const diagnostics = name.diagnostics.length > 0 ? name.diagnostics : [diagnose('project-not-found', { folder: root, above: false })];
    return { value: undefined, diagnostics };
  }
  const text = readText(files, root, name.value);
  if (text.value === undefined) return { value: undefined, diagnostics: text.diagnostics };
  const file: SourceFile = { path: name.value, text: text.value };
  // What understands the file is loaded only when there is something to understand.
  const { readSettings } = await import('./read-settings.ts');
  const { value: top, diagnostics } = readSettings(file, engines);
  return { value: { file, top }, diagnostics };
}

interface Found {
  readonly paths: ProjectPaths;
  readonly discovered: DiscoveredFiles;
}

async function readConfig({ file, top }: ReadFile, found: Found, known: Settings | undefined): Promise<Outcome<Settings>> {
  const { folders } = found.discovered;
  if (known?.folders.every(({ path, exists }) => folders.has(path) === exists) === true) return { value: known, diagnostics: [] };
  const { readProjectConfig } = await import('./read-settings.ts');
  const asked = new Map<string, boolean>();
  const isFolder: IsFolder = (kind, names) => {
    const paths = found.paths[kind].map((base) => [...(base === '.' ? [] : [base]), ...names].join('/'));
    for (const path of paths) asked.set(path, folders.has(path));
    return paths.some((path) => folders.has(path));
  };
  const config = readProjectConfig(file.path, top, isFolder);
  const answers = [...asked].map(([path, exists]) => ({ path, exists }));
  return { value: { file, top, config: config.value, folders: answers }, diagnostics: config.diagnostics };
}

interface Parts {
  readonly options: LoadOptions;
  readonly settings: Settings;
  readonly target: Target | undefined;
  readonly paths: ProjectPaths;
  readonly discovered: DiscoveredFiles;
  readonly secrets: ReadonlySet<string>;
  readonly diagnostics: Diagnostic[];
}

function assemble(parts: Parts): Project | undefined {
  const { options, settings, target, paths, discovered, secrets } = parts;
  const { file, top, config } = settings;
  const stateSchema = readStateSchema(parts);
  const stateSchemaNode = valueOf(top, 'state_schema');
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
    ...(stateSchemaNode === undefined ? {} : { stateSchemaSpan: spanOf(file.path, stateSchemaNode) }),
    ...(indirectSelection === undefined ? {} : { indirectSelection }),
    vars: layVars(readVars(file.path, valueOf(top, 'vars')), target.vars, options.vars),
    ...config,
    files: discovered.files.filter((entry) => entry.kind !== 'seed'),
    seeds: discovered.files.filter((entry) => entry.kind === 'seed'),
    secrets: [...secrets],
  };
}

function targetNames(top: YamlNode): readonly string[] {
  const targets = valueOf(top, 'targets');
  return targets?.kind === 'map' ? targets.entries.map((entry) => entry.key) : [];
}

/** The state schema may not be the schema of any target: what is written for the chosen one could be another's tomorrow. */
function readStateSchema({ settings: { top, file }, target, diagnostics }: Parts): string {
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

/** What compiling needs before any text is rendered: macros, config, names, and where everything is. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { NodeProperties, ParsedFile, ParsedProperties } from '../parse/definitions.ts';
import { findDuplicateProperties } from '../parse/duplicate-properties.ts';
import type { ConfigTree, Project, YamlValue } from '../project/project.ts';
import type { Describe } from './docs-blocks.ts';
import { collectDocs } from './docs-blocks.ts';
import type { DisabledNode, Drafts } from './drafts.ts';
import { findUnusedProperties, makeDrafts } from './drafts.ts';
import { createEnvironment } from './environment.ts';
import type { FileTexts } from './hooks.ts';
import type { JsModuleLoader } from './js-helpers.ts';
import { loadJsHelpers } from './js-helpers.ts';
import { unusedFolders } from './merge-config.ts';
import { checkRelations, findDuplicateNames } from './naming.ts';
import { NodeIndex } from './node-index.ts';
import type { Environment } from './session.ts';
import type { DeclaredSource } from './sources.ts';
import { compileSources } from './sources.ts';

export interface CompileInput {
  readonly project: Project;
  readonly parsed: readonly ParsedFile[];
  readonly dialect: Dialect;
  /** Variables from the command line; they win over all others. */
  readonly flagVars: Readonly<Record<string, YamlValue>>;
  readonly findCheck: (name: string) => CheckDefinition | undefined;
  readonly checkNames: () => readonly string[];
}

export interface CompilePorts {
  readonly js: JsModuleLoader;
}

export interface Workspace {
  readonly environment: Environment;
  readonly drafts: Drafts;
  readonly sources: readonly DeclaredSource[];
  readonly disabled: readonly DisabledNode[];
  readonly index: NodeIndex;
  readonly describe: Describe;
  readonly texts: FileTexts;
  readonly usedFolders: Set<ConfigTree>;
  readonly diagnostics: Diagnostic[];
}

export async function prepareWorkspace(input: CompileInput, ports: CompilePorts): Promise<Workspace> {
  const { project, parsed, dialect } = input;
  const diagnostics: Diagnostic[] = [];
  const environment = await prepareEnvironment(input, ports, diagnostics);
  const texts = new Map([
    [project.file.path, project.file.text],
    ...project.sources.map((source): [string, string] => [source.path, source.text]),
  ]);
  const describe = collectDocs(parsed, texts, diagnostics);
  const properties = parsed.filter((file) => file.kind === 'properties');
  diagnostics.push(...findDuplicateProperties(properties));
  const usedFolders = new Set<ConfigTree>();
  const draftInput = { project, parsed, environment, properties: indexProperties(properties, parsed), usedFolders, diagnostics };
  const drafts = makeDrafts(draftInput);
  diagnostics.push(
    ...findDuplicateNames([...drafts.models, ...drafts.seeds]),
    ...checkRelations([...drafts.models, ...drafts.seeds], project, dialect),
  );
  const modelNames = parsed.flatMap((file) => (file.kind === 'model' ? [file.name] : []));
  const seedNames = [...drafts.seeds, ...drafts.disabled].filter((draft) => draft.kind === 'seed').map((draft) => draft.name);
  diagnostics.push(...findUnusedProperties(draftInput, { models: modelNames, seeds: seedNames }));
  const declared = compileSources({
    projectName: project.name,
    modelPaths: project.paths.models,
    properties,
    dialect,
    describe,
    environment,
    texts,
    diagnostics,
  });
  const disabled = [...drafts.disabled, ...declared.disabled];
  const index = new NodeIndex({
    projectName: project.name,
    dialect,
    ...drafts,
    sources: declared.sources,
    disabled,
    findCheck: input.findCheck,
  });
  return { environment, drafts, sources: declared.sources, disabled, index, describe, texts, usedFolders, diagnostics };
}

async function prepareEnvironment(input: CompileInput, ports: CompilePorts, diagnostics: Diagnostic[]): Promise<Environment> {
  const { project, parsed, dialect, flagVars } = input;
  const loaded = await loadJsHelpers(
    project.sources.filter((source) => source.kind === 'js-macro'),
    ports.js,
  );
  const macros = parsed.flatMap((file) => (file.kind === 'macros' ? file.macros : []));
  const unreadMacros = parsed.some((file) => file.kind === 'macros' && file.broken === true);
  const lost = { any: loaded.lost.any || unreadMacros, names: loaded.lost.names };
  const environment = createEnvironment({ project, dialect, flagVars, macros, functions: loaded.functions, lost });
  diagnostics.push(...loaded.diagnostics, ...environment.diagnostics);
  return environment.value;
}

/** The first entry for each name: others have been reported. */
function indexProperties(
  files: readonly ParsedProperties[],
  parsed: readonly ParsedFile[],
): {
  readonly models: ReadonlyMap<string, NodeProperties>;
  readonly seeds: ReadonlyMap<string, NodeProperties>;
} {
  const models = new Map<string, NodeProperties>();
  const seeds = new Map<string, NodeProperties>();
  for (const file of files) {
    for (const node of file.models) if (!models.has(node.name)) models.set(node.name, node);
    for (const node of file.seeds) if (!seeds.has(node.name)) seeds.set(node.name, node);
  }
  nameAfterModel(models, new Set(parsed.flatMap((file) => (file.kind === 'model' ? [file.name] : []))));
  return { models, seeds };
}

/** The newest version may stand in a file that has the name of the model alone. */
function nameAfterModel(models: Map<string, NodeProperties>, files: ReadonlySet<string>): void {
  for (const [name, node] of Array.from(models)) {
    const model = node.version?.model;
    if (node.version?.mayBePlain !== true || model === undefined || files.has(name) || !files.has(model)) continue;
    models.delete(name);
    models.set(model, { ...node, name: model });
  }
}

/** Warns of folders in project.yaml's config that no node is in. */
export function findUnusedFolders(
  project: Project,
  used: ReadonlySet<ConfigTree>,
  folders: Readonly<Record<'models' | 'seeds' | 'tests', readonly string[]>>,
): readonly Diagnostic[] {
  return (['models', 'seeds', 'tests'] as const).flatMap((kind) =>
    unusedFolders(project.configTrees[kind], used).map(({ name, tree }) =>
      diagnose('unused-config', { folder: name, kind: kind.slice(0, -1), known: folders[kind] }, { span: tree.span }),
    ),
  );
}

/** From a folder to a linked graph: the part of every command that needs no database. */
import { randomUUID } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from '../adapter/adapter.ts';
import type { SeenProjectFile } from '../cache/known-project.ts';
import type { Analysis } from '../analyze/analysis.ts';
import { readKnownProject } from '../cache/known-project.ts';
import type { LoadedCompile } from '../cache/load-compiled.ts';
import { loadCompiled } from '../cache/load-compiled.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import type { RunHooks } from '../compile/file-record.ts';
import type { FileTexts } from '../compile/hooks.ts';
import type { JsModuleLoader } from '../compile/js-helpers.ts';
import { findUnusedVariables, readVariables } from '../compile/unused-variables.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { Graph } from '../graph/graph.ts';
import { ancestors, brokenFor } from '../graph/traverse.ts';
import { findProject, projectFileIn } from '../project/find-project.ts';
import type { Settings } from '../project/load-project.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project, YamlValue } from '../project/project.ts';
import { traced } from '../project/tracer.ts';
import type { Vars } from '../project/vars.ts';
import type { Deferral } from './deferral.ts';
import { engines } from './engines.ts';
import { exitCodes, Stop } from './exit.ts';
import { locateSyntaxError } from './locate-syntax-error.ts';
import type { Host } from './host.ts';
import type { ProjectOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** Everything that is known of a project before a database is asked. */
export interface LoadedGraph {
  readonly project: Project;
  readonly graph: Graph;
  /** Variables from the command line. */
  readonly flagVars: Vars;
  readonly texts: FileTexts;
  /** Changes with each file that is compiled. */
  readonly contentHash: () => string;
  /** Files that were compiled now, not taken from the cache. */
  readonly compiled: readonly string[];
  /** The nodes that a file gives. */
  readonly nodesOf: (path: string) => readonly NodeId[];
  readonly hooks: RunHooks;
  readonly engine: Engine;
  /** What is known of columns; `graph` has the texts that were made whole with them. Absent where nobody asked. */
  readonly analysis?: Analysis;
  /** What is read in another environment; `graph` and `hooks` read it there. Absent where nobody asked. */
  readonly deferral?: Deferral;
  /** Errors that belong to one node: they matter only to a command that needs it. */
  readonly nodeErrors: readonly Diagnostic[];
  /** Compiles SQL that is in no file. */
  readonly compileInline: (source: SourceFile) => Promise<Outcome<CompiledText>>;
  /** Compiles the text of a model for a unit test. */
  readonly compileUnitTest: LoadedCompile['compileUnitTest'];
  /** Renders a text of a node again, with the columns of others. */
  readonly renderAgain: LoadedCompile['renderAgain'];
  /** Opens what is remembered of queries that an engine was asked about. Absent without a cache. */
  readonly openBindings?: LoadedCompile['openBindings'];
  /** What was seen of sources in the database of the target. Absent without a cache. */
  readonly sources?: LoadedCompile['sources'];
}

/**
 * The port through which project JS is loaded: it runs with the rights of the user. A process that loads it once more gives
 * another `edition`: Node.js keeps a module for as long as its address is the same.
 */
export function jsLoader(root: string, texts: FileTexts, edition = ''): JsModuleLoader {
  return {
    load: async (path) => {
      const module: unknown = await import(`${pathToFileURL(join(root, path)).href}${edition}`).catch((cause: unknown) => {
        throw locateSyntaxError(cause, path, texts.get(path) ?? '');
      });
      return typeof module === 'object' && module !== null ? { ...module } : {};
    },
  };
}

/** Finds the folder of the project, by flag or upwards from where the user stands. */
export function findRoot(host: Host, options: ProjectOptions): string {
  if (options.projectDir !== undefined) return resolve(host.cwd, options.projectDir);
  const found = findProject(host.cwd, host.files);
  if (found.value === undefined) throw new Stop(exitCodes.usage, found.diagnostics);
  return found.value;
}

/** A project before any file of it but project.yaml was looked at. */
interface OpenProject {
  readonly project: Project;
  readonly settings: Settings | undefined;
  /** How project.yaml stood, if it was read now. */
  readonly seen: SeenProjectFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly flagVars: Vars;
}

/** What a run does as soon as the folder for its output (absolute) is known, before anything else can go wrong. */
export type Begin = (folder: string, mask: (text: string) => string, project: Project | undefined) => void;

/** Loads project.yaml, and finds the files of the project. Stops the command when the project as such is unusable. */
export async function openProject(host: Host, screen: Screen, options: ProjectOptions, begin?: Begin): Promise<OpenProject> {
  const root = findRoot(host, options);
  const flagVars = options.vars === undefined ? {} : await readFlagVars(screen, options.vars);
  const build = buildOf(host, options);
  const known = build === undefined ? undefined : readKnownProject(host.files, root, build);
  const seen = known === undefined ? seeProjectFile(host, root) : undefined;
  const loaded = await traced(host.trace, 'load project', () =>
    loadProject(
      { root, targetName: options.target, envName: options.env, vars: flagVars, env: host.env },
      { files: host.files, tracer: host.trace },
      engines,
      known,
    ),
  );
  screen.addSources(loaded.sources);
  screen.addSecrets(loaded.secrets);
  if (loaded.targetPath !== undefined) begin?.(join(root, loaded.targetPath), screen.mask().apply, loaded.value);
  if (loaded.value === undefined) throw new Stop(exitCodes.usage, loaded.diagnostics);
  screen.addSecrets(environmentSecrets(host, loaded.value));
  if (hasErrors(loaded.diagnostics)) {
    // Files that cannot be read are told in the same run.
    const { readSources } = await import('../project/read-sources.ts');
    const { diagnostics } = readSources(root, loaded.value.files, host.files);
    throw new Stop(exitCodes.usage, [...loaded.diagnostics, ...diagnostics]);
  }
  return { project: loaded.value, settings: loaded.settings, seen, diagnostics: loaded.diagnostics, flagVars };
}

/** Secrets that the engine takes from the environment, where the target does not name them. */
function environmentSecrets({ env }: Host, { target }: Project): readonly string[] {
  const names = engines.find((engine) => engine.type === target.type)?.secretVariables ?? [];
  return names.flatMap((name) => env[name] ?? []);
}

/** What writes and reads the cache; undefined when there is to be none. */
function buildOf(host: Host, options: ProjectOptions): string | undefined {
  return options.cache === false ? undefined : host.build;
}

function seeProjectFile(host: Host, root: string): SeenProjectFile | undefined {
  const name = projectFileIn(root, host.files).value;
  const stamp = name === undefined ? undefined : host.files.stat(join(root, name));
  return stamp === undefined ? undefined : { stamp, readAt: host.clock.now() };
}

async function readFlagVars(screen: Screen, text: string): Promise<Vars> {
  const { parseVars } = await import('../project/parse-vars.ts');
  const source: SourceFile = { path: '--vars', text };
  const vars = parseVars(source);
  screen.addSources([source]);
  if (hasErrors(vars.diagnostics)) throw new Stop(exitCodes.usage, vars.diagnostics);
  return vars.value;
}

type LoadOptions = ProjectOptions & { readonly inline?: string };

/** Compiles and links the whole project, as far as it has changed. Project-wide errors stop; errors of single nodes are handed on. */
export async function loadGraph(host: Host, screen: Screen, options: LoadOptions, begin?: Begin): Promise<LoadedGraph> {
  const { loaded, projectErrors, stop } = await loadFlawed(host, screen, options, begin);
  if (projectErrors.length > 0) throw stop;
  return loaded;
}

/** A graph of which nothing may be built where there are project-wide errors. */
export interface FlawedGraph {
  readonly loaded: LoadedGraph;
  readonly projectErrors: readonly Diagnostic[];
  /** What ends a command that needs a sound project. */
  readonly stop: Stop;
}

/** The same, with project-wide errors handed on to who looks at the rest all the same. */
export async function loadFlawed(host: Host, screen: Screen, options: LoadOptions, begin?: Begin): Promise<FlawedGraph> {
  const { project, settings, seen, diagnostics: ofSettings, flagVars } = await openProject(host, screen, options, begin);
  const engine = engines.find((candidate) => candidate.type === project.target.type) ?? bug(`no engine ${project.target.type}`);
  const compiled = await loadCompiled(
    {
      project,
      dialect: engine.dialect,
      flagVars: plainValues(flagVars),
      build: settings === undefined ? undefined : buildOf(host, options),
      settings,
      seen,
      unique: randomUUID().slice(0, 8),
      now: host.clock.now,
    },
    { files: host.files, js: (texts) => jsLoader(project.root, texts, host.jsEdition?.()), tracer: host.trace },
  );
  host.trace?.count('work', { ...compiled.counts });
  host.atEnd((isDamaged) => {
    compiled.close();
    if (isDamaged) compiled.dropCache();
  });
  screen.addTexts(compiled.texts.get);
  const unused = describeUnused(compiled, flagVars, options.inline);
  const diagnostics = [...ofSettings, ...unused, ...compiled.diagnostics];
  const ofNodes = (entry: Diagnostic): boolean => entry.severity === 'error' && entry.node !== undefined;
  const projectWide = diagnostics.filter((entry) => !ofNodes(entry));
  const projectErrors = projectWide.filter(({ severity }) => severity === 'error');
  if (projectErrors.length === 0) screen.showDiagnostics(projectWide);
  const { graph, hooks, texts, contentHash, compiled: fresh, nodesOf, compileInline, compileUnitTest, renderAgain } = compiled;
  const nodeErrors = diagnostics.filter(ofNodes);
  const loaded: LoadedGraph = {
    project,
    graph,
    flagVars,
    texts,
    contentHash,
    compiled: fresh,
    nodesOf,
    hooks,
    engine,
    nodeErrors,
    compileInline,
    compileUnitTest,
    renderAgain,
    openBindings: compiled.openBindings,
    sources: compiled.sources,
  };
  return { loaded, projectErrors, stop: new Stop(exitCodes.usage, diagnostics) };
}

/** Variables of the flag that nothing in the project reads or sets, nor the SQL of the command line. */
function describeUnused({ unusedVars }: LoadedCompile, flagVars: Vars, inline: string | undefined): readonly Diagnostic[] {
  const { names, known } = unusedVars();
  if (names.length === 0) return [];
  const read = inline === undefined ? known : [...known, ...readVariables([inline]).known];
  const unused =
    inline === undefined ? names : findUnusedVariables(names, { settings: '', properties: [], texts: [inline], helpers: [] }).names;
  return unused.flatMap((name) => diagnose('unused-variable', { name, known: read }, { span: flagVars[name]?.span }));
}

export function plainValues(vars: Vars): Readonly<Record<string, YamlValue>> {
  return Object.fromEntries(Object.entries(vars).map(([name, { value }]) => [name, value]));
}

/** Whether something that a command needs did not compile. */
export function isBroken({ graph, nodeErrors }: LoadedGraph, needed: ReadonlySet<NodeId>): boolean {
  if (nodeErrors.length === 0) return false;
  const all = new Set<string>([...needed, ...ancestors(graph, needed)]);
  // A node may compile and still have an error: a name that the database cannot have.
  return brokenFor(graph, needed).length > 0 || nodeErrors.some(({ node }) => node !== undefined && all.has(node));
}

/** A path as the user would type it from where they stand. */
export function displayPath(host: Host, path: string): string {
  const shown = relative(host.cwd, path);
  return shown === '' ? '.' : shown;
}

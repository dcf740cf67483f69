/** From a folder to a linked graph: the part of every command that needs no database. */
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from '../adapter/adapter.ts';
import { checkNames, findCheck } from '../checks/vocabulary.ts';
import { compileProject } from '../compile/compile-project.ts';
import type { CompiledProject, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/graph.ts';
import { ancestors, brokenFor } from '../graph/traverse.ts';
import type { ParsedFile } from '../parse/definitions.ts';
import { parseFile } from '../parse/parse-file.ts';
import { findProject } from '../project/find-project.ts';
import { loadProject } from '../project/load-project.ts';
import type { Located, Project, YamlValue } from '../project/project.ts';
import { traced } from '../project/tracer.ts';
import { parseVars } from '../project/vars.ts';
import { engines } from './engines.ts';
import { exitCodes, Stop } from './exit.ts';
import { locateSyntaxError } from './locate-syntax-error.ts';
import type { Host } from './host.ts';
import type { ProjectOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** Everything that is known of a project before a database is asked. */
export interface LoadedGraph {
  readonly project: Project;
  readonly parsed: readonly ParsedFile[];
  readonly compiled: CompiledProject;
  readonly graph: Graph;
  readonly engine: Engine;
  readonly flagVars: Readonly<Record<string, Located<YamlValue>>>;
  /** Errors that belong to one node: they matter only to a command that needs it. */
  readonly nodeErrors: readonly Diagnostic[];
}

/** The port through which project JS is loaded: it runs with the rights of the user. */
export function jsLoader(project: Project): { readonly load: (path: string) => Promise<Record<string, unknown>> } {
  return {
    load: async (path) => {
      const module: unknown = await import(pathToFileURL(join(project.root, path)).href).catch((cause: unknown) => {
        throw locateSyntaxError(cause, path, project.sources.find((source) => source.path === path)?.text ?? '');
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

/** Loads project.yaml and its files. Stops the command when the project as such is unusable. */
export function openProject(
  host: Host,
  screen: Screen,
  options: ProjectOptions,
): { project: Project; diagnostics: readonly Diagnostic[]; flagVars: LoadedGraph['flagVars'] } {
  const root = findRoot(host, options);
  const varsSource: SourceFile = { path: '--vars', text: options.vars ?? '{}' };
  const vars = parseVars(varsSource);
  screen.addSources([varsSource]);
  if (hasErrors(vars.diagnostics)) throw new Stop(exitCodes.usage, vars.diagnostics);
  const loaded = traced(host.trace, 'load project', () =>
    loadProject({ root, targetName: options.target, vars: vars.value, env: host.env }, { files: host.files, tracer: host.trace }, engines),
  );
  screen.addSources(loaded.sources);
  screen.addSecrets(loaded.secrets);
  if (loaded.value === undefined || hasErrors(loaded.diagnostics)) throw new Stop(exitCodes.usage, loaded.diagnostics);
  return { project: loaded.value, diagnostics: loaded.diagnostics, flagVars: vars.value };
}

/** Parses, compiles and links the whole project. Project-wide errors stop; errors of single nodes are handed on. */
export async function loadGraph(host: Host, screen: Screen, options: ProjectOptions & { readonly inline?: string }): Promise<LoadedGraph> {
  const { project, diagnostics: projectDiagnostics, flagVars } = openProject(host, screen, options);
  const engine = engines.find((candidate) => candidate.type === project.target.type) ?? bug(`no engine ${project.target.type}`);
  const diagnostics: Diagnostic[] = [...projectDiagnostics, ...unusedVars(screen, project, flagVars, options.inline)];
  const parsed: ParsedFile[] = [];
  traced(host.trace, 'parse', () => {
    for (const source of project.sources) {
      const outcome = parseFile(source, project.name);
      diagnostics.push(...outcome.diagnostics);
      if (outcome.value !== undefined) parsed.push(outcome.value);
    }
  });
  const compiled = await traced(host.trace, 'compile', () =>
    compileProject(
      { project, parsed, dialect: engine.dialect, flagVars: plainValues(flagVars), findCheck, checkNames },
      { js: jsLoader(project) },
    ),
  );
  const unparsed = new Set(diagnostics.flatMap((entry) => (entry.severity === 'error' && entry.node !== undefined ? [entry.node] : [])));
  // What a half-read template leads to says nothing new.
  diagnostics.push(...compiled.diagnostics.filter((entry) => entry.node === undefined || !unparsed.has(entry.node)));
  const broken = [...new Set([...compiled.value.broken, ...nodeIds(compiled.value).filter((id) => unparsed.has(id))])];
  const graph = traced(host.trace, 'link', () => buildGraph({ ...compiled.value, broken }, engine.dialect.foldIdentifier));
  diagnostics.push(...graph.diagnostics);
  const ofNodes = (entry: Diagnostic): boolean => entry.severity === 'error' && entry.node !== undefined;
  const projectWide = diagnostics.filter((entry) => !ofNodes(entry));
  if (hasErrors(projectWide)) throw new Stop(exitCodes.usage, diagnostics);
  screen.showDiagnostics(projectWide);
  return { project, parsed, compiled: compiled.value, graph: graph.value, engine, flagVars, nodeErrors: diagnostics.filter(ofNodes) };
}

function nodeIds({ models, tests }: CompiledProject): readonly NodeId[] {
  return [...models, ...tests].map((node) => node.id);
}

const LITERAL_VARIABLE = /\bvar\s+(?:"([^"]*)"|'([^']*)')/g;
const COMPUTED_VARIABLE = /\bvar\s+[^\s"']/;

/** Variables of the flag that nothing in the project reads or sets; none where a template works out which one it reads. */
function unusedVars(screen: Screen, project: Project, flagVars: LoadedGraph['flagVars'], inline = ''): readonly Diagnostic[] {
  const names = Object.entries(flagVars);
  if (names.length === 0) return [];
  const settings = screen.sources(project.file.path)?.text ?? '';
  const texts = [settings, inline, ...project.sources.map(({ text }) => text)];
  if (texts.some((text) => COMPUTED_VARIABLE.test(text))) return [];
  const known = new Set(texts.flatMap((text) => [...text.matchAll(LITERAL_VARIABLE)].map(([, double, single]) => double ?? single ?? '')));
  // Helpers in JavaScript are given all of them.
  const helpers = project.sources.filter(({ path }) => path.endsWith('.js')).map(({ text }) => text);
  return names.flatMap(([name, { span }]) => {
    const mentioned =
      known.has(name) ||
      helpers.some((text) => text.includes(name)) ||
      texts.some((text) => text.includes(`vars.${name}`)) ||
      settings.includes(`${name}:`);
    return mentioned ? [] : [diagnose('unused-variable', { name, known: [...known] }, { span })];
  });
}

function plainValues(vars: LoadedGraph['flagVars']): Readonly<Record<string, YamlValue>> {
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

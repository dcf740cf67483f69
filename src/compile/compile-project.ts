/** Compiles a project: what is new, and what may come out differently because of it. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CheckDefinition } from '../checks/check-definition.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { Project, YamlValue } from '../project/project.ts';
import type { Tracer } from '../project/tracer.ts';
import { traced } from '../project/tracer.ts';
import type { FactStage } from './changed-facts.ts';
import { changedFacts } from './changed-facts.ts';
import type { EarlierCompile } from './earlier.ts';
import type { SharedEnvironment } from './environment.ts';
import { shareEnvironment } from './environment.ts';
import type { Fact, FactKey, FactName } from './fact.ts';
import { readFactKey } from './fact.ts';
import { Facts } from './facts.ts';
import type { ProjectContext } from './file-context.ts';
import { FileContext } from './file-context.ts';
import type { FreshFile } from './compiled-file.ts';
import type { FileRecord } from './file-record.ts';
import { compareFiles } from './compiled-file.ts';
import type { FileWork } from './file-work.ts';
import { absorb, dropWork, factsOfHelpers, finishWork, hasStages, startWork } from './file-work.ts';
import { builtinNames } from './functions/builtins.ts';
import type { JsModuleLoader } from './js-helpers.ts';
import { JsModules, ModuleNeeded } from './js-modules.ts';
import { bodyOf, finishModel, renderModel } from './models.ts';
import { checkDefinitions, checkNames, findUnused } from './project-checks.ts';
import type { LostNames } from './session.ts';
import { ephemeralDraft, makeHead, makeNodes, makeTests } from './stages.ts';

export interface CompileInput {
  readonly project: Project;
  readonly dialect: Dialect;
  /** Variables from the command line; they win over all others. */
  readonly flagVars: Readonly<Record<string, YamlValue>>;
  readonly findCheck: (name: string) => CheckDefinition | undefined;
  readonly checkNames: () => readonly string[];
  /** The files that are new or have changed, by path and in order, with their texts; seeds have none. */
  readonly fresh: ReadonlyMap<string, FreshFile>;
  readonly earlier: EarlierCompile;
}

export interface CompilePorts {
  readonly js: JsModuleLoader;
  readonly tracer?: Tracer | undefined;
}

export interface Compilation {
  /** Problems that belong to no single file. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is described and not there. */
  readonly unused: readonly FactName[];
  readonly counts: CompileCounts;
}

export interface CompileCounts {
  /** Property files that were parsed. */
  readonly yaml: number;
  /** Models, tests and files of macros that were parsed. */
  readonly templates: number;
  /** Files whose nodes were made. */
  readonly compiled: number;
}

/** Takes what was compiled of one file, and its text where it has one. */
export type TakeRecord = (record: FileRecord, text: string | undefined) => void;

/**
 * Compiles `input.fresh` and whatever depends on it, and hands over the records of these files, in order; all others are
 * as the earlier compile left them. Nodes with errors are in their record and listed as broken.
 */
export async function compileProject(input: CompileInput, ports: CompilePorts, take: TakeRecord): Promise<Compilation> {
  const compiler = new Compiler(input, ports);
  const first = traced(ports.tracer, 'parse', () => compiler.start());
  return traced(ports.tracer, 'compile', () => compiler.run(first, take));
}

/** Files that are finished together. */
const batchSize = 1000;

class Compiler {
  readonly #input: CompileInput;
  readonly #facts: Facts;
  readonly #context: ProjectContext;
  readonly #modules: JsModules;
  /** By path. Grows while it is found out who is affected. */
  #works = new Map<string, FileWork>();

  constructor(input: CompileInput, ports: CompilePorts) {
    const { project, dialect, findCheck, checkNames: known, earlier, fresh } = input;
    this.#input = input;
    this.#facts = new Facts(earlier);
    const get = (path: string): string | undefined => {
      if (path === project.file.path) return project.file.text;
      const found = fresh.get(path);
      return found === undefined ? earlier.text(path) : found.text;
    };
    this.#context = { project, dialect, findCheck, checkNames: known, texts: { get } };
    this.#modules = new JsModules(ports.js, { get });
  }

  /** Parses what has to be compiled in any case. */
  start(): readonly FileWork[] {
    const { earlier, fresh } = this.#input;
    return [...fresh.keys(), ...earlier.repeated.filter((path) => !fresh.has(path))].map((path) => this.#start(path));
  }

  async run(first: readonly FileWork[], take: TakeRecord): Promise<Compilation> {
    const { earlier } = this.#input;
    const { project, dialect } = this.#context;
    const lost = await this.#loadHelpers(first);
    const checked = { project, dialect, earlier, facts: this.#facts };
    this.#sortWorks();
    const definitions = checkDefinitions({ ...checked, works: this.#works });
    const changed = this.#changed('text', first, earlier.lost);
    const environment = shareEnvironment({
      project,
      dialect,
      flagVars: this.#input.flagVars,
      facts: this.#facts,
      modules: this.#modules,
      lost: { any: lost.any, names: new Set([...lost.names, ...definitions.missing]), sources: first.some(hidesSources) },
    });
    this.#startAskers(changed);
    await this.#settle(environment);
    this.#sortWorks();
    const works = [...this.#works.values()];
    for (let at = 0; at < works.length; at += batchSize) await this.#finish(works.slice(at, at + batchSize), environment, take);
    const names = checkNames({ ...checked, works: this.#works });
    const unused = findUnused({ ...checked, works: this.#works });
    return {
      diagnostics: [...lost.diagnostics, ...definitions.diagnostics, ...names, ...unused.diagnostics],
      unused: unused.properties,
      counts: this.#count(),
    };
  }

  #count(): CompileCounts {
    const kinds = [...this.#works.values()].map(({ file }) => file.kind);
    const count = (...wanted: readonly string[]): number => kinds.filter((kind) => wanted.includes(kind)).length;
    return { yaml: count('properties'), templates: count('model', 'singular-test', 'macro'), compiled: kinds.length };
  }

  #start(path: string): FileWork {
    const { fresh, earlier, project } = this.#input;
    const given = fresh.get(path);
    const file = given?.file ?? earlier.file(path);
    const hasText = file.kind !== 'seed' && file.kind !== 'project';
    const text = given === undefined && hasText ? earlier.text(path) : given?.text;
    const work = startWork(file, text, this.#facts, project.name);
    this.#works.set(path, work);
    this.#facts.renew(path);
    this.#facts.give(file, work.facts);
    return work;
  }

  /** Loads the JavaScript files among `works`: only they can say what they export. */
  async #loadHelpers(works: readonly FileWork[]): Promise<LostNames & { readonly diagnostics: readonly Diagnostic[] }> {
    const names = new Set<string>();
    const diagnostics: Diagnostic[] = [];
    let any = works.some(({ parsed }) => parsed?.kind === 'macros' && parsed.broken === true);
    for (const work of works) {
      if (work.file.kind !== 'js-macro') continue;
      if (work.text === undefined) {
        any = true;
        continue;
      }
      const loaded = await this.#modules.load(work.file.path);
      this.#add(work, factsOfHelpers(work, loaded.functions));
      diagnostics.push(...loaded.diagnostics);
      any ||= loaded.lost.any;
      for (const name of loaded.lost.names) names.add(name);
    }
    return { any, names, diagnostics };
  }

  #add(work: FileWork, facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    work.facts = [...work.facts, ...facts];
    this.#facts.give(work.file, facts);
  }

  #sortWorks(): void {
    if (this.#input.earlier.isEmpty) return;
    const sorted = [...this.#works].sort(([, a], [, b]) => compareFiles(a.file, b.file));
    this.#works = new Map(sorted);
  }

  /** Brings every file to where others can ask for all of it, and takes in those that would be told something else than before. */
  async #settle(environment: SharedEnvironment): Promise<void> {
    const stages = [
      ['head', (work: FileWork) => this.#makeHead(work, environment)],
      ['body', (work: FileWork) => this.#makeBody(work, environment)],
      ['query', (work: FileWork) => this.#makeQuery(work, environment)],
    ] as const;
    const seen = new Set<FactStage>();
    for (let level = 0; level < stages.length;) {
      const [stage, make] = stages[level] ?? bug(`there is no stage ${level}`);
      const behind = [...this.#works.values()].filter((work) => work.reached <= level);
      for (const work of behind) {
        const waiting = hasStages(work) ? this.#whileLoading(() => make(work)) : undefined;
        if (waiting !== undefined) await waiting;
        work.reached = level + 1;
      }
      const changed = this.#changed(stage, behind, seen.has(stage) ? [] : this.#input.earlier.lost);
      seen.add(stage);
      // Newcomers start from the first stage; the others wait.
      level = this.#startAskers(changed) ? 0 : level + 1;
    }
  }

  #changed(stage: FactStage, works: readonly FileWork[], lost: readonly string[]): readonly FactKey[] {
    const { earlier } = this.#input;
    if (earlier.isEmpty) return [];
    const paths = new Set([...lost, ...works.map((work) => work.file.path)]);
    return changedFacts(
      earlier,
      stage,
      [...paths],
      works.flatMap((work) => work.facts),
    );
  }

  /** Starts on every file that asked for one of these facts; false when there is none. */
  #startAskers(changed: readonly FactKey[]): boolean {
    const { earlier } = this.#input;
    const before = this.#works.size;
    for (const key of changed) {
      const { kind, name } = readFactKey(key);
      const base = kind === 'macro' ? name.slice(0, name.lastIndexOf('@')) : name;
      // Nobody notes that a built-in was what it seemed: if that has changed, all are asked.
      const isForAll = (kind === 'macro' || kind === 'helper') && builtinNames.has(base);
      for (const path of isForAll ? this.#asking() : earlier.askers(kind, name)) if (!this.#works.has(path)) this.#start(path);
    }
    return this.#works.size > before;
  }

  /** Kept files that may have asked for something; the others only tell what is in them. */
  #asking(): readonly string[] {
    const { earlier } = this.#input;
    return [...earlier.files()].filter((path) => !['macro', 'js-macro', 'docs', 'fixture'].includes(earlier.file(path).kind));
  }

  /** Runs a stage, once more for each JavaScript file that it turns out to need. Waiting for nothing takes time, too. */
  #whileLoading(run: () => void): Promise<void> | undefined {
    const needed = tryToRun(run);
    return needed === undefined ? undefined : this.#modules.load(needed).then(() => this.#whileLoading(run));
  }

  /** Runs a stage of one file; where that throws, nothing has changed. */
  #run<T>(work: FileWork, environment: SharedEnvironment, stage: (context: FileContext) => T): T {
    work.context ??= new FileContext(this.#context, environment, work.asker);
    const result = stage(work.context.begin());
    absorb(work, work.context);
    return result;
  }

  #makeHead(work: FileWork, environment: SharedEnvironment): void {
    const { head, facts, disabled } = this.#run(work, environment, (context) => makeHead(work, context));
    work.head = head;
    if (disabled.length > 0) work.disabled = disabled;
    this.#add(work, facts);
  }

  #makeBody(work: FileWork, environment: SharedEnvironment): void {
    const draft = ephemeralDraft(work);
    if (draft === undefined) return;
    work.rendered = this.#run(work, environment, (context) => renderModel(draft, context));
    this.#add(work, [{ kind: 'body', name: draft.id, value: bodyOf(work.rendered) }]);
  }

  #makeQuery(work: FileWork, environment: SharedEnvironment): void {
    const { rendered } = work;
    if (rendered === undefined) return;
    work.model = this.#run(work, environment, (context) => finishModel(rendered, context));
    this.#add(work, [{ kind: 'query', name: work.model.id, value: work.model.full.sql }]);
  }

  /** Finishes some files, one stage after the other: going through all stages file by file, the processor forgets what it was at. */
  async #finish(works: readonly FileWork[], environment: SharedEnvironment, take: TakeRecord): Promise<void> {
    const stages = [(work: FileWork) => this.#makeNodes(work, environment), (work: FileWork) => this.#makeTests(work, environment)];
    for (const make of stages) {
      for (const work of works) {
        const waiting = hasStages(work) ? this.#whileLoading(() => make(work)) : undefined;
        if (waiting !== undefined) await waiting;
      }
    }
    for (const work of works) {
      take(finishWork(work), work.text);
      dropWork(work);
    }
  }

  #makeNodes(work: FileWork, environment: SharedEnvironment): void {
    const { nodes, disabled, hooks } = this.#run(work, environment, (context) => makeNodes(work, context));
    work.nodes = nodes;
    if (disabled.length > 0) work.disabled = [...work.disabled, ...disabled];
    work.hooks = hooks;
  }

  #makeTests(work: FileWork, environment: SharedEnvironment): void {
    const { tests, disabled } = this.#run(work, environment, (context) => makeTests(work, context));
    if (tests.length > 0) work.nodes = [...work.nodes, ...tests];
    if (disabled.length > 0) work.disabled = [...work.disabled, ...disabled];
  }
}

/** A property file that could not be read, or not as YAML: sources that it may declare are not missing. */
function hidesSources({ file, text, parseDiagnostics }: FileWork): boolean {
  return file.kind === 'properties' && (text === undefined || hasErrors(parseDiagnostics.filter(({ node }) => node === undefined)));
}

/** The JavaScript file that was missing; undefined when none was. */
function tryToRun(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (cause) {
    if (cause instanceof ModuleNeeded) return cause.path;
    throw cause;
  }
}

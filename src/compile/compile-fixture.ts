/** Compiles small projects that tests write as texts. */
import { checkNames, findCheck } from '../checks/vocabulary.ts';
import { dialect } from '../adapters/duckdb/dialect.ts';
import { engine } from '../adapters/duckdb/engine.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { loadProject } from '../project/load-project.ts';
import { memoryFiles } from '../project/memory-files.ts';
import { readSources } from '../project/read-sources.ts';
import type { YamlValue } from '../project/project.ts';
import type { CompiledModel, CompiledProject, CompiledText } from './compiled.ts';
import { compileInline } from './compile-inline.ts';
import type { CompileInput } from './compile-project.ts';
import { compileProject } from './compile-project.ts';
import { nothingEarlier } from './earlier.ts';
import { earlierOfRecords } from './earlier-records.ts';
import type { FileRecord } from './file-record.ts';
import type { FileTexts } from './hooks.ts';
import { freshFiles } from './compiled-file.ts';
import { uniteDiagnostics, uniteRecords } from './file-record.ts';

export const projectYaml = `name: shop
default_target: dev
targets:
  dev: { type: duckdb, path: warehouse.duckdb, schema: main, threads: 4 }
`;

export type Files = Readonly<Record<string, string>>;

export interface FixtureOptions {
  readonly flagVars?: Readonly<Record<string, YamlValue>>;
  /** Exports of JavaScript files by path; an Error stands for one that cannot be loaded. */
  readonly modules?: Readonly<Record<string, Record<string, unknown> | Error>>;
  readonly findCheck?: CompileInput['findCheck'];
}

interface Prepared {
  readonly input: CompileInput;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads the project; `project.yaml` is {@link projectYaml} with what `files` gives under that name behind it. */
async function prepare(files: Files, options: FixtureOptions): Promise<Prepared> {
  const all = { ...files, 'project.yaml': projectYaml + (files['project.yaml'] ?? '') };
  const disk = memoryFiles(all);
  const loaded = await loadProject({ root: '/project', vars: {}, env: {} }, { files: disk }, [engine]);
  const project = loaded.value;
  if (project === undefined) throw new Error(`the fixture does not load: ${JSON.stringify(loaded.diagnostics)}`);
  const sources = readSources(project.root, project.files, disk);
  return {
    input: {
      project,
      dialect,
      flagVars: options.flagVars ?? {},
      findCheck: options.findCheck ?? findCheck,
      checkNames,
      fresh: freshFiles(project, sources.value),
      earlier: nothingEarlier,
    },
    diagnostics: [...loaded.diagnostics.filter((entry) => entry.code !== 'path-not-found'), ...sources.diagnostics],
  };
}

function ports(options: FixtureOptions): Parameters<typeof compileProject>[1] {
  return {
    js: {
      load: (path) => {
        const found = options.modules?.[path] ?? {};
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
      },
    },
  };
}

function textsOf({ fresh }: Pick<CompileInput, 'fresh'>): FileTexts {
  return { get: (path) => fresh.get(path)?.text };
}

export interface Compiled {
  readonly project: CompiledProject;
  readonly diagnostics: readonly Diagnostic[];
}

export async function compileFiles(files: Files, options: FixtureOptions = {}): Promise<Compiled> {
  const { input, diagnostics } = await prepare(files, options);
  const records: FileRecord[] = [];
  const { diagnostics: ofProject } = await compileProject(input, ports(options), (record) => void records.push(record));
  return {
    project: uniteRecords({ name: input.project.name, engine: input.dialect.engine }, records, textsOf(input)),
    diagnostics: [...diagnostics, ...uniteDiagnostics(records, ofProject)],
  };
}

/** The model of that name in a project that must be without errors. */
export async function compileModel(files: Files, name: string, options: FixtureOptions = {}): Promise<CompiledModel> {
  const { project, diagnostics } = await compileFiles(files, options);
  const errors = diagnostics.filter((entry) => entry.severity === 'error');
  if (errors.length > 0) throw new Error(`the fixture has errors: ${JSON.stringify(errors, undefined, 1)}`);
  return modelNamed(project, name);
}

export function modelNamed(project: CompiledProject, name: string): CompiledModel {
  const model = project.models.find((candidate) => candidate.name === name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model;
}

const [OPENING, CLOSING] = ['select $q$\n', '\n$q$'] as const;

/** What a template prints in a project, next to `others`: inside of an SQL string, so that it may be any text. */
export async function render(template: string, others: Files = {}, options: FixtureOptions = {}): Promise<string> {
  const { full } = await compileModel({ ...others, 'models/m.sql': OPENING + template + CLOSING }, 'm', options);
  return full.sql.slice(OPENING.length, -CLOSING.length);
}

/** Code, message and marked text of each problem of a project. */
export async function problems(files: Files, options: FixtureOptions = {}): Promise<readonly Problem[]> {
  const { diagnostics } = await compileFiles(files, options);
  return diagnostics.map((entry) => describe(entry, files));
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly help: string | undefined;
  /** `path:` and the text that the problem points at. */
  readonly at: string | undefined;
}

function describe({ code, message, help, span }: Diagnostic, files: Files): Problem {
  const prefix = span?.path === 'project.yaml' ? projectYaml.length : 0;
  const text = span === undefined ? '' : (files[span.path] ?? '').slice(span.start - prefix, span.end - prefix);
  return { code, message, help, at: span === undefined ? undefined : `${span.path}:${text}` };
}

/** Problems of one model's template, as `code: message`. */
export async function problemsOf(template: string, others: Files = {}, options: FixtureOptions = {}): Promise<readonly string[]> {
  const found = await problems({ ...others, 'models/m.sql': template }, options);
  return found.map(({ code, message }) => `${code}: ${message}`);
}

export async function inline(
  source: SourceFile,
  files: Files,
): Promise<{ readonly text: CompiledText; readonly diagnostics: readonly Diagnostic[] }> {
  const { input } = await prepare(files, {});
  const records: FileRecord[] = [];
  const { unused } = await compileProject(input, ports({}), (record) => void records.push(record));
  const texts = textsOf(input);
  const broken = new Set(records.flatMap((record) => record.broken));
  const outcome = await compileInline(source, { ...input, earlier: earlierOfRecords({ records, unused, texts }), broken }, ports({}));
  return { text: outcome.value, diagnostics: outcome.diagnostics };
}

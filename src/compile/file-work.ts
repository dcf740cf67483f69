/** One file on its way through the compiler, stage by stage. */
import { hash } from 'node:crypto';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { ParsedFile, ParsedProperties } from '../parse/definitions.ts';
import { nodeName, parseFile } from '../parse/parse-file.ts';
import type { Template } from '../parse/template.ts';
import type { ProjectFile } from '../project/project.ts';
import { findMacroShadows } from './check-macros.ts';
import type { CompiledModel, CompiledNodeUnion, NodeId } from './compiled.ts';
import type { DisabledNode } from './compiled.ts';
import type { FileDraft, SnapshotDraft } from './drafts.ts';
import type { Fact, VersionedModel } from './fact.ts';
import type { Facts } from './facts.ts';
import { Asker } from './facts.ts';
import type { FileContext } from './file-context.ts';
import type { CompiledFile } from './compiled-file.ts';
import type { FileRecord, RunHooks } from './file-record.ts';
import { nodesWithErrors } from './file-record.ts';
import { isFickle } from './is-fickle.ts';
import type { JsFunction } from './session.ts';
import type { RenderedModel } from './models.ts';
import type { DeclaredSource } from './sources.ts';
import { variableFact } from './variable-fact.ts';

/** What a file is before anything is rendered: its config is settled, and others can refer to it. */
export interface Head {
  readonly draft?: FileDraft;
  readonly snapshots?: readonly SnapshotDraft[];
  readonly sources?: readonly DeclaredSource[];
}

export interface FileWork {
  readonly file: CompiledFile;
  readonly text: string | undefined;
  parsed: ParsedFile | undefined;
  readonly parseDiagnostics: readonly Diagnostic[];
  readonly asker: Asker;
  /** How far it has come; see the stages in the compiler. */
  reached: number;
  /** Made when the file turns out to need one: most only tell what is in them. */
  context: FileContext | undefined;
  // Most files have nothing of these; so that the others cost nothing, lists are replaced, not changed.
  facts: readonly Fact[];
  disabled: readonly DisabledNode[];
  broken: readonly NodeId[];
  diagnostics: readonly Diagnostic[];
  head: Head | undefined;
  rendered: RenderedModel | undefined;
  /** The node of an ephemeral model, which others may need before its tests are looked at. */
  model: CompiledModel | undefined;
  hooks: RunHooks | undefined;
  nodes: readonly CompiledNodeUnion[];
  /** Qualified names of the tests among the nodes. */
  testNames: readonly (readonly string[])[];
}

/** What is in a file that cannot be read is not known, but what it is called: its readers are not told that it is not there. */
function parseText(file: ProjectFile, text: string | undefined, projectName: string): Outcome<ParsedFile | undefined> {
  const { kind, path, base } = file;
  if (text !== undefined) return parseFile({ kind, path, base, text }, projectName);
  const unread: Template = { nodes: [], broken: true };
  if (kind === 'model' || kind === 'singular-test')
    return { value: { kind, path, base, name: nodeName(path), template: unread }, diagnostics: [] };
  return { value: kind === 'macro' ? { kind: 'macros', path, macros: [], broken: true } : undefined, diagnostics: [] };
}

/** Parses the file. `facts` are those of the project. */
export function startWork(file: CompiledFile, text: string | undefined, facts: Facts, projectName: string): FileWork {
  const outcome = file.kind === 'project' ? { value: undefined, diagnostics: [] } : parseText(file, text, projectName);
  const parsed = outcome.value;
  return {
    file,
    text,
    parsed,
    parseDiagnostics: outcome.diagnostics,
    asker: new Asker(facts),
    reached: 0,
    context: undefined,
    facts: factsOfText(file, parsed, text),
    disabled: none,
    broken: none,
    diagnostics: parsed?.kind === 'macros' ? findMacroShadows(parsed.macros) : none,
    head: undefined,
    rendered: undefined,
    model: undefined,
    hooks: undefined,
    nodes: none,
    testNames: none,
  };
}

const none: readonly never[] = Object.freeze([]);

/** What can be told of a file from its name and text alone. */
function factsOfText(file: CompiledFile, parsed: ParsedFile | undefined, text: string | undefined): readonly Fact[] {
  const name = nodeName(file.path);
  if (file.kind === 'seed') return [{ kind: 'seed-file', name, value: true }];
  switch (parsed?.kind) {
    case 'model':
      return [{ kind: 'model-file', name, value: true }];
    case 'singular-test':
      return [{ kind: 'test-file', name, value: true }];
    case 'macros':
      return parsed.macros.map((macro) => ({ kind: 'macro', name: `${macro.name}@${macro.engine ?? ''}`, value: macro }));
    case 'tests':
      return parsed.tests.map((test) => ({ kind: 'test-definition', name: `${test.name}@${test.engine ?? ''}`, value: test }));
    case 'docs':
      return parsed.blocks.map((block) => ({ kind: 'doc', name: block.name, value: block.text }));
    case 'fixture':
      return [factOfFixture(parsed, text ?? '')];
    case 'properties':
      return factsOfProperties(parsed);
    default:
      return [];
  }
}

function factOfFixture({ path, base }: Extract<ParsedFile, { kind: 'fixture' }>, text: string): Fact {
  const below = base === '' ? path : path.slice(base.length + 1);
  return { kind: 'fixture', name: below.slice('fixtures/'.length), value: { path, version: versionOf(text) } };
}

function versionOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 16);
}

function factsOfProperties(file: ParsedProperties): readonly Fact[] {
  const { models, seeds, sources, macros, docs, vars, groups, exposures, unitTests, selectors } = file;
  return [
    ...versionedModels(models),
    ...selectors.map(({ name }): Fact => ({ kind: 'selector-name', name, value: true })),
    ...docs.map((block): Fact => ({ kind: 'doc', name: block.name, value: block.text })),
    ...vars.map(({ name, value }): Fact => ({ kind: 'variable', name, value: variableFact(value) })),
    ...groups.map((group): Fact => ({ kind: 'group', name: group.name, value: group })),
    ...exposures.map(({ name }): Fact => ({ kind: 'exposure', name, value: true })),
    ...unitTests.map(({ name }): Fact => ({ kind: 'unit-test', name, value: true })),
    ...models.map((node): Fact => ({ kind: 'model-properties', name: node.name, value: node })),
    ...seeds.map((node): Fact => ({ kind: 'seed-properties', name: node.name, value: node })),
    ...macros.map((macro): Fact => ({ kind: 'macro-properties', name: macro.name, value: macro.span })),
    ...sources.flatMap((source) =>
      source.tables.map((table): Fact => ({ kind: 'source-properties', name: `${source.name}.${table.name}`, value: table.span })),
    ),
  ];
}

function versionedModels(models: ParsedProperties['models']): readonly Fact[] {
  const found = new Map<string, VersionedModel>();
  for (const { name, version } of models) {
    if (version === undefined) continue;
    const known = found.get(version.model) ?? {};
    found.set(version.model, version.mayBePlain && known.plain === undefined ? { plain: name } : known);
  }
  return [...found].map(([name, value]): Fact => ({ kind: 'versioned-model', name, value }));
}

/** The helpers that a JavaScript file turned out to export. */
export function factsOfHelpers(work: FileWork, functions: readonly JsFunction[]): readonly Fact[] {
  const text = work.text ?? '';
  const exported = { path: work.file.path, version: versionOf(text), isFickle: isFickle(text) };
  return functions.map(({ name }) => ({ kind: 'helper', name, value: exported }));
}

/** Takes over what a stage had to say. */
export function absorb(work: FileWork, context: FileContext): void {
  if (context.diagnostics.length > 0) work.diagnostics = [...work.diagnostics, ...context.diagnostics];
  if (context.broken.length > 0) work.broken = [...new Set([...work.broken, ...context.broken])];
}

/** Whether there is anything to do for the file but to tell what is in it. */
export function hasStages({ file, parsed }: FileWork): boolean {
  if (parsed?.kind === 'properties') {
    const { sources, snapshots, exposures, unitTests, selectors, macros } = parsed;
    return [sources, snapshots, exposures, unitTests, selectors, macros].some((list) => list.length > 0);
  }
  return file.kind === 'model' || file.kind === 'seed' || file.kind === 'singular-test' || file.kind === 'project';
}

export function finishWork(work: FileWork): FileRecord {
  const { file, facts, asker, nodes, disabled, parseDiagnostics, diagnostics, hooks } = work;
  const unparsed = parseDiagnostics.length === 0 ? none : nodesWithErrors(parseDiagnostics);
  const half = unparsed.length === 0 ? none : nodes.map((node) => node.id).filter((id) => unparsed.includes(id));
  const broken = half.length === 0 ? work.broken : [...new Set([...work.broken, ...half])];
  const isFickleFile = file.kind === 'js-macro' && isFickle(work.text ?? '');
  return {
    file,
    facts,
    asks: asker.asks,
    nodes,
    disabled,
    broken,
    hooks,
    parseDiagnostics,
    diagnostics,
    isRepeated: asker.isFickle || isFickleFile || broken.length > 0 || hasErrors(parseDiagnostics) || hasErrors(diagnostics),
  };
}

/** Lets go of all but what the checks of the whole project look at: a large project would be held twice. */
export function dropWork(work: FileWork): void {
  const tests = work.nodes.filter((node) => node.resourceType === 'test');
  if (tests.length > 0) work.testNames = tests.map((node) => node.fqn);
  work.nodes = none;
  work.context = undefined;
  work.parsed = undefined;
  work.head = undefined;
  work.rendered = undefined;
  work.model = undefined;
}

/** Checks that look at a project as a whole. They look at what is new, and at what else has the same names. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { MacroDefinition, NodeProperties, ParsedDocs, ParsedFile, ParsedProperties } from '../parse/definitions.ts';
import { findDuplicateProperties, findSameColumns } from '../parse/duplicate-properties.ts';
import { nodeName, parseFile } from '../parse/parse-file.ts';
import { comparePaths } from '../project/compare-paths.ts';
import type { Project, ProjectFile } from '../project/project.ts';
import type { MacroProblems } from './check-macros.ts';
import { checkMacros } from './check-macros.ts';
import { findDuplicateDocs } from './docs-blocks.ts';
import type { EarlierCompile } from './earlier.ts';
import type { DeclaredSelector, FactKind, FactName } from './fact.ts';
import type { Facts } from './facts.ts';
import type { FileWork } from './file-work.ts';
import { findDuplicateHelpers } from './js-helpers.ts';
import { unusedFolders } from './merge-config.ts';
import type { NamedNode } from './naming.ts';
import { checkSchemas, findCollisions, findDuplicateNames, foldersOf } from './naming.ts';
import { findSecondDefaults } from './selectors.ts';
import { findDuplicateDefinitions } from './custom-tests.ts';
import { findDuplicateTests } from './singular-tests.ts';

export interface CheckInput {
  readonly project: Project;
  readonly dialect: Dialect;
  readonly earlier: EarlierCompile;
  readonly facts: Facts;
  readonly works: ReadonlyMap<string, FileWork>;
}

/** Files of the earlier compile that give a fact of the same name as one that is compiled now. */
function namesakes({ works, earlier }: CheckInput, kinds: readonly FactKind[]): readonly string[] {
  const paths = new Set<string>();
  if (earlier.isEmpty) return [];
  for (const work of works.values()) {
    for (const { kind, name } of work.facts) {
      const path = kinds.includes(kind) ? earlier.giver(kind, name) : undefined;
      if (path !== undefined && !works.has(path)) paths.add(path);
    }
  }
  return [...paths];
}

/** Puts what is kept where it belongs among what is compiled now, which is in order. Seeds come after all others. */
function inFileOrder<T>(
  fresh: readonly T[],
  kept: readonly T[],
  pathOf: (entry: T) => string,
  isSeed: (entry: T) => boolean = () => false,
): readonly T[] {
  if (kept.length === 0) return fresh;
  return [...fresh, ...kept].sort((a, b) => Number(isSeed(a)) - Number(isSeed(b)) || comparePaths(pathOf(a), pathOf(b)));
}

/** Parsed files of one kind: those that are compiled now, and those of the earlier compile that share a name with them. */
function parsedWithNamesakes<K extends ParsedFile['kind']>(
  input: CheckInput,
  kind: K,
  kinds: readonly FactKind[],
): readonly Extract<ParsedFile, { kind: K }>[] {
  const isWanted = (file: ParsedFile | undefined): file is Extract<ParsedFile, { kind: K }> => file?.kind === kind;
  const fresh = [...input.works.values()].map((work) => work.parsed).filter(isWanted);
  const { earlier } = input;
  const kept = namesakes(input, kinds).map((path) => {
    const file = earlier.file(path);
    return file.kind === 'project' ? undefined : parseFile({ kind: file.kind, path, base: file.base, text: earlier.text(path) }).value;
  });
  return inFileOrder(fresh, kept.filter(isWanted), (file) => file.path);
}

/** Doubles among what files define: before anything is compiled. */
export function checkDefinitions(input: CheckInput): MacroProblems {
  const { facts, works, earlier, dialect } = input;
  const helpers = [...works.values()]
    .filter(({ file }) => file.kind === 'js-macro')
    .map(({ file, text, facts: given }) => ({
      file: { path: file.path, text: text ?? '' },
      names: given.map(({ name }) => name),
    }));
  const keptHelpers = namesakes(input, ['helper']).map((path) => ({
    file: { path, text: earlier.text(path) },
    names: earlier.factsOf(path).map(({ name }) => name),
  }));
  const duplicateHelpers = findDuplicateHelpers(inFileOrder(helpers, keptHelpers, ({ file }) => file.path));
  const macros = checkMacros(macrosToCheck(input), dialect.engine, (name) => facts.get('helper', name)?.path);
  const properties: readonly ParsedProperties[] = parsedWithNamesakes(input, 'properties', [
    'model-properties',
    'seed-properties',
    'macro-properties',
    'source-properties',
    'versioned-model',
    'selector-name',
    'group',
    'exposure',
    'unit-test',
    'doc',
  ]);
  const docs: readonly ParsedDocs[] = [
    ...parsedWithNamesakes(input, 'docs', ['doc']),
    ...properties.map((file): ParsedDocs => ({ kind: 'docs', path: file.path, blocks: file.docs })),
  ];
  const definitions = parsedWithNamesakes(input, 'tests', ['test-definition']).flatMap(({ tests }) => tests);
  const duplicateTests = findDuplicateDefinitions(definitions);
  return {
    diagnostics: [
      ...duplicateHelpers,
      ...macros.diagnostics,
      ...duplicateTests,
      ...findDuplicateDocs(docs),
      ...findDuplicateProperties(properties),
      ...findSameColumns(properties, dialect.foldIdentifier),
    ],
    missing: macros.missing,
  };
}

/** All variants of the macros that were defined now, lost a variant, or share a name with a new helper. */
function macrosToCheck(input: CheckInput): readonly MacroDefinition[] {
  const { works, earlier } = input;
  const fresh = [...works.values()].flatMap(({ parsed }) => (parsed?.kind === 'macros' ? parsed.macros : []));
  const names = new Set(fresh.map(({ name }) => name));
  for (const path of earlier.lost)
    for (const { kind, name } of earlier.factsOf(path)) if (kind === 'macro') names.add(name.slice(0, name.lastIndexOf('@')));
  for (const work of works.values()) for (const { kind, name } of work.facts) if (kind === 'helper') names.add(name);
  const kept: MacroDefinition[] = [];
  for (const name of earlier.names('macro')) {
    const path = earlier.giver('macro', name);
    const json = earlier.json('macro', name);
    if (path === undefined || json === undefined || works.has(path) || !names.has(name.slice(0, name.lastIndexOf('@')))) continue;
    // Kept as JSON by the same build, under the kind of fact whose values are macros.
    kept.push(JSON.parse(json) as MacroDefinition);
  }
  return inFileOrder(fresh, kept, (macro) => macro.nameSpan.path);
}

/** Names and relations that get in each other's way. */
export function checkNames(input: CheckInput): readonly Diagnostic[] {
  const tests = [...input.works.keys()].filter((path) => input.works.get(path)?.file.kind === 'singular-test').map(namedFile);
  const keptTests = namesakes(input, ['test-file']).map(namedFile);
  return [
    ...findDuplicateNames(namedNodes(input, 'alike')),
    ...checkSchemas(input.project, input.dialect),
    ...findCollisions(namedNodes(input, 'relation'), input.dialect),
    ...findDuplicateTests(inFileOrder(tests, keptTests, ({ path }) => path)),
    ...findSecondDefaults(declaredSelectors(input)),
  ];
}

function namedFile(path: string): { readonly path: string; readonly name: string } {
  return { path, name: nodeName(path) };
}

function namedNodes({ works, earlier }: CheckInput, kind: 'alike' | 'relation'): readonly NamedNode[] {
  const fresh: NamedNode[] = [];
  const kept = new Map<string, NamedNode>();
  for (const work of works.values()) {
    for (const fact of work.facts) {
      if (fact.kind !== kind) continue;
      fresh.push(fact.value);
      const path = earlier.giver(kind, fact.name);
      const json = path === undefined || works.has(path) ? undefined : earlier.json(kind, fact.name);
      // Kept as JSON by the same build, under the kind of fact whose values are named nodes.
      if (path !== undefined && json !== undefined) kept.set(path, JSON.parse(json) as NamedNode);
    }
  }
  return inFileOrder(
    fresh,
    [...kept.values()],
    (node) => node.path,
    (node) => node.id.startsWith('seed.'),
  );
}

/** All named selectors, if one of those that are compiled now may be a second default. */
function declaredSelectors({ works, earlier }: CheckInput): readonly DeclaredSelector[] {
  const fresh = [...works.values()].flatMap(({ facts }) => facts.flatMap((fact) => (fact.kind === 'selector' ? [fact.value] : [])));
  if (!fresh.some(({ selector }) => selector.isDefault)) return [];
  const kept: DeclaredSelector[] = [];
  for (const name of earlier.names('selector')) {
    const path = earlier.giver('selector', name);
    const json = path === undefined || works.has(path) ? undefined : earlier.json('selector', name);
    // Kept as JSON by the same build, under the kind of fact whose values are selectors.
    if (json !== undefined) kept.push(JSON.parse(json) as DeclaredSelector);
  }
  return inFileOrder(fresh, kept, ({ place }) => place.path);
}

export interface Unused {
  readonly diagnostics: readonly Diagnostic[];
  readonly properties: readonly FactName[];
}

/** What describes or configures nothing. */
export function findUnused(input: CheckInput): Unused {
  const properties = findUnusedProperties(input);
  return { diagnostics: [...properties.diagnostics, ...findUnusedFolders(input)], properties: properties.properties };
}

const described = [
  { properties: 'model-properties', file: 'model-file', kind: 'model' },
  { properties: 'seed-properties', file: 'seed-file', kind: 'seed' },
] as const;

/** Looks at what was described now or without a node before, and at what lost its file. */
function findUnusedProperties(input: CheckInput): Unused {
  const { works, earlier, facts, project } = input;
  const diagnostics: Diagnostic[] = [];
  const properties: FactName[] = [];
  for (const { properties: kind, file, kind: word } of described) {
    const candidates = new Set(earlier.unused.filter((entry) => entry.kind === kind).map(({ name }) => name));
    for (const work of works.values()) for (const fact of work.facts) if (fact.kind === kind) candidates.add(fact.name);
    for (const path of earlier.lost) {
      for (const fact of earlier.factsOf(path)) {
        if (fact.kind !== file) continue;
        candidates.add(fact.name);
        const plain = facts.get('versioned-model', fact.name)?.plain;
        if (plain !== undefined) candidates.add(plain);
      }
    }
    const files: readonly ProjectFile[] = word === 'seed' ? project.seeds : project.files.filter((entry) => entry.kind === 'model');
    for (const name of candidates) {
      const entry = facts.get(kind, name);
      if (entry === undefined || facts.get(file, name) !== undefined || isPlain(entry, facts)) continue;
      properties.push({ kind, name });
      const known = files.map(({ path }) => nodeName(path));
      diagnostics.push(diagnose('unused-properties', { kind: word, name, known }, { span: entry.span }));
    }
  }
  return { diagnostics, properties };
}

/** Whether the newest version of a model stands in a file that has the name of the model alone. */
function isPlain({ name, version }: NodeProperties, facts: Facts): boolean {
  if (version === undefined || facts.get('versioned-model', version.model)?.plain !== name) return false;
  return facts.get('model-file', version.model) !== undefined;
}

/** Warns of folders in project.yaml's config that no node is in. */
function findUnusedFolders(input: CheckInput): readonly Diagnostic[] {
  const { project, works, earlier } = input;
  const isUsed = (name: string): boolean => {
    const asks = ({ asker }: FileWork): boolean => asker.asks.some((ask) => ask.kind === 'config-folder' && ask.name === name);
    return [...works.values()].some(asks) || earlier.askers('config-folder', name).some((path) => !works.has(path));
  };
  return (['models', 'seeds', 'snapshots', 'tests'] as const).flatMap((kind) =>
    unusedFolders(project.configTrees, kind, isUsed).map(({ name, span }) =>
      diagnose('unused-config', { folder: name, kind: kind.slice(0, -1), known: foldersAndNames(input, kind) }, { span }),
    ),
  );
}

/** Every word that could have been meant: folders and names of what is in the project. */
function foldersAndNames(
  { project, works, earlier, facts }: CheckInput,
  kind: 'models' | 'seeds' | 'snapshots' | 'tests',
): readonly string[] {
  const words = new Set<string>();
  if (kind === 'tests') {
    const fresh = [...works.values()].flatMap(({ testNames }) => testNames);
    for (const fqn of [...fresh, ...earlier.testNames((path) => !works.has(path))]) for (const word of fqn.slice(1)) words.add(word);
    return [...words];
  }
  if (kind === 'snapshots') return [...facts.names('node')];
  const files = kind === 'seeds' ? project.seeds : project.files.filter((file) => file.kind === 'model');
  for (const { path, base } of files) for (const word of [...foldersOf(path, base), nodeName(path)]) words.add(word);
  return [...words];
}

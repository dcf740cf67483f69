/** Reads the fixtures of unit tests, compiles their queries, and learns the columns of what they make up. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Session } from '../adapter/connection.ts';
import type { CatalogRelation, Column, Relation } from '../adapter/relation.ts';
import type { KnownColumns } from '../analyze/analysis.ts';
import type { CompiledFixture, CompiledUnitTest, NodeId, UnitInput } from '../compile/compiled.ts';
import type { StandIns, UnitTestText } from '../compile/compile-unit-test.ts';
import { syntheticText } from '../compile/compiled-text.ts';
import { finishQuery } from '../compile/query-text.ts';
import { columnProblems } from '../compile/unit-tests.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import { readCsvFixture } from '../parse/read-csv-fixture.ts';
import type { FixtureRows } from '../parse/unit-test-definition.ts';
import type { UnitTests } from '../plan/plan-input.ts';
import type { KnownRelation, PreparedUnitTest, UnitFixture } from '../plan/unit-test.ts';
import { analyzeWith, lookAround, nothingSeen } from './analyze-nodes.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { openAnyBinder } from './open-binder.ts';
import type { Screen } from './screen.ts';
import { readSeedFiles } from './seed-files.ts';
import { knownColumns, writeUnitColumns } from './unit-test-columns.ts';
import { loadWhole } from './whole-texts.ts';

type Prepared = ReadonlyMap<NodeId, PreparedUnitTest>;

/**
 * The unit tests among `selected`, ready to be planned, and all that is wrong with them. `loaded` comes back with the columns
 * that their models ask for.
 */
export async function prepareUnitTests(
  host: Host,
  screen: Screen,
  project: LoadedGraph,
  selected: ReadonlySet<NodeId>,
): Promise<Outcome<Prepared> & { readonly loaded: LoadedGraph }> {
  const prepared = new Map<NodeId, PreparedUnitTest>();
  const diagnostics: Diagnostic[] = [];
  const { nodes, broken } = project.graph;
  // What did not compile is told already.
  const tests = [...selected].flatMap((id) => {
    const node = nodes.get(id);
    return node?.resourceType !== 'unit_test' || broken.has(id) || broken.has(node.model) ? [] : [node];
  });
  const loaded = await loadWhole(host, screen, project, new Set(tests.map(({ model }) => model)));
  for (const node of tests) {
    const { id } = node;
    const outcome = await prepareUnitTest(loaded, node);
    diagnostics.push(...outcome.diagnostics);
    if (outcome.value !== undefined) prepared.set(id, outcome.value);
  }
  return { value: prepared, diagnostics, loaded };
}

/** One test; undefined, with what is wrong, where it cannot be run. */
export async function prepareUnitTest(loaded: LoadedGraph, node: CompiledUnitTest): Promise<Outcome<PreparedUnitTest | undefined>> {
  const diagnostics: Diagnostic[] = [];
  const inputs = nameInputs(loaded, node).map(({ input, relation }): UnitFixture => {
    const { id, written: called, span } = input;
    return { id, called, span, relation, rows: readRows(loaded, input.fixture, node.id, diagnostics) };
  });
  const expect = readRows(loaded, node.expect, node.id, diagnostics);
  const standIns = new Map(inputs.map(({ id, relation }) => [id, loaded.engine.dialect.relation(relation)]));
  const compiled = await compileText(loaded, node, standIns, true);
  diagnostics.push(...compiled.diagnostics);
  return { value: hasErrors(diagnostics) ? undefined : { id: node.id, text: compiled.value.text, inputs, expect }, diagnostics };
}

/** The query with what stands for its relations, and all columns that it asks for. `isWhole`: all that it reads has to be given. */
export async function compileText(
  loaded: LoadedGraph,
  node: CompiledUnitTest,
  standIns: StandIns,
  isWhole: boolean,
): Promise<Outcome<UnitTestText>> {
  const { path } = loaded.graph.nodes.get(node.model) ?? bug(`${node.model} is not in the graph`);
  const source = { path, text: loaded.texts.get(path) ?? bug(`${path} has no text`) };
  const columns = knownColumns(loaded);
  const columnsOf = columns && ((id: NodeId): readonly string[] => (columns(id) ?? []).map(({ name }) => name));
  const compiled = await loaded.compileUnitTest(source, { definition: node, standIns, columnsOf });
  const diagnostics = [...compiled.diagnostics];
  if (!isWhole) return compiled;
  if (!hasErrors(diagnostics)) diagnostics.push(...compareReads(loaded, node, compiled.value));
  if (hasErrors(diagnostics)) return { value: compiled.value, diagnostics };
  const filled = writeUnitColumns(loaded, node, { ...compiled.value, standIns, columns });
  return { value: { ...compiled.value, text: filled.value }, diagnostics: [...diagnostics, ...filled.diagnostics] };
}

/** A temporary relation for each input, under the name that the query may call it by where it qualifies columns. */
export function nameInputs(
  { graph, engine }: LoadedGraph,
  { inputs }: CompiledUnitTest,
): readonly { input: UnitInput; relation: Relation }[] {
  const { temporarySchema, foldIdentifier } = engine.dialect;
  const taken = new Set<string>();
  return inputs.map((input) => {
    const node = graph.nodes.get(input.id);
    const wanted = node !== undefined && 'relation' in node ? node.relation.name : bug(`${input.id} is no relation`);
    let name = wanted;
    for (let number = 2; taken.has(foldIdentifier(name)); number += 1) name = `${wanted.slice(0, 24)}_${number}`;
    taken.add(foldIdentifier(name));
    return { input, relation: { schema: temporarySchema, name } };
  });
}

/** The rows of a fixture; those of a file are read now. */
function readRows({ texts, engine }: LoadedGraph, fixture: CompiledFixture, node: NodeId, diagnostics: Diagnostic[]): FixtureRows {
  if (fixture.kind === 'query') return oneQuery(fixture, node, diagnostics);
  if (fixture.kind === 'rows') return fixture;
  const { path, format } = fixture;
  const text = texts.get(path) ?? bug(`${path} has no text`);
  if (format === 'sql') return oneQuery({ kind: 'query', sql: text, span: fixture.span }, node, diagnostics);
  const { value, diagnostics: problems } = readCsvFixture(text, (start, end) => ({ path, start, end }));
  for (const problem of [...problems, ...columnProblems(value, engine.dialect)]) diagnostics.push({ ...problem, node });
  return value;
}

/** A query as it can stand inside of a statement: only one, and without what ends it. */
function oneQuery(rows: Extract<FixtureRows, { kind: 'query' }>, node: NodeId, diagnostics: Diagnostic[]): FixtureRows {
  const finished = finishQuery(syntheticText(rows.sql), { what: 'a fixture', node, path: rows.span.path });
  for (const { message } of finished.diagnostics)
    diagnostics.push(diagnose('fixture-content', { problem: message }, { span: rows.span, node }));
  return { ...rows, sql: finished.text.sql };
}

/** Inputs that are missing, and those that nothing reads. */
function compareReads(
  { graph }: LoadedGraph,
  node: CompiledUnitTest,
  { reads, readsSelf }: { readonly reads: ReadonlyMap<NodeId, Diagnostic['span']>; readonly readsSelf: boolean },
): readonly Diagnostic[] {
  const { name: test, id, span } = node;
  const model = graph.nodes.get(node.model)?.name ?? '';
  const given = new Set(node.inputs.map((input) => input.id));
  const missing = [...reads].flatMap(([read, place]) => {
    if (given.has(read)) return [];
    const notes = place === undefined ? [] : [{ message: 'it is read here', span: place }];
    return [diagnose('unit-test-input-missing', { test, model, input: referenceTo(graph, read) }, { span, node: id, notes })];
  });
  const known = [...reads.keys()].map((read) => referenceTo(graph, read));
  const unread = node.inputs.flatMap((input) => {
    const isRead = input.id === node.model ? readsSelf : reads.has(input.id);
    const params = { input: input.written, model, known: input.id === node.model ? [] : known };
    return isRead ? [] : [diagnose('unit-test-input-unread', params, { span: input.span, node: id })];
  });
  return [...missing, ...unread];
}

/** How properties name a relation. */
export function referenceTo(graph: LoadedGraph['graph'], id: NodeId): string {
  const node = graph.nodes.get(id);
  if (node?.resourceType === 'source') return `source('${node.sourceName}', '${node.name}')`;
  const version = node?.resourceType === 'model' ? node.version : undefined;
  return version === undefined ? `ref('${node?.name ?? ''}')` : `ref('${version.model}', v=${version.v})`;
}

/** The database, where it is there. */
export interface OpenTarget {
  readonly adapter: Adapter;
  readonly session: Session;
}

/**
 * The columns of all relations that the tests make up: by their queries, else as they stand in the database, else as far as
 * they are described.
 */
export async function findUnitColumns(host: Host, loaded: LoadedGraph, tests: Prepared, open?: OpenTarget): Promise<UnitTests['columns']> {
  const ids = new Set([...tests.values()].flatMap(({ inputs }) => inputs.map(({ id }) => id)));
  if (ids.size === 0) return new Map();
  const catalog = open === undefined ? [] : await lookAround(open.adapter, open.session, loaded);
  const { foldIdentifier: fold } = loaded.engine.dialect;
  const keyOf = ({ schema, name }: Relation): string => JSON.stringify([fold(schema), fold(name)]);
  const standing = new Map(catalog.map((entry) => [keyOf(entry.relation), entry]));
  const seen = new Map<NodeId, KnownRelation | undefined>();
  const otherwise = (id: NodeId): KnownRelation | undefined => {
    if (!seen.has(id)) seen.set(id, lookUp(id));
    return seen.get(id);
  };
  const lookUp = (id: NodeId): KnownRelation | undefined => {
    const node = loaded.graph.nodes.get(id);
    if (node === undefined || !('relation' in node)) return undefined;
    const seed = node.resourceType === 'seed' ? seedColumns(host, loaded, id) : undefined;
    const stands = seed === undefined ? standing.get(keyOf(node.relation))?.columns : seed;
    // A model may stand as it was before its query changed.
    if (stands !== undefined) return { columns: stands, isWhole: node.resourceType !== 'model' };
    return {
      columns: node.columns.flatMap(({ name, dataType }) => (dataType === undefined ? [] : [{ name, type: dataType }])),
      isWhole: false,
    };
  };
  const bound = await analyzeInputs(host, loaded, ids, { catalog, isOpen: open !== undefined });
  return new Map(
    [...ids].flatMap((id): readonly (readonly [NodeId, KnownRelation])[] => {
      const known = bound?.get(id);
      const found = known === undefined ? otherwise(id) : { columns: known.columns, isWhole: known.origin !== 'declared' };
      return found === undefined ? [] : [[id, found]];
    }),
  );
}

function seedColumns({ files }: Host, loaded: LoadedGraph, id: NodeId): readonly Column[] | undefined {
  return readSeedFiles(files, loaded, new Set([id])).summaries.get(id)?.columns;
}

/** What analysis knows of these nodes. Where it finds mistakes it knows nothing; they are told where they matter. Undefined where the engine has none. */
async function analyzeInputs(
  host: Host,
  loaded: LoadedGraph,
  ids: ReadonlySet<NodeId>,
  { catalog, isOpen }: { readonly catalog: readonly CatalogRelation[]; readonly isOpen: boolean },
): Promise<ReadonlyMap<NodeId, KnownColumns> | undefined> {
  const adapter = await loaded.engine.load();
  const binder = isOpen || adapter.openBinder !== undefined ? await openAnyBinder(adapter, loaded) : undefined;
  if (binder === undefined) return undefined;
  try {
    const { value } = await analyzeWith(host, loaded, ids, { ...nothingSeen, binder, catalog: () => Promise.resolve(catalog) });
    return new Map([...value.nodes].flatMap(([id, found]) => (found.kind === 'known' ? [[id, found] as const] : [])));
  } finally {
    await binder.close();
  }
}

/** Binds every query of a project in graph order against its parents' columns: types and lineage of all, and all their problems. */
import type { BindRequest, BoundQuery, Stub } from '../adapter/analysis.ts';
import type { Column } from '../adapter/relation.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import { hasColumnSlots } from '../compile/column-slots.ts';
import { fillSlots } from '../compile/slots.ts';
import { sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ancestors, inOrder } from '../graph/traverse.ts';
import type { Analysis, ColumnsOrigin, KnownColumns, NodeAnalysis, WholeTexts } from './analysis.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import { checkConfig } from './check-config.ts';
import { checkDeclaredTypes, describeUnknownType } from './check-declared-types.ts';
import {
  checkDescribed,
  checkIncrement,
  checkKeys,
  checkMergeColumns,
  checkNames,
  checkPartitions,
  checkSequence,
  checkTests,
  checkVersions,
} from './check-shape.ts';
import { describeMisfits, describeOpaque, findCertain } from './describe-binding.ts';
import { describeRefused } from './describe-refused.ts';
import { findRefusedSeedTypes } from './describe-seed-types.ts';
import { ephemeralStub, followEphemerals, isEphemeral } from './ephemeral-lineage.ts';
import { describeWaiting, fillKnownColumns } from './fill-columns.ts';
import { findSourceColumns } from './source-columns.ts';
import { declaredInstead, readColumns, refusedUpon, suppositionOf, withoutAllSupposed, withoutSupposed } from './supposed-columns.ts';
import { cutWaves } from './waves.ts';
import type { QueryNode } from './waves.ts';

interface Work extends AnalyzePorts {
  readonly input: AnalyzeInput;
  readonly nodes: Map<NodeId, NodeAnalysis>;
  /** Declared relations that stand for a file, by the id of their source. */
  readonly files: Map<NodeId, { readonly text: string; readonly relation: Stub['relation'] }>;
  /** Texts that were made whole with the columns of other nodes. */
  readonly whole: Map<NodeId, WholeTexts>;
  readonly diagnostics: Diagnostic[];
}

interface Task {
  readonly node: QueryNode;
  readonly text: CompiledText;
}

interface BoundTask {
  readonly task: Task;
  readonly request: BindRequest;
  readonly query: BoundQuery;
}

/**
 * Looks at `input.wanted` and what is above it. Texts must have passed as single queries. Nothing is executed.
 * What reads a refused or unknown node is not bound, and not reported.
 */
export async function analyzeProject(input: AnalyzeInput, ports: AnalyzePorts): Promise<Outcome<Analysis>> {
  const work: Work = { input, ...ports, nodes: new Map(), files: new Map(), whole: new Map(), diagnostics: [] };
  const { scope, standing } = findScope(input);
  const open = takeKnown(work, scope);
  await settleRoots(work, open, standing);
  const texts = standing.size === 0 ? open : new Set([...open].filter((id) => !standing.has(id)));
  for (const wave of cutWaves(input.graph, texts)) await settleWave(work, wave);
  const found = new Map([...work.nodes].filter(([id]) => texts.has(id)));
  const ofTests = checkTests(input, open, work.nodes);
  const ofConfig = await checkConfig(input, ports, found);
  work.diagnostics.push(...(await checkDeclaredTypes(input, ports.binder, found)), ...ofConfig, ...ofTests);
  work.diagnostics.push(...checkDescribed(input, open, work.nodes));
  const nodes = new Map(
    inOrder(input.graph, work.nodes.keys()).flatMap((id): readonly [NodeId, NodeAnalysis][] => {
      const found = work.nodes.get(id);
      return found === undefined ? [] : [[id, found]];
    }),
  );
  const sure = withoutAllSupposed(input.graph, work.nodes, work.diagnostics);
  return { value: { nodes, whole: work.whole }, diagnostics: sortDiagnostics(sure) };
}

type Standing = ReadonlyMap<NodeId, KnownColumns['columns']>;

/** What is looked at: what is wanted and everything above it, as far as texts tell. `standing` is where the target tells instead. */
function findScope({ graph, wanted, standing }: AnalyzeInput): { readonly scope: ReadonlySet<NodeId>; readonly standing: Standing } {
  if (standing === undefined) return { scope: new Set([...ancestors(graph, wanted), ...wanted]), standing: new Map() };
  const scope = new Set(wanted);
  const taken = new Map<NodeId, KnownColumns['columns']>();
  // A set gives what is added while somebody goes through it.
  for (const id of scope) {
    const columns = wanted.has(id) ? undefined : standing(id);
    if (columns === undefined) for (const parent of graph.parents.get(id) ?? []) scope.add(parent);
    else taken.set(id, columns);
  }
  return { scope, standing: taken };
}

/** Settles what is known from before; gives the rest, less what the target tells. */
function takeKnown({ input, nodes, files }: Work, inScope: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const { known } = input;
  if (known === undefined) return inScope;
  const open = new Set<NodeId>();
  for (const id of inScope) {
    const found = known.get(id);
    if (found === undefined) {
      open.add(id);
      continue;
    }
    nodes.set(id, found);
    const node = input.graph.nodes.get(id);
    if (node?.resourceType === 'source' && node.external !== undefined) files.set(id, { text: node.external, relation: node.relation });
  }
  return open;
}

/** Sources, seeds, and what is taken as it stands: what no text in scope makes. */
async function settleRoots(work: Work, inScope: ReadonlySet<NodeId>, standing: Standing): Promise<void> {
  const { input, nodes } = work;
  const roots = [...inScope].flatMap((id) => input.graph.nodes.get(id) ?? []);
  const { value: sources, diagnostics } = await findSourceColumns(
    input,
    work,
    roots.filter((node) => node.resourceType === 'source'),
  );
  work.diagnostics.push(...diagnostics);
  const stubs = new Map<Stub, NodeId>();
  for (const node of roots) {
    const stands = standing.get(node.id);
    const known = stands === undefined ? rootColumns(input, node, sources) : knownAs('catalog', stands);
    if (known === 'not-a-root') continue;
    nodes.set(node.id, known ?? { kind: 'unknown', why: 'no-columns', at: node.id });
    if (known !== undefined && 'relation' in node) stubs.set({ relation: node.relation, columns: known.columns }, node.id);
    if (known !== undefined && node.resourceType === 'source' && node.external !== undefined)
      work.files.set(node.id, { text: node.external, relation: node.relation });
  }
  for (const { relation, column } of await work.binder.declare([...stubs.keys()])) {
    const [stub, id] = [...stubs].find(([entry]) => entry.relation === relation) ?? [];
    if (stub === undefined || id === undefined) continue;
    // A declared type that this engine does not know tells nothing.
    nodes.set(id, { kind: 'unknown', why: 'no-columns', at: id });
    const node = input.graph.nodes.get(id);
    if (node?.resourceType === 'source') work.diagnostics.push(...describeUnknownType(input, node, stub.columns, column));
    if (node?.resourceType === 'seed') work.diagnostics.push(...(await findRefusedSeedTypes(input, work.binder, node)));
  }
}

function rootColumns(
  { seedColumns }: AnalyzeInput,
  node: GraphNode,
  sources: ReadonlyMap<NodeId, KnownColumns>,
): KnownColumns | 'not-a-root' | undefined {
  if (node.resourceType === 'source') return sources.get(node.id);
  return node.resourceType === 'seed' ? knownAs('seed', seedColumns(node) ?? []) : 'not-a-root';
}

function knownAs(origin: ColumnsOrigin, columns: KnownColumns['columns']): KnownColumns | undefined {
  return columns.length === 0 ? undefined : { kind: 'known', origin, columns, proofs: { notNull: [], unique: [] } };
}

async function settleWave(work: Work, wave: readonly QueryNode[]): Promise<void> {
  const { input } = work;
  const tasks: Task[] = [];
  for (const node of wave) {
    const end = whereKnowledgeEnds(work, node);
    const text = node.resourceType === 'test' ? node.test.text : node.full;
    if (end !== undefined) {
      work.nodes.set(node.id, declaredInstead(node, end));
      work.diagnostics.push(...describeWaiting(input, work.nodes, node, work.diagnostics));
      continue;
    }
    const whole = await makeWhole(work, node, 'full', text);
    if (node.resourceType === 'snapshot') await makeWhole(work, node, 'current', node.current);
    if (whole === undefined) work.nodes.set(node.id, declaredInstead(node, { kind: 'refused' }));
    else tasks.push({ node, text: fillRun(work, whole) });
  }
  const bound = await bindAll(work, tasks);
  const followed = await followEphemerals(
    input,
    work.binder,
    work.nodes,
    bound.map(({ task: { node }, request, query }) => ({ node: node.id, request, query })),
  );
  for (const [at, { task, query }] of bound.entries()) {
    const known = knownBy(followed[at] ?? query);
    const { node } = task;
    const columns = afterIncrement(input, node, known.columns);
    const supposed = suppositionOf(input.graph.parents.get(node.id) ?? [], work.nodes);
    work.nodes.set(node.id, { ...known, columns, proofs: proofsOf(node, known), ...(supposed === undefined ? {} : { supposed }) });
    if (node.resourceType === 'model')
      work.diagnostics.push(
        ...checkNames(node, task.text, query.columns),
        ...checkKeys(node, query.columns),
        ...checkMergeColumns(node, query.columns),
        ...checkPartitions(node, query.columns, input.dialect.foldIdentifier),
        ...checkSequence(node, query.columns, input.dialect.foldIdentifier),
      );
    if (node.resourceType === 'snapshot') work.diagnostics.push(...checkVersions(node, query.columns, input.dialect.foldIdentifier));
  }
  await declareWave(work, wave);
  await settleIncrements(work, wave);
}

/** What readers find: what the table has, with its types, and behind it what is new. */
function afterIncrement({ kept, dialect }: AnalyzeInput, { id }: QueryNode, columns: readonly Column[]): readonly Column[] {
  const before = kept?.(id);
  if (before === undefined) return columns;
  const names = new Set(before.map(({ name }) => dialect.foldIdentifier(name)));
  return [...before, ...columns.filter(({ name }) => !names.has(dialect.foldIdentifier(name)))];
}

/** A table that grows holds rows of other queries too. */
function proofsOf(node: QueryNode, { proofs }: KnownColumns): KnownColumns['proofs'] {
  return node.resourceType === 'model' && node.config.materialized === 'incremental' ? { notNull: [], unique: [] } : proofs;
}

function knownBy(query: BoundQuery): KnownColumns {
  return { kind: 'known', origin: 'query', columns: query.columns.map(({ name, type }) => ({ name, type })), proofs: query.proofs, query };
}

/** The text with the columns of other nodes; undefined, reported, where they do not fit. */
async function makeWhole(work: Work, node: QueryNode, kind: keyof WholeTexts, text: CompiledText): Promise<CompiledText | undefined> {
  if (!hasColumnSlots(text)) return text;
  const { input, whole, diagnostics } = work;
  const filled = await fillKnownColumns(input, work, node, text);
  // What stands in an ephemeral model is written once more in each of its readers.
  const isTold = ({ code, message, span }: Diagnostic): boolean =>
    diagnostics.some(
      (other) => other.code === code && other.message === message && other.span?.path === span?.path && other.span?.start === span?.start,
    );
  for (const entry of filled.diagnostics) if (!isTold(entry)) diagnostics.push(entry);
  if (filled.text !== undefined) whole.set(node.id, { ...whole.get(node.id), [kind]: filled.text });
  return filled.text;
}

function fillRun({ input }: Work, text: CompiledText): CompiledText {
  return text.slots.length === 0 ? text : fillSlots(text, input.slots);
}

/** The first parent of which too little is known, as what its readers are. */
function whereKnowledgeEnds({ input, nodes }: Work, node: QueryNode): NodeAnalysis | undefined {
  if (input.graph.broken.has(node.id)) return { kind: 'refused' };
  for (const id of input.graph.parents.get(node.id) ?? []) {
    const parent = nodes.get(id);
    if (readColumns(parent) !== undefined) continue;
    if (parent?.kind === 'refused') return { kind: 'unknown', why: 'above-refused', at: id };
    if (parent?.kind !== 'known') return { kind: 'unknown', why: 'above-unknown', at: parent?.at ?? id };
  }
  return undefined;
}

/** Binds texts; what is refused is settled and reported here. */
async function bindAll(work: Work, tasks: readonly Task[]): Promise<readonly BoundTask[]> {
  const { input, binder, nodes, diagnostics } = work;
  const requests = tasks.map(({ node, text }) => {
    const reads = relationsRead(input, node);
    const files = filesOf(work, node.id);
    return files.length === 0 ? { sql: text.sql, reads } : { sql: text.sql, reads, files };
  });
  const bindings = requests.length === 0 ? [] : await binder.bind(requests);
  const bound: BoundTask[] = [];
  for (const [at, task] of tasks.entries()) {
    const binding = bindings[at];
    const { node, text } = task;
    if (binding?.kind === 'bound') {
      diagnostics.push(...describeMisfits(input, node, text, binding.query.misfits), ...describeOpaque(node, binding.query));
      bound.push({ task, request: requests[at] ?? text, query: binding.query });
      continue;
    }
    const certain = binding === undefined ? undefined : await findCertain(input, work, node, text, binding.error);
    if (certain !== undefined) {
      const supposed = suppositionOf(input.graph.parents.get(node.id) ?? [], nodes);
      const told = await describeRefused(input, work, task, requests[at] ?? text, certain);
      const sure = supposed === undefined ? told : withoutSupposed(input.graph, supposed, told);
      diagnostics.push(...sure);
      nodes.set(node.id, declaredInstead(node, refusedUpon(supposed, sure)));
    } else {
      nodes.set(node.id, declaredInstead(node, { kind: 'unknown', why: 'outside-name', at: node.id }));
    }
  }
  return bound;
}

/** Files that a text may read in place. */
function filesOf({ input, files }: Work, id: NodeId): readonly { readonly text: string; readonly relation: Stub['relation'] }[] {
  return files.size === 0 ? [] : parentsInText(input, id).flatMap((parent) => files.get(parent) ?? []);
}

/** The relations of what a text reads, and its own, which a text of later runs sees. */
function relationsRead(input: AnalyzeInput, node: QueryNode): readonly Stub['relation'][] {
  const parents = parentsInText(input, node.id).flatMap((id) => {
    const parent = input.graph.nodes.get(id);
    return parent !== undefined && 'relation' in parent ? [parent.relation] : [];
  });
  return 'relation' in node ? [...parents, node.relation] : parents;
}

/** Parents, and those of ephemeral parents, whose text stands inside. */
function parentsInText(input: AnalyzeInput, id: NodeId): readonly NodeId[] {
  const found = new Set<NodeId>();
  const open = [...(input.graph.parents.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    if (isEphemeral(input.graph.nodes.get(next))) open.push(...(input.graph.parents.get(next) ?? []));
  }
  return [...found];
}

/** Makes a wave known to the next ones, and an incremental model to itself. */
async function declareWave({ input, binder, nodes }: Work, wave: readonly QueryNode[]): Promise<void> {
  const stubs = wave.flatMap((node): readonly Stub[] => {
    const found = nodes.get(node.id);
    const columns = readColumns(found);
    if (node.resourceType === 'test' || columns === undefined) return [];
    if (isEphemeral(node)) return ephemeralStub(node.id, found);
    const read = (node.resourceType === 'model' && node.incremental !== undefined) || (input.graph.children.get(node.id) ?? []).length > 0;
    return read ? [{ relation: node.relation, columns, ...(found?.kind === 'known' ? { proofs: found.proofs } : {}) }] : [];
  });
  if (stubs.length === 0) return;
  const refused = new Set((await binder.declare(stubs)).map(({ relation }) => relation));
  for (const node of wave) {
    if (node.resourceType === 'test' || !refused.has(node.relation)) continue;
    const isRefused = nodes.get(node.id)?.kind === 'refused';
    nodes.set(node.id, isRefused ? { kind: 'refused' } : { kind: 'unknown', why: 'outside-name', at: node.id });
  }
}

/** The text of later runs sees the model's own table; it has to give the same columns. */
async function settleIncrements(work: Work, wave: readonly QueryNode[]): Promise<void> {
  const tasks: Task[] = [];
  for (const node of wave) {
    if (node.resourceType !== 'model' || node.incremental === undefined) continue;
    const known = work.nodes.get(node.id);
    const isBound = known?.kind === 'known' && known.origin === 'query';
    // What the binder cannot follow may run all the same, and needs its columns.
    const text = isBound || work.whole.has(node.id) ? await makeWhole(work, node, 'incremental', node.incremental) : undefined;
    if (isBound && text !== undefined) tasks.push({ node, text: fillRun(work, text) });
  }
  for (const { task, query } of await bindAll(work, tasks)) {
    const full = work.nodes.get(task.node.id);
    if (task.node.resourceType === 'model' && full?.kind === 'known')
      work.diagnostics.push(
        ...checkIncrement(task.node, full.query?.columns ?? full.columns, query.columns, work.input.dialect.foldIdentifier),
      );
  }
}

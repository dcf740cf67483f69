/**
 * Tells of each node whether what stands is what would be built, and if not, why. A relation is taken for granted when it was
 * made from the same things, reads the same states of the same parents, and stands as it was left.
 */
import type { CatalogRelation, RelationKind } from '../adapter/relation.ts';
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import { isBuilt } from '../graph/graph.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { hasColumnsOf, shapeHash, standsAsLeft } from '../state/shape-hash.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { BuildMemory } from '../state/state-writer.ts';
import type { Standing } from './build-context.ts';
import type { State } from './data-state.ts';
import { describeMove } from './describe-moves.ts';
import { describeDifferences, differences, isRewritten, isText, isToldByQuery } from './compare-fingerprints.ts';
import type { ReasonInWords } from './compare-fingerprints.ts';
import { digest, fingerprintOf, metadataOf, namesKnownTo, unsteadyPart } from './fingerprint.ts';
import { createFollower } from './follow-changes.ts';
import type { Compared, Follower } from './follow-changes.ts';
import type { Reason } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { planBatches } from './plan-batches.ts';
import { nodeOf } from './plan-tests.ts';
import { readSql } from './read-sql.ts';

/** What is known of a node that a command is about to build. */
export interface Finding {
  readonly kind: RelationKind;
  /** What will be true once it is built. */
  readonly memory: BuildMemory;
  /** Nothing has to be built; of `metadata` only what is said about the relation has changed. */
  readonly stands?: 'unchanged' | 'metadata';
  /** Of what stands: its record. */
  readonly recorded?: RecordedBuild;
  /** What stands was built from other states, which differ only in what it does not read: so it counts as built from these. */
  readonly keeps?: BuildMemory['inputs'];
  /** Why it is built, where that follows from what is remembered. */
  readonly reason?: Reason;
  /** The query that would make all of it is not the one that made what stands. */
  readonly rewritten?: true;
  /** The same in words, for each thing that differs. */
  readonly why: readonly string[];
}

export interface Findings {
  /** To be asked of each node once, after its parents. */
  readonly consider: (node: BuiltNode) => Finding;
  /** Whether a node that was considered is not built. */
  readonly stands: (id: NodeId) => boolean;
  /** The state of the data of these nodes together; undefined where that may have changed unseen. */
  readonly stateOf: (ids: readonly NodeId[]) => string | undefined;
  /** The same of one, as records of builds that read it have it. */
  readonly stateIn: (id: NodeId) => string | undefined;
}

export function createFindings(input: PlanInput, standing: Standing, builds: Iterable<NodeId>): Findings {
  const { graph, dialect, state } = input;
  const hooks = hookTexts(input, builds);
  const decided = new Map<NodeId, Finding>();
  const states = new Map<NodeId, State>();
  const read = new Map<string, State>();
  const recordOf = (node: BuiltNode): RecordedBuild | undefined => {
    const found = standing.recorded(node.relation);
    return found?.node === node.id ? found : undefined;
  };
  const parentsOf = (id: NodeId): readonly NodeId[] => graph.parents.get(id) ?? [];

  const isDrifted = (
    { id, relation }: Pick<BuiltNode, 'id' | 'relation'>,
    existing: CatalogRelation | undefined,
    kind: RelationKind,
  ): boolean => existing?.kind !== kind || !standsAsLeft(state.shapes[buildSubject(relation, dialect)], existing, input.files?.get(id));

  /** The state of the data of a node, as whoever is built after it will find it. */
  const dataOf = (id: NodeId): State => {
    const known = states.get(id);
    if (known !== undefined) return known;
    const found = findData(id);
    states.set(id, found);
    return found;
  };
  const together = (kind: string, what: unknown, ids: readonly NodeId[], stateOf = dataOf): State => {
    const all: string[] = [];
    for (const id of [...ids].sort()) {
      const one = stateOf(id);
      if ('moves' in one) return one;
      all.push(id, one.state);
    }
    return { state: digest([kind, what, all]) };
  };
  const findData = (id: NodeId): State => {
    const node = graph.nodes.get(id);
    if (node === undefined) return { moves: `\`${id}\` is not in the project any more`, reason: 'upstream-rebuilt' };
    if (node.resourceType === 'source') return sourceState(input, node);
    const elsewhere = input.deferred?.get(id);
    if (elsewhere?.state !== undefined) return { state: elsewhere.state };
    if (elsewhere !== undefined) return { moves: `\`${node.name}\` is read in another environment`, reason: 'source-new-data' };
    if (!isBuilt(node)) return { moves: `\`${node.name}\` is no relation`, reason: 'upstream-rebuilt' };
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') {
      const { hash, unsteady } = readSql(node.full.sql, namesKnownTo(input, node));
      if (unsteady !== undefined) return { moves: `\`${node.name}\` asks for ${unsteady}`, reason: 'non-deterministic' };
      return together('ephemeral', hash, parentsOf(id));
    }
    return builtData(node);
  };
  const builtData = (node: BuiltNode): State => {
    const { id } = node;
    const decision = decided.get(id);
    const recorded = decision === undefined ? recordOf(node) : undefined;
    const memory = decision?.memory ?? recorded?.memory;
    const kind = decision?.kind ?? recorded?.relationKind ?? 'table';
    if (memory === undefined) return { moves: `nothing is known of what \`${node.name}\` was built from`, reason: 'upstream-rebuilt' };
    if (decision === undefined && isDrifted(node, standing.existing(node.relation), kind))
      return { moves: `\`${node.name}\` does not stand as it was built`, reason: 'upstream-rebuilt' };
    if (kind !== 'view' || isInFiles(node)) return { state: memory.dataVersion };
    const asks = memory.fingerprint[unsteadyPart];
    if (asks !== undefined) return { moves: `\`${node.name}\` asks for ${asks}`, reason: 'non-deterministic' };
    // What stands may read something else than the project says by now. The keys were ids when they were written, hence the cast.
    const parents = decision === undefined ? Object.keys(memory.inputs).map((key) => key as NodeId) : parentsOf(id);
    return together('view', memory.fingerprint, parents);
  };

  /** What of a parent decides about the columns of a view: views take the rows as they are. */
  const columnsOf = (id: NodeId): State => {
    const node = nodeOf(graph, id);
    const elsewhere = input.deferred?.get(id);
    if (node.resourceType === 'source') {
      if (elsewhere?.state !== undefined) return { state: elsewhere.state };
      const entry = node.external === undefined ? standing.existing(node.relation) : undefined;
      return { state: entry === undefined ? 'unseen' : shapeHash(entry.columns) };
    }
    if (isBuilt(node) && node.resourceType === 'model' && node.config.materialized === 'ephemeral')
      return { state: digest(parentsOf(id).map((parent) => [parent, columnsOf(parent)])) };
    if (elsewhere !== undefined) return { state: elsewhere.state ?? 'elsewhere' };
    const version = (decided.get(id)?.memory ?? (isBuilt(node) ? recordOf(node) : undefined)?.memory)?.dataVersion;
    return version === undefined
      ? { moves: `nothing is known of what \`${node.name}\` was built from`, reason: 'upstream-rebuilt' }
      : { state: version };
  };

  const isBuiltNow = (id: NodeId): boolean => {
    const finding = decided.get(id);
    return finding !== undefined && finding.stands === undefined;
  };
  const track = createFollower({ input, recordOf, dataOf, columnsOf, together });

  return {
    stands: (id) => decided.get(id)?.stands === 'unchanged',
    stateOf: (ids) => {
      // Most tests of a node read the same as the one before.
      const key = ids.join('\n');
      const found = read.get(key) ?? together('read', '', ids);
      read.set(key, found);
      return 'state' in found ? found.state : undefined;
    },
    stateIn: (id) => {
      const found = dataOf(id);
      return 'state' in found ? found.state : undefined;
    },
    consider: (node) => {
      const kind = kindOf(node);
      const fingerprint = fingerprintOf(input, node, recordOf(node));
      const parents = parentsOf(node.id).map((id) => [id, kind === 'view' && !isInFiles(node) ? columnsOf(id) : dataOf(id)] as const);
      const inputs = Object.fromEntries(parents.map(([id, found]) => [id, 'state' in found ? found.state : '?']));
      const memory: BuildMemory = { fingerprint, inputs, metadata: metadataOf(input, node, kind), dataVersion: versionOf(input, node) };
      const finding = compare({ input, standing, isDrifted, hooks, track, isBuilt: isBuiltNow }, node, { kind, memory, read: parents });
      decided.set(node.id, finding);
      return finding;
    },
  };
}

/** What a build makes is new data, but for a file that is loaded again where nobody else can have loaded another one meanwhile. */
function versionOf({ run, seeds, capabilities, copies }: PlanInput, node: BuiltNode): string {
  const copied = copies?.get(node.id)?.dataVersion;
  if (copied !== undefined) return copied;
  if (node.resourceType !== 'seed' || capabilities.runLock !== 'database' || hasHooks(node)) return run.id;
  return seeds.get(node.id)?.contentHash ?? run.id;
}

export function kindOf(node: BuiltNode): RelationKind {
  if (node.resourceType !== 'model') return 'table';
  const { materialized } = node.config;
  if (materialized === 'view' || materialized === 'external') return 'view';
  return materialized === 'materialized_view' ? 'materialized view' : 'table';
}

/** It is a view over files that hold its rows: what it reads decides about them, not about the view. */
export function isInFiles(node: BuiltNode): boolean {
  return node.resourceType === 'model' && node.config.materialized === 'external';
}

function sourceState({ sources }: PlanInput, node: Extract<GraphNode, { resourceType: 'source' }>): State {
  const name = `${node.sourceName}.${node.name}`;
  const seen = node.external === undefined ? undefined : sources?.get(node.id);
  if (seen !== undefined) return { state: seen };
  return { moves: `whether \`${name}\` has new data is not known`, reason: 'source-new-data' };
}

interface Comparing {
  readonly input: PlanInput;
  readonly standing: Standing;
  readonly isDrifted: (node: BuiltNode, existing: CatalogRelation | undefined, kind: RelationKind) => boolean;
  readonly hooks: string;
  readonly track: Follower;
  /** Whether a node that was considered is built. */
  readonly isBuilt: (id: NodeId) => boolean;
}

function compare(
  { input, standing, isDrifted, hooks, track, isBuilt }: Comparing,
  node: BuiltNode,
  { kind, memory, read }: Compared,
): Finding {
  const existing = standing.existing(node.relation);
  const recorded = standing.recorded(node.relation);
  const before = recorded?.node === node.id ? recorded.memory : undefined;
  // Whoever plans the step knows more of these.
  if (existing?.kind !== kind || recorded === undefined) return { kind, memory, why: [] };
  if (isLoaded(input, standing, node)) return loadedFinding(input, recorded, { kind, memory }, before);
  const differs = before === undefined ? [] : differences(before.fingerprint, memory.fingerprint);
  const rewritten = isRewritten(differs);
  if (input.reuse !== true) return { kind, memory, ...rewritten, why: [] };
  if (before === undefined) return unknownFinding(input, node, recorded, { kind, memory });
  const known = { graph: input.graph, isBuilt, isOtherText: differs.some(isText) };
  const moved = read.flatMap(([id, found]) => describeMove(known, { id, found, before: before.inputs[id] }));
  const reasons: readonly ReasonInWords[] = [
    ['non-deterministic', asksOf(node, { kind, memory })],
    ['hook', hasHooks(node) ? ['its hooks may do anything'] : hooks.includes(plainName(node)) ? ['a hook names it'] : []],
    ...describeDifferences(before.fingerprint, memory.fingerprint),
    ...driftOf(input, node, existing, isDrifted(node, existing, kind)),
    ['source-new-data', moved.filter(({ reason }) => reason === 'source-new-data').map(({ what }) => what)],
    ['upstream-rebuilt', moved.filter(({ reason }) => reason !== 'source-new-data').map(({ what }) => what)],
  ];
  const why = reasons.flatMap(([name, words]) =>
    name === 'non-deterministic' && isOfInterval(node, memory.fingerprint[unsteadyPart]) ? [] : words,
  );
  const reason = reasons.find(([, words]) => words.length > 0)?.[0];
  const isCopied = input.copies?.has(node.id) === true;
  const held = { kind, memory: { ...memory, dataVersion: before.dataVersion }, recorded };
  if (reason === undefined && !isCopied)
    return { ...held, stands: before.metadata === memory.metadata ? 'unchanged' : 'metadata', why: [] };
  const followed: readonly Reason[] = ['sql-changed', 'upstream-rebuilt', ...(isToldByQuery(differs) ? (['config-changed'] as const) : [])];
  const isFollowed = reasons.every(([name, words]) => words.length === 0 || followed.includes(name));
  const words = isFollowed ? track(node, { kind, memory, read }, { before, differs, hasHooks: hasHooks(node) }) : undefined;
  // Its rows are taken from elsewhere whatever its query would make.
  if (reason === undefined || isCopied) return { kind, memory, why: [] };
  if (words !== undefined) return { ...held, stands: 'unchanged', keeps: memory.inputs, why: [words] };
  return { kind, memory, reason, ...rewritten, why };
}

/** Of what stands it is not known what it was made from. */
function unknownFinding(
  { differs }: PlanInput,
  { id }: BuiltNode,
  { isCopy, isReset, node }: RecordedBuild,
  what: Pick<Compared, 'kind' | 'memory'>,
): Finding {
  const why = ['nothing is known of what it was built from'];
  if (isCopy !== true) return { ...what, ...(isReset === true && node === id ? { reason: 'reset' } : {}), why };
  // What made the rows that were copied stands in the record of those.
  const rewritten = differs?.get(id)?.rewritten;
  return { ...what, ...(rewritten === undefined ? {} : { rewritten }), why: ['its rows were copied from another environment'] };
}

/** A view asks again whenever it is read; what a run knows stands in its text. */
function asksOf(node: BuiltNode, { kind, memory }: Pick<Compared, 'kind' | 'memory'>): readonly string[] {
  const written = memory.fingerprint[unsteadyPart];
  const isAskedLater = kind === 'view' && !isInFiles(node) && written?.startsWith('{{') !== true;
  return written === undefined || isAskedLater ? [] : [`it asks for ${written}`];
}

/** Whether what it asks for are the bounds of its batch: of which intervals these are, the ledger says. */
function isOfInterval(node: BuiltNode, asks: string | undefined): boolean {
  return node.resourceType === 'model' && node.config.intervals !== undefined && asks?.startsWith('{{interval.') === true;
}

/** A run that is cut off has built, and has not noted how it left what it built. */
function driftOf(
  { dialect, state, files }: PlanInput,
  { id, relation }: BuiltNode,
  existing: CatalogRelation,
  drifted: boolean,
): readonly ReasonInWords[] {
  if (!drifted) return [];
  const shape = state.shapes[buildSubject(relation, dialect)];
  if (shape === undefined) return [['not-noted', ['the run that built it was cut off before it noted its columns']]];
  const other =
    files?.get(id) === undefined ? 'its query is not the one that it was built with' : 'its files are not those that were written';
  return [['drifted', [hasColumnsOf(shape, existing.columns) ? other : 'its columns are not those that it was built with']]];
}

/** Of a model that is loaded interval by interval the ledger decides: whatever was above it then, what is loaded is loaded. */
function isLoaded(input: PlanInput, standing: Standing, node: BuiltNode): boolean {
  if (node.resourceType !== 'model' || (node.config.fullRefresh ?? input.fullRefresh) || input.again !== undefined) return false;
  return planBatches({ input, standing, report: () => undefined }, node, true)?.count === 0;
}

function loadedFinding(
  { reuse }: PlanInput,
  recorded: RecordedBuild,
  { kind, memory }: Pick<Compared, 'kind' | 'memory'>,
  before: BuildMemory | undefined,
): Finding {
  const dataVersion = before?.dataVersion ?? recorded.runId;
  if (reuse !== true) return { kind, memory: { ...memory, dataVersion }, why: [] };
  const isSaid = before === undefined || before.metadata === memory.metadata;
  return {
    kind,
    memory: { ...(before ?? memory), metadata: memory.metadata, dataVersion },
    stands: isSaid ? 'unchanged' : 'metadata',
    recorded,
    why: [],
  };
}

/** What hooks of the run may write into, as far as they name it: texts in small letters, without quotes. */
export function hookTexts({ graph, onRunStart, onRunEnd }: PlanInput, builds: Iterable<NodeId>): string {
  const texts = [...onRunStart, ...onRunEnd].map(({ text }) => text.sql);
  for (const id of builds) {
    const node = nodeOf(graph, id);
    if (isBuilt(node)) texts.push(...[...node.preHooks, ...node.postHooks].map(({ text }) => text.sql));
  }
  return texts.join('\n').replaceAll('"', '').toLowerCase();
}

export function plainName({ relation }: BuiltNode): string {
  return `${relation.schema}.${relation.name}`.toLowerCase();
}

export function hasHooks(node: BuiltNode): boolean {
  return node.preHooks.length + node.postHooks.length > 0;
}

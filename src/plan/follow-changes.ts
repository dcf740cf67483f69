/**
 * Follows changes of columns down the graph, as far as compared queries tell them, and finds the tables that read none of these.
 * Any doubt is a change.
 */
import type { RelationKind } from '../adapter/relation.ts';
import type { BuiltNode, CompiledModel, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import { isBuilt } from '../graph/graph.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import type { BuildMemory } from '../state/state-writer.ts';
import { isToldByQuery } from './compare-fingerprints.ts';
import { changesOf } from './compared-query.ts';
import type { Changes } from './compared-query.ts';
import type { State } from './data-state.ts';
import { digest, namesKnownTo, unsteadyPart } from './fingerprint.ts';
import type { PlanInput } from './plan-input.ts';
import { nodeOf } from './plan-tests.ts';
import { readSql } from './read-sql.ts';
import { relationsRead } from './relations-read.ts';

/** What would be built, and the states of what it reads. */
export interface Compared {
  readonly kind: RelationKind;
  readonly memory: BuildMemory;
  readonly read: readonly (readonly [NodeId, State])[];
}

/** What stands, and in what it differs beside what it reads. */
interface Earlier {
  readonly before: BuildMemory;
  readonly differs: readonly string[];
  readonly hasHooks: boolean;
}

/** Notes what changes of a node that would be built; says in words why its table need not be, where that is so. */
export type Follower = (node: BuiltNode, compared: Compared, earlier: Earlier) => string | undefined;

interface States {
  readonly input: PlanInput;
  readonly recordOf: (node: BuiltNode) => RecordedBuild | undefined;
  /** As whoever is built next will find them. */
  readonly dataOf: (id: NodeId) => State;
  readonly columnsOf: (id: NodeId) => State;
  readonly together: (kind: string, what: unknown, ids: readonly NodeId[], stateOf: (id: NodeId) => State) => State;
}

export function createFollower(states: States): Follower {
  const { input, dataOf } = states;
  const { graph, dialect } = input;
  const changes = new Map<NodeId, Changes>();
  const earlier = createEarlierStates(states, (id) => changes.has(id));
  const isSame = (was: State, is: State): boolean => 'state' in was && 'state' in is && was.state === is.state;
  const isMoved = (id: NodeId): boolean => !isSame(earlier.dataOf(id), dataOf(id));
  const isFollowed = ({ kind, read }: Compared, { inputs }: BuildMemory): boolean =>
    read.every(([id, found]) => {
      if ('state' in found && found.state === inputs[id]) return true;
      const was = kind === 'view' ? earlier.columnsOf(id) : earlier.dataOf(id);
      if ('moves' in found || 'moves' in was || was.state !== inputs[id]) return false;
      const moved = isEphemeral(nodeOf(graph, id)) ? relationsRead(graph, id).filter(isMoved) : [id];
      return moved.every((each) => changes.has(each) && changes.get(each) !== 'all');
    });

  return (node, compared, { before, differs, hasHooks }) => {
    const query = input.compared?.get(node.id);
    if (query === undefined || hasHooks || !isMadeByQuery(node, compared.memory) || !isToldByQuery(differs)) return undefined;
    const changed = isFollowed(compared, before) ? changesOf(query, (id) => changes.get(id), dialect.foldIdentifier) : 'all';
    changes.set(node.id, changed);
    if (changed === 'all' || changed.size > 0 || differs.length > 0) return undefined;
    if (compared.kind !== 'table' || !query.hasSameShape || before.metadata !== compared.memory.metadata) return undefined;
    const moved = compared.read.filter(([id, found]) => !('state' in found) || found.state !== before.inputs[id]);
    return wordsOfSpared(
      graph,
      moved.map(([id]) => id),
    );
  };
}

/** Why what reads these nodes stays as it is. */
export function wordsOfSpared(graph: PlanInput['graph'], changed: readonly NodeId[]): string {
  return `reads none of the changed columns of ${changed.map((id) => `\`${nodeOf(graph, id).name}\``).join(', ')}`;
}

/** Whether its query is all that decides about its rows and columns, the same each time. */
export function isMadeByQuery(node: BuiltNode, { fingerprint }: BuildMemory): boolean {
  if (node.resourceType !== 'model' || fingerprint[unsteadyPart] !== undefined) return false;
  const { materialized } = node.config;
  // Tests that set rows aside look at columns too.
  return (materialized === 'table' || materialized === 'view') && fingerprint['quarantine'] === undefined;
}

/** The states before anything of the plan is built; `isFollowed` tells what would be built and is followed. */
function createEarlierStates(
  { input, recordOf, dataOf, columnsOf, together }: States,
  isFollowed: (id: NodeId) => boolean,
): Pick<States, 'dataOf' | 'columnsOf'> {
  const { graph } = input;
  const parentsOf = (id: NodeId): readonly NodeId[] => graph.parents.get(id) ?? [];
  const memoryOf = (id: NodeId): Pick<RecordedBuild, 'memory' | 'relationKind'> | undefined => {
    const node = graph.nodes.get(id);
    return isFollowed(id) && node !== undefined && isBuilt(node) ? recordOf(node) : undefined;
  };
  const earlierData = (id: NodeId): State => {
    const node = graph.nodes.get(id);
    if (isEphemeral(node)) return together('ephemeral', readSql(node.full.sql, namesKnownTo(input, node)).hash, parentsOf(id), earlierData);
    const recorded = memoryOf(id);
    if (recorded?.memory === undefined) return dataOf(id);
    const { fingerprint, inputs, dataVersion } = recorded.memory;
    // The keys were ids when they were written, hence the cast.
    const read = Object.keys(inputs).map((key) => key as NodeId);
    const isView = recorded.relationKind === 'view' && fingerprint['materialized'] !== 'external';
    return isView ? together('view', fingerprint, read, earlierData) : { state: dataVersion };
  };
  const earlierColumns = (id: NodeId): State => {
    if (isEphemeral(graph.nodes.get(id))) return { state: digest(parentsOf(id).map((parent) => [parent, earlierColumns(parent)])) };
    const memory = memoryOf(id)?.memory;
    return memory === undefined ? columnsOf(id) : { state: memory.dataVersion };
  };
  return { dataOf: earlierData, columnsOf: earlierColumns };
}

export function isEphemeral(node: GraphNode | undefined): node is CompiledModel {
  return node?.resourceType === 'model' && node.config.materialized === 'ephemeral';
}

/** Says in words that what a node reads is not what it was built from. */
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { State } from './data-state.ts';
import { isEphemeral } from './follow-changes.ts';
import type { Reason } from './plan.ts';
import { nodeOf } from './plan-tests.ts';
import { relationsRead } from './relations-read.ts';

/** A parent, as it is found now and as it was. */
export interface Move {
  readonly id: NodeId;
  readonly found: State;
  readonly before: string | undefined;
}

/** What the words are made with. */
interface Known {
  readonly graph: Graph;
  /** Whether the same command builds it. */
  readonly isBuilt: (id: NodeId) => boolean;
  /** The text of the node differs, and texts of ephemeral models stand in it. */
  readonly isOtherText: boolean;
}

/** Nothing where it is as it was. */
export function describeMove(
  { graph, isBuilt, isOtherText }: Known,
  { id, found, before }: Move,
): readonly { readonly reason: Reason; readonly what: string }[] {
  if ('moves' in found) return [{ reason: found.reason, what: found.moves }];
  if (found.state === before) return [];
  const node = nodeOf(graph, id);
  if (node.resourceType === 'source') return [{ reason: 'source-new-data', what: `\`${nameOf(graph, id)}\` has changed` }];
  const built = isEphemeral(node) ? relationsRead(graph, id).filter(isBuilt) : [];
  // What the text of an ephemeral model is now is told of the text of the node.
  if (isEphemeral(node) && isOtherText && built.length === 0) return [];
  return [{ reason: 'upstream-rebuilt', what: `${nameData(graph, id, built)} has other data than it was built from` }];
}

/** Whose data a parent gives: an ephemeral model has none. `built` are those of which it is known that they have others. */
export function nameData(graph: Graph, id: NodeId, built: readonly NodeId[] = []): string {
  const own = `\`${nameOf(graph, id)}\``;
  if (!isEphemeral(graph.nodes.get(id))) return own;
  const read = built.length > 0 ? built : relationsRead(graph, id);
  return `${read.map((each) => `\`${nameOf(graph, each)}\``).join(' or ')}, read through ${own},`;
}

function nameOf(graph: Graph, id: NodeId): string {
  const node = nodeOf(graph, id);
  return node.resourceType === 'source' ? `${node.sourceName}.${node.name}` : node.name;
}

/** The graph in which some nodes stand for the relations of another environment, and those who read them read those. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import { plainNode } from '../cache/plain-node.ts';
import type { CheckArguments } from '../checks/check-definition.ts';
import type { CompiledConstraint, CompiledHook, CompiledText, NodeId } from '../compile/compiled.ts';
import type { Redirect } from '../compile/redirect-relations.ts';
import { redirectRelations, redirectSql } from '../compile/redirect-relations.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { ancestors } from '../graph/traverse.ts';

/** A node that is read in another environment. */
export interface DeferredRelation {
  /** What the project would build. */
  readonly own: Relation;
  /** What is read instead. */
  readonly relation: Relation;
  /** The state of its data, where that is known. */
  readonly state?: string;
}

export type Deferred = ReadonlyMap<NodeId, DeferredRelation>;

/** A graph, and those of the deferred nodes that `readers` read. */
export interface DeferredGraph {
  readonly graph: Graph;
  readonly read: Deferred;
}

/** Every text of `readers`, and of the ephemeral models that they are made with, reads the deferred nodes where they are. */
export function deferNodes(
  graph: Graph,
  deferred: Deferred,
  readers: ReadonlySet<NodeId>,
  dialect: Pick<Dialect, 'relation'>,
): DeferredGraph {
  const replaced = new Map<NodeId, GraphNode>();
  const read = new Map<NodeId, DeferredRelation>();
  for (const id of withEphemerals(graph, readers)) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    const redirects: Redirect[] = [];
    for (const parent of readBy(graph, id)) {
      const found = deferred.get(parent);
      if (found === undefined) continue;
      read.set(parent, found);
      redirects.push(redirectOf(found, dialect));
    }
    if (redirects.length > 0) replaced.set(id, redirectNode(node, redirects));
  }
  if (read.size === 0) return { graph, read };
  for (const [id, { relation }] of read) {
    const node = replaced.get(id) ?? graph.nodes.get(id);
    // Only what has a relation is deferred.
    if (node !== undefined) replaced.set(id, { ...plainNode(node), relation } as GraphNode);
  }
  const nodes = new Map(graph.nodes);
  for (const [id, node] of replaced) nodes.set(id, node);
  const nodeAt = (position: number): GraphNode => {
    const node = graph.nodeAt(position);
    return replaced.get(node.id) ?? node;
  };
  return { graph: { ...graph, nodes, nodeAt }, read };
}

/** The text of a hook of the run, or of what is no node, with the relations of the other environment. */
export function deferText(text: CompiledText, deferred: Deferred, dialect: Pick<Dialect, 'relation'>): CompiledText {
  return redirectRelations(
    text,
    [...deferred.values()].map((found) => redirectOf(found, dialect)),
  );
}

function redirectOf({ own, relation }: DeferredRelation, dialect: Pick<Dialect, 'relation'>): Redirect {
  return [dialect.relation(own), dialect.relation(relation)];
}

/** Everything above these nodes, as far as the target itself has it: above a deferred node nothing is. */
export function ancestorsHere(graph: Graph, ids: Iterable<NodeId>, deferred: Deferred | undefined): ReadonlySet<NodeId> {
  if (deferred === undefined) return ancestors(graph, ids);
  const start = new Set(ids);
  const found = new Set<NodeId>();
  const stack = [...start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const parent of graph.parents.get(id) ?? []) {
      if (found.has(parent) || start.has(parent) || deferred.has(parent)) continue;
      found.add(parent);
      stack.push(parent);
    }
  }
  return found;
}

function isEphemeral(node: GraphNode | undefined): boolean {
  return node?.resourceType === 'model' && node.config.materialized === 'ephemeral';
}

/** The nodes, and the ephemeral models above them: a test of one of these runs its text. */
function withEphemerals(graph: Graph, ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const all = new Set(ids);
  // A set gives what is added while somebody goes through it.
  for (const id of all) for (const parent of graph.parents.get(id) ?? []) if (isEphemeral(graph.nodes.get(parent))) all.add(parent);
  return all;
}

/** What stands in the texts of a node: its parents, those of ephemeral parents, and the node itself. */
function readBy(graph: Graph, id: NodeId): readonly NodeId[] {
  const found = new Set<NodeId>();
  for (const above of withEphemerals(graph, new Set([id]))) for (const parent of graph.parents.get(above) ?? []) found.add(parent);
  return [...found];
}

function redirectNode(node: GraphNode, redirects: readonly Redirect[]): GraphNode {
  const plain = plainNode(node);
  const texts = (text: CompiledText): CompiledText => redirectRelations(text, redirects);
  const hooks = (list: readonly CompiledHook[]): readonly CompiledHook[] => list.map((hook) => ({ ...hook, text: texts(hook.text) }));
  const constraints = (list: readonly CompiledConstraint[]): readonly CompiledConstraint[] =>
    list.map((entry) => (entry.to === undefined ? entry : { ...entry, to: { ...entry.to, sql: redirectSql(entry.to.sql, redirects) } }));
  switch (plain.resourceType) {
    case 'model':
      return {
        ...plain,
        full: texts(plain.full),
        ...(plain.incremental === undefined ? {} : { incremental: texts(plain.incremental) }),
        preHooks: hooks(plain.preHooks),
        postHooks: hooks(plain.postHooks),
        constraints: constraints(plain.constraints),
      };
    case 'snapshot':
      return {
        ...plain,
        full: texts(plain.full),
        current: texts(plain.current),
        preHooks: hooks(plain.preHooks),
        postHooks: hooks(plain.postHooks),
      };
    case 'seed':
      return { ...plain, preHooks: hooks(plain.preHooks), postHooks: hooks(plain.postHooks), constraints: constraints(plain.constraints) };
    case 'test': {
      const { where } = plain.config;
      return {
        ...plain,
        config: { ...plain.config, ...(where === undefined ? {} : { where: redirectSql(where, redirects) }) },
        test:
          plain.test.kind === 'singular'
            ? { ...plain.test, text: texts(plain.test.text) }
            : {
                ...plain.test,
                args: redirectArguments(plain.test.args, redirects),
                ...(plain.test.text === undefined ? {} : { text: texts(plain.test.text) }),
              },
      };
    }
    default:
      return node;
  }
}

function redirectArguments(args: CheckArguments, redirects: readonly Redirect[]): CheckArguments {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? redirectSql(value, redirects) : value]),
  );
}

/** Finds the columns that nodes of an earlier project had, by binding the SQL that its manifest kept. Nothing is executed. */
import type { Binder, Stub } from '../adapter/analysis.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { KnownColumns, NodeAnalysis } from './analysis.ts';
import { relationKey } from './relation-key.ts';

/** A node as it was. */
export interface EarlierNode {
  readonly id: NodeId;
  readonly resourceType: string;
  /** Its SQL, with the relations of its project as they are spelled here. Undefined where it has none, or nobody kept it. */
  readonly sql: string | undefined;
  /** Undefined for what stands in no database, such as an ephemeral model. */
  readonly relation: Relation | undefined;
  /** The spelling in SQL of a file that is read in place. */
  readonly file: string | undefined;
  readonly parents: readonly NodeId[];
  /** It says itself what it does now. */
  readonly isSame: boolean;
  /** What was declared or stood of it, for what has no SQL. */
  readonly columns: readonly Column[] | undefined;
}

export interface EarlierInput {
  readonly nodes: ReadonlyMap<NodeId, EarlierNode>;
  /** What is known of the nodes of now: it was the same for those that nothing above them has moved. */
  readonly now: ReadonlyMap<NodeId, NodeAnalysis>;
  readonly fold: (name: string) => string;
}

/** What was known of each node; those of which nothing is known are left out. */
export async function findEarlierColumns(input: EarlierInput, binder: Binder): Promise<ReadonlyMap<NodeId, KnownColumns>> {
  const { nodes, now } = input;
  const layers = cutLayers(nodes);
  const found = new Map<NodeId, KnownColumns>();
  const moved = new Set<NodeId>();
  for (const { id, isSame, parents, columns } of layers.flat()) {
    if (!isSame || parents.some((parent) => moved.has(parent))) moved.add(id);
    const known = now.get(id);
    if (!moved.has(id) && known?.kind === 'known') found.set(id, known);
    else if (columns !== undefined) found.set(id, knownAs(columns));
  }
  const work = { ...input, binder, found, taken: takenNames(input), declared: new Set<NodeId>() };
  for (const layer of layers)
    await bindLayer(
      work,
      layer.filter(({ id, sql }) => moved.has(id) && sql !== undefined),
    );
  return found;
}

interface Work extends EarlierInput {
  readonly binder: Binder;
  readonly found: Map<NodeId, KnownColumns>;
  /** The only node that may be declared under each name. */
  readonly taken: ReadonlyMap<string, NodeId>;
  readonly declared: Set<NodeId>;
}

function knownAs(columns: readonly Column[]): KnownColumns {
  return { kind: 'known', origin: 'declared', columns, proofs: { notNull: [], unique: [] } };
}

/** Nodes behind all of their parents, those of one layer side by side. What is in a circle, which only a broken manifest has, is left out. */
function cutLayers(nodes: EarlierInput['nodes']): readonly (readonly EarlierNode[])[] {
  const waiting = new Map<NodeId, number>();
  const children = new Map<NodeId, EarlierNode[]>();
  for (const node of nodes.values()) {
    const parents = new Set(node.parents.filter((id) => nodes.has(id)));
    waiting.set(node.id, parents.size);
    for (const parent of parents) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [node]);
      else list.push(node);
    }
  }
  const layers: EarlierNode[][] = [];
  let layer = [...nodes.values()].filter(({ id }) => waiting.get(id) === 0);
  while (layer.length > 0) {
    layers.push(layer);
    const next: EarlierNode[] = [];
    for (const { id } of layer) {
      for (const child of children.get(id) ?? []) {
        const left = (waiting.get(child.id) ?? 0) - 1;
        waiting.set(child.id, left);
        if (left === 0) next.push(child);
      }
    }
    layer = next;
  }
  return layers;
}

/** A name may have gone from one node to another: then the later one cannot be told from it, and the first has it. */
function takenNames({ nodes, fold }: EarlierInput): ReadonlyMap<string, NodeId> {
  const key = relationKey(fold);
  const taken = new Map<string, NodeId>();
  for (const { id, relation } of nodes.values()) {
    if (relation !== undefined && !taken.has(key(relation))) taken.set(key(relation), id);
  }
  return taken;
}

async function bindLayer(work: Work, layer: readonly EarlierNode[]): Promise<void> {
  const { binder, found } = work;
  const tasks: { readonly node: EarlierNode; readonly reads: readonly EarlierNode[]; readonly sql: string }[] = [];
  for (const node of layer) {
    const reads = readsOf(work, node);
    const isReadable = reads.every(({ id }) => found.has(id));
    // A manifest may hold anything, and only one query may be bound.
    if (isReadable && node.sql !== undefined && (await binder.checkQuery(node.sql)) === undefined)
      tasks.push({ node, reads, sql: node.sql });
  }
  await declare(
    work,
    tasks.flatMap(({ reads }) => reads),
  );
  const files = (reads: readonly EarlierNode[]): { readonly text: string; readonly relation: Relation }[] =>
    reads.flatMap(({ file, relation }) => (file === undefined || relation === undefined ? [] : [{ text: file, relation }]));
  const requests = tasks.map(({ sql, reads }) => ({ sql, files: files(reads), reads: reads.flatMap(({ relation }) => relation ?? []) }));
  const bindings = requests.length === 0 ? [] : await binder.bind(requests);
  for (const [at, { node }] of tasks.entries()) {
    const binding = bindings[at];
    if (binding?.kind !== 'bound') continue;
    const { query } = binding;
    const columns = query.columns.map(({ name, type }) => ({ name, type }));
    found.set(node.id, { kind: 'known', origin: 'query', columns, proofs: query.proofs, query });
  }
}

/** The relations that the text of a node names: those of its parents, through what stands in it. */
function readsOf({ nodes }: Work, node: EarlierNode): readonly EarlierNode[] {
  const reads = new Set<EarlierNode>();
  const seen = new Set<NodeId>();
  const open = [...node.parents];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parent = nodes.get(id);
    if (parent === undefined || seen.has(id)) continue;
    seen.add(id);
    if (parent.relation === undefined) open.push(...parent.parents);
    else reads.add(parent);
  }
  return [...reads];
}

async function declare({ binder, found, taken, declared, fold }: Work, reads: readonly EarlierNode[]): Promise<void> {
  const key = relationKey(fold);
  const stubs: Stub[] = [];
  for (const { id, relation } of reads) {
    const known = found.get(id);
    if (declared.has(id) || relation === undefined || known === undefined || taken.get(key(relation)) !== id) continue;
    declared.add(id);
    if (known.columns.length > 0) stubs.push({ relation, columns: known.columns, proofs: known.proofs });
  }
  if (stubs.length > 0) await binder.declare(stubs);
}

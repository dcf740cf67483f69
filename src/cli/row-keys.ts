/** What tells the rows of a node apart, as far as the project says. */
import type { RowKey } from '../compare/comparison.ts';
import { isQueryNode } from '../analyze/waves.ts';
import { analyzeNodes } from './analyze-nodes.ts';
import type { Comparable } from './against.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';

/** Its `unique_key`, then what a test or a constraint says. */
export function declaredKeys({ graph }: Pick<LoadedGraph, 'graph'>, node: Comparable): readonly RowKey[] {
  const keys: RowKey[] = [];
  if (node.resourceType === 'model' && node.config.uniqueKey.length > 0) keys.push({ columns: node.config.uniqueKey, from: 'unique_key' });
  if (node.resourceType === 'snapshot')
    keys.push({ columns: [...node.config.uniqueKey, node.config.metaColumns.validFrom], from: 'unique_key and start of the version' });
  else
    for (const { type, columns } of node.constraints)
      if ((type === 'primary_key' || type === 'unique') && columns.length > 0) keys.push({ columns, from: `${type} constraint` });
  for (const id of graph.children.get(node.id) ?? []) {
    const child = graph.nodes.get(id);
    if (child?.resourceType !== 'test' || child.test.kind !== 'generic' || child.test.attachedTo !== node.id) continue;
    const { check, column, args } = child.test;
    // A test of some of the rows says nothing about the others.
    if (child.config.where !== undefined || child.config.groupBy !== undefined) continue;
    if (check === 'unique' && column !== undefined) keys.push({ columns: [column], from: 'unique test' });
    if (check === 'unique_combination') keys.push({ columns: namesOf(args['columns']), from: 'unique_combination test' });
  }
  return keys.filter(({ columns }) => columns.length > 0);
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}

/** What follows from the queries themselves: of each node the shortest key. Nothing where the engine does not tell. */
export async function provenKeys(host: Host, loaded: LoadedGraph, nodes: readonly Comparable[]): Promise<ReadonlyMap<string, RowKey>> {
  const keys = new Map<string, RowKey>();
  const wanted = nodes.filter((node) => isQueryNode(node) && !loaded.graph.broken.has(node.id));
  if (wanted.length === 0) return keys;
  const analysis = await analyzeNodes(host, loaded, new Set(wanted.map(({ id }) => id)));
  for (const { id } of wanted) {
    const known = analysis?.value.nodes.get(id);
    if (known?.kind !== 'known') continue;
    const [shortest] = known.proofs.unique.filter((key) => key.length > 0).toSorted((a, b) => a.length - b.length);
    if (shortest !== undefined) keys.set(id, { columns: shortest, from: 'the query' });
  }
  return keys;
}

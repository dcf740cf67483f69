/**
 * Columns of models whose own queries could not be bound: what is written of them stands in, so that what reads them is looked at
 * all the same. Nobody has compared it with a query, so nothing is told that would follow from it alone.
 */
import type { Column } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { shownName } from '../graph/shown-name.ts';
import type { NodeAnalysis, Supposition } from './analysis.ts';
import { declaredColumns } from './source-columns.ts';
import type { QueryNode } from './waves.ts';

/** What a model of which nothing can be found out is described to be, in the place of nothing. */
export function declaredInstead(node: QueryNode, found: NodeAnalysis): NodeAnalysis {
  const { columns, isContract } = declaredOf(node);
  if (columns === undefined) return found;
  if (found.kind === 'refused') return isContract ? { ...found, declared: columns } : found;
  // Where the query of somebody above is wrong, only a contract is taken at its word: nothing else can be there.
  if (found.kind !== 'unknown' || (found.why === 'above-refused' && !isContract)) return found;
  const supposed = { node: node.id, by: isContract ? 'contract' : 'description' } as const;
  return { kind: 'known', origin: 'declared', columns, proofs: { notNull: [], unique: [] }, supposed };
}

function declaredOf(node: QueryNode): { readonly columns: readonly Column[] | undefined; readonly isContract: boolean } {
  return { columns: node.resourceType === 'model' ? declaredColumns(node.columns) : undefined, isContract: hasContract(node) };
}

/** Whether its readers can be bound without its query. The text of an ephemeral model stands in its readers, and binds there no better. */
export function hasContract(node: GraphNode | undefined): boolean {
  return node?.resourceType === 'model' && node.config.contract === true && node.config.materialized !== 'ephemeral';
}

/** The columns that readers of a node are bound with. */
export function readColumns(found: NodeAnalysis | undefined): readonly Column[] | undefined {
  if (found?.kind === 'known') return found.columns;
  return found?.kind === 'refused' ? found.declared : undefined;
}

/** On whose declaration a node stands that reads these; on a mere description, if on any. */
export function suppositionOf(parents: readonly NodeId[], nodes: ReadonlyMap<NodeId, NodeAnalysis>): Supposition | undefined {
  const all = parents.flatMap((id): readonly Supposition[] => {
    const found = nodes.get(id);
    if (found?.kind === 'refused' && found.declared !== undefined) return [{ node: id, by: 'contract' }];
    return found?.kind === 'known' && found.supposed !== undefined ? [found.supposed] : [];
  });
  return all.find(({ by }) => by === 'description') ?? all[0];
}

/** What another type would make right. */
const ofTypes: ReadonlySet<string> = new Set([
  'type-mismatch',
  'conversion-failed',
  'contract-broken',
  'declared-type-differs',
  'incremental-columns-differ',
  'partition-column-type',
  'snapshot-stamp-type',
  'time-column-type',
]);

/** What another column would make right: a description need not name all that there are. */
const ofNames: ReadonlySet<string> = new Set([
  'unknown-column',
  'ambiguous-column',
  'duplicate-column',
  'query-invalid',
  'key-column-missing',
  'merge-column-missing',
  'partition-column-missing',
  'index-column-missing',
  'snapshot-column-missing',
  'sequence-wrong',
  'described-column-missing',
  'no-columns-left',
  'chosen-column-unknown',
]);

/** What of the problems of a query holds whatever the declaration that it stands on: a contract is right about names at least. */
export function withoutSupposed(graph: Graph, { node: id, by }: Supposition, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const node = graph.nodes.get(id);
  const message = `its contract tells the columns of \`${node === undefined ? id : shownName(node)}\`, whose query cannot be typed yet`;
  return diagnostics.flatMap((entry) => {
    if (ofTypes.has(entry.code) || (by === 'description' && ofNames.has(entry.code))) return [];
    return [entry.code === 'unknown-column' ? { ...entry, notes: [...entry.notes, { message }] } : entry];
  });
}

/** The same of all that was found, but for what was told of queries that were refused: of these it is taken away already. */
export function withoutAllSupposed(
  graph: Graph,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  return diagnostics.flatMap((entry) => {
    // An id that is no node of the analysis has nothing in the map, hence the cast.
    const found = nodes.get(entry.node as NodeId);
    const supposed = found?.kind === 'known' ? found.supposed : undefined;
    return supposed === undefined || supposed.node === entry.node ? [entry] : withoutSupposed(graph, supposed, [entry]);
  });
}

/** What becomes of a query that was refused, once that is taken away which only follows. */
export function refusedUpon(supposed: Supposition | undefined, told: readonly Diagnostic[]): NodeAnalysis {
  return supposed === undefined || hasErrors(told) ? { kind: 'refused' } : { kind: 'unknown', why: 'above-unknown', at: supposed.node };
}

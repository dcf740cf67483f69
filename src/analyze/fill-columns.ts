/** Makes whole the texts that are written from the columns of other nodes. */
import { fillColumns, hasColumnSlots, nodesOfRequest, requestsIn } from '../compile/column-slots.ts';
import type { CompiledRelation, CompiledText, NodeId } from '../compile/compiled.ts';
import { ephemeralName } from '../compile/node-index.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph } from '../graph/graph.ts';
import { shownName } from '../graph/shown-name.ts';
import type { NodeAnalysis } from './analysis.ts';
import type { AnalyzeInput } from './analyze-input.ts';
import type { QueryNode } from './waves.ts';
import type { KnownRelation } from './write-columns.ts';
import { writeColumns } from './write-columns.ts';

export interface FilledText {
  /** Undefined where something is wrong. */
  readonly text: CompiledText | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The text of a node, all of whose parents are known. */
export function fillKnownColumns(
  { graph, dialect }: AnalyzeInput,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
  node: QueryNode,
  text: CompiledText,
): FilledText {
  if (!hasColumnSlots(text)) return { text, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const relationOf = (id: NodeId): KnownRelation => {
    const known = nodes.get(id);
    const other = graph.nodes.get(id);
    if (known?.kind !== 'known' || other === undefined || !('relation' in other)) return bug(`the columns of ${id} are not known below it`);
    return { name: shownName(other), sql: sqlOf(other, dialect), columns: known.columns };
  };
  const filled = fillColumns(text, (request, span) =>
    writeColumns(request, {
      dialect,
      relationOf,
      where: { node: node.id, span },
      report: (entry) => void diagnostics.push(entry),
    }),
  );
  return { text: hasErrors(diagnostics) ? undefined : filled, diagnostics };
}

/** A relation as queries name it: by its own name, that of the common table expression that holds it, or the reader of its file. */
function sqlOf(node: CompiledRelation, { quoteIdentifier, relation }: AnalyzeInput['dialect']): string {
  if (node.resourceType === 'source' && node.external !== undefined) return node.external;
  const isEphemeral = node.resourceType === 'model' && node.config.materialized === 'ephemeral';
  return isEphemeral ? quoteIdentifier(ephemeralName(node.name)) : relation(node.relation);
}

/** Says which columns a text waits for in vain. Nothing where what is to blame is told of already. */
export function describeWaiting(
  { graph }: Pick<AnalyzeInput, 'graph'>,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
  node: QueryNode,
  before: readonly Diagnostic[],
): readonly Diagnostic[] {
  const isTold = (id: NodeId): boolean => before.some((entry) => entry.code === 'columns-unknown' && entry.node === id);
  const parents = new Set(graph.parents.get(node.id));
  const texts = node.resourceType === 'model' ? [node.full, node.incremental] : [node.test.text];
  const told = new Set<string>();
  return texts.flatMap((text) =>
    (text === undefined ? [] : requestsIn(text)).flatMap(({ request, span }) =>
      nodesOfRequest(request).flatMap((id) => {
        const found = nodes.get(id);
        const key = `${id} ${span?.path ?? ''} ${span?.start ?? 0}`;
        // What is further away stands in the text of an ephemeral model, which tells of it.
        if (!parents.has(id) || found?.kind !== 'unknown' || found.why === 'above-refused') return [];
        if (told.has(key) || isTold(id)) return [];
        told.add(key);
        return [diagnose('columns-unknown', { node: nameOf(graph, id), end: nameOf(graph, found.at) }, { node: node.id, span })];
      }),
    ),
  );
}

function nameOf(graph: Graph, id: NodeId): string {
  const node = graph.nodes.get(id);
  return node === undefined ? id : shownName(node);
}

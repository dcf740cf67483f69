/** Tells which columns hold personal values: those that are marked, and what is made of them. */
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { ancestors } from '../graph/traverse.ts';
import type { Analysis } from './analysis.ts';
import { buildColumnGraph } from './column-graph.ts';
import type { ColumnEdge, ColumnRef } from './column-graph.ts';
import { inheritFrom } from './inherited.ts';

export interface PersonalColumns {
  /** Its own mark decides; without one, whether personal values go into it. */
  readonly has: (column: ColumnRef) => boolean;
  /** The columns of `among` whose values go into personal columns of a node. */
  readonly behind: (node: NodeId, among: ReadonlySet<NodeId>) => readonly ColumnRef[];
  /** What is said of the column whose values this one hands on unchanged. */
  readonly inherited: (column: ColumnRef) => CompiledColumn['pii'];
}

/** `analysis` tells of the nodes that are asked about and of all above; where it does not, columns are known by their names. */
export function personalColumns(analysis: Pick<Analysis, 'nodes'>, graph: Graph, fold: (name: string) => string): PersonalColumns {
  const edges = buildColumnGraph(analysis, graph, fold, false);
  const said = ({ node, column }: ColumnRef): CompiledColumn['pii'] =>
    columnsOf(graph, node).find(({ name }) => fold(name) === fold(column))?.pii;
  /** The edges by which values of one column can be read off another: a truth or a count tells nobody's name. */
  const carrying = (ref: ColumnRef): readonly ColumnEdge[] => {
    const found = analysis.nodes.get(ref.node);
    const columns = found?.kind === 'known' ? found.columns : [];
    const isTruth = /^bool(?:ean)?$/i.test(columns.find(({ name }) => fold(name) === fold(ref.column))?.type ?? '');
    return edges.into(ref).filter(({ kind, counted }) => kind === 'identity' || !(counted || isTruth));
  };
  const known = new Map<string, boolean>();
  const has = (ref: ColumnRef): boolean => {
    const key = `${ref.node}\n${fold(ref.column)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    // What reads itself is no more personal for that.
    known.set(key, false);
    const own = said(ref);
    const found = own === undefined ? comesFrom(ref) : own !== false;
    known.set(key, found);
    return found;
  };
  const comesFrom = (ref: ColumnRef): boolean => {
    const found = analysis.nodes.get(ref.node);
    // Columns that are only declared say nothing of where they come from.
    if (found?.kind === 'known' && found.query !== undefined) return carrying(ref).some(({ from }) => has(from));
    return [...ancestors(graph, [ref.node])].some((node) => has({ node, column: ref.column }));
  };
  return {
    has,
    inherited: (ref) => said(ref) ?? inheritFrom(edges, ref, said)?.said,
    behind: (node, among) => {
      const found: ColumnRef[] = [];
      const seen = new Set<string>();
      const visit = (ref: ColumnRef): void => {
        for (const { from } of carrying(ref)) {
          const key = `${from.node}\n${fold(from.column)}`;
          if (seen.has(key)) continue;
          seen.add(key);
          if (among.has(from.node)) found.push(from);
          else visit(from);
        }
      };
      for (const { name, pii } of columnsOf(graph, node)) if (isMark(pii)) visit({ node, column: name });
      return found;
    },
  };
}

/** Whether any column of these nodes, or of what is above them, is marked at all. */
export function hasMarks(graph: Graph, ids: readonly NodeId[]): boolean {
  return [...ids, ...ancestors(graph, ids)].some((id) => columnsOf(graph, id).some(({ pii }) => isMark(pii)));
}

function isMark(pii: CompiledColumn['pii']): boolean {
  return pii !== undefined && pii !== false;
}

function columnsOf(graph: Graph, id: NodeId): readonly CompiledColumn[] {
  const node = graph.nodes.get(id);
  return node !== undefined && 'columns' in node ? node.columns : [];
}

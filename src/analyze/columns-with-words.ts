/** Columns as queries tell them, with what is said of each, or of the column whose values it hands on. */
import type { Column } from '../adapter/relation.ts';
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { Analysis } from './analysis.ts';
import { buildColumnGraph } from './column-graph.ts';
import type { ColumnRef } from './column-graph.ts';
import { inheritFrom } from './inherited.ts';

export interface ColumnWithWords extends Column {
  readonly description: string | undefined;
  readonly meta: CompiledColumn['meta'] | undefined;
}

/** The columns of a node; undefined where nobody can tell them. */
export function columnsWithWords(
  analysis: Analysis,
  graph: Graph,
  fold: (name: string) => string,
): (id: NodeId) => readonly ColumnWithWords[] | undefined {
  const edges = buildColumnGraph(analysis, graph, fold, false);
  const saidOf = ({ node, column }: ColumnRef): CompiledColumn | undefined => {
    const found = graph.nodes.get(node);
    return found !== undefined && 'columns' in found ? found.columns.find(({ name }) => fold(name) === fold(column)) : undefined;
  };
  const words = (column: ColumnRef): string | undefined => saidOf(column)?.description || undefined;
  const meta = (column: ColumnRef): CompiledColumn['meta'] | undefined => {
    const said = saidOf(column)?.meta;
    return said === undefined || Object.keys(said).length === 0 ? undefined : said;
  };
  return (node) => {
    const found = analysis.nodes.get(node);
    if (found?.kind !== 'known') return undefined;
    return found.columns.map(({ name, type }) => {
      const start = { node, column: name };
      return {
        name,
        type,
        description: words(start) ?? inheritFrom(edges, start, words)?.said,
        meta: meta(start) ?? inheritFrom(edges, start, meta)?.said,
      };
    });
  };
}

/** The edges between columns as an artifact: each name once, and edges as numbers. */
import type { ListedEdge } from '../analyze/list-column-edges.ts';
import { isObject } from './parse-object.ts';

/** The form of the file. Another number is another form. */
const format = 1;

/** Numbers of one edge: node and column that it comes from, node and column that it goes to (-1 for all), kind, direct or not. */
const width = 6;

export const columnEdgesFile = 'column_edges.json';

export function renderColumnEdges(edges: Iterable<ListedEdge>, origin: { readonly version: string; readonly generatedAt: string }): string {
  const names = new Names();
  const columns = new Names();
  const kinds = new Names();
  const numbers: number[] = [];
  for (const { from, fromColumn, to, toColumn, kind, direct } of edges)
    numbers.push(
      names.at(from),
      columns.at(fromColumn),
      names.at(to),
      toColumn === undefined ? -1 : columns.at(toColumn),
      kinds.at(kind),
      direct ? 1 : 0,
    );
  const metadata = { format, tx_version: origin.version, generated_at: origin.generatedAt };
  return `${JSON.stringify({ metadata, nodes: names.list, columns: columns.list, kinds: kinds.list, edges: numbers })}\n`;
}

class Names {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  at(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

/** Whether a parsed file has the form of this version. */
export function isColumnEdges(artifact: Readonly<Record<string, unknown>>): boolean {
  return isObject(artifact['metadata']) && artifact['metadata']['format'] === format;
}

export function* readColumnEdges(artifact: Readonly<Record<string, unknown>>): Generator<Readonly<Record<string, unknown>>> {
  const list = (key: string): readonly unknown[] => {
    const value = artifact[key];
    return Array.isArray(value) ? value : [];
  };
  const [nodes, columns, kinds, edges] = ['nodes', 'columns', 'kinds', 'edges'].map(list);
  if (nodes === undefined || columns === undefined || kinds === undefined || edges === undefined) return;
  for (let at = 0; at + width <= edges.length; at += width) {
    const [from, fromColumn, to, toColumn, kind, direct] = edges.slice(at, at + width).map(Number);
    yield {
      from_node: nodes[from ?? -1],
      from_column: columns[fromColumn ?? -1],
      to_node: nodes[to ?? -1],
      to_column: columns[toColumn ?? -1],
      kind: kinds[kind ?? -1],
      direct: direct === 1,
    };
  }
}

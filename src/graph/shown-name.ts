/** How people call a node: a table of a source by both names, everything else by its own. */
import type { GraphNode } from './graph.ts';

/** `orders`, `raw.orders`. */
export function shownName(node: GraphNode): string {
  return node.resourceType === 'source' ? `${node.sourceName}.${node.name}` : node.name;
}

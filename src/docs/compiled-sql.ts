/** The SQL that a node comes to. */
import { hasColumnSlots } from '../compile/column-slots.ts';
import type { GraphNode } from '../graph/graph.ts';

/** Undefined also where the columns that a text is written from are not known. `later` is that of a build that finds its table. */
export function compiledOf(node: GraphNode): { readonly full: string; readonly later: string | undefined } | undefined {
  if (node.resourceType === 'snapshot' && !hasColumnSlots(node.full)) return { full: node.full.sql, later: node.current.sql };
  const text = node.resourceType === 'model' ? node.full : node.resourceType === 'test' ? node.test.text : undefined;
  if (text === undefined || hasColumnSlots(text)) return undefined;
  return { full: text.sql, later: node.resourceType === 'model' ? node.incremental?.sql : undefined };
}

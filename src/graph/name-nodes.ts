/** Gives each node of a listing one word. */
import { unreachable } from '../diagnostics/bug.ts';
import type { Graph, GraphNode } from './graph.ts';
import { nameSelectors } from './selector-of-node.ts';
import { shownName } from './shown-name.ts';

/** How a listing names nodes. */
export const nameForms = ['selector', 'name', 'path'] as const;
export type NameForm = (typeof nameForms)[number];

/** A function that gives the one word of each node of `graph`: prepared once, because selectors have to be told apart. */
export function nameNodes(graph: Graph, form: NameForm): (node: GraphNode) => string {
  switch (form) {
    case 'selector':
      return nameSelectors(graph);
    case 'name':
      return shownName;
    case 'path':
      return (node) => node.path;
    default:
      return unreachable(form);
  }
}

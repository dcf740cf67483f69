/** Looks up many names in one walk over a graph, where asking every node for every name would take too long. */
import type { Graph } from './graph.ts';
import { isVersion, literalNamesOf } from './match-fqn.ts';
import type { SelectorExpression } from './selector-expression.ts';
import { hasWildcard } from './wildcard.ts';

/** Names below this number are looked for one by one: that is quicker than preparing the search. */
const fewNames = 8;

/**
 * The positions of the nodes that each literal name in `expressions` means, in the sense of `matchFqn`;
 * undefined when there are too few names to bother.
 */
export function findNames(graph: Graph, expressions: readonly SelectorExpression[]): ReadonlyMap<string, readonly number[]> | undefined {
  const found = new Map<string, number[]>();
  for (const name of collectNames(expressions)) found.set(name, []);
  if (found.size < fewNames) return undefined;
  let position = 0;
  for (const node of graph.nodes.values()) {
    if (node.resourceType !== 'source' && node.resourceType !== 'exposure') {
      for (const name of literalNamesOf(node.fqn, isVersion(node))) {
        const positions = found.get(name);
        if (positions !== undefined) positions.push(position);
      }
    }
    position += 1;
  }
  return found;
}

function collectNames(expressions: readonly SelectorExpression[]): ReadonlySet<string> {
  const names = new Set<string>();
  const queue = [...expressions];
  for (let expression = queue.pop(); expression !== undefined; expression = queue.pop()) {
    if (expression.kind === 'criterion') {
      if (expression.method === 'fqn' && !hasWildcard(expression.value)) names.add(expression.value);
    } else if ('parts' in expression) {
      for (const part of expression.parts) queue.push(part);
    } else {
      queue.push(expression.of);
      if (expression.kind === 'difference') queue.push(expression.without);
    }
  }
  return names;
}

/** Writes for each node a selector that means that node and no other. */
import { plain } from '../diagnostics/plain.ts';
import type { Graph, GraphNode } from './graph.ts';
import { isVersion, literalNamesOf } from './match-fqn.ts';
import { bareMethod } from './selector-method.ts';

/**
 * A function that gives, for each node of `graph`, a spec that names exactly it; tests that come along with it are
 * another matter. The short form is its fully qualified name; where that is also a folder or the name of another
 * node, the file or the kind of the node is added.
 */
export function nameSelectors(graph: Graph): (node: GraphNode) => string {
  const uses = countNames(graph);
  return (node) => {
    if (node.resourceType === 'source') return `source:${[graph.project, node.sourceName, node.name].map(protect).join('.')}`;
    if (node.resourceType === 'exposure') return `exposure:${[graph.project, node.name].map(protect).join('.')}`;
    const name = node.fqn.map(protect).join('.');
    if (uses.get(node.fqn.join('.')) === 1) return needsMethod(name) ? `fqn:${name}` : name;
    if (node.resourceType === 'test') return `fqn:${name},test_type:${node.test.kind}`;
    return `fqn:${name},resource_type:${node.resourceType},path:${protectPath(node.path)}`;
  };
}

/** For each text that could be a fully qualified name, how many nodes a selector of that text means. */
function countNames(graph: Graph): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'source' || node.resourceType === 'exposure') continue;
    for (const name of literalNamesOf(node.fqn, isVersion(node))) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return uses;
}

/** A class of one for each character that a selector would read as something else. */
function protect(part: string): string {
  return [...part].map((character) => (isSeen(character) ? character.replace(/[\s,()+@:*?[\]\\]/u, '[$&]') : '?')).join('');
}

/** A path takes a backslash for a slash, also in a class. */
function protectPath(path: string): string {
  return path.split('\\').map(protect).join('?');
}

/** Whether a terminal shows the character instead of obeying it. No relation can have a name with others. */
function isSeen(character: string): boolean {
  return plain(character) === character && character !== '\n' && character !== '\t';
}

/** Whether a bare word would be taken for a file or a path. */
function needsMethod(name: string): boolean {
  return bareMethod(name) !== 'fqn';
}

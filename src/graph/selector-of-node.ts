/** Writes for each node a selector that means that node and no other. */
import { selectorName } from '../diagnostics/pasteable.ts';
import type { Graph, GraphNode } from './graph.ts';
import { isVersion, leafNames } from './match-fqn.ts';
import { bareMethod } from './selector-method.ts';

/**
 * A function that gives, for each node of `graph`, a spec that names exactly it; tests that come along with it are
 * another matter. The short form is its fully qualified name; where that is also a folder or the name of another
 * node, the file or the kind of the node is added.
 */
export function nameSelectors(graph: Graph): (node: GraphNode) => string {
  const isUnique = findUniqueNames(graph);
  return (node) => {
    if (node.resourceType === 'source') return `source:${[graph.project, node.sourceName, node.name].map(selectorName).join('.')}`;
    if (node.resourceType === 'exposure') return `exposure:${[graph.project, node.name].map(selectorName).join('.')}`;
    const full = node.fqn.join('.');
    const name = selectorName(full);
    if (isUnique(full)) return needsMethod(name) ? `fqn:${name}` : name;
    if (node.resourceType === 'test') return `fqn:${name},test_type:${node.test.kind}`;
    return `fqn:${name},resource_type:${node.resourceType},path:${protectPath(node.path)}`;
  };
}

/** Whether a fully qualified name means one node alone. */
function findUniqueNames(graph: Graph): (full: string) => boolean {
  const uses = new Map<string, number>();
  /** Other texts that mean some node, as far as they may be a fully qualified name: then they begin with the project. */
  const others = new Set<string>();
  const seen = new Set<string>();
  const start = `${graph.project}.`;
  const addPrefixes = (name: string): void => {
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) others.add(name.slice(0, dot));
  };
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'source' || node.resourceType === 'exposure') continue;
    const { fqn } = node;
    const full = fqn.join('.');
    uses.set(full, (uses.get(full) ?? 0) + 1);
    const last = fqn[fqn.length - 1] ?? '';
    const folder = full.slice(0, full.length - last.length);
    if (last.includes('.')) addPrefixes(full);
    else if (!seen.has(folder)) {
      seen.add(folder);
      addPrefixes(folder);
    }
    const rest = full.slice(start.length);
    if (rest.startsWith(start)) {
      others.add(rest);
      addPrefixes(rest);
    }
    for (const name of leafNames(fqn, isVersion(node))) if (name.startsWith(start)) others.add(name);
  }
  return (full) => uses.get(full) === 1 && !others.has(full);
}

/** A path as the value of `path:` that means it alone. A path takes a backslash for a slash, also in a class. */
export function protectPath(path: string): string {
  return path.split('\\').map(selectorName).join('?');
}

/** Whether a bare word would be taken for a file or a path. */
function needsMethod(name: string): boolean {
  return bareMethod(name) !== 'fqn';
}

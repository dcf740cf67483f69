/** Matches names: `orders`, `staging`, `marts.orders`, `shop.marts.*`. */
import type { GraphNode } from './graph.ts';
import { hasWildcard, matchWildcard } from './wildcard.ts';

/** Whether a node is one of several versions: then the last two parts of its fully qualified name are its name. */
export function isVersion(node: GraphNode): boolean {
  return node.resourceType === 'model' && node.version !== undefined;
}

/**
 * A test for fully qualified names (project, folders, name). `value` matches the name itself, or its leading
 * parts with or without the project; from the first part with a wildcard on, it has to match all the rest.
 * A version is called `model.v2` or `model_v2`, and goes along with `model`.
 */
export function matchFqn(value: string): (fqn: readonly string[], versioned?: boolean) => boolean {
  const startsWith = hasWildcard(value) ? wildcardFrom(value) : (fqn: readonly string[], from: number) => prefixFrom(fqn, from, value);
  return (fqn, versioned = false) => leafNames(fqn, versioned).includes(value) || startsWith(fqn, 0) || startsWith(fqn, 1);
}

/** The names of the node itself, without folders. */
export function leafNames(fqn: readonly string[], versioned: boolean): readonly string[] {
  const last = fqn[fqn.length - 1] ?? '';
  if (!versioned) return [last];
  const model = fqn[fqn.length - 2] ?? '';
  return [model, `${model}.${last}`, `${model}_${last}`];
}

/** Every value without wildcards that `matchFqn` accepts for this name, each once. */
export function literalNamesOf(fqn: readonly string[], versioned = false): ReadonlySet<string> {
  const names = new Set<string>(leafNames(fqn, versioned));
  for (const name of [fqn.join('.'), fqn.slice(1).join('.')]) {
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) names.add(name.slice(0, dot));
    if (name !== '') names.add(name);
  }
  return names;
}

/** Whether the parts of `fqn` from `from` on, joined by dots, are `value` or go on with a dot after it. Builds no text. */
function prefixFrom(fqn: readonly string[], from: number, value: string): boolean {
  let at = 0;
  for (let index = from; index < fqn.length; index += 1) {
    const part = fqn[index] ?? '';
    if (!value.startsWith(part, at)) {
      // A part may hold dots itself, and `value` may end at one of them.
      const rest = value.length - at;
      return part.length > rest && part[rest] === '.' && value.endsWith(part.slice(0, rest));
    }
    at += part.length;
    if (at === value.length) return true;
    if (value[at] !== '.') return false;
    at += 1;
  }
  return false;
}

function wildcardFrom(value: string): (fqn: readonly string[], from: number) => boolean {
  const parts = value.split('.');
  const first = parts.findIndex(hasWildcard);
  const literal = parts
    .slice(0, first)
    .map((part) => `${part}.`)
    .join('');
  const matches = matchWildcard(parts.slice(first).join('.'));
  return (fqn, from) => {
    if (fqn.length <= from) return false;
    const name = fqn.slice(from).join('.');
    return name.startsWith(literal) && matches(name.slice(literal.length));
  };
}

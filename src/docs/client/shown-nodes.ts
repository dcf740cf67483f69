/** What a selector shows: the language of `tx`'s `--select`, over the nodes that the site knows. */
import { matchFqn } from '../../graph/match-fqn.ts';
import { matchPath } from '../../graph/match-path.ts';
import { parseSelector } from '../../graph/parse-selector.ts';
import type { Criterion, SelectorExpression } from '../../graph/selector-expression.ts';
import { matchWildcard } from '../../graph/wildcard.ts';
import { selectorWord } from '../selector-word.ts';
import type { NodeRow, SiteIndex } from '../site-data.ts';

/** The nodes of the site with their edges both ways. */
export interface Lineage {
  readonly index: SiteIndex;
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly (readonly number[])[];
}

export function makeLineage(index: SiteIndex): Lineage {
  const parents: number[][] = index.nodes.map(() => []);
  for (const [from, list] of index.children.entries()) for (const to of list) parents[to]?.push(from);
  return { index, parents, children: index.children };
}

export type Shown = { readonly nodes: ReadonlySet<number> } | { readonly problem: string };

/** The nodes that a selector means, or why it means none. */
export function selectNodes(lineage: Lineage, text: string): Shown {
  const { value, diagnostics } = parseSelector(text);
  if (value === undefined) return { problem: diagnostics[0]?.message ?? 'this is no selector' };
  const problems: string[] = [];
  const nodes = evaluate(lineage, value, problems);
  return problems.length > 0 ? { problem: problems[0] ?? '' } : { nodes };
}

function evaluate(lineage: Lineage, expression: SelectorExpression, problems: string[]): Set<number> {
  switch (expression.kind) {
    case 'criterion':
      return match(lineage.index, expression, problems);
    case 'reach': {
      const inner = evaluate(lineage, expression.of, problems);
      const all = new Set(inner);
      const add = (more: ReadonlySet<number>): void => more.forEach((node) => all.add(node));
      if (expression.parents !== undefined) add(reach(lineage.parents, inner, steps(expression.parents)));
      if (expression.children !== undefined) add(reach(lineage.children, inner, steps(expression.children)));
      if (expression.childrensParents) add(reach(lineage.parents, reach(lineage.children, inner, Infinity), Infinity));
      return all;
    }
    case 'union':
      return new Set(expression.parts.flatMap((part) => [...evaluate(lineage, part, problems)]));
    case 'intersection': {
      const [first = new Set<number>(), ...rest] = expression.parts.map((part) => evaluate(lineage, part, problems));
      return new Set([...first].filter((node) => rest.every((other) => other.has(node))));
    }
    case 'difference': {
      const without = evaluate(lineage, expression.without, problems);
      return new Set([...evaluate(lineage, expression.of, problems)].filter((node) => !without.has(node)));
    }
    case 'with-mode':
      return evaluate(lineage, expression.of, problems);
  }
}

function steps(depth: number | 'all'): number {
  return depth === 'all' ? Infinity : depth;
}

/** `start` and everything that is at most `most` edges away. */
export function reach(edges: readonly (readonly number[])[], start: ReadonlySet<number>, most: number): Set<number> {
  const found = new Set(start);
  let edge = [...start];
  for (let step = 0; step < most && edge.length > 0; step += 1) {
    const next: number[] = [];
    for (const node of edge) {
      for (const other of edges[node] ?? []) {
        if (found.has(other)) continue;
        found.add(other);
        next.push(other);
      }
    }
    edge = next;
  }
  return found;
}

function match(index: SiteIndex, criterion: Criterion, problems: string[]): Set<number> {
  const matches = matcher(index, criterion);
  if (matches === undefined) {
    problems.push(`\`${criterion.method}:\` needs more than the site knows: ask \`tx ls\``);
    return new Set();
  }
  const found = new Set<number>();
  for (const [at, row] of index.nodes.entries()) if (matches(row)) found.add(at);
  if (found.size === 0) problems.push(`nothing matches \`${criterion.value}\``);
  return found;
}

function matcher(index: SiteIndex, { method, args, value }: Criterion): ((row: NodeRow) => boolean) | undefined {
  const kindOf = (row: NodeRow): string => index.kinds[row[1]] ?? '';
  const wild = matchWildcard(value);
  switch (method) {
    case 'fqn': {
      const isMeant = matchFqn(value);
      return (row) => !['source', 'exposure'].includes(kindOf(row)) && (row[0] === value || isMeant([index.project, ...row[4].split('/')]));
    }
    case 'tag':
      return (row) => row[7].some((tag) => wild(index.tags[tag] ?? ''));
    case 'path': {
      const { isFile, isInside } = matchPath(value);
      return (row) => isFile(row[3]) || isInside(row[3]);
    }
    case 'file':
      return (row) => {
        const name = row[3].slice(row[3].lastIndexOf('/') + 1);
        return wild(name) || wild(name.replace(/\.[^.]*$/, ''));
      };
    case 'resource_type':
      return (row) => kindOf(row) === value;
    case 'source': {
      const parts = value.split('.').slice(-2).join('.');
      const isMeant = matchWildcard(value.includes('.') ? parts : `${value}.*`);
      return (row) => kindOf(row) === 'source' && (isMeant(row[0]) || wild(row[0]));
    }
    case 'exposure':
      return (row) => kindOf(row) === 'exposure' && (wild(row[0]) || matchWildcard(value.split('.').at(-1) ?? '')(row[0]));
    case 'group':
      return (row) => row[9] >= 0 && wild(index.groups[row[9]] ?? '');
    case 'config':
      return args.join('.') === 'materialized' ? (row) => (index.forms[row[5]] ?? '') === value : undefined;
    default:
      return undefined;
  }
}

/** The word that selects one node. */
export function nameOf({ index }: Lineage, node: number): string {
  const row = index.nodes[node];
  if (row === undefined) return '';
  return selectorWord({ kind: index.kinds[row[1]] ?? '', label: row[0], fqn: [index.project, ...row[4].split('/')].join('.') });
}

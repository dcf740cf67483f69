/** Evaluates a parsed selector over a graph: which nodes it names, and which tests come along. */
import { unreachable } from '../diagnostics/bug.ts';
import type { Marks } from './digraph.ts';
import { markReachable, targetsOf } from './digraph.ts';
import { findNames } from './find-names.ts';
import type { Graph, ResourceType } from './graph.ts';
import { matchCriterion } from './match-criterion.ts';
import type { Combination, Criterion, Depth, Reach, SelectorExpression } from './selector-expression.ts';

/** When a test comes along with the nodes that it tests. */
export const indirectSelections = ['eager', 'cautious', 'buildable', 'empty'] as const;
export type IndirectSelection = (typeof indirectSelections)[number];

/** What a part of a selector means, as marks on positions in the order of the graph. */
export interface Selected {
  /** Nodes that names and graph operators reach: what a graph operator around this part works on. */
  readonly named: Marks;
  /** `named`, and the tests that come along. */
  readonly direct: Marks;
  /** `direct`, and the tests that still miss a parent, which another part may bring. */
  readonly held: Marks;
}

/** Evaluates many selectors over one graph. */
export interface Evaluation {
  readonly graph: Graph;
  readonly indirect: IndirectSelection;
  /** The kind of each node, by position. */
  readonly kinds: readonly ResourceType[];
  /** Positions of the nodes that literal names mean, when there are many names. */
  readonly names: ReadonlyMap<string, readonly number[]> | undefined;
  /** The criteria that meant no node. */
  readonly misses: Criterion[];
}

/** Prepares the evaluation of `expressions` over `graph`. */
export function beginEvaluation(graph: Graph, indirect: IndirectSelection, expressions: readonly SelectorExpression[]): Evaluation {
  const kinds = Array.from(graph.nodes.values(), (node) => node.resourceType);
  return { graph, indirect, kinds, names: findNames(graph, expressions), misses: [] };
}

/** What `expression` selects. */
export function evaluateSelector(evaluation: Evaluation, expression: SelectorExpression): Selected {
  switch (expression.kind) {
    case 'criterion':
      return evaluateCriterion(evaluation, expression);
    case 'reach':
      return evaluateReach(evaluation, expression);
    case 'union':
    case 'intersection':
      return evaluateCombination(evaluation, expression);
    default:
      return unreachable(expression);
  }
}

/** The union of `parts` in the way of a space between them. */
export function unite(evaluation: Evaluation, parts: readonly Selected[]): Selected {
  const [first] = parts;
  if (first === undefined) {
    const nothing = new Uint8Array(evaluation.graph.order.length);
    return { named: nothing, direct: nothing, held: nothing };
  }
  if (parts.length === 1) return first;
  return complete(evaluation, {
    named: union(parts.map((part) => part.named)),
    direct: union(parts.map((part) => part.direct)),
    held: union(parts.map((part) => part.held)),
  });
}

function evaluateCriterion(evaluation: Evaluation, criterion: Criterion): Selected {
  const { graph, names, misses } = evaluation;
  const named = new Uint8Array(graph.order.length);
  const known = criterion.method === 'fqn' ? names?.get(criterion.value) : undefined;
  if (known === undefined) {
    const matches = matchCriterion(criterion, graph.project);
    let position = 0;
    for (const node of graph.nodes.values()) {
      if (matches(node)) named[position] = 1;
      position += 1;
    }
  } else {
    for (const position of known) named[position] = 1;
  }
  if (!named.includes(1)) misses.push(criterion);
  return bringTests(evaluation, named);
}

function evaluateReach(evaluation: Evaluation, { of, parents, children, childrensParents }: Reach): Selected {
  const { edges } = evaluation.graph;
  const inner = evaluateSelector(evaluation, of);
  const reached = [inner.named];
  if (childrensParents) reached.push(markReachable(edges.parents, markReachable(edges.children, inner.named, Infinity), Infinity));
  if (parents !== undefined) reached.push(markReachable(edges.parents, inner.named, edgeCount(parents)));
  if (children !== undefined) reached.push(markReachable(edges.children, inner.named, edgeCount(children)));
  const outer = bringTests(evaluation, union(reached));
  // An operator never takes away: tests that came along with an intersection stay, though no part names them.
  return { named: outer.named, direct: union([outer.direct, inner.direct]), held: union([outer.held, inner.held]) };
}

function evaluateCombination(evaluation: Evaluation, { kind, parts }: Combination): Selected {
  const selected = parts.map((part) => evaluateSelector(evaluation, part));
  if (kind === 'union') return unite(evaluation, selected);
  const direct = intersection(selected.map((part) => part.direct));
  const held = intersection(selected.map((part) => part.held));
  // A test counts as named when one part names it and the others at least bring it along.
  const named = intersection([direct, union(selected.map((part) => part.named))]);
  return complete(evaluation, { named, direct, held });
}

/** Adds to `named` the tests below it that the mode lets come along. */
function bringTests(evaluation: Evaluation, named: Marks): Selected {
  const { graph, indirect, kinds } = evaluation;
  if (indirect === 'empty') return { named, direct: named, held: named };
  const held = named.slice();
  for (let node = 0; node < named.length; node += 1) {
    if (named[node] === 0) continue;
    for (const child of targetsOf(graph.edges.children, node)) {
      if (kinds[child] === 'test') held[child] = 1;
    }
  }
  if (indirect === 'eager') return { named, direct: held, held };
  return complete(evaluation, { named, direct: named, held });
}

/** Moves to `direct` every held test whose parents are all there. */
function complete(evaluation: Evaluation, selected: Selected): Selected {
  const { graph, indirect, kinds } = evaluation;
  if (indirect === 'eager' || indirect === 'empty') return selected;
  const { held } = selected;
  const there = indirect === 'buildable' ? markReachable(graph.edges.parents, selected.direct, Infinity) : selected.direct;
  const isThere = (node: number): boolean => there[node] === 1 || (indirect === 'buildable' && kinds[node] === 'source');
  const direct = selected.direct.slice();
  for (let node = 0; node < held.length; node += 1) {
    if (held[node] === 1 && direct[node] === 0 && targetsOf(graph.edges.parents, node).every(isThere)) direct[node] = 1;
  }
  return { ...selected, direct };
}

function edgeCount(depth: Depth): number {
  return depth === 'all' ? Infinity : depth;
}

function union(sets: readonly Marks[]): Marks {
  const [first, ...others] = sets;
  if (first === undefined || others.length === 0) return first ?? new Uint8Array();
  const result = first.slice();
  for (const set of others) {
    for (let node = 0; node < result.length; node += 1) {
      if (set[node] === 1) result[node] = 1;
    }
  }
  return result;
}

function intersection(sets: readonly Marks[]): Marks {
  const [first = new Uint8Array(), ...others] = sets;
  const result = first.slice();
  for (const set of others) {
    for (let node = 0; node < result.length; node += 1) {
      if (set[node] === 0) result[node] = 0;
    }
  }
  return result;
}

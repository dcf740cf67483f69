/** Evaluates a parsed selector over a graph: which nodes it names, and which tests come along. */
import { unreachable } from '../diagnostics/bug.ts';
import type { Depth } from '../parse/definitions.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import type { NamedExpressions } from './define-selectors.ts';
import type { Marks } from './digraph.ts';
import { markReachable, targetsOf } from './digraph.ts';
import { findNames } from './find-names.ts';
import type { Graph, ResourceType } from './graph.ts';
import type { NodeMatcher } from './match-criterion.ts';
import type { Combination, Criterion, Reach, SelectorExpression } from './selector-expression.ts';
import { matchWildcard } from './wildcard.ts';

/** What a part of a selector means, as marks on positions in the order of the graph. */
export interface Selected {
  /** Nodes that names and graph operators reach: what a graph operator around this part works on. */
  readonly named: Marks;
  /** How much of each node is there, as one of {@link presence}. */
  readonly present: Uint8Array;
}

/**
 * A test that waits still misses a parent, which another part may bring. The numbers are in the order of what is
 * asked of a test: a union takes the higher one, an intersection the lower one.
 */
const presence = { none: 0, waitsForSelected: 1, waitsForBuildable: 2, selected: 3 } as const;

/** Evaluates many selectors over one graph. */
export interface Evaluation {
  readonly graph: Graph;
  /** Which tests come along where the selector does not say. */
  readonly indirect: IndirectSelection;
  readonly selectors: NamedExpressions;
  /** Makes the test for the nodes that a criterion means; undefined when it cannot be made, which has been reported. */
  readonly matcher: (criterion: Criterion) => NodeMatcher | undefined;
  /** The kind of each node, by position. */
  readonly kinds: readonly ResourceType[];
  /** Positions of the nodes that literal names mean, when there are many names. */
  readonly names: ReadonlyMap<string, readonly number[]> | undefined;
  /** The criteria that meant no node. */
  readonly misses: Criterion[];
}

/** Prepares the evaluation of `expressions`. */
export function beginEvaluation(
  settings: Pick<Evaluation, 'graph' | 'indirect' | 'selectors' | 'matcher'>,
  expressions: readonly SelectorExpression[],
): Evaluation {
  const { graph } = settings;
  const kinds = Array.from({ length: graph.nodes.size }, (_, position) => graph.kindAt(position));
  return { ...settings, kinds, names: findNames(graph, expressions), misses: [] };
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
    case 'difference':
      return subtract(evaluateSelector(evaluation, expression.of), evaluateSelector(evaluation, expression.without));
    case 'with-mode':
      return evaluateSelector({ ...evaluation, indirect: expression.indirect }, expression.of);
    default:
      return unreachable(expression);
  }
}

/** The union of `parts` in the way of a space between them. */
export function unite(evaluation: Evaluation, parts: readonly Selected[]): Selected {
  const [first] = parts;
  if (first === undefined) {
    const nothing = new Uint8Array(evaluation.graph.nodes.size);
    return { named: nothing, present: nothing };
  }
  if (parts.length === 1) return first;
  return complete(evaluation, highest(parts.map((part) => part.named)), highest(parts.map((part) => part.present)));
}

/** Whether the node at `position` is selected. */
export function isSelected({ present }: Selected, position: number): boolean {
  return present[position] === presence.selected;
}

export function isNothing({ present }: Selected): boolean {
  return !present.includes(presence.selected);
}

function evaluateCriterion(evaluation: Evaluation, criterion: Criterion): Selected {
  if (criterion.method === 'selector') return evaluateNamed(evaluation, criterion);
  const { graph, names, misses } = evaluation;
  const named = new Uint8Array(graph.nodes.size);
  const known = criterion.method === 'fqn' ? names?.get(criterion.value) : undefined;
  if (known === undefined) {
    const matches = evaluation.matcher(criterion);
    if (matches === undefined) return bringTests(evaluation, named);
    for (let position = 0; position < named.length; position += 1) if (matches(graph.nodeAt(position))) named[position] = 1;
  } else {
    for (const position of known) named[position] = 1;
  }
  if (!named.includes(1)) misses.push(criterion);
  return bringTests(evaluation, named);
}

/** `selector:name`: what the definition selects, with its own rules for tests. */
function evaluateNamed(evaluation: Evaluation, criterion: Criterion): Selected {
  const matches = criterion.plain ? (name: string): boolean => name === criterion.value : matchWildcard(criterion.value);
  const found = [...evaluation.selectors].filter(([name]) => matches(name));
  if (found.length === 0) evaluation.misses.push(criterion);
  return unite(
    evaluation,
    found.map(([, expression]) => evaluateSelector(evaluation, expression)),
  );
}

function evaluateReach(evaluation: Evaluation, { of, parents, children, childrensParents }: Reach): Selected {
  const { edges } = evaluation.graph;
  const inner = evaluateSelector(evaluation, of);
  const reached = [inner.named];
  if (childrensParents) reached.push(markReachable(edges.parents, markReachable(edges.children, inner.named, Infinity), Infinity));
  if (parents !== undefined) reached.push(markReachable(edges.parents, inner.named, edgeCount(parents)));
  if (children !== undefined) reached.push(markReachable(edges.children, inner.named, edgeCount(children)));
  const outer = bringTests(evaluation, highest(reached));
  // An operator never takes away: tests that came along with an intersection stay, though no part names them.
  return { named: outer.named, present: highest([outer.present, inner.present]) };
}

function evaluateCombination(evaluation: Evaluation, { kind, parts }: Combination): Selected {
  const selected = parts.map((part) => evaluateSelector(evaluation, part));
  if (kind === 'union') return unite(evaluation, selected);
  const present = lowest(selected.map((part) => part.present));
  // A test counts as named when one part names it and the others at least bring it along.
  const named = highest(selected.map((part) => part.named));
  for (let node = 0; node < named.length; node += 1) if (present[node] !== presence.selected) named[node] = 0;
  return complete(evaluation, named, present);
}

/** Takes away what is selected there. A test that only waits there takes nothing away. */
function subtract(of: Selected, without: Selected): Selected {
  const named = of.named.slice();
  const present = of.present.slice();
  for (let node = 0; node < present.length; node += 1) {
    if (!isSelected(without, node)) continue;
    named[node] = 0;
    present[node] = presence.none;
  }
  return { named, present };
}

/** Adds to `named` the tests below it that the mode lets come along. */
function bringTests(evaluation: Evaluation, named: Marks): Selected {
  const { graph, indirect, kinds } = evaluation;
  const present = new Uint8Array(named.length);
  const brought = {
    eager: presence.selected,
    buildable: presence.waitsForBuildable,
    cautious: presence.waitsForSelected,
    empty: presence.none,
  };
  const level = brought[indirect];
  for (let node = 0; node < named.length; node += 1) {
    if (named[node] === 0) continue;
    present[node] = presence.selected;
    if (level === presence.none) continue;
    for (const child of targetsOf(graph.edges.children, node)) {
      const kind = kinds[child];
      if ((kind === 'test' || kind === 'unit_test') && (present[child] ?? 0) < level) present[child] = level;
    }
  }
  return complete(evaluation, named, present);
}

/** Selects every waiting test whose parents are all there. */
function complete({ graph, kinds }: Evaluation, named: Marks, present: Uint8Array): Selected {
  const waitsForBuildable = present.includes(presence.waitsForBuildable);
  if (!waitsForBuildable && !present.includes(presence.waitsForSelected)) return { named, present };
  const selected = present.map((level) => (level === presence.selected ? 1 : 0));
  const buildable = waitsForBuildable ? markReachable(graph.edges.parents, selected, Infinity) : selected;
  const isChosen = (node: number): boolean => selected[node] === 1;
  const isBuildable = (node: number): boolean => buildable[node] === 1 || kinds[node] === 'source';
  const completed = present.slice();
  for (let node = 0; node < present.length; node += 1) {
    const level = present[node];
    if (level !== presence.waitsForSelected && level !== presence.waitsForBuildable) continue;
    const isThere = level === presence.waitsForBuildable ? isBuildable : isChosen;
    if (targetsOf(graph.edges.parents, node).every(isThere)) completed[node] = presence.selected;
  }
  return { named, present: completed };
}

function edgeCount(depth: Depth): number {
  return depth === 'all' ? Infinity : depth;
}

function highest(sets: readonly Uint8Array[]): Uint8Array {
  return combine(sets, (a, b) => b > a);
}

function lowest(sets: readonly Uint8Array[]): Uint8Array {
  return combine(sets, (a, b) => b < a);
}

/** Of each position the number that no other beats. A new list, whoever gave the old ones. */
function combine(
  [first = new Uint8Array(), ...others]: readonly Uint8Array[],
  beats: (held: number, other: number) => boolean,
): Uint8Array {
  const result = first.slice();
  for (const other of others) {
    for (let node = 0; node < result.length; node += 1) {
      const level = other[node] ?? 0;
      if (beats(result[node] ?? 0, level)) result[node] = level;
    }
  }
  return result;
}

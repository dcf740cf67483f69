/** Turns the named selectors of a project into expressions, and finds those that use each other in a circle. */
import type { Diagnostic, Note } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { SelectorCriterion, SelectorEntry } from '../parse/definitions.ts';
import type { Graph } from './graph.ts';
import { parseSelector } from './parse-selector.ts';
import { readCriterion } from './read-criterion.ts';
import type { Criterion, SelectorExpression } from './selector-expression.ts';
import { hasWildcard, matchWildcard } from './wildcard.ts';

/** Named selectors by name. Uses of `selector:` in them lead to each other, never in a circle. */
export type NamedExpressions = ReadonlyMap<string, SelectorExpression>;

/** Every sound selector of the project; mistakes in the others are reported. */
export function defineSelectors({ selectors }: Pick<Graph, 'selectors'>): Outcome<NamedExpressions> {
  const diagnostics: Diagnostic[] = [];
  const named = new Map<string, SelectorExpression>();
  for (const { name, entry } of selectors) {
    const before = diagnostics.length;
    const expression = toExpression(entry, diagnostics);
    if (diagnostics.length === before) named.set(name, expression);
  }
  const known = selectors.map(({ name }) => name);
  for (const expression of named.values()) {
    for (const use of usesIn(expression)) {
      if (!hasWildcard(use.value) && !known.includes(use.value)) diagnostics.push(unknownSelector(use, known));
    }
  }
  diagnostics.push(...findCircles(named));
  return { value: named, diagnostics };
}

export function unknownSelector({ value, span }: Pick<Criterion, 'value' | 'span'>, known: readonly string[]): Diagnostic {
  return diagnose('unknown-selector', { name: value, near: nearest(value, known), known }, { span });
}

function toExpression(entry: SelectorEntry, diagnostics: Diagnostic[]): SelectorExpression {
  if (entry.kind === 'text') return parseText(entry.text, diagnostics);
  const { span } = entry;
  const of =
    entry.kind === 'criterion'
      ? readFullForm(entry, diagnostics)
      : combine(
          entry.kind,
          entry.parts.map((part) => toExpression(part, diagnostics)),
          span,
        );
  if (entry.exclude.length === 0) return of;
  return {
    kind: 'difference',
    of,
    without: combine(
      'union',
      entry.exclude.map((part) => toExpression(part, diagnostics)),
      span,
    ),
    span,
  };
}

/** What takes the place of a part with a mistake: its selector is not used. */
const standIn = (span: Criterion['span']): Criterion => ({ kind: 'criterion', method: 'fqn', args: [], value: '', plain: false, span });

function parseText({ value, span }: Extract<SelectorEntry, { kind: 'text' }>['text'], diagnostics: Diagnostic[]): SelectorExpression {
  const verbatim = span.end - span.start === value.length;
  const place = { path: span.path, offset: span.start, ...(verbatim ? {} : { whole: span }) };
  const parsed = parseSelector(value, place);
  diagnostics.push(...parsed.diagnostics);
  return parsed.value ?? standIn(span);
}

function readFullForm(entry: SelectorCriterion, diagnostics: Diagnostic[]): SelectorExpression {
  const { method, value, parents, children, childrensParents, indirect, span } = entry;
  const read = readCriterion({ method: method.value, methodSpan: method.span, value: value.value, span: value.span });
  diagnostics.push(...read.diagnostics);
  let of: SelectorExpression = read.value ?? standIn(span);
  if (parents !== undefined || children !== undefined || childrensParents) {
    const reach = { ...(parents === undefined ? {} : { parents }), ...(children === undefined ? {} : { children }), childrensParents };
    of = { kind: 'reach', of, ...reach, span };
  }
  return indirect === undefined ? of : { kind: 'with-mode', of, indirect, span };
}

function combine(kind: 'union' | 'intersection', parts: readonly SelectorExpression[], span: Criterion['span']): SelectorExpression {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : { kind, parts, span };
}

/** The `selector:` criteria in an expression. */
function usesIn(expression: SelectorExpression): readonly Criterion[] {
  switch (expression.kind) {
    case 'criterion':
      return expression.method === 'selector' ? [expression] : [];
    case 'union':
    case 'intersection':
      return expression.parts.flatMap(usesIn);
    case 'difference':
      return [...usesIn(expression.of), ...usesIn(expression.without)];
    default:
      return usesIn(expression.of);
  }
}

interface Hop {
  readonly from: string;
  readonly to: string;
  readonly use: Criterion;
}

/** One diagnostic for each circle, found by walks from every selector along its uses. */
function findCircles(named: NamedExpressions): readonly Diagnostic[] {
  const hops = new Map<string, readonly Hop[]>();
  for (const [from, expression] of named)
    hops.set(
      from,
      usesIn(expression).flatMap((use) => targetsOf(from, use, named)),
    );
  const diagnostics: Diagnostic[] = [];
  const done = new Set<string>();
  for (const start of named.keys()) walk(start, [], { hops, done, diagnostics });
  return diagnostics;
}

function targetsOf(from: string, use: Criterion, named: NamedExpressions): readonly Hop[] {
  const matches = matchWildcard(use.value);
  return [...named.keys()].filter(matches).map((to) => ({ from, to, use }));
}

interface CircleSearch {
  readonly hops: ReadonlyMap<string, readonly Hop[]>;
  readonly done: Set<string>;
  readonly diagnostics: Diagnostic[];
}

/** Definitions nest as deep as people write them by hand: recursion is no risk here. */
function walk(name: string, way: readonly Hop[], search: CircleSearch): void {
  const closing = way.findIndex((hop) => hop.from === name);
  if (closing >= 0) search.diagnostics.push(describeCircle(way.slice(closing)));
  if (closing >= 0 || search.done.has(name)) return;
  for (const hop of search.hops.get(name) ?? []) walk(hop.to, [...way, hop], search);
  search.done.add(name);
}

function describeCircle(circle: readonly Hop[]): Diagnostic {
  const path = [...circle.map(({ from }) => from), circle[0]?.from ?? ''];
  const last = circle[circle.length - 1];
  const notes: Note[] = circle.slice(0, -1).map(({ from, to, use }) => ({ message: `\`${from}\` uses \`${to}\``, span: use.span }));
  return diagnose('selector-cycle', { path }, { span: last?.use.span, notes });
}

/** Turns the flags of a selection into the set of nodes that a command works on. */
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import type { ContentHash } from './content-hash.ts';
import type { NamedExpressions } from './define-selectors.ts';
import { defineSelectors, unknownSelector } from './define-selectors.ts';
import { describeEmpty, describeMiss } from './describe-miss.ts';
import type { Evaluation, Selected } from './evaluate-selector.ts';
import { beginEvaluation, evaluateSelector, isNothing, isSelected, unite } from './evaluate-selector.ts';
import type { Graph } from './graph.ts';
import type { NodeMatcher } from './match-criterion.ts';
import { matchCriterion } from './match-criterion.ts';
import { savedMatchers } from './match-saved.ts';
import { parseSelectors, selectorSource } from './parse-selector.ts';
import type { SavedFiles } from './saved-state.ts';
import type { Criterion, SelectorExpression } from './selector-expression.ts';
import { includes, ownResourceTypes, resourceTypes } from './selector-method.ts';

/** What the user asked for; every list holds the values of one flag in order. */
export interface SelectOptions {
  /** Nothing given selects what the default selector does, and everything without one. */
  readonly select: readonly string[];
  /** What the user calls that list; `--select` unless given. */
  readonly selectedBy?: string;
  /** Applied last, with the same grammar and the same mode for tests. */
  readonly exclude: readonly string[];
  /** The name of a selector, in place of the other two. */
  readonly selector?: string | undefined;
  /** Kinds of node to keep; nothing, `all` or `default` keeps every kind. */
  readonly resourceTypes?: readonly string[];
  readonly excludeResourceTypes?: readonly string[];
  /** `eager` unless given. */
  readonly indirect?: IndirectSelection;
  /** What earlier runs left behind, and how nodes are compared with it. */
  readonly saved?: { readonly files: SavedFiles; readonly content: ContentHash };
}

export interface Selection {
  /** In the order of the graph. */
  readonly nodes: ReadonlySet<NodeId>;
  /** The named selector that took the place of a selection nobody gave. */
  readonly byDefault?: string;
}

/** Spans of `select` have these paths; {@link selectorSource} of the flag and its values gives the text. */
export const selectFlag = '--select';
export const excludeFlag = '--exclude';
export const selectorFlag = '--selector';

/**
 * The nodes that `options` select. A name that means nothing is an error, any other part that means nothing
 * a warning; with an error the selection is empty.
 */
export function select(graph: Graph, options: SelectOptions): Outcome<Selection> {
  const { selectedBy = selectFlag } = options;
  const included = parseSelectors(options.select, selectedBy);
  const excluded = parseSelectors(options.exclude, excludeFlag);
  const defined = defineSelectors(graph);
  const problems: Diagnostic[] = [...defined.diagnostics, ...included.diagnostics, ...excluded.diagnostics, ...checkTypes(options)];
  const named = chooseNamed(graph, options, problems);
  // Selectors with a circle among them cannot be followed.
  if (hasErrors(defined.diagnostics)) return nothing(problems);
  const context: Context = { graph, options, selectors: defined.value, matcher: createMatcher(graph, options, problems), problems };
  const chosen =
    named === undefined
      ? resolve(context, { path: selectedBy, text: selectorSource(selectedBy, options.select).text, parts: included.value })
      : resolve(context, { path: selectorFlag, text: named.name, parts: named.isKnown ? [byName(named)] : [] });
  const unwanted = resolve(context, { path: excludeFlag, text: selectorSource(excludeFlag, options.exclude).text, parts: excluded.value });
  if (hasErrors(problems)) return nothing(problems);
  const keepsType = typeFilter(options);
  const nodes = new Set<NodeId>();
  for (let position = 0; position < graph.nodes.size; position += 1) {
    const isChosen = (chosen === undefined || isSelected(chosen, position)) && !(unwanted !== undefined && isSelected(unwanted, position));
    if (isChosen && keepsType(graph.kindAt(position))) nodes.add(graph.nodeAt(position).id);
  }
  return { value: { nodes, ...(named?.byDefault === true ? { byDefault: named.name } : {}) }, diagnostics: problems };
}

function nothing(diagnostics: readonly Diagnostic[]): Outcome<Selection> {
  return { value: { nodes: new Set() }, diagnostics };
}

interface Named {
  readonly name: string;
  readonly byDefault: boolean;
  readonly isKnown: boolean;
  readonly span: Span;
}

/** The selector of `--selector`, or the default one where the flags say nothing. */
function chooseNamed(graph: Graph, options: SelectOptions, problems: Diagnostic[]): Named | undefined {
  const { select: specs, exclude, selector } = options;
  const isFree = specs.length === 0 && exclude.length === 0;
  if (selector === undefined) {
    const found = isFree ? graph.selectors.find(({ isDefault }) => isDefault) : undefined;
    return found === undefined ? undefined : { name: found.name, byDefault: true, isKnown: true, span: found.span };
  }
  const span = { path: selectorFlag, start: 0, end: selector.length };
  if (!isFree) {
    const other = specs.length > 0 ? selectFlag : excludeFlag;
    problems.push(diagnose('selector-and-select', { other }, { span }));
  }
  const known = graph.selectors.map(({ name }) => name);
  const isKnown = includes(known, selector);
  if (!isKnown) problems.push(unknownSelector({ value: selector, span }, known));
  return { name: selector, byDefault: false, isKnown, span };
}

function byName({ name, span }: Named): Criterion {
  return { kind: 'criterion', method: 'selector', args: [], value: name, plain: true, span };
}

interface Context {
  readonly graph: Graph;
  readonly options: SelectOptions;
  readonly selectors: NamedExpressions;
  readonly matcher: Evaluation['matcher'];
  readonly problems: Diagnostic[];
}

/** Criteria are answered by nodes alone, or by comparing them with what earlier runs left. */
function createMatcher(graph: Graph, { saved }: SelectOptions, problems: Diagnostic[]): Evaluation['matcher'] {
  const nowhere: SavedFiles = { fromState: undefined, fromTarget: (name) => ({ kind: 'missing', path: name }) };
  const compare = savedMatchers({ graph, files: saved?.files ?? nowhere, content: saved?.content ?? (() => undefined) });
  return (criterion): NodeMatcher | undefined => {
    if (!['state', 'result', 'source_status'].includes(criterion.method)) return matchCriterion(criterion, graph.project);
    const { value, diagnostics } = compare(criterion);
    problems.push(...diagnostics);
    return value;
  };
}

/** The parsed values of one flag, and the text that their spans point into. */
interface Request {
  readonly path: string;
  readonly text: string;
  readonly parts: readonly SelectorExpression[];
}

/** What one flag selects, undefined when it was not given; reports the parts of it that select nothing. */
function resolve(context: Context, { path, text, parts }: Request): Selected | undefined {
  if (parts.length === 0) return undefined;
  const { graph, options, selectors, matcher, problems } = context;
  // A space between arguments is the same as one inside an argument.
  const apart = parts.flatMap((each) => (each.kind === 'union' ? each.parts : [each]));
  const evaluation = beginEvaluation({ graph, indirect: options.indirect ?? 'eager', selectors, matcher }, apart);
  const selected = apart.map((part) => {
    const before = problems.length;
    const result = evaluateSelector(evaluation, part);
    const misses = evaluation.misses.splice(0);
    for (const typo of misses.filter((criterion) => criterion.plain)) problems.push(describeMiss(graph, typo));
    if (problems.length === before && isNothing(result)) {
      const spec = part.span.path === path ? text.slice(part.span.start, part.span.end) : text;
      problems.push(describeEmpty(graph, { spec, span: part.span, misses }));
    }
    return result;
  });
  return unite(evaluation, selected);
}

const everyType: readonly string[] = ['all', 'default'];

function checkTypes(options: SelectOptions): readonly Diagnostic[] {
  const given = [...(options.resourceTypes ?? []), ...(options.excludeResourceTypes ?? [])];
  return given
    .filter((value) => !includes([...resourceTypes, ...everyType], value))
    .map((value) => diagnose('unknown-resource-type', { value, known: [...ownResourceTypes, ...everyType] }));
}

function typeFilter(options: SelectOptions): (type: string) => boolean {
  const wanted = options.resourceTypes ?? [];
  const unwanted = options.excludeResourceTypes ?? [];
  const wantsEvery = wanted.length === 0 || wanted.some((type) => includes(everyType, type));
  const dropsEvery = unwanted.some((type) => includes(everyType, type));
  return (type) => !dropsEvery && (wantsEvery || includes(wanted, type)) && !includes(unwanted, type);
}

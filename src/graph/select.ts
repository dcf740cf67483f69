/** Turns `--select`, `--exclude` and `--resource-type` into the set of nodes that a command works on. */
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { Marks } from './digraph.ts';
import type { IndirectSelection, Selected } from './evaluate-selector.ts';
import { beginEvaluation, evaluateSelector, unite } from './evaluate-selector.ts';
import type { Graph } from './graph.ts';
import { parseSelectors, selectorSource } from './parse-selector.ts';
import type { Criterion, SelectorExpression } from './selector-expression.ts';
import { includes, resourceTypes } from './selector-method.ts';
import { hasWildcard } from './wildcard.ts';

/** What the user asked for; every list holds the values of one flag in order. */
export interface SelectOptions {
  /** Nothing given selects everything. */
  readonly select: readonly string[];
  /** Applied last, with the same grammar and the same mode for tests. */
  readonly exclude: readonly string[];
  /** Kinds of node to keep; nothing, `all` or `default` keeps every kind. */
  readonly resourceTypes?: readonly string[];
  readonly excludeResourceTypes?: readonly string[];
  /** `eager` unless given. */
  readonly indirect?: IndirectSelection;
}

export interface Selection {
  /** In the order of the graph. */
  readonly nodes: ReadonlySet<NodeId>;
}

/** Spans of `select` have these paths; {@link selectorSource} of the flag and its values gives the text. */
const selectFlag = '--select';
const excludeFlag = '--exclude';

/**
 * The nodes that `options` select. A name that means nothing is an error, any other part that means nothing
 * a warning; with an error the selection is empty.
 */
export function select(graph: Graph, options: SelectOptions): Outcome<Selection> {
  const included = parseSelectors(options.select, selectFlag);
  const excluded = parseSelectors(options.exclude, excludeFlag);
  const types = checkTypes(options);
  const problems: Diagnostic[] = [...included.diagnostics, ...excluded.diagnostics, ...types];
  const indirect = options.indirect ?? 'eager';
  const chosen = resolve(graph, indirect, { flag: selectFlag, args: options.select, parts: included.value }, problems);
  const unwanted = resolve(graph, indirect, { flag: excludeFlag, args: options.exclude, parts: excluded.value }, problems);
  if (hasErrors(problems)) return { value: { nodes: new Set() }, diagnostics: problems };
  const keepsType = typeFilter(options);
  const everything = options.select.length === 0;
  const nodes = new Set<NodeId>();
  let position = 0;
  for (const [id, node] of graph.nodes) {
    const isChosen = (everything || chosen[position] === 1) && unwanted[position] !== 1;
    if (isChosen && keepsType(node.resourceType)) nodes.add(id);
    position += 1;
  }
  return { value: { nodes }, diagnostics: problems };
}

/** The parsed values of one flag. */
interface Request {
  readonly flag: string;
  readonly args: readonly string[];
  readonly parts: readonly SelectorExpression[];
}

/** What one flag selects; reports the parts of it that select nothing. */
function resolve(graph: Graph, indirect: IndirectSelection, { flag, args, parts }: Request, problems: Diagnostic[]): Marks {
  if (parts.length === 0) return new Uint8Array();
  const evaluation = beginEvaluation(graph, indirect, parts);
  const { text } = selectorSource(flag, args);
  const selected: Selected[] = [];
  // A space between arguments is the same as one inside an argument.
  for (const part of parts.flatMap((each) => (each.kind === 'union' ? each.parts : [each]))) {
    const result = evaluateSelector(evaluation, part);
    const misses = evaluation.misses.splice(0);
    selected.push(result);
    const typos = misses.filter((criterion) => criterion.plain);
    problems.push(...typos.map((criterion) => describeMiss(graph, criterion)));
    if (typos.length === 0 && !result.direct.includes(1)) {
      const spec = text.slice(part.span.start, part.span.end);
      const pattern = misses.find((criterion) => criterion.method === 'fqn' && hasWildcard(criterion.value))?.value;
      problems.push(diagnose('selection-empty', { spec, ...(pattern === undefined ? {} : { pattern }) }, { span: part.span }));
    }
  }
  return unite(evaluation, selected).direct;
}

/** The error for a name that means nothing: was it turned off, is it a source, or what is near it? */
function describeMiss(graph: Graph, { value, span }: Criterion): Diagnostic {
  const disabled = graph.disabled.find((entry) => entry.name === value);
  if (disabled !== undefined) {
    const note = { message: 'it is turned off here', ...(disabled.span === undefined ? {} : { span: disabled.span }) };
    return diagnose('selector-disabled', { name: value }, { span, notes: disabled.span === undefined ? [] : [note] });
  }
  const names = new Set<string>();
  const sources: string[] = [];
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'test') continue;
    if (node.resourceType === 'source') {
      const name = `${node.sourceName}.${node.name}`;
      if (value === node.name || value === node.sourceName || value === name) sources.push(`source:${name}`);
      else names.add(`source:${name}`);
    } else {
      for (const part of node.fqn) names.add(part);
    }
  }
  if (sources.length > 0) {
    const [first = ''] = sources.sort();
    return diagnose('selector-no-match', { name: value, known: [] }, { span, help: `a source is selected with its method: \`${first}\`` });
  }
  return diagnose('selector-no-match', { name: value, known: nearestNames(graph, value, names) }, { span });
}

/** Names of tests are many and long: they are offered only when nothing shorter is near. */
function nearestNames(graph: Graph, value: string, names: ReadonlySet<string>): readonly string[] {
  const near = nearest(value, names);
  if (near.length > 0) return near;
  const tests: string[] = [];
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'test') tests.push(node.name);
  }
  return nearest(value, tests);
}

const everyType: readonly string[] = ['all', 'default'];

function checkTypes(options: SelectOptions): readonly Diagnostic[] {
  const known = [...resourceTypes, ...everyType];
  const given = [...(options.resourceTypes ?? []), ...(options.excludeResourceTypes ?? [])];
  return given.filter((value) => !includes(known, value)).map((value) => diagnose('unknown-resource-type', { value, known }));
}

function typeFilter(options: SelectOptions): (type: string) => boolean {
  const wanted = options.resourceTypes ?? [];
  const unwanted = options.excludeResourceTypes ?? [];
  const wantsEvery = wanted.length === 0 || wanted.some((type) => includes(everyType, type));
  const dropsEvery = unwanted.some((type) => includes(everyType, type));
  return (type) => !dropsEvery && (wantsEvery || includes(wanted, type)) && !includes(unwanted, type);
}

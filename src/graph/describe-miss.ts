/** Says what was probably meant by a selector that found nothing. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { didYouMean, nearest } from '../diagnostics/nearest.ts';
import type { Span } from '../diagnostics/span.ts';
import { selectorName } from '../diagnostics/pasteable.ts';
import type { Graph, GraphNode } from './graph.ts';
import { isVersion } from './match-fqn.ts';
import { protectPath } from './selector-of-node.ts';
import type { Criterion } from './selector-expression.ts';
import { hasWildcard } from './wildcard.ts';
import { shownName } from './shown-name.ts';

/** The error for a name that means nothing: was it turned off, is it a source, or what is near it? */
export function describeMiss(graph: Graph, { value, span }: Criterion): Diagnostic {
  const disabled = graph.disabled.find((entry) => entry.name === value);
  if (disabled !== undefined) {
    const note = { message: 'it is turned off here', ...(disabled.span === undefined ? {} : { span: disabled.span }) };
    return diagnose('selector-disabled', { name: value }, { span, notes: disabled.span === undefined ? [] : [note] });
  }
  const names = new Set<string>();
  const sources: string[] = [];
  const folders = new Folders();
  for (const node of graph.nodes.values()) {
    folders.add(node);
    if (node.resourceType === 'test' || node.resourceType === 'unit_test') continue;
    if (node.resourceType === 'source') {
      const name = shownName(node);
      if (value === node.name || value === node.sourceName || value === name) sources.push(`source:${name}`);
      else names.add(`source:${name}`);
    } else if (node.resourceType === 'exposure') {
      if (value === node.name) sources.push(`exposure:${node.name}`);
      else names.add(`exposure:${node.name}`);
    } else {
      for (const part of node.fqn) names.add(part);
      // Somebody who wrote dots or the ending of a file meant one of these.
      if (value.includes('.')) names.add(node.fqn.join('.')).add(node.path.slice(node.path.lastIndexOf('/') + 1));
    }
  }
  if (sources.length > 0) {
    const [first = ''] = sources.sort();
    return diagnose('selector-no-match', { name: value, known: [] }, { span, help: `it is selected with its method: \`${first}\`` });
  }
  const help = folders.describe(value);
  if (help !== undefined) return diagnose('selector-no-match', { name: value, known: [] }, { span, help });
  // A part that means nothing alone, such as the word of a version, is no advice.
  names.delete(value);
  return diagnose('selector-no-match', { name: value, known: nearestNames(graph, value, names) }, { span });
}

/** The folders of a project, in names of nodes and on the disk: who names one of them in another way meant it. */
class Folders {
  readonly #named = new Set<string>();
  readonly #files = new Set<string>();

  add(node: GraphNode): void {
    this.#files.add(node.path.slice(0, Math.max(0, node.path.lastIndexOf('/'))));
    // Names of tests lead through the folders of what they test.
    if (node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot')
      this.#named.add(node.fqn.slice(1, isVersion(node) ? -2 : -1).join('.'));
  }

  /** How the folder called `value` is selected, if there is one: a name of a folder has those above it in front. */
  describe(value: string): string | undefined {
    const named = endingIn(value, this.#named, '.').map(selectorName);
    if (named.length > 0) return `the name of a folder begins with those above it: ${list(named)}`;
    const files = endingIn(value.replaceAll('.', '/'), this.#files, '/').map((path) => `path:${protectPath(path)}`);
    return files.length > 0 ? `a folder of the project is selected by its path: ${list(files)}` : undefined;
  }
}

/** The few first of the folders, and of those that they lie in, whose path is `value` or ends in it. */
function endingIn(value: string, folders: ReadonlySet<string>, separator: string): readonly string[] {
  const found = new Set<string>();
  for (const folder of folders) {
    const parts = folder.split(separator);
    for (let count = 1; count <= parts.length; count += 1) {
      const path = parts.slice(0, count).join(separator);
      if (path === value || path.endsWith(`${separator}${value}`)) found.add(path);
    }
  }
  return [...found].sort().slice(0, 3);
}

function list(selectors: readonly string[]): string {
  return selectors.map((selector) => `\`${selector}\``).join(', ');
}

/** Names of tests are many and long: they are offered only when nothing shorter is near. */
function nearestNames(graph: Graph, value: string, names: ReadonlySet<string>): readonly string[] {
  const near = nearest(value, names);
  if (near.length > 0) return near;
  const tests: string[] = [];
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'test' || node.resourceType === 'unit_test') tests.push(node.name);
  }
  return nearest(value, tests);
}

/** The warning for a part that selects nothing. */
export function describeEmpty(
  graph: Graph,
  { spec, span, misses }: { readonly spec: string; readonly span: Span; readonly misses: readonly Criterion[] },
): Diagnostic {
  const pattern = misses.find((criterion) => criterion.method === 'fqn' && hasWildcard(criterion.value))?.value;
  const near = misses.map((criterion) => nearValue(graph, spec, criterion)).find((help) => help !== undefined);
  return diagnose(
    'selection-empty',
    { spec, ...(pattern === undefined ? {} : { pattern }) },
    near === undefined ? { span } : { span, help: near },
  );
}

/** The nearest of the values that a method has in this project, for those whose values are names; with the method where `spec` has it. */
function nearValue(graph: Graph, spec: string, { method, value }: Criterion): string | undefined {
  const known = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (method === 'tag') for (const tag of node.tags) known.add(tag);
    else if (method === 'source' && node.resourceType === 'source') known.add(node.sourceName).add(shownName(node));
    else if (method === 'test_name' && node.resourceType === 'test' && node.test.kind === 'generic') known.add(node.test.check);
    else if (method === 'test_name' && node.resourceType === 'unit_test') known.add(node.name);
    else if (method === node.resourceType && (method === 'exposure' || method === 'unit_test')) known.add(node.name);
    else if (method === 'path') for (const path of withFolders(node.path)) known.add(path);
    else if (method === 'file') known.add(node.path.slice(node.path.lastIndexOf('/') + 1));
  }
  if (method === 'package') known.add(graph.project);
  if (method === 'group') for (const { name } of graph.groups) known.add(name);
  if (method === 'selector') for (const { name } of graph.selectors) known.add(name);
  const near = didYouMean(value, known, (name) => (spec.includes(`${method}:`) ? `${method}:${name}` : name));
  return near ?? (method === 'tag' ? listTags(known) : undefined);
}

/** Tags are few, and whoever wrote one that nothing has can choose among them. */
function listTags(tags: ReadonlySet<string>): string {
  if (tags.size === 0) return 'nothing in this project has a tag';
  const listed = [...tags].sort().slice(0, mostTags);
  const rest = tags.size - listed.length;
  return `the tags of this project are ${listed.map((tag) => `\`${tag}\``).join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}

const mostTags = 10;

/** A path, and each folder that it leads through. */
function withFolders(path: string): readonly string[] {
  return path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
}

/** Says what was probably meant by a selector that found nothing. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { didYouMean, nearest } from '../diagnostics/nearest.ts';
import type { Span } from '../diagnostics/span.ts';
import { selectorName } from '../diagnostics/pasteable.ts';
import type { Graph, GraphNode } from './graph.ts';
import { isVersion, leafNames } from './match-fqn.ts';
import { protectPath } from './selector-of-node.ts';
import type { Criterion } from './selector-expression.ts';
import { configTexts } from './match-criterion.ts';
import { hasWildcard } from './wildcard.ts';
import { shownName } from './shown-name.ts';

/** The error for a name that means nothing: was it turned off, is it a source, or what is near it? */
export function describeMiss(graph: Graph, { value, span }: Criterion): Diagnostic {
  const disabled = graph.disabled.find((entry) => entry.name === value);
  if (disabled !== undefined) {
    const note = { message: 'it is turned off here', ...(disabled.span === undefined ? {} : { span: disabled.span }) };
    return diagnose('selector-disabled', { name: value }, { span, notes: disabled.span === undefined ? [] : [note] });
  }
  const names = new Meant();
  const sources = new Set<string>();
  const folders = new Folders();
  for (const node of graph.nodes.values()) {
    folders.add(node);
    if (node.resourceType === 'test' || node.resourceType === 'unit_test') continue;
    if (node.resourceType === 'source') {
      const name = shownName(node);
      if (value === node.name || value === name) sources.add(`source:${name}`);
      if (value === node.sourceName) sources.add(`source:${node.sourceName}`);
      names.offer(node.sourceName, `source:${node.sourceName}`);
      for (const written of [node.name, name, `source:${name}`]) names.offer(written, `source:${name}`);
    } else if (node.resourceType === 'exposure') {
      if (value === node.name) sources.add(`exposure:${node.name}`);
      for (const written of [node.name, `exposure:${node.name}`]) names.offer(written, `exposure:${node.name}`);
    } else {
      names.addNode(node, value.includes('.'));
    }
  }
  const [first] = [...sources].sort();
  const others = [first === undefined ? undefined : `it is selected with its method: \`${first}\``, folders.describe(value)];
  const known = others.filter((help) => help !== undefined);
  const help = known.length > 0 ? known.join('; ') : (names.describe(value) ?? describeTests(graph, value));
  return diagnose('selector-no-match', { name: value, known: [] }, { span, ...(help === undefined ? {} : { help }) });
}

/** What somebody may have meant, and how that is written. Only what selects something is offered. */
class Meant {
  readonly #written = new Map<string, string>();

  /** A name that needs something in front; others of that name do without. */
  offer(name: string, written: string): void {
    if (!this.#written.has(name)) this.#written.set(name, written);
  }

  addNode(node: GraphNode, dotted: boolean): void {
    const { fqn, path } = node;
    const [project = '', ...parts] = fqn;
    const versioned = isVersion(node);
    const folders = parts.slice(0, versioned ? -2 : -1);
    this.#add([project, ...folders.slice(0, 1), ...leafNames(fqn, versioned)]);
    // A folder inside another is named with those above it.
    folders.forEach((folder, at) => this.offer(folder, folders.slice(0, at + 1).join('.')));
    if (!dotted) return;
    // Somebody who wrote dots or the ending of a file meant one of these.
    const names = parts.map((_, at) => parts.slice(0, at + 1).join('.'));
    this.#add([...names, ...names.map((name) => `${project}.${name}`), path.slice(path.lastIndexOf('/') + 1)]);
  }

  #add(names: readonly string[]): void {
    for (const name of names) this.#written.set(name, name);
  }

  describe(value: string): string | undefined {
    const near = nearest(value, this.#written.keys()).map((name) => this.#written.get(name) ?? name);
    return near.length === 0 ? undefined : `did you mean ${list([...new Set(near)])}?`;
  }
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
function describeTests(graph: Graph, value: string): string | undefined {
  const tests: string[] = [];
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'test' || node.resourceType === 'unit_test') tests.push(node.name);
  }
  return didYouMean(value, tests);
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
function nearValue(graph: Graph, spec: string, criterion: Criterion): string | undefined {
  const { method, args, value } = criterion;
  const known = new Set<string>();
  for (const node of graph.nodes.values()) for (const found of valuesOf(node, criterion)) known.add(found);
  if (method === 'package') known.add(graph.project);
  if (method === 'group') for (const { name } of graph.groups) known.add(name);
  if (method === 'selector') for (const { name } of graph.selectors) known.add(name);
  const written = [method, ...args].join('.');
  const found = didYouMean(value, known, (near) => (spec.includes(`${written}:`) ? `${written}:${near}` : near));
  return found ?? (method === 'tag' ? listTags(known) : undefined);
}

/** What a method can be asked for that finds this node. */
function valuesOf(node: GraphNode, { method, args, value }: Criterion): readonly string[] {
  switch (method) {
    case 'tag':
      return node.tags;
    case 'source':
      return node.resourceType === 'source' ? [node.sourceName, shownName(node)] : [];
    case 'test_name':
      if (node.resourceType === 'unit_test') return [node.name];
      return node.resourceType === 'test' && node.test.kind === 'generic' ? [node.test.check] : [];
    case 'exposure':
    case 'unit_test':
      return node.resourceType === method ? [node.name] : [];
    case 'path':
      return withFolders(node.path);
    case 'file':
      return [node.path.slice(node.path.lastIndexOf('/') + 1)];
    case 'config':
      return configTexts(node, args);
    case 'fqn':
      return node.resourceType === 'source' || node.resourceType === 'exposure' ? [] : namesOf(node, value.includes('.'));
    default:
      return [];
  }
}

function namesOf(node: GraphNode, dotted: boolean): readonly string[] {
  const { fqn } = node;
  return [...leafNames(fqn, isVersion(node)), ...(dotted ? [fqn.slice(1).join('.'), fqn.join('.')] : [])];
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

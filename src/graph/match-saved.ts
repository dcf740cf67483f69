/** Matches nodes by what an earlier run left behind: `state:`, `result:`, `source_status:`. */
import { unreachable } from '../diagnostics/bug.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ContentHash } from './content-hash.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { NodeMatcher } from './match-criterion.ts';
import type { NodeFacets } from './node-facets.ts';
import { facetsOf } from './node-facets.ts';
import { readSavedFreshness, readSavedManifest, readSavedResults } from './read-saved.ts';
import type { SavedFile, SavedFileName, SavedFiles, SavedManifest } from './saved-state.ts';
import type { Criterion } from './selector-expression.ts';
import type { StateWord } from './selector-method.ts';
import { stateWords } from './selector-method.ts';

/** What the comparison needs beside the graph. */
export interface Comparison {
  readonly graph: Graph;
  readonly files: SavedFiles;
  readonly content: ContentHash;
}

/** Matchers for criteria that compare, undefined where a file is amiss; each is read once, and told of at its first use. */
export function savedMatchers(comparison: Comparison): (criterion: Criterion) => Outcome<NodeMatcher | undefined> {
  const reader = createReader(comparison.files);
  return (criterion) => {
    const { method, value } = criterion;
    if (method === 'result') {
      return matching(reader('run_results.json', readSavedResults, criterion), (results) => (node) => results.get(node.id) === value);
    }
    if (method === 'source_status') {
      const { value: before, diagnostics } = reader('sources.json', readSavedFreshness, criterion);
      if (before === undefined) return { value: undefined, diagnostics };
      const now = reader('sources.json', readSavedFreshness, criterion, 'target');
      return matching(now, (loaded) => (node) => isFresher(node.id, { before, now: loaded }));
    }
    const word = stateWords.find((known) => known === value) ?? 'modified';
    return matching(reader('manifest.json', readSavedManifest, criterion), (manifest) => matchState(word, manifest, comparison));
  };
}

function matching<T>({ value, diagnostics }: Outcome<T | undefined>, make: (value: T) => NodeMatcher): Outcome<NodeMatcher | undefined> {
  return { value: value === undefined ? undefined : make(value), diagnostics };
}

type Read = <T>(
  name: SavedFileName,
  parse: (text: string) => T | undefined,
  criterion: Criterion,
  from?: 'target',
) => Outcome<T | undefined>;

function createReader(files: SavedFiles): Read {
  // One parser goes with each name, so what is kept under a name has that parser's type.
  const known = new Map<string, unknown>();
  return <T>(
    name: SavedFileName,
    parse: (text: string) => T | undefined,
    criterion: Criterion,
    from?: 'target',
  ): Outcome<T | undefined> => {
    // Results of an earlier run stand in the target folder too; a state to compare with must be named.
    const source = from === 'target' ? files.fromTarget : (files.fromState ?? (name === 'run_results.json' ? files.fromTarget : undefined));
    const spec = `${criterion.method}:${criterion.value}`;
    const problem = (
      code: 'state-not-given' | 'state-file-missing' | 'state-file-unreadable',
      path: string,
      reason = '',
    ): Outcome<undefined> => ({
      value: undefined,
      diagnostics: [diagnose(code, { spec, path, reason, inState: source !== files.fromTarget }, { span: criterion.span })],
    });
    if (source === undefined) return problem('state-not-given', name);
    const key = `${source === files.fromTarget ? 'target' : 'state'} ${name}`;
    if (known.has(key)) return { value: known.get(key) as T | undefined, diagnostics: [] };
    const file: SavedFile = source(name);
    known.set(key, undefined);
    if (file.kind === 'missing') return problem('state-file-missing', file.path);
    if (file.kind === 'unreadable') return problem('state-file-unreadable', file.path, file.reason);
    const value = parse(file.text);
    known.set(key, value);
    return value === undefined ? problem('state-file-unreadable', file.path, `it is no ${name}`) : { value, diagnostics: [] };
  };
}

/** Later than before, new, or without the error that it had. */
function isFresher(
  id: string,
  { before, now }: { readonly before: ReadonlyMap<string, number | undefined>; readonly now: ReadonlyMap<string, number | undefined> },
): boolean {
  const current = now.get(id);
  if (current === undefined) return false;
  const previous = before.get(id);
  return previous === undefined || current > previous;
}

function matchState(word: StateWord, manifest: SavedManifest, { graph, content }: Comparison): NodeMatcher {
  const saved = (node: GraphNode): NodeFacets | undefined => manifest.nodes.get(node.id);
  // Facets that take work are made only of nodes that both sides have.
  const differs = (node: GraphNode, sides: readonly (keyof NodeFacets)[]): boolean => {
    const before = saved(node);
    if (before === undefined) return true;
    const now = facetsOf(node, content);
    return sides.some((side) => before[side] === undefined || now[side] !== before[side]);
  };
  switch (word) {
    case 'new':
      return (node) => saved(node) === undefined;
    case 'old':
      return (node) => saved(node) !== undefined;
    case 'modified':
      return (node) => differs(node, wholeNode);
    case 'unmodified':
      return (node) => !differs(node, wholeNode);
    case 'modified.body':
      return (node) => differs(node, ['body']);
    case 'modified.configs':
      return (node) => differs(node, ['configs']);
    case 'modified.persisted_descriptions':
      return (node) => differs(node, ['descriptions']);
    case 'modified.relation':
      return (node) => differs(node, ['relation']);
    case 'modified.contract':
      return (node) => differs(node, ['contract', 'constraints']);
    case 'modified.macros':
      return matchMacros(graph, manifest);
    default:
      return unreachable(word);
  }
}

/** Descriptions that nobody persists, and declared columns where no contract holds, change nothing in the database. */
const wholeNode: readonly (keyof NodeFacets)[] = ['body', 'configs', 'relation', 'persisted', 'promised', 'constraints', 'fqn'];

/** Nodes that use a macro whose text is another one now, directly or through other macros. */
function matchMacros(graph: Graph, manifest: SavedManifest): NodeMatcher {
  const changed = new Set(graph.macros.filter(({ name, text }) => manifest.macros.get(name) !== text).map(({ name }) => name));
  return (node) => node.macros.some((name) => changed.has(name));
}

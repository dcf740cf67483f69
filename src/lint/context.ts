/** What rules ask about a project, worked out when one of them asks and then kept. */
import type { CompiledModel, CompiledRelation, NodeId } from '../compile/compiled.ts';
import { ephemeralName } from '../compile/node-index.ts';
import { lookupSpan } from '../compile/span-map.ts';
import type { Span } from '../diagnostics/span.ts';
import { parseFile } from '../parse/parse-file.ts';
import type { LintInput, ProvenKeys } from './lint-input.ts';
import { isRelation } from './lint-input.ts';
import type { ReadText, RelationName } from '../parse/sql/query.ts';
import { readText } from '../parse/sql/read-query.ts';
import type { Range } from '../parse/code-tokens.ts';
import type { Words } from './words.ts';
import { collectWords } from './words.ts';

export interface LintContext extends LintInput {
  /** The shape of a model's query for a first build. */
  readonly queryOf: (model: CompiledModel) => ReadText | undefined;
  /** The node that a name in SQL stands for; one that is no common table. */
  readonly nodeNamed: (name: RelationName) => CompiledRelation | undefined;
  /** The place of tokens in the model's own file; undefined where something else wrote them. */
  readonly placeOf: (model: CompiledModel, text: ReadText, range: Range) => Place | undefined;
  /** Where a node is described, or else where its file begins. */
  readonly entryOf: (node: CompiledRelation) => Span;
  readonly words: () => Words;
  readonly proveKeys: (ids: ReadonlySet<NodeId>) => Promise<ProvenKeys>;
}

export interface Place {
  readonly span: Span;
  /** The characters stand in the file just as in the compiled text, and once. */
  readonly exact: boolean;
  /** The first of them does. */
  readonly begins: boolean;
}

export function createContext(input: LintInput, proveKeys: LintContext['proveKeys']): LintContext {
  const queries = new Map<NodeId, ReadText | undefined>();
  const named = memo(() => nameRelations(input));
  const entries = new Map<string, ReadonlyMap<string, Span>>();
  return {
    ...input,
    proveKeys,
    queryOf: (model) => {
      if (!queries.has(model.id)) queries.set(model.id, readText(model.full.sql));
      return queries.get(model.id);
    },
    nodeNamed: ({ parts }) => {
      const folded = parts.map(input.dialect.foldIdentifier);
      // A database of another name is another one, whatever its tables are called.
      if (folded.length > 2 && folded.at(-3) !== input.dialect.foldIdentifier(input.project.target.database)) return undefined;
      return named().get(folded.slice(-2).join('\n'));
    },
    placeOf: (model, { tokens }, { from, to }) => {
      const start = tokens.list[from]?.start;
      const end = tokens.list[to - 1]?.end;
      if (start === undefined || end === undefined) return undefined;
      const { map } = model.full;
      const first = lookupSpan(map, start, 1);
      const all = lookupSpan(map, start, end - start);
      if (first === undefined || all === undefined || all.span.path !== model.path) return undefined;
      return { span: all.span, exact: all.exact && !all.repeated && first.exact, begins: first.exact && !first.repeated };
    },
    entryOf: (node) => {
      const path = node.propertiesPath;
      if (path === undefined) return firstLine(input, node.path);
      if (!entries.has(path)) entries.set(path, readEntries(input, path));
      const key = node.resourceType === 'source' ? `${node.sourceName}\n${node.name}` : node.name;
      return entries.get(path)?.get(key) ?? firstLine(input, node.path);
    },
    words: memo(() => collectWords(input)),
  };
}

export function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** By folded names: with their schema, without it where the engine searches that schema, and as ephemeral models are called. */
function nameRelations({ graph, dialect, searched }: LintInput): ReadonlyMap<string, CompiledRelation> {
  const names = new Map<string, CompiledRelation>();
  const fold = dialect.foldIdentifier;
  for (const node of graph.nodes.values()) {
    if (!isRelation(node)) continue;
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') {
      names.set(fold(ephemeralName(node.name)), node);
      continue;
    }
    if (node.resourceType === 'source' && node.external !== undefined) continue;
    const { schema, name } = node.relation;
    names.set(`${fold(schema)}\n${fold(name)}`, node);
    if (searched.some((each) => fold(each) === fold(schema))) names.set(fold(name), node);
  }
  return names;
}

function firstLine({ textOf }: LintInput, path: string): Span {
  const text = textOf(path) ?? '';
  const start = text.search(/\S/);
  const end = text.indexOf('\n', Math.max(start, 0));
  return { path, start: Math.max(start, 0), end: end === -1 ? text.length : end };
}

/** Places of the names of models, seeds and tables of sources in a property file. */
function readEntries({ textOf, project }: LintInput, path: string): ReadonlyMap<string, Span> {
  const text = textOf(path);
  const file = project.files.find((each) => each.path === path);
  const parsed = text === undefined || file === undefined ? undefined : parseFile({ ...file, text }).value;
  if (parsed?.kind !== 'properties') return new Map();
  return new Map([
    ...[...parsed.models, ...parsed.seeds, ...parsed.snapshots].map(({ name, span }): [string, Span] => [name, span]),
    ...parsed.sources.flatMap((source) => source.tables.map(({ name, span }): [string, Span] => [`${source.name}\n${name}`, span])),
  ]);
}

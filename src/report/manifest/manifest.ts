/** Writes the whole project as dbt's manifest.json, version 12, piece by piece: no text of it is ever held whole. */
import type { CompiledSelector } from '../../compile/compiled.ts';
import { groupOf } from '../../compile/group-of.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { plainOwner } from '../../graph/node-facets.ts';
import type { SelectorEntry } from '../../parse/definitions.ts';
import type { ArtifactOrigin } from '../artifact-metadata.ts';
import { artifactMetadata } from '../artifact-metadata.ts';
import type { EntryContext } from './node-entry.ts';
import { renderEntry } from './node-entry.ts';

export interface ManifestInput extends EntryContext {
  readonly origin: ArtifactOrigin;
  /** The word of the target's `type:`. */
  readonly engine: string;
  /** The name of the target. */
  readonly target: string;
  /** Says what the manifest was made from: two with the same one are alike. */
  readonly inputHash: string;
}

/** Keys, and values as JSON texts. */
type Entries = Iterable<readonly [string, string]>;

/** The text of the manifest. Mask it before it is written. */
export function* renderManifest(input: ManifestInput): Generator<string, void, undefined> {
  const { graph } = input;
  const sorted = [...graph.order].sort();
  const nodesOf = (wanted: (node: GraphNode) => boolean): Entries => entriesOf(sorted, wanted, input);
  yield `{"metadata":${JSON.stringify(metadata(input))}`;
  yield* section(
    'nodes',
    nodesOf((node) => !['source', 'exposure', 'unit_test'].includes(node.resourceType)),
  );
  yield* section(
    'sources',
    nodesOf((node) => node.resourceType === 'source'),
  );
  yield* section('macros', toTexts(macros(input)));
  yield* section('docs', toTexts(docs(input)));
  yield* section(
    'exposures',
    nodesOf((node) => node.resourceType === 'exposure'),
  );
  yield ',"metrics":{}';
  yield* section('groups', toTexts(groups(input)));
  yield* section('selectors', toTexts(graph.selectors.map((selector) => [selector.name, selectorEntry(selector)] as const)));
  yield ',"disabled":{}';
  yield* section('parent_map', edges(sorted, graph.parents));
  yield* section('child_map', edges(sorted, graph.children));
  yield* section('group_map', toTexts(groupMembers(input)));
  for (const name of ['saved_queries', 'semantic_models']) yield `,"${name}":{}`;
  yield* section(
    'unit_tests',
    nodesOf((node) => node.resourceType === 'unit_test'),
  );
  yield '}\n';
}

function metadata({ origin, engine, target, graph, inputHash }: ManifestInput): object {
  const { env, ...head } = artifactMetadata('manifest', origin);
  return {
    ...head,
    env: { ...env, [inputHashName]: inputHash, TX_TARGET: target },
    project_name: graph.project,
    adapter_type: engine,
    send_anonymous_usage_stats: false,
  };
}

/** Under this name the metadata says what the manifest was made from. */
const inputHashName = 'TX_INPUT_HASH';

/** What the manifest that starts with `text` was made from; undefined for one of another program. */
export function readInputHash(text: string): string | undefined {
  return new RegExp(`^\\{"metadata":\\{[^{}]*"env":\\{[^{}]*"${inputHashName}":"([0-9a-f]+)"`).exec(text)?.[1];
}

function* section(name: string, entries: Entries): Generator<string, void, undefined> {
  let separator = `,"${name}":{`;
  for (const [key, value] of entries) {
    yield `${separator}${JSON.stringify(key)}:${value}`;
    separator = ',';
  }
  yield separator === ',' ? '}' : `${separator}}`;
}

function* entriesOf(
  ids: readonly GraphNode['id'][],
  wanted: (node: GraphNode) => boolean,
  input: ManifestInput,
): Entries & Generator<readonly [string, string]> {
  for (const id of ids) {
    const node = input.graph.nodes.get(id);
    if (node !== undefined && wanted(node)) yield [id, renderEntry(node, input)];
  }
}

function* edges(
  ids: readonly GraphNode['id'][],
  map: ReadonlyMap<GraphNode['id'], readonly string[]>,
): Generator<readonly [string, string]> {
  for (const id of ids) yield [id, JSON.stringify([...(map.get(id) ?? [])].sort())];
}

function* toTexts(entries: Iterable<readonly [string, object]>): Generator<readonly [string, string]> {
  for (const [key, value] of entries) yield [key, JSON.stringify(value)];
}

function* macros({ graph }: ManifestInput): Generator<readonly [string, object]> {
  for (const { name, path, description, text } of graph.macros) {
    const id = `macro.${graph.project}.${name}`;
    yield [
      id,
      {
        name,
        resource_type: 'macro',
        package_name: graph.project,
        path,
        original_file_path: path,
        unique_id: id,
        macro_sql: text,
        depends_on: { macros: [] },
        description,
        meta: {},
        docs: { show: true, node_color: null },
        arguments: [],
      },
    ];
  }
}

function* groups({ graph }: ManifestInput): Generator<readonly [string, object]> {
  for (const { name, path, owner } of graph.groups) {
    const id = `group.${graph.project}.${name}`;
    const head = { name, resource_type: 'group', package_name: graph.project, path, original_file_path: path, unique_id: id };
    yield [id, { ...head, owner: plainOwner(owner) }];
  }
}

/** The nodes of each group. */
function groupMembers({ graph }: ManifestInput): Iterable<readonly [string, object]> {
  const members = new Map<string, string[]>(graph.groups.map(({ name }) => [name, []]));
  for (const node of graph.nodes.values()) {
    const group = groupOf(node);
    if (group !== undefined) members.get(group)?.push(node.id);
  }
  return [...members].map(([name, ids]) => [name, ids.sort()] as const);
}

function* docs({ graph }: ManifestInput): Generator<readonly [string, object]> {
  for (const { name, path, text } of [...graph.docBlocks].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const id = `doc.${graph.project}.${name}`;
    yield [
      id,
      { name, resource_type: 'doc', package_name: graph.project, path, original_file_path: path, unique_id: id, block_contents: text },
    ];
  }
}

function selectorEntry({ name, description, isDefault, entry }: CompiledSelector): object {
  return { name, description, default: isDefault, definition: plainEntry(entry) };
}

/** A part of a selector in the form that YAML has for it. */
function plainEntry(entry: SelectorEntry): unknown {
  if (entry.kind === 'text') return entry.text.value;
  const exclude = entry.exclude.map(plainEntry);
  if (entry.kind !== 'criterion') {
    return { [entry.kind]: [...entry.parts.map(plainEntry), ...(exclude.length === 0 ? [] : [{ exclude }])] };
  }
  const { method, value, parents, children, childrensParents, indirect } = entry;
  return {
    method: method.value,
    value: value.value,
    ...(parents === undefined ? {} : { parents: true, ...(parents === 'all' ? {} : { parents_depth: parents }) }),
    ...(children === undefined ? {} : { children: true, ...(children === 'all' ? {} : { children_depth: children }) }),
    ...(childrensParents ? { childrens_parents: true } : {}),
    ...(indirect === undefined ? {} : { indirect_selection: indirect }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
}

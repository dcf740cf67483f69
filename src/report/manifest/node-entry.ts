/** Describes one node in the words of dbt's manifest, version 12. */
import { createHash } from 'node:crypto';
import { textPath } from '../../compile/text-path.ts';
import type { Relation } from '../../adapter/relation.ts';
import { hasColumnSlots } from '../../compile/column-slots.ts';
import type { CompiledColumn } from '../../compile/compiled-column.ts';
import type { CompiledConstraint, CompiledTest } from '../../compile/compiled.ts';
import type { ContentHash } from '../../graph/content-hash.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { groupOf } from '../../compile/group-of.ts';
import { isVersion } from '../../graph/match-fqn.ts';
import { nodeConfig } from '../../graph/node-config.ts';
import { plainConfig, plainConstraint, plainOwner, sourceFacts } from '../../graph/node-facets.ts';
import { toPlain } from '../../graph/plain-value.ts';
import { plainFixture, plainOverrides } from './unit-test-entry.ts';

/** What entries say beside what the graph holds. */
export interface EntryContext {
  readonly graph: Graph;
  /** Database and schema of the target. */
  readonly database: string;
  readonly schema: string;
  /** The name of a relation as SQL of this engine writes it, and with its database in front, as readers look it up. */
  readonly shortName: (relation: Relation) => string;
  readonly relationName: (relation: Relation) => string;
  /** A text with the second name in place of the first one. */
  readonly nameDatabase: (sql: string) => string;
  readonly content: ContentHash;
  /** Text of a file of the project as it is on disk. */
  readonly rawText: (path: string) => string | undefined;
  /** Where the compiled text of a file is written. */
  readonly compiledPath: (path: string) => string;
}

type Kind<K extends GraphNode['resourceType']> = Extract<GraphNode, { readonly resourceType: K }>;
type Runnable = Kind<'model' | 'seed' | 'snapshot' | 'test'>;

/** Makes each field of an entry from its node. One table serves all nodes of a kind: there are many nodes. */
type Makers<N> = Readonly<Record<string, (node: N, context: EntryContext) => unknown>>;

const common: Makers<GraphNode> = {
  database: (_, { database }) => database,
  schema: (node, { schema }) => ('relation' in node ? node.relation.schema : schema),
  name: ({ name }) => name,
  resource_type: ({ resourceType }) => resourceType,
  package_name: (_, { graph }) => graph.project,
  path: pathBelowBase,
  original_file_path: ({ path }) => path,
  unique_id: ({ id }) => id,
  fqn: ({ fqn }) => fqn,
  config: plainConfig,
  unrendered_config: ({ rawConfig }) => Object.fromEntries(Object.entries(rawConfig).map(([key, { value }]) => [key, toPlain(value)])),
  tags: ({ tags }) => tags,
  description: ({ description }) => description,
  meta: (node) => toPlain(nodeConfig(node)['meta'] ?? {}),
  patch_path: ({ propertiesPath }, { graph }) => (propertiesPath === undefined ? null : `${graph.project}://${propertiesPath}`),
};

/** What models, seeds and tests have, and sources do not. */
const runnable: Makers<Runnable> = {
  checksum: (node, { content }) => ({ name: 'sha256', checksum: content(node) ?? '' }),
  group: (node) => groupOf(node) ?? null,
  docs: ({ rawConfig }) => Object.assign({ show: true, node_color: null }, toPlain(rawConfig['docs']?.value ?? {})),
  build_path: () => null,
  depends_on: (node, context) => ({ macros: macroIds(node, context), nodes: context.graph.parents.get(node.id) ?? [] }),
};

const built: Makers<Kind<'model' | 'seed' | 'snapshot'>> = {
  alias: ({ relation }) => relation.name,
  columns: (node) => columnsOf(node.columns, node.resourceType === 'snapshot' ? [] : node.constraints),
  relation_name: (node, { relationName }) =>
    node.resourceType === 'model' && node.config.materialized === 'ephemeral' ? null : relationName(node.relation),
  raw_code: (node, { rawText }) => (node.resourceType === 'model' ? (rawText(node.path) ?? '') : ''),
};

/** What has a text: for incremental models the one of a first run. */
const compiled: Makers<Kind<'model' | 'snapshot' | 'test'>> = {
  language: () => 'sql',
  refs: refsOf,
  sources: sourcesOf,
  metrics: () => [],
  compiled_path: (node, context) => (compiledSql(node, context) === undefined ? null : context.compiledPath(textPath(node))),
  compiled: (node, context) => compiledSql(node, context) !== undefined,
  compiled_code: (node, context) => qualified(compiledSql(node, context), context),
  extra_ctes_injected: () => true,
  extra_ctes: () => [],
  contract: (node) => ({
    enforced: node.resourceType === 'model' && node.config.contract === true,
    alias_types: true,
    checksum: node.resourceType === 'model' && node.config.contract === true ? contractChecksum(node.columns) : null,
  }),
};

const models: Makers<Kind<'model'>> = {
  ...common,
  ...runnable,
  ...built,
  ...compiled,
  name: ({ name, version }) => version?.model ?? name,
  access: ({ config }) => config.access,
  constraints: ({ constraints }) => constraints.filter(({ onColumn }) => !onColumn).map(plainConstraint),
  version: ({ version }) => version?.v ?? null,
  latest_version: ({ version }) => version?.latest ?? null,
  deprecation_date: ({ version }) => version?.deprecationDate ?? null,
  primary_key: () => [],
};

const seeds: Makers<Kind<'seed'>> = {
  ...common,
  ...runnable,
  ...built,
  root_path: () => null,
  // The form has no place for what a seed's hooks refer to; the maps of edges have.
  depends_on: (node, context) => ({ macros: macroIds(node, context) }),
};

const snapshots: Makers<Kind<'snapshot'>> = {
  ...common,
  ...runnable,
  ...built,
  ...compiled,
  raw_code: ({ current }) => current.sql,
};

const singularTests: Makers<CompiledTest> = {
  ...common,
  ...runnable,
  ...compiled,
  alias: ({ name }) => name,
  columns: () => ({}),
  relation_name: () => null,
  raw_code: (node, { rawText }) => (node.test.kind === 'singular' ? (rawText(node.path) ?? '') : ''),
};

const genericTests: Makers<CompiledTest> = {
  ...singularTests,
  column_name: ({ test }) => (test.kind === 'generic' ? (test.column ?? null) : null),
  file_key_name: ({ test }, { graph }) => fileKey(test.kind === 'generic' ? graph.nodes.get(test.attachedTo) : undefined),
  attached_node: ({ test }) => (test.kind === 'generic' ? test.attachedTo : null),
  test_metadata: (node, context) => (node.test.kind === 'generic' ? testMetadata(node, node.test, context) : null),
};

const sources: Makers<Kind<'source'>> = {
  ...common,
  source_name: ({ sourceName }) => sourceName,
  source_description: ({ sourceDescription }) => sourceDescription,
  source_meta: ({ sourceMeta }) => toPlain(sourceMeta),
  identifier: ({ relation }) => relation.name,
  quoting: () => ({ database: null, schema: null, identifier: null, column: null }),
  loader: (node) => sourceFacts(node).loader,
  loaded_at_field: (node) => sourceFacts(node).loaded_at_field,
  loaded_at_query: (node) => sourceFacts(node).loaded_at_query,
  freshness: (node) => sourceFacts(node).freshness,
  external: (node) => sourceFacts(node).external,
  columns: ({ columns }) => columnsOf(columns),
  relation_name: ({ external, relation }, { relationName }) => external ?? relationName(relation),
};

/** An exposure has no place in the database: much of what others have is not part of its form. */
const placeKeys: readonly string[] = ['database', 'schema', 'patch_path'];
const exposures: Makers<Kind<'exposure'>> = {
  ...Object.fromEntries(Object.entries(common).filter(([key]) => !placeKeys.includes(key))),
  type: ({ type }) => type,
  owner: ({ owner }) => plainOwner(owner),
  label: ({ label }) => label ?? null,
  maturity: ({ maturity }) => maturity ?? null,
  url: ({ url }) => url ?? null,
  depends_on: (node, { graph }) => ({ macros: [], nodes: graph.parents.get(node.id) ?? [] }),
  refs: refsOf,
  sources: sourcesOf,
  metrics: () => [],
};

const unitKeys: readonly string[] = [
  'name',
  'resource_type',
  'package_name',
  'path',
  'original_file_path',
  'unique_id',
  'fqn',
  'description',
];
const unitTests: Makers<Kind<'unit_test'>> = {
  ...Object.fromEntries(Object.entries(common).filter(([key]) => unitKeys.includes(key))),
  model: ({ model }, { graph }) => graph.nodes.get(model)?.name ?? '',
  given: ({ inputs }) => inputs.map(({ written, fixture }) => ({ input: written, ...plainFixture(fixture) })),
  expect: ({ expect }) => plainFixture(expect),
  overrides: plainOverrides,
  depends_on: ({ model }) => ({ macros: [], nodes: [model] }),
  config: plainConfig,
  checksum: (node, { content }) => content(node) ?? null,
};

/** The keys that entries of some kind have. */
export const entryKeys: readonly string[] = [
  ...new Set([models, seeds, snapshots, genericTests, sources, exposures, unitTests].flatMap((makers) => Object.keys(makers))),
];

/** Makers of a kind that fits the node are called with that node alone: {@link makersOf} chooses by the kind. */
function makersOf(node: GraphNode): Makers<GraphNode> {
  const table = {
    model: models,
    seed: seeds,
    snapshot: snapshots,
    source: sources,
    exposure: exposures,
    unit_test: unitTests,
    test: node.resourceType === 'test' && node.test.kind === 'singular' ? singularTests : genericTests,
  }[node.resourceType];
  // The compiler does not connect the key of the table with the kind of the node.
  return table as Makers<GraphNode>;
}

/** One field of the entry of `node`; undefined where its kind has none of that name. */
export function entryField(node: GraphNode, key: string, context: EntryContext): unknown {
  const makers = makersOf(node);
  return Object.hasOwn(makers, key) ? makers[key]?.(node, context) : undefined;
}

/** The whole entry as JSON text. */
export function renderEntry(node: GraphNode, context: EntryContext): string {
  const makers = makersOf(node);
  let text = '';
  for (const key in makers) text += `${text === '' ? '{' : ','}"${key}":${JSON.stringify(makers[key]?.(node, context))}`;
  return `${text}}`;
}

/** The path below the folder of models, seeds or tests; a declared test has a file in dbt's mind only. */
function pathBelowBase(node: GraphNode): string {
  if (node.resourceType === 'source' || node.resourceType === 'exposure' || node.resourceType === 'unit_test') return node.path;
  if (node.resourceType === 'test' && node.test.kind === 'generic') return `${node.name}.sql`;
  return [...node.fqn.slice(1, isVersion(node) ? -2 : -1), node.path.slice(node.path.lastIndexOf('/') + 1)].join('/');
}

/** The same for the same columns and types, whatever their order. */
function contractChecksum(columns: readonly CompiledColumn[]): string {
  const said = columns.map(({ name, dataType }) => [name, dataType ?? null]).toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

function columnsOf(columns: readonly CompiledColumn[], constraints: readonly CompiledConstraint[] = []): Readonly<Record<string, object>> {
  const entries: Record<string, object> = {};
  for (const { name, description, dataType, meta, tags } of columns) {
    const of = constraints.filter((each) => each.onColumn && each.columns[0] === name).map(plainConstraint);
    entries[name] = { name, description, meta: toPlain(meta), data_type: dataType ?? null, constraints: of, quote: null, tags };
  }
  return entries;
}

function macroIds(node: GraphNode, { graph }: EntryContext): readonly string[] {
  return node.macros.map((name) => `macro.${graph.project}.${name}`);
}

/** Parents that the text names. */
function parentsOf(node: GraphNode, { graph }: EntryContext): readonly GraphNode[] {
  return node.dependsOn.flatMap(({ id }) => graph.nodes.get(id) ?? []);
}

function refsOf(node: GraphNode, context: EntryContext): readonly object[] {
  return parentsOf(node, context).flatMap((parent) => {
    if (parent.resourceType === 'source') return [];
    const version = parent.resourceType === 'model' ? parent.version : undefined;
    return [{ name: version?.model ?? parent.name, package: null, version: version?.v ?? null }];
  });
}

function sourcesOf(node: GraphNode, context: EntryContext): readonly (readonly string[])[] {
  return parentsOf(node, context).flatMap((parent) => (parent.resourceType === 'source' ? [[parent.sourceName, parent.name]] : []));
}

function compiledSql(node: Kind<'model' | 'snapshot' | 'test'>, { graph }: EntryContext): string | undefined {
  if (graph.broken.has(node.id)) return undefined;
  const text = node.resourceType === 'model' ? node.full : node.resourceType === 'snapshot' ? node.current : node.test.text;
  // Nobody has asked for the columns that it is written from.
  return text === undefined || hasColumnSlots(text) ? undefined : text.sql;
}

function qualified(sql: string | undefined, { nameDatabase }: EntryContext): string | null {
  return sql === undefined ? null : nameDatabase(sql);
}

type GenericTest = Extract<CompiledTest['test'], { readonly kind: 'generic' }>;

function testMetadata(node: CompiledTest, test: GenericTest, context: EntryContext): object {
  const column = test.column === undefined ? {} : { column_name: test.column };
  const kwargs = { ...argumentsOf(node, test, context), ...column, model: reference(context.graph.nodes.get(test.attachedTo)) };
  return { name: test.check, kwargs, namespace: null };
}

function fileKey(node: GraphNode | undefined): string | null {
  if (node === undefined) return null;
  return node.resourceType === 'source' ? `sources.${node.sourceName}` : `${node.resourceType}s.${node.name}`;
}

/** The arguments as they were meant: relations as references, not as the text of this target. */
function argumentsOf(node: CompiledTest, { args, attachedTo }: GenericTest, context: EntryContext): Readonly<Record<string, unknown>> {
  const others = parentsOf(node, context).filter(({ id }) => id !== attachedTo);
  if (others.length === 0) return args;
  const named = new Map(others.flatMap((other) => (!('relation' in other) ? [] : [[context.shortName(other.relation), other] as const])));
  const meant = Object.entries(args).map(([key, value]) => {
    const other = typeof value === 'string' ? named.get(value) : undefined;
    return [key, other === undefined ? value : reference(other)] as const;
  });
  return Object.fromEntries(meant);
}

function reference(node: GraphNode | undefined): string {
  if (node === undefined) return '';
  if (node.resourceType === 'source') return `source('${node.sourceName}', '${node.name}')`;
  const version = node.resourceType === 'model' ? node.version : undefined;
  return version === undefined ? `ref('${node.name}')` : `ref('${version.model}', v=${version.v})`;
}

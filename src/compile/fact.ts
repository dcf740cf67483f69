/** What the files of a project tell each other: macros, properties, names of nodes. Each fact comes from one file. */
import type { VersionColumns } from '../adapter/operation.ts';
import type { Span } from '../diagnostics/span.ts';
import type { GroupDefinition, MacroDefinition, NodeProperties } from '../parse/definitions.ts';
import type { YamlValue } from '../project/project.ts';
import type { CompiledSelector, CompiledText, DisabledNode, NodeId } from './compiled.ts';
import type { NamedNode } from './naming.ts';
import type { VariableFact } from './variable-fact.ts';

/** What templates see of a model, seed or snapshot. */
export interface ReferableNode {
  readonly kind: 'model' | 'seed' | 'snapshot';
  readonly id: NodeId;
  readonly sql: string;
  readonly isEphemeral: boolean;
  /** Of a snapshot: the columns that say when a version holds. */
  readonly versions?: VersionColumns;
  /** Who may refer to it is told by the fact `private-node`. */
  readonly isPrivate?: true;
}

/** A model that is described version by version. */
export interface VersionedModel {
  /** The name under which the newest is described, if its file may have the name of the model alone. */
  readonly plain?: string;
}

/** One of several versions of a model. */
export interface VersionedNode {
  readonly model: string;
  readonly v: string;
  /** The version that is meant where nobody says. */
  readonly latest: string;
  readonly node: ReferableNode;
}

/** A model that only its own group may refer to. */
export interface PrivateNode {
  readonly name: string;
  readonly group?: string;
  /** Where it was made private. */
  readonly span?: Span;
}

/** A named selector, and where it says whether it is the default. */
export interface DeclaredSelector {
  readonly selector: CompiledSelector;
  readonly place: Span;
}

/** A function that a JavaScript file exports. */
export interface HelperExport {
  readonly path: string;
  /** Tells one version of the file from another. */
  readonly version: string;
  /** What it returned once it may return no more: it reaches outside of its arguments. */
  readonly isFickle: boolean;
}

/** A file with rows for unit tests. */
export interface FixtureFile {
  readonly path: string;
  /** Tells one version of the file from another. */
  readonly version: string;
}

/** The body of an ephemeral model and the ephemeral models that it reads itself. */
export interface EphemeralBody {
  readonly id: NodeId;
  readonly name: string;
  readonly text: CompiledText;
  readonly needs: readonly NodeId[];
}

/** The value of a fact by its kind. All of them can be written as JSON. */
export interface FactValues {
  /** By name and engine: `money@engine`; `money@` for every engine. */
  readonly macro: MacroDefinition;
  readonly helper: HelperExport;
  /** By name and engine, as macros. */
  readonly 'test-definition': MacroDefinition;
  /** A variable of a property file. */
  readonly variable: VariableFact;
  /** The text of a doc block. */
  readonly doc: string;
  readonly 'model-properties': NodeProperties;
  readonly 'seed-properties': NodeProperties;
  /** By the name of the model. */
  readonly 'versioned-model': VersionedModel;
  readonly 'selector-name': true;
  readonly group: GroupDefinition;
  readonly exposure: true;
  readonly 'unit-test': true;
  /** By path below the folder of fixtures: `shop/orders.csv`. */
  readonly fixture: FixtureFile;
  /** That something is described; nothing but its place matters. */
  readonly 'macro-properties': Span;
  readonly 'source-properties': Span;
  /** That a file of that name is there, whatever config makes of it. */
  readonly 'model-file': true;
  readonly 'seed-file': true;
  readonly 'test-file': true;
  readonly selector: DeclaredSelector;
  readonly 'macro-description': string;
  readonly node: ReferableNode;
  /** By the name of a version: `orders.v2`. */
  readonly version: VersionedNode;
  /** By the name of a model with versions. */
  readonly 'latest-version': ReferableNode;
  /** By the id of a node. */
  readonly 'private-node': PrivateNode;
  readonly 'disabled-node': DisabledNode;
  /** By source and table: `web.orders`. */
  readonly source: { readonly id: NodeId; readonly sql: string };
  readonly 'disabled-source': DisabledNode;
  /** By the id of the node: the values that its tests accept, by lower-case column. */
  readonly 'accepted-values': Readonly<Record<string, readonly YamlValue[]>>;
  /** By the id of an ephemeral model: what readers put in front of their queries. */
  readonly body: EphemeralBody;
  /** By the id of an ephemeral model: its whole query, with what it reads itself. */
  readonly query: string;
  /** Nodes whose names, or relations, are the same to a file system or a database. */
  readonly alike: NamedNode;
  readonly relation: NamedNode;
  /** A folder of config in project.yaml: asked for by what lies in it, and given by nothing. */
  readonly 'config-folder': never;
}

export type FactKind = keyof FactValues;

/** Facts by the stage of compiling that gives them. */
export const factStages = {
  text: [
    'macro',
    'helper',
    'test-definition',
    'variable',
    'doc',
    'model-properties',
    'seed-properties',
    'versioned-model',
    'selector-name',
    'group',
    'exposure',
    'unit-test',
    'fixture',
    'macro-properties',
    'source-properties',
    'model-file',
    'seed-file',
    'test-file',
  ],
  head: [
    'selector',
    'macro-description',
    'node',
    'version',
    'latest-version',
    'private-node',
    'disabled-node',
    'source',
    'disabled-source',
    'accepted-values',
    'alike',
    'relation',
  ],
  body: ['body'],
  query: ['query'],
} as const satisfies Readonly<Record<string, readonly FactKind[]>>;

/** All kinds, in an order that stays. */
export const factKinds: readonly FactKind[] = [...Object.values(factStages).flat(), 'config-folder'];

export type Fact = { readonly [K in FactKind]: { readonly kind: K; readonly name: string; readonly value: FactValues[K] } }[FactKind];

/** A fact without its value. */
export interface FactName {
  readonly kind: FactKind;
  readonly name: string;
}

/** Kind and name as one text. */
export type FactKey = `${FactKind}:${string}`;

export function factKey(kind: FactKind, name: string): FactKey {
  return `${kind}:${name}`;
}

/** The parts of a key. */
export function readFactKey(key: FactKey): FactName {
  const colon = key.indexOf(':');
  // Keys are made by `factKey` alone.
  return { kind: key.slice(0, colon) as FactKind, name: key.slice(colon + 1) };
}

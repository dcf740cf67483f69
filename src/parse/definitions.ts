/** What files define, before anything is rendered or linked. Every name and value keeps its place. */
import type { Span } from '../diagnostics/span.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import type { Located, YamlValue } from '../project/project.ts';
import type { Expression, Template } from './template.ts';
import type { UnitTestDefinition } from './unit-test-definition.ts';

/** A map of config keys as written; which keys exist and how they merge is config's business (config.ts). */
export type RawConfig = Readonly<Record<string, Located<YamlValue>>>;

/** What somebody gives to a check, with the place of its name. */
export interface GivenArgument extends Located<YamlValue> {
  readonly keySpan: Span;
}

/** A test as written in YAML, on a model, seed, source table or column. */
export interface TestDeclaration {
  /** As written, e.g. `not_null`, `dbt_utils.accepted_range`. */
  readonly check: string;
  readonly checkSpan: Span;
  readonly args: Readonly<Record<string, GivenArgument>>;
  readonly config: RawConfig;
  /** `name:` given by the user. */
  readonly name?: Located<string>;
  readonly description?: string;
  readonly column?: string;
  readonly span: Span;
}

/** The kinds of constraints, in dbt's words. */
export const constraintTypes = ['not_null', 'primary_key', 'unique', 'check', 'foreign_key'] as const;
export type ConstraintType = (typeof constraintTypes)[number];

/** A constraint as written in YAML, on a model, seed or column. */
export interface ConstraintProperties {
  readonly type: ConstraintType;
  /** Place of its type. */
  readonly span: Span;
  readonly name?: Located<string>;
  /** The condition of a check. */
  readonly expression?: Located<string>;
  /** Empty where it is written on a column. */
  readonly columns: readonly string[];
  /** `ref('orders')`, `source('shop', 'orders')`. */
  readonly to?: Located<string>;
  readonly toColumns: readonly string[];
}

export interface ColumnProperties {
  readonly name: string;
  readonly span: Span;
  readonly description: string;
  readonly dataType?: string;
  /** Where its type stands. */
  readonly typeSpan?: Span;
  readonly tests: readonly TestDeclaration[];
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly tags: readonly string[];
  readonly pii?: boolean | string;
  readonly constraints: readonly ConstraintProperties[];
}

/** Which of several versions of a model a file holds. */
export interface ModelVersion {
  /** The name that all versions share, and where it stands. */
  readonly model: string;
  readonly modelSpan: Span;
  readonly v: string | number;
  /** The version that a reference without one means. */
  readonly latest: string | number;
  /** Date after which it is not meant to be used any more, as it is written. */
  readonly deprecationDate?: string;
  /** Whether the file may have the name of the model alone. */
  readonly mayBePlain: boolean;
}

/** Who is responsible. */
export interface Owner {
  readonly name?: string;
  readonly email?: string;
  /** Whatever else was written. */
  readonly more: Readonly<Record<string, YamlValue>>;
}

export interface GroupDefinition {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly description: string;
  readonly owner: Owner;
}

/** Something outside of the project that uses its nodes: a dashboard, a notebook, an application. */
export interface ExposureDefinition {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly type: string;
  readonly label?: string;
  readonly maturity?: string;
  readonly url?: string;
  readonly description: string;
  readonly owner: Owner;
  /** `ref('orders')`, `source('shop', 'orders')`. */
  readonly dependsOn: readonly Located<string>[];
  readonly config: RawConfig;
}

/** What YAML says of one model or seed; of a model with versions there is one entry for each, under the name of its file. */
export interface NodeProperties {
  readonly name: string;
  readonly version?: ModelVersion;
  readonly span: Span;
  readonly path: string;
  readonly description: string;
  readonly config: RawConfig;
  readonly columns: readonly ColumnProperties[];
  readonly constraints: readonly ConstraintProperties[];
  readonly tests: readonly TestDeclaration[];
}

/** A snapshot as YAML defines it. */
export interface SnapshotProperties extends NodeProperties {
  /** What it keeps the history of: `ref('orders')`, `source('shop', 'orders')`, `orders`. */
  readonly relation: Located<string>;
}

export interface SourceTable {
  readonly name: string;
  readonly span: Span;
  readonly identifier: string;
  readonly description: string;
  readonly config: RawConfig;
  readonly columns: readonly ColumnProperties[];
  readonly tests: readonly TestDeclaration[];
  /** A file or a table function that the engine reads in place, e.g. `data/*.csv`; text with `{name}` filled. */
  readonly external?: Located<ExternalSource>;
  readonly loader?: string;
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly tags: readonly string[];
}

/** A source that is a file: where it is and how it is read. */
export interface ExternalSource {
  readonly location: string;
  readonly format?: string;
  /** Options of the engine's reader, e.g. `header: true`. */
  readonly options: Readonly<Record<string, YamlValue>>;
}

export interface SourceProperties {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly schema?: string;
  readonly description: string;
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly tables: readonly SourceTable[];
}

/** What YAML says of a macro (documentation only). */
export interface MacroProperties {
  readonly name: string;
  readonly span: Span;
  readonly description: string;
}

/** How far a graph operator goes: a number of edges, or as far as there are any. */
export type Depth = number | 'all';

/** One `method: value` of a named selector, with its graph operators. */
export interface SelectorCriterion {
  readonly kind: 'criterion';
  readonly method: Located<string>;
  readonly value: Located<string>;
  readonly parents?: Depth;
  readonly children?: Depth;
  readonly childrensParents: boolean;
  /** Which tests come along with it; otherwise what holds for the whole command. */
  readonly indirect?: IndirectSelection;
  readonly exclude: readonly SelectorEntry[];
  readonly span: Span;
}

/** A part of a named selector. The span of a text is shorter or longer than the text where YAML spells it differently. */
export type SelectorEntry =
  | { readonly kind: 'text'; readonly text: Located<string> }
  | SelectorCriterion
  | {
      readonly kind: 'union' | 'intersection';
      readonly parts: readonly SelectorEntry[];
      readonly exclude: readonly SelectorEntry[];
      readonly span: Span;
    };

/** A named selector as YAML defines it. */
export interface SelectorDefinition {
  readonly name: string;
  readonly span: Span;
  readonly description: string;
  /** `true`, `false`, or a template. */
  readonly isDefault?: Located<boolean | string>;
  readonly entry: SelectorEntry;
}

/** `{{#macro "name" "a" b=1}} … {{/macro}}`. */
export interface MacroDefinition {
  readonly name: string;
  readonly nameSpan: Span;
  /** Positional parameters, in order. */
  readonly parameters: readonly string[];
  /** Places of the names of all parameters, those with defaults last. */
  readonly parameterSpans: readonly Span[];
  /** Named parameters with default expressions and how they are written, in order. */
  readonly defaults: readonly { readonly name: string; readonly value: Expression; readonly text: string }[];
  /** The engine this variant is for; undefined for the general one. */
  readonly engine?: string;
  readonly body: Template;
  readonly span: Span;
}

/** `{{#docs "name"}} … {{/docs}}`. */
export interface DocBlock {
  readonly name: string;
  readonly nameSpan: Span;
  readonly text: string;
}

/** A Markdown file with the doc blocks in it. */
export interface ParsedDocs {
  readonly kind: 'docs';
  readonly path: string;
  readonly blocks: readonly DocBlock[];
}

/** A property file. Tests, config and columns stand as written; nothing is linked to the nodes it names yet. */
/** A variable that a property file sets: for the whole project, where nothing stronger does. */
export interface VariableDefinition {
  readonly name: string;
  /** Of its name. */
  readonly span: Span;
  readonly value: YamlValue;
}

export interface ParsedProperties {
  readonly kind: 'properties';
  readonly path: string;
  readonly models: readonly NodeProperties[];
  readonly seeds: readonly NodeProperties[];
  readonly snapshots: readonly SnapshotProperties[];
  readonly sources: readonly SourceProperties[];
  readonly macros: readonly MacroProperties[];
  readonly docs: readonly DocBlock[];
  readonly vars: readonly VariableDefinition[];
  readonly selectors: readonly SelectorDefinition[];
  readonly groups: readonly GroupDefinition[];
  readonly exposures: readonly ExposureDefinition[];
  readonly unitTests: readonly UnitTestDefinition[];
}

export type ParsedFile =
  | { readonly kind: 'model'; readonly path: string; readonly base: string; readonly name: string; readonly template: Template }
  | { readonly kind: 'singular-test'; readonly path: string; readonly base: string; readonly name: string; readonly template: Template }
  | {
      readonly kind: 'macros';
      readonly path: string;
      readonly macros: readonly MacroDefinition[];
      /** Set when some of its definitions could not be read. */ readonly broken?: true;
    }
  /** Tests that property files call by name: `{{#test "name" "model" "column"}} … {{/test}}`. */
  | { readonly kind: 'tests'; readonly path: string; readonly tests: readonly MacroDefinition[] }
  | { readonly kind: 'js-macros'; readonly path: string }
  /** Rows for unit tests. */
  | { readonly kind: 'fixture'; readonly path: string; readonly base: string }
  | ParsedDocs
  | ParsedProperties;

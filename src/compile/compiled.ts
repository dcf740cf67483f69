/** The compiled project: plain SQL, resolved config, and what depends on what. Input of the graph. */
import type { IncrementalStrategy, Materialization } from '../adapter/capabilities.ts';
import type { VersionColumns } from '../adapter/operation.ts';
import type { Relation } from '../adapter/relation.ts';
import type { BatchSize } from '../intervals/batch-size.ts';
import type { ExternalConfig } from './external-rules.ts';
import type { IncrementRules } from './increment-rules.ts';
import type { CheckArguments } from '../checks/check-definition.ts';
import type { Span } from '../diagnostics/span.ts';
import type { CompiledColumn } from './compiled-column.ts';
import type { ConstraintType, ExposureDefinition, GroupDefinition, ModelVersion, SelectorDefinition } from '../parse/definitions.ts';
import type { Fixture, FixtureRows, UnitOverrides } from '../parse/unit-test-definition.ts';
import type { DeclaredType } from '../parse/seed/seed.ts';
import type { Located, YamlValue } from '../project/project.ts';
import type { SpanMap } from './span-map.ts';

/** `model.<project>.<name>`, `seed.…`, `source.<project>.<source>.<table>`, `test.<project>.<name>.<hash>`. */
export type NodeId = string & { readonly __nodeId: never };

/**
 * What only the plan knows. A value of the run stands in compiled text as `{{name}}` and is replaced by a typed literal;
 * `columns` stands for SQL made from the columns of other nodes.
 */
export interface Slot {
  readonly name: SlotName;
  /** Offset of its placeholder in the text, and the placeholder's length. */
  readonly at: number;
  readonly length: number;
}

export type RunSlotName = 'interval.start' | 'interval.end' | 'run.id' | 'run.started_at';

export type SlotName = RunSlotName | 'columns';

export interface CompiledText {
  readonly sql: string;
  readonly map: SpanMap;
  readonly slots: readonly Slot[];
  /**
   * Where columns of other nodes have been filled in: the SQL from before, which says what the project wrote. Nodes are
   * compiled without it.
   */
  readonly asked?: string;
}

/** A reference that a rendering reached, and where. */
export interface Dependency {
  readonly id: NodeId;
  readonly span: Span;
}

/** A constraint of the table of a node, with its texts rendered. */
export interface CompiledConstraint {
  readonly type: ConstraintType;
  /** Of a check on a model none. */
  readonly columns: readonly string[];
  /** It is written on its one column. */
  readonly onColumn: boolean;
  readonly name?: string;
  readonly expression?: string;
  readonly to?: {
    readonly id: NodeId;
    /** As it is written. */
    readonly text: string;
    /** The relation as it stands in SQL. */
    readonly sql: string;
    readonly columns: readonly string[];
  };
  readonly span: Span;
}

export type OnSchemaChange = 'ignore' | 'fail' | 'append_new_columns' | 'sync_all_columns';

/** A hook of a node, rendered. */
export interface CompiledHook {
  readonly text: CompiledText;
  readonly transaction: boolean;
}

/** How a relation is kept, beside what is in it. Each engine has some of it. */
export interface StorageConfig {
  readonly unlogged?: boolean;
  /** Columns by name; an entry in parentheses is an expression. */
  readonly indexes?: readonly IndexConfig[];
  /** Roles by right. */
  readonly grants?: Readonly<Record<string, readonly string[]>>;
  /** Descriptions become comments in the database. */
  readonly persistDocs?: { readonly relation: boolean; readonly columns: boolean };
}

export interface IndexConfig {
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly type?: string;
  readonly where?: string;
  readonly include?: readonly string[];
}

/** Where rows go that fail tests, and how many may. */
export interface QuarantineConfig {
  /** As the database calls it; that of the model where nothing is said. */
  readonly schema?: string;
  /** `1%`, of the rows that were looked at. */
  readonly maxRatio?: string;
  readonly maxRows?: number;
}

/** How a model is loaded interval by interval. */
export interface IntervalConfig {
  /** Column of its own that says which interval a row belongs to. */
  readonly timeColumn: string;
  readonly batchSize: BatchSize;
  /** Where its time begins, in milliseconds since the epoch. */
  readonly begin: number;
  /** So many batches before new ones are loaded again with them. */
  readonly lookback: number;
  readonly timeZone: string;
  /** The interval that is not over is loaded too, in every run. */
  readonly allowPartials: boolean;
  /** What becomes of rows whose time is not that of their batch. */
  readonly outside: 'error' | 'drop';
  /** Another query does not concern what is loaded already. */
  readonly forwardOnly: boolean;
  /** Queries of several batches run at a time. */
  readonly concurrent?: true;
}

/** Config after merging file over YAML over folder tree, with defaults filled. */
export interface ModelConfig extends IncrementRules {
  readonly materialized: Materialization;
  readonly enabled: boolean;
  readonly schema?: string;
  readonly alias?: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly uniqueKey: readonly string[];
  readonly incrementalStrategy?: IncrementalStrategy;
  /** Of models that are loaded interval by interval. */
  readonly intervals?: IntervalConfig;
  /** Of models that are kept in files. */
  readonly external?: ExternalConfig;
  readonly onSchemaChange: OnSchemaChange;
  readonly fullRefresh?: boolean;
  readonly group?: string;
  /** Who may refer to it: its group, this project, everybody. */
  readonly access: 'private' | 'protected' | 'public';
  readonly quarantine?: QuarantineConfig;
  readonly storage?: StorageConfig;
  /** The query must give just the columns that are declared, with their types. */
  readonly contract?: true;
}

export interface SeedConfig {
  readonly enabled: boolean;
  readonly group?: string;
  readonly schema?: string;
  readonly alias?: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly delimiter?: string;
  /** Declared types by column name, as the engine spells them. */
  readonly columnTypes: Readonly<Record<string, DeclaredType>>;
  readonly storage?: StorageConfig;
  readonly contract?: true;
}

/** How a snapshot tells that a row has changed, and what becomes of rows that are gone. */
export interface SnapshotConfig {
  readonly enabled: boolean;
  readonly schema?: string;
  readonly alias?: string;
  readonly group?: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly strategy: 'timestamp' | 'check';
  readonly uniqueKey: readonly string[];
  /** Column with the time of the last change of a row; of the strategy `check` the time of the run, where there is none. */
  readonly updatedAt?: string;
  /** Columns that are compared; without a list all of them. */
  readonly checkColumns?: readonly string[];
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  /** SQL of the end of a version that is in force; NULL without it. */
  readonly validToCurrent?: string;
  readonly metaColumns: VersionColumns;
  readonly storage?: StorageConfig;
}

interface CompiledNode {
  readonly id: NodeId;
  readonly name: string;
  /** Path of its file, relative to the project. */
  readonly path: string;
  /** YAML file that describes it, when one does. */
  readonly propertiesPath?: string;
  readonly fqn: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly dependsOn: readonly Dependency[];
  /** Macros and JavaScript helpers that its texts were made with, directly or through others, by name. */
  readonly macros: readonly string[];
  /** Every config key that somebody set, with its place: for `config.*` selection and `tx explain`. */
  readonly rawConfig: Readonly<Record<string, Located<YamlValue>>>;
}

export interface CompiledModel extends CompiledNode {
  readonly resourceType: 'model';
  /** Set for one of several versions; the name is then that of the model with the version: `orders.v2`. */
  readonly version?: ModelVersion;
  readonly config: ModelConfig;
  readonly relation: Relation;
  readonly freshness?: Freshness;
  /** Text for a first build; for ephemeral models the body of the CTE. */
  readonly full: CompiledText;
  /** Text for a later run; present only for incremental models. */
  readonly incremental?: CompiledText;
  readonly columns: readonly CompiledColumn[];
  readonly constraints: readonly CompiledConstraint[];
  readonly preHooks: readonly CompiledHook[];
  readonly postHooks: readonly CompiledHook[];
}

export interface CompiledSeed extends CompiledNode {
  readonly resourceType: 'seed';
  readonly config: SeedConfig;
  readonly relation: Relation;
  readonly freshness?: Freshness;
  readonly columns: readonly CompiledColumn[];
  readonly constraints: readonly CompiledConstraint[];
  readonly preHooks: readonly CompiledHook[];
  readonly postHooks: readonly CompiledHook[];
}

/** The history of a relation: a version of each row for each time that it changed. */
export interface CompiledSnapshot extends CompiledNode {
  readonly resourceType: 'snapshot';
  readonly config: SnapshotConfig;
  readonly relation: Relation;
  readonly freshness?: Freshness;
  /** Where it is defined. */
  readonly span: Span;
  /** Text for a first build: the rows as they are, with the columns of a first version. */
  readonly full: CompiledText;
  /** The rows as they are. */
  readonly current: CompiledText;
  readonly columns: readonly CompiledColumn[];
  readonly preHooks: readonly CompiledHook[];
  readonly postHooks: readonly CompiledHook[];
}

/** An age of data. */
export interface Age {
  readonly count: number;
  readonly period: 'minute' | 'hour' | 'day';
}

/** How old the newest row of a relation may be, and how its time is found. Texts are SQL, rendered. */
export interface Freshness {
  readonly warnAfter?: Age;
  readonly errorAfter?: Age;
  /** Condition on the rows that count; never beside a query. */
  readonly filter?: string;
  /** A column or expression whose highest value is the time of the newest row, or a query that gives it. */
  readonly loadedAt?: { readonly kind: 'field' | 'query'; readonly sql: string; readonly span: Span };
  /** Where `freshness` stands. */
  readonly span: Span;
}

/** How rows of a source are found that came late. Both are SQL, rendered: a column or an expression of a row. */
export interface Arrivals {
  /** When it came into the source. */
  readonly loadedAt: { readonly sql: string; readonly span: Span };
  /** When what it tells of happened. */
  readonly eventTime: { readonly sql: string; readonly span: Span };
}

export interface CompiledSource extends CompiledNode {
  readonly resourceType: 'source';
  readonly sourceName: string;
  /** What is said of all tables of the source. */
  readonly sourceDescription: string;
  readonly sourceMeta: Readonly<Record<string, YamlValue>>;
  readonly loader?: string;
  readonly relation: Relation;
  /** SQL that stands for the table where a file is read in place; else undefined. */
  readonly external?: string;
  /** Where that file is, as it was declared. */
  readonly location?: string;
  /** Where that is declared. */
  readonly locationSpan?: Span;
  readonly freshness?: Freshness;
  readonly arrivals?: Arrivals;
  readonly columns: readonly CompiledColumn[];
}

/** A threshold such as `> 10` or `> 0.5%`. */
export interface Threshold {
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=';
  readonly value: number;
  readonly percent: boolean;
  readonly text: string;
}

/** The first or the last row by a column. */
export interface KeepRule {
  readonly which: 'first' | 'last';
  readonly column: string;
}

export interface TestConfig {
  readonly severity: 'error' | 'warn';
  readonly warnIf: Threshold;
  readonly errorIf: Threshold;
  readonly where?: string;
  /** Where the condition is written. */
  readonly whereSpan?: Span;
  readonly limit?: number;
  /** What a predicate means that a NULL keeps from being decided; it passes where nothing is said. */
  readonly onNull?: 'pass' | 'fail';
  /** Columns: the check is made for each group of rows that agree on them. */
  readonly groupBy?: readonly string[];
  /** Failing rows are set aside before the relation is published. */
  readonly onFail?: 'quarantine';
  /** That is said of tests of all kinds, by a folder or their node, and holds for those of which it can be true. */
  readonly onFailIfPossible?: true;
  /** Which of the rows with one key stays where the others are set aside; none where nothing is said. */
  readonly keep?: KeepRule;
  /** Failing rows are stored beside what is remembered of runs. */
  readonly storeFailures?: true;
  /** The schema with a view of the stored rows, by its whole name. */
  readonly failuresSchema?: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, YamlValue>>;
}

export interface CompiledTest extends CompiledNode {
  readonly resourceType: 'test';
  readonly config: TestConfig;
  /** The place to show when it fails. */
  readonly span: Span;
  /** A check from the vocabulary on one node, or SQL of its own whose rows are the failures. */
  readonly test:
    | {
        readonly kind: 'generic';
        readonly check: string;
        readonly args: CheckArguments;
        /** Node under test. */
        readonly attachedTo: NodeId;
        readonly column?: string;
        /** Of a test that the project defines itself: its query, rendered for this node. */
        readonly text?: CompiledText;
      }
    | { readonly kind: 'singular'; readonly text: CompiledText };
}

/** A macro of the project in force for this target's engine, or a function of a JavaScript file. */
export interface CompiledMacro {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  /** The whole definition as it is written; for a JavaScript function all of its file. */
  readonly text: string;
}

/** A named selector, for `--selector` and `selector:`. */
export interface CompiledSelector extends Pick<SelectorDefinition, 'name' | 'span' | 'description' | 'entry'> {
  /** Holds where nothing is selected on the command line. */
  readonly isDefault: boolean;
}

/** Something outside of the project that uses its nodes. */
export interface CompiledExposure extends CompiledNode, Pick<ExposureDefinition, 'type' | 'label' | 'maturity' | 'url' | 'owner'> {
  readonly resourceType: 'exposure';
}

/** Rows of a unit test. Of a file, the version tells one content from another. */
export type CompiledFixture = FixtureRows | (Extract<Fixture, { kind: 'file' }> & { readonly path: string; readonly version: string });

/** Rows that stand for a relation; for the model itself where the id is that of the model. */
export interface UnitInput {
  readonly id: NodeId;
  /** As it is written. */
  readonly written: string;
  readonly span: Span;
  readonly fixture: CompiledFixture;
}

/** Looks at what the query of a model gives for rows that the test makes up. */
export interface CompiledUnitTest extends CompiledNode {
  readonly resourceType: 'unit_test';
  /** The place of its name. */
  readonly span: Span;
  readonly model: NodeId;
  readonly inputs: readonly UnitInput[];
  readonly expect: CompiledFixture;
  readonly overrides: UnitOverrides;
}

/** A node that config turned off. */
export interface DisabledNode {
  readonly kind: CompiledNodeUnion['resourceType'];
  readonly id: NodeId;
  readonly name: string;
  readonly span?: Span;
}

export interface CompiledProject {
  readonly name: string;
  readonly models: readonly CompiledModel[];
  readonly seeds: readonly CompiledSeed[];
  readonly snapshots: readonly CompiledSnapshot[];
  readonly sources: readonly CompiledSource[];
  readonly tests: readonly CompiledTest[];
  readonly exposures: readonly CompiledExposure[];
  readonly unitTests: readonly CompiledUnitTest[];
  readonly groups: readonly GroupDefinition[];
  readonly macros: readonly CompiledMacro[];
  readonly docBlocks: readonly { readonly name: string; readonly path: string; readonly text: string }[];
  readonly selectors: readonly CompiledSelector[];
  readonly onRunStart: readonly CompiledHook[];
  readonly onRunEnd: readonly CompiledHook[];
  /** Nodes that config turned off, with the place that did it. */
  readonly disabled: readonly Omit<DisabledNode, 'kind'>[];
  /** Nodes whose compilation failed: nothing selected may need them. */
  readonly broken: readonly NodeId[];
}

/** The nodes that a run builds. */
export type BuiltNode = CompiledModel | CompiledSeed | CompiledSnapshot;

/** The nodes that something in a database stands for. */
export type CompiledRelation = BuiltNode | CompiledSource;

/** Read its properties, and do not spread it: a node that was kept by the cache makes each part when it is looked at. */
export type CompiledNodeUnion = CompiledRelation | CompiledTest | CompiledExposure | CompiledUnitTest;

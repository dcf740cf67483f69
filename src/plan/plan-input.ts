/** Everything that the plan is decided from. Plain data, but for the dialect and the check vocabulary. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { DelimitedFile, Dialect } from '../adapter/dialect.ts';
import type { CatalogRelation, Column, Relation } from '../adapter/relation.ts';
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { CompiledHook, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { RangeSet } from '../intervals/range-set.ts';
import type { StateSnapshot } from '../state/state-reader.ts';
import type { SourceArrivals } from './source-arrivals.ts';
import type { ComparedQuery } from './compared-query.ts';
import type { Deferred } from './defer-nodes.ts';
import type { Command, Reason } from './plan.ts';
import type { KnownRelation, PreparedUnitTest } from './unit-test.ts';

/** What is known of a seed file after it was read and checked. */
export interface SeedSummary {
  /** Of the file and of what is declared of how it is read. */
  readonly contentHash: string;
  readonly rows: number;
  /** Columns in file order, with the engine's spelling of their types. */
  readonly columns: readonly Column[];
  /** SELECT list that turns text into typed columns, one entry per column. */
  readonly casts: readonly string[];
  /** The file on disk, if its form is one that engines read as `tx` does. */
  readonly file?: Pick<DelimitedFile, 'path' | 'delimiter'>;
}

export interface UnitTests {
  readonly prepared: ReadonlyMap<NodeId, PreparedUnitTest>;
  readonly columns: ReadonlyMap<NodeId, KnownRelation>;
}

/** Bounds of a run over time: ISO 8601 in UTC, `[start, end)`. */
export interface Interval {
  readonly start: string;
  readonly end: string;
}

/** An order of what is loaded of models that are loaded interval by interval, instead of what is missing. */
export interface LoadOrder {
  /** Dates and times as they were written: those without a zone are by the clocks of each model. */
  readonly window: { readonly start: string; readonly end: string };
  /** Nothing outside of it is loaded. */
  readonly only: boolean;
  /** What of it is loaded already is loaded again. */
  readonly again: boolean;
  /** Unique ids of those for which that has been done already, by an earlier attempt. */
  readonly begun?: ReadonlySet<string>;
  /** Of these models; of all without it. */
  readonly nodes?: ReadonlySet<NodeId>;
  /** So many batches have one transaction. */
  readonly chunk: number;
  /** So many of their queries run at a time; as config says without it. */
  readonly parallel?: number;
}

/** What was loaded of the parents of a model by interval since it read them. */
export interface LateRanges {
  readonly ranges: RangeSet;
  readonly after: readonly string[];
  /** Who loads a range alone loads all of these with it: nothing of them is left to the next one. */
  readonly isCovered?: true;
}

/** In what a node is not what stands of it in the target of an environment, itself or by what it reads. */
export interface Difference {
  readonly reason: Reason;
  /** The same in words, for each thing that differs. */
  readonly why: readonly string[];
  /** The query that would make all of it is another one. */
  readonly rewritten?: true;
}

/** Another relation of the same node, in another environment. */
export interface Copy {
  readonly relation: Relation;
  /** Of the build that made its rows. Without it nothing is known of what is made: the next build looks at it anew. */
  readonly dataVersion?: string;
}

export interface PlanInput {
  readonly command: Command;
  readonly project: string;
  readonly target: { readonly name: string; readonly engine: string; readonly schema: string };
  readonly stateSchema: string;
  readonly graph: Graph;
  readonly selected: ReadonlySet<NodeId>;
  /** Nodes that are read in another environment, and not built: `graph` has the relations that they have there. */
  readonly deferred?: Deferred;
  /** In an environment: what differs from its target. */
  readonly differs?: ReadonlyMap<NodeId, Difference>;
  /** What was asked for and is left to the other environment: why, in words. */
  readonly spared?: ReadonlyMap<NodeId, string>;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly catalog: readonly CatalogRelation[];
  readonly state: StateSnapshot;
  readonly seeds: ReadonlyMap<NodeId, SeedSummary>;
  readonly onRunStart: readonly CompiledHook[];
  readonly onRunEnd: readonly CompiledHook[];
  readonly findCheck: (name: string) => CheckDefinition | undefined;
  readonly run: { readonly id: string; readonly startedAt: string };
  readonly fullRefresh: boolean;
  readonly adopt: boolean;
  /** Publish first and test then, as dbt does. */
  readonly noAudit?: boolean;
  /** Instead of being made by their queries, tables of these nodes take the rows of another relation. */
  readonly copies?: ReadonlyMap<NodeId, Copy>;
  /** Instead of their queries, models take what was set aside of them. */
  readonly replay?: boolean;
  readonly interval?: Interval;
  /** What of models that are loaded interval by interval somebody wants to be loaded. */
  readonly loads?: LoadOrder;
  /** Ranges that what a model by interval reads has other rows of since it was loaded, and the names of those who loaded them. */
  readonly late?: ReadonlyMap<NodeId, LateRanges>;
  /** What came into sources that models by interval read. */
  readonly arrivals?: ReadonlyMap<NodeId, SourceArrivals>;
  /** Nobody could ask for these: the next run has to. */
  readonly isLateUnknown?: true;
  /** Nothing is done where intervals are missing before one that is loaded. */
  readonly refusesGaps?: boolean;
  /** A step is planned anew, before its first transaction or after it: it stays a step, whatever is left to do. */
  readonly again?: 'from-start' | 'go-on';
  /** That step makes a table that has nothing to load yet. */
  readonly isOfNoBatch?: boolean;
  /** What stands unchanged is not built again, and its tests keep their verdicts. */
  readonly reuse?: boolean;
  /** Queries of which it was found out what they make another way than before. */
  readonly compared?: ReadonlyMap<NodeId, ComparedQuery>;
  /** What tells the content of files that are sources from what it was before, where that can be told. */
  readonly sources?: ReadonlyMap<NodeId, string>;
  /** What tells the files of models that are kept in files from what they were before; nothing of those that are not there. */
  readonly files?: ReadonlyMap<NodeId, string>;
  /** Those that are selected, and what is known of the relations that they make up. */
  readonly unitTests?: UnitTests;
}

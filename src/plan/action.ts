/** What a step of a plan does, one thing after the other, and what it has to know for each. */
import type { DeclaredPartitions, PartitionGranularity } from '../adapter/declared-partitions.ts';
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import type { FileForm } from '../adapter/file-form.ts';
import type { Operation, VersionRules, WantedConstraint } from '../adapter/operation.ts';
import type { Attachment, Column, Relation, RelationKind } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { BatchSize } from '../intervals/batch-size.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import type { LedgersSeen } from '../state/state-writer.ts';
import type { CheckArguments, CheckShape, CheckUnit } from '../checks/check-definition.ts';
import type { KeepRule, NodeId, OnSchemaChange, Threshold } from '../compile/compiled.ts';
import type { MergeColumns } from '../compile/increment-rules.ts';
import type { VersionPlaces } from '../compile/version-problems.ts';
import type { Span } from '../diagnostics/span.ts';
import type { EventAction } from './event-rules.ts';
import type { TimeColumn } from './time-column.ts';

export interface Asked {
  readonly identity: string;
  readonly dataVersion: string;
}

/** A check as the executor needs it: its shape, its thresholds, and how to speak of it. */
export interface PlannedCheck {
  readonly id: NodeId;
  readonly name: string;
  readonly check: string;
  /** What users call the relation that is looked at. */
  readonly relationName: string;
  readonly column?: string;
  readonly args: CheckArguments;
  /** Where the test is declared. */
  readonly span: Span;
  readonly shape: CheckShape;
  /** What its count counts. */
  readonly unit: CheckUnit;
  /** The next run compares with what this one measures. */
  readonly remembers?: true;
  /** When the bucket began for which later runs compare with what this one measures, in milliseconds since 1970. */
  readonly point?: number;
  /** No row can violate it, whatever the tables above hold: nothing is asked. */
  readonly proven?: true;
  /** What tells the question and the data that it is asked of from others: the same verdict holds for the same. */
  readonly asked?: Asked;
  /** Of a check that says the same of a row whatever rows there are and whenever it is asked: tells it from what it was before. */
  readonly fingerprint?: string;
  readonly onNull?: 'pass' | 'fail';
  /** Quoted columns: the check is made for each group of rows that agree on them. */
  readonly groupBy?: readonly string[];
  readonly where?: string;
  /** Where the condition is written. */
  readonly whereSpan?: Span;
  readonly severity: 'error' | 'warn';
  readonly warnIf: Threshold;
  readonly errorIf: Threshold;
  readonly limit?: number;
  /** Failing rows are stored. */
  readonly keeps?: true;
  /** The view of what is kept. */
  readonly keepsIn?: Relation;
  /** Columns whose values must not be shown. */
  readonly maskedColumns: readonly string[];
  /** Columns to show first in a sample: the keys of the relation, then the column under test. */
  readonly leadingColumns: readonly string[];
}

/** A test with SQL of its own: each row is a failure. */
export interface PlannedQueryTest {
  readonly id: NodeId;
  readonly name: string;
  readonly query: Query;
  /** As above. */
  readonly asked?: Asked;
  /** Of a test that the project defines and declares by name: that name. */
  readonly check?: string;
  readonly span: Span;
  readonly severity: 'error' | 'warn';
  readonly warnIf: Threshold;
  readonly errorIf: Threshold;
  readonly limit?: number;
  readonly keeps?: true;
  /** The view of what is kept. */
  readonly keepsIn?: Relation;
  readonly maskedColumns: readonly string[];
}

/** A constraint and where it is declared. */
export interface PlannedConstraint {
  readonly wanted: WantedConstraint;
  readonly span: Span;
}

/** A check whose failing rows are set aside. */
export interface QuarantineRule {
  readonly test: NodeId;
  readonly keep?: KeepRule;
}

/** One act inside the transaction of a step, in order. */
export type Action =
  /** `span` is where config asks for it, where its statements name what the user wrote there. */
  | { readonly kind: 'operation'; readonly operation: Operation; readonly span?: Span }
  /** Refuses NULL and duplicate keys in `stage`. */
  | {
      readonly kind: 'require-keys';
      readonly stage: Relation;
      readonly key: readonly string[];
      readonly masked: readonly string[];
      /** Where the key is declared. */
      readonly span?: Span;
    }
  | EventAction
  /** Sees to it that `stage` has only rows of the interval of its batch. */
  | {
      readonly kind: 'require-interval';
      readonly stage: Relation;
      readonly time: TimeColumn;
      readonly outside: 'error' | 'drop';
      /** The interval, where there is no batch. */
      readonly range?: Range;
      readonly masked: readonly string[];
      /** Where the column is declared. */
      readonly span?: Span;
    }
  /** Refuses a query, or a table after an increment, whose columns are not those of the contract of `relation`. */
  | {
      readonly kind: 'require-contract';
      readonly query?: Query;
      readonly table?: Relation;
      readonly relation: Relation;
      /** With types as they are declared. */
      readonly columns: readonly Column[];
      /** Where the contract is made. */
      readonly span?: Span;
    }
  /** Refuses rows that break a constraint, and names them. Most constraints are kept by the table: rows are looked for once one was broken. */
  | {
      readonly kind: 'require-constraints';
      readonly when: 'always' | 'one was broken';
      /** Holds the rows; made from `query` where there is one. */
      readonly stage: Relation;
      readonly query?: Query;
      /** A table to which the rows are added, and the key by which they take the place of others. */
      readonly beside?: { readonly table: Relation; readonly key: readonly string[] };
      readonly relation: Relation;
      readonly constraints: readonly PlannedConstraint[];
      readonly masked: readonly string[];
    }
  /**
   * Judges the rows of `stage`, and moves those that fail one of `rules` into `table`, so that what is published passes them
   * all. Rows that were moved earlier go, where the staged ones take their place.
   */
  | {
      readonly kind: 'quarantine';
      readonly stage: Relation;
      readonly table: Relation;
      /** What stands there; absent where nothing does. */
      readonly standing?: readonly Column[];
      /** All checks that look at the stage. */
      readonly audit: Extract<Action, { kind: 'audit' }>;
      readonly rules: readonly QuarantineRule[];
      /** Tells these rules from others. */
      readonly fingerprint: string;
      /** The staged rows are all that there are. */
      readonly isWhole: boolean;
      /** Of an increment: what tells by which rows earlier ones are replaced. */
      readonly key: readonly string[];
      readonly limits: QuarantineLimits;
      /** Rows that stand already and are not replaced: who has the key of one of them is a duplicate. */
      readonly published?: Relation;
      /**
       * Of an increment with rules for keys: the table that it changes. Who has the key of one of its rows is a duplicate, but
       * for rows that are replaced, which have what the staged ones have in `key`; none are where that is empty.
       */
      readonly among?: { readonly relation: Relation; readonly key: readonly string[] };
    }
  /** Brings the columns of `target` in line, then applies the staged rows. */
  | {
      readonly kind: 'apply-increment';
      readonly stage: Relation;
      readonly target: Relation;
      readonly targetColumns: readonly Column[];
      readonly strategy: IncrementalStrategy;
      readonly key: readonly string[];
      /** Where rows are replaced that are of the interval of the batch. */
      readonly time?: TimeColumn;
      /** Which columns of a row that is there a merge changes, and where that is declared; all without it. */
      readonly mergeColumns?: MergeColumns & { readonly span?: Span };
      /** A column that a merge changes whatever these say. */
      readonly always?: string;
      /** What partitions are told apart by that are replaced, and where that is declared. */
      readonly partitions?: {
        readonly by: readonly string[];
        readonly span?: Span;
        /** What a partition holds of the one column in `by`; without it, one of its values. */
        readonly granularity?: PartitionGranularity;
        /** The table is divided. */
        readonly declared?: DeclaredPartitions;
      };
      /** Conditions on the rows of `target` that may be touched, and where they are declared. */
      readonly predicates?: { readonly conditions: readonly string[]; readonly span?: Span };
      readonly onSchemaChange: OnSchemaChange;
      /** Where it is declared what happens to other columns, or else that there are increments. */
      readonly span?: Span;
    }
  /** Adds the rows of a query to `target`: directly if their types are those of the table, by `stage` if not. */
  | {
      readonly kind: 'append-query';
      readonly stage: Relation;
      readonly target: Relation;
      readonly targetColumns: readonly Column[];
      readonly query: Query;
      /** As above. */
      readonly span?: Span;
    }
  /** Writes the rows of a query into files beside their place; `stage`, a temporary view, reads them. */
  | {
      readonly kind: 'write-files';
      readonly stage: Relation;
      readonly query: Query;
      readonly location: string;
      readonly form: FileForm;
    }
  /** Puts these files in the place of those that are there, and makes the view that reads them. */
  | {
      readonly kind: 'publish-files';
      readonly stage: Relation;
      readonly target: Relation;
      readonly existing?: RelationKind;
      readonly location: string;
      readonly form: FileForm;
    }
  /** Refuses to go on unless the rows that a snapshot looks at have the columns that it needs, and no others of their names. */
  | { readonly kind: 'require-versions'; readonly query: Query; readonly versions: VersionRules; readonly places: VersionPlaces }
  /** Refuses rows without a time of their last change. */
  | {
      readonly kind: 'require-stamps';
      readonly stage: Relation;
      readonly versions: VersionRules;
      readonly masked: readonly string[];
      readonly span: Span;
    }
  /** Refuses rows that cannot be told apart or have no time; ends the versions in `target` that the others say are over, and adds new ones. */
  | {
      readonly kind: 'apply-versions';
      readonly query: Query;
      /** It gives the same rows however often one statement asks, and to ask again costs no more than to keep them. */
      readonly steady: boolean;
      /** Where its rows are kept if something has to be found out about them. */
      readonly stage: Relation;
      readonly changes: Relation;
      readonly target: Relation;
      readonly targetColumns: readonly Column[];
      readonly versions: VersionRules;
      /** Columns whose values must not be shown. */
      readonly masked: readonly string[];
      readonly places: VersionPlaces;
    }
  /** Puts what was on the old table on the one that took its place, as far as it has the columns. */
  | { readonly kind: 'reattach'; readonly target: Relation; readonly attachments: readonly Attachment[] }
  /** Refuses to go on unless the seed file that the engine has just read is still the one that was checked, with as many rows. */
  | { readonly kind: 'verify-seed'; readonly path: string }
  /** Loads the text of a seed file into `stage`; the next operation casts it. */
  | {
      readonly kind: 'load-seed';
      readonly path: string;
      readonly stage: Relation;
      readonly columns: readonly string[];
    }
  /** Runs checks against `relation` (SQL text: a quoted name, or a query in parentheses). */
  | {
      readonly kind: 'audit';
      readonly relation: string;
      readonly relationKind: RelationKind;
      readonly checks: readonly PlannedCheck[];
      readonly queries: readonly PlannedQueryTest[];
      /** How many builds of the relation there are with the one that is looked at, where the next one builds upon it. */
      readonly ordinal?: number;
      readonly delta?: AuditDelta;
    };

/** The intervals that a step loads, each in a transaction of its own: queries have open slots for their bounds. */
export interface BatchPlan {
  readonly batchSize: BatchSize;
  readonly timeZone: string;
  /** So many batches have one transaction. */
  readonly chunk: number;
  /** So many of their queries run at a time, or as many as the run has threads. */
  readonly parallel?: number | 'threads';
  /** Whole batches, joined: nothing is listed that can be counted. */
  readonly load: RangeSet;
  readonly count: number;
  /** The interval of these that is not over: it is never taken for loaded. */
  readonly partial?: Range;
  /** What was asked for by name and is not loaded, because it is not over. */
  readonly later?: Range;
  /** What was loaded and counts as missing from the start of the run on. */
  readonly opened: RangeSet;
  /** What of that is so because what it reads was loaded again: by whom, and where. */
  readonly late?: { readonly ranges: RangeSet; readonly after: readonly string[] };
  readonly seen?: LedgersSeen;
  /** What was loaded before, without that. */
  readonly done: RangeSet;
  /** Intervals that are over and were not loaded, and those of them that lie before something that was. */
  readonly missing: RangeSet;
  readonly gaps: RangeSet;
  /** Of the query: what another one loaded is loaded again. */
  readonly version: string;
  /** Ordinal of the newest entry in the ledger; 0 without one. */
  readonly entry: number;
}

/** How many rows may be set aside before the model fails. */
export interface QuarantineLimits {
  readonly maxRows?: number;
  readonly maxRatio?: Threshold;
}

/** Checks for which it is enough to look at the rows that an increment brought, since no other row violates them. */
export interface AuditDelta {
  /** Holds these rows as they stand in the relation, if its columns are the same. */
  readonly stage: Relation;
  readonly target: Relation;
  readonly checks: readonly NodeId[];
}

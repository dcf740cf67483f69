/** What happens during a run, as a stream of plain data. The executor tells; it never prints. */
import type { LockHolder, ResultSet } from '../adapter/connection.ts';
import type { Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Command, Reason } from '../plan/plan.ts';
import type { UnitDiff } from './unit-diff.ts';

/** Of models and seeds: success, error, skipped, cancelled. Of tests: pass, warn, fail, error, skipped, cancelled. */
export type NodeStatus = 'success' | 'error' | 'pass' | 'warn' | 'fail' | 'skipped' | 'cancelled';

export interface NodeResult {
  readonly id: NodeId;
  readonly name: string;
  readonly path: string;
  readonly resourceType: 'model' | 'seed' | 'snapshot' | 'test';
  /** `view`, `table`, `incremental`, `seed`, or the name of the check. */
  readonly materialization: string;
  readonly status: NodeStatus;
  readonly reason: Reason;
  /** ISO 8601 in UTC. Skipped nodes have the time of the decision in both. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly attempts: number;
  readonly worker: number;
  readonly relation?: Relation;
  /** Rows in a built table, or rows an increment brought. */
  readonly rows?: number;
  /** Of a model that is loaded interval by interval. */
  readonly batches?: BatchCounts;
  /** Rows that were set aside because they fail tests. */
  readonly quarantined?: number;
  /** Tests: number of failures, and the rows that were looked at where that is known. */
  readonly failures?: number;
  readonly total?: number;
  /** Tests: it follows from the query that they pass, and no row was looked at. */
  readonly proven?: true;
  /** Tests of one value: what it was. */
  readonly measured?: string;
  /** Nothing was done: it is as it was then. ISO 8601 in UTC. */
  readonly asOf?: string;
  /** One line without row values: safe for logs and artifacts. */
  readonly message?: string;
  /** Unit tests: what differs. The rows are those that the test itself makes up, and what the query gives for them. */
  readonly diff?: UnitDiff;
  /** Skipped: the node whose failure caused it. */
  readonly skippedBecause?: NodeId;
  readonly diagnostics: readonly Diagnostic[];
}

/** What became of the batches of a model. */
export interface BatchCounts {
  readonly total: number;
  readonly loaded: number;
  /** What was loaded, joined: ISO 8601 in UTC, `[start, end)`. */
  readonly ranges: readonly { readonly start: string; readonly end: string }[];
  /** Loaded by another run meanwhile. */
  readonly elsewhere: number;
  /** As above, one for each batch. */
  readonly failed: readonly { readonly start: string; readonly end: string }[];
}

/** Failing rows: for the terminal only, never for logs or artifacts. Masked columns are already masked. */
export interface FailureSample {
  readonly test: NodeId;
  readonly title: string;
  readonly rows: ResultSet;
  readonly shown: number;
}

export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly runId: string;
      readonly command: Command;
      readonly target: string;
      readonly engine: string;
      readonly database: string;
      readonly threads: number;
      readonly startedAt: string;
      /** Nodes that will have a result, by resource type. */
      readonly counts: { readonly models: number; readonly seeds: number; readonly snapshots: number; readonly tests: number };
    }
  | { readonly type: 'node-started'; readonly id: NodeId; readonly name: string; readonly at: string }
  | { readonly type: 'node-retried'; readonly id: NodeId; readonly name: string; readonly attempt: number; readonly message: string }
  /** The relation of a node is in the hands of another run. */
  | {
      readonly type: 'node-waiting';
      readonly id: NodeId;
      readonly name: string;
      readonly relation: Relation;
      readonly holder: LockHolder | undefined;
    }
  /** What the plan took for granted was not so any more; `because` says what moved. */
  | { readonly type: 'node-replanned'; readonly id: NodeId; readonly name: string; readonly because: string; readonly reason: Reason }
  /** One batch of a model that is loaded interval by interval; `number` counts those of the run from 1. */
  | {
      readonly type: 'batch-finished';
      readonly id: NodeId;
      readonly name: string;
      /** ISO 8601 in UTC, `[start, end)`. */
      readonly start: string;
      readonly end: string;
      readonly status: 'success' | 'error' | 'skipped';
      readonly number: number;
      readonly total: number;
      readonly rows?: number;
      readonly durationMs: number;
      readonly message?: string;
    }
  | { readonly type: 'node-finished'; readonly result: NodeResult; readonly sample?: FailureSample }
  | {
      readonly type: 'hook-finished';
      readonly name: string;
      readonly status: 'success' | 'error';
      readonly durationMs: number;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly type: 'run-finished'; readonly result: RunResult };

export interface RunResult {
  readonly runId: string;
  readonly command: Command;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  /** `failed` when any node is error or fail or a hook failed; `cancelled` wins over both. */
  readonly status: 'success' | 'failed' | 'cancelled';
  /** In the order of the plan. */
  readonly results: readonly NodeResult[];
  /** What the run as a whole did to others. No row values. */
  readonly warnings: readonly Diagnostic[];
  /** True when nothing but transient failures (locks, connections) happened: worth another try. */
  readonly transient: boolean;
}

/**
 * The plan: exactly what a run will do, as frozen JSON, with the reason for each step.
 * Two consumers read the same object: the executor and `tx plan`.
 */
import type { IncrementalStrategy, Materialization } from '../adapter/capabilities.ts';
import type { Operation } from '../adapter/operation.ts';
import type { Column, Relation, RelationKind } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Span } from '../diagnostics/span.ts';
import type { BuildMemory } from '../state/state-writer.ts';
import type { Action, BatchPlan } from './action.ts';
import type { PlannedUnitTest } from './unit-test.ts';

export type Command = 'run' | 'build' | 'test' | 'seed' | 'snapshot';

/** Why a step is in the plan. */
export type Reason =
  | 'selected'
  | 'never-built'
  | 'gone'
  | 'full-refresh'
  | 'incremental'
  | 'intervals'
  | 'kind-changed'
  | 'history'
  | 'history-kept'
  | 'seed-changed'
  | 'test'
  | 'hook'
  | 'replay'
  | 'sql-changed'
  | 'config-changed'
  | 'upstream-rebuilt'
  | 'source-new-data'
  | 'drifted'
  | 'not-noted'
  | 'non-deterministic'
  | 'reset'
  | 'copied'
  | 'metadata-changed'
  | 'unchanged';

interface BaseStep {
  /** Unique in the plan; the node's id for steps that build a node. */
  readonly id: string;
  /** Steps that must have succeeded before this one starts. */
  readonly dependsOn: readonly string[];
  /** Steps that must not start any more once this one has failed, beside those that depend on it. */
  readonly blocks: readonly string[];
  readonly reason: Reason;
  /** The reason in words, for each thing that differs from what stands. */
  readonly why?: readonly string[];
}

/** What a plan took for granted of the relation that a step builds. */
export interface Assumption {
  /** Absent where nothing stands. */
  readonly kind?: RelationKind;
  readonly columns: readonly Column[];
  /** The ordinal of its newest build; 0 where it was never built. */
  readonly ordinal: number;
}

/** Builds one model, seed or snapshot: everything in `transaction` and the state row commit together or not at all. */
export interface BuildStep extends BaseStep {
  readonly kind: 'build';
  readonly node: NodeId;
  readonly name: string;
  readonly path: string;
  readonly resourceType: 'model' | 'seed' | 'snapshot';
  readonly materialization: Materialization | 'seed' | 'snapshot';
  readonly strategy?: IncrementalStrategy;
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  /** Where the files are that it is kept in. */
  readonly location?: string;
  /** Hash of what was built: compiled SQL, or the seed file and how it is read. */
  readonly contentHash: string;
  /** Only rows are added, and those that are there were made by another query: they stay as they are. */
  readonly rewritten?: true;
  /** Of a view by a new query: names of models below that go on with rows that the one before gave. */
  readonly leaves?: readonly string[];
  /** What the next run compares with; absent where it must not take for granted what this one makes. */
  readonly memory?: BuildMemory;
  /** Checked under the lock of the relation, where the engine has one. */
  readonly assumes: Assumption;
  /** Of a model that is loaded interval by interval: the transaction is that of each batch. */
  readonly batches?: BatchPlan;
  /** Hooks that run before and after the transaction, each on its own. */
  readonly before: readonly Operation[];
  readonly transaction: readonly Action[];
  readonly after: readonly Operation[];
}

/** Runs tests against what is already published. */
export interface TestStep extends BaseStep {
  readonly kind: 'test';
  /** Node under test, when it is one. */
  readonly node?: NodeId;
  readonly audit: Extract<Action, { kind: 'audit' }>;
  /** Names of models and seeds that the one test of the audit reads and that are not there: it cannot be evaluated. */
  readonly unbuilt?: readonly string[];
}

/** Compares what the query of a model gives for made-up rows with what is expected. Everything it makes is undone. */
export interface UnitStep extends BaseStep {
  readonly kind: 'unit';
  readonly test: PlannedUnitTest;
}

/** A test that passed when it was asked the same of the same data. */
export interface ReusedTest {
  readonly id: NodeId;
  readonly name: string;
  readonly check: string;
  readonly span: Span;
  /** When it passed; ISO 8601 in UTC. */
  readonly asOf: string;
}

/** Does nothing: a relation stands as it would be built, or tests hold that have passed already. */
export interface UnchangedStep extends BaseStep {
  readonly kind: 'unchanged';
  readonly build?: Pick<BuildStep, 'node' | 'name' | 'path' | 'resourceType' | 'materialization' | 'relation' | 'relationKind'> & {
    /** When it was built; ISO 8601 in UTC. */
    readonly asOf: string;
    /** What it reads has other states by now, and is the same as far as it is read: to be remembered of the build of this ordinal. */
    readonly keeps?: { readonly ordinal: number; readonly inputs: BuildMemory['inputs'] };
  };
  readonly tests: readonly ReusedTest[];
}

/** Does nothing; carries order through nodes that have no work of their own (ephemeral, not selected). */
export interface GateStep extends BaseStep {
  readonly kind: 'gate';
}

export type Step = BuildStep | TestStep | UnitStep | GateStep | UnchangedStep;

export interface PlannedHook {
  readonly name: string;
  readonly operation: Operation;
}

export interface Plan {
  readonly version: 1;
  readonly command: Command;
  readonly project: string;
  readonly target: { readonly name: string; readonly engine: string; readonly schema: string };
  readonly stateSchema: string;
  readonly run: { readonly id: string; readonly startedAt: string };
  /** Schemas and state tables that must exist first, in one transaction. */
  readonly setup: readonly Operation[];
  readonly onRunStart: readonly PlannedHook[];
  /** In an order in which each step stands after those it depends on. */
  readonly steps: readonly Step[];
  readonly onRunEnd: readonly PlannedHook[];
  /** What is read in another environment, because nobody builds it here. */
  readonly deferred?: readonly { readonly node: NodeId; readonly name: string; readonly relation: Relation }[];
  /** What was selected and is left to another environment, since it is there what it would be here: why, in words. */
  readonly spared?: readonly { readonly node: NodeId; readonly name: string; readonly why: string }[];
  /** Relations that `tx` built once and that no node builds any more; nothing is dropped unasked. */
  readonly noLongerBuilt: readonly { readonly node: string; readonly relation: Relation }[];
}

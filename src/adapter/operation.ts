/** What `tx` asks of an engine, as data: each operation is rendered by the engine that runs it. */
import type { LockWait, ResultSet, StandingRelation } from './connection.ts';
import type { DeclaredPartitions } from './declared-partitions.ts';
import type { FileForm } from './file-form.ts';
import type { Attachment, Column, Relation, RelationKind } from './relation.ts';
import type { Query, Statement } from './statement.ts';

/** Creates a schema unless it exists. */
export interface CreateSchema {
  readonly kind: 'create-schema';
  readonly schema: string;
}

/** A constraint that a property file asks for. */
export interface WantedConstraint {
  readonly type: 'not_null' | 'primary_key' | 'unique' | 'check' | 'foreign_key';
  readonly columns: readonly string[];
  /** What people want it to be called. */
  readonly name?: string;
  /** The condition of a check. */
  readonly expression?: string;
  /** Of a foreign key: a relation as SQL names it, and its columns. */
  readonly to?: { readonly sql: string; readonly columns: readonly string[] };
}

/**
 * Builds `stage` from a query. A temporary stage lives only on its connection, and its `stage.schema`
 * is the dialect's `temporarySchema`, so that later operations name it like any other relation.
 */
export interface StageQuery {
  readonly kind: 'stage-query';
  readonly stage: Relation;
  readonly temporary: boolean;
  /** Lost with a crash, and faster for it, where the engine knows such tables. */
  readonly unlogged?: true;
  readonly query: Query;
  /** Where an engine can have constraints only from the beginning of a table. */
  readonly constraints?: readonly WantedConstraint[];
}

/** Makes a temporary view, which binds the query and lets tests look at its rows. */
export interface StageView {
  readonly kind: 'stage-view';
  readonly stage: Relation;
  readonly query: Query;
}

/** Creates an empty, typed `stage` for rows that are loaded in bulk; temporary ones as for {@link StageQuery}. */
export interface StageColumns {
  readonly kind: 'stage-columns';
  readonly stage: Relation;
  readonly temporary: boolean;
  readonly columns: readonly Column[];
}

/** Makes `stage` as a divided table, with a partition for each value or span of the rows of a temporary table, and fills it with them. */
export interface StagePartitions {
  readonly kind: 'stage-partitions';
  readonly stage: Relation;
  readonly rows: Relation;
  /** What the stage will be, after which its partitions are called. */
  readonly target: Relation;
  readonly declared: DeclaredPartitions;
}

/** Puts `stage`, of the same schema, in the place of `target`. `existing` is what stands there now. */
export interface PublishStage {
  readonly kind: 'publish-stage';
  readonly stage: Relation;
  readonly target: Relation;
  readonly existing?: RelationKind;
  /** SQL of the user comes after it in the same transaction, and may make what would be carried over from the old table. */
  readonly hooksFollow?: true;
  /** The stage is a divided table. */
  readonly declared?: DeclaredPartitions;
  /** Those that the stage has; what stands for the same on the old table does not come along. */
  readonly constraints?: readonly WantedConstraint[];
}

/** Creates or replaces a view and proves that it binds. */
export interface PublishView {
  readonly kind: 'publish-view';
  readonly target: Relation;
  readonly existing?: RelationKind;
  readonly query: Query;
  /** It is the text that the view was last built from: where its columns are the same as well, nothing has to be done. */
  readonly sameQuery?: true;
}

/** Creates a materialized view, brings its rows up to date, or puts one with another query in its place. */
export interface PublishMaterialized {
  readonly kind: 'publish-materialized';
  readonly target: Relation;
  readonly existing?: RelationKind;
  readonly query: Query;
  /** It is the text that it was last built from. */
  readonly sameQuery?: true;
}

/** Writes the rows of a query into a file, or with partitions into a folder, that is not there yet. */
export interface WriteFiles {
  readonly kind: 'write-files';
  /** Absolute. */
  readonly path: string;
  readonly form: FileForm;
  readonly query: Query;
  /** Of the query. */
  readonly columns: readonly Column[];
  /** There are no rows, and a folder without partitions gets one file that says so. */
  readonly isEmpty?: true;
}

/** Makes a view, of files that {@link WriteFiles} has written, with the columns and types that they were written from. */
export interface ReadFiles {
  readonly kind: 'read-files';
  readonly view: Relation;
  readonly temporary: boolean;
  readonly existing?: RelationKind;
  /** As it is to stand in the view: relative to the project, or absolute. */
  readonly path: string;
  readonly form: FileForm;
  readonly columns: readonly Column[];
  readonly isEmpty?: true;
}

/** Adds the rows of `stage` to `target`, column by column name. */
export interface Append {
  readonly kind: 'append';
  readonly stage: Relation;
  readonly target: Relation;
  readonly columns: readonly string[];
}

/** Adds the rows of a query to `target`, column by column name. */
export interface AppendQuery {
  readonly kind: 'append-query';
  readonly target: Relation;
  readonly columns: readonly string[];
  readonly query: Query;
}

/** Deletes the rows of `target` whose key is in `stage`, then adds the rows of `stage`. */
export interface DeleteInsert {
  readonly kind: 'delete-insert';
  readonly stage: Relation;
  readonly target: Relation;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** Conditions on rows of `target`, whose columns they name: others are left alone, whatever their key. */
  readonly predicates?: readonly string[];
}

/** Deletes the rows of `target` in which a column lies in `[from, to)`, then adds the rows of `stage`. */
export interface ReplaceRange {
  readonly kind: 'replace-range';
  readonly stage: Relation;
  readonly target: Relation;
  readonly columns: readonly string[];
  readonly column: string;
  /** As SQL. */
  readonly from: string;
  readonly to: string;
}

/** Deletes the rows of `target` of all partitions that rows of `stage` belong to, then adds the rows of `stage`. */
export interface ReplacePartitions {
  readonly kind: 'replace-partitions';
  readonly stage: Relation;
  readonly target: Relation;
  readonly columns: readonly string[];
  /** What partitions are told apart by. An entry in parentheses is an expression. */
  readonly partitions: readonly string[];
  /** The table is divided so: missing partitions are made ahead, and where nothing speaks against it whole ones change places. */
  readonly declared?: DeclaredPartitions;
}

/** Updates the rows of `target` whose key is in `stage`, and inserts the others. */
export interface Merge {
  readonly kind: 'merge';
  readonly stage: Relation;
  readonly target: Relation;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** Those of `columns` that a row takes over which is there already, none of the key; without the list all others. */
  readonly updates?: readonly string[];
  /** As of {@link DeleteInsert}: a row whose key has only such others is added. */
  readonly predicates?: readonly string[];
}

/**
 * Leaves in `stage`, whose rows are events, the newest event of each key, and of these only what is newer than what `target`
 * holds and not older than what was deleted. Deletes rows of `target`, remembers in `deletions` what was deleted, and leaves
 * nothing in `stage` but rows that are to be written.
 */
export interface SettleEvents {
  readonly kind: 'settle-events';
  readonly stage: Relation;
  /** Absent where the table is made anew from the stage: then deletions begin anew as well. */
  readonly target?: Relation;
  readonly key: readonly string[];
  /** The column that tells which of two events is newer. */
  readonly sequence: string;
  /** The columns by which events are told apart that have the same key and place in the sequence. */
  readonly compared: readonly string[];
  /** The condition under which an event deletes; it names columns of the stage. */
  readonly deleteWhen?: string;
  readonly deletions?: { readonly relation: Relation; readonly exists: boolean };
}

/** How the versions of rows are told apart, and what becomes of rows that are gone. */
export interface VersionRules {
  readonly key: readonly string[];
  /** Column with the time of the last change of a row; without it the time of the run counts. */
  readonly updatedAt?: string;
  /** Columns that are compared; without a list the time of the last change tells a change. `all` is all that both sides have. */
  readonly compare?: 'all' | readonly string[];
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  /** SQL of the end of a version that is in force; NULL without it. */
  readonly openEnd?: string;
  /** The time of the run, as SQL. */
  readonly now: string;
  readonly columns: VersionColumns;
}

/** Names of the columns that a history adds to those of its rows. */
export interface VersionColumns {
  readonly scdId: string;
  readonly updatedAt: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Where rows that are gone get a version of their own. */
  readonly isDeleted?: string;
}

export interface ComparedColumn {
  readonly name: string;
  /** Its values have no order or equality that every engine knows. */
  readonly asText: boolean;
}

/**
 * Writes into a temporary table what has changed between the versions in force in `target` and the rows as they are, and how many
 * rows there are: of `stage`, or of the query, whose rows are then kept no longer than the statement runs.
 */
export interface StageChanges {
  readonly kind: 'stage-changes';
  readonly stage: Relation;
  /** `steady` where it gives the same rows however often one statement asks, and to ask again costs no more than to keep them. */
  readonly direct?: { readonly query: Query; readonly steady: boolean };
  readonly changes: Relation;
  readonly target: Relation;
  /** Columns of the rows. */
  readonly columns: readonly string[];
  /** Those of them that are compared. */
  readonly compared: readonly ComparedColumn[];
  readonly versions: VersionRules;
}

/** Ends versions and adds new ones, as `changes` says. */
export interface ApplyChanges extends Omit<StageChanges, 'kind' | 'stage' | 'direct' | 'compared'> {
  readonly kind: 'apply-changes';
  /** Rows without a version in force are among them: those may have had one before. */
  readonly mayReturn: boolean;
}

/**
 * Adds and drops columns of `target` and changes types. A value that does not cast to its new type fails the
 * operation. Comes before statements that change rows in the same transaction: some engines refuse it after them.
 */
export interface AlterColumns {
  readonly kind: 'alter-columns';
  readonly target: Relation;
  readonly add: readonly Column[];
  readonly drop: readonly string[];
  readonly retype: readonly Column[];
}

/** Drops a relation of a known kind, never with what depends on it. */
export interface Drop {
  readonly kind: 'drop';
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  readonly temporary: boolean;
}

/** An index that config asks for. An entry of `columns` in parentheses is an expression. */
export interface WantedIndex {
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly type?: string;
  readonly where?: string;
  readonly include?: readonly string[];
}

/** Builds the indexes of `target` on its stage, where that can be done before it has its name. */
export interface StageIndexes {
  readonly kind: 'stage-indexes';
  readonly stage: Relation;
  readonly target: Relation;
  readonly indexes: readonly WantedIndex[];
}

/** Sees to it that of all indexes that config ever asked for the table has just these. */
export interface SyncIndexes {
  readonly kind: 'sync-indexes';
  readonly target: Relation;
  /** The stage that `target` was, if its indexes were built there. */
  readonly stage?: Relation;
  readonly indexes: readonly WantedIndex[];
}

/** Puts the constraints of `target` on its stage, where an engine can do so once the rows are there. */
export interface StageConstraints {
  readonly kind: 'stage-constraints';
  readonly stage: Relation;
  readonly target: Relation;
  readonly constraints: readonly WantedConstraint[];
}

/** Takes away constraints that `tx` once put on `target` and nobody asks for any more. `stage` has the columns of the new rows. */
export interface ReleaseConstraints {
  readonly kind: 'release-constraints';
  readonly stage: Relation;
  readonly target: Relation;
  readonly constraints: readonly WantedConstraint[];
}

/** Sees to it that of all constraints that property files ever asked for the table has just these. */
export interface SyncConstraints {
  readonly kind: 'sync-constraints';
  readonly target: Relation;
  /** The stage that `target` was, if its constraints were made there. */
  readonly stage?: Relation;
  readonly constraints: readonly WantedConstraint[];
}

/** Puts comments on a relation and those of the named columns that it has. */
export interface Describe {
  readonly kind: 'describe';
  readonly target: Relation;
  readonly relationKind: RelationKind;
  readonly comment?: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** Gives others just these rights on a relation: roles by right. */
export interface Grant {
  readonly kind: 'grant';
  readonly target: Relation;
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

/** Runs SQL of the user (a hook) as it is. */
export interface RunSql {
  readonly kind: 'run-sql';
  readonly query: Query;
}

export type Operation =
  | CreateSchema
  | StageQuery
  | StageView
  | StageColumns
  | StagePartitions
  | PublishStage
  | PublishView
  | PublishMaterialized
  | WriteFiles
  | ReadFiles
  | Append
  | AppendQuery
  | DeleteInsert
  | ReplaceRange
  | ReplacePartitions
  | Merge
  | SettleEvents
  | StageChanges
  | ApplyChanges
  | AlterColumns
  | Drop
  | StageConstraints
  | ReleaseConstraints
  | SyncConstraints
  | StageIndexes
  | SyncIndexes
  | Describe
  | Grant
  | RunSql;

export type OperationKind = Operation['kind'];

/** What a renderer may want to know before it decides: asked on the same connection, inside the transaction. */
export interface RenderContext {
  /** Runs statements in one round trip; gives the rows of each. */
  readonly look: (...statements: readonly Statement[]) => Promise<readonly ResultSet[]>;
  /** The target of the step as its transaction found it; undefined where that is not known, or not known any more. */
  readonly standing: StandingRelation | undefined;
  /** How long to wait for what others use. */
  readonly lockTimeoutMs: number | undefined;
  /** Is told when another session has to be waited for. */
  readonly onWait: (wait: LockWait) => void;
  /** Whether this run builds a relation anew once the step is done. */
  readonly isRebuilt: (relation: Relation) => boolean;
  /** Hands over what was put on the old table: it is put on the new one at the end of the step, where that has its columns. */
  readonly keep: (attachments: readonly Attachment[]) => void;
}

/** One renderer for each kind: leaving one out is a compile error. */
export type OperationRenderers = {
  readonly [K in OperationKind]: (
    operation: Extract<Operation, { kind: K }>,
    context: RenderContext,
  ) => readonly Statement[] | Promise<readonly Statement[]>;
};

/** The part of an engine that understands queries without running them. */
import type { QueryMistake } from '../diagnostics/query-mistake.ts';
import type { EngineErrorDetails } from './engine-error.ts';
import type { Column, Relation } from './relation.ts';

/** Why a text is not one query that can be wrapped. `position` is a UTF-16 offset into the text. */
export type QueryProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'several-statements'; readonly count: number; readonly position: number }
  | { readonly kind: 'not-a-select'; readonly statement: string; readonly position: number }
  | { readonly kind: 'dynamic'; readonly feature: string; readonly position: number }
  | {
      readonly kind: 'syntax';
      readonly message: string;
      readonly position?: number;
      /** The grammar takes it, and it makes no sense all the same. */
      readonly meaningless?: true;
      readonly mistake?: QueryMistake;
    };

/** A scratch engine for analysis; opens no target. */
export interface Analyzer {
  /** Parses (does not bind) and tells why `sql` is not exactly one SELECT, or undefined when it is. */
  readonly checkQuery: (sql: string) => Promise<QueryProblem | undefined>;
  /** True when each text is exactly one SELECT; false tells nothing. For engines that learn it of many texts at once faster than of each. */
  readonly areQueries?: (texts: readonly string[]) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export interface BinderOptions {
  /** Absolute folder of the project: relative paths of files in SQL start here. */
  readonly projectRoot: string;
  /** The engine's own keys of the target. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * An analyzer that also binds: it knows relations by their columns only, and tells of a query over them
 * what it gives and where that comes from. Nothing is executed.
 */
export interface Binder extends Analyzer {
  /**
   * Makes relations known, in place of those of the same name: sources, models that are bound, and for an
   * incremental text the model itself. Gives what could not be declared; everything else is.
   */
  readonly declare: (stubs: readonly Stub[]) => Promise<readonly StubProblem[]>;
  /** Binds queries that passed `checkQuery`; gives one binding each, in their order. A query that does not bind rejects nothing. */
  readonly bind: (requests: readonly BindRequest[]) => Promise<readonly Binding[]>;
}

/** A relation as queries see it: at least one column. */
export interface Stub {
  readonly relation: Relation;
  /** With the engine's own spelling of the types. */
  readonly columns: readonly Column[];
  /** Declared in the database as its primary key: some engines let a query lean on it. */
  readonly primaryKey?: readonly string[];
  /** What else is known of its rows. */
  readonly proofs?: Proofs;
}

export interface StubProblem {
  readonly relation: Relation;
  /** The column whose type the engine does not know, when it is one column. */
  readonly column?: string;
  readonly error: EngineErrorDetails;
}

export interface BindRequest {
  readonly sql: string;
  /** Parts of `sql` that read files in place, as the dialect spelled them, and the declared relations that stand for them. */
  readonly files?: readonly { readonly text: string; readonly relation: Relation }[];
  /** Asks for `meaning`, where the binder can tell it. */
  readonly meaning?: true;
  /** All declared relations that the project knows `sql` to read. A binder that remembers goes by them, others do not need them. */
  readonly reads?: readonly Relation[];
}

/** What became of a query: bound, or refused with the engine's error, whose position counts in the query's own text. */
export type Binding =
  | { readonly kind: 'bound'; readonly query: BoundQuery }
  | { readonly kind: 'refused'; readonly error: EngineErrorDetails };

/** A query as the engine understands it. Plain data; edges name their source by its place in `inputs`. */
export interface BoundQuery {
  /** In output order, under the names that a table made of the query has. */
  readonly columns: readonly BoundColumn[];
  /** What it reads. */
  readonly inputs: readonly QueryInput[];
  /** What decides which rows there are, how often, and in which order: it reaches every column. */
  readonly influences: readonly Influence[];
  readonly proofs: Proofs;
  /** Values of a type that the engine can make nothing of in their place, where its binder lets that pass. */
  readonly misfits: readonly TypeMisfit[];
  /** Parts that could not be followed. Whatever they read has edges of kind `opaque`: more than there are, never less. */
  readonly opaque: readonly OpaquePart[];
  /** Asked for, and every part of the query could be followed. */
  readonly meaning?: QueryMeaning;
  /** It may read something that is not among `inputs`, such as a file of which only the type of a column matters. */
  readonly mayReadMore?: true;
}

/** How a query makes what it gives, so that two of them can be compared column by column. */
export interface QueryMeaning {
  /** Which rows there are, and how often. */
  readonly rows: Meaning;
  /** In output order. Comparable where the rows are the same. */
  readonly columns: readonly Meaning[];
}

/** With the same digest the same follows from the same data of what it reads. */
export interface Meaning {
  readonly digest: string;
  /** False where it may be another one each time, of the same data: what it takes depends on an order that nobody gave. */
  readonly steady: boolean;
  /** Everything that has a part in it. The rows of what a query reads have a part in all of it, and are not named. */
  readonly reads: readonly { readonly relation: Relation; readonly column: string }[];
}

export interface BoundColumn extends Column {
  /** One edge per source column: the values come from there. */
  readonly sources: readonly SourceEdge[];
  /** What decides about this column's values beside what decides about all rows. */
  readonly influences: readonly Influence[];
  /** Set when the query names the column not at all: `name` is then the engine's invention. */
  readonly unnamed?: true;
  /** Set when another column has this name already: `name` is then the engine's way out. */
  readonly duplicateOf?: string;
}

/** A relation, or a table function that takes no columns; with the columns that the query touches, hidden ones left out. */
export type QueryInput =
  | { readonly kind: 'relation'; readonly relation: Relation; readonly columns: readonly string[] }
  | { readonly kind: 'function'; readonly name: string; readonly columns: readonly string[] };

/**
 * How a value travels: unchanged; computed row by row; computed over several rows; or in a way that could not be followed.
 * Of several ways the last in this order is given.
 */
export type EdgeKind = 'identity' | 'transformation' | 'aggregation' | 'opaque';

export interface SourceEdge {
  readonly input: number;
  readonly column: string;
  readonly kind: EdgeKind;
  /** Only how many values there are goes that way, and none of them. */
  readonly counted?: true;
}

/** By what a column decides about others: `group_by` is DISTINCT as well, `window` PARTITION BY and ORDER BY of a window. */
export type InfluenceKind = 'filter' | 'join' | 'group_by' | 'sort' | 'window' | 'conditional' | 'opaque';

export interface Influence {
  readonly input: number;
  readonly column: string;
  readonly kind: InfluenceKind;
}

/** What holds for every content that the inputs can have. Only what follows for certain. */
export interface Proofs {
  /** Columns that are never NULL. */
  readonly notNull: readonly string[];
  /**
   * Sets of columns on which no two rows agree, where NULL agrees with NULL. The smallest are given, not their supersets;
   * the empty set says that there is at most one row.
   */
  readonly unique: readonly (readonly string[])[];
}

/** A value that the query casts, or the engine by itself, and that cannot be cast: the query fails with the first one that is not NULL. */
export interface TypeMisfit {
  /** As the engine spells types. */
  readonly from: string;
  readonly to: string;
  /** UTF-16 offset into the query. */
  readonly position?: number;
  /** The one value that cannot be cast, where others of its type can. */
  readonly value?: string;
}

/** `operator` and `expression`: unknown to the walker; `plan`: the engine bound the query and cannot show how. */
export interface OpaquePart {
  readonly kind: 'operator' | 'expression' | 'plan';
  /** The engine's word for it. */
  readonly name: string;
}

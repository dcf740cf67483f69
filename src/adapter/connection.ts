/** The I/O side of an engine: sessions, connections, rows. The only way `tx` talks to a database. */
import type { CatalogRelation, Column, Relation } from './relation.ts';
import type { Statement } from './statement.ts';

/**
 * Cells as `tx` shows and compares them. Integers up to 2^53 - 1 and finite floating-point numbers are numbers;
 * everything else is exact text: larger integers, decimals, `NaN`, `Infinity`, dates (`2024-01-31`),
 * timestamps (`2024-01-31 09:30:00.5`, with `+00` when they carry a zone), lists, structs.
 */
export type Cell = string | number | boolean | null;

export interface ResultSet {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Rows as the text of a file in UTF-8: one line names the columns, the others end with LF alone and are neither blank nor `\.`;
 * fields may stand in double quotes, with quotes in them doubled. An empty field is NULL, and a quoted one empty text.
 */
export interface DelimitedText {
  /** One character. */
  readonly delimiter: string;
  /** Columns in which an empty field in quotes is NULL too. */
  readonly withoutEmpty: readonly string[];
  /** A piece is good until the next one is asked for. */
  readonly chunks: () => Iterable<Uint8Array>;
}

/** Rows for {@link Connection.load}: text cells in the order of `columns`, which are of a text type or of one that the dialect's `loadsAs` knows; null is SQL NULL. */
export interface BulkLoad {
  readonly table: Relation;
  readonly columns: readonly Column[];
  readonly rows: Iterable<readonly (string | null)[]>;
  /** The same rows, for engines that take such a text as it is. */
  readonly text?: DelimitedText | undefined;
}

/** Who keeps others from a relation, as far as the engine tells. */
export interface LockHolder {
  readonly pid: number;
  /** What it calls itself; runs of `tx` name the node that they build. */
  readonly label: string;
}

/** A lock that has to be waited for. */
export interface LockWait {
  readonly relation: Relation;
  readonly holder: LockHolder | undefined;
}

export interface TransactionOptions {
  /** What others see at work while the transaction lasts. */
  readonly label?: string;
  /** Relations that nobody else may build until the transaction ends, in the order in which they are asked for. */
  readonly locks?: readonly Relation[];
  /** How long to wait for all of them; 0 does not wait. Then a statement waits so long, too, for what sessions of others have locked. */
  readonly lockTimeoutMs?: number;
  readonly onWait?: (wait: LockWait) => void;
  /** Queries that go with the beginning and are answered under the locks. */
  readonly reads?: readonly Statement[];
  /** It will be over at once: several cores would only wait for each other. */
  readonly isShort?: boolean;
}

/**
 * One connection. A statement that fails marks an open transaction as failed: everything but `rollback`
 * then rejects with that first error. Every method rejects with an EngineError and nothing else.
 */
export interface Connection {
  /**
   * Runs statements whose rows nobody reads, in one round trip where the engine can; the first that fails ends it.
   * Gives the number of rows that the last one changed or, for a table made from a query, wrote.
   */
  readonly run: (...statements: readonly Statement[]) => Promise<number>;
  /** Runs one query and gives at most `limit` rows (all without it). */
  readonly query: (statement: Statement, limit?: number) => Promise<ResultSet>;
  /** Runs statements in one round trip where the engine can; gives the rows of each, none of those that have none. */
  readonly queryEach: (...statements: readonly Statement[]) => Promise<readonly ResultSet[]>;
  /** Opens a transaction and gives what its `reads` found. Rejects with kind `lock-timeout` when a lock cannot be had. */
  readonly begin: (options?: TransactionOptions) => Promise<readonly ResultSet[]>;
  /** Runs the last statements of the transaction, if any are given, and commits: in one round trip where the engine can. */
  readonly commit: (...last: readonly Statement[]) => Promise<void>;
  /** Ends the transaction, if one is open; never rejects because none is. */
  readonly rollback: () => Promise<void>;
  /** Loads rows by the engine's bulk path into an existing table; gives their number. */
  readonly load: (bulk: BulkLoad) => Promise<number>;
  /** Asks the engine to stop the running statement, which then rejects with kind `cancelled`. */
  readonly interrupt: () => void;
  readonly close: () => Promise<void>;
}

/** A relation, and whether anything of others hangs on it that a new table in its place would lose. */
export interface StandingRelation extends CatalogRelation {
  readonly burdened: boolean;
}

/** A view that can no longer be read. */
export interface BrokenView {
  readonly view: Relation;
  readonly reads: Relation;
  /** The engine's own words. */
  readonly message: string;
}

/** What a query can call or cast to by name: what the engine brings and what somebody made, in every schema. */
export interface CatalogNames {
  readonly functions: readonly string[];
  readonly types: readonly string[];
  /** Functions that somebody made in the place of the engine's own, in small letters, where a binder knows only those. */
  readonly replaced: readonly string[];
}

/** Reads the catalog. Each call is one statement, whatever the number of schemas and relations. */
export interface Catalog {
  /** All relations of the named schemas with their columns. Schemas that do not exist give nothing. */
  readonly relations: (connection: Connection, schemas: readonly string[]) => Promise<readonly CatalogRelation[]>;
  /** All functions and types that the database has. */
  readonly names: (connection: Connection) => Promise<CatalogNames>;
  /** Columns of one relation, temporary ones included. */
  readonly columns: (connection: Connection, relation: Relation, temporary: boolean) => Promise<readonly Column[]>;
  /**
   * Views that read one of `changed` and cannot be read themselves any more; `sound` are known not to be among them. Absent
   * where the engine lets nobody take from a view what it reads.
   */
  readonly brokenViews?: (
    connection: Connection,
    changed: readonly Relation[],
    sound: readonly Relation[],
  ) => Promise<readonly BrokenView[]>;
  /** About how many bytes a row of a table takes on disk, by what it holds; undefined where nothing tells. */
  readonly rowBytes: (connection: Connection, table: Relation) => Promise<number | undefined>;
  /** One relation as it stands now. There where others may change it while a run lasts: see `runLock`. */
  readonly standing?: StandingQuery;
}

/** A question that goes together with others, and what its answer says. */
export interface StandingQuery {
  /** What is not expected to stand, and does, counts as burdened: what hangs on it is not looked for. */
  readonly statement: (relation: Relation, isExpected: boolean) => Statement;
  readonly read: (relation: Relation, answer: ResultSet) => StandingRelation | undefined;
}

/** An open database: many connections, closed once. */
export interface Session {
  readonly engineVersion: string;
  /** The database as users know it, without secrets: a file path as configured, or host and name. */
  readonly description: string;
  /** What `tx debug` shows of the connection beside that, by a word for each. No secrets. */
  readonly facts?: () => Promise<readonly (readonly [string, string])[]>;
  readonly connect: () => Promise<Connection>;
  /** Shows others that a run is alive, for as long as the session is open. Absent where nobody else can be there. */
  readonly announceRun?: (id: string) => Promise<void>;
  /** Those of these runs, which never ended, whose process is known to be gone. All of them where it is absent. */
  readonly deadRuns?: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

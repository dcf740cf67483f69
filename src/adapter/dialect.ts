/** The text side of an engine: pure functions from names and values to SQL. No connection, no driver. */
import type { CheckSql } from './check-sql.ts';
import type { CompareSql } from './compare-sql.ts';
import type { Relation } from './relation.ts';
import type { SqlLibrary } from './library.ts';
import type { Steadiness } from './steadiness.ts';

/** A value that has one spelling in SQL. Timestamps are given as typed values, never as text. */
export type SqlScalar = string | number | bigint | boolean | null | { readonly timestamp: string };

/** A value from YAML: what a reader of files takes as an option. */
export type FileOption = string | number | boolean | null | readonly FileOption[] | { readonly [name: string]: FileOption };

/** Files that a project declares as a source: a path or pattern, read by the engine itself. */
export interface ExternalFile {
  /** A path, a pattern, or a whole table function call, which is passed on as it is. */
  readonly location: string;
  /** `csv`, `json`, `parquet` …; without it the suffix of the location decides. */
  readonly format?: string;
  readonly options: Readonly<Record<string, FileOption>>;
}

/** A text file of the form that `tx` itself reads: UTF-8, a header line, quotes doubled, an empty field is NULL unless quoted. */
export interface DelimitedFile {
  /** Absolute. */
  readonly path: string;
  readonly delimiter: string;
  readonly columns: readonly string[];
}

/** The kinds of column that `tx` itself creates (seeds, state); engines spell them. */
export type PortableType = 'boolean' | 'integer' | 'bigint' | 'double' | 'date' | 'timestamp' | 'timestamptz' | 'text';

export interface JsonSql {
  /** Whether a type has such values. */
  readonly holds: (type: string) => boolean;
  /** Gives a value as the text of JSON. */
  readonly text: (expression: string) => string;
  /** Gives a value of a type from an expression that is the text of JSON. */
  readonly read: (expression: string, type: string) => string;
  /** Gives a value of any type as one that can be compared: JSON means the same however it is spelled. */
  readonly comparable: (expression: string, type: string) => string;
}

export interface Dialect {
  /** The word users write in `type:` of a target. */
  readonly engine: string;
  readonly library: SqlLibrary;
  readonly steadiness: Steadiness;
  readonly checks: CheckSql;
  readonly compare: CompareSql;
  /** For values that have parts, or are JSON. */
  readonly json: JsonSql;
  /** Always quotes. The name must have passed `identifierProblem`. */
  readonly quoteIdentifier: (name: string) => string;
  /** Whether a name has to be quoted to mean itself as a column, for texts that people read. */
  readonly needsQuotes: (name: string) => boolean;
  /** Spells a value. `{ timestamp }` is ISO 8601 in UTC, printed as a typed literal without zone. */
  readonly literal: (value: SqlScalar) => string;
  /** The quoted, dotted name of a relation. */
  readonly relation: (relation: Relation) => string;
  /** The form under which the engine compares names: two names with one fold are the same relation. */
  readonly foldIdentifier: (name: string) => string;
  /** Why a name cannot be used, or undefined when it can. */
  readonly identifierProblem: (name: string) => string | undefined;
  /** Whether a schema of this name is the engine's own, so that nothing can be built in it. */
  readonly isReservedSchema: (name: string) => boolean;
  /** What tells the rows of a table apart, within a transaction and whatever is in them. Columns of this name hide it. */
  readonly rowId: string;
  readonly typeName: (type: PortableType) => string;
  /** Whether a bulk load writes text into a column of this type as a cast of the text would. Absent when loads take only text columns. */
  readonly loadsAs?: (type: string) => boolean;
  /** `TRY_CAST`-like expression: NULL on failure. */
  readonly tryCast: (expression: string, type: string) => string;
  /** `schema` of a {@link Relation} that is temporary: names it from any statement of its connection. */
  readonly temporarySchema: string;
  /** A table expression that reads files, or undefined when neither format nor suffix is known. Absent when the engine reads none. */
  readonly fileSource?: (file: ExternalFile) => string | undefined;
  /** A table expression over a text file, all columns text and every cell as `tx` reads it. Absent when the engine reads no files. */
  readonly delimitedFile?: (file: DelimitedFile) => string;
}

/**
 * What a data check is: a name, typed arguments, and the SQL shape of its violations.
 *
 * A check says only *what* a violation is; how shapes of one relation are packed into a statement is
 * shape-sql.ts and check-statements.ts. A check of a known shape is one entry in a family of kinds/; a family that fits
 * none of the shapes is one new member of {@link CheckShape} and one renderer, which the compiler asks for.
 */
import type { CheckSql } from '../adapter/check-sql.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { AnomalySettings, Point } from './anomaly-rule.ts';
import type { CatalogRule } from './catalog-rule.ts';

/** What a check looks at when it becomes SQL: everything already resolved, quoted and literal. */
export interface CheckTarget {
  readonly dialect: Pick<Dialect, 'quoteIdentifier' | 'literal' | 'tryCast'> & {
    readonly checks: CheckSql;
    readonly library: Pick<Dialect['library'], 'dateadd'>;
  };
  /** Quoted column, when the check stands on one. */
  readonly column: string | undefined;
  /** Its name, not quoted. */
  readonly columnName?: string | undefined;
  /** ISO 8601 in UTC: the time of the run, the same for all of its checks. */
  readonly now: string;
  /** What the same test measured when it last ran. */
  readonly previous?: string | undefined;
  /** What it found in earlier buckets, where it is one that keeps points. */
  readonly points?: readonly Point[] | undefined;
  /** Columns that the project declares of the relation. */
  readonly declared: readonly DeclaredColumn[];
  /** Columns that exposures of the project say they read. */
  readonly exposed: readonly DeclaredColumn[];
}

/** A column of which somebody wrote down that it is there. */
export interface DeclaredColumn extends Pick<Column, 'name'> {
  readonly type?: string | undefined;
}

/**
 * A predicate that is true for a violating row, and NULL where a NULL keeps it from being decided: that is no
 * violation unless the user says so. So each row is violating, or clean: `(violation) is true` or `is not true`.
 */
export interface RowsShape {
  readonly kind: 'rows';
  readonly violation: string;
  /**
   * A column store answers it from its statistics (NULL, range, equality), so that a count of its own is
   * cheaper than a place in the shared scan.
   */
  readonly prunable: boolean;
}

/** A row predicate over one column, which may be decided once per distinct value. */
export interface ValuesShape {
  readonly kind: 'values';
  /** Quoted. `violation` names no other column. */
  readonly column: string;
  readonly violation: string;
}

/** Keys that stand in more than one row. One key is one violation. */
export interface GroupsShape {
  readonly kind: 'groups';
  /** Quoted columns or expressions. */
  readonly keys: readonly string[];
  /** Rows that are left out: those where any part of the key is NULL, or all of it. Elsewhere a NULL equals a NULL. */
  readonly ignoredNulls: 'any' | 'all' | 'never';
}

/** Rows whose value is in no row of `parent`. NULL is no violation unless the user says so. */
export interface AntiJoinShape {
  readonly kind: 'anti-join';
  readonly column: string;
  /** SQL text of the other relation. */
  readonly parent: string;
  readonly parentColumn: string;
  /** Which rows of the other relation count. */
  readonly parentWhere?: string;
}

/** SQL in pieces, with the places of something else as numbers between them. */
export type Parts = readonly (string | number)[];

/** One value of the whole relation, and a predicate over it. One violation at most, or one per group. */
export interface AggregateShape {
  readonly kind: 'aggregate';
  /** Calls of one aggregate function each, or any SQL over all rows where `ownSql`. */
  readonly metrics: readonly string[];
  /** The metrics were written by the user: nothing can be put behind them. */
  readonly ownSql: boolean;
  /** Numbers are places of `metrics`. */
  readonly value: Parts;
  readonly violation: Parts;
  /** The value stands in some row: it is shown like a row, and written down nowhere. */
  readonly showsRows: boolean;
  /** Constants that are shown beside a value that violates, as SQL by the names of their columns. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Rows of a query of its own, each a violation. */
export interface QueryShape {
  readonly kind: 'query';
  /** Each `0` is the place of the checked rows: a table, or a query in parentheses with a name behind it. */
  readonly query: Parts;
}

/** A rule about the columns of the relation; no row is read. */
export interface CatalogShape {
  readonly kind: 'catalog';
  readonly rule: CatalogRule;
}

/** The SQL shape of a check's violations: plain data, so that a plan can hold it. */
export type CheckShape = RowsShape | ValuesShape | GroupsShape | AntiJoinShape | AggregateShape | QueryShape | CatalogShape;

export type CheckArgument = string | number | boolean | null | readonly CheckArgument[];

/** Arguments after validation; `relation` arguments are resolved to quoted relation names. */
export type CheckArguments = Readonly<Record<string, CheckArgument>>;

/**
 * What an argument may be. `values` is a list of scalars, `names` one or several names, `texts` one or several texts,
 * `pairs` a list of lists, `condition` and `expression` are SQL of the user, `word` is one of `words`, `any` is
 * whatever a test of the project takes.
 */
export type ArgumentType =
  | 'text'
  | 'texts'
  | 'number'
  | 'count'
  | 'boolean'
  | 'values'
  | 'pairs'
  | 'relation'
  | 'column'
  | 'names'
  | 'scalar'
  | 'condition'
  | 'expression'
  | 'word'
  | 'any';

/** How one argument is declared: its type drives validation, help and the JSON Schema. */
export interface ArgumentSpec {
  readonly name: string;
  readonly type: ArgumentType;
  readonly required: boolean;
  readonly description: string;
  readonly words?: readonly string[];
}

/** The same check under another package's name, with that package's names of its arguments. */
export interface CheckAlias {
  /** The package whose prefix may stand before `name`, e.g. `dbt_expectations`. */
  readonly package: string;
  readonly name: string;
  /** Canonical argument by its name there; arguments with the same name are left out. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Arguments that say the opposite of the canonical one. */
  readonly inverted?: Readonly<Record<string, string>>;
  /** Values of canonical arguments that the name says already; an argument that is given is stronger. */
  readonly preset?: CheckArguments;
  /** Arguments there that are config here. */
  readonly asConfig?: Readonly<Record<string, string>>;
}

/** What the count of a check counts: rows, duplicated keys, groups of rows, columns, or the one value that is wrong. */
export type CheckUnit = 'rows' | 'keys' | 'groups' | 'columns' | 'value';

export interface CheckDefinition {
  /** Canonical name, dbt's where dbt has one. */
  readonly name: string;
  readonly aliases: readonly CheckAlias[];
  /** Where it may stand. */
  readonly on: 'column' | 'relation' | 'either';
  readonly summary: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly counts: CheckUnit;
  /** Whether it makes sense for groups of rows. */
  readonly groupable: boolean;
  /** Whether a NULL may keep its predicate from being decided, so that the user can say what that means. */
  readonly decidesNulls: boolean;
  /** It compares with what it measured when it last ran. */
  readonly remembers?: true;
  /** It compares with all that it measured before, by these settings. */
  readonly anomaly?: (args: CheckArguments) => AnomalySettings;
  readonly shape: (args: CheckArguments, target: CheckTarget) => CheckShape;
  /** What is wrong with arguments that fit one by one: "needs `min` or `max`". */
  readonly problem?: (args: CheckArguments, column: string | undefined) => string | undefined;
  /** The arguments that a column of this type (as the engine spells it) cannot hold; empty when all fit or nobody knows. */
  readonly misfits?: (args: CheckArguments, columnType: string) => readonly CheckArgument[];
}

/**
 * What a data check is: a name, typed arguments, and the SQL shape of its violations.
 *
 * A check says only *what* a violation is; how shapes of one relation are packed into a statement is
 * shape-sql.ts and plan-check-statements.ts. A family of checks that fits none of the shapes below
 * (an aggregate, a window, facts of the catalog) is one new member of {@link CheckShape} and one renderer
 * in shape-sql.ts, which the compiler asks for; a check of a known shape is one file in kinds/ and one line
 * in vocabulary.ts.
 */
import type { Dialect } from '../adapter/dialect.ts';

/** What a check looks at when it becomes SQL: everything already resolved, quoted and literal. */
export interface CheckTarget {
  readonly dialect: Pick<Dialect, 'quoteIdentifier' | 'literal'>;
  /** Quoted column, when the check stands on one. */
  readonly column: string | undefined;
}

/** A predicate that is true for a violating row. NULL counts as no violation. */
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
  /** Rows with a NULL in the key are left out; otherwise a NULL equals a NULL. */
  readonly ignoreNullKeys: boolean;
}

/** Rows whose value is in no row of `parent`. NULL is no violation. */
export interface AntiJoinShape {
  readonly kind: 'anti-join';
  readonly column: string;
  /** SQL text of the other relation. */
  readonly parent: string;
  readonly parentColumn: string;
}

/** The SQL shape of a check's violations: plain data, so that a plan can hold it. */
export type CheckShape = RowsShape | ValuesShape | GroupsShape | AntiJoinShape;

export type CheckArgument = string | number | boolean | null | readonly CheckArgument[];

/** Arguments after validation; `relation` arguments are resolved to quoted relation names. */
export type CheckArguments = Readonly<Record<string, CheckArgument>>;

/** How one argument is declared: its type drives validation, help and the JSON Schema. */
export interface ArgumentSpec {
  readonly name: string;
  readonly type: 'text' | 'number' | 'boolean' | 'list' | 'relation' | 'column' | 'scalar';
  readonly required: boolean;
  readonly description: string;
}

/** The same check under another package's name, with that package's names of its arguments. */
export interface CheckAlias {
  /** The package whose prefix may stand before `name`, e.g. `dbt_expectations`. */
  readonly package: string;
  readonly name: string;
  /** Canonical argument by its name there; arguments with the same name are left out. */
  readonly renamed: Readonly<Record<string, string>>;
}

export interface CheckDefinition {
  /** Canonical name, dbt's where dbt has one. */
  readonly name: string;
  readonly aliases: readonly CheckAlias[];
  /** Where it may stand. */
  readonly on: 'column' | 'relation' | 'either';
  readonly summary: string;
  readonly arguments: readonly ArgumentSpec[];
  /** What the count counts: `rows` or duplicated `keys`. */
  readonly counts: 'rows' | 'keys';
  readonly shape: (args: CheckArguments, target: CheckTarget) => CheckShape;
  /** The arguments that a column of this type (as the engine spells it) cannot hold; empty when all fit or nobody knows. */
  readonly misfits?: (args: CheckArguments, columnType: string) => readonly CheckArgument[];
}

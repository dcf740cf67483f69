/** What a data check is: a name, typed arguments, and the SQL shape of its violations. */
import type { Dialect } from '../adapter/dialect.ts';

/** What a check looks at when it becomes SQL: everything already resolved, quoted and literal. */
export interface CheckTarget {
  readonly dialect: Dialect;
  /** Quoted column, when the check stands on one. */
  readonly column: string | undefined;
}

/**
 * The SQL shape of a check's violations. The planner packs all shapes of one relation into one statement.
 * - `rows`: a row predicate that is true for a violating row.
 * - `groups`: a grouped query over the relation; one row is one violation (a duplicated key).
 * - `values`: violating values of one column, decided per distinct value.
 * - `query`: own SQL whose rows are the violations; `{relation}` is replaced by the relation under test.
 */
export type CheckShape =
  | { readonly kind: 'rows'; readonly violation: string }
  | { readonly kind: 'groups'; readonly keys: readonly string[]; readonly ignoreNullKeys: boolean }
  | { readonly kind: 'values'; readonly column: string; readonly violation: (value: string) => string }
  | { readonly kind: 'anti-join'; readonly column: string; readonly parent: string; readonly parentColumn: string };

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

export interface CheckDefinition {
  /** Canonical name, dbt's where dbt has one. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Where it may stand. */
  readonly on: 'column' | 'relation' | 'either';
  readonly summary: string;
  readonly arguments: readonly ArgumentSpec[];
  /** What the count counts: `rows` or duplicated `keys`. */
  readonly counts: 'rows' | 'keys';
  readonly shape: (args: CheckArguments, target: CheckTarget) => CheckShape;
}

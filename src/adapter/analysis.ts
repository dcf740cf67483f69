/** The part of an engine that understands queries without running them. */

/** Why a text is not one query that can be wrapped. `position` is a UTF-16 offset into the text. */
export type QueryProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'several-statements'; readonly count: number; readonly position: number }
  | { readonly kind: 'not-a-select'; readonly statement: string; readonly position: number }
  | { readonly kind: 'dynamic'; readonly feature: string; readonly position: number }
  | { readonly kind: 'syntax'; readonly message: string; readonly position?: number };

/** A scratch engine for analysis; opens no target. */
export interface Analyzer {
  /** Parses (does not bind) and tells why `sql` is not exactly one SELECT, or undefined when it is. */
  readonly checkQuery: (sql: string) => Promise<QueryProblem | undefined>;
  readonly close: () => Promise<void>;
}

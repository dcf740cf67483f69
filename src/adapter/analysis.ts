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
  /** True when each text is exactly one SELECT; false tells nothing. For engines that learn it of many texts at once faster than of each. */
  readonly areQueries?: (texts: readonly string[]) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** What of an engine's SQL gives another answer although no relation has changed. All names in small letters. */
export interface Steadiness {
  /** Functions that look at the clock, at chance, at the session, or change what others see. */
  readonly unsteadyFunctions: ReadonlySet<string>;
  /** The same without brackets. */
  readonly unsteadyWords: ReadonlySet<string>;
  /** Functions in a FROM clause whose rows follow from their arguments alone. All others may read something. */
  readonly steadyTableFunctions: ReadonlySet<string>;
}

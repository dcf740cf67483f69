/** The few expressions of data checks that engines spell differently; all take and give SQL text. */
export interface CheckSql {
  /** True where some part of `text` fits the regular expression, which is written in the engine's own language. */
  readonly matches: (text: string, pattern: string) => string;
  /** The number rounded to so many digits after the point, exactly for decimals. */
  readonly round: (number: string, digits: number) => string;
  /** How many characters a text has; refused of anything else. */
  readonly textLength: (text: string) => string;
  /** How many elements an array has; 0 for an empty one; refused of anything else. */
  readonly arrayLength: (array: string) => string;
}

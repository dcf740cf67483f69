/** Rows of a table of which somebody asks whether two agree on all columns of a key. */
export interface CountedKeys {
  /** SQL text of the table, with an alias behind it or not. */
  readonly relation: string;
  /** What stands after FROM: the table, and which of its rows count. */
  readonly source: string;
  /** Quoted columns, or expressions. */
  readonly keys: readonly string[];
  /** Quoted columns: a key may stand once in each group of rows. */
  readonly groups: readonly string[];
  /** Whether some of these may be NULL in rows that count, where a NULL equals a NULL. */
  readonly countsNulls: boolean;
}

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
  /**
   * A condition without columns, which the engine asks once before it reads rows: false only where no two rows can have the
   * same key, so that nothing has to be grouped. Absent where there is no such thing.
   */
  readonly mayRepeat?: (rows: CountedKeys) => string | undefined;
}

/** How an engine compares the values of two tables, as SQL. Pure: expressions in, expressions out. */

/** An expression and the type that it has, as the engine's catalog spells it. */
export interface TypedSql {
  readonly sql: string;
  readonly type: string;
}

/** How far two numbers may be apart and still count as the same: an amount, or a part of the larger one. */
export interface Tolerance {
  readonly value: number;
  readonly percent: boolean;
}

export interface CompareSql {
  readonly isNumber: (type: string) => boolean;
  /**
   * Both values in a form in which `is not distinct from`, GROUP BY and ORDER BY may be asked of them: of one type where they
   * have different ones, as text where nothing else fits both.
   */
  readonly pair: (here: TypedSql, there: TypedSql) => readonly [here: string, there: string];
  /**
   * Where values of a type may be the same although the forms that `pair` gives differ: one that is the same just where they are.
   * It may be costly, and so is asked for where forms differ, or where nothing else will do.
   */
  readonly meaning?: (form: string, types: readonly [here: string, there: string]) => string | undefined;
  /**
   * The same for values that meet outside of the database: equal ones come out as equal cells, as far as a type has one form for
   * each value. There where `readInParts` of the adapter is.
   */
  readonly pairApart?: (here: TypedSql, there: TypedSql) => readonly [here: string, there: string];
  /** Text of a value that sorts alike in all databases of the engine, letter by letter. There where `pairApart` is. */
  readonly sortText?: (sql: string) => string;
  /** Whether two numbers, neither of them NULL, are finite and that close. No value makes it fail. */
  readonly within: (here: TypedSql, there: TypedSql, tolerance: Tolerance) => string;
  /** The condition of a full join of rows with the same key, for keys that {@link CompareSql.pair} gave; NULL is a key like any other. */
  readonly sameKey: (pairs: readonly (readonly [here: string, there: string])[], hasNulls: boolean) => string;
}

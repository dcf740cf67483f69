/** Rows of the inputs of a unit test on their way from the database into its temporary relations: all values as text. */
import type { Connection, ResultSet } from '../../adapter/connection.ts';
import type { Dialect } from '../../adapter/dialect.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Column, Relation } from '../../adapter/relation.ts';
import { fixtureQuery } from '../../execute/fixture-sql.ts';
import type { Span } from '../../diagnostics/span.ts';

export type TextRow = readonly (string | null)[];

/** A relation that the test gives. */
export interface SampledInput {
  /** As properties name it. */
  readonly called: string;
  /** What is read now: a name, or a table expression. */
  readonly real: string;
  /** What stands for it in the test. */
  readonly relation: Relation;
  readonly columns: readonly Column[];
}

/** What asks the database. */
export interface Asking {
  readonly connection: Connection;
  readonly dialect: Dialect;
}

/** The answer, or undefined where the database refuses the question. Whatever is worth another try is thrown. */
export function tryQuery({ connection }: Asking, sql: string, limit?: number): Promise<ResultSet | undefined> {
  return unlessRefused(() => connection.query({ sql }, limit));
}

/**
 * What `ask` finds with rows in the order of these columns, so that the same data gives the same rows: in their own order or, where
 * a type has none, in that of their texts. Undefined where the database refuses both.
 */
export async function inOrder<T>(
  { dialect }: Asking,
  columns: readonly string[],
  ask: (order: string) => Promise<T>,
): Promise<T | undefined> {
  return (
    (await unlessRefused(() => ask(columns.join(', ')))) ??
    (await unlessRefused(() => ask(columns.map((column) => asText(column, dialect)).join(', '))))
  );
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
    return undefined;
  }
}

export function asText(expression: string, dialect: Dialect): string {
  return `cast(${expression} as ${dialect.typeName('text')})`;
}

/** A value of a column, as it was read. */
export function typedLiteral(text: string | null, type: string, dialect: Dialect): string {
  return `cast(${dialect.literal(text)} as ${type})`;
}

export function textRows({ rows }: ResultSet): readonly TextRow[] {
  return rows.map((cells) => cells.map((cell) => (cell === null ? null : String(cell))));
}

const nowhere: Span = { path: '', start: 0, end: 0 };

/** A query that gives rows, each with its number in front. */
export function numberedRows(columns: readonly Column[], rows: readonly TextRow[], dialect: Dialect): string {
  const numbered = [{ name: rowNumber, type: dialect.typeName('integer') }, ...columns];
  const cells = rows.map((row, at) => ({ span: nowhere, cells: [String(at), ...row].map((text) => ({ text, span: nowhere })) }));
  return fixtureQuery({ columns: numbered, rows: cells }, dialect);
}

export const rowNumber = '_tx_n';

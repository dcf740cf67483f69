/** Asks for values with parts as JSON, for output that programs read. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';

export interface NestedColumns {
  /** All columns as a select list. */
  readonly list: string;
  /** Which of them hold the text of JSON then. */
  readonly json: readonly boolean[];
}

/** Undefined where no column has parts, or names do not tell columns apart. */
export function nestedColumns(
  { json: form, quoteIdentifier, foldIdentifier }: Pick<Dialect, 'json' | 'quoteIdentifier' | 'foldIdentifier'>,
  columns: readonly Column[],
): NestedColumns | undefined {
  const json = columns.map(({ type }) => form.holds(type));
  const isTold = new Set(columns.map(({ name }) => foldIdentifier(name))).size === columns.length;
  if (!json.includes(true) || !isTold) return undefined;
  const list = columns.map(({ name }, index) => {
    const column = quoteIdentifier(name);
    return json[index] === true ? `${form.text(column)} as ${column}` : column;
  });
  return { list: list.join(', '), json };
}

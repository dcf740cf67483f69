/** What people see of rows that differ: names of columns, and nothing that is personal. */
import type { Cell } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { SharedColumn } from './compare-schemas.ts';
import type { Sides } from './comparison.ts';

/** Columns of one side under their own names, and one for a number behind them. */
export function named(columns: readonly SharedColumn[], side: keyof Sides<unknown>, count?: string): readonly Column[] {
  return [...columns.map((column) => column[side]), ...(count === undefined ? [] : [{ name: count, type: '' }])];
}

export function masker({
  dialect: { foldIdentifier },
  masked,
}: {
  readonly dialect: Pick<Dialect, 'foldIdentifier'>;
  readonly masked: readonly string[];
}): (name: string | undefined) => boolean {
  const hidden = new Set(masked.map(foldIdentifier));
  return (name) => name !== undefined && hidden.has(foldIdentifier(name));
}

/** NULL stays visible, because it is often the point. */
export function hide(cell: Cell, isMasked: boolean): Cell {
  return isMasked && cell !== null ? '***' : cell;
}

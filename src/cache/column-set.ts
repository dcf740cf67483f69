/** All columns of the cache of one slot, by name, and rows made of several of them. */
import { bug } from '../diagnostics/bug.ts';
import { Column } from './column.ts';
import type { ColumnType } from './column.ts';
import type { StoredColumns } from './column-file.ts';
import { damaged } from './damaged.ts';

export class ColumnSet {
  readonly columns = new Map<string, Column>();
  readonly #beforeSaving: (() => void)[] = [];
  readonly #stored: StoredColumns | undefined;

  constructor(stored: StoredColumns | undefined) {
    this.#stored = stored;
  }

  /** The column of that name: as it was stored, or empty. Called once for each. */
  column<T extends ColumnType>(name: string, type: T): Column<T> {
    if (this.columns.has(name)) bug(`there are two columns ${name}`);
    const stored = this.#stored?.columns.get(name);
    if (this.#stored !== undefined && stored?.type !== type) damaged(`column ${name} is not there`);
    const column = new Column(type, stored);
    // Columns of every type are kept together; whoever reads them back asks for their type.
    this.columns.set(name, column as unknown as Column);
    return column;
  }

  /** What is put off until the columns are saved: nobody may ask for it before. */
  beforeSaving(finish: () => void): void {
    this.#beforeSaving.push(finish);
  }

  /** Does what was put off. */
  complete(): void {
    for (const finish of this.#beforeSaving) finish();
  }

  get(name: string): Column {
    return this.columns.get(name) ?? bug(`there is no column ${name}`);
  }

  /** Columns of equal length, whose numbers at one place belong together. */
  table<L extends Layout>(name: string, layout: L): Table<L> {
    const columns = Object.fromEntries(Object.entries(layout).map(([key, type]) => [key, this.column(`${name}.${key}`, type)]));
    // Built from exactly the entries of the layout.
    return new Table(columns as unknown as ColumnsOf<L>);
  }
}

export type Layout = Readonly<Record<string, ColumnType>>;

export type ColumnsOf<L extends Layout> = { readonly [K in keyof L]: Column<L[K]> };

/** A row as numbers. */
export type RowOf<L extends Layout> = { readonly [K in keyof L]: number };

export class Table<L extends Layout> {
  readonly columns: ColumnsOf<L>;
  readonly #all: readonly (readonly [keyof L, Column])[];

  constructor(columns: ColumnsOf<L>) {
    this.columns = columns;
    this.#all = Object.entries(columns);
  }

  get count(): number {
    return this.#all[0]?.[1].count ?? 0;
  }

  /** Puts a row at the end; gives its number. */
  add(row: RowOf<L>): number {
    const number = this.count;
    for (const [key, column] of this.#all) column.push(row[key]);
    return number;
  }

  set(number: number, row: RowOf<L>): void {
    for (const [key, column] of this.#all) column.set(number, row[key]);
  }
}

/** What a unit test says, as data: the rows of its inputs, the rows that it expects, and what it overrides. */
import type { Span } from '../diagnostics/span.ts';
import type { Located, YamlValue } from '../project/project.ts';

/** One value of a fixture, as text that the database casts; null is NULL. */
export interface FixtureCell {
  readonly text: string | null;
  /** The text is JSON: a list or a mapping was written. */
  readonly nested?: true;
  /** A number, `true` or `false` was written, or a cell of CSV: its form tells its type where nothing else does. */
  readonly bare?: true;
  readonly span: Span;
}

export interface FixtureColumn {
  readonly name: string;
  readonly span: Span;
}

/** One row: cells in the order of the columns; null where the row leaves the column out. */
export interface FixtureRow {
  readonly cells: readonly (FixtureCell | null)[];
  readonly span: Span;
}

/** Rows by their columns, or a query that gives them. */
export type FixtureRows =
  | { readonly kind: 'rows'; readonly columns: readonly FixtureColumn[]; readonly rows: readonly FixtureRow[] }
  | { readonly kind: 'query'; readonly sql: string; readonly span: Span };

/** Rows that stand in the YAML, or the file that holds them. */
export type Fixture = FixtureRows | { readonly kind: 'file'; readonly name: string; readonly format: 'csv' | 'sql'; readonly span: Span };

export interface GivenInput {
  /** `ref('orders')`, `source('shop', 'orders')`, `this`, `orders` or `shop.orders`. */
  readonly input: Located<string>;
  readonly fixture: Fixture;
}

export interface UnitOverrides {
  readonly vars: Readonly<Record<string, YamlValue>>;
  /** What macros and helpers give, whatever they are called with. */
  readonly macros: Readonly<Record<string, Located<YamlValue>>>;
  readonly isIncremental: boolean;
  readonly runStartedAt?: Located<string>;
  readonly interval?: { readonly start: Located<string>; readonly end: Located<string> };
}

/** A unit test as it is written. */
export interface UnitTestDefinition {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly description: string;
  readonly model: Located<string>;
  readonly given: readonly GivenInput[];
  readonly expect: Fixture;
  readonly overrides: UnitOverrides;
  readonly config: Readonly<Record<string, Located<YamlValue>>>;
}

/** A unit test as the plan and the executor know it: relations to make, a query, rows to compare with. */
import type { Column, Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import type { Span } from '../diagnostics/span.ts';
import type { FixtureCell, FixtureRow, FixtureRows } from '../parse/unit-test-definition.ts';

/** What is known of the columns of a relation that a unit test makes up. */
export interface KnownRelation {
  readonly columns: readonly Column[];
  /** It has no others. */
  readonly isWhole: boolean;
}

/** An input before its types are known. */
export interface UnitFixture {
  readonly id: NodeId;
  /** As it is written, for messages. */
  readonly called: string;
  readonly span: Span;
  /** The temporary relation that stands for it. */
  readonly relation: Relation;
  readonly rows: FixtureRows;
}

/** A unit test whose text is made and whose files are read. */
export interface PreparedUnitTest {
  readonly id: NodeId;
  readonly text: CompiledText;
  readonly inputs: readonly UnitFixture[];
  readonly expect: FixtureRows;
}

/** Rows to put into a temporary relation. Cells are in the order of the columns. */
export interface PlannedFixture {
  readonly called: string;
  readonly span: Span;
  readonly relation: Relation;
  readonly columns: readonly Column[];
  readonly content:
    | { readonly kind: 'rows'; readonly rows: readonly FixtureRow[] }
    /** Gives some of the columns, and others only where not all are known. */
    | { readonly kind: 'query'; readonly query: Query; readonly isWhole: boolean };
}

export interface PlannedUnitTest {
  readonly id: NodeId;
  readonly name: string;
  readonly span: Span;
  readonly model: NodeId;
  readonly modelName: string;
  readonly inputs: readonly PlannedFixture[];
  /** Inputs of whose columns nothing but what the test says is known. */
  readonly untyped: readonly { readonly called: string; readonly span: Span }[];
  readonly query: Query;
  /** What the query gives goes in here, and what is expected in there. */
  readonly actual: Relation;
  readonly expected: Relation;
  readonly expect: FixtureRows;
  readonly expectSpan: Span;
  /** Columns that tell rows apart, where something says so. */
  readonly key: readonly string[];
}

/** Keys of queries that make an input, or what is expected: they tell what an error is about. */
export function inputKey({ id }: Pick<PlannedUnitTest, 'id'>, called: string): string {
  return `${id}:given ${called}`;
}

export function expectKey({ id }: Pick<PlannedUnitTest, 'id'>): string {
  return `${id}:expect`;
}

/** The cell as its column shows it in messages. */
export function shownCell({ text }: FixtureCell): string {
  return text ?? 'NULL';
}

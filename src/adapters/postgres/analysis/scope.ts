/** One level of a query while it is walked: what its expressions can refer to. */
import type { OpaquePart } from '../../../adapter/analysis.ts';
import { makeLineage, noLineage, withNotNull } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import type { Influences } from '../../../adapter/lineage/influences.ts';
import type { InputTable } from '../../../adapter/lineage/input-table.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import type { ServerNames } from './server-names.ts';
import { nodeAt, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** What all levels of one walk share, so that rules for expressions and for queries need not know each other. */
export interface Walk {
  readonly inputs: InputTable;
  readonly names: ServerNames;
  readonly report: (part: OpaquePart) => void;
  /** What comes out of a query that stands in `outer`. */
  readonly query: (query: TreeNode, outer: Scope | undefined) => RowFlow;
  /** What comes out of a set operation of this query, or of one side of it. */
  readonly setOperation: (tree: TreeNode, scope: Scope) => RowFlow;
  readonly expression: (expression: TreeNode, scope: Scope) => ColumnLineage;
}

/** Kinds of entries of a range table. */
export const entryKinds = {
  relation: 0,
  subquery: 1,
  join: 2,
  function: 3,
  tableFunction: 4,
  values: 5,
  cte: 6,
  result: 8,
  group: 9,
} as const;

/** Columns of one entry of FROM. They are made when somebody asks: what a query does not name, it does not touch. */
export class EntryColumns {
  readonly width: number;
  readonly #make: (at: number) => ColumnLineage;
  readonly #made: (ColumnLineage | undefined)[] = [];
  readonly #proven = new Set<number>();
  #isNullable = false;

  constructor(width: number, make: (at: number) => ColumnLineage) {
    this.width = width;
    this.#make = make;
  }

  static of(columns: readonly ColumnLineage[]): EntryColumns {
    return new EntryColumns(columns.length, (at) => columns[at] ?? noLineage);
  }

  at(at: number): ColumnLineage | undefined {
    if (at >= this.width) return undefined;
    const column = (this.#made[at] ??= this.#make(at));
    if (this.#proven.has(at)) return withNotNull(column, true);
    return this.#isNullable ? withNotNull(column, false) : column;
  }

  all(): readonly ColumnLineage[] {
    return Array.from({ length: this.width }, (_, at) => this.at(at) ?? noLineage);
  }

  /** The side of an outer join that may have met nothing. */
  makeNullable(): void {
    this.#proven.clear();
    this.#isNullable = true;
  }

  prove(at: number): void {
    this.#proven.add(at);
  }
}

/** What the aggregates of one level stand over. */
interface Grouping {
  /** What decides about the rows, where they all become one row. */
  readonly influences: Influences;
  /** Whether each group has a row. */
  readonly filled: boolean;
}

export class Scope {
  readonly walk: Walk;
  readonly query: TreeNode;
  readonly outer: Scope | undefined;
  readonly entries: readonly TreeNode[];
  /** By the number of the entry, as far as FROM was walked. */
  readonly columns = new Map<number, EntryColumns>();
  /** Places of the columns of all entries beside each other, by the number of the entry. */
  readonly firstPlaces = new Map<number, number>();
  width = 0;
  readonly ctes = new Map<string, RowFlow>();
  /** Subqueries whose comparison is being traced, the nearest last. */
  readonly compared: RowFlow[] = [];
  /** Lists that make several rows out of one. */
  readonly rowMakers: ColumnLineage[] = [];
  multiplies = false;
  grouping: Grouping = { influences: noInfluences, filled: false };
  readonly #targets = new Map<TreeNode, ColumnLineage>();

  constructor(walk: Walk, query: TreeNode, outer: Scope | undefined) {
    this.walk = walk;
    this.query = query;
    this.outer = outer;
    this.entries = nodesAt(query, 'rtable');
  }

  entry(number: number): TreeNode | undefined {
    return this.entries[number - 1];
  }

  /** The scope so many levels above. */
  above(levels: number): Scope | undefined {
    return levels === 0 ? this : this.outer?.above(levels - 1);
  }

  trace(expressions: readonly TreeNode[]): readonly ColumnLineage[] {
    return expressions.map((expression) => this.walk.expression(expression, this));
  }

  traceMaybe(...expressions: readonly (TreeNode | undefined)[]): readonly ColumnLineage[] {
    return this.trace(expressions.filter((expression) => expression !== undefined));
  }

  /** The lineage of what clauses refer to by number: GROUP BY, ORDER BY, DISTINCT and windows all name entries of the list. */
  targets(clauses: readonly TreeNode[]): readonly ColumnLineage[] {
    return clauses.map((clause) => {
      const number = numberAt(clause, 'tleSortGroupRef');
      const entry = this.target(number);
      return entry === undefined ? this.opaque(`reference ${number}`) : this.targetLineage(entry);
    });
  }

  targetLineage(entry: TreeNode): ColumnLineage {
    const known = this.#targets.get(entry);
    if (known !== undefined) return known;
    const expression = nodeAt(entry, 'expr');
    const column = expression === undefined ? this.opaque('TARGETENTRY') : this.walk.expression(expression, this);
    this.#targets.set(entry, column);
    return column;
  }

  /** The entry of the list that has a number. */
  target(number: number): TreeNode | undefined {
    return nodesAt(this.query, 'targetList').find((entry) => numberAt(entry, 'ressortgroupref') === number);
  }

  /** What cannot be followed: everything that could be referred to, here and around. */
  opaque(name: string, more: readonly ColumnLineage[] = []): ColumnLineage {
    this.walk.report({ kind: 'expression', name });
    return makeLineage([...more, ...this.visible()], 'opaque');
  }

  /** Everything that an expression here could refer to. */
  visible(): readonly ColumnLineage[] {
    return [...[...this.columns.values()].flatMap((columns) => columns.all()), ...(this.outer?.visible() ?? [])];
  }
}

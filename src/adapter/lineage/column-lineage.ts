/** What is known of one column while a plan is walked, and how it is put together. Shared by all engines. */
import type { EdgeKind, InfluenceKind } from '../analysis.ts';
import { influenceId, joinInfluences, noInfluences } from './influences.ts';
import type { InfluenceId, Influences } from './influences.ts';
import type { SourceId } from './input-table.ts';

export interface ColumnLineage {
  /** One for each source. */
  readonly edges: readonly EdgeId[];
  /** What decides about the values of this column alone. */
  readonly influences: Influences;
  /** Certain for every content that the sources can have. */
  readonly notNull: boolean;
  /** For a list that was made of single values: what a value taken out of it is. */
  readonly elements?: ColumnLineage;
  /** For a struct that was made of single values: what each field is. */
  readonly fields?: ReadonlyMap<string, ColumnLineage>;
  /** In a subquery, the column of the query around it that this one only repeats. Within the subquery it is constant. */
  readonly outer?: ColumnLineage | undefined;
}

/** A source, a kind, and whether its values are only counted, as one number: walks over large plans make very many. */
export type EdgeId = number & { readonly __edgeId: never };

/** From the weakest to the strongest: of two ways, one after the other or beside each other, the stronger one counts. */
const kinds: readonly EdgeKind[] = ['identity', 'transformation', 'aggregation', 'opaque'];

function edgeId(source: SourceId, rank: number, counted: boolean): EdgeId {
  // The only maker of such numbers.
  return ((source * kinds.length + rank) * 2 + (counted ? 1 : 0)) as EdgeId;
}

export function sourceOfEdge(edge: EdgeId): SourceId {
  // Undoes the sum above.
  return Math.floor(edge / 2 / kinds.length) as SourceId;
}

function rankOfEdge(edge: EdgeId): number {
  return Math.floor(edge / 2) % kinds.length;
}

export function kindOfEdge(edge: EdgeId): EdgeKind {
  return kinds[rankOfEdge(edge)] ?? 'opaque';
}

/** Whether only a number of values comes that way, and none of them. */
export function isCounted(edge: EdgeId): boolean {
  return edge % 2 === 1;
}

/** A value from nowhere that may be NULL. */
export const noLineage: ColumnLineage = { edges: [], influences: noInfluences, notNull: false };
/** A value from nowhere that is never NULL. */
export const constantLineage: ColumnLineage = { ...noLineage, notNull: true };

/** The column itself. */
export function sourceLineage(source: SourceId, notNull = false): ColumnLineage {
  return { edges: [edgeId(source, 0, false)], influences: noInfluences, notNull };
}

/** What a new value is beside what it is made of. */
export interface Making {
  readonly influences?: Influences;
  readonly notNull?: boolean;
  /** The new value says how many there are, and none of them. */
  readonly counts?: boolean;
}

/** A value made of others, at least in the way of `kind`. */
export function makeLineage(
  values: readonly ColumnLineage[],
  kind: EdgeKind,
  { influences = noInfluences, notNull = false, counts = false }: Making = {},
): ColumnLineage {
  const least = kinds.indexOf(kind);
  const edges: EdgeId[] = [];
  const decided: Influences[] = [influences];
  const places = new Map<SourceId, number>();
  for (const value of values) {
    for (const edge of value.edges)
      addEdge(edges, places, edgeId(sourceOfEdge(edge), Math.max(rankOfEdge(edge), least), counts || isCounted(edge)));
    if (value.influences !== noInfluences) decided.push(value.influences);
  }
  return { edges, influences: decided.length === 1 ? influences : joinInfluences(decided), notNull };
}

/** Of two ways from one source the stronger kind counts, and that something is told. */
function addEdge(edges: EdgeId[], places: Map<SourceId, number>, edge: EdgeId): void {
  const source = sourceOfEdge(edge);
  const at = places.get(source);
  const known = at === undefined ? undefined : edges[at];
  if (at === undefined || known === undefined) places.set(source, edges.push(edge) - 1);
  else edges[at] = edgeId(source, Math.max(rankOfEdge(edge), rankOfEdge(known)), isCounted(edge) && isCounted(known));
}

/** Influences of these columns on whatever they decide about. */
export function influencesOf(columns: readonly ColumnLineage[], kind: InfluenceKind): Influences {
  if (columns.length === 0) return noInfluences;
  const own: InfluenceId[] = [];
  const parts: Influences[] = [];
  for (const { edges, influences } of columns) {
    for (const edge of edges) own.push(influenceId(sourceOfEdge(edge), kindOfEdge(edge) === 'opaque' ? 'opaque' : kind));
    if (influences !== noInfluences) parts.push(influences);
  }
  return joinInfluences(parts, own);
}

/** One column out of several in the same place, as UNION makes it. A repeated outer column stays one. */
export function mergeLineages(columns: readonly ColumnLineage[]): ColumnLineage {
  const [first = noLineage] = columns;
  if (columns.every((column) => column === first)) return first;
  const notNull = columns.every((column) => column.notNull);
  const { outer } = first;
  if (outer !== undefined && columns.every((column) => column.outer === outer)) return withNotNull(first, notNull);
  return makeLineage(columns, 'identity', { notNull });
}

/** The same column, decided by more. */
export function withInfluences(column: ColumnLineage, influences: Influences): ColumnLineage {
  if (influences === noInfluences) return column;
  return { ...column, influences: joinInfluences([column.influences, influences]) };
}

/** The same column after something was found out about it. */
export function withNotNull(column: ColumnLineage, notNull: boolean): ColumnLineage {
  return column.notNull === notNull ? column : { ...column, notNull };
}

/** Without the outer columns that a subquery repeats: they decide about nothing in it. */
export function ownColumns(columns: readonly ColumnLineage[]): readonly ColumnLineage[] {
  return columns.every(({ outer }) => outer === undefined) ? columns : columns.filter(({ outer }) => outer === undefined);
}

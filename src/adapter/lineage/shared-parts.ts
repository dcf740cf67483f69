/**
 * One object for parts of descriptions that are equal: the queries of a project name the same columns over and over, and
 * those of a large one are all held at a time.
 */
import type { BoundColumn, Influence, SourceEdge } from '../analysis.ts';

/** Of more different ones the pool begins anew: equal parts are then held twice, and nothing else changes. */
const most = 100_000;
/** A column with more to say is hardly ever said again. */
const mostSaid = 4;

const sources = new Map<string, SourceEdge>();
const influences = new Map<string, Influence>();
const columns = new Map<string, BoundColumn>();
const nothing: readonly never[] = [];

/** An edge like this one; nobody may change it. */
export function shareSource(edge: SourceEdge): SourceEdge {
  return share(sources, keyOfSource(edge), edge);
}

/** An influence like this one; nobody may change it. */
export function shareInfluence(influence: Influence): Influence {
  return share(influences, keyOfInfluence(influence), influence);
}

/** A column like this one, of few sources and influences; nobody may change it. */
export function shareColumn(column: BoundColumn): BoundColumn {
  const { name, type, sources: from, influences: by, duplicateOf, unnamed } = column;
  if (from.length + by.length > mostSaid || duplicateOf !== undefined || unnamed !== undefined) return column;
  const key = `${sized(name)}${sized(type)}${from.length} ${from.map(keyOfSource).join('')}${by.map(keyOfInfluence).join('')}`;
  return share(columns, key, by.length === 0 ? { ...column, influences: nothing } : column);
}

function keyOfSource({ input, column, kind, counted }: SourceEdge): string {
  return `${input} ${kind}${counted === true ? ' counted ' : ' '}${sized(column)}`;
}

function keyOfInfluence({ input, column, kind }: Influence): string {
  return `${input} ${kind} ${sized(column)}`;
}

/** Names may hold anything: their length says where they end. */
function sized(text: string): string {
  return `${text.length}:${text}`;
}

function share<T>(known: Map<string, T>, key: string, part: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= most) known.clear();
  known.set(key, part);
  return part;
}

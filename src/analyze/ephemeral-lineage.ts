/**
 * The text of an ephemeral model stands in its readers, so their lineage would go past it. Readers are therefore bound once more, with a
 * relation in its place, and their columns come from it as from any other model.
 */
import type { Binder, BindRequest, BoundQuery, Stub } from '../adapter/analysis.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import { ephemeralName } from '../compile/node-index.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { closingParenthesis, nextCodeToken } from '../parse/sql-scan.ts';
import type { NodeAnalysis } from './analysis.ts';

/** The relation that stands for an ephemeral model: its own name may be that of something else. */
export function ephemeralRelation(id: NodeId): Relation {
  return { schema: '_tx_ephemeral', name: id };
}

export function isEphemeral(node: GraphNode | undefined): boolean {
  return node?.resourceType === 'model' && node.config.materialized === 'ephemeral';
}

/** A reader and how it was bound. */
interface Reader {
  readonly node: NodeId;
  readonly request: BindRequest;
  readonly query: BoundQuery;
}

/** The same queries, as far as that can be told, with edges from the ephemeral models that they read. */
export async function followEphemerals(
  { graph, dialect }: { readonly graph: Graph; readonly dialect: Dialect },
  binder: Binder,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
  readers: readonly Reader[],
): Promise<readonly BoundQuery[]> {
  const again = readers.flatMap((reader, at) => {
    const above = ephemeralsAbove(graph, reader.node);
    const isKnown = above.every((id) => isFollowed(nodes.get(id)));
    const sql = above.length === 0 || !isKnown ? undefined : withStandIns(reader.request.sql, above, graph, dialect);
    const reads = [...(reader.request.reads ?? []), ...above.map(ephemeralRelation)];
    return sql === undefined ? [] : [{ at, request: { ...reader.request, sql, reads } }];
  });
  const bindings = again.length === 0 ? [] : await binder.bind(again.map(({ request }) => request));
  const found = readers.map(({ query }) => query);
  for (const [index, { at }] of again.entries()) {
    const [binding, query] = [bindings[index], found[at]];
    if (binding?.kind === 'bound' && query !== undefined) found[at] = withLineageOf(query, binding.query);
  }
  return found;
}

/** What an ephemeral model is declared as, for those who read it. */
export function ephemeralStub(id: NodeId, found: NodeAnalysis | undefined): readonly Stub[] {
  return found?.kind === 'known' && isFollowed(found) ? [{ relation: ephemeralRelation(id), columns: found.columns }] : [];
}

function isFollowed(found: NodeAnalysis | undefined): boolean {
  return found?.kind === 'known' && found.query !== undefined;
}

/** Those whose texts stand in the text of a node. */
function ephemeralsAbove(graph: Graph, id: NodeId): readonly NodeId[] {
  const found = new Set((graph.parents.get(id) ?? []).filter((parent) => isEphemeral(graph.nodes.get(parent))));
  // A set gives what is added while somebody goes through it.
  for (const each of found) for (const parent of graph.parents.get(each) ?? []) if (isEphemeral(graph.nodes.get(parent))) found.add(parent);
  return [...found];
}

/** Types and proofs stay those of the whole text. Where names or types are others, the stand-in is none. */
function withLineageOf(whole: BoundQuery, { columns, inputs, influences }: BoundQuery): BoundQuery {
  const isSame = columns.length === whole.columns.length && columns.every(({ name, type }, at) => isAs(whole.columns[at], name, type));
  if (!isSame) return whole;
  const followed = whole.columns.map((column, at) => ({
    ...column,
    sources: columns[at]?.sources ?? column.sources,
    influences: columns[at]?.influences ?? column.influences,
  }));
  return { ...whole, columns: followed, inputs, influences };
}

function isAs(column: BoundQuery['columns'][number] | undefined, name: string, type: string): boolean {
  return column?.name === name && column.type === type;
}

/** The text with a short query in the place of each body in front of it; undefined where they do not stand as they were written. */
function withStandIns(sql: string, ids: readonly NodeId[], graph: Graph, dialect: Dialect): string | undefined {
  const relations = new Map(
    ids.map((id) => [dialect.quoteIdentifier(ephemeralName(graph.nodes.get(id)?.name ?? '')), dialect.relation(ephemeralRelation(id))]),
  );
  const word = (at: number): { readonly text: string; readonly end: number } => {
    const token = nextCodeToken(sql, at);
    return token === undefined ? { text: '', end: sql.length } : { text: sql.slice(token.start, token.end), end: token.end };
  };
  let at = word(0);
  if (at.text.toLowerCase() !== 'with') return undefined;
  const next = word(at.end);
  if (next.text.toLowerCase() === 'recursive') at = next;
  let [text, taken] = ['', 0];
  for (let left = relations.size; left > 0; left -= 1) {
    const name = word(at.end);
    const relation = relations.get(name.text);
    const open = word(word(name.end).end);
    const close = relation === undefined || open.text !== '(' ? undefined : closingParenthesis(sql, open.end)?.start;
    if (close === undefined) return undefined;
    text += `${sql.slice(taken, open.end)}select * from ${relation ?? ''}`;
    taken = close;
    // Behind the parenthesis, the comma.
    at = word(word(close).end);
  }
  return text + sql.slice(taken);
}

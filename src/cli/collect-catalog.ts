/** Finds what stands in the database for each node that has columns there. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { CatalogEntry } from '../report/catalog-artifact.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

type Standable = Extract<GraphNode, { readonly relation: Relation }>;

/** Schemas of sources that nothing of the project is built in. */
export function sourceSchemas({ graph, engine, project }: LoadedGraph, known: readonly CatalogRelation[]): readonly string[] {
  const { foldIdentifier } = engine.dialect;
  const read = new Set([project.target.schema, ...known.map(({ relation }) => relation.schema)].map(foldIdentifier));
  const schemas = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (node.resourceType === 'source' && node.external === undefined && !read.has(foldIdentifier(node.relation.schema)))
      schemas.add(node.relation.schema);
  }
  return [...schemas];
}

export interface CollectedCatalog {
  readonly nodes: readonly CatalogEntry[];
  readonly sources: readonly CatalogEntry[];
  readonly errors: readonly string[];
}

/** Entries by the ids of their nodes. What is not built has none; a file that cannot be read is an error. */
export async function collectCatalog(
  { graph, engine, project }: LoadedGraph,
  standing: Standing,
  connection: Connection,
): Promise<CollectedCatalog> {
  const { foldIdentifier } = engine.dialect;
  const key = ({ schema, name }: Relation): string => JSON.stringify([foldIdentifier(schema), foldIdentifier(name)]);
  const catalog = new Map(standing.catalog.map((found) => [key(found.relation), found]));
  const rows = new Map(standing.state.builds.map((build) => [key(build.relation), build.rows]));
  const nodes: CatalogEntry[] = [];
  const sources: CatalogEntry[] = [];
  const errors: string[] = [];
  for (const node of [...graph.nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!('relation' in node) || (node.resourceType === 'model' && node.config.materialized === 'ephemeral')) continue;
    const entry = node.resourceType === 'source' && node.external !== undefined ? await readFile(node, node.external) : standingEntry(node);
    if (typeof entry === 'string') errors.push(entry);
    else if (entry !== undefined) (node.resourceType === 'source' ? sources : nodes).push(entry);
  }
  return { nodes, sources, errors };

  function standingEntry(node: Standable): CatalogEntry | undefined {
    const found = catalog.get(key(node.relation));
    if (found === undefined) return undefined;
    const { kind, columns, relation } = found;
    const counted = kind === 'table' ? rows.get(key(relation)) : undefined;
    return { id: node.id, kind, database: project.target.database, schema: relation.schema, name: relation.name, columns, rows: counted };
  }

  /** The columns of a file are what a query of no rows has. */
  async function readFile(node: Standable, sql: string): Promise<CatalogEntry | string> {
    try {
      const { columns } = await connection.query({ sql: `select * from ${sql} limit 0` });
      const { schema, name } = node.relation;
      return { id: node.id, kind: 'table', database: project.target.database, schema, name, columns, rows: undefined };
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      return `${node.id}: ${cause.details.redacted}`;
    }
  }
}

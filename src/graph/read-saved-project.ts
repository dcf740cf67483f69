/** Reads an earlier project from its manifest as people look at it: what each node was called, said, and was made of. */
import type { Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { NodeFacets } from './node-facets.ts';
import type { PlainObject } from './plain-value.ts';
import type { Json } from './read-json.ts';
import { isObject, parseObject, textOf } from './read-json.ts';
import { entriesOf, isOurManifest, manifestParts, readFacets } from './read-saved.ts';

export interface SavedColumn {
  readonly name: string;
  readonly description: string;
  /** Undefined where nobody declared one. */
  readonly type: string | undefined;
}

export interface SavedNode {
  readonly id: NodeId;
  readonly resourceType: string;
  /** As users call it: `orders`, `shop.orders`. */
  readonly label: string;
  readonly description: string;
  readonly facets: NodeFacets;
  readonly config: PlainObject;
  readonly tags: readonly string[];
  /** Those that were declared. */
  readonly columns: readonly SavedColumn[];
  /** The template; empty where there was none. */
  readonly source: string;
  /** Undefined where the manifest does not have it. */
  readonly sql: string | undefined;
  readonly relation: Relation | undefined;
  /** How its SQL and that of others spells the relation, or the file that a source reads. */
  readonly relationName: string | undefined;
  /** Its text stands in those that read it. */
  readonly isEphemeral: boolean;
  readonly parents: readonly NodeId[];
}

export interface SavedProject {
  /** `tx` wrote it. */
  readonly isOurs: boolean;
  /** ISO 8601; undefined where it does not say. */
  readonly writtenAt: string | undefined;
  readonly nodes: ReadonlyMap<NodeId, SavedNode>;
}

/** Undefined for a text that is no manifest. */
export function readSavedProject(text: string): SavedProject | undefined {
  const root = parseObject(text);
  if (root === undefined || !isObject(root['nodes'])) return undefined;
  const isOurs = isOurManifest(root);
  const nodes = new Map<NodeId, SavedNode>();
  for (const part of manifestParts) {
    for (const [id, entry] of entriesOf(root[part])) nodes.set(idOf(id), readNode(id, entry, readFacets(entry, part, isOurs)));
  }
  const metadata = isObject(root['metadata']) ? root['metadata'] : {};
  const writtenAt = textOf(metadata, 'generated_at');
  return { isOurs, writtenAt: writtenAt === undefined || Number.isNaN(Date.parse(writtenAt)) ? undefined : writtenAt, nodes };
}

function readNode(id: string, entry: Json, facets: NodeFacets): SavedNode {
  const name = textOf(entry, 'name') ?? id;
  const resourceType = textOf(entry, 'resource_type') ?? id.split('.', 1)[0] ?? '';
  const sourceName = textOf(entry, 'source_name');
  // A JSON object is one of plain values.
  const config = isObject(entry['config']) ? (entry['config'] as PlainObject) : {};
  const { depends_on: parents, tags } = entry;
  return {
    id: idOf(id),
    resourceType,
    label: resourceType === 'source' && sourceName !== undefined ? `${sourceName}.${name}` : name,
    description: textOf(entry, 'description') ?? '',
    facets,
    config,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    columns: entriesOf(entry['columns']).map(([key, column]) => ({
      name: textOf(column, 'name') ?? key,
      description: textOf(column, 'description') ?? '',
      type: textOf(column, 'data_type'),
    })),
    source: textOf(entry, 'raw_code') ?? '',
    sql: textOf(entry, 'compiled_code'),
    relation: readRelation(entry),
    relationName: textOf(entry, 'relation_name'),
    isEphemeral: config['materialized'] === 'ephemeral',
    parents: isObject(parents) && Array.isArray(parents['nodes']) ? parents['nodes'].map((parent) => idOf(String(parent))) : [],
  };
}

/** A manifest names nodes by their ids. */
function idOf(text: string): NodeId {
  // Ids of another project are found in no graph, and do no harm.
  return text as NodeId;
}

function readRelation(entry: Json): Relation | undefined {
  const schema = textOf(entry, 'schema');
  const name = textOf(entry, 'identifier') ?? textOf(entry, 'alias');
  const hasOne = textOf(entry, 'relation_name') !== undefined && entry['resource_type'] !== 'test';
  return hasOne && schema !== undefined && name !== undefined ? { schema, name } : undefined;
}

/** Reads where an earlier run had its models and seeds, from its manifest: our own, or one of dbt. */
import { isObject, parseObject, textOf } from './read-json.ts';

/** A relation by the names that the manifest has for it. */
export interface SavedRelation {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

export interface SavedRelations {
  /** The target that the manifest was written for; undefined where it does not say. */
  readonly target: string | undefined;
  /** By unique id. */
  readonly relations: ReadonlyMap<string, SavedRelation>;
}

/** Undefined for a text that is no manifest. */
export function readSavedRelations(text: string): SavedRelations | undefined {
  const root = parseObject(text);
  const nodes = root?.['nodes'];
  if (root === undefined || !isObject(nodes)) return undefined;
  const metadata = isObject(root['metadata']) ? root['metadata'] : {};
  const env = isObject(metadata['env']) ? metadata['env'] : {};
  const relations = new Map<string, SavedRelation>();
  for (const [id, node] of Object.entries(nodes)) {
    // What has no relation of its own, such as a test or an ephemeral model, has no name of one.
    if (!isObject(node) || typeof node['relation_name'] !== 'string' || node['resource_type'] === 'test') continue;
    const schema = textOf(node, 'schema');
    const name = textOf(node, 'alias') ?? textOf(node, 'name');
    if (schema !== undefined && name !== undefined) relations.set(id, { database: textOf(node, 'database') ?? '', schema, name });
  }
  return { target: textOf(env, 'TX_TARGET'), relations };
}

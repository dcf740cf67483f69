/** Reads artifacts of earlier runs: our own, and those of dbt as far as they say the same. */
import type { NodeFacets } from './node-facets.ts';
import type { Json } from './read-json.ts';
import { isObject, parseObject, textOf } from './read-json.ts';
import { exposureBody, makeFacets, sourceBody } from './node-facets.ts';
import type { PlainObject } from './plain-value.ts';
import type { SavedFreshness, SavedManifest, SavedResults } from './saved-state.ts';

/** A manifest.json; undefined for any other text. */
export function readSavedManifest(text: string): SavedManifest | undefined {
  const root = parseObject(text);
  if (root === undefined || !isObject(root['nodes'])) return undefined;
  const isOurs = isOurManifest(root);
  const nodes = new Map<string, NodeFacets>();
  for (const kind of manifestParts) {
    for (const [id, entry] of entriesOf(root[kind])) nodes.set(id, readFacets(entry, kind, isOurs));
  }
  const macros = new Map<string, string>();
  for (const [, { name, macro_sql: sql }] of entriesOf(root['macros'])) {
    if (typeof name === 'string' && typeof sql === 'string') macros.set(name, sql);
  }
  return { nodes, macros };
}

/** The parts of a manifest that hold nodes. */
export const manifestParts = ['nodes', 'sources', 'exposures', 'unit_tests'] as const;

export function isOurManifest(root: Json): boolean {
  const metadata = isObject(root['metadata']) ? root['metadata'] : {};
  return isObject(metadata['env']) && typeof metadata['env']['TX_VERSION'] === 'string';
}

/** What is compared of an entry of one of the parts. */
export function readFacets(entry: Json, kind: string, isOurs: boolean): NodeFacets {
  const columns = entriesOf(entry['columns']).map(([name, column]) => ({
    name,
    description: textOf(column, 'description') ?? '',
    dataType: textOf(column, 'data_type'),
    constraints: objectsIn(column['constraints']),
  }));
  const isSource = kind === 'sources';
  return makeFacets({
    body: readBody(entry, kind, isOurs),
    // A JSON object is one of plain values.
    config: isObject(entry['config']) ? (entry['config'] as PlainObject) : {},
    description: textOf(entry, 'description') ?? '',
    columns,
    constraints: objectsIn(entry['constraints']),
    place: isSource ? [textOf(entry, 'schema') ?? '', textOf(entry, 'identifier') ?? ''] : undefined,
    fqn: Array.isArray(entry['fqn']) ? entry['fqn'].map(String) : [],
  });
}

function readBody(entry: Json, kind: string, isOurs: boolean): string | undefined {
  const { checksum, depends_on: parents } = entry;
  if (kind === 'sources') return sourceBody(entry);
  if (kind === 'exposures')
    return exposureBody(entry, isObject(parents) && Array.isArray(parents['nodes']) ? parents['nodes'].map(String) : []);
  if (kind === 'unit_tests') return isOurs ? textOf(entry, 'checksum') : undefined;
  return isOurs && isObject(checksum) ? textOf(checksum, 'checksum') : undefined;
}

/** A run_results.json; undefined for any other text. */
export function readSavedResults(text: string): SavedResults | undefined {
  const results = parseObject(text)?.['results'];
  if (!Array.isArray(results)) return undefined;
  const statuses = new Map<string, string>();
  for (const result of results.filter(isObject)) {
    const id = textOf(result, 'unique_id');
    const status = textOf(result, 'status');
    if (id !== undefined && status !== undefined) statuses.set(id, status);
  }
  return statuses;
}

/** A sources.json; undefined for any other text. */
export function readSavedFreshness(text: string): SavedFreshness | undefined {
  const results = parseObject(text)?.['results'];
  if (!Array.isArray(results)) return undefined;
  const loaded = new Map<string, number | undefined>();
  for (const result of results.filter(isObject)) {
    const id = textOf(result, 'unique_id');
    const time = Date.parse(textOf(result, 'max_loaded_at') ?? '');
    if (id !== undefined) loaded.set(id, Number.isNaN(time) || result['status'] === 'runtime error' ? undefined : time);
  }
  return loaded;
}

function objectsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function entriesOf(value: unknown): readonly (readonly [string, Json])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => (isObject(entry) ? [[key, entry] as const] : []));
}

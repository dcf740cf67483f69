/** Lays the artifacts of the last runs out as tables, for `tx query`. */
import { readColumnEdges } from './column-edges-artifact.ts';
import { isObject } from './parse-object.ts';

type Json = Readonly<Record<string, unknown>>;

/** `list` is a list of texts. */
export type FieldKind = 'text' | 'integer' | 'double' | 'boolean' | 'timestamp' | 'list' | 'json';

interface Field {
  readonly kind: FieldKind;
  readonly of: (entry: Json) => unknown;
}

export interface ArtifactTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: FieldKind }[];
  /** Cells as text; lists and JSON as the text of JSON. */
  readonly rows: Iterable<readonly (string | null)[]>;
}

/** Parsed artifacts; one that is not there is undefined. */
export interface Artifacts {
  readonly manifest: Json;
  readonly catalog: Json | undefined;
  readonly runResults: Json | undefined;
  readonly columnEdges: Json | undefined;
}

type Entries = (artifacts: Artifacts) => Iterable<Json>;

/** A field that the entry has under the same name, or under `key`. */
const take = (kind: FieldKind, key: string): Field => ({ kind, of: (entry) => entry[key] });
const inside = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);
const below = (kind: FieldKind, ...path: readonly string[]): Field => ({ kind, of: (entry) => inside(entry, ...path) });

const text = (key: string): Field => take('text', key);

const nodes: Readonly<Record<string, Field>> = {
  unique_id: text('unique_id'),
  name: text('name'),
  resource_type: text('resource_type'),
  path: text('original_file_path'),
  database: text('database'),
  schema: text('schema'),
  relation: { kind: 'text', of: (entry) => entry['alias'] ?? entry['identifier'] },
  relation_name: text('relation_name'),
  materialized: below('text', 'config', 'materialized'),
  description: text('description'),
  tags: take('list', 'tags'),
  group_name: text('group'),
  access: text('access'),
  version: { kind: 'text', of: ({ version }) => version },
  meta: take('json', 'meta'),
  config: take('json', 'config'),
  checksum: below('text', 'checksum', 'checksum'),
  raw_code: text('raw_code'),
  compiled_code: text('compiled_code'),
  row_count: take('integer', 'row_count'),
};

const columns: Readonly<Record<string, Field>> = {
  unique_id: text('unique_id'),
  node: text('node'),
  name: text('name'),
  position: take('integer', 'position'),
  type: text('type'),
  declared_type: text('data_type'),
  description: text('description'),
  tags: take('list', 'tags'),
  meta: take('json', 'meta'),
};

const edges: Readonly<Record<string, Field>> = { parent: text('parent'), child: text('child') };

const columnEdges: Readonly<Record<string, Field>> = {
  from_node: text('from_node'),
  from_column: text('from_column'),
  to_node: text('to_node'),
  to_column: text('to_column'),
  kind: text('kind'),
  direct: take('boolean', 'direct'),
};

const tests: Readonly<Record<string, Field>> = {
  unique_id: text('unique_id'),
  name: text('name'),
  check_name: below('text', 'test_metadata', 'name'),
  node: text('attached_node'),
  column_name: text('column_name'),
  severity: below('text', 'config', 'severity'),
  arguments: below('json', 'test_metadata', 'kwargs'),
  path: text('original_file_path'),
};

const exposures: Readonly<Record<string, Field>> = {
  unique_id: text('unique_id'),
  name: text('name'),
  label: text('label'),
  type: text('type'),
  maturity: text('maturity'),
  url: text('url'),
  owner_name: below('text', 'owner', 'name'),
  owner_email: below('text', 'owner', 'email'),
  owner: take('json', 'owner'),
  description: text('description'),
  tags: take('list', 'tags'),
  meta: take('json', 'meta'),
  path: text('original_file_path'),
};

const timeOf = (end: string): Field => ({
  kind: 'timestamp',
  of: ({ timing }) => inside(Array.isArray(timing) ? timing.find((part) => isObject(part) && part['name'] === 'execute') : undefined, end),
});

const results: Readonly<Record<string, Field>> = {
  run_id: text('run_id'),
  unique_id: text('unique_id'),
  status: text('status'),
  started_at: timeOf('started_at'),
  completed_at: timeOf('completed_at'),
  execution_time: take('double', 'execution_time'),
  rows_affected: below('integer', 'adapter_response', 'rows_affected'),
  failures: take('integer', 'failures'),
  message: text('message'),
};

const runs: Readonly<Record<string, Field>> = {
  run_id: below('text', 'metadata', 'invocation_id'),
  command: below('text', 'args', 'which'),
  status: below('text', 'metadata', 'env', 'TX_STATUS'),
  started_at: below('timestamp', 'metadata', 'invocation_started_at'),
  completed_at: below('timestamp', 'metadata', 'generated_at'),
  elapsed_time: take('double', 'elapsed_time'),
  tx_version: below('text', 'metadata', 'env', 'TX_VERSION'),
  arguments: take('json', 'args'),
};

function entriesOf(value: unknown): readonly (readonly [string, Json])[] {
  return isObject(value) ? Object.entries(value).flatMap(([key, entry]) => (isObject(entry) ? [[key, entry] as const] : [])) : [];
}

const kinds = ['nodes', 'sources', 'exposures', 'unit_tests'];

function manifestNodes({ manifest }: Artifacts): readonly (readonly [string, Json])[] {
  return kinds.flatMap((kind) => entriesOf(manifest[kind]));
}

/** What the database had, by the ids of nodes. */
function catalogNodes({ catalog }: Artifacts): ReadonlyMap<string, Json> {
  return new Map(['nodes', 'sources'].flatMap((kind) => entriesOf(catalog?.[kind])));
}

function* nodeRows(artifacts: Artifacts): Generator<Json> {
  const standing = catalogNodes(artifacts);
  for (const [id, entry] of manifestNodes(artifacts)) {
    const rows = inside(standing.get(id), 'stats', 'num_rows', 'value');
    yield rows === undefined ? entry : { ...entry, row_count: rows };
  }
}

/** Columns of the database in its order, then those that are described and not there. */
function* columnRows(artifacts: Artifacts): Generator<Json> {
  const standing = catalogNodes(artifacts);
  for (const [id, entry] of manifestNodes(artifacts)) {
    const shared = { unique_id: id, node: entry['name'] };
    const described = new Map(entriesOf(entry['columns']).map(([name, column]) => [name.toLowerCase(), column]));
    for (const [name, column] of entriesOf(standing.get(id)?.['columns'])) {
      yield { ...described.get(name.toLowerCase()), ...shared, name, position: column['index'], type: column['type'] };
      described.delete(name.toLowerCase());
    }
    for (const column of described.values()) yield { ...column, ...shared };
  }
}

function* edgeRows({ manifest }: Artifacts): Generator<Json> {
  for (const [child, parents] of Object.entries(isObject(manifest['parent_map']) ? manifest['parent_map'] : {}))
    for (const parent of Array.isArray(parents) ? parents : []) yield { parent, child };
}

function* resultRows({ runResults }: Artifacts): Generator<Json> {
  const id = inside(runResults, 'metadata', 'invocation_id');
  const entries = runResults?.['results'];
  for (const result of Array.isArray(entries) ? entries : []) if (isObject(result)) yield { ...result, run_id: id };
}

const tables: readonly { readonly name: string; readonly fields: Readonly<Record<string, Field>>; readonly entries: Entries }[] = [
  { name: 'nodes', fields: nodes, entries: nodeRows },
  { name: 'columns', fields: columns, entries: columnRows },
  { name: 'edges', fields: edges, entries: edgeRows },
  { name: 'column_edges', fields: columnEdges, entries: (artifacts) => readColumnEdges(artifacts.columnEdges ?? {}) },
  {
    name: 'tests',
    fields: tests,
    entries: (artifacts) =>
      manifestNodes(artifacts).flatMap(([, entry]) =>
        entry['resource_type'] === 'test' || entry['resource_type'] === 'unit_test' ? [entry] : [],
      ),
  },
  { name: 'exposures', fields: exposures, entries: ({ manifest }) => entriesOf(manifest['exposures']).map(([, entry]) => entry) },
  { name: 'results', fields: results, entries: resultRows },
  { name: 'runs', fields: runs, entries: ({ runResults }) => (runResults === undefined ? [] : [runResults]) },
];

/** Their rows are made when somebody reads them. */
export function artifactTables(artifacts: Artifacts): readonly ArtifactTable[] {
  return tables.map(({ name, fields, entries }) => {
    const list = Object.entries(fields);
    return {
      name,
      columns: list.map(([column, { kind }]) => ({ name: column, kind })),
      rows: rowsOf(
        list.map(([, field]) => field),
        () => entries(artifacts),
      ),
    };
  });
}

function* rowsOf(fields: readonly Field[], entries: () => Iterable<Json>): Generator<readonly (string | null)[]> {
  for (const entry of entries()) yield fields.map(({ of }) => cellOf(of(entry)));
}

function cellOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

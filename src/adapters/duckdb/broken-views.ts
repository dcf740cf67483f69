/** Finds views that a change of what they read has broken: the engine binds them by name, and only when they are read. */
import type { BrokenView, Connection } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import { dialect } from './dialect.ts';

const viewsQuery = (columns: string): string =>
  `select ${columns} from duckdb_views() where database_name = current_database() and not internal`;

const word = /"(?:[^"]|"")*"|[\p{L}\p{N}_$]+/gu;

/** Texts of views are dear, so they are read only when there is a view that nobody vouches for. */
export async function brokenViews(
  connection: Connection,
  changed: readonly Relation[],
  sound: readonly Relation[],
): Promise<readonly BrokenView[]> {
  const key = (relation: Relation): string => dialect.foldIdentifier(dialect.relation(relation));
  const known = new Set(sound.map(key));
  const views = await listViews(connection, 'schema_name, view_name');
  if (views.every(({ view }) => known.has(key(view)))) return [];
  const broken: BrokenView[] = [];
  for (const { view, sql } of await listViews(connection, 'schema_name, view_name, sql')) {
    if (known.has(key(view))) continue;
    const reads = findRead(sql, changed);
    const message = reads === undefined ? undefined : await problemOf(connection, view);
    if (reads !== undefined && message !== undefined) broken.push({ view, reads, message });
  }
  return broken;
}

async function listViews(connection: Connection, columns: string): Promise<readonly { readonly view: Relation; readonly sql: string }[]> {
  const { rows } = await connection.query({ sql: viewsQuery(columns) });
  return rows.map(([schema, name, sql]) => ({ view: { schema: String(schema), name: String(name) }, sql: String(sql) }));
}

/** The one of `changed` that the text of a view names. The schema decides nothing: a view may leave it out. */
function findRead(sql: string, changed: readonly Relation[]): Relation | undefined {
  const words = (sql.match(word) ?? []).map((text) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text));
  const folded = new Set(words.map(dialect.foldIdentifier));
  return changed.find(({ name }) => folded.has(dialect.foldIdentifier(name)));
}

/** Why the view cannot be read, in the engine's words. */
async function problemOf(connection: Connection, view: Relation): Promise<string | undefined> {
  try {
    await connection.query({ sql: `select * from ${dialect.relation(view)} limit 0` });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return cause.details.redacted;
  }
}

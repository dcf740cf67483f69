/**
 * Keeps DuckDB's engines for the commands that follow in the same process: starting one takes longer than most commands
 * of these tests do besides. Users have a process for each command, so an engine is only kept if it is as good as new.
 */
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBMaterializedResult, DuckDBType, DuckDBValue } from '@duckdb/node-api';

/** What `tx` sets of an engine as a whole. */
const settings = [
  'autoinstall_known_extensions',
  'autoload_known_extensions',
  'errors_as_json',
  'file_search_path',
  'memory_limit',
  'temp_directory',
  'threads',
  'TimeZone',
];
const reset = settings.map((name) => `reset global ${name}`).join('; ');

/** Whatever else of an engine outlives its connections: others that are open, databases, extensions, settings, objects in its own database. */
const look = `select
  (select count from duckdb_connection_count()),
  (select string_agg(database_name, ',' order by database_name) from duckdb_databases()),
  (select string_agg(extension_name, ',' order by extension_name) from duckdb_extensions() where loaded),
  (select md5(string_agg(name || '=' || coalesce(value, ''), ',' order by name)) from duckdb_settings()),
  (select count(*) from duckdb_tables()),
  (select count(*) from duckdb_views() where not internal),
  (select count(*) from duckdb_schemas() where not internal)`;

/** Text that is the same for all engines that are as good as new. */
async function stateOf(engine: DuckDBInstance): Promise<string> {
  const connection = await engine.connect();
  try {
    await connection.run(reset);
    return JSON.stringify((await connection.runAndReadAll(look)).getRowsJson());
  } finally {
    connection.disconnectSync();
  }
}

const start = DuckDBInstance.create.bind(DuckDBInstance);
const engines: { closeSync: (this: DuckDBInstance) => void; connect: (this: DuckDBInstance) => Promise<DuckDBConnection> } =
  DuckDBInstance.prototype;
const connections: { run: typeof runCounted } = DuckDBConnection.prototype;
const { closeSync: stop, connect } = engines;
const { run } = connections;
/** Those that this file has started, with their state when they were new. */
const own = new Map<DuckDBInstance, string>();
const idle = new Set<DuckDBInstance>();
/** How many databases each has attached, and whose each connection is. */
const attached = new WeakMap<DuckDBInstance, number>();
const engineOf = new WeakMap<DuckDBConnection, DuckDBInstance>();
const ATTACH = /\battach\b/gi;
const DETACH = /\bdetach\b/gi;

async function takeIdle(): Promise<DuckDBInstance | undefined> {
  for (const engine of idle) {
    idle.delete(engine);
    // What was changed for good refuses to be reset.
    if ((await stateOf(engine).catch(() => '')) === own.get(engine)) return engine;
    own.delete(engine);
    stop.call(engine);
  }
  return undefined;
}

async function take(path?: string, options?: Record<string, string>): Promise<DuckDBInstance> {
  if (path !== ':memory:' || options !== undefined) return start(path, options);
  const kept = await takeIdle();
  if (kept !== undefined) return kept;
  const engine = await start(path);
  own.set(engine, await stateOf(engine));
  return engine;
}

/** An engine that is closed with a file in it lets go of the file at once, as whoever reads that next expects. */
function giveBack(this: DuckDBInstance): void {
  if (own.has(this) && (attached.get(this) ?? 0) === 0) idle.add(this);
  else {
    own.delete(this);
    stop.call(this);
  }
}

async function connectTo(this: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await connect.call(this);
  engineOf.set(connection, this);
  return connection;
}

/** Counts what is attached. A text that says more about it than it does leaves a number other than none, and so an engine that is not kept. */
async function runCounted(
  this: DuckDBConnection,
  sql: string,
  values?: DuckDBValue[] | Record<string, DuckDBValue>,
  types?: DuckDBType[] | Record<string, DuckDBType | undefined>,
): Promise<DuckDBMaterializedResult> {
  const engine = engineOf.get(this);
  const count = (word: RegExp): void => {
    if (engine !== undefined)
      attached.set(engine, (attached.get(engine) ?? 0) + (sql.match(word)?.length ?? 0) * (word === DETACH ? -1 : 1));
  };
  count(ATTACH);
  const result = await run.call(this, sql, values, types);
  count(DETACH);
  return result;
}

/** The driver is loaded once for all files of a worker, this file once for each of them. */
const driver: { create: typeof DuckDBInstance.create; isKept?: boolean } = DuckDBInstance;
if (driver.isKept !== true) {
  driver.isKept = true;
  driver.create = take;
  engines.closeSync = giveBack;
  engines.connect = connectTo;
  connections.run = runCounted;
}

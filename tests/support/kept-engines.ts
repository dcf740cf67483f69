/**
 * Keeps DuckDB's engines for the commands that follow in the same process: starting one takes longer than most commands
 * of these tests do besides. Users have a process for each command, so an engine is only kept if it is as good as new.
 */
import { DuckDBInstance } from '@duckdb/node-api';

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
const prototype: { closeSync: (this: DuckDBInstance) => void } = DuckDBInstance.prototype;
const stop = prototype.closeSync;
/** Those that this file has started, with their state when they were new. */
const own = new Map<DuckDBInstance, string>();
const idle = new Set<DuckDBInstance>();

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

function giveBack(this: DuckDBInstance): void {
  if (own.has(this)) idle.add(this);
  else stop.call(this);
}

/** The driver is loaded once for all files of a worker, this file once for each of them. */
const driver: { create: typeof DuckDBInstance.create; isKept?: boolean } = DuckDBInstance;
if (driver.isKept !== true) {
  driver.isKept = true;
  driver.create = take;
  prototype.closeSync = giveBack;
}

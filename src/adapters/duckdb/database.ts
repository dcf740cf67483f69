/** Owns the one instance that a process may have for a database file, and shares it between sessions. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { EngineError } from '../../adapter/engine-error.ts';
import { checkNetworkFileSystem } from './database-location.ts';
import type { DatabaseLocation } from './database-location.ts';
import { databaseAlias, engineError, ownError } from './errors.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { takeInstance } from './spare-instance.ts';
import { createThreadBalance } from './thread-balance.ts';
import type { ThreadBalance } from './thread-balance.ts';

export interface DatabaseOptions {
  readonly location: DatabaseLocation;
  readonly projectRoot: string;
  readonly readOnly: boolean;
  readonly memoryLimit: string | undefined;
  /** Statements for the settings that the target names. */
  readonly settings: readonly string[];
}

/** An open database file; closed by the last session that uses it. */
export interface Database {
  readonly readOnly: boolean;
  readonly threads: ThreadBalance;
  readonly connect: () => Promise<DuckDBConnection>;
  readonly close: () => Promise<void>;
}

const checkpoint = `checkpoint ${quoteIdentifier(databaseAlias)}`;

interface Shared {
  readonly database: Promise<Database>;
  users: number;
}

const open = new Map<string, Shared>();
/** Files on their way out: to be waited for before the same file is opened again. */
const closing = new Map<string, Promise<void>>();

/** Gives the database of a file, opening it for the first session. Each call needs one `close`. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { key } = options.location;
  await closing.get(key);
  let shared = open.get(key);
  if (shared === undefined) {
    shared = { database: createDatabase(options), users: 0 };
    open.set(key, shared);
  }
  const mine = shared;
  mine.users += 1;
  try {
    const database = await mine.database;
    if (database.readOnly && !options.readOnly) {
      throw ownError('read-only', `${options.location.description} is already open for reading only in this process`);
    }
    return { ...database, close: () => leave(key, mine) };
  } catch (cause) {
    await leave(key, mine).catch(() => undefined);
    throw cause;
  }
}

async function leave(key: string, shared: Shared): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  open.delete(key);
  const closed = shared.database.then((database) => database.close());
  const settled = closed.catch(() => undefined);
  closing.set(key, settled);
  await settled;
  closing.delete(key);
  await closed;
}

async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const { location, readOnly } = options;
  prepareFolder(location, readOnly);
  const instance = await takeInstance();
  let control: DuckDBConnection | undefined;
  try {
    control = await instance.connect();
    await control.run([ownSettings(options), ...options.settings].join(';\n'));
    await control.run(attachStatement(location, readOnly));
    if (!readOnly && hasLog(location)) await control.run(checkpoint);
  } catch (cause) {
    control?.disconnectSync();
    instance.closeSync();
    throw locationError(cause, location);
  }
  if (!readOnly) removeSpill(location);
  return databaseOn(instance, control, options);
}

function databaseOn(instance: DuckDBInstance, control: DuckDBConnection, { location, readOnly }: DatabaseOptions): Database {
  const threads = createThreadBalance(availableParallelism(), async (count) => {
    await control.run(`set global threads = ${count}`);
  });
  return {
    readOnly,
    threads,
    connect: async () => {
      try {
        const connection = await instance.connect();
        await connection.run(`use ${quoteIdentifier(databaseAlias)}`);
        return connection;
      } catch (cause) {
        throw engineError(cause);
      }
    },
    close: async () => {
      const name = quoteIdentifier(databaseAlias);
      try {
        if (!readOnly && location.file !== undefined) await control.run(checkpoint);
        // A result that nobody has collected yet keeps the instance alive, and would keep the file locked.
        await control.run(`detach ${name}`);
      } catch (cause) {
        throw locationError(cause, location);
      } finally {
        control.disconnectSync();
        instance.closeSync();
        if (!readOnly) removeSpill(location);
      }
    },
  };
}

/** All before ATTACH, and those of the target after them. Nothing is downloaded: an extension that is missing is an error of the model that needs it. */
function ownSettings({ location, projectRoot, memoryLimit }: DatabaseOptions): string {
  const values: readonly (readonly [string, string | undefined])[] = [
    ['errors_as_json', 'true'],
    ['temp_directory', location.spill],
    ['TimeZone', 'UTC'],
    ['autoinstall_known_extensions', 'false'],
    ['autoload_known_extensions', 'false'],
    ['threads', String(availableParallelism())],
    ['memory_limit', memoryLimit],
    // The setting is a list separated by commas, with no way to quote one.
    ['file_search_path', projectRoot.includes(',') ? undefined : projectRoot],
  ];
  return values
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `set global ${name} = ${quoteText(value ?? '')}`)
    .join(';\n');
}

/** Attached, never opened directly: only then can every file be opened again after a kill. */
function attachStatement({ file }: DatabaseLocation, readOnly: boolean): string {
  const mode = readOnly && file !== undefined ? ', read_only' : '';
  // Without its type, a file of another engine asks for an extension that could read it.
  return `attach if not exists ${quoteText(file ?? ':memory:')} as ${quoteIdentifier(databaseAlias)} (type duckdb${mode})`;
}

/**
 * Whether a killed process left its log. What the engine replays from it into an index stays in memory until the index is
 * used, and is lost when a commit of any other table happens to write the log back before: the file can then not be used
 * any more. Written back at once, it is safe.
 */
function hasLog({ file }: DatabaseLocation): boolean {
  return file !== undefined && existsSync(`${file}.wal`);
}

function prepareFolder({ file, description }: DatabaseLocation, readOnly: boolean): void {
  if (file === undefined) return;
  const folder = dirname(file);
  try {
    if (!readOnly) makeFolder(folder);
  } catch (cause) {
    throw ownError('io', `the folder of ${description} cannot be made: ${causeCode(cause)}`);
  }
  checkNetworkFileSystem(folder, description);
}

/** Node's own way never ends where a file system says of each folder in it that it is missing. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (cause) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw cause;
  }
}

function causeCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

/** The engine speaks of the absolute path; users know the one that they wrote. */
function locationError(cause: unknown, { file, description }: DatabaseLocation): EngineError {
  const error = engineError(cause);
  if (file === undefined) return error;
  const shown = (text: string): string => text.replaceAll(file, description);
  const { message, redacted, kind } = error.details;
  const hint = kind === 'not-a-database' && isEmptyFile(file) ? { hint: emptyHint } : {};
  return new EngineError({ ...error.details, ...hint, message: shown(message), redacted: shown(redacted) }, { cause });
}

const emptyHint = 'the file is empty and never was a database: remove it, and the first build makes one';

/** As `touch` and `mktemp` leave it. With a log beside it, it may have been more. */
function isEmptyFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === 0 && !existsSync(`${file}.wal`);
}

/** A killed process leaves its spilled data; the lock on the file proves that nobody uses it any more. */
function removeSpill({ spill }: DatabaseLocation): void {
  try {
    for (const entry of readdirSync(spill)) if (entry.startsWith('duckdb_temp_')) rmSync(join(spill, entry), { force: true });
    rmdirSync(spill);
  } catch {
    // Nothing is there, or somebody else's file keeps the folder.
  }
}

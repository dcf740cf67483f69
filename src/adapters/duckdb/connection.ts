/** One connection to an open database: statements, transactions, bulk loads. */
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBResult } from '@duckdb/node-api';
import type { BulkLoad, Cell, Connection, ResultSet, TransactionOptions } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug } from '../../diagnostics/bug.ts';
import { BulkWriter } from './bulk-load.ts';
import { appendRows, typeName } from './cells.ts';
import type { Database } from './database.ts';
import { dialect } from './dialect.ts';
import { databaseAlias, engineError, ownError } from './errors.ts';
import { querySlots } from './query-slots.ts';

const beginText = 'begin transaction;\n';

/** A statement of the user may end in a comment, which must not swallow the semicolon. */
const separator = '\n;\n';

/** The driver's number for CREATE statements, whose row count comes as a result instead of a change count. */
const createStatement = 7;

/** Chunks between two breaths of the event loop during a bulk load. */
const chunksPerBreath = 4;

const interruptEveryMs = 20;

function changedRows(result: DuckDBMaterializedResult): number {
  if (result.statementType !== createStatement) return result.rowsChanged;
  if (result.rowCount === 0 || result.columnCount !== 1) return 0;
  return Number(result.getChunk(0).getColumnVector(0).getItem(0));
}

function columnsOf(result: DuckDBResult): ResultSet['columns'] {
  const names = result.columnNames();
  return result.columnTypes().map((type, index) => ({ name: names[index] ?? '', type: typeName(type) }));
}

export class DatabaseConnection implements Connection {
  readonly #native: DuckDBConnection;
  readonly #database: Database;
  readonly #onClose: (connection: DatabaseConnection) => void;
  /** `asked`: BEGIN goes to the engine with the first statement, which saves a round trip. */
  #transaction: 'none' | 'asked' | 'open' = 'none';
  #failure: EngineError | undefined;
  #running = false;
  #stopped = false;
  #closed = false;

  constructor(native: DuckDBConnection, database: Database, onClose: (connection: DatabaseConnection) => void) {
    this.#native = native;
    this.#database = database;
    this.#onClose = onClose;
  }

  async run(...statements: readonly Statement[]): Promise<number> {
    if (statements.length === 0) return 0;
    return changedRows(await this.#runTogether(statements.map(({ sql }) => sql)));
  }

  query({ sql }: Statement, limit?: number): Promise<ResultSet> {
    return this.#attempt(sql, async (text) => {
      if (limit !== undefined) return this.#firstRows(text, limit);
      const result = await this.#native.run(text);
      const types = result.columnTypes();
      const rows: Cell[][] = [];
      for (let index = 0; index < result.chunkCount; index += 1) {
        const chunk = result.getChunk(index);
        appendRows(rows, chunk, types, chunk.rowCount);
      }
      return { columns: columnsOf(result), rows };
    });
  }

  async queryEach(...statements: readonly Statement[]): Promise<readonly ResultSet[]> {
    const results: ResultSet[] = [];
    for (const statement of statements) results.push(await this.query(statement));
    return results;
  }

  /** One process has the whole database, so there is nobody to lock out or to show anything to. */
  async begin({ reads = [], isShort = false }: TransactionOptions = {}): Promise<readonly ResultSet[]> {
    if (this.#transaction !== 'none') return bug('a transaction is already open on this connection');
    await this.#database.threads.enter(isShort);
    this.#transaction = 'asked';
    this.#failure = undefined;
    return this.queryEach(...reads);
  }

  async commit(...last: readonly Statement[]): Promise<void> {
    if (this.#transaction === 'none') return bug('commit without a transaction');
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#transaction === 'open' || last.length > 0) await this.#runTogether([...last.map(({ sql }) => sql), 'commit']);
    this.#leave();
  }

  async rollback(): Promise<void> {
    const before = this.#transaction;
    if (before === 'none') return;
    this.#leave();
    if (before === 'open') await this.#attempt('rollback', (text) => this.#native.run(text).catch(ignoreNoTransaction));
  }

  load({ table, columns, rows }: BulkLoad): Promise<number> {
    return this.#attempt('', async (begin) => {
      if (begin !== '') await this.#native.run(begin);
      const temporary = table.schema === dialect.temporarySchema;
      const [catalog, schema] = temporary ? ['temp', 'main'] : [databaseAlias, table.schema];
      const appender = await this.#native.createAppender(table.name, schema, catalog);
      try {
        if (appender.columnCount !== columns.length) return bug(`a load of ${columns.length} columns into ${appender.columnCount}`);
        const count = await this.#write(new BulkWriter(appender, columns.length), rows);
        appender.closeSync();
        return count;
      } catch (cause) {
        appender.clear();
        appender.closeSync();
        throw cause;
      }
    });
  }

  interrupt(): void {
    this.#stopped = true;
    this.#interruptRunning();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.rollback();
    } catch (cause) {
      // What cannot be rolled back any more ends with the connection; why that is has been told by the statement that failed.
      if (!(cause instanceof EngineError)) throw cause;
    } finally {
      this.#native.disconnectSync();
      this.#onClose(this);
    }
  }

  /** The engine forgets an interrupt that comes just before one of several statements begins, so it is asked until it hears. */
  #interruptRunning(): void {
    if (!this.#running || !this.#stopped) return;
    this.#native.interrupt();
    setTimeout(() => this.#interruptRunning(), interruptEveryMs).unref();
  }

  async #write(writer: BulkWriter, rows: BulkLoad['rows']): Promise<number> {
    let count = 0;
    let chunks = 0;
    for (const row of rows) {
      count += 1;
      if (!writer.write(row)) continue;
      chunks += 1;
      if (chunks % chunksPerBreath !== 0) continue;
      await new Promise(setImmediate);
      if (this.#stopped) throw ownError('cancelled', 'the load was interrupted');
    }
    writer.end();
    return count;
  }

  /** Reads chunk by chunk, so that the rest of a large result is never made. */
  async #firstRows(text: string, limit: number): Promise<ResultSet> {
    const result = await this.#native.stream(text);
    const types = result.columnTypes();
    const rows: Cell[][] = [];
    let chunk = await result.fetchChunk();
    while (chunk !== null && chunk.rowCount > 0 && rows.length < limit) {
      appendRows(rows, chunk, types, Math.min(chunk.rowCount, limit - rows.length));
      if (rows.length < limit) chunk = await result.fetchChunk();
    }
    // An unfinished stream keeps its snapshot, and the file busy, until the next statement.
    if (chunk !== null) await this.#native.run('');
    return { columns: columnsOf(result), rows };
  }

  /** One text of several statements, which saves round trips; an error is traced back to its statement. */
  async #runTogether(texts: readonly string[]): Promise<DuckDBMaterializedResult> {
    return this.#attempt(texts.join(separator), (text) => this.#native.run(text), texts);
  }

  /** Runs one job in its turn; remembers the first failure of a transaction. `texts` are the parts of `sql`. */
  async #attempt<T>(sql: string, job: (text: string) => Promise<T>, texts: readonly string[] = []): Promise<T> {
    if (this.#failure !== undefined && this.#transaction !== 'none') throw this.#failure;
    const prefix = this.#transaction === 'asked' ? beginText : '';
    this.#stopped = false;
    const wait = querySlots.acquire();
    if (wait !== undefined) await wait;
    try {
      if (this.#stopped) throw ownError('cancelled', 'Interrupted!');
      // The driver takes text up to the first NUL and would run only that part.
      if (sql.includes('\0')) throw ownError('syntax', 'the statement contains a NUL character');
      this.#running = true;
      if (prefix !== '') this.#transaction = 'open';
      return await job(prefix + sql);
    } catch (cause) {
      const error = withinStatement(engineError(cause, prefix + sql, prefix.length), texts);
      if (this.#transaction !== 'none') this.#failure ??= error;
      throw error;
    } finally {
      this.#running = false;
      querySlots.release();
    }
  }

  #leave(): void {
    this.#transaction = 'none';
    this.#failure = undefined;
    this.#database.threads.leave();
  }
}

/** Counts the position of an error in the statement that it belongs to. */
function withinStatement(error: EngineError, texts: readonly string[]): EngineError {
  const { position } = error.details;
  if (position === undefined) return error;
  let start = 0;
  for (const [statement, text] of texts.entries()) {
    if (statement > 0 && position >= start && position < start + text.length + separator.length)
      return new EngineError({ ...error.details, statement, position: position - start }, { cause: error.cause });
    start += text.length + separator.length;
  }
  return error;
}

/** After a failed COMMIT or a text that did not even parse, the engine has no transaction to roll back. */
function ignoreNoTransaction(cause: unknown): void {
  if (!/no transaction is active/.test(String(cause))) throw cause;
}

/** One connection to a server: statements, transactions, bulk loads. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { BulkLoad, Connection, ResultSet, TransactionOptions } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug } from '../../diagnostics/bug.ts';
import { copyOf, copyRows } from './bulk-load.ts';
import { cellOf } from './cells.ts';
import { engineError, ownError } from './errors.ts';
import { destroySocket, endClient, exchange, ExchangeFailure, sendCounted, taggedRows } from './exchange.ts';
import type { Answer, QueryRequest, Request } from './exchange.ts';
import { quoteText } from './quoting.ts';
import { LockWatch } from './lock-watch.ts';
import { limitWaits, lockError, lockTimeout, tryLock, waitForLock } from './relation-locks.ts';
import { requestFor, roundTrips } from './round-trips.ts';
import { processOf } from './server.ts';
import type { Server } from './server.ts';
import type { TypeNames } from './type-names.ts';

/** Each statement sees what was committed before it began: what is read under a lock is fresh. */
const beginText = 'begin isolation level read committed';

/** Gives the transaction its number at once, by which it can be asked for should its COMMIT go unanswered. */
const transactionText = 'select pg_catalog.pg_current_xact_id()::text';

/** The server forgets a cancel that arrives while it is idle, so it is asked until it hears, and then no more. */
const cancelEveryMs = 50;
const cancelForMs = 1500;

export interface ConnectionOptions {
  readonly server: Server;
  readonly typeNames: TypeNames;
  /** Transactions have no number unless they write. */
  readonly readOnly: boolean;
  /** `client` is as new and may serve somebody else. */
  readonly onClose: (connection: DatabaseConnection, client: Client | undefined) => void;
}

/** What a job sends; `offset` is the number of statements that went before it in the same call. */
interface Sent {
  readonly texts: readonly string[];
  readonly offset?: number;
}

/** A job on its way; a later one is another object. */
interface Job {
  readonly client: Client;
}

export class DatabaseConnection implements Connection {
  readonly #options: ConnectionOptions;
  #client: Client | undefined;
  /** What listened to the client does no more. */
  #forget: () => void = () => undefined;
  /** `asked`: BEGIN goes to the server with the first statement, which saves a round trip. */
  #transaction: 'none' | 'asked' | 'open' = 'none';
  #number: string | undefined;
  #failure: EngineError | undefined;
  /** Of a transaction whose waits have a limit. */
  #watch: LockWatch | undefined;
  #job: Job | undefined;
  /** Characters of ours before the caller's text. */
  #skip = 0;
  #stopped = false;
  /** How often an interrupt was asked for: what takes several statements looks between them. */
  #interrupts = 0;
  #cancelling: Promise<void> = Promise.resolve();
  /** Something ran that may have changed the session. */
  #touched = false;
  #closed = false;

  constructor(client: Client, options: ConnectionOptions) {
    this.#options = options;
    this.#adopt(client);
  }

  async run(...statements: readonly Statement[]): Promise<number> {
    this.#touched = true;
    let rows = 0;
    let first = 0;
    for (const group of roundTrips(statements)) {
      const offset = first;
      const texts = group.map(({ sql }) => sql);
      const answers = await this.#attempt({ texts, offset }, (client) => this.#send(client, requestFor(group)));
      rows = taggedRows(answers.at(-1)?.tag ?? '');
      first += group.length;
    }
    return rows;
  }

  async query({ sql, kept }: Statement, limit?: number): Promise<ResultSet> {
    const [result] = await this.#ask([{ sql, kept, limit }]);
    return result ?? bug('a query without a result');
  }

  queryEach(...statements: readonly Statement[]): Promise<readonly ResultSet[]> {
    this.#touched = true;
    return this.#ask(statements.map(({ sql, kept }) => ({ sql, kept })));
  }

  /** Without options BEGIN waits for the first statement. A lock that is refused is waited for in a transaction that holds no other. */
  async begin(options: TransactionOptions = {}): Promise<readonly ResultSet[]> {
    if (this.#transaction !== 'none') return bug('a transaction is already open on this connection');
    this.#touched = true;
    this.#enter(options);
    const { locks = [], reads = [] } = options;
    const interrupts = this.#interrupts;
    const own = [...labelText(options.label), ...this.#limitText()];
    const opening = [...own, ...locks.map(tryLock)].map((sql) => ({ sql }));
    const results = await this.queryEach(...opening, ...reads);
    const granted = results.slice(opening.length - locks.length, opening.length);
    if (granted.every(({ rows }) => rows[0]?.[0] === true)) return results.slice(opening.length);
    await this.rollback();
    this.#enter(options);
    await this.queryEach(...own.map((sql) => ({ sql })));
    await this.#waitForLocks(locks, options, interrupts);
    return this.queryEach(...reads);
  }

  async commit(...last: readonly Statement[]): Promise<void> {
    if (this.#transaction === 'none') return bug('commit without a transaction');
    if (this.#failure !== undefined) throw this.#failure;
    await this.run(...last);
    if (this.#transaction === 'open') await this.#attempt({ texts: ['commit'] }, (client) => this.#sendCommit(client));
    this.#leave();
  }

  async rollback(): Promise<void> {
    const before = this.#transaction;
    if (before === 'none') return;
    this.#leave();
    // A cancel that is still on its way would hit the ROLLBACK.
    await this.#cancelling;
    // Without its connection the transaction is gone already.
    if (before !== 'open' || this.#client === undefined) return;
    const client = this.#client;
    try {
      await this.#attempt({ texts: ['rollback'] }, () => exchange(client, { kind: 'script', sql: 'rollback' }));
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      // What cannot be rolled back by a word is rolled back by the end of the connection.
      destroySocket(client);
      this.#client = undefined;
    }
  }

  /** After a failure: undoes what came behind the savepoint, which was set in the same call, and the failure with it. */
  async undoTo(savepoint: string): Promise<void> {
    await this.#cancelling;
    this.#failure = undefined;
    // What failed before it was sent has left nothing behind.
    if (this.#client?.getTransactionStatus() !== 'E') return;
    await this.queryEach({ sql: `rollback to savepoint ${savepoint}` }, { sql: `release savepoint ${savepoint}` });
  }

  load(bulk: BulkLoad): Promise<number> {
    const copy = copyOf(bulk);
    return this.#attempt({ texts: [copy.sql] }, async (client) => {
      await this.#send(client, { kind: 'queries', queries: [] });
      const check = (): void => {
        if (this.#stopped) throw ownError('cancelled', 'the load was interrupted');
      };
      return copyRows(client, copy, check);
    });
  }

  interrupt(): void {
    this.#stopped = true;
    this.#interrupts += 1;
    const job = this.#job;
    if (job !== undefined) this.#cancelling = this.#cancelUntilHeard(job);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.rollback();
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    const reusable = client !== undefined && !this.#touched;
    this.#forget();
    if (client !== undefined && this.#touched) await endClient(client);
    this.#options.onClose(this, reusable ? client : undefined);
  }

  #enter(options: TransactionOptions): void {
    const { lockTimeoutMs } = options;
    this.#transaction = 'asked';
    this.#failure = undefined;
    const ask = (sql: string): ReturnType<Server['ask']> => this.#options.server.ask(sql);
    this.#watch = lockTimeoutMs === undefined ? undefined : new LockWatch(ask, lockTimeoutMs, options);
  }

  /** Any statement of the transaction may meet a lock: of a reader, of whoever alters a table, of a backup. */
  #limitText(): readonly string[] {
    return this.#watch === undefined ? [] : [limitWaits(this.#watch.limitMs)];
  }

  async #waitForLocks(locks: readonly Relation[], { lockTimeoutMs, onWait }: TransactionOptions, interrupts: number): Promise<void> {
    const deadline = lockTimeoutMs === undefined ? undefined : performance.now() + lockTimeoutMs;
    for (const relation of locks) {
      const [answer] = await this.queryEach({ sql: tryLock(relation) });
      if (answer?.rows[0]?.[0] === true) continue;
      const holder = await this.#options.server.holderOf(relation);
      const left = deadline === undefined ? undefined : deadline - performance.now();
      if (left !== undefined && left <= 0) throw lockTimeout(relation, holder);
      onWait?.({ relation, holder });
      if (this.#interrupts !== interrupts) throw ownError('cancelled', 'canceling statement due to user request');
      try {
        const limit = left === undefined ? [] : [{ sql: limitWaits(left) }];
        await this.queryEach(...limit, { sql: waitForLock(relation) }, { sql: limitWaits(this.#watch?.limitMs) });
      } catch (cause) {
        throw lockError(cause, relation, holder);
      }
    }
  }

  /** Runs queries in one round trip and gives their rows with the names of their types. */
  async #ask(queries: readonly QueryRequest[]): Promise<readonly ResultSet[]> {
    if (queries.length === 0) return [];
    return this.#attempt({ texts: queries.map(({ sql }) => sql) }, async (client) => {
      const results: ResultSet[] = [];
      for (const { fields, rows } of await this.#send(client, { kind: 'queries', queries })) {
        const types = await this.#options.typeNames.of(client, fields);
        results.push({
          columns: fields.map((field, index) => ({ name: field.name, type: types[index] ?? '' })),
          rows: rows.map((row) => row.map((cell, index) => cellOf(cell, fields[index]?.dataTypeID ?? 0))),
        });
      }
      return results;
    });
  }

  #adopt(client: Client): void {
    this.#client = client;
    const gone = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('end', gone);
    client.on('error', gone);
    this.#forget = () => {
      client.off('end', gone);
      client.off('error', gone);
    };
  }

  /** Runs one job in its turn; remembers the first failure of a transaction. */
  async #attempt<T>({ texts, offset = 0 }: Sent, task: (client: Client) => Promise<T>): Promise<T> {
    if (this.#closed) return bug('a statement on a closed connection');
    if (this.#failure !== undefined && this.#transaction !== 'none') throw this.#failure;
    this.#stopped = false;
    this.#skip = 0;
    const watch = this.#watch;
    const startedAt = performance.now();
    let stopWatching: (() => void) | undefined;
    try {
      // The protocol ends a text at the first NUL, and the server would run only that part.
      if (texts.some((sql) => sql.includes('\0'))) throw ownError('syntax', 'the statement contains a NUL character');
      const client = this.#client ?? (await this.#reconnect());
      if (this.#stopped) throw ownError('cancelled', 'canceling statement due to user request');
      this.#job = { client };
      const pid = processOf(client);
      stopWatching = pid === undefined ? undefined : watch?.start(pid);
      return await task(client);
    } catch (cause) {
      const [original, at] = cause instanceof ExchangeFailure ? [cause.cause, cause.index] : [cause, 0];
      const sql = texts[at];
      const context = { skip: this.#skip, stopped: this.#stopped, statement: offset + Math.max(at, 0) };
      const waited = watch?.errorFor(original, performance.now() - startedAt, context.statement);
      const error = waited ?? engineError(original, sql === undefined ? context : { ...context, sql });
      if (this.#transaction !== 'none') this.#failure ??= error;
      throw error;
    } finally {
      stopWatching?.();
      this.#job = undefined;
    }
  }

  /** A connection that was lost is opened again, unless a transaction was lost with it. */
  async #reconnect(): Promise<Client> {
    if (this.#transaction === 'open') throw lost();
    this.#adopt(await this.#options.server.open());
    return this.#client ?? bug('a connection that was just opened');
  }

  /** Sends what a caller asked for, with the BEGIN that it may still be owed; gives the caller's answers. */
  async #send(client: Client, request: Request): Promise<readonly Answer[]> {
    if (this.#transaction !== 'asked') return sendCounted(client, request, 0);
    const before = this.#options.readOnly ? [beginText] : [beginText, transactionText];
    this.#transaction = 'open';
    const answers = await sendCounted(client, this.#withBegin(before, request), before.length);
    this.#number = answers[1]?.rows[0]?.[0] ?? undefined;
    return answers.slice(before.length);
  }

  #withBegin(before: readonly string[], request: Request): Request {
    if (request.kind === 'queries') return { kind: 'queries', queries: [...before.map((sql) => ({ sql })), ...request.queries] };
    const prefix = before.map((sql) => `${sql};\n`).join('');
    this.#skip = prefix.length;
    return { kind: 'script', sql: prefix + request.sql };
  }

  /** COMMIT goes alone, so that nothing of it can be done by a server whose client has died. */
  async #sendCommit(client: Client): Promise<void> {
    // Where there is no transaction, or a failed one, COMMIT succeeds all the same and commits nothing.
    if (client.getTransactionStatus() !== 'T') throw ownError('other', 'the transaction was ended before its COMMIT');
    try {
      const [answer] = await exchange(client, { kind: 'script', sql: 'commit' });
      if (answer?.tag !== 'COMMIT') throw ownError('other', 'the transaction was rolled back by the database');
    } catch (cause) {
      const error = engineError(cause instanceof ExchangeFailure ? cause.cause : cause);
      if (error.details.kind !== 'connection') throw cause;
      await this.#settle(error);
    }
  }

  /** The connection went away with the COMMIT: the server knows what became of it. */
  async #settle(error: EngineError): Promise<void> {
    if (this.#number === undefined) throw error;
    const outcome = await this.#options.server.outcomeOf(this.#number);
    if (outcome === 'committed') return;
    if (outcome === 'aborted') throw lost();
    throw ownError('connection', 'the connection was lost during COMMIT, and whether it was done is not known', {
      hint: 'the records of `tx` in the database tell: they were written in the same transaction',
    });
  }

  async #cancelUntilHeard(job: Job): Promise<void> {
    const pid = processOf(job.client) ?? bug('a connection without a process');
    const deadline = performance.now() + cancelForMs;
    while (this.#job === job) {
      const left = deadline - performance.now();
      if (left <= 0) return destroySocket(job.client);
      const asked = this.#options.server.cancel(pid).catch(() => undefined);
      await Promise.race([asked, sleep(left, undefined, { ref: false })]);
      if (this.#job === job) await sleep(cancelEveryMs);
    }
  }

  #leave(): void {
    this.#transaction = 'none';
    this.#number = undefined;
    this.#failure = undefined;
    this.#watch = undefined;
  }
}

function lost(): EngineError {
  return ownError('connection', 'the connection to the database was lost, and its transaction with it', { retry: 'reconnect' });
}

/** Names the work for as long as the transaction lasts. */
function labelText(label: string | undefined): readonly string[] {
  return label === undefined ? [] : [`select pg_catalog.set_config('application_name', ${quoteText(label)}, true)`];
}

/** Sends statements in one round trip and collects what the server answers, as text. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Submittable } from 'pg';
import type { Statement } from '../../adapter/statement.ts';

export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** The answer to one statement. */
export interface Answer {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** The server's word for what it did, such as `INSERT 0 3`. */
  readonly tag: string;
}

/**
 * What to send. `queries` are parsed by the server one by one, each must be a single statement, and the first that fails
 * ends the round trip; `script` is one text of any number of statements.
 */
export type Request =
  | { readonly kind: 'queries'; readonly queries: readonly QueryRequest[] }
  | { readonly kind: 'script'; readonly sql: string };

export interface QueryRequest {
  readonly sql: string;
  /** The server computes no more rows than this; 0 asks only for the columns. */
  readonly limit?: number | undefined;
  readonly kept?: Statement['kept'];
}

/** Names of the statements that the server keeps for a client: parsed once, and planned once where its values do not matter. */
const keptBy = new WeakMap<Client, Set<string>>();

function keptNames(client: Client): Set<string> {
  const names = keptBy.get(client) ?? new Set<string>();
  keptBy.set(client, names);
  return names;
}

/** A failure, and which of the queries it belongs to. */
export class ExchangeFailure extends Error {
  override readonly cause: unknown;
  readonly index: number;

  constructor(cause: unknown, index: number) {
    super('a statement failed');
    this.cause = cause;
    this.index = index;
  }
}

/** The part of the driver's connection that speaks the protocol. */
interface Wire {
  readonly stream: { readonly cork: () => void; readonly uncork: () => void; readonly destroy: () => void };
  readonly query: (sql: string) => void;
  readonly parse: (message: { readonly text: string; readonly name?: string | undefined }) => void;
  readonly bind: (message: { readonly statement?: string; readonly values?: readonly string[] }) => void;
  readonly describe: (message: { readonly type: 'P' }) => void;
  readonly execute: (message: { readonly rows: number }) => void;
  readonly close: (message: { readonly type: 'P' | 'S'; readonly name?: string }) => void;
  readonly sync: () => void;
  readonly sendCopyFail: (message: string) => void;
}

const endsTransaction = /^(?:commit|rollback)$/;

/** The driver calls these methods as messages arrive. */
class Exchange implements Submittable {
  readonly #request: Request;
  readonly #resolve: (answers: readonly Answer[]) => void;
  readonly #reject: (failure: ExchangeFailure) => void;
  /** What the server keeps, as far as we know. */
  readonly #kept: Set<string>;
  readonly #answers: Answer[] = [];
  #fields: readonly Field[] = [];
  #rows: (readonly (string | null)[])[] = [];

  constructor(
    request: Request,
    kept: Set<string>,
    resolve: (answers: readonly Answer[]) => void,
    reject: (failure: ExchangeFailure) => void,
  ) {
    this.#request = request;
    this.#kept = kept;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: unknown): void {
    // The driver passes its own connection, whose protocol methods its types leave out.
    const wire = connection as Wire;
    if (this.#request.kind === 'script') {
      // A text of the user may drop whatever the server keeps.
      if (!endsTransaction.test(this.#request.sql)) this.#kept.clear();
      wire.query(this.#request.sql);
      return;
    }
    wire.stream.cork();
    for (const { sql, limit, kept } of this.#request.queries) {
      if (kept === undefined) {
        wire.parse({ text: sql });
        wire.bind({});
      } else {
        this.#parseOnce(wire, kept.name, sql);
        wire.bind({ statement: kept.name, values: kept.values });
      }
      wire.describe({ type: 'P' });
      // No limit is spelled 0 on the wire. A portal that has rows left would keep its table in use.
      if (limit !== 0) wire.execute({ rows: limit ?? 0 });
      wire.close({ type: 'P' });
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    this.#fields = message.fields;
    if (this.#request.kind === 'queries' && this.#request.queries[this.#answers.length]?.limit === 0) this.#finish('');
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#finish(message.text);
  }

  handlePortalSuspended(): void {
    this.#finish('');
  }

  handleEmptyQuery(): void {
    this.#finish('');
  }

  handleCopyInResponse(connection: unknown): void {
    // As in `submit`.
    (connection as Wire).sendCopyFail('rows cannot be given to a statement');
  }

  /** Rows that a statement sends to its client by COPY are not for us. */
  handleCopyData(): void {
    this.#rows = [];
  }

  handleError(cause: unknown): void {
    // What came behind the error was not parsed.
    this.#kept.clear();
    this.#reject(new ExchangeFailure(cause, this.#answers.length));
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#answers);
  }

  /** What is closed first may be there or not. */
  #parseOnce(wire: Wire, name: string, text: string): void {
    if (this.#kept.has(name)) return;
    wire.close({ type: 'S', name });
    wire.parse({ text, name });
    this.#kept.add(name);
  }

  #finish(tag: string): void {
    this.#answers.push({ fields: this.#fields, rows: this.#rows, tag });
    this.#fields = [];
    this.#rows = [];
  }
}

/** Sends one request. Rejects with an ExchangeFailure, once the connection can take the next. */
export async function exchange(client: Client, request: Request): Promise<readonly Answer[]> {
  try {
    return await new Promise<readonly Answer[]>((resolve, reject) => {
      client.query(new Exchange(request, keptNames(client), resolve, reject));
    });
  } catch (cause) {
    await whenReady(client);
    throw cause;
  }
}

/** Sends a request with `before` statements of ours in front; a failure then tells which of the caller's it was. */
export async function sendCounted(client: Client, request: Request, before: number): Promise<readonly Answer[]> {
  try {
    return await exchange(client, request);
  } catch (cause) {
    if (!(cause instanceof ExchangeFailure)) throw cause;
    throw new ExchangeFailure(cause.cause, request.kind === 'script' ? 0 : cause.index - before);
  }
}

/** The driver tells of an error before the server is ready again, and complains of statements in between. */
export async function whenReady(client: Client): Promise<void> {
  // Both are there, and in no type: whether the server is ready, and whether the socket still stands.
  const state = client as unknown as { readonly readyForQuery: boolean; readonly _ended: boolean; readonly _queryable: boolean };
  if (state.readyForQuery || state._ended || !state._queryable) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      client.off('drain', done);
      client.off('end', done);
      client.off('error', done);
      resolve();
    };
    client.on('drain', done);
    client.on('end', done);
    client.on('error', done);
  });
}

/** Ends the socket without a word: the server has stopped listening. */
export function destroySocket(client: Client): void {
  // As in `Exchange.submit`.
  (client as unknown as { readonly connection: Wire }).connection.stream.destroy();
}

const goodbyeMs = 1000;

/** Takes leave of the server; one that does not answer is left without. Never rejects. */
export async function endClient(client: Client): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, sleep(goodbyeMs, undefined, { ref: false }).then(() => destroySocket(client))]);
}

/** The number of rows that a command tag tells of. */
export function taggedRows(tag: string): number {
  return Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
}

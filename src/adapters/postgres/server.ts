/** Opens connections to one server, each with the same session settings, and speaks to it beside them. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Client } from 'pg';
import pgpass from 'pgpass';
import type { LockHolder } from '../../adapter/connection.ts';
import type { EngineError } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import { encryptionChoices, lacksTls, mayTryNext } from './encryption.ts';
import type { Encryption } from './encryption.ts';
import { engineError, errorCode, ownError } from './errors.ts';
import { endClient, exchange, ExchangeFailure } from './exchange.ts';
import { openError } from './open-error.ts';
import { quoteText } from './quoting.ts';
import { holderQuery } from './relation-locks.ts';
import type { ConnectionSettings } from './settings.ts';

const oldestVersion = 14;

/** A process that hangs must not hold its locks for ever. */
const idleInTransaction = '10min';

/** How long the fate of a transaction is asked for: a server that crashed has to start again first. */
const settleForMs = 30_000;
const settleEveryMs = 200;

export interface ServerOptions {
  readonly settings: ConnectionSettings;
  readonly searchPath: string;
  readonly projectRoot: string;
  readonly readOnly: boolean;
}

/** A server as one run uses it. */
export class Server {
  /** The server's own word for its version, such as `18.4`. */
  version = '';
  readonly settings: ConnectionSettings;
  readonly #options: ServerOptions;
  #choices: readonly [Encryption, ...Encryption[]];
  /** Serves what must not wait for the statements of a run. */
  #control: Client | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** What the connection beside the run calls itself. */
  #announcement: string | undefined;
  /** Not every system can tell a server that its client is gone. */
  #watchesClient = true;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.#choices = encryptionChoices(options.settings, options.projectRoot);
  }

  /** Opens a connection with all settings of a session. Rejects with an EngineError. */
  async open(): Promise<Client> {
    const client = await this.#connect();
    try {
      await this.#prepare(client);
      return client;
    } catch (cause) {
      await endClient(client);
      throw openError(cause instanceof ExchangeFailure ? cause.cause : cause, this.settings);
    }
  }

  /** Runs one query on the connection beside those of the run; gives its rows. */
  async ask(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    const answer = this.#last.then(async () => {
      this.#control ??= await this.#openControl();
      const client = this.#control;
      try {
        const [only] = await exchange(client, { kind: 'queries', queries: [{ sql }] });
        return only?.rows ?? [];
      } catch (cause) {
        const error = engineError(cause instanceof ExchangeFailure ? cause.cause : cause, { sql });
        if (error.details.kind === 'connection') this.#dropControl(client);
        throw error;
      }
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** As whom, and how, the server is spoken to. */
  async facts(): Promise<readonly (readonly [string, string])[]> {
    const [row] = await this.ask(
      `select session_user, current_user, current_setting('search_path'), (select s.version || ', ' || s.cipher from pg_catalog.pg_stat_ssl s where s.pid = pg_catalog.pg_backend_pid() and s.ssl)`,
    );
    const [user = '', role = '', path = '', encryption = null] = row ?? [];
    return [
      ['user', user === role ? String(user) : `${user} as ${role}`],
      ['encryption', encryption ?? 'none'],
      ['search path', String(path)],
    ];
  }

  /** Who has the lock of a relation, if anybody. */
  async holderOf(relation: Relation): Promise<LockHolder | undefined> {
    const [row] = await this.ask(holderQuery(relation));
    return row === undefined ? undefined : { pid: Number(row[0]), label: row[1] ?? '' };
  }

  /** Shows a run to others, for as long as the connection beside it stands. */
  async announceRun(id: string): Promise<void> {
    this.#announcement = runLabel(id);
    await this.ask(announce(this.#announcement));
  }

  /** Those of these runs that no connection shows. Behind a pooler, whose connections serve many, nothing is known. */
  async deadRuns(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const labels = ids.map((id) => quoteText(runLabel(id))).join(', ');
    const rows = await this.ask(
      `select a.application_name, pg_catalog.pg_backend_pid() from (select 1) as one left join pg_catalog.pg_stat_activity a on a.datname = pg_catalog.current_database() and a.application_name in (${labels})`,
    );
    if (Number(rows[0]?.[1]) !== processOf(this.#control)) return [];
    const alive = new Set(rows.map(([label]) => label));
    return ids.filter((id) => !alive.has(runLabel(id)));
  }

  /** Asks the server to stop what the process `pid` is doing. */
  async cancel(pid: number): Promise<void> {
    await this.ask(`select pg_catalog.pg_cancel_backend(${pid})`);
  }

  /** What became of a transaction whose COMMIT was sent and never answered. */
  async outcomeOf(transaction: string): Promise<'committed' | 'aborted' | 'unknown'> {
    const deadline = performance.now() + settleForMs;
    while (performance.now() < deadline) {
      try {
        const [row] = await this.ask(`select pg_catalog.pg_xact_status(${quoteText(transaction)}::pg_catalog.xid8)`);
        const status = row?.[0];
        if (status === 'committed' || status === 'aborted') return status;
        // Too old to be known.
        if (status === null) return 'unknown';
      } catch (cause) {
        if (engineError(cause).details.retry !== 'reconnect') return 'unknown';
      }
      await sleep(settleEveryMs);
    }
    return 'unknown';
  }

  async close(): Promise<void> {
    await this.#last;
    const control = this.#control;
    this.#control = undefined;
    if (control !== undefined) await endClient(control);
  }

  async #openControl(): Promise<Client> {
    const client = await this.open();
    if (this.#announcement !== undefined) await exchange(client, { kind: 'queries', queries: [{ sql: announce(this.#announcement) }] });
    return client;
  }

  #dropControl(client: Client): void {
    if (this.#control === client) this.#control = undefined;
    void endClient(client);
  }

  async #connect(): Promise<Client> {
    const [choice, ...others] = this.#choices;
    try {
      return await this.#connectWith(choice);
    } catch (cause) {
      const [next] = others;
      if (next === undefined || !mayTryNext(cause, this.settings.sslMode)) throw openError(cause, this.settings);
      try {
        const client = await this.#connectWith(next);
        // What worked once is what the others begin with.
        this.#choices = [next, choice];
        return client;
      } catch (second) {
        throw openError(lacksTls(second) ? cause : second, this.settings);
      }
    }
  }

  async #connectWith(encryption: Encryption): Promise<Client> {
    const { settings } = this;
    const { host, port, user, database, options, password } = settings;
    const client = new pg.Client({
      host,
      port,
      user,
      database,
      password: password ?? (() => passwordFromFile(settings)),
      ssl: encryption,
      application_name: 'tx',
      connectionTimeoutMillis: settings.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      enableChannelBinding: settings.channelBinding,
      ...(options === undefined ? {} : { options }),
    });
    // Without a listener the end of the server would be the end of this process. Whoever waits for an answer is told.
    client.on('error', () => undefined);
    client.on('notice', () => undefined);
    let version = '';
    // The driver hands messages of the protocol on from its connection, which its types leave out.
    const wire = (client as unknown as { readonly connection: NodeJS.EventEmitter }).connection;
    wire.on('parameterStatus', (message: { readonly parameterName: string; readonly parameterValue: string }) => {
      if (message.parameterName === 'server_version') version = message.parameterValue;
    });
    try {
      await client.connect();
    } catch (cause) {
      await endClient(client);
      throw cause;
    }
    const problem = versionProblem(version);
    if (problem !== undefined) {
      await endClient(client);
      throw problem;
    }
    this.version = version.split(' ')[0] ?? version;
    return client;
  }

  async #prepare(client: Client): Promise<void> {
    try {
      await exchange(client, { kind: 'queries', queries: [{ sql: this.#sessionSettings() }] });
    } catch (cause) {
      if (!this.#watchesClient || !(cause instanceof ExchangeFailure) || errorCode(cause.cause) !== '22023') throw cause;
      this.#watchesClient = false;
      await exchange(client, { kind: 'queries', queries: [{ sql: this.#sessionSettings() }] });
    }
  }

  /** One statement: the same text, dates and numbers for everybody, whatever the server's or the role's defaults are. */
  #sessionSettings(): string {
    const { settings } = this;
    const { searchPath, readOnly } = this.#options;
    const values: readonly (readonly [string, string | undefined])[] = [
      // Before anything else: a role may have rights on objects that the user has not.
      ['role', settings.role],
      ['client_connection_check_interval', this.#watchesClient ? '1000' : undefined],
      ['idle_in_transaction_session_timeout', idleInTransaction],
      ['statement_timeout', settings.statementTimeout],
      ['search_path', searchPath],
      ['TimeZone', 'UTC'],
      ['DateStyle', 'ISO, MDY'],
      ['IntervalStyle', 'postgres'],
      ['extra_float_digits', '1'],
      ['bytea_output', 'hex'],
      ['standard_conforming_strings', 'on'],
      ['client_min_messages', 'warning'],
      ['default_transaction_read_only', readOnly ? 'on' : undefined],
    ];
    const calls = values.flatMap(([name, value]) =>
      value === undefined ? [] : [`pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, false)`],
    );
    return `select ${calls.join(', ')}`;
  }
}

const runLabel = (id: string): string => `tx/${id}`;

function announce(label: string): string {
  return `select pg_catalog.set_config('application_name', ${quoteText(label)}, false)`;
}

/** The number of the process that serves a connection; a pooler gives a number of its own. */
export function processOf(client: Client | undefined): number | undefined {
  // In every type but the driver's own.
  return (client as unknown as { readonly processID?: number } | undefined)?.processID;
}

/** Refuses servers that lack what the protocol of a run stands on. */
export function versionProblem(version: string): EngineError | undefined {
  const major = Number(/^\d+/.exec(version)?.[0] ?? 0);
  if (major >= oldestVersion) return undefined;
  return ownError(
    'other',
    `the server is PostgreSQL ${version === '' ? 'of an unknown version' : version}, and tx needs ${oldestVersion} or newer`,
  );
}

function passwordFromFile({ host, port, user, database }: ConnectionSettings): Promise<string> {
  // An empty text stands for no password, and the driver says so.
  return new Promise((resolve) => pgpass({ host, port, user, database }, (password) => resolve(password ?? '')));
}

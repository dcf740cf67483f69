/**
 * Wraps an adapter so that each call to the database is counted, and the process can end itself by SIGKILL right
 * before, during or right after the n-th call. Production code knows nothing of it.
 */
import { basename } from 'node:path';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { BulkLoad, Connection, ResultSet, Session, TransactionOptions } from '../../src/adapter/connection.ts';
import type { Statement } from '../../src/adapter/statement.ts';
import { disk } from '../../src/project/disk.ts';
import type { FileSystem } from '../../src/project/file-system.ts';

export type Side = 'before' | 'during' | 'after';

export interface KillPoint {
  /** From 1, in the order of the calls. */
  readonly at: number;
  readonly side: Side;
}

/** What is broken on purpose, to prove that the checks notice. */
export type Sabotage = 'split-transaction' | 'drop-state-row' | 'state-after-commit';

export interface Call {
  readonly kind: 'file' | 'open' | 'connect' | 'run' | 'query' | 'begin' | 'commit' | 'rollback' | 'load' | 'row' | 'disconnect' | 'close';
  readonly sql: string;
}

export interface FaultOptions {
  readonly kill?: KillPoint;
  readonly sabotage?: Sabotage;
  /** Send statements one by one that would go together, which makes kill points between them. */
  readonly splitTexts: boolean;
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // Nothing may happen between the signal and the end.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('the process outlived its SIGKILL');
}

/** Counts calls, and dies at the one that was chosen. */
class Countdown {
  readonly calls: Call[] = [];
  readonly #kill: KillPoint | undefined;

  constructor(kill: KillPoint | undefined) {
    this.#kill = kill;
  }

  async pass<T>(call: Call, action: () => Promise<T>): Promise<T> {
    this.calls.push(call);
    const side = this.#kill?.at === this.calls.length ? this.#kill.side : undefined;
    if (side === undefined) return action();
    if (side === 'before') die();
    const pending = action();
    // Whether the engine has finished by now, nobody knows: that is the point.
    if (side === 'during') setTimeout(die, Math.random() * 2);
    // A call that fails has an end too.
    await pending.catch(() => undefined);
    if (side === 'after') die();
    return new Promise<T>(() => undefined);
  }

  /** The same for what is over at once. */
  passNow<T>(call: Call, action: () => T): T {
    this.calls.push(call);
    const side = this.#kill?.at === this.calls.length ? this.#kill.side : undefined;
    if (side === 'before') die();
    const done = action();
    if (side !== undefined) die();
    return done;
  }

  *rows<T>(rows: Iterable<T>): Generator<T, void, undefined> {
    for (const row of rows) {
      this.calls.push({ kind: 'row', sql: '' });
      const side = this.#kill?.at === this.calls.length ? this.#kill.side : undefined;
      if (side === 'before') die();
      yield row;
      if (side !== undefined) die();
    }
  }
}

/** The text that records a build. */
export const stateRow: RegExp = /^insert into "_tx"\."records"[^']*'(?:build|failure)'/;

class FaultConnection implements Connection {
  readonly #real: Connection;
  readonly #countdown: Countdown;
  readonly #options: FaultOptions;
  #inTransaction = false;

  constructor(real: Connection, countdown: Countdown, options: FaultOptions) {
    this.#real = real;
    this.#countdown = countdown;
    this.#options = options;
  }

  async run(...statements: readonly Statement[]): Promise<number> {
    if (!this.#options.splitTexts && statements.length > 0)
      return this.#countdown.pass({ kind: 'run', sql: textOf(statements) }, () => this.#real.run(...statements));
    let changed = 0;
    for (const statement of statements) {
      if (await this.#dropsStateRow(statement.sql)) continue;
      changed = await this.#countdown.pass({ kind: 'run', sql: statement.sql }, () => this.#real.run(statement));
      await this.#afterStatement();
    }
    return changed;
  }

  async query(statement: Statement, limit?: number): Promise<ResultSet> {
    if (await this.#dropsStateRow(statement.sql)) return { columns: [], rows: [] };
    const result = await this.#countdown.pass({ kind: 'query', sql: statement.sql }, () => this.#real.query(statement, limit));
    await this.#afterStatement();
    return result;
  }

  async queryEach(...statements: readonly Statement[]): Promise<readonly ResultSet[]> {
    if (!this.#options.splitTexts && statements.length > 0)
      return this.#countdown.pass({ kind: 'query', sql: textOf(statements) }, () => this.#real.queryEach(...statements));
    const results: ResultSet[] = [];
    for (const statement of statements) results.push(await this.query(statement));
    return results;
  }

  begin(options?: TransactionOptions): Promise<readonly ResultSet[]> {
    this.#inTransaction = true;
    return this.#countdown.pass({ kind: 'begin', sql: '' }, () => this.#real.begin(options));
  }

  async commit(...last: readonly Statement[]): Promise<void> {
    if (this.#options.splitTexts && last.length > 0) {
      await this.run(...last);
      await this.commit();
      return;
    }
    this.#inTransaction = false;
    await this.#countdown.pass({ kind: 'commit', sql: textOf(last) }, () => this.#real.commit(...last));
  }

  rollback(): Promise<void> {
    this.#inTransaction = false;
    return this.#countdown.pass({ kind: 'rollback', sql: '' }, () => this.#real.rollback());
  }

  load(bulk: BulkLoad): Promise<number> {
    const rows = this.#countdown.rows(bulk.rows);
    return this.#countdown.pass({ kind: 'load', sql: '' }, () => this.#real.load({ ...bulk, rows }));
  }

  interrupt(): void {
    this.#real.interrupt();
  }

  close(): Promise<void> {
    return this.#countdown.pass({ kind: 'disconnect', sql: '' }, () => this.#real.close());
  }

  /** Cuts before a state row, or tells that it must not be written, as the sabotage wants it. */
  async #dropsStateRow(sql: string): Promise<boolean> {
    if (!stateRow.test(sql)) return false;
    if (this.#options.sabotage === 'state-after-commit') await this.#cut();
    return this.#options.sabotage === 'drop-state-row';
  }

  async #afterStatement(): Promise<void> {
    if (this.#options.sabotage === 'split-transaction') await this.#cut();
  }

  async #cut(): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#real.commit();
    await this.#real.begin();
  }
}

function textOf(statements: readonly Statement[]): string {
  return statements.map((statement) => statement.sql).join('\n;\n');
}

/** The adapter, watched; `calls` grows while it is used. */
export function watchAdapter(
  adapter: Adapter,
  options: FaultOptions,
): { readonly adapter: Adapter; readonly files: FileSystem; readonly calls: readonly Call[] } {
  const countdown = new Countdown(options.kill);
  const wrap = (session: Session): Session => ({
    engineVersion: session.engineVersion,
    description: session.description,
    ...(session.facts === undefined ? {} : { facts: session.facts }),
    ...(session.announceRun === undefined ? {} : { announceRun: session.announceRun }),
    ...(session.deadRuns === undefined ? {} : { deadRuns: session.deadRuns }),
    connect: async () =>
      new FaultConnection(await countdown.pass({ kind: 'connect', sql: '' }, () => session.connect()), countdown, options),
    close: () => countdown.pass({ kind: 'close', sql: '' }, () => session.close()),
  });
  return {
    calls: countdown.calls,
    files: {
      ...disk,
      move: (from, to) => countdown.passNow({ kind: 'file', sql: `move ${basename(from)} ${basename(to)}` }, () => disk.move(from, to)),
      link: (path, name) => countdown.passNow({ kind: 'file', sql: `link ${basename(path)}` }, () => disk.link(path, name)),
      remove: (path) => countdown.passNow({ kind: 'file', sql: `remove ${basename(path)}` }, () => disk.remove(path)),
    },
    adapter: { ...adapter, open: async (request) => wrap(await countdown.pass({ kind: 'open', sql: '' }, () => adapter.open(request))) },
  };
}

/** Sees for whom a statement waits: the server tells it only while it does, and not with the error that ends the waiting. */
import type { LockWait, TransactionOptions } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import { dialect } from './dialect.ts';
import { errorCode } from './errors.ts';

/** When a statement is looked at first, and how far apart later looks are at most. */
const firstLookMs = 500;
const lookEveryMs = 2000;

/** Waits for locks of the server are never shorter: some last for a moment in every transaction. */
const shortestLimitMs = 100;

/** Clocks of two machines do not tick as one. */
const toleranceMs = 20;

type Ask = (sql: string) => Promise<readonly (readonly (string | null)[])[]>;

const waitQuery = (
  pid: number,
): string => `select n.nspname, c.relname, b.pid, coalesce(a.application_name, ''), l.locktype from pg_catalog.pg_locks l
  cross join lateral (select distinct unnest(pg_catalog.pg_blocking_pids(l.pid)) as pid) b
  left join pg_catalog.pg_class c on c.oid = l.relation and l.database in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_stat_activity a on a.pid = b.pid
  where l.pid = ${pid} and not l.granted order by b.pid`;

/** What one look found. */
interface Seen {
  /** Undefined where it is waited for something else than a relation, such as the end of a transaction that wrote the same row. */
  readonly relation: Relation | undefined;
  readonly holders: readonly NonNullable<LockWait['holder']>[];
}

/** Watches the statements of one transaction whose waits have a limit. */
export class LockWatch {
  /** What the server is told to wait at most. */
  readonly limitMs: number;
  readonly #ask: Ask;
  readonly #own: Relation | undefined;
  readonly #onWait: TransactionOptions['onWait'];
  readonly #told = new Set<string>();
  #seen: Seen | undefined;

  constructor(ask: Ask, lockTimeoutMs: number, { locks, onWait }: TransactionOptions) {
    this.limitMs = Math.max(shortestLimitMs, Math.ceil(lockTimeoutMs));
    this.#ask = ask;
    this.#own = locks?.[0];
    this.#onWait = onWait;
  }

  /** Looks at what the process `pid` does until the function that it gives is called. */
  start(pid: number): () => void {
    this.#seen = undefined;
    let pause = Math.min(firstLookMs, this.limitMs / 2);
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const look = async (): Promise<void> => {
      try {
        const rows = await this.#ask(waitQuery(pid));
        if (isOver) return;
        this.#note(rows);
      } catch {
        // Whoever cannot look does not know; the statement itself tells what went wrong.
        return;
      }
      pause = Math.min(pause * 2, lookEveryMs, this.limitMs / 2);
      wait();
    };
    const wait = (): void => {
      timer = setTimeout(() => void look(), pause);
      timer.unref();
    };
    wait();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  /** The error for a statement that waited as long as it may; undefined for any other cause, and for limits that others set. */
  errorFor(cause: unknown, tookMs: number, statement: number): EngineError | undefined {
    if (errorCode(cause) !== '55P03' || tookMs + toleranceMs < this.limitMs) return undefined;
    const { relation, holders = [] } = this.#seen ?? {};
    const what = relation === undefined ? 'what another session has locked' : dialect.relation(relation);
    const who = holders.map(({ pid, label }) => `process ${pid}${label === '' ? '' : ` (${label})`}`).join(', ');
    const message = `${what} is in use, and was not let go in time${who === '' ? '' : `: ${who}`}`;
    return new EngineError(
      {
        kind: 'lock-timeout',
        message,
        redacted: message,
        retry: 'later',
        ...(relation === undefined ? {} : { relation }),
        ...(statement === 0 ? {} : { statement }),
      },
      { cause },
    );
  }

  #note(rows: Awaited<ReturnType<Ask>>): void {
    const [first] = rows;
    if (first === undefined) return;
    const [schema = null, name = null, , , type] = first;
    const relation = schema === null || name === null ? undefined : { schema, name };
    const holders = rows.map(([, , pid, label]) => ({ pid: Number(pid), label: label ?? '' }));
    this.#seen = { relation, holders };
    const [holder] = holders;
    const waited = relation ?? this.#own;
    // Advisory locks are those of runs, and who asks for one tells of the wait itself.
    if (waited === undefined || type === 'advisory') return;
    const key = `${dialect.relation(waited)} ${holder?.pid}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#onWait?.({ relation: waited, holder });
  }
}

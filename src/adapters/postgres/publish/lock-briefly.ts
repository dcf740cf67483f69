/** Takes the exclusive locks of a publication in short tries: a lock that waits makes every later reader wait behind it. */
import type { Statement } from '../../../adapter/statement.ts';
import { quoteText } from '../quoting.ts';

/** How long one try waits, and how long others have their way before the next. */
const tryMs = 80;
const pauseMs = 40;

/** As long as a run waits for others where nobody says how long. */
const defaultWaitMs = 300_000;

/** What the error of `lockBriefly` is known by. */
export const inUseCode = 'TX001';

/** A relation to lock. Locking a view by the word LOCK would lock all that it reads. */
export interface Lockable {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly kind: 'table' | 'view' | 'materialized view';
  /** As it is written in a statement. */
  readonly owner: string;
}

function lockText({ name, kind, owner }: Lockable): string {
  // Its owner stays who he was; only the lock is meant.
  return kind === 'table' ? `lock table only ${name} in access exclusive mode;` : `alter ${kind} ${name} owner to ${owner};`;
}

/**
 * Locks all of the relations or none, again and again, until the time is over. In the order of readers, who lock a view before
 * what it reads: so the views come first.
 */
export function lockBriefly(relations: readonly Lockable[], waitMs = defaultWaitMs): Statement {
  const last = relations.at(-1)?.name ?? '';
  const body = `declare
  ends timestamptz := clock_timestamp() + interval '${Math.ceil(waitMs)} milliseconds';
  usual text := pg_catalog.current_setting('lock_timeout');
  holders text;
begin
  loop
    begin
      set local lock_timeout = '${tryMs}ms';
      ${relations.map(lockText).join('\n      ')}
      perform pg_catalog.set_config('lock_timeout', usual, true);
      return;
    exception when lock_not_available then
      if clock_timestamp() > ends then
        select string_agg(distinct 'process ' || l.pid || coalesce(' (' || nullif(a.application_name, '') || ')', ''), ', ') into holders
        from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
        where l.relation = ${quoteText(last)}::pg_catalog.regclass and l.granted and l.pid <> pg_catalog.pg_backend_pid();
        raise exception using errcode = '${inUseCode}', message = ${quoteText(`${last} is in use, and was not let go in time`)}, detail = coalesce(holders, 'nobody has it now');
      end if;
      perform pg_catalog.pg_sleep(${pauseMs / 1000});
    end;
  end loop;
end`;
  return { sql: `do ${quoteText(body)}` };
}

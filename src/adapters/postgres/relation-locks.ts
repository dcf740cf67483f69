/** Locks on relations that only runs of `tx` take: advisory, and gone with their transaction. */
import { createHash } from 'node:crypto';
import type { LockHolder } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import { errorCode } from './errors.ts';
import { dialect } from './dialect.ts';

/** The lock of a relation: the server knows locks by number, in each database on its own. */
export function lockKey(relation: Relation): bigint {
  return createHash('sha256')
    .update(`tx:${dialect.relation(relation)}`)
    .digest()
    .readBigInt64BE();
}

export function tryLock(relation: Relation): string {
  return `select pg_catalog.pg_try_advisory_xact_lock(${lockKey(relation)})`;
}

export function waitForLock(relation: Relation): string {
  return `select pg_catalog.pg_advisory_xact_lock(${lockKey(relation)})`;
}

/** Limits how long the statements of this transaction wait for a lock; without a limit as long as those of any other. */
export function limitWaits(milliseconds?: number): string {
  if (milliseconds === undefined) return 'set local lock_timeout to default';
  return `set local lock_timeout = ${Math.max(1, Math.ceil(milliseconds))}`;
}

/** Names who has the lock: its process, and what it calls itself, which every role may see. */
export function holderQuery(relation: Relation): string {
  const key = BigInt.asUintN(64, lockKey(relation));
  return [
    `select l.pid, a.application_name from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid`,
    `where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = ${key >> 32n} and l.objid = ${key & 0xffff_ffffn}`,
    `and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`,
  ].join(' ');
}

/** The error for a lock that others kept too long; any other cause is given back as it is. */
export function lockError(cause: unknown, relation: Relation, holder: LockHolder | undefined): unknown {
  if (!(cause instanceof EngineError) || errorCode(cause.cause) !== '55P03') return cause;
  return lockTimeout(relation, holder);
}

export function lockTimeout(relation: Relation, holder: LockHolder | undefined): EngineError {
  const message = `another run works on ${relation.schema}.${relation.name}`;
  return new EngineError({
    kind: 'lock-timeout',
    message,
    redacted: message,
    retry: 'later',
    relation,
    ...(holder === undefined ? {} : { holder: { pid: holder.pid, command: holder.label } }),
  });
}

/** Drops relations that `tx` has built, each in a transaction that gives up what was known of it. Never what hangs on them. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import { latestOrdinals } from '../state/state-reader.ts';
import { createStateWriter } from '../state/state-writer.ts';
import type { NodeRunRecord } from '../state/state-writer.ts';
import { beginWith, commitWith, runOperation } from './perform.ts';
import { StatementFailure } from './step-failure.ts';

/** A relation as it stands, and the newest record of it. */
export interface DroppedRelation {
  readonly relation: Relation;
  readonly kind: RelationKind;
  readonly node: string;
  /** Left out for a table beside another one, of which there is no record. */
  readonly ordinal?: number;
  /** Tables that go in the same transaction: without this one nobody would know whose they are. */
  readonly beside?: readonly Relation[];
}

export interface DropOutcome {
  readonly relation: Relation;
  /** Why it stays; undefined once it is gone. */
  readonly left?: string;
}

export interface DropPorts {
  readonly adapter: Adapter;
  readonly connection: Connection;
  readonly stateSchema: string;
  readonly lockTimeoutMs: number;
  /** For the record. */
  readonly run: { readonly id: string; readonly at: string; readonly reason: string };
}

/** One outcome for each, in the order in which they were decided. A view goes before what it reads, so the order given counts for nothing. */
export async function dropRelations(relations: readonly DroppedRelation[], ports: DropPorts): Promise<readonly DropOutcome[]> {
  const outcomes: DropOutcome[] = [];
  let rest = relations.map((entry) => ({ entry, left: '' }));
  for (let before = rest.length + 1; rest.length > 0 && rest.length < before;) {
    before = rest.length;
    const blocked: typeof rest = [];
    for (const { entry } of rest) {
      const outcome = await dropOne(entry, ports);
      if (outcome.blocked === undefined) outcomes.push(...outcome.done);
      else blocked.push({ entry, left: outcome.blocked });
    }
    rest = blocked;
  }
  return [...outcomes, ...rest.map(({ entry, left }) => ({ relation: entry.relation, left }))];
}

type Tried = { readonly done: readonly DropOutcome[]; readonly blocked?: undefined } | { readonly blocked: string };

async function dropOne(dropped: DroppedRelation, ports: DropPorts): Promise<Tried> {
  const { adapter, connection, stateSchema, lockTimeoutMs } = ports;
  const { relation, kind, ordinal, beside = [] } = dropped;
  const { dialect, capabilities } = adapter;
  const isShared = capabilities.runLock === 'relation';
  try {
    const reads = ordinal === undefined ? [] : [latestOrdinals(stateSchema, relation, dialect)];
    const [latest] = await beginWith(connection, isShared ? { label: 'tx', locks: [relation], lockTimeoutMs, reads } : { reads });
    if (ordinal !== undefined && Number(latest?.rows[0]?.[0] ?? 0) !== ordinal) {
      await connection.rollback();
      return { done: [{ relation, left: 'it was built again meanwhile' }] };
    }
    const all = [relation, ...beside];
    await runOperation(adapter, connection, { kind: 'drop', relation, relationKind: kind, temporary: false });
    for (const table of beside)
      await runOperation(adapter, connection, { kind: 'drop', relation: table, relationKind: 'table', temporary: false });
    const broken = (await adapter.catalog.brokenViews?.(connection, all, [])) ?? [];
    if (broken.length > 0) {
      await connection.rollback();
      return { blocked: `read by ${broken.map(({ view }) => `${view.schema}.${view.name}`).join(', ')}` };
    }
    const writer = createStateWriter(stateSchema, dialect);
    const record = ordinal === undefined ? [] : [writer.outcome({ at: ports.run.at, nodeRun: forgetting(dropped, ordinal, ports) })];
    await commitWith(connection, ...record);
    return { done: all.map((each) => ({ relation: each })) };
  } catch (cause) {
    await connection.rollback();
    if (!(cause instanceof StatementFailure)) throw cause;
    const { details } = cause;
    if (details.kind === 'dependents') return { blocked: describeDependents(details) };
    // Gone already, in use, or not ours to drop: others can still be dropped. A lost connection ends all of it.
    if (details.kind === 'connection' || details.kind === 'cancelled') throw cause;
    return { done: [{ relation, left: details.redacted }] };
  }
}

function describeDependents({ dependents = [], redacted }: EngineErrorDetails): string {
  return dependents.length === 0 ? redacted : dependents.join('; ');
}

function forgetting({ relation, kind, node }: DroppedRelation, ordinal: number, { run }: DropPorts): NodeRunRecord {
  return {
    runId: run.id,
    node,
    attempt: 1,
    status: 'forgotten',
    reason: run.reason,
    relation,
    relationKind: kind,
    startedAt: run.at,
    durationMs: 0,
    rows: null,
    contentHash: '',
    ordinal: ordinal + 1,
  };
}

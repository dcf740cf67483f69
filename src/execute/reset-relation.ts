/** Gives up what is known of a relation that stays ours: the next run builds it from nothing. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { latestOrdinals } from '../state/state-reader.ts';
import { createStateWriter, resetReason } from '../state/state-writer.ts';
import { beginWith, commitWith } from './perform.ts';

export interface ResetPorts {
  readonly adapter: Adapter;
  readonly connection: Connection;
  readonly stateSchema: string;
  readonly lockTimeoutMs: number;
  readonly run: { readonly id: string; readonly at: string };
}

/** One transaction, which waits for a run that is at work on the relation. */
export async function resetRelation({ relation, relationKind, node }: RecordedBuild, ports: ResetPorts): Promise<void> {
  const { adapter, connection, stateSchema, lockTimeoutMs, run } = ports;
  const { dialect, capabilities } = adapter;
  const reads = [latestOrdinals(stateSchema, relation, dialect)];
  const locks = capabilities.runLock === 'relation' ? { label: 'tx', locks: [relation], lockTimeoutMs } : {};
  const [latest] = await beginWith(connection, { ...locks, reads });
  const nodeRun = {
    runId: run.id,
    node,
    attempt: 1,
    status: 'success',
    reason: resetReason,
    relation,
    relationKind,
    startedAt: run.at,
    durationMs: 0,
    rows: null,
    contentHash: '',
    ordinal: Number(latest?.rows[0]?.[0] ?? 0) + 1,
  } as const;
  await commitWith(connection, createStateWriter(stateSchema, dialect).outcome({ at: run.at, nodeRun }));
}

/** Makes the statements that add to the memory; the caller runs them in the transaction they belong to. */
import type { Dialect, SqlScalar } from '../adapter/dialect.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import { stateRelation, stateTables } from './state-tables.ts';
import type { StateTableName } from './state-tables.ts';

export type RunStatus = 'running' | 'success' | 'failed' | 'cancelled' | 'interrupted';

export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  readonly at: string;
  readonly command: string;
  readonly target: string;
  readonly txVersion: string;
}

export interface NodeRunRecord {
  readonly runId: string;
  readonly node: string;
  readonly attempt: number;
  readonly status: string;
  readonly reason: string;
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Null where nobody counted them. */
  readonly rows: number | null;
  readonly contentHash: string;
  readonly errorCode?: string;
}

export interface CheckRecord {
  readonly runId: string;
  readonly node: string;
  readonly testedNode: string;
  readonly status: string;
  readonly failures: number | null;
  readonly total: number | null;
  readonly at: string;
}

/** Writes of the state schema, as pure text. */
export interface StateWriter {
  readonly run: (record: RunRecord) => Statement;
  readonly nodeRun: (record: NodeRunRecord) => Statement;
  readonly checks: (records: readonly CheckRecord[]) => Statement;
}

export function createStateWriter(schema: string, dialect: Dialect): StateWriter {
  const insert = (table: StateTableName, rows: readonly (readonly SqlScalar[])[]): string => {
    const columns = Object.keys(stateTables[table]).map(dialect.quoteIdentifier).join(', ');
    return `insert into ${dialect.relation(stateRelation(schema, table))} (${columns}) values ${rows.map((row) => `(${row.map(dialect.literal).join(', ')})`).join(', ')}`;
  };
  return {
    run: (record) => ({
      sql: insert('runs', [[record.runId, record.status, { timestamp: record.at }, record.command, record.target, record.txVersion]]),
    }),
    nodeRun: (record) => ({
      sql: insert('node_runs', [
        [
          record.runId,
          record.node,
          record.attempt,
          record.status,
          record.reason,
          record.relation.schema,
          record.relation.name,
          record.relationKind,
          { timestamp: record.startedAt },
          record.durationMs,
          record.rows,
          record.contentHash,
          record.errorCode ?? null,
        ],
      ]),
    }),
    checks: (records) => ({
      sql: insert(
        'check_results',
        records.map((record) => [
          record.runId,
          record.node,
          record.testedNode,
          record.status,
          record.failures,
          record.total,
          { timestamp: record.at },
        ]),
      ),
    }),
  };
}

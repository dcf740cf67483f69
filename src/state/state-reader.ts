/** Reads what earlier runs left behind, in one query. */
import type { Cell, Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import { stateRelation } from './state-tables.ts';

/** The newest successful build of one relation. */
export interface RecordedBuild {
  readonly node: string;
  readonly relation: Relation;
  readonly relationKind: RelationKind;
  readonly contentHash: string;
  readonly runId: string;
  /** Rows it had then, where that was counted. */
  readonly rows: number | undefined;
}

export interface StateSnapshot {
  /** Version of the state tables; 0 when there are none yet. */
  readonly version: number;
  readonly txVersion: string;
  readonly builds: readonly RecordedBuild[];
  /** Runs that started and never ended: their process died. */
  readonly openRuns: readonly string[];
}

export const emptyState: StateSnapshot = { version: 0, txVersion: '', builds: [], openRuns: [] };

/** Reads the whole memory in one statement. The tables must exist (see `inspectStateLayout`). */
export async function readState(connection: Connection, schema: string, dialect: Dialect): Promise<StateSnapshot> {
  const table = (name: 'meta' | 'runs' | 'node_runs'): string => dialect.relation(stateRelation(schema, name));
  const sql = `
select 'build' as what, node_id, schema_name, relation_name, relation_kind, content_hash, run_id, null as version, row_count
from (
  select *, row_number() over (partition by schema_name, relation_name order by started_at desc, attempt desc) as newest
  from ${table('node_runs')} where status = 'success'
) as builds where newest = 1
union all
select 'open', run_id, null, null, null, null, null, null, null from ${table('runs')} group by run_id having count(*) = 1
union all
select 'version', tx_version, null, null, null, null, null, version, null
from ${table('meta')} where version = (select max(version) from ${table('meta')})`;
  const { rows } = await connection.query({ sql });
  const text = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));
  const builds: RecordedBuild[] = [];
  const openRuns: string[] = [];
  let version = 0;
  let txVersion = '';
  for (const [what, first, schemaName, name, kind, hash, runId, number, rowCount] of rows) {
    if (what === 'build') {
      builds.push({
        node: text(first),
        relation: { schema: text(schemaName), name: text(name) },
        relationKind: kind === 'view' ? 'view' : 'table',
        contentHash: text(hash),
        runId: text(runId),
        rows: rowCount === null || rowCount === undefined ? undefined : Number(rowCount),
      });
    } else if (what === 'open') openRuns.push(text(first));
    else {
      version = Number(number);
      txVersion = text(first);
    }
  }
  return { version, txVersion, builds, openRuns };
}

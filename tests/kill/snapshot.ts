/** Reads everything that a database file holds: each relation by the hash of its rows, and what the state says. */
import { stateTables as knownTables, stateViews } from '../../src/state/state-tables.ts';
import { existsSync } from 'node:fs';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Connection, Session } from '../../src/adapter/connection.ts';
import { EngineError } from '../../src/adapter/engine-error.ts';
import { openFile, stateSchema } from './drive.ts';
import { questionsOf } from './questions.ts';
import type { Questions } from './questions.ts';

const stateRelations = Object.keys(knownTables).length + Object.keys(stateViews).length;

/** A relation that can be compared, as one text: of tables columns and rows, of views columns and definition. */
export type Fingerprint = string;

export interface StateRow {
  readonly runId: string;
  readonly node: string;
  /** `schema.name`. */
  readonly relation: string;
  readonly status: string;
  readonly rows: string;
}

export interface Snapshot {
  /** By `schema.name`, state tables left out. A view that reads a table is the same view whatever that table holds. */
  readonly relations: ReadonlyMap<string, Fingerprint>;
  /** The rows that a reader gets, of tables and views. */
  readonly contents: ReadonlyMap<string, Fingerprint>;
  /** Relations under names that only a running build may use. */
  readonly orphans: readonly string[];
  readonly nodeRuns: readonly StateRow[];
  readonly runs: readonly { readonly runId: string; readonly status: string }[];
  readonly checks: readonly { readonly runId: string; readonly testedNode: string; readonly status: string }[];
  /** Rows of the table that names the version of the state; undefined without state tables. */
  readonly versions: number | undefined;
}

export const nothing: Snapshot = {
  relations: new Map(),
  contents: new Map(),
  orphans: [],
  nodeRuns: [],
  runs: [],
  checks: [],
  versions: undefined,
};

/** Opens the database as `tx` does, reads it, closes it. A file that is not there holds nothing. */
export async function takeSnapshot(adapter: Adapter, database: string, schema = stateSchema): Promise<Snapshot> {
  const questions = questionsOf(adapter.dialect.engine);
  if (questions.isFile && !existsSync(database)) return nothing;
  const session = await openFile(adapter, database);
  try {
    return await snapshotOf(session, questions, schema);
  } finally {
    await session.close();
  }
}

export async function snapshotOf(session: Session, questions: Questions = questionsOf('duckdb'), schema = stateSchema): Promise<Snapshot> {
  const connection = await session.connect();
  try {
    return await readAll(connection, questions, schema);
  } finally {
    await connection.close();
  }
}

async function readAll(connection: Connection, questions: Questions, ownState: string): Promise<Snapshot> {
  const rows = async (sql: string): Promise<readonly (readonly string[])[]> => {
    const result = await connection.query({ sql });
    return result.rows.map((row) => row.map(String));
  };
  const found = await rows(questions.relations);
  const relations = new Map<string, Fingerprint>();
  const contents = new Map<string, Fingerprint>();
  const orphans: string[] = [];
  const stateTables = new Set<string>();
  for (const [schema = '', name = ''] of found) {
    if (schema === ownState) stateTables.add(name);
    else if (name.startsWith('_tx_')) orphans.push(`${schema}.${name}`);
    else {
      const { relation, content } = await fingerprints(connection, questions, schema, name);
      relations.set(`${schema}.${name}`, relation);
      contents.set(`${schema}.${name}`, content);
    }
  }
  if (stateTables.size === 0) return { ...nothing, relations, contents, orphans };
  if (stateTables.size !== stateRelations) orphans.push(`${ownState}: ${[...stateTables].join(', ')}`);
  const nodeRuns = await rows(
    `select run_id, node_id, schema_name || '.' || relation_name, status, coalesce(row_count, -1) from ${ownState}.node_runs order by 1, 2, 3, 4, 5`,
  );
  const runs = await rows(`select run_id, status from ${ownState}.runs order by 1, 2`);
  const checks = await rows(`select run_id, tested_node_id, status from ${ownState}.check_results order by 1, 2, 3`);
  const versions = await rows(`select count(*) from ${ownState}.meta`);
  return {
    relations,
    contents,
    orphans,
    nodeRuns: nodeRuns.map(([runId = '', node = '', relation = '', status = '', count = '']) => ({
      runId,
      node,
      relation,
      status,
      rows: count,
    })),
    runs: runs.map(([runId = '', status = '']) => ({ runId, status })),
    checks: checks.map(([runId = '', testedNode = '', status = '']) => ({ runId, testedNode, status })),
    versions: Number(versions[0]?.[0]),
  };
}

/** Columns and definition of a relation, and its rows in any order, each as often as it occurs: number, sum and xor of their hashes. */
async function fingerprints(
  connection: Connection,
  questions: Questions,
  schema: string,
  name: string,
): Promise<{ relation: Fingerprint; content: Fingerprint }> {
  try {
    const { rows: columns } = await connection.query({ sql: questions.columns(schema, name) });
    const { rows: views } = await connection.query({ sql: questions.view(schema, name) });
    const { rows } = await connection.query({ sql: questions.rows(schema, name) });
    const content = JSON.stringify([columns, rows]);
    // What a view over files is depends on these.
    if (/\bread_\w+\(/.test(JSON.stringify(views))) return { relation: `files ${JSON.stringify([columns, views, rows])}`, content };
    return { relation: views.length === 0 ? `table ${content}` : `view ${JSON.stringify([columns, views])}`, content };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const unreadable = `unreadable: ${cause.message}`;
    return { relation: unreadable, content: unreadable };
  }
}

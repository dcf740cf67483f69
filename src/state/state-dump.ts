/** The whole state as data that can be kept in a file, and put into another database of the same engine. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect, SqlScalar } from '../adapter/dialect.ts';
import type { Statement } from '../adapter/statement.ts';
import { isoOf } from './history-reader.ts';
import { insertRows } from './insert-rows.ts';
import { stateRelation, stateTables, stateVersion } from './state-tables.ts';
import type { StateTableName } from './state-tables.ts';

/** Of this form; raised when the meaning of a key changes. */
const format = 1;

/** Rows of one table: a value for each of its columns, in their order; times in ISO 8601. */
type Rows = readonly (readonly (string | number)[])[];

export interface StateDump {
  readonly tx_state: number;
  /** Version of the state tables. */
  readonly state_version: number;
  readonly tx_version: string;
  readonly engine: string;
  readonly exported_at: string;
  readonly runs: Rows;
  readonly records: Rows;
}

const dumped = ['runs', 'records'] as const satisfies readonly StateTableName[];

/** Failing rows of tests are rows of the user, which stay where they are. */
const leftOut = `kind <> 'rows'`;

/** Two statements. The tables must exist (see `inspectStateLayout`). */
export async function readDump(
  connection: Connection,
  schema: string,
  dialect: Dialect,
  { txVersion, at }: { readonly txVersion: string; readonly at: string },
): Promise<StateDump> {
  const found: Rows[] = [];
  for (const table of dumped) found.push(await readTable(connection, schema, dialect, table));
  const [runs = [], records = []] = found;
  return { tx_state: format, state_version: stateVersion, tx_version: txVersion, engine: dialect.engine, exported_at: at, runs, records };
}

async function readTable(connection: Connection, schema: string, dialect: Dialect, table: (typeof dumped)[number]): Promise<Rows> {
  const columns = Object.entries(stateTables[table]);
  const text = dialect.typeName('text');
  const list = columns.map(([name, type]) =>
    type === 'timestamp' ? `cast(${dialect.quoteIdentifier(name)} as ${text})` : dialect.quoteIdentifier(name),
  );
  const where = table === 'records' ? ` where ${leftOut}` : '';
  const { rows } = await connection.query({
    sql: `select ${list.join(', ')} from ${dialect.relation(stateRelation(schema, table))}${where}`,
  });
  const read = rows.map((row) =>
    columns.map(([, type], at) => {
      const cell = row[at] ?? '';
      if (type === 'timestamp') return isoOf(String(cell));
      return type === 'bigint' ? Number(cell) : String(cell);
    }),
  );
  // The database gives rows in no order, and the same state is to be the same file.
  return read
    .map((row) => [keyOf(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}

const keyOf = (row: readonly (string | number)[]): string => JSON.stringify(row);

/** What a file holds; a text that says why it cannot be used. */
export function parseDump(text: string, engine: string): StateDump | string {
  const value = readObject(text);
  if (value === undefined || typeof value['tx_state'] !== 'number') return 'it is no export of a state';
  if (value['tx_state'] > format || !(Number(value['state_version']) <= stateVersion))
    return `it was written by a newer \`tx\` (${String(value['tx_version'])})`;
  if (value['engine'] !== engine) return `it is of a database of ${String(value['engine'])}, and this one is of ${engine}`;
  const [runs, records] = dumped.map((table) => readRows(value[table], table));
  if (runs === undefined || records === undefined) return 'it is damaged: some of its rows are none of a state';
  return {
    tx_state: format,
    state_version: Number(value['state_version']),
    tx_version: String(value['tx_version']),
    engine,
    exported_at: String(value['exported_at']),
    runs,
    records,
  };
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function readRows(value: unknown, table: (typeof dumped)[number]): Rows | undefined {
  if (!Array.isArray(value)) return undefined;
  const types = Object.values(stateTables[table]);
  const rows: (readonly (string | number)[])[] = [];
  for (const row of value as readonly unknown[]) {
    if (!Array.isArray(row) || row.length !== types.length) return undefined;
    const cells = row as readonly unknown[];
    const isRight = types.every((type, at) => {
      const cell = cells[at];
      if (type === 'bigint') return Number.isSafeInteger(cell);
      return typeof cell === 'string' && (type !== 'timestamp' || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(cell));
    });
    if (!isRight) return undefined;
    // Each cell was looked at above.
    rows.push(cells as readonly (string | number)[]);
  }
  return rows;
}

export interface DumpDifference {
  readonly missing: Pick<StateDump, 'runs' | 'records'>;
  /** Rows that stand in the database and not in the file. */
  readonly more: number;
}

/** What of `dump` does not stand yet. */
export function compareDumps(standing: Pick<StateDump, 'runs' | 'records'>, dump: StateDump): DumpDifference {
  let more = 0;
  const missingOf = (table: (typeof dumped)[number]): Rows => {
    const counts = new Map<string, number>();
    for (const row of dump[table]) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
    for (const row of standing[table]) {
      const count = counts.get(keyOf(row)) ?? 0;
      if (count === 0) more += 1;
      else counts.set(keyOf(row), count - 1);
    }
    return dump[table].filter((row) => {
      const count = counts.get(keyOf(row)) ?? 0;
      counts.set(keyOf(row), count - 1);
      return count > 0;
    });
  };
  return { missing: { runs: missingOf('runs'), records: missingOf('records') }, more };
}

/** Rows of one statement. */
const batch = 500;

/** Adds rows; meant for one transaction. */
export function restoreRows(schema: string, dialect: Dialect, rows: Pick<StateDump, 'runs' | 'records'>): readonly Statement[] {
  return dumped.flatMap((table) => {
    const types = Object.values(stateTables[table]);
    const cells = rows[table].map((row) =>
      row.map((cell, at): SqlScalar => (types[at] === 'timestamp' ? { timestamp: String(cell) } : cell)),
    );
    const statements: Statement[] = [];
    for (let at = 0; at < cells.length; at += batch) statements.push(insertRows(schema, dialect, table, cells.slice(at, at + batch)));
    return statements;
  });
}

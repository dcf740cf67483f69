/** Adds rows to a state table, as text. */
import type { Dialect, SqlScalar } from '../adapter/dialect.ts';
import type { Statement } from '../adapter/statement.ts';
import { stateRelation, stateTables } from './state-tables.ts';
import type { StateTableName } from './state-tables.ts';

/** One statement for rows, of which there must be some: a value for each column of the table. */
export function insertRows(schema: string, dialect: Dialect, table: StateTableName, rows: readonly (readonly SqlScalar[])[]): Statement {
  const columns = Object.keys(stateTables[table]).map(dialect.quoteIdentifier).join(', ');
  const values = rows.map((row) => row.map(dialect.literal).join(', '));
  // The plan of a single row is cheaper without a list of values, and nearly every transaction writes just one.
  const source = values.length === 1 ? `select ${values.join()}` : `values ${values.map((row) => `(${row})`).join(', ')}`;
  return { sql: `insert into ${dialect.relation(stateRelation(schema, table))} (${columns}) ${source}` };
}

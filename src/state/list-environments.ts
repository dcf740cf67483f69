/** Finds the environments of a target by the schemas of their states. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { envOfSchema } from '../project/target-environment.ts';

/** Names of environments, sorted. One statement. `stateSchema` is that of the target itself. */
export async function listEnvironments(connection: Connection, stateSchema: string, dialect: Dialect): Promise<readonly string[]> {
  const start = dialect.literal(`${stateSchema}_`);
  const { rows } = await connection.query({
    sql: `select distinct schema_name from information_schema.schemata where catalog_name = current_database() and left(schema_name, length(${start})) = ${start}`,
  });
  return rows.flatMap(([schema]) => envOfSchema(String(schema), stateSchema) ?? []).sort();
}

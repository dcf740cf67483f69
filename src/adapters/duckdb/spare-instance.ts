/** Hands the engine that has parsed the queries on to the database that is opened next: starting another takes longer than most queries. */
import { DuckDBInstance } from '@duckdb/node-api';

let spare: DuckDBInstance | undefined;

/** An engine without a database; who takes it closes it or keeps it. */
export async function takeInstance(): Promise<DuckDBInstance> {
  const instance = spare;
  spare = undefined;
  return instance ?? DuckDBInstance.create(':memory:');
}

/** Keeps an engine for whoever needs one next. It must be as good as new: no open connection, nothing attached, no settings but global ones. */
export function keepInstance(instance: DuckDBInstance): void {
  if (spare === undefined) spare = instance;
  else instance.closeSync();
}

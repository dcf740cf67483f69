/** Makes the state tables ready for a run, inside the transaction that opens it. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { createStateTables, updateStateTables } from '../state/make-state.ts';
import { inspectStateLayout, readStateVersion } from '../state/state-layout.ts';
import { stateVersion } from '../state/state-tables.ts';
import { runStatements } from './perform.ts';

interface Wanted {
  readonly schema: string;
  /** What stood when the plan was made; 0 for nothing. */
  readonly from: number;
  readonly txVersion: string;
  readonly at: string;
}

/** Creates what is not there and updates what is older. The caller keeps other runs from doing the same at once. */
export async function prepareState(adapter: Adapter, connection: Connection, { schema, from, ...note }: Wanted): Promise<void> {
  if (from >= stateVersion) return;
  const { catalog, capabilities, dialect } = adapter;
  // Nobody else can have made them meanwhile.
  const alone = capabilities.runLock === 'database' && from === 0;
  const found = alone ? [] : await catalog.relations(connection, [schema]);
  if (inspectStateLayout(schema, found, dialect).kind === 'absent')
    return void (await runStatements(connection, ...createStateTables(schema, adapter, note)));
  const standing = await readStateVersion(connection, schema, dialect);
  if (standing !== undefined && standing.version >= stateVersion) return;
  await runStatements(connection, ...updateStateTables(schema, adapter, note, found));
}

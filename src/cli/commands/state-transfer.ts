/** `tx state export` and `import`: what is remembered, in a file and from one. */
import { resolve } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { prepareState } from '../../execute/prepare-state.ts';
import { runStatements } from '../../execute/perform.ts';
import { errorCode } from '../../project/read-text.ts';
import { compareDumps, parseDump, readDump, restoreRows } from '../../state/state-dump.ts';
import type { StateDump } from '../../state/state-dump.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { readStanding } from '../open-database.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import type { OpenTarget } from '../ask-target.ts';
import type { StateOptions } from './state-options.ts';

export async function exportState(
  host: Host,
  screen: Screen,
  { adapter, session, connection }: OpenTarget,
  loaded: LoadedGraph,
): Promise<void> {
  const { project, graph } = loaded;
  const { state } = await readStanding(adapter, session, project, graph);
  const note = { txVersion: host.version, at: new Date(host.clock.now()).toISOString() };
  const nothing: StateDump = {
    tx_state: 1,
    state_version: state.version,
    tx_version: note.txVersion,
    engine: adapter.dialect.engine,
    exported_at: note.at,
    runs: [],
    records: [],
  };
  screen.data(state.version === 0 ? nothing : await readDump(connection, project.stateSchema, adapter.dialect, note));
}

/** The export in a file; a file that holds none stops the command. */
export function readExport(host: Host, { engine }: LoadedGraph, path: string): StateDump {
  const dump = parseFile(host, engine.dialect.engine, path);
  if (typeof dump !== 'string') return dump;
  throw new Stop(exitCodes.usage, [diagnose('state-export-unusable', { path, reason: dump })]);
}

function parseFile(host: Host, engine: string, path: string): StateDump | string {
  try {
    return parseDump(new TextDecoder().decode(host.files.readBytes(resolve(host.cwd, path))), engine);
  } catch (thrown) {
    return `it cannot be read (${errorCode(thrown)})`;
  }
}

interface Importing {
  readonly loaded: LoadedGraph;
  readonly options: StateOptions;
  readonly dump: StateDump;
}

/** One transaction: all of it is there, or nothing. */
export async function importState(host: Host, screen: Screen, open: OpenTarget, { loaded, options, dump }: Importing): Promise<void> {
  const { adapter, session, connection } = open;
  const { project, graph } = loaded;
  const { dialect } = adapter;
  const schema = project.stateSchema;
  const isShared = adapter.capabilities.runLock === 'relation';
  const locks = [{ schema, name: 'meta' }];
  await connection.begin(isShared ? { label: 'tx', locks, lockTimeoutMs: lockTimeoutMs(options) } : {});
  try {
    const { state } = await readStanding(adapter, session, project, graph);
    const at = new Date(host.clock.now()).toISOString();
    await prepareState(adapter, connection, { schema, from: state.version, txVersion: host.version, at });
    const dead = session.deadRuns === undefined ? state.openRuns : await session.deadRuns(state.openRuns);
    if (dead.length < state.openRuns.length) throw new Stop(exitCodes.transient, [diagnose('state-in-use', { schema })]);
    const standing = await readDump(connection, schema, dialect, { txVersion: host.version, at });
    const { missing, more } = compareDumps(standing, dump);
    if (more > 0) throw new Stop(exitCodes.usage, [diagnose('state-differs', { schema, more })]);
    const statements = restoreRows(schema, dialect, missing);
    if (statements.length > 0) await runStatements(connection, ...statements);
    await connection.commit();
    const added = missing.runs.length + missing.records.length;
    if (options.output === 'json') screen.data({ added });
    else screen.note(added === 0 ? 'all of it is there already' : `${added} ${added === 1 ? 'row' : 'rows'} added`);
  } catch (cause) {
    await connection.rollback();
    throw cause;
  }
}
